//! Reading the parts of a config with serde: each with its line, and with the same words whenever something is wrong.

use std::fmt;

use serde::de::value::{StrDeserializer, U64Deserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::dialect::Dialect;
use super::yaml::{ConfigNode, NodeContent};
use crate::error::ConfigFault;

/// What the names of kenc's own fields begin with in the types of the model. In a config of sops there are no such fields.
const OWN: &str = "kenc ";
/// The name by which [`Lined`] asks for the line of a part.
const LINED: &str = "Lined";

/// Reads a part of a config.
pub(super) fn read<'a, T: Deserialize<'a>>(node: &'a ConfigNode, dialect: Dialect) -> Result<T, LineFault> {
    T::deserialize(NodeReader { node, dialect })
}

/// What is wrong with a config, with the line where it is.
#[derive(Debug)]
pub(super) struct LineFault {
    pub(super) line: Option<u64>,
    pub(super) fault: ConfigFault,
}

impl LineFault {
    pub(super) fn new(line: u64, fault: impl Into<ConfigFault>) -> Self {
        Self { line: Some(line), fault: fault.into() }
    }

    /// A field holds another kind of value. The field is known where it is read.
    fn wrong(wanted: &str) -> Self {
        Self { line: None, fault: ConfigFault::WrongKind { field: String::new(), wanted: wanted.to_owned() } }
    }

    fn at(mut self, line: u64) -> Self {
        self.line.get_or_insert(line);
        self
    }

    fn of_item(mut self) -> Self {
        if let ConfigFault::WrongKind { field, wanted } = &mut self.fault
            && field.is_empty()
            && wanted == TEXT
        {
            "a list of strings".clone_into(wanted);
        }
        self
    }

    fn of_field(mut self, name: &str) -> Self {
        if let ConfigFault::WrongKind { field, .. } = &mut self.fault
            && field.is_empty()
        {
            name.clone_into(field);
        }
        self
    }
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl std::error::Error for LineFault {}

impl de::Error for LineFault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { line: None, fault: ConfigFault::Syntax(message.to_string()) }
    }

    fn invalid_type(_: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::wrong(&wanted.to_string())
    }

    fn invalid_value(_: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::wrong(&wanted.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::wrong("given").of_field(field)
    }
}

/// A value with the line that it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lined<T> {
    pub(super) line: u64,
    pub(super) value: T,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lined<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(LINED, LinedVisitor(std::marker::PhantomData))
    }
}

struct LinedVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LinedVisitor<T> {
    type Value = Lined<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a config")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        match (parts.next_element()?, parts.next_element()?) {
            (Some(line), Some(value)) => Ok(Lined { line, value }),
            _ => Err(de::Error::invalid_length(0, &self)),
        }
    }
}

/// The line of a part, and then the part itself.
struct LinedParts<'a> {
    reader: NodeReader<'a>,
    is_line_read: bool,
}

impl<'de> SeqAccess<'de> for LinedParts<'de> {
    type Error = LineFault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, LineFault> {
        if std::mem::replace(&mut self.is_line_read, true) {
            return seed.deserialize(self.reader).map(Some);
        }
        let line: U64Deserializer<LineFault> = self.reader.node.line.into_deserializer();
        seed.deserialize(line).map(Some)
    }
}

const TEXT: &str = "a string";

#[derive(Clone, Copy)]
struct NodeReader<'a> {
    node: &'a ConfigNode,
    dialect: Dialect,
}

