//! Opening a document: its data key, its values, and whether they are authentic.

use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::crypto::digest::are_equal;
use crate::document::content::edit::{Edit, NewText};
use crate::document::content::tree::Leaf;
use crate::document::content::value::{Value, ValueKind};
use crate::document::operations::report::{MacStatus, OpenReport};
use crate::document::operations::requirements::{MacRequirement, OpenRequirements, SealRequirement};
use crate::document::sops::cipher::{ValueCipher, ValueFault, comment_text, looks_encrypted};
use crate::document::sops::cores::on_all_cores;
use crate::document::sops::data_key;
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::mac::Mac;
use crate::document::sops::metadata::Metadata;
use crate::document::sops::rule_walk::{RuleItem, RulePlace, walk};
use crate::document::sops::seal::{self, SealStatus};
use crate::document::sops::spellings::Spellings;
use crate::document::sops::stored_key::StoredKey;
use crate::document::sops::timestamp::SealIntent;
use crate::error::{At, ContextError, DocumentError, Error, Result};
use crate::keys::{GroupSlot, KeySpec, Keyring};

/// A document whose values were decrypted and found authentic. Its plaintext does not exist as a text.
pub struct AuthenticDocument {
    pub(crate) sealed: EncryptedDocument,
    pub(crate) data_key: DataKey,
    /// The values of the leaves, in order, as they were encrypted.
    pub(crate) values: Vec<Value>,
    /// The decrypted comments.
    pub(crate) comments: Vec<Edit>,
    /// Source texts that differ from the usual ones.
    pub(crate) forms: Spellings,
    /// Whether any comment is encrypted.
    pub(crate) has_encrypted_comments: bool,
    pub(crate) report: OpenReport,
}

impl EncryptedDocument {
    /// Opens it with the first keys that work, and checks the MAC and the seal.
    ///
    /// # Errors
    /// If no key opens it, it is not authentic, or a requirement is not met.
    pub fn authenticate(self, keyring: &Keyring<'_>, demands: &OpenRequirements) -> Result<AuthenticDocument> {
        let data_key = self.data_key(keyring, demands)?;
        self.authenticate_with(data_key, demands)
    }

    /// The same with a data key that is known to fit.
    pub(crate) fn authenticate_with(self, data_key: DataKey, demands: &OpenRequirements) -> Result<AuthenticDocument> {
        let cipher = ValueCipher::new(&data_key);
        let examined = self.examine(&cipher);
        self.release(data_key, &cipher, examined, demands)
    }

    /// Opens it, and collects all problems instead of the first: values that are damaged or in plaintext against the rule,
    /// the MAC, the seal.
    ///
    /// # Errors
    /// If no key opens it, or the context does not match.
    pub fn verify(
        self,
        keyring: &Keyring<'_>,
        demands: &OpenRequirements,
    ) -> Result<(Vec<DocumentError>, Option<OpenReport>)> {
        let data_key = self.data_key(keyring, demands)?;
        let cipher = ValueCipher::new(&data_key);
        let examined = self.examine(&cipher);
        let (_, mac_problem) = self.check_mac(&cipher, &examined);
        if mac_problem.is_some() || !examined.problems.is_empty() {
            return Ok((examined.problems.into_iter().chain(mac_problem).collect(), None));
        }
        // What is authentic but cannot be written as plaintext is a problem as well.
        match self.release(data_key, &cipher, examined, demands).and_then(AuthenticDocument::opened) {
            Ok(opened) => Ok((Vec::new(), Some(opened.report))),
            Err(Error::Document(problem)) => Ok((vec![problem], None)),
            Err(error) => Err(error),
        }
    }

    /// Releases the values if the MAC and the seal allow it.
    fn release(
        self,
        data_key: DataKey,
        cipher: &ValueCipher,
        examined: Examined,
        demands: &OpenRequirements,
    ) -> Result<AuthenticDocument> {
        let (mac, mac_problem) = self.check_mac(cipher, &examined);
        let Examined { comments, values, problems, comments_left, has_encrypted_comments, mac: _ } = examined;
        if let Some(problem) = first_of(problems) {
            return Err(problem.into());
        }
        if let (Some(problem), MacRequirement::Right) = (mac_problem, demands.mac) {
            return Err(problem.into());
        }
        let seal = seal::check(&data_key, cipher, &self, &values);
        match (seal, demands.seal) {
            _ if demands.mac == MacRequirement::Nothing => {}
            (SealStatus::Verified, _)
            | (_, SealRequirement::Nothing)
            | (SealStatus::Absent, SealRequirement::NotBroken) => {}
            (SealStatus::Broken(fault), _) => return Err(DocumentError::BrokenSeal(fault).into()),
            (SealStatus::Absent, SealRequirement::Verified) => return Err(DocumentError::NoSeal.into()),
        }
        let forms =
            self.metadata.forms.as_deref().and_then(|token| Spellings::decrypt(token, cipher)).unwrap_or_default();
        let report = OpenReport { mac, seal, comments_left };
        Ok(AuthenticDocument { sealed: self, data_key, values, comments, forms, has_encrypted_comments, report })
    }

    fn data_key(&self, keyring: &Keyring<'_>, demands: &OpenRequirements) -> Result<DataKey> {
        let groups = self.metadata.groups.iter().map(|group| group.iter().map(StoredKey::slot).collect());
        let groups: Vec<Vec<GroupSlot>> = groups.collect::<Result<_, _>>()?;
        check_context(&groups, &demands.context)?;
        let probe = self.probe();
        keyring.unwrap_groups(&groups, self.metadata.needed_groups(), &demands.only, &demands.order, |data_key| {
            (probe.is_empty() || Self::is_opened(&probe, data_key)).then(|| data_key::copy(data_key))
        })
    }

