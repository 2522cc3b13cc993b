//! What an explicit tag says about a scalar.

/// A kind of tag.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    /// `!`, which says nothing.
    None,
    Text,
    Null,
    Bool,
    Integer,
    Float,
    Time,
    Binary,
    /// A custom tag: the value is text.
    Own,
}

impl TagKind {
    /// Whether a value under it is not text.
    pub(super) fn names_a_type(self) -> bool {
        !matches!(self, Self::None | Self::Text | Self::Own)
    }

    pub(super) fn of(tag: &granit_parser::Tag) -> Self {
        if tag.parts() == ("!", "") || tag.parts() == ("", "!") {
            return Self::None;
        }
        match tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() {
            Some("str") => Self::Text,
            Some("null") => Self::Null,
            Some("bool") => Self::Bool,
            Some("int") => Self::Integer,
            Some("float") => Self::Float,
            Some("timestamp") => Self::Time,
            Some("binary") => Self::Binary,
            _ => Self::Own,
        }
    }
}
