//! Key policies: who may do what with a key, in the language of IAM.
//!
//! The statements are kept apart: the account, in which IAM policies may then grant more; those who care for the key and
//! cannot use it; and those who use it, for no more than what they are to do.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::check::{KmsOperation, KmsPurpose};
use super::policy_service::KeyService;
use crate::context::EncryptionContext;

/// A user or a role of IAM, or a whole account, as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsPrincipal {
    arn: String,
    partition: String,
    account: String,
}

impl AwsPrincipal {
    /// The account that it belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The partition of AWS that it belongs to, such as `aws`.
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.partition
    }
}

impl FromStr for AwsPrincipal {
    type Err = String;

    fn from_str(arn: &str) -> Result<Self, String> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let &["arn", partition, service, "", account, name] = parts.as_slice() else {
            return Err(FORM.to_owned());
        };
        if service == "sts"
            && let Some(role) = name.strip_prefix("assumed-role/").and_then(|name| name.split('/').next())
        {
            return Err(format!(
                "it is a session of a role; use the role itself, arn:{partition}:iam::{account}:role/{role}, with its path if it has one"
            ));
        }
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| is_of_a_name(byte) || byte == b'/');
        let is_principal = name == "root"
            || ["user/", "role/"]
                .iter()
                .any(|kind| name.strip_prefix(kind).is_some_and(is_name) && !name.ends_with('/'));
        let is_partition = partition == "aws" || partition.starts_with("aws-");
        if service != "iam" || !is_principal || !is_partition || !is_account(account) {
            return Err(FORM.to_owned());
        }
        Ok(Self { arn: arn.to_owned(), partition: partition.to_owned(), account: account.to_owned() })
    }
}

impl fmt::Display for AwsPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

/// Everybody (`*`) is no principal: whoever knew the key's ARN could use it.
const FORM: &str = "the ARN must be arn:aws:iam::ACCOUNT:user/NAME or arn:aws:iam::ACCOUNT:role/NAME";

/// Whether a text is the number of an account.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte)
}

/// What the encryption context must be for a statement to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextCondition {
    /// Pairs that it must contain.
    pub pairs: EncryptionContext,
    /// Whether it may contain nothing else.
    pub nothing_else: bool,
}

/// A policy document.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyPolicy {
    version: &'static str,
    statement: Vec<PolicyStatement>,
}

/// Who is to be named in a policy. The texts need not name anybody real: they are written as they are.
#[derive(Clone, Debug)]
pub struct Parties {
    /// The ARN that stands for the whole account.
    pub root: String,
    /// Those who care for the key.
    pub administrators: Vec<String>,
    /// Those who use it.
    pub users: Vec<String>,
}

/// What the account as a whole may do, and with it whoever an IAM policy in it allows to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRights {
    /// Everything, as in the policy that AWS makes.
    Everything,
    /// Care for the key. Only those whom the key policy names use it.
    Administration,
}

impl KeyPolicy {
    /// The policy for a key.
    #[must_use]
    pub fn new(parties: Parties, rights: AccountRights, purpose: KmsPurpose, condition: &ContextCondition) -> Self {
        let Parties { root, administrators, users } = parties;
        let administration = || ADMINISTRATION.iter().map(|&action| action.to_owned()).collect();
        let of_account = match rights {
            AccountRights::Everything => vec!["kms:*".to_owned()],
            AccountRights::Administration => administration(),
        };
        let on_the_key = |sid: &str, who: Vec<String>, action: Vec<String>| PolicyStatement {
            sid: sid.to_owned(),
            effect: "Allow",
            principal: Some(Principal { aws: who }),
            action,
            resource: "*".to_owned(),
            condition: None,
        };
        let mut statement = vec![on_the_key("Account", vec![root], of_account)];
        if !administrators.is_empty() {
            statement.push(on_the_key("Administrators", administrators, administration()));
        }
        if !users.is_empty() {
            let operations = purpose.operations();
            let (with_context, without) = split(operations);
            let mut using = on_the_key("Users", users.clone(), with_context);
            using.condition = Condition::on(condition);
            statement.push(using);
            // No context is sent with it: under the condition it would never be allowed.
            statement.push(on_the_key("UsersDescribe", users, without));
        }
        Self { version: VERSION, statement }
    }

