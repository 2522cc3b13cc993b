//! Who made a call, as CloudTrail recorded it.

use super::key_words::member;
use super::key_words::{json_or_text, presto_member, text_member};

/// Who made a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPrincipal {
    /// The kind of identity, such as `IAMUser`, `AssumedRole` or `AWSService`.
    pub kind: String,
    /// The ARN of the user or of the session of a role. A call from another account has none in the log of the key's account.
    pub arn: Option<String>,
    /// The ARN of the role, if it is a session of one.
    pub role: Option<String>,
    /// The account of the caller.
    pub account: Option<String>,
    /// The service of AWS that made the call for somebody.
    pub service: Option<String>,
    /// What CloudTrail has besides an ARN.
    pub id: Option<String>,
}

impl EventPrincipal {
    /// Reads the member `userIdentity`.
    #[must_use]
    pub fn of(raw: &str) -> Self {
        let identity = match json_or_text(raw) {
            Ok(identity) => identity,
            Err(text) => {
                let of = |name: &str| presto_member(&text, name);
                let issuer = text.to_ascii_lowercase().find("sessionissuer=").and_then(|at| text.get(at..));
                return Self {
                    kind: of("type").unwrap_or_default(),
                    arn: of("arn"),
                    role: issuer.and_then(|issuer| presto_member(issuer.split_once('{')?.1, "arn")),
                    account: of("accountid"),
                    service: of("invokedby"),
                    id: of("principalid"),
                };
            }
        };
        let of = |name: &str| text_member(&identity, name);
        let issuer = member(&identity, "sessionContext").and_then(|session| member(session, "sessionIssuer"));
        Self {
            kind: of("type").unwrap_or_default(),
            arn: of("arn"),
            role: issuer.and_then(|issuer| text_member(issuer, "arn")),
            account: of("accountId"),
            service: of("invokedBy"),
            id: of("principalId"),
        }
    }

    /// Who it is in one word: the ARN, else the service, else the account.
    #[must_use]
    pub fn name(&self) -> String {
        let Self { kind, arn, role: _, account, service, id } = self;
        let known = arn.clone().or_else(|| service.clone());
        known.unwrap_or_else(|| match (account, id) {
            (Some(account), Some(id)) => format!("{id} of account {account}"),
            (Some(account), None) => format!("account {account}"),
            (None, Some(id)) => id.clone(),
            (None, None) => kind.clone(),
        })
    }

    /// Whether a text, in lower case, is in one of its names.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        let Self { kind: _, arn, role, account, service, id } = self;
        let names = [arn, role, account, service, id].into_iter().flatten();
        names.into_iter().any(|name| name.to_ascii_lowercase().contains(text))
    }
}