    /// Whether opening it waits for a key service.
    pub(crate) fn waits_for_service(&self, keyring: &Keyring<'_>, only: &[KeySpec]) -> bool {
        let groups = self.metadata.groups.iter().map(|group| group.iter().map(StoredKey::slot).collect());
        let groups: Result<Vec<Vec<GroupSlot>>, _> = groups.collect();
        groups.is_ok_and(|groups| keyring.waits_for_service(&groups, only))
    }

    /// Decrypts everything that is encrypted.
    fn examine(&self, cipher: &ValueCipher) -> Examined {
        let mut examined = Examined {
            comments: Vec::new(),
            values: Vec::with_capacity(self.document.found.tokens.len()),
            problems: Vec::new(),
            comments_left: Vec::new(),
            has_encrypted_comments: false,
            mac: Zeroizing::default(),
        };
        let opened = on_all_cores(&self.document, &self.selection, |_, leaf, spot| match &leaf.value {
            Value::Text(token) if spot.is_selected && looks_encrypted(token) => {
                Some(cipher.decrypt_value(token, spot.aad))
            }
            _ => None,
        });
        let mut opened = opened.into_iter();
        let mut mac = Mac::new(self.metadata.mac_scope, &self.document.found.aliases);
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            match met {
                RuleItem::Leaf(leaf) => {
                    let value = examined.leaf(opened.next().flatten(), leaf, spot);
                    mac.add(&value, spot.is_selected);
                    examined.values.push(value);
                }
                RuleItem::Comment(comment) if spot.is_selected && looks_encrypted(&comment.text) => {
                    match comment_text(cipher, &comment.text, spot.aad) {
                        Some(text) => {
                            examined.has_encrypted_comments = true;
                            examined.comments.push(Edit { leaf: comment.id, text: NewText::Comment(text) });
                        }
                        None => examined.comments_left.push(comment.place.into()),
                    }
                }
                RuleItem::Alias(_) => mac.add_alias(spot.is_selected),
                RuleItem::Comment(_) => {}
            }
            Ok::<(), ()>(())
        });
        examined.mac = mac.finish();
        examined
    }

    fn check_mac(&self, cipher: &ValueCipher, examined: &Examined) -> (MacStatus, Option<DocumentError>) {
        let Metadata { mac, last_modified, .. } = &self.metadata;
        let Some(mac) = mac else { return (MacStatus::Missing, Some(DocumentError::MissingMac)) };
        match cipher.decrypt(mac, last_modified) {
            Ok((ValueKind::Text, stated)) if are_equal(&stated, examined.mac.as_bytes()) => (MacStatus::Verified, None),
            Ok(_) => (MacStatus::Wrong, Some(DocumentError::WrongMac)),
            Err(_) => (MacStatus::Wrong, Some(DocumentError::MacNotAuthentic)),
        }
    }
}

impl OpenReport {
    /// Whether what is written from the document gets a seal: only if all of it was verified under one.
    pub(crate) fn sealing(&self) -> SealIntent {
        let Self { mac, seal, comments_left: _ } = self;
        if *mac == MacStatus::Verified && *seal == SealStatus::Verified {
            SealIntent::Sealed
        } else {
            SealIntent::Unsealed
        }
    }
}

/// All encrypted values and comments of a document, decrypted.
struct Examined {
    comments: Vec<Edit>,
    values: Vec<Value>,
    problems: Vec<DocumentError>,
    comments_left: Vec<At>,
    has_encrypted_comments: bool,
    mac: Zeroizing<String>,
}

impl Examined {
    /// The plaintext value of a leaf, whose token was decrypted if it has one. One with a problem is left as it is.
    fn leaf(&mut self, opened: Option<Result<Value, ValueFault>>, leaf: &Leaf, spot: &RulePlace<'_>) -> Value {
        if !spot.is_selected || leaf.value.stays() {
            return leaf.value.clone();
        }
        let (at, path) = (At::from(leaf.place), || spot.path().to_string());
        match opened {
            Some(Ok(value)) => return value,
            Some(Err(ValueFault::Damaged(fault))) => {
                self.problems.push(DocumentError::DamagedValue { at, path: path(), fault });
            }
            Some(Err(ValueFault::NotAuthentic)) => {
                self.problems.push(DocumentError::ValueNotAuthentic { at, path: path() });
            }
            None => self.problems.push(DocumentError::InTheClear { at, path: path(), others: 0 }),
        }
        leaf.value.clone()
    }
}

/// The first problem. For values in plaintext, how many more there are.
fn first_of(problems: Vec<DocumentError>) -> Option<DocumentError> {
    let in_the_clear = problems.iter().filter(|problem| matches!(problem, DocumentError::InTheClear { .. })).count();
    problems.into_iter().next().map(|problem| match problem {
        DocumentError::InTheClear { at, path, .. } => DocumentError::InTheClear { at, path, others: in_the_clear - 1 },
        other => other,
    })
}

fn check_context(groups: &[Vec<GroupSlot>], demanded: &EncryptionContext) -> Result<(), ContextError> {
    let of_kms: Vec<_> = groups.iter().flatten().filter(|slot| slot.takes_context()).collect();
    if of_kms.is_empty() {
        return EncryptionContext::new().check_contains(demanded);
    }
    of_kms.iter().try_for_each(|slot| slot.access.context.check_contains(demanded))
}
