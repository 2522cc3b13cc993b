#!/usr/bin/env bash
# Plays the life of a KMS key through: make it, use it for a file, an object and a DynamoDB item, refuse somebody, let them in, switch the key
# off and on, rotate it, replicate it, find out what depends on it before it would be deleted, and prove who used it.
#
# Needs the AWS CLI, jq and kenc. Against an emulator: AWS_ENDPOINT_URL=http://127.0.0.1:PORT ./lab.sh
# It works in an account of AWS as well, and costs a few cents there; the key is scheduled for deletion at the end.
set -euo pipefail

region=${AWS_REGION:-us-east-1} replica_region=${REPLICA_REGION:-eu-west-1}
export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
bucket=${BUCKET:-kenc-lab-$RANDOM$RANDOM} table=kenc-lab
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export XDG_CONFIG_HOME=$work/config; mkdir -p "$XDG_CONFIG_HOME/kenc" secrets

step() { printf '\n== %s\n' "$*"; }
# Runs a command that must be refused, and shows what it says.
refused() { if "$@" 2> refusal; then echo "it was not refused: $*" >&2; exit 1; fi; sed 's/^/   /' refusal; }
# Runs a command as one of the two users.
as() { local user=$1; shift; AWS_ACCESS_KEY_ID=$(jq -r .AccessKey.AccessKeyId "$user.json") \
  AWS_SECRET_ACCESS_KEY=$(jq -r .AccessKey.SecretAccessKey "$user.json") "$@"; }

step 'A log of our own: kenc notes every call of AWS KMS'
umask 077
echo "audit_log: $work/uses.jsonl" > "$XDG_CONFIG_HOME/kenc/config.yaml"

step 'Two users: app may use the key, reader sees the ciphertext only'
account=$(aws sts get-caller-identity --query Account --output text)
for user in app reader; do
  aws iam create-user --user-name "kenc-lab-$user" --query User.Arn --output text
  aws iam create-access-key --user-name "kenc-lab-$user" > "$user.json"
done

step 'A key with a policy of three statements, and an alias'
kenc keys policy --account "$account" --admin "arn:aws:iam::$account:user/kenc-lab-admin" \
  --user "arn:aws:iam::$account:user/kenc-lab-app" -c app=lab --via s3 --via dynamodb > policy.json
jq -r '.Statement[].Sid' policy.json
key=$(aws kms create-key --multi-region --description kenc-lab --policy file://policy.json \
  --bypass-policy-lockout-safety-check --query KeyMetadata.Arn --output text)
aws kms create-alias --alias-name alias/kenc-lab --target-key-id "$key"
aws kms enable-key-rotation --key-id "$key"
kenc keys policy --format terraform --alias kenc-lab --account "$account" --user "arn:aws:iam::$account:user/kenc-lab-app" \
  -c app=lab > key.tf 2> /dev/null && head -1 key.tf

# An identity policy says the same here: emulators know no key policies.
statement() { jq -nc --arg key "$key" --argjson action "$1" '{Effect: "Allow", Action: $action, Resource: $key}'; }
policy() { jq -nc '{Version: "2012-10-17", Statement: $ARGS.positional}' --jsonargs "$@"; }
reads='{"Effect":"Allow","Action":["s3:*","dynamodb:GetItem"],"Resource":"*"}'
uses=$(statement '["kms:GenerateDataKey","kms:Encrypt","kms:Decrypt","kms:ReEncryptFrom","kms:ReEncryptTo","kms:DescribeKey"]')
aws iam put-user-policy --user-name kenc-lab-app --policy-name lab --policy-document "$(policy "$reads" "$uses")"
aws iam put-user-policy --user-name kenc-lab-reader --policy-name lab \
  --policy-document "$(policy "$reads" "$(statement '["kms:DescribeKey"]')")"

step 'Encrypt a file, into a bucket, and a DynamoDB item'
aws s3api create-bucket --bucket "$bucket" > /dev/null
aws dynamodb create-table --table-name "$table" --attribute-definitions AttributeName=id,AttributeType=S \
  --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST > /dev/null
echo 'the plaintext' > report.txt
as app kenc encrypt --id -k "$key" -c app=lab report.txt -o secrets/report.kenc
as app kenc encrypt -k "$key" -c app=lab report.txt -o "s3://$bucket/report.kenc"
ssn=$(printf '078-05-1120' | as app kenc encrypt -a -k "$key" -c app=lab -c table="$table" | jq -Rs .)
aws dynamodb put-item --table-name "$table" --item "{\"id\":{\"S\":\"u1\"},\"name\":{\"S\":\"Alice\"},\"ssn\":{\"S\":$ssn}}"