impl<'a> NodeReader<'a> {
    fn text(self, wanted: &str) -> Result<&'a str, LineFault> {
        match &self.node.content {
            NodeContent::Text(text) => Ok(text),
            _ => Err(LineFault::wrong(wanted).at(self.node.line)),
        }
    }

    fn items(self, items: &'a [ConfigNode]) -> Items<'a> {
        Items { items: items.iter(), dialect: self.dialect }
    }

    /// The members of a mapping; with `known`, those that have a name from there.
    fn members(
        self,
        members: &'a [(ConfigNode, ConfigNode)],
        known: Option<(&'static str, &'static [&'static str])>,
    ) -> Members<'a> {
        Members { left: members.iter(), value: None, known, dialect: self.dialect }
    }
}

impl<'de> Deserializer<'de> for NodeReader<'de> {
    type Error = LineFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        let read = match &self.node.content {
            NodeContent::Null => visitor.visit_unit(),
            NodeContent::Text(text) => visitor.visit_borrowed_str(text),
            NodeContent::List(items) => visitor.visit_seq(self.items(items)),
            NodeContent::Mapping(members) => visitor.visit_map(self.members(members, None)),
        };
        read.map_err(|fault| fault.at(self.node.line))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        if let NodeContent::Null = self.node.content { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        visitor.visit_borrowed_str(self.text(TEXT)?).map_err(|fault: LineFault| fault.at(self.node.line))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        self.deserialize_string(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        const WANTED: &str = "true or false";
        // The words of YAML 1.1 are what sops takes where it wants one of these two.
        match self.text(WANTED)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" => visitor.visit_bool(true),
            "false" | "no" | "n" | "off" => visitor.visit_bool(false),
            _ => Err(LineFault::wrong(WANTED).at(self.node.line)),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        const WANTED: &str = "a whole number";
        let number = self.text(WANTED)?.parse().map_err(|_| LineFault::wrong(WANTED).at(self.node.line))?;
        visitor.visit_i64(number)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        match &self.node.content {
            NodeContent::List(items) => visitor.visit_seq(self.items(items)),
            _ => Err(LineFault::wrong("a list").at(self.node.line)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        match &self.node.content {
            NodeContent::Mapping(members) => visitor.visit_map(self.members(members, None)),
            _ => Err(LineFault::wrong("a mapping of strings").at(self.node.line)),
        }
    }

    /// The name of the type is what messages call such a part.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        place: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, LineFault> {
        let members = match &self.node.content {
            NodeContent::Null => &[][..],
            NodeContent::Mapping(members) => members,
            _ => return Err(LineFault::new(self.node.line, ConfigFault::NotFields(place))),
        };
        let members = self.members(members, Some((place, fields)));
        visitor.visit_map(members).map_err(|fault| fault.at(self.node.line))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, LineFault> {
        if name == LINED {
            return visitor.visit_seq(LinedParts { reader: self, is_line_read: false });
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, LineFault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
    }
}

struct Items<'a> {
    items: std::slice::Iter<'a, ConfigNode>,
    dialect: Dialect,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = LineFault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, LineFault> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let reader = NodeReader { node, dialect: self.dialect };
        seed.deserialize(reader).map(Some).map_err(|fault| fault.at(node.line).of_item())
    }
}

struct Members<'a> {
    left: std::slice::Iter<'a, (ConfigNode, ConfigNode)>,
    /// The value of the key that was read last.
    value: Option<&'a (ConfigNode, ConfigNode)>,
    /// What the mapping is called, and the fields that it can have.
    known: Option<(&'static str, &'static [&'static str])>,
    dialect: Dialect,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = LineFault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, LineFault> {
        for member in self.left.by_ref() {
            let key = &member.0;
            let Some((place, fields)) = self.known else {
                self.value = Some(member);
                return seed.deserialize(NodeReader { node: key, dialect: self.dialect }).map(Some);
            };
            let NodeContent::Text(name) = &key.content else { continue };
            let is_known = |field: &str| match field.strip_prefix(OWN) {
                Some(own) => self.dialect == Dialect::Kenc && own == name,
                None => field == name,
            };
            if let Some(field) = fields.iter().copied().find(|field| is_known(field)) {
                self.value = Some(member);
                let field: StrDeserializer<'_, LineFault> = field.into_deserializer();
                return seed.deserialize(field).map(Some);
            }
            if self.dialect == Dialect::Kenc {
                let mut known = fields.iter().map(|field| field.strip_prefix(OWN).unwrap_or(field));
                let similar = known.find(|field| is_similar(field, name));
                return Err(LineFault::new(
                    key.line,
                    ConfigFault::UnknownField { field: name.clone(), place, similar },
                ));
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, LineFault> {
        let (key, node) = self.value.take().expect("a key is read before its value");
        let name = if let NodeContent::Text(name) = &key.content { name } else { "" };
        let reader = NodeReader { node, dialect: self.dialect };
        seed.deserialize(reader).map_err(|fault| fault.at(node.line).of_field(name))
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
