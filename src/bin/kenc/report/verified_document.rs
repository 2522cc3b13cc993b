//! The result of checking a document, for people and for programs.

use std::fmt::Write as _;

use kenc::document::{OpenReport, SealStatus};
use kenc::error::{DocumentError, Error};
use kenc::ops::documents::verify::VerifiedDocument;
use serde_json::json;

use super::document_keys::groups_json;
use super::seal::{seal_sentence, seal_word};
use super::{Reporter, printable};
use crate::failure::{Exit, Failure};

/// Reports it. A missing seal is a problem: nothing vouches for what the MAC does not cover.
pub fn tell(verified: &VerifiedDocument, name: &str, reporter: &Reporter) -> Result<Exit, Failure> {
    let VerifiedDocument { report: OpenReport { seal, comments_left, .. }, metadata } = verified;
    reporter.confirmation(
        &text(verified, name),
        &json!({
            "file": name,
            "authentic": true,
            "mac": true,
            "seal": seal_word(*seal),
            "groups": groups_json(metadata),
        }),
    )?;
    for at in comments_left {
        reporter.hint(&format!("{name}: {at}: this encrypted comment belongs elsewhere and was not decrypted"));
    }
    Ok(if *seal == SealStatus::Verified { Exit::Done } else { Exit::Problems })
}

/// Reports all problems of a document but the last, which is the failure.
pub fn problems(problems: Vec<DocumentError>, name: &str, reporter: &Reporter) -> Failure {
    let mut problems = problems.into_iter().map(|problem| Failure::about(name)(Error::Document(problem)));
    let last = problems.next_back().expect("without a report there is a problem");
    for problem in problems {
        reporter.failure(&problem);
    }
    last
}

fn text(VerifiedDocument { report, metadata }: &VerifiedDocument, name: &str) -> String {
    let state = match report.seal {
        SealStatus::Verified => "authentic, sealed".to_owned(),
        other => format!("its values are authentic, but {}", seal_sentence(other)),
    };
    let mut text = format!("{}: {state}\n", printable(name));
    for (number, group) in metadata.groups.iter().enumerate() {
        for key in group {
            let (kind, id) = key.named();
            let group = if metadata.groups.len() > 1 { format!("group {}: ", number + 1) } else { String::new() };
            writeln!(text, "  {}", printable(&format!("{group}{kind} {id}"))).expect("a string takes all text");
        }
    }
    text
}