step 'The reader gets the item and the object, and cannot open either'
item() { as "$1" aws dynamodb get-item --table-name "$table" --key '{"id":{"S":"u1"}}' | jq -j .Item.ssn.S; }
item reader > item.pem; head -1 item.pem
refused as reader kenc decrypt item.pem
refused as reader kenc decrypt "s3://$bucket/report.kenc"

step 'The app opens them'
item app | as app kenc decrypt; echo
as app kenc decrypt "s3://$bucket/report.kenc"

step 'Let the reader in: a grant, and a permission for emulators that know no grants'
grant=$(aws kms create-grant --key-id "$key" --grantee-principal "arn:aws:iam::$account:user/kenc-lab-reader" \
  --operations Decrypt --constraints 'EncryptionContextSubset={app=lab}' --query GrantId --output text)
aws iam put-user-policy --user-name kenc-lab-reader --policy-name lab \
  --policy-document "$(policy "$reads" "$(statement '["kms:DescribeKey","kms:Decrypt"]')")"
item reader | as reader kenc decrypt; echo
aws kms revoke-grant --key-id "$key" --grant-id "$grant"

step 'The kill switch: a disabled key opens nothing'
aws kms disable-key --key-id "$key"
refused as app kenc decrypt secrets/report.kenc
aws kms enable-key --key-id "$key"
as app kenc decrypt secrets/report.kenc

step 'Rotate the key: old files open as before'
aws kms rotate-key-on-demand --key-id "$key" > /dev/null 2> rotation || echo "   (this emulator cannot rotate on demand)"
as app kenc decrypt secrets/report.kenc
as app kenc encrypt -k "$key" -c app=lab report.txt -o secrets/new.kenc && as app kenc decrypt secrets/new.kenc

step 'A replica in another region opens them, too'
aws kms replicate-key --key-id "$key" --replica-region "$replica_region" > /dev/null
kenc decrypt --aws-region "$replica_region" secrets/report.kenc

step 'What depends on the key, before it would be deleted'
kenc keys usage --alone secrets
status=0; kenc keys usage --fail-on "$key" secrets > /dev/null || status=$?
echo "   exit code $status: files still need it"
echo '   so nothing is deleted; what a deletion would do shows at the replica'
replica=${key/:$region:/:$replica_region:}
aws kms schedule-key-deletion --region "$replica_region" --key-id "$replica" --pending-window-in-days 7 --query KeyState --output text
refused kenc decrypt --aws-region "$replica_region" secrets/report.kenc
aws kms cancel-key-deletion --region "$replica_region" --key-id "$replica" > /dev/null
aws kms enable-key --region "$replica_region" --key-id "$replica"
kenc decrypt --aws-region "$replica_region" secrets/report.kenc

step 'Who used the key for this file'
if [ -n "${AWS_ENDPOINT_URL:-}" ] || [ -n "${WAIT_FOR_CLOUDTRAIL:-}" ]; then
  # In AWS, CloudTrail shows a call after five to fifteen minutes.
  sleep "${WAIT_FOR_CLOUDTRAIL:-0}"
  for event in GenerateDataKey Decrypt DisableKey EnableKey ScheduleKeyDeletion CreateGrant; do
    aws cloudtrail lookup-events --lookup-attributes "AttributeKey=EventName,AttributeValue=$event"
  done > trail.json
  kenc audit --trail trail.json --log uses.jsonl secrets/report.kenc
  kenc audit --trail trail.json --log uses.jsonl --level file --json secrets/report.kenc | jq -r 'select(.summary).summary.events.file' > found
  echo "$(cat found) calls were for this very file"
fi

step 'Clean up'
aws s3 rm --quiet --recursive "s3://$bucket" && aws s3api delete-bucket --bucket "$bucket"
aws dynamodb delete-table --table-name "$table" > /dev/null
for user in app reader; do
  aws iam delete-user-policy --user-name "kenc-lab-$user" --policy-name lab
  aws iam delete-access-key --user-name "kenc-lab-$user" --access-key-id "$(jq -r .AccessKey.AccessKeyId "$user.json")"
  aws iam delete-user --user-name "kenc-lab-$user"
done
aws kms delete-alias --alias-name alias/kenc-lab
aws kms schedule-key-deletion --region "$replica_region" --key-id "$replica" --pending-window-in-days 7 > /dev/null
aws kms schedule-key-deletion --key-id "$key" --pending-window-in-days 7 > /dev/null
echo 'done'
