# What a plan has in each workspace; terraform test runs it with mocks, without AWS.

mock_provider "aws" {}

variables {
  subnet_id       = "subnet-1"
  reader_networks = ["10.0.0.0/16", "10.1.0.0/16"]
  package_url     = "https://packages.test/adpipe.deb"
  package_hash    = "0123abcd"
  secret_files    = ["meta_access_token", "naver_secret_key"]
}

run "plan" {
  command = plan

  assert {
    condition     = aws_instance.database.instance_type == { dev = "t3.medium", staging = "t3.large", prod = "m6i.xlarge" }[terraform.workspace]
    error_message = "another machine"
  }
  assert {
    condition     = aws_ebs_volume.data.size == { dev = 20, staging = 100, prod = 500 }[terraform.workspace]
    error_message = "another disk"
  }
  assert {
    condition     = one(one(aws_dlm_lifecycle_policy.backup.policy_details).schedule).retain_rule[0].count == { dev = 1, staging = 7, prod = 35 }[terraform.workspace]
    error_message = "snapshots are kept for another time"
  }
  assert {
    condition     = one(aws_dlm_lifecycle_policy.backup.policy_details).target_tags["Backup"] == aws_ebs_volume.data.tags["Backup"]
    error_message = "the volume is not that of the snapshots"
  }
  assert {
    condition     = alltrue([for disk in [aws_ebs_volume.data.encrypted, aws_instance.database.root_block_device[0].encrypted] : disk])
    error_message = "a disk is not encrypted"
  }
  assert {
    condition     = sort([for secret in aws_secretsmanager_secret.file : secret.name]) == sort([for file in var.secret_files : "adpipe-${terraform.workspace}/${file}"])
    error_message = "secrets are not those of the workspace"
  }
  assert {
    condition     = one(aws_security_group.database.ingress).cidr_blocks == tolist(var.reader_networks) && one(aws_security_group.database.ingress).to_port == 5432
    error_message = "others than the readers reach the database"
  }
  assert {
    condition     = alltrue([for text in [var.package_url, var.package_hash, "adpipe-${terraform.workspace}/", "meta_access_token naver_secret_key"] : strcontains(aws_instance.database.user_data, text)])
    error_message = "the machine's first start lacks a value"
  }
  assert {
    condition     = aws_instance.database.metadata_options[0].http_tokens == "required"
    error_message = "the machine gives its credentials without a token"
  }
}
