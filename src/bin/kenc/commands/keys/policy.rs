//! `kenc keys policy`.

use std::collections::BTreeSet;

use kenc::context::EncryptionContext;
use kenc::error::Error;
use kenc::keys::aws_kms::{AccountRights, AwsPrincipal, ContextCondition, KeyPolicy, Parties};

use crate::args::KeysPolicyArgs;
use crate::failure::{Cause, Exit, Failure};
use crate::report::Reporter;

pub fn run(args: &KeysPolicyArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    let pairs = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    let condition = ContextCondition { pairs, nothing_else: args.exact_context };
    let rights = if args.users_only { AccountRights::Administration } else { AccountRights::Everything };
    let Named { parties, missing } = Named::new(args)?;
    let policy = KeyPolicy::new(parties, rights, args.purpose.purpose(), &condition);
    reporter.result(&format!("{}\n", policy.to_text()), &policy.to_json())?;
    if !missing.is_empty() {
        reporter.hint(&format!("replace the placeholders: {}", missing.join(", ")));
    }
    Ok(Exit::Done)
}

/// Who is named in the policy, and what stands in it for those who were not given. AWS takes no policy with such a word.
struct Named {
    parties: Parties,
    missing: Vec<&'static str>,
}

impl Named {
    fn new(args: &KeysPolicyArgs) -> Result<Self, Failure> {
        let KeysPolicyArgs { administrators, users, .. } = args;
        let given = || administrators.iter().chain(users);
        let accounts: BTreeSet<&str> = given().map(AwsPrincipal::account).collect();
        let mut missing = Vec::new();
        let account = match &args.account {
            Some(account) => account,
            None if accounts.len() > 1 => {
                return Err(Cause::SeveralAccounts(accounts.into_iter().collect::<Vec<_>>().join(", ")).into());
            }
            None => accounts.first().copied().unwrap_or_else(|| {
                missing.push("ACCOUNT (--account)");
                "ACCOUNT"
            }),
        };
        let partition = given().next().map_or("aws", AwsPrincipal::partition);
        let mut named = |principals: &[AwsPrincipal], role: &str, option| {
            if principals.is_empty() {
                missing.push(option);
                return vec![format!("arn:{partition}:iam::{account}:role/{role}")];
            }
            principals.iter().map(ToString::to_string).collect()
        };
        let administrators = named(administrators, "ADMIN", "ADMIN (--admin)");
        let users = named(users, "USER", "USER (--user)");
        let root = format!("arn:{partition}:iam::{account}:root");
        Ok(Self { parties: Parties { root, administrators, users }, missing })
    }
}
