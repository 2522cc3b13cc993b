//! Texts over several lines between `<<NAME` and `NAME`.

use zeroize::Zeroizing;

/// A heredoc, as it is in a text.
pub(super) struct Heredoc<'t> {
    /// `<<NAME` or `<<-NAME`, with the line break.
    header: &'t str,
    /// The lines.
    body: &'t str,
    /// The line of the last `NAME`, up to and with it.
    closing: &'t str,
    name: &'t str,
    /// Whether the indentation that all lines share is not part of the value.
    is_indented: bool,
}

/// The beginning of an encrypted value: on a line of its own, it is the value without the line break.
const ENCRYPTED: &str = "ENC[AES256_GCM,";

impl<'t> Heredoc<'t> {
    /// The heredoc at the start of `text`. The error says what is wrong with it.
    pub(super) fn at_start(text: &'t str) -> Result<Self, &'static str> {
        const NO_NAME: &str = "`<<` must be followed by a name and a line break";
        let rest = text.strip_prefix("<<").ok_or(NO_NAME)?;
        let (is_indented, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
        let line = rest.find('\n').map(|end| &rest[..end]).ok_or(NO_NAME)?;
        let name = line.strip_suffix('\r').unwrap_or(line);
        if !is_name(name) {
            return Err(NO_NAME);
        }
        let start = text.len() - rest.len() + line.len() + 1;
        let mut at = start;
        for line in text[start..].split_inclusive('\n') {
            let inside = line.trim_start_matches(BLANKS);
            if let Some(behind) = inside.strip_prefix(name) {
                if behind.trim_matches(LINE_END).is_empty() {
                    let end = at + line.len() - behind.len();
                    let (header, body, closing) = (&text[..start], &text[start..at], &text[at..end]);
                    return Ok(Self { header, body, closing, name, is_indented });
                }
                // Some readers take this for the end, others for text.
                if !behind.starts_with(is_of_name) {
                    return Err("a line of the heredoc begins with its end mark; choose another mark");
                }
            }
            at += line.len();
        }
        Err("the heredoc has no end")
    }

    pub(super) fn len(&self) -> usize {
        self.header.len() + self.body.len() + self.closing.len()
    }

    /// The lines as they are written.
    pub(super) fn body(&self) -> &'t str {
        self.body
    }

    /// The text that it stands for.
    pub(super) fn value(&self) -> Zeroizing<String> {
        let mut value = Zeroizing::new(String::with_capacity(self.body.len()));
        let cut = self.indentation().chars().count();
        for line in self.body.split_inclusive('\n') {
            let is_cut = self.is_indented && !line.trim_start().is_empty();
            let start = if is_cut { line.char_indices().nth(cut).map_or(line.len(), |(at, _)| at) } else { 0 };
            let mut rest = &line[start..];
            while let Some(at) = rest.find("$${").into_iter().chain(rest.find("%%{")).min() {
                value.push_str(&rest[..=at]);
                value.push('{');
                rest = &rest[at + 3..];
            }
            value.push_str(rest);
        }
        let token = value.trim_matches([' ', '\t', '\r', '\n']);
        if token.starts_with(ENCRYPTED) && token.ends_with(']') && !token.contains('\n') {
            return Zeroizing::new(token.to_owned());
        }
        value
    }

    /// The same heredoc with an encrypted value as its only line.
    pub(super) fn with_encrypted(&self, token: &str) -> String {
        let indent = if self.is_indented { self.indentation() } else { "" };
        format!("{}{indent}{token}{}{}", self.header, self.newline(), self.closing)
    }

    /// The same heredoc with another text, or `None` if it cannot hold that.
    pub(super) fn with(&self, text: &str) -> Option<String> {
        let lines = || text.split_inclusive('\n');
        let ends = |line: &str| if self.newline() == "\n" { !line.contains('\r') } else { line.ends_with("\r\n") };
        let is_plain = |letter: char| !letter.is_control() || matches!(letter, '\t' | '\r' | '\n');
        let has_returns_inside = lines().any(|line| line.trim_end_matches(LINE_END).contains('\r'));
        let is_carried = text.ends_with('\n')
            && lines().all(ends)
            && !has_returns_inside
            && text.chars().all(is_plain)
            && !text.contains("$${")
            && !text.contains("%%{")
            && !lines().any(|line| line.trim_start().starts_with(self.name));
        if !is_carried {
            return None;
        }
        let indent = if self.is_indented { self.indentation() } else { "" };
        let is_blank = |line: &str| line.trim_start().is_empty();
        // What all lines share would be lost.
        let is_flush = || lines().any(|line| !is_blank(line) && !line.starts_with(char::is_whitespace));
        if self.is_indented && !is_flush() {
            return None;
        }
        let mut heredoc = String::with_capacity(self.len() + 2 * text.len());
        heredoc.push_str(self.header);
        for line in lines() {
            if !is_blank(line) {
                heredoc.push_str(indent);
            }
            let mut rest = line;
            while let Some(at) = rest.find("${").into_iter().chain(rest.find("%{")).min() {
                heredoc.push_str(&rest[..=at]);
                heredoc.push_str(&rest[at..at + 2]);
                rest = &rest[at + 2..];
            }
            heredoc.push_str(rest);
        }
        heredoc.push_str(self.closing);
        Some(heredoc)
    }

    /// What all lines begin with, except for blank ones.
    fn indentation(&self) -> &'t str {
        let blanks = |line: &'t str| &line[..line.len() - line.trim_start().len()];
        let lines = self.body.split_inclusive('\n').filter(|line| !line.trim_start().is_empty());
        lines.map(blanks).min_by_key(|blanks| blanks.chars().count()).unwrap_or_default()
    }

    fn newline(&self) -> &'static str {
        if self.header.ends_with("\r\n") { "\r\n" } else { "\n" }
    }
}

const BLANKS: [char; 2] = [' ', '\t'];
const LINE_END: [char; 4] = [' ', '\t', '\r', '\n'];

/// Whether a text is an identifier.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(begins_name) && text.chars().all(is_of_name)
}

pub(super) fn begins_name(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

pub(super) fn is_of_name(letter: char) -> bool {
    matches!(letter, '_' | '-') || letter.is_alphanumeric()
}

/// The first `${` or `%{` that begins a template: something to evaluate. `$${` is the text `${`.
pub(super) fn template(source: &str) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut run = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if !matches!(byte, b'$' | b'%') {
            run = 0;
            continue;
        }
        run = if at > 0 && bytes[at - 1] == *byte { run + 1 } else { 1 };
        // Readers differ on three of them.
        if bytes.get(at + 1) == Some(&b'{') && run != 2 {
            return Some(at);
        }
    }
    None
}
