//! A text in any notation is a document or is refused with a place; the text of a document is the text that was read.
#![no_main]

use kenc::document::{Document, Format};
use libfuzzer_sys::fuzz_target;
use zeroize::Zeroizing;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for format in [Format::Yaml, Format::Json, Format::Toml, Format::Ini, Format::Dotenv, Format::Binary] {
        if let Ok(document) = Document::parse(format, Zeroizing::new(text.to_owned())) {
            assert_eq!(document.text(), text);
        }
    }
    let _ = Document::recognise(bytes);
});
