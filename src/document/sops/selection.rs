//! Which values of a document are encrypted: one rule per document, evaluated as sops does.

use regex::Regex;

use crate::error::DocumentError;

/// The rule that decides which values are encrypted. Its text is never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionRule {
    /// Everything, except values under keys that end with this.
    UnencryptedSuffix(String),
    /// Only values under keys that end with this.
    EncryptedSuffix(String),
    /// Everything, except values under keys that match.
    UnencryptedRegex(String),
    /// Only values under keys that match.
    EncryptedRegex(String),
    /// Everything, except values after a comment that matches.
    UnencryptedCommentRegex(String),
    /// Only values after a comment that matches.
    EncryptedCommentRegex(String),
}

impl Default for EncryptionRule {
    fn default() -> Self {
        Self::UnencryptedSuffix("_unencrypted".to_owned())
    }
}

impl EncryptionRule {
    /// The names of all rules, as in metadata and configs.
    pub const NAMES: [&'static str; 6] = [
        "unencrypted_suffix",
        "encrypted_suffix",
        "unencrypted_regex",
        "encrypted_regex",
        "unencrypted_comment_regex",
        "encrypted_comment_regex",
    ];

    /// The rule with this name, or `None` if there is none.
    #[must_use]
    pub fn from_name(name: &str, text: &str) -> Option<Self> {
        let text = text.to_owned();
        Some(match name {
            "unencrypted_suffix" => Self::UnencryptedSuffix(text),
            "encrypted_suffix" => Self::EncryptedSuffix(text),
            "unencrypted_regex" => Self::UnencryptedRegex(text),
            "encrypted_regex" => Self::EncryptedRegex(text),
            "unencrypted_comment_regex" => Self::UnencryptedCommentRegex(text),
            "encrypted_comment_regex" => Self::EncryptedCommentRegex(text),
            _ => return None,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnencryptedSuffix(_) => Self::NAMES[0],
            Self::EncryptedSuffix(_) => Self::NAMES[1],
            Self::UnencryptedRegex(_) => Self::NAMES[2],
            Self::EncryptedRegex(_) => Self::NAMES[3],
            Self::UnencryptedCommentRegex(_) => Self::NAMES[4],
            Self::EncryptedCommentRegex(_) => Self::NAMES[5],
        }
    }

    /// Its suffix or regex.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::UnencryptedSuffix(text)
            | Self::EncryptedSuffix(text)
            | Self::UnencryptedRegex(text)
            | Self::EncryptedRegex(text)
            | Self::UnencryptedCommentRegex(text)
            | Self::EncryptedCommentRegex(text) => text,
        }
    }
}

/// What happens to comments that the rule selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CommentHandling {
    /// They stay in plaintext.
    #[default]
    InTheClear,
    /// They are encrypted, as sops does.
    Encrypted,
}

/// A compiled rule.
pub(crate) struct CompiledRule {
    matcher: Matcher,
    /// Whether it matches comments instead of keys.
    by_comments: bool,
    /// Whether a match means that a value is encrypted, or that it stays in plaintext.
    encrypts: bool,
}

enum Matcher {
    Suffix(String),
    Regex(Regex),
}

/// Whether anything on the path to a node has matched so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Matched {
    pub(crate) key: bool,
    pub(crate) comment: bool,
}

impl CompiledRule {
    pub(crate) fn new(rule: &EncryptionRule) -> Result<Self, DocumentError> {
        let unusable = |fault: String| DocumentError::UnusableRule { name: rule.name(), fault };
        let text = rule.text();
        if text.is_empty() {
            return Err(unusable("it is empty".to_owned()));
        }
        let regex = || {
            let syntax = |error: regex::Error| match error {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                // The last line of the message is the fault, after a drawing of its position.
                other => other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
            };
            Regex::new(&as_go_means_it(text)).map(Matcher::Regex).map_err(|error| unusable(syntax(error)))
        };
        let (matcher, by_comments, encrypts) = match rule {
            EncryptionRule::UnencryptedSuffix(suffix) => (Matcher::Suffix(suffix.clone()), false, false),
            EncryptionRule::EncryptedSuffix(suffix) => (Matcher::Suffix(suffix.clone()), false, true),
            EncryptionRule::UnencryptedRegex(_) => (regex()?, false, false),
            EncryptionRule::EncryptedRegex(_) => (regex()?, false, true),
            EncryptionRule::UnencryptedCommentRegex(_) => (regex()?, true, false),
            EncryptionRule::EncryptedCommentRegex(_) => (regex()?, true, true),
        };
        Ok(Self { matcher, by_comments, encrypts })
    }

    /// Whether a comment decides about what follows it.
    pub(crate) fn is_mark(&self, comment: &str) -> bool {
        self.by_comments && self.matches(comment)
    }

    /// The state below a key.
    pub(crate) fn below_key(&self, before: Matched, key: &str) -> Matched {
        Matched { key: before.key || !self.by_comments && self.matches(key), ..before }
    }

    /// The state after a comment.
    pub(crate) fn behind_comment(&self, before: Matched, comment: &str) -> Matched {
        Matched { comment: before.comment || self.by_comments && self.matches(comment), ..before }
    }

    /// Whether a value is encrypted.
    pub(crate) fn selects(&self, matched: Matched) -> bool {
        let is_match = if self.by_comments { matched.comment } else { matched.key };
        is_match == self.encrypts
    }

    /// Whether a comment is encrypted. A comment that causes encryption stays in plaintext itself.
    pub(crate) fn selects_comment(&self, before: Matched, behind: Matched) -> bool {
        self.selects(if self.encrypts { before } else { behind })
    }

