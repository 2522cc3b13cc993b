//! An event of AWS KMS in a log of CloudTrail.

use serde_json::Value;

use super::event_fields::{EventField as Field, EventFields};
use super::key_words::{arns_in, is_key_arn, json_or_text, member, text_member};
use super::principal::EventPrincipal;

/// The service whose events are read.
const KMS: &str = "kms.amazonaws.com";
/// Longest text of a log that is kept, in characters.
const LONGEST_TEXT: usize = 1024;

/// One call of AWS KMS, or one act of AWS KMS itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailEvent {
    /// When, as CloudTrail writes it: `2026-11-29T10:15:02Z`.
    pub time: String,
    /// The operation, such as `Decrypt`.
    pub name: String,
    /// Its id in CloudTrail.
    pub event_id: String,
    /// The id that is the same in the logs of both accounts of a call, if there are two.
    pub shared_event_id: String,
    /// The id with which AWS KMS answered.
    pub request_id: String,
    /// The region that was asked.
    pub region: String,
    /// From where: an address, or a service of AWS.
    pub source: String,
    /// The program that asked.
    pub user_agent: String,
    /// Who asked.
    pub principal: EventPrincipal,
    /// What became of it.
    pub outcome: EventOutcome,
    /// The keys that it used or changed.
    pub uses: Vec<EventKey>,
}

/// What became of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EventOutcome {
    /// It was done.
    #[default]
    Done,
    /// It was only tried out: a dry run, which would have been done.
    DryRun,
    /// A policy does not allow it.
    Denied(EventError),
    /// It failed otherwise.
    Failed(EventError),
}

/// The error of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventError {
    /// Its code.
    pub code: String,
    /// The sentence of AWS; often empty.
    pub message: String,
}

/// A key in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventKey {
    /// The words that name it. All of them mean the same key.
    pub words: Vec<String>,
    /// How it was used.
    pub usage: EventUse,
    /// The encryption context, in ascending order; `None` if CloudTrail did not record one, or the operation has none.
    pub context: Option<Vec<(String, String)>>,
}

/// How an event uses a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventUse {
    /// Something was wrapped under it, or should have been.
    Wraps,
    /// Something was unwrapped with it, or should have been.
    Unwraps,
    /// The key itself was changed, or used for something else.
    Other,
}

impl TrailEvent {
    /// Reads a record. `None` if it is not of AWS KMS, or only looks at something.
    ///
    /// # Errors
    /// If it is of AWS KMS and not well-formed JSON.
    pub fn read(record: &[u8]) -> serde_json::Result<Option<Self>> {
        if memchr::memmem::find(record, KMS.as_bytes()).is_none() {
            return Ok(None);
        }
        let fields = EventFields::read(record)?;
        for whole in [Field::WholeEvent, Field::EventJson] {
            if fields.raw(whole).is_some() {
                return Ok(Self::of(&EventFields::read(fields.text(whole).as_bytes())?));
            }
        }
        Ok(Self::of(&fields))
    }

    fn of(fields: &EventFields<'_>) -> Option<Self> {
        let text = |field| shortened(fields.text(field));
        let name = text(Field::Name);
        if fields.text(Field::Source) != KMS || only_looks(&name) {
            return None;
        }
        let error = EventError { code: text(Field::ErrorCode), message: text(Field::ErrorMessage) };
        let principal = fields.raw(Field::UserIdentity).map(EventPrincipal::of).unwrap_or_default();
        let region = text(Field::Region);
        let mut uses = uses(&name, fields, &error.message);
        for word in uses.iter_mut().flat_map(|key| &mut key.words) {
            *word = with_place(word, &region, principal.account.as_deref());
        }
        Some(Self {
            time: canonical_time(text(Field::Time)),
            event_id: text(Field::EventId),
            shared_event_id: text(Field::SharedEventId),
            request_id: text(Field::RequestId),
            region,
            source: text(Field::SourceAddress),
            user_agent: text(Field::UserAgent),
            principal,
            uses,
            outcome: EventOutcome::of(error),
            name,
        })
    }
}

impl EventOutcome {
    fn of(error: EventError) -> Self {
        match error.code.as_str() {
            "" => Self::Done,
            "DryRunOperationException" => Self::DryRun,
            code if code.contains("AccessDenied") || code.contains("Unauthorized") || code == "NotAuthorized" => {
                Self::Denied(error)
            }
            _ => Self::Failed(error),
        }
    }

    /// Why it was not done, as far as AWS says so.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let (Self::Denied(EventError { code, message }) | Self::Failed(EventError { code, message })) = self else {
            return None;
        };
        let reason = ["because ", "with an explicit deny"].iter().find_map(|start| message.find(start));
        let reason = reason.map_or(message.as_str(), |at| &message[at..]);
        Some(if reason.is_empty() { code } else { reason })
    }
}

