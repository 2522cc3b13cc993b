//! The text of the header of an age file. C2SP *age*.

use age_core::format::Stanza;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The first line of an age file, without its end.
pub(crate) const VERSION_LINE: &str = "age-encryption.org/v1";
/// How the line begins that ends a header.
pub(crate) const MAC_START: &str = "---";
pub(crate) const STANZA_START: &str = "-> ";
/// Characters of every line of a body but the last, which is shorter.
pub(crate) const LINE_CHARS: usize = 64;
/// Bytes of such a line.
const LINE_BYTES: usize = LINE_CHARS / 4 * 3;

/// What the MAC of a header is over: everything up to and including the three dashes.
pub(crate) fn header_text(stanzas: &[Stanza]) -> String {
    let mut text = format!("{VERSION_LINE}\n");
    for stanza in stanzas {
        write_stanza(stanza, &mut text);
    }
    text.push_str(MAC_START);
    text
}

/// A header that ends with this MAC.
pub(crate) fn header_bytes(mut text: String, mac: &[u8]) -> Vec<u8> {
    text.push(' ');
    STANDARD_NO_PAD.encode_string(mac, &mut text);
    text.push('\n');
    text.into_bytes()
}

/// One stanza.
pub(crate) fn write_stanza(Stanza { tag, args, body }: &Stanza, text: &mut String) {
    text.push_str(STANZA_START);
    text.push_str(tag);
    for argument in args {
        text.push(' ');
        text.push_str(argument);
    }
    text.push('\n');
    for line in body.chunks(LINE_BYTES) {
        STANDARD_NO_PAD.encode_string(line, text);
        text.push('\n');
    }
    // The last line is shorter than the others, if need be by all of it.
    if body.len().is_multiple_of(LINE_BYTES) {
        text.push('\n');
    }
}
