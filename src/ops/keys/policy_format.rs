//! A key with its policy, as tools that make keys read it: Terraform (and OpenTofu) and CloudFormation.

use serde_json::{Value, json};

use crate::keys::aws_kms::KeyPolicy;

/// How a policy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyFormat {
    /// The policy alone, for `aws kms put-key-policy`.
    Json,
    /// A key with an alias, in the language of Terraform.
    Terraform,
    /// The same as a template of CloudFormation, in JSON.
    CloudFormation,
}

/// Days between the request to delete a key and its deletion: the most that AWS KMS allows.
const DELETION_WINDOW: u32 = 30;

impl PolicyFormat {
    /// The text for a file. `alias` is the name of the key, without `alias/`.
    #[must_use]
    pub fn text(self, policy: &KeyPolicy, alias: &str) -> String {
        match self {
            Self::Json => format!("{}\n", policy.to_text()),
            Self::Terraform => terraform(policy, alias),
            Self::CloudFormation => {
                format!("{:#}\n", cloud_formation(policy, alias))
            }
        }
    }
}

fn terraform(policy: &KeyPolicy, alias: &str) -> String {
    // In a string of Terraform, `${` and `%{` begin a template. In JSON they occur in strings alone.
    let policy = policy.to_text().replace("${", "$${").replace("%{", "%%{");
    let policy = policy.lines().map(spaced).collect::<Vec<_>>().join("\n  ");
    format!(
        "resource \"aws_kms_key\" \"kenc\" {{\n  description             = \"{alias}\"\n  enable_key_rotation     = true\n  \
         deletion_window_in_days = {DELETION_WINDOW}\n  policy = jsonencode({policy})\n}}\n\n\
         resource \"aws_kms_alias\" \"kenc\" {{\n  name          = \"alias/{alias}\"\n  target_key_id = aws_kms_key.kenc.key_id\n}}\n\n\
         output \"kenc_key_arn\" {{\n  value = aws_kms_key.kenc.arn\n}}\n"
    )
}

/// A line of JSON as `terraform fmt` leaves it: with a space before the colon behind a name.
fn spaced(line: &str) -> String {
    let text = line.trim_start();
    let mut is_escaped = false;
    let end_of_name = text.char_indices().skip(1).find(|&(_, letter)| {
        let is_end = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        is_end
    });
    match end_of_name {
        Some((end, _)) if text.starts_with('"') && text[end + 1..].starts_with(':') => {
            let indent = &line[..line.len() - text.len()];
            format!("{indent}{} {}", &text[..=end], &text[end + 1..])
        }
        _ => line.to_owned(),
    }
}

fn cloud_formation(policy: &KeyPolicy, alias: &str) -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "KencKey": {
                "Type": "AWS::KMS::Key",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "Description": alias,
                    "EnableKeyRotation": true,
                    "PendingWindowInDays": DELETION_WINDOW,
                    "KeyPolicy": policy.to_json(),
                },
            },
            "KencAlias": {
                "Type": "AWS::KMS::Alias",
                "Properties": { "AliasName": format!("alias/{alias}"), "TargetKeyId": { "Ref": "KencKey" } },
            },
        },
        "Outputs": { "KencKeyArn": { "Value": { "Fn::GetAtt": ["KencKey", "Arn"] } } },
    })
}
