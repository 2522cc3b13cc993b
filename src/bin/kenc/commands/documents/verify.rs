//! `kenc verify` of a config document.

use std::fmt::Write as _;

use kenc::document::{EncryptedDocument, Metadata, OpenReport, OpenRequirements, SealStatus};
use kenc::error::{DocumentError, Error};
use kenc::keys::Keyring;
use serde_json::json;

use super::keys::keys_json;
use crate::failure::{Exit, Failure};
use crate::report::{Reporter, printable, seal_sentence, seal_word};

/// A document whose values are authentic, and what else is known about it.
pub struct Verified {
    report: OpenReport,
    metadata: Metadata,
}

/// Opens a document, and says all that is wrong with it, or what vouches for it.
pub fn run(
    sealed: EncryptedDocument,
    name: &str,
    demands: &OpenRequirements,
    keyring: &Keyring<'_>,
    reporter: &Reporter,
) -> Result<Exit, Failure> {
    match verified(sealed, name, demands, keyring)? {
        Ok(verified) => verified.tell(name, reporter),
        Err(problems) => {
            let mut problems = problems.into_iter().map(|problem| Failure::about(name)(Error::Document(problem)));
            let last = problems.next_back().expect("without a report there is a problem");
            for problem in problems {
                reporter.failure(&problem);
            }
            Err(last)
        }
    }
}

/// Opens a document. Otherwise there is at least one problem.
pub fn verified(
    sealed: EncryptedDocument,
    name: &str,
    demands: &OpenRequirements,
    keyring: &Keyring<'_>,
) -> Result<Result<Verified, Vec<DocumentError>>, Failure> {
    let metadata = sealed.metadata().clone();
    let (problems, report) = sealed.verify(keyring, demands).map_err(Failure::about(name))?;
    Ok(match report {
        Some(OpenReport { seal: SealStatus::Broken(fault), .. }) => Err(vec![DocumentError::BrokenSeal(fault)]),
        Some(report) => Ok(Verified { report, metadata }),
        None => Err(problems),
    })
}

impl Verified {
    /// Says it. What is not sealed is a problem: nothing vouches for what the MAC does not cover.
    pub fn tell(&self, name: &str, reporter: &Reporter) -> Result<Exit, Failure> {
        let Self { report: OpenReport { seal, comments_left, mac: _ }, metadata } = self;
        reporter.confirmation(
            &self.text(name),
            &json!({
                "file": name,
                "authentic": true,
                "mac": true,
                "seal": seal_word(*seal),
                "groups": keys_json(metadata),
            }),
        )?;
        for at in comments_left {
            reporter.hint(&format!("{name}: {at}: this encrypted comment belongs elsewhere and was not decrypted"));
        }
        Ok(if *seal == SealStatus::Verified { Exit::Done } else { Exit::Problems })
    }

    fn text(&self, name: &str) -> String {
        let Self { report, metadata } = self;
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
}
