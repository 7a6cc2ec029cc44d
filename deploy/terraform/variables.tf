variable "region" {
  description = "Region of AWS"
  type        = string
  default     = "ap-northeast-2"
}

variable "subnet_id" {
  description = "Private subnet with a way out, for the platforms"
  type        = string
}

variable "reader_networks" {
  description = "Networks of those who read, such as the BI tool's"
  type        = list(string)
}

variable "package_url" {
  description = "Address of postgresql-15-adpipe_*.deb, which dpkg-buildpackage makes"
  type        = string
}

variable "package_hash" {
  description = "Its SHA-256"
  type        = string
}

variable "secret_files" {
  description = "Files with secrets of platforms; their values are put into the store by hand"
  type        = list(string)
  default     = ["google_client_secret", "google_refresh_token", "meta_access_token"]
}
