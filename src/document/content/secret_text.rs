//! Text that is wiped when it is dropped.

use std::ops::Deref;

use zeroize::{Zeroize, Zeroizing};

/// Text that is wiped when it is dropped, like [`Zeroizing`] text, but many bytes at a time: documents have much of it.
///
/// It does not grow, which would leave copies behind.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same in the type that other libraries know, without a copy.
    #[must_use]
    pub fn into_zeroizing(mut self) -> Zeroizing<String> {
        Zeroizing::new(std::mem::take(&mut self.0))
    }

    /// Puts other text in the place of a range. It must have the same length.
    pub(crate) fn overwrite(&mut self, range: std::ops::Range<usize>, text: &str) {
        debug_assert_eq!(range.len(), text.len(), "text of another length would leave a copy behind");
        self.0.replace_range(range, text);
    }
}

/// Wipes a text and leaves it empty.
pub(crate) fn wipe(text: &mut String) {
    let mut bytes = std::mem::take(text).into_bytes();
    // All of the memory is spare then, and memory is wiped in blocks, where a vector wipes its elements one by one.
    bytes.clear();
    bytes.spare_capacity_mut().zeroize();
}

impl Drop for SecretText {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl Deref for SecretText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Shows nothing.
impl std::fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretText(..)")
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Zeroizing<String>> for SecretText {
    fn from(mut text: Zeroizing<String>) -> Self {
        Self(std::mem::take(&mut *text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wiped_text_is_empty_and_debug_output_tells_nothing() {
        let mut text = "secret".to_owned();
        wipe(&mut text);
        assert!(text.is_empty());
        assert!(!format!("{:?}", SecretText::from("secret")).contains("secret"));
    }
}
