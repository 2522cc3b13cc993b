# Gives all objects below a prefix another key, in an array job of AWS Batch:
#
#   aws batch submit-job --job-name rewrap --job-queue QUEUE --job-definition kenc-rewrap --array-properties size=64
#
# A task that is interrupted is tried again, and goes on with the report of the attempt before it, unless its machine was lost with
# the report: then it reads all objects of its shard again.

variable "image" {
  description = "An image with kenc, a shell and the AWS CLI"
  type        = string
}

variable "prefix" {
  description = "The objects: s3://BUCKET/PREFIX/"
  type        = string
}

variable "reports" {
  description = "Where the reports go: s3://BUCKET/PREFIX"
  type        = string
}

variable "key" {
  description = "The new key: an ARN, or alias/NAME"
  type        = string
}

variable "execution_role_arn" {
  type = string
}

variable "job_role_arn" {
  description = "May read and write the objects and the reports, and use both keys (kms:ReEncryptFrom, kms:ReEncryptTo)"
  type        = string
}

resource "aws_batch_job_definition" "kenc_rewrap" {
  name                  = "kenc-rewrap"
  type                  = "container"
  platform_capabilities = ["FARGATE"]

  container_properties = jsonencode({
    image            = var.image
    executionRoleArn = var.execution_role_arn
    jobRoleArn       = var.job_role_arn
    resourceRequirements = [
      { type = "VCPU", value = "1" },
      { type = "MEMORY", value = "2048" },
    ]
    environment = [
      { name = "PREFIX", value = var.prefix },
      { name = "REPORTS", value = var.reports },
      { name = "KEY", value = var.key },
    ]
    command = ["sh", "-c", <<-EOT
      report="$AWS_BATCH_JOB_ARRAY_INDEX.jsonl"
      aws s3 cp --quiet "$REPORTS/$report" "/tmp/$report"
      kenc rewrap -q -r --to "$KEY" "$PREFIX" --shard auto --report "/tmp/$report" --resume
      status=$?
      aws s3 cp --quiet "/tmp/$report" "$REPORTS/$report"
      exit $status
    EOT
    ]
  })

  retry_strategy {
    attempts = 5
  }

  timeout {
    attempt_duration_seconds = 86400
  }
}
