//! The YAML of a config as a tree in which every part knows its line. Aliases are written out and merges (`<<`) are done.

use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{MessageFormatter, Options, Spanned, UserMessageFormatter, alias_limits, budget, options};

use crate::error::{ConfigError, ConfigFault};

/// Deepest nesting, aliases followed.
const MAX_DEPTH: usize = 32;
/// Most parts of a file, those that aliases and merges repeat included: a thousand rules with a hundred fields each.
const MAX_PARTS: usize = 100_000;
/// Most bytes of text, with what aliases and merges repeat: four times as long as a config can be.
const MAX_TEXT: usize = 4 << 20;

/// A part of a config, with the line that it begins on. For an alias, that is the line of what it stands for.
#[derive(Debug)]
pub(super) struct ConfigNode {
    pub(super) line: u64,
    pub(super) content: NodeContent,
}

#[derive(Debug)]
pub(super) enum NodeContent {
    /// Nothing, `~` or `null`.
    Null,
    /// Text as it is written, whatever type another reader would give it.
    Text(String),
    List(Vec<ConfigNode>),
    /// Keys, which are text, with their values.
    Mapping(Vec<(ConfigNode, ConfigNode)>),
}

/// The roots of the documents in a text. Documents that are empty have none.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<ConfigNode>, ConfigError> {
    let roots: Vec<Spanned<Shape>> = serde_saphyr::from_multiple_with_options(text, limits())
        .map_err(|error| fault_of(path, error.without_snippet()))?;
    Ok(roots.into_iter().map(|root| node(root, text)).collect())
}

fn limits() -> Options {
    options! {
        budget: budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_PARTS,
            max_total_scalar_bytes: MAX_TEXT,
            max_recorded_anchor_events: MAX_PARTS,
            max_recorded_anchor_bytes: MAX_TEXT,
            // A key that every rule has as `*alias` is what anchors are for.
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: alias_limits! { max_total_replayed_events: 2 * MAX_PARTS, max_replay_stack_depth: MAX_DEPTH },
        duplicate_keys: DuplicateKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        ignore_binary_tag_for_string: true,
        with_snippet: false,
    }
}

fn fault_of(path: &Path, error: &serde_saphyr::Error) -> ConfigError {
    use serde_saphyr::Error as Yaml;
    let syntax = |text: &str| ConfigFault::Syntax(text.to_owned());
    let fault = match error {
        Yaml::Budget { .. }
        | Yaml::AliasReplayCounterOverflow { .. }
        | Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. }
        | Yaml::AliasReplayStackDepthExceeded { .. } => ConfigFault::TooMuch,
        Yaml::DuplicateMappingKey { key: Some(key), .. } => syntax(&format!("the key `{key}` is given twice")),
        Yaml::MergeValueNotMapOrSeqOfMaps { .. } => syntax("`<<` takes mappings"),
        Yaml::UnknownAnchor { .. } => syntax("an alias has no anchor before it"),
        Yaml::RecursiveReferencesRequireWeakTypes { .. } => syntax("an alias refers to a value that contains it"),
        Yaml::Unexpected { .. } | Yaml::NullIntoString { .. } => syntax("the keys of a mapping must be strings"),
        Yaml::AliasError { error, locations, .. } => {
            let fault = fault_of(path, error.without_snippet()).fault;
            return ConfigError::new(path, locations.reference_location.line(), fault);
        }
        Yaml::ExternalMessage { msg, .. } | Yaml::Message { msg, .. } => syntax(&lower_case(msg)),
        other => syntax(&lower_case(&UserMessageFormatter.format_message(other))),
    };
    ConfigError::new(path, error.location().map(|location| location.line()), fault)
}

/// The parser's words as ours begin.
fn lower_case(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A part as the parser gives it.
enum Shape {
    Null,
    Text(String),
    /// A number or a truth value: what it is written as stands in the source.
    Typed,
    List(Vec<Spanned<Shape>>),
    Mapping(Vec<(Spanned<String>, Spanned<Shape>)>),
}

fn node(Spanned { value, defined, .. }: Spanned<Shape>, source: &str) -> ConfigNode {
    let content = match value {
        Shape::Null => NodeContent::Null,
        Shape::Text(text) => NodeContent::Text(text),
        Shape::Typed => {
            let span = defined.span();
            let place = span.byte_offset().zip(span.byte_len()).and_then(|(start, len)| {
                let (start, len) = (usize::try_from(start).ok()?, usize::try_from(len).ok()?);
                source.get(start..start.checked_add(len)?)
            });
            NodeContent::Text(place.unwrap_or_default().to_owned())
        }
        Shape::List(items) => NodeContent::List(items.into_iter().map(|item| node(item, source)).collect()),
        Shape::Mapping(members) => {
            let key = |Spanned { value, defined, .. }: Spanned<String>| ConfigNode {
                line: defined.line(),
                content: NodeContent::Text(value),
            };
            NodeContent::Mapping(members.into_iter().map(|(name, value)| (key(name), node(value, source))).collect())
        }
    };
    ConfigNode { line: defined.line(), content }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Shape, E> {
        Ok(Shape::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Shape, E> {
        Ok(Shape::Text(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Typed)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Typed)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Typed)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Typed)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Shape, A::Error> {
        let mut mapping = Vec::new();
        while let Some(member) = members.next_entry()? {
            mapping.push(member);
        }
        Ok(Shape::Mapping(mapping))
    }
}
