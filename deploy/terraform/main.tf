# A machine with PostgreSQL, adpipe and pg_cron on AWS, for one of the workspaces dev,
# staging and prod.  doc/deployment.md leads through it.  No secret is in the state:
# secrets are made empty here, filled by hand, and read by the machine into files.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = var.region
}

locals {
  name = "adpipe-${terraform.workspace}"
  # What differs between the environments; another workspace is an error here.
  environment = {
    dev     = { machine = "t3.medium", disk_gb = 20, kept_days = 1 }
    staging = { machine = "t3.large", disk_gb = 100, kept_days = 7 }
    prod    = { machine = "m6i.xlarge", disk_gb = 500, kept_days = 35 }
  }[terraform.workspace]
  tags = { Name = local.name, Environment = terraform.workspace }
}

data "aws_subnet" "here" {
  id = var.subnet_id
}

data "aws_ami" "debian" {
  most_recent = true
  owners      = ["136693071363"]
  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
}

# One secret for each file of /etc/adpipe/secrets; user mappings name them by
# options such as refresh_token_file.
resource "aws_secretsmanager_secret" "file" {
  for_each = toset(var.secret_files)
  name     = "${local.name}/${each.key}"
  tags     = local.tags
}

data "aws_iam_policy_document" "machine" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [for secret in aws_secretsmanager_secret.file : secret.arn]
  }
}

resource "aws_iam_role" "machine" {
  name               = local.name
  assume_role_policy = data.aws_iam_policy_document.machine.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "secrets" {
  role   = aws_iam_role.machine.id
  policy = data.aws_iam_policy_document.secrets.json
}

resource "aws_iam_instance_profile" "machine" {
  name = local.name
  role = aws_iam_role.machine.name
}

resource "aws_security_group" "database" {
  name   = local.name
  vpc_id = data.aws_subnet.here.vpc_id
  tags   = local.tags
  ingress {
    description = "readers"
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = var.reader_networks
  }
  egress {
    description = "platforms, the store of secrets"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    description = "Debian's packages, which are signed"
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "database" {
  ami                    = data.aws_ami.debian.id
  instance_type          = local.environment.machine
  subnet_id              = var.subnet_id
  vpc_security_group_ids = [aws_security_group.database.id]
  iam_instance_profile   = aws_iam_instance_profile.machine.name
  tags                   = local.tags
  user_data = templatefile("${path.module}/machine.sh", {
    package_url  = var.package_url
    package_hash = var.package_hash
    prefix       = local.name
    region       = var.region
    files        = join(" ", var.secret_files)
  })
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  lifecycle {
    ignore_changes = [ami]
  }
}

resource "aws_ebs_volume" "data" {
  availability_zone = data.aws_subnet.here.availability_zone
  size              = local.environment.disk_gb
  type              = "gp3"
  encrypted         = true
  tags              = merge(local.tags, { Backup = local.name })
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.database.id
}

# A snapshot each day: a point in time, from which PostgreSQL recovers as after a crash.
data "aws_iam_policy_document" "backup" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["dlm.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "backup" {
  name               = "${local.name}-backup"
  assume_role_policy = data.aws_iam_policy_document.backup.json
  tags               = local.tags
}

resource "aws_iam_role_policy_attachment" "backup" {
  role       = aws_iam_role.backup.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
}

resource "aws_dlm_lifecycle_policy" "backup" {
  description        = "daily snapshots of ${local.name}"
  execution_role_arn = aws_iam_role.backup.arn
  state              = "ENABLED"
  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { Backup = local.name }
    schedule {
      name = "daily"
      create_rule {
        interval      = 24
        interval_unit = "HOURS"
        times         = ["02:00"]
      }
      retain_rule {
        count = local.environment.kept_days
      }
      copy_tags = true
    }
  }
}