    /// Whether an encrypted comment would be mistaken for a plaintext one.
    pub(crate) fn mistakes_encrypted_comment(&self, token: &str) -> bool {
        self.by_comments && !self.encrypts && self.matches(token)
    }

    fn matches(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Suffix(suffix) => text.ends_with(suffix.as_str()),
            Matcher::Regex(regex) => regex.is_match(text),
        }
    }
}

/// Translates a Go regular expression for the `regex` crate: in Go, `\d`, `\w`, `\s` and `\b` are ASCII only, and a
/// class has no nested classes or operators.
fn as_go_means_it(regex: &str) -> String {
    let mut meant = String::with_capacity(regex.len() + 8);
    let mut letters = regex.chars().peekable();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('d') => meant.push_str("[0-9]"),
                Some('D') => meant.push_str("[^0-9]"),
                Some('w') => meant.push_str("[0-9A-Za-z_]"),
                Some('W') => meant.push_str("[^0-9A-Za-z_]"),
                Some('s') => meant.push_str(r"[\t\n\f\r ]"),
                Some('S') => meant.push_str(r"[^\t\n\f\r ]"),
                Some('b') if !in_class => meant.push_str(r"(?-u:\b)"),
                Some('B') if !in_class => meant.push_str(r"(?-u:\B)"),
                // A quoted text.
                Some('Q') if !in_class => {
                    let rest: String = letters.by_ref().collect();
                    let (quoted, after) = rest.split_once(r"\E").unwrap_or((&rest, ""));
                    meant.push_str(&regex::escape(quoted));
                    meant.push_str(&as_go_means_it(after));
                    return meant;
                }
                Some(other) => meant.extend(['\\', other]),
                None => meant.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                meant.push('[');
                if letters.next_if_eq(&'^').is_some() {
                    meant.push('^');
                }
                // Here a bracket stands for itself.
                if letters.next_if_eq(&']').is_some() {
                    meant.push_str(r"\]");
                }
            }
            '[' if letters.peek() == Some(&':') => {
                meant.push('[');
                for inner in letters.by_ref() {
                    meant.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            '[' | '&' | '~' if in_class => meant.extend(['\\', letter]),
            ']' if in_class => {
                in_class = false;
                meant.push(']');
            }
            other => meant.push(other),
        }
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(rule: &EncryptionRule, keys: &[&str]) -> bool {
        let selection = CompiledRule::new(rule).unwrap();
        selection.selects(keys.iter().fold(Matched::default(), |matched, key| selection.below_key(matched, key)))
    }

    #[test]
    fn any_key_on_the_way_decides() {
        assert!(selects(&EncryptionRule::default(), &["db", "password"]));
        assert!(!selects(&EncryptionRule::default(), &["db_unencrypted", "password"]));
        assert!(!selects(&EncryptionRule::default(), &["db", "name_unencrypted"]));
        assert!(selects(&EncryptionRule::EncryptedSuffix("_secret".into()), &["db_secret", "password"]));
        assert!(!selects(&EncryptionRule::EncryptedSuffix("_secret".into()), &["db", "password"]));
        assert!(selects(&EncryptionRule::EncryptedRegex("^(data|stringData)$".into()), &["data", "password"]));
        assert!(!selects(&EncryptionRule::EncryptedRegex("^(data|stringData)$".into()), &["metadata", "password"]));
        assert!(!selects(&EncryptionRule::UnencryptedRegex("name".into()), &["metadata", "names"]));
        assert!(selects(&EncryptionRule::UnencryptedRegex("name".into()), &[]));
    }

    #[test]
    fn classes_mean_what_they_mean_in_go() {
        for (regex, text, wanted) in [
            (r"^\w+$", "straße", false),
            (r"^\w+$", "strasse_1", true),
            (r"^\d$", "٣", false),
            (r"^[\w-]+$", "a-b", true),
            (r"^[^\s]$", "\u{a0}", true),
            (r"^\S+$", "a\u{b}", true),
            (r"^[[a]$", "[", true),
            (r"^[]a]$", "]", true),
            (r"^[a&&b]$", "&", true),
            (r"^[[:alpha:]]$", "a", true),
            (r"^\Qa.b\E.$", "a.bc", true),
            (r"^\Qa.b\E.$", "axbc", false),
            (r"\bkey\b", "ékey", true),
            ("(?i)^PASS", "password", true),
            ("^.$", "é", true),
        ] {
            let selection = CompiledRule::new(&EncryptionRule::EncryptedRegex(regex.to_owned())).unwrap();
            assert_eq!(selection.matches(text), wanted, "{regex} {text}");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_asked_is_an_error_and_never_selects_nothing_in_silence() {
        for rule in [
            EncryptionRule::EncryptedRegex("(".into()),
            EncryptionRule::UnencryptedRegex("[z-a]".into()),
            EncryptionRule::EncryptedCommentRegex("a{2000}{2000}".into()),
            EncryptionRule::EncryptedRegex(String::new()),
            EncryptionRule::UnencryptedSuffix(String::new()),
        ] {
            let Err(DocumentError::UnusableRule { name, fault }) = CompiledRule::new(&rule) else {
                panic!("{rule:?} was usable");
            };
            assert_eq!(name, rule.name());
            assert!(!fault.is_empty() && !fault.contains('\n'), "{fault}");
        }
    }

    #[test]
    fn every_rule_has_its_name() {
        for name in EncryptionRule::NAMES {
            assert_eq!(EncryptionRule::from_name(name, "x").unwrap().name(), name);
        }
        assert_eq!(EncryptionRule::from_name("path_regex", "x"), None);
    }
}
