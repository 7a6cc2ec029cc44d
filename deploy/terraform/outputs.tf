output "address" {
  description = "Private address of the database"
  value       = aws_instance.database.private_ip
}

output "secrets" {
  description = "Secrets to fill: aws secretsmanager put-secret-value --secret-id … --secret-string file://…"
  value       = [for secret in aws_secretsmanager_secret.file : secret.name]
}
