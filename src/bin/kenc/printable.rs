//! External text made safe to display: names of files, keys and contexts, the content of files, answers of services.
//!
//! A terminal obeys control characters, and directional marks make it show text in another order; characters without a
//! width hide that two names differ. None of them reaches a terminal, and JSON has them escaped.

use std::fmt::Write;

use serde_json::Value;

/// Replaces a character that must not be shown.
const REPLACEMENT: char = '\u{fffd}';

/// The color sequences that results use. No other terminal sequence is let through.
const PAINT: [&str; 6] = ["\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m", "\x1b[0m"];

/// Whether a character does something other than show: control characters (C0, DEL, C1), directional marks, and
/// characters without a width.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            // Zero-width spaces and joiners, and marks of direction.
            | '\u{200b}'..='\u{200f}'
            // Separators of lines and paragraphs, embeddings and overrides of direction.
            | '\u{2028}'..='\u{202e}'
            // Invisible operators, and isolates of direction.
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            // Selectors of variants.
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            // Tags, and more selectors.
            | '\u{e0000}'..='\u{e0fff}')
}

/// Text within a line.
pub fn printable(text: &str) -> String {
    text.chars().map(|letter| if is_hidden(letter) { REPLACEMENT } else { letter }).collect()
}

/// Text of several lines.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// Text of several lines that may have our colors.
pub fn printable_result(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(paint) = PAINT.iter().find(|paint| rest.starts_with(**paint)) {
            shown.push_str(paint);
            rest = &rest[paint.len()..];
            continue;
        }
        shown.push(if letter != '\n' && is_hidden(letter) { REPLACEMENT } else { letter });
        rest = &rest[letter.len_utf8()..];
    }
    shown
}

/// A line of JSON, with such characters escaped.
pub fn json_line(value: &Value) -> String {
    format!("{}\n", escaped(&value.to_string()))
}

/// JSON with such characters escaped. They can occur only in its strings, where an escape means the same.
pub fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter == '\n' || !is_hidden(letter) {
            escaped.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HIDDEN: &str = "a\u{1b}[31mb\u{9b}c\u{202e}d\u{200b}e\u{7f}f\u{feff}g\u{2066}h\u{e0041}i\nj";

    #[test]
    fn nothing_that_a_terminal_would_obey_or_hide_is_shown() {
        assert_eq!(
            printable(HIDDEN),
            "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f\u{fffd}g\u{fffd}h\u{fffd}i\u{fffd}j"
        );
        assert!(printable_lines(HIDDEN).ends_with("i\nj"));
        assert_eq!(printable("schöne Grüße, 日本語, עברית, العربية"), "schöne Grüße, 日本語, עברית, العربية");
    }

    #[test]
    fn results_are_painted_in_our_colors_and_not_hidden_by_others() {
        assert_eq!(printable_result("\x1b[31mred\x1b[0m\n"), "\x1b[31mred\x1b[0m\n");
        assert_eq!(printable_result("\x1b[8mhidden\x1b]0;title\x07"), "\u{fffd}[8mhidden\u{fffd}]0;title\u{fffd}");
    }

    #[test]
    fn json_means_the_same_with_its_escapes() {
        let value = json!({ "name": HIDDEN, HIDDEN: [1, HIDDEN] });
        let line = json_line(&value);
        assert!(line.trim_end().chars().all(|letter| !is_hidden(letter)), "{line}");
        assert!(line.contains("\\u202e") && line.contains("\\udb40\\udc41"), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }
}