/// Whether an operation neither uses nor changes a key.
fn only_looks(name: &str) -> bool {
    ["Describe", "List", "Get"].iter().any(|start| name.starts_with(start))
}

/// The keys of an event.
fn uses(name: &str, fields: &EventFields<'_>, message: &str) -> Vec<EventKey> {
    let parameters = fields.raw(Field::Parameters).map(json_or_text);
    let resources: Vec<String> = arns_in(fields.raw(Field::Resources).unwrap_or_default());
    let keys: Vec<String> = resources.iter().filter(|arn| is_key_arn(arn)).cloned().collect();
    let of_parameters = |names: &[&str]| -> Vec<String> {
        match &parameters {
            Some(Ok(parameters)) => names.iter().filter_map(|name| text_member(parameters, name)).collect(),
            Some(Err(text)) => arns_in(text),
            None => Vec::new(),
        }
    };
    let context = |name: &str| match &parameters {
        Some(Ok(parameters)) => member(parameters, name).map_or(Some(Vec::new()), pairs),
        // A structure that a tool has flattened to text cannot be read back.
        Some(Err(_)) | None => None,
    };
    // A call that was denied has often nothing but the sentence of the denial.
    let or_of_message = |words: Vec<String>| if words.is_empty() { arns_in(message) } else { words };
    match name {
        "ReEncrypt" => {
            let side = |at: usize, key: &str, context_name: &str, usage| {
                let named = of_parameters(&[key]);
                match (&keys[..], named.is_empty()) {
                    ([_, _], _) => EventKey { words: vec![keys[at].clone()], usage, context: context(context_name) },
                    ([], false) => EventKey { words: named, usage, context: context(context_name) },
                    // It is not said which of the two keys this one is, so its context is not known either.
                    _ => EventKey { words: or_of_message([named, keys.clone()].concat()), usage, context: None },
                }
            };
            vec![
                side(0, "sourceKeyId", "sourceEncryptionContext", EventUse::Unwraps),
                side(1, "destinationKeyId", "destinationEncryptionContext", EventUse::Wraps),
            ]
        }
        "Decrypt" | "Encrypt" => {
            let usage = if name == "Decrypt" { EventUse::Unwraps } else { EventUse::Wraps };
            let words = if keys.is_empty() { or_of_message(of_parameters(&["keyId"])) } else { keys };
            vec![EventKey { words, usage, context: context("encryptionContext") }]
        }
        _ if name.starts_with("GenerateDataKey") => {
            let words = if keys.is_empty() { or_of_message(of_parameters(&["keyId"])) } else { keys };
            vec![EventKey { words, usage: EventUse::Wraps, context: context("encryptionContext") }]
        }
        _ => {
            let mut words = [resources, of_parameters(&["keyId", "targetKeyId"])].concat();
            let response = fields.raw(Field::Response).map(json_or_text).and_then(Result::ok);
            words.extend(response.and_then(|response| text_member(&response, "keyId")));
            let words = or_of_message(words);
            let other = |word| EventKey { words: vec![word], usage: EventUse::Other, context: None };
            words.into_iter().map(other).collect()
        }
    }
}

/// A key as a whole ARN: an id and an alias without one are those of the caller's account and the region that was asked.
fn with_place(word: &str, region: &str, account: Option<&str>) -> String {
    let partition = match region {
        "" => return word.to_owned(),
        china if china.starts_with("cn-") => "aws-cn",
        gov if gov.starts_with("us-gov-") => "aws-us-gov",
        isolated if isolated.contains("iso") || isolated.starts_with("eusc-") => return word.to_owned(),
        _ => "aws",
    };
    match account {
        Some(account) if !word.starts_with("arn:") && word.starts_with("alias/") => {
            format!("arn:{partition}:kms:{region}:{account}:{word}")
        }
        Some(account) if !word.starts_with("arn:") => format!("arn:{partition}:kms:{region}:{account}:key/{word}"),
        _ => word.to_owned(),
    }
}

/// The pairs of a context, sorted; `None` if they are not text.
fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    if value.is_null() {
        return Some(Vec::new());
    }
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    let mut pairs = value.as_object()?.iter().map(text).collect::<Option<Vec<_>>>()?;
    pairs.sort();
    Some(pairs)
}

/// `2026-11-29T10:15:02Z` also for what CloudTrail Lake writes: `2026-11-29 10:15:02.000`.
fn canonical_time(time: String) -> String {
    let bytes = time.as_bytes();
    if time.is_ascii() && bytes.len() >= 19 && bytes[4] == b'-' && matches!(bytes[10], b'T' | b' ') {
        format!("{}T{}Z", &time[..10], &time[11..19])
    } else {
        time
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