    /// The same policy, in which the users can also use the key through services of AWS, and the services for nobody else.
    #[must_use]
    pub fn with_services(mut self, parties: &Parties, services: &[KeyService]) -> Self {
        let Parties { root, users, .. } = parties;
        let parts: Vec<&str> = root.split(':').collect();
        let (partition, account) = (parts.get(1).copied().unwrap_or("aws"), parts.get(4).copied().unwrap_or_default());
        for service in services {
            self.statement.push(PolicyStatement {
                sid: service.sid().to_owned(),
                effect: "Allow",
                principal: Some(Principal { aws: users.clone() }),
                action: service.actions().iter().map(|&action| action.to_owned()).collect(),
                resource: "*".to_owned(),
                condition: Some(Condition {
                    equal: [("kms:CallerAccount".to_owned(), account.to_owned())].into(),
                    like: [("kms:ViaService".to_owned(), service.via(partition))].into(),
                    no_others: BTreeMap::new(),
                }),
            });
        }
        self
    }

    /// The IAM policy that allows its holder `operations` on the key with the ARN `key`.
    #[must_use]
    pub fn granting(key: &str, operations: &[KmsOperation], condition: &ContextCondition) -> Self {
        let (with_context, without) = split(operations);
        let statement = |sid: &str, action, condition| PolicyStatement {
            sid: sid.to_owned(),
            effect: "Allow",
            principal: None,
            action,
            resource: key.to_owned(),
            condition,
        };
        let mut statements =
            vec![statement("Kenc", with_context, Condition::on(condition)), statement("KencDescribe", without, None)];
        statements.retain(|statement| !statement.action.is_empty());
        Self { version: VERSION, statement: statements }
    }

    /// The document, as it is given to `aws kms put-key-policy`.
    ///
    /// # Panics
    /// Never: it is text throughout.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("a policy is text throughout")
    }

    /// The document on several lines.
    ///
    /// # Panics
    /// Never: it is text throughout.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a policy is text throughout")
    }
}

/// The version of the policy language. Not a date of ours.
const VERSION: &str = "2012-10-17";

/// What it takes to care for a key. Nothing with which data could be read, and no grants to others.
const ADMINISTRATION: &[&str] = &[
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:Delete*",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:ReplicateKey",
    "kms:Revoke*",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
];

/// The actions that depend on a context, and those that do not.
fn split(operations: &[KmsOperation]) -> (Vec<String>, Vec<String>) {
    let (with, without): (Vec<KmsOperation>, Vec<KmsOperation>) =
        operations.iter().partition(|operation| operation.has_context());
    let both_ends = [KmsOperation::ReEncryptFrom, KmsOperation::ReEncryptTo];
    let has_both = both_ends.iter().all(|end| with.contains(end));
    let actions = |operations: Vec<KmsOperation>| {
        let mut actions: Vec<String> = operations
            .into_iter()
            .map(|operation| match operation {
                end if has_both && both_ends.contains(&end) => "kms:ReEncrypt*".to_owned(),
                other => format!("kms:{}", other.name()),
            })
            .collect();
        actions.dedup();
        actions
    };
    (actions(with), actions(without))
}

/// One statement of a policy.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyStatement {
    sid: String,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Principal>,
    action: Vec<String>,
    resource: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

