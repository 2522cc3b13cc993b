"""Writes and reads objects with the Amazon S3 Encryption Client: what kenc has to open, and what it must not leave behind.

Usage: s3_client.py put|get V2|V3 ENDPOINT BUCKET KEY KMS-KEY [NAME=VALUE…], with the plaintext on the standard input or output.
"""

import os
import sys

import boto3
from botocore.config import Config
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.materials.kms_keyring import KmsKeyring
from s3_encryption.materials.materials import AlgorithmSuite, CommitmentPolicy

what, version, endpoint, bucket, key, kms_key, *pairs = sys.argv[1:]
region = {"region_name": os.environ["AWS_REGION"], "endpoint_url": endpoint}
keyring = KmsKeyring(boto3.client("kms", **region), kms_key)
settings = {}
if version == "V2":
    settings = {
        "encryption_algorithm": AlgorithmSuite.ALG_AES_256_GCM_IV12_TAG16_NO_KDF,
        "commitment_policy": CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT,
    }
s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}), **region)
client = S3EncryptionClient(s3, S3EncryptionClientConfig(keyring, **settings))
context = dict(pair.split("=", 1) for pair in pairs)
if what == "put":
    client.put_object(Bucket=bucket, Key=key, Body=sys.stdin.buffer.read(), EncryptionContext=context)
else:
    answer = client.get_object(Bucket=bucket, Key=key, EncryptionContext=context)
    sys.stdout.buffer.write(answer["Body"].read())
