//! Checks that a file reads as the model says; returns what may be refused.

use super::*;

impl Sequence<'_> {
    pub(super) fn open(&self, text: &str) -> Result<OpenedDocument, String> {
        let document = Document::parse(self.format, Zeroizing::new(text.to_owned()));
        let opened = document.and_then(EncryptedDocument::new).map_err(Error::from);
        let opened = opened.and_then(|sealed| sealed.open(&self.bench.keyring(), &OpenRequirements::default()));
        let opened = opened.map_err(|error| format!("it does not open: {error}\n{text}"))?;
        if opened.report().seal == SealStatus::Verified { Ok(opened) } else { Err("it is not sealed".to_owned()) }
    }

    /// What may be refused, and is counted; everything else is a failure.
    pub(super) fn refused(&mut self, error: &Error) -> Result<(), String> {
        let by_comments =
            matches!(self.rule, EncryptionRule::UnencryptedCommentRegex(_) | EncryptionRule::EncryptedCommentRegex(_));
        let name = match error {
            Error::Document(DocumentError::CannotCarry { what, .. }) => format!("refused: cannot carry {what}"),
            Error::Document(DocumentError::Refused { fault, .. }) => format!("refused: {fault}"),
            Error::Document(DocumentError::AliasOfIt { .. }) => "refused: alias of it".to_owned(),
            Error::Document(DocumentError::WouldBeInTheClear { .. }) if by_comments => {
                "refused: would be in the clear".to_owned()
            }
            Error::Document(DocumentError::WouldExpose { .. }) if by_comments => "refused: would expose".to_owned(),
            Error::Document(DocumentError::CommentMatchesRule { .. }) => "refused: comment matches".to_owned(),
            Error::Document(DocumentError::Unmergeable(what)) => format!("refused: {what}"),
            error => {
                let text = self.open(&self.text).map(|opened| opened.plaintext().text().to_owned()).unwrap_or_default();
                return Err(format!("{error}\n{text}"));
            }
        };
        let _ = writeln!(self.story, "  {name}");
        self.count(name);
        Ok(())
    }

    /// Checks that the file reads as the model says, in plaintext and encrypted, and that encrypted values stay encrypted.
    pub(super) fn check(&mut self) -> Result<(), String> {
        let types = Types {
            is_text: matches!(self.format, Format::Dotenv | Format::Ini),
            drops_empty: matches!(self.format, Format::Toml | Format::Ini),
        };
        let opened = self.open(&self.text)?;
        let plaintext = opened.plaintext().text();
        let about = |what: &str, text: &str| {
            let text = text.to_owned();
            let what = what.to_owned();
            move |fault: String| format!("{what}: {fault}\n{text}")
        };
        let read = readers::read(self.format, plaintext).map_err(about("another reader", plaintext))?;
        self.model.compare(&read, types).map_err(about("in the clear", plaintext))?;
        let read = readers::read(self.format, &self.text).map_err(about("another reader of the file", &self.text))?;
        let now = self.model.compare(&read, types).map_err(about("encrypted", &self.text))?;
        for (id, was_encrypted) in &self.encrypted {
            if *was_encrypted && now.get(id) == Some(&false) {
                return Err(about("the value with this number is in the clear now", &self.text)(id.to_string()));
            }
        }
        self.by_keys(&now).map_err(about("the rule", &self.text))?;
        self.encrypted = now;
        Ok(())
    }

    /// If keys decide, every value is encrypted exactly if they say so.
    pub(super) fn by_keys(&self, now: &HashMap<u64, bool>) -> Result<(), String> {
        let matches: Box<dyn Fn(&str) -> bool> = match &self.rule {
            EncryptionRule::UnencryptedSuffix(suffix) | EncryptionRule::EncryptedSuffix(suffix) => {
                Box::new(|key| key.ends_with(suffix.as_str()))
            }
            EncryptionRule::EncryptedRegex(_) => {
                Box::new(|key| ["password", "data", "stringData", "db"].contains(&key))
            }
            EncryptionRule::UnencryptedRegex(_) => Box::new(|key| ["host", "meta", "port"].contains(&key)),
            _ => return Ok(()),
        };
        let encrypts = matches!(self.rule, EncryptionRule::EncryptedSuffix(_) | EncryptionRule::EncryptedRegex(_));
        for (root, steps) in self.model.paths() {
            let node = self.model.node(root, &steps).expect("the path is there");
            let is_match = steps.iter().any(|step| matches!(step, Step::Key(key) if matches(key)));
            if let Some(is_encrypted) = now.get(&node.id)
                && *is_encrypted != (is_match == encrypts)
            {
                return Err(format!("{steps:?} is encrypted: {is_encrypted}"));
            }
        }
        Ok(())
    }
}
