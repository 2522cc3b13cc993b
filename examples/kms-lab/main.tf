# What the lab uses, as Terraform (or OpenTofu) makes it: a key with the policy in key.tf, a bucket and a table under this key, a user who may
# encrypt and decrypt, and one who may read the stored bytes and not decrypt.
#
# key.tf comes from kenc:
#   kenc keys policy --format terraform --alias kenc-lab --account ID \
#     --admin arn:aws:iam::ID:role/ADMIN --user arn:aws:iam::ID:user/kenc-lab-app -c app=lab --via s3 --via dynamodb > key.tf
#
# lab.sh makes the same with the AWS CLI, so that it also runs against an emulator.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

resource "aws_iam_user" "app" {
  name = "kenc-lab-app"
}

resource "aws_iam_user" "reader" {
  name = "kenc-lab-reader"
}

# The reader sees the ciphertext, and may ask what the key is. Nothing allows kms:Decrypt.
resource "aws_iam_user_policy" "reader" {
  name = "read-ciphertext"
  user = aws_iam_user.reader.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:ListBucket"]
        Resource = [aws_s3_bucket.lab.arn, "${aws_s3_bucket.lab.arn}/*"]
      },
      {
        Effect   = "Allow"
        Action   = "dynamodb:GetItem"
        Resource = aws_dynamodb_table.lab.arn
      },
      {
        Effect   = "Allow"
        Action   = "kms:DescribeKey"
        Resource = aws_kms_key.kenc.arn
      },
    ]
  })
}

resource "aws_s3_bucket" "lab" {
  bucket_prefix = "kenc-lab-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "lab" {
  bucket = aws_s3_bucket.lab.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.kenc.arn
    }
    bucket_key_enabled = true
  }
}

resource "aws_dynamodb_table" "lab" {
  name         = "kenc-lab"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.kenc.arn
  }
}

output "bucket" {
  value = aws_s3_bucket.lab.bucket
}