#[derive(Clone, Debug, Serialize)]
struct Principal {
    #[serde(rename = "AWS")]
    aws: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Condition {
    #[serde(rename = "StringEquals")]
    equal: BTreeMap<String, String>,
    #[serde(rename = "StringLike", skip_serializing_if = "BTreeMap::is_empty")]
    like: BTreeMap<String, String>,
    #[serde(rename = "ForAllValues:StringEquals", skip_serializing_if = "BTreeMap::is_empty")]
    no_others: BTreeMap<&'static str, Vec<String>>,
}

impl Condition {
    fn on(condition: &ContextCondition) -> Option<Self> {
        let ContextCondition { pairs, nothing_else } = condition;
        if pairs.is_empty() {
            return None;
        }
        let equal = pairs.iter().map(|(key, value)| (format!("kms:EncryptionContext:{key}"), literal(value))).collect();
        let keys = pairs.iter().map(|(key, _)| literal(key)).collect();
        let no_others = nothing_else.then_some(("kms:EncryptionContextKeys", keys)).into_iter().collect();
        Some(Self { equal, like: BTreeMap::new(), no_others })
    }
}

/// A text that IAM takes as it stands: `${` begins a variable.
fn literal(text: &str) -> String {
    text.replace("${", "${$}{")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parties() -> Parties {
        let role = |name: &str| format!("arn:aws:iam::111122223333:role/{name}");
        Parties {
            root: "arn:aws:iam::111122223333:root".to_owned(),
            administrators: vec![role("admin")],
            users: vec![role("reader")],
        }
    }

    fn condition(words: &[&str]) -> ContextCondition {
        ContextCondition { pairs: EncryptionContext::from_words(words).unwrap(), nothing_else: false }
    }

    #[test]
    fn account_administrators_and_users_have_statements_of_their_own() {
        let policy = KeyPolicy::new(
            parties(),
            AccountRights::Everything,
            KmsPurpose::Everything,
            &condition(&["app=billing", "env=prod"]),
        );
        let policy = policy.to_json();
        let statements = policy["Statement"].as_array().unwrap();
        let sids: Vec<_> = statements.iter().map(|statement| statement["Sid"].as_str().unwrap()).collect();
        assert_eq!(sids, ["Account", "Administrators", "Users", "UsersDescribe"]);
        assert_eq!(
            statements[2],
            json!({
                "Sid": "Users",
                "Effect": "Allow",
                "Principal": { "AWS": ["arn:aws:iam::111122223333:role/reader"] },
                "Action": ["kms:GenerateDataKey", "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*"],
                "Resource": "*",
                "Condition": { "StringEquals": {
                    "kms:EncryptionContext:app": "billing",
                    "kms:EncryptionContext:env": "prod",
                } },
            })
        );
        // DescribeKey has no context, so that a condition on one would forbid it for ever.
        assert_eq!(
            (&statements[3]["Action"], &statements[3]["Condition"]),
            (&json!(["kms:DescribeKey"]), &json!(null))
        );
    }

    #[test]
    fn administrators_have_no_action_that_reads_or_writes_data() {
        let uses = KmsPurpose::Everything.operations().iter().filter(|operation| operation.has_context());
        for operation in uses.map(|operation| format!("kms:{}", operation.name())).chain(["kms:CreateGrant".to_owned()])
        {
            let matching = ADMINISTRATION.iter().find(|action| match action.strip_suffix('*') {
                Some(start) => operation.starts_with(start),
                None => operation == **action,
            });
            assert_eq!(matching, None, "{operation}");
        }
    }

    #[test]
    fn no_other_pair_can_be_demanded_and_a_dollar_begins_no_variable() {
        let condition = ContextCondition { nothing_else: true, ..condition(&["app=${aws:username}"]) };
        let granted =
            KeyPolicy::granting("arn:x", &[KmsOperation::Decrypt, KmsOperation::DescribeKey], &condition).to_json();
        assert_eq!(
            granted["Statement"][0]["Condition"],
            json!({
                "StringEquals": { "kms:EncryptionContext:app": "${$}{aws:username}" },
                "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["app"] },
            })
        );
        assert_eq!(granted["Statement"][1]["Condition"], json!(null));
    }

    #[test]
    fn a_grant_names_one_end_of_a_move_alone() {
        let granted = KeyPolicy::granting("arn:x", &[KmsOperation::ReEncryptTo], &condition(&[])).to_json();
        assert_eq!(granted["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(granted["Statement"][0]["Action"], json!(["kms:ReEncryptTo"]));
        assert_eq!(granted["Statement"][0].get("Principal"), None);
    }

    #[test]
    fn a_principal_is_a_user_or_a_role_and_never_everybody() {
        for word in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/a.b@c",
            "arn:aws-cn:iam::111122223333:role/service-role/backup",
        ] {
            assert_eq!(word.parse::<AwsPrincipal>().unwrap().to_string(), word);
        }
        for word in [
            "*",
            "",
            "111122223333",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/a/",
            "arn:aws:iam::1111:role/a",
            "arn:aws:iam::111122223333:group/a",
            "arn:aws:iam::111122223333:role/a\"",
            "arn:evil:iam::111122223333:role/a",
        ] {
            assert_eq!(word.parse::<AwsPrincipal>().unwrap_err(), FORM, "{word}");
        }
        let session = "arn:aws:sts::111122223333:assumed-role/ci/run".parse::<AwsPrincipal>().unwrap_err();
        assert!(session.contains("arn:aws:iam::111122223333:role/ci"), "{session}");
    }
}
