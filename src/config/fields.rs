//! Reading the fields of a mapping: each once, with its line, and with the same words when something is wrong.

use std::path::Path;

use super::yaml::{Content, Node};
use crate::context::EncryptionContext;
use crate::error::{ConfigError, ConfigFault};
use crate::pattern;

/// What happens to a field that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// It is refused: it is a mistake in a file that is ours.
    Refused,
    /// It is read past, as sops does.
    Ignored,
}

/// A word with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) line: u64,
    pub(super) text: String,
}

/// A mapping whose fields are read one by one.
pub(super) struct Fields<'a> {
    pub(super) path: &'a Path,
    pub(super) node: &'a Node,
}

impl<'a> Fields<'a> {
    /// Takes a node, which must be a mapping, or nothing. `place` is how messages name it.
    pub(super) fn new(
        path: &'a Path,
        node: &'a Node,
        place: &'static str,
        known: &[&'static str],
        unknown: Unknown,
    ) -> Result<Self, ConfigError> {
        let fields = Self { path, node };
        match &node.content {
            Content::Null => {}
            Content::Mapping(members) => {
                let stranger = members.iter().find(|member| !known.contains(&member.key.as_str()));
                if let Some(member) = stranger.filter(|_| unknown == Unknown::Refused) {
                    let similar = known.iter().copied().find(|field| is_similar(field, &member.key));
                    let field = member.key.clone();
                    return Err(fields.fault(member.line, ConfigFault::UnknownField { field, place, similar }));
                }
            }
            _ => return Err(fields.fault(node.line, ConfigFault::NotFields(place))),
        }
        Ok(fields)
    }

    pub(super) fn fault(&self, line: u64, fault: impl Into<ConfigFault>) -> ConfigError {
        ConfigError::new(self.path, line, fault)
    }

    /// The value of a field that is there and is not null.
    pub(super) fn value(&self, field: &str) -> Option<&'a Node> {
        let value = &*self.node.member(field)?.value;
        (!matches!(value.content, Content::Null)).then_some(value)
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.value(field).is_some()
    }

    fn wrong(&self, node: &Node, field: &str, wanted: &'static str) -> ConfigError {
        self.fault(node.line, ConfigFault::WrongKind { field: field.to_owned(), wanted })
    }

    /// A text that is not empty: to sops an empty one is as good as none.
    pub(super) fn text(&self, field: &str) -> Result<Option<Word>, ConfigError> {
        let Some(node) = self.value(field) else { return Ok(None) };
        let word = self.word(node, field, "a text")?;
        Ok(Some(word).filter(|word| !word.text.is_empty()))
    }

    pub(super) fn word(&self, node: &Node, field: &str, wanted: &'static str) -> Result<Word, ConfigError> {
        match &node.content {
            Content::Scalar(text) => Ok(Word { line: node.line, text: text.clone() }),
            _ => Err(self.wrong(node, field, wanted)),
        }
    }

    pub(super) fn flag(&self, field: &str) -> Result<bool, ConfigError> {
        let Some(node) = self.value(field) else { return Ok(false) };
        let Content::Scalar(text) = &node.content else { return Err(self.wrong(node, field, "true or false")) };
        // The words of YAML 1.1 are what sops takes where it wants one of these two.
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" => Ok(true),
            "false" | "no" | "n" | "off" => Ok(false),
            _ => Err(self.wrong(node, field, "true or false")),
        }
    }

    pub(super) fn number(&self, field: &str) -> Result<Option<(u64, i64)>, ConfigError> {
        let Some(node) = self.value(field) else { return Ok(None) };
        let number = if let Content::Scalar(text) = &node.content { text.parse().ok() } else { None };
        number.map(|number| Some((node.line, number))).ok_or_else(|| self.wrong(node, field, "a whole number"))
    }

    /// The items of a list.
    pub(super) fn list(&self, field: &str) -> Result<Option<&'a [std::rc::Rc<Node>]>, ConfigError> {
        let Some(node) = self.value(field) else { return Ok(None) };
        match &node.content {
            Content::Sequence(items) => Ok(Some(items)),
            _ => Err(self.wrong(node, field, "a list")),
        }
    }

    /// Words in a text with commas between them, or in a list, or in such texts in a list.
    pub(super) fn words(&self, field: &str) -> Result<Vec<Word>, ConfigError> {
        const WANTED: &str = "a comma-separated string or a list of strings";
        let Some(node) = self.value(field) else { return Ok(Vec::new()) };
        let items = match &node.content {
            Content::Sequence(items) => items.iter().map(|item| &**item).collect(),
            _ => vec![node],
        };
        let mut words = Vec::new();
        for item in items.into_iter().filter(|item| !matches!(item.content, Content::Null)) {
            let Word { line, text } = self.word(item, field, WANTED)?;
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            words.extend(parts.map(|part| Word { line, text: part.to_owned() }));
        }
        Ok(words)
    }

    /// A regular expression.
    pub(super) fn pattern(&self, field: &'static str) -> Result<Option<regex::Regex>, ConfigError> {
        let Some(Word { line, text }) = self.text(field)? else { return Ok(None) };
        match pattern::compile(&text) {
            Ok(pattern) => Ok(Some(pattern)),
            Err(fault) => Err(self.fault(line, ConfigFault::Pattern { field, fault })),
        }
    }

    /// Pairs of text.
    pub(super) fn context(&self, field: &str) -> Result<EncryptionContext, ConfigError> {
        let mut context = EncryptionContext::new();
        let Some(node) = self.value(field) else { return Ok(context) };
        let Content::Mapping(members) = &node.content else {
            return Err(self.wrong(node, field, "a mapping of strings"));
        };
        for member in members {
            let value = match &member.value.content {
                Content::Null => "",
                Content::Scalar(text) => text,
                _ => return Err(self.wrong(&member.value, &member.key, "a text")),
            };
            context.insert(&member.key, value).map_err(|fault| self.fault(member.line, fault))?;
        }
        Ok(context)
    }
}

/// Whether one name may be a slip for the other: the same letters but for case, `-` and `_`, or one letter more, less or
/// changed.
fn is_similar(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> Vec<u8> {
        name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    let (one, other) = (plain(one), plain(other));
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    let same_start = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => same_start == short.len() || short[same_start + 1..] == long[same_start + 1..],
        1 => short[same_start..] == long[same_start + 1..],
        _ => false,
    }
}
