//! `kenc keys policy`.

use kenc::context::EncryptionContext;
use kenc::error::Error;
use kenc::keys::aws_kms::{AccountRights, ContextCondition, KeyPolicy};
use kenc::ops::keys::policy::{MissingParty, parties};

use crate::args::KeysPolicyArgs;
use crate::failure::{Exit, Failure};
use crate::report::Reporter;

pub fn run(args: &KeysPolicyArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    let pairs = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    let condition = ContextCondition { pairs, nothing_else: args.exact_context };
    let rights = if args.users_only { AccountRights::Administration } else { AccountRights::Everything };
    let (parties, missing) = parties(args.account.as_deref(), &args.administrators, &args.users)?;
    let policy = KeyPolicy::new(parties.clone(), rights, args.purpose.purpose(), &condition);
    let policy = policy.with_services(&parties, &args.services);
    reporter.result(&args.format.format().text(&policy, &args.alias), &policy.to_json())?;
    if !missing.is_empty() {
        let missing: Vec<&str> = missing.into_iter().map(placeholder).collect();
        reporter.hint(&format!("replace the placeholders: {}", missing.join(", ")));
    }
    Ok(Exit::Done)
}

/// The placeholder in a policy for a principal that was not given, and the option that names it.
fn placeholder(missing: MissingParty) -> &'static str {
    match missing {
        MissingParty::Account => "ACCOUNT (--account)",
        MissingParty::Administrator => "ADMIN (--admin)",
        MissingParty::User => "USER (--user)",
    }
}
