//! `kenc verify` of a config document.

use kenc::document::{Demands, Report, SealStatus, Sealed};
use kenc::error::Error;
use kenc::keys::Keyring;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::report::Reporter;

/// Opens a document, and says all that is wrong with it, or what vouches for it.
pub fn run(
    sealed: Sealed,
    name: &str,
    demands: &Demands,
    keyring: &Keyring<'_>,
    reporter: &Reporter,
) -> Result<Exit, Failure> {
    let (problems, report) = sealed.verify(keyring, demands).map_err(Failure::about(name))?;
    let Some(Report { seal, comments_left, .. }) = report else {
        let mut problems = problems.into_iter().map(|problem| Failure::about(name)(Error::Document(problem)));
        let last = problems.next_back().expect("without a report there is a problem");
        for problem in problems {
            reporter.failure(&problem);
        }
        return Err(last);
    };
    reporter.confirmation(
        &format!("{name}: authentic, {}\n", describe(seal)),
        &json!({ "file": name, "authentic": true, "mac": true, "seal": word(seal) }),
    )?;
    for at in comments_left {
        reporter.hint(&format!("{name}: {at}: this encrypted comment is not one of this place, and is left as it is"));
    }
    Ok(Exit::Done)
}

fn describe(seal: SealStatus) -> &'static str {
    match seal {
        SealStatus::Verified => "sealed",
        SealStatus::Stale => "with the MAC of another tool, which wrote last; the seal is from before that",
        SealStatus::Missing => "with the MAC of another tool, and no seal: keys, comments and rules are not covered",
        SealStatus::Broken => "with a broken seal",
    }
}

fn word(seal: SealStatus) -> &'static str {
    match seal {
        SealStatus::Verified => "verified",
        SealStatus::Stale => "stale",
        SealStatus::Missing => "missing",
        SealStatus::Broken => "broken",
    }
}
