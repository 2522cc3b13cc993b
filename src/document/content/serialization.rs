//! Trees as JSON values in document order: the output of `--json`, and the input for values given as JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::document::content::tree::{Member, Node, Tree, TreeEntry, children};
use crate::document::content::value::Value;
use crate::document::content::value_text::text_of_bytes;

/// A file with one document as that document; several as a list.
impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.roots.as_slice() {
            [root] => root.serialize(serializer),
            roots => serializer.collect_seq(roots),
        }
    }
}

/// Comments are left out. What JSON cannot express is an error: an alias, NaN, infinities, bytes that are not UTF-8.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Leaf(leaf) => leaf.value.serialize(serializer),
            Self::Alias(_) => Err(S::Error::custom("JSON cannot hold an alias")),
            Self::Mapping(entries) => {
                let mut map = serializer.serialize_map(None)?;
                for Member { key, value, .. } in children(entries) {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Sequence(entries) => {
                let mut items = serializer.serialize_seq(None)?;
                for item in children(entries) {
                    items.serialize_element(item)?;
                }
                items.end()
            }
        }
    }
}

/// An integral number is written without a point, as in the files.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Up to here every integer is exactly representable as a float.
        const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            // The cast is exact: the number is integral and small.
            #[allow(clippy::cast_possible_truncation)]
            Self::Float(number) if number.fract() == 0.0 && number.abs() <= LARGEST_EXACT => {
                serializer.serialize_i64(*number as i64)
            }
            Self::Float(number) if number.is_finite() => serializer.serialize_f64(*number),
            Self::Float(_) => Err(S::Error::custom("JSON cannot hold infinity or NaN")),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Time(time) => serializer.serialize_str(time),
            Self::Bytes(bytes) => match text_of_bytes(bytes) {
                Some(text) => serializer.serialize_str(&text),
                None => Err(S::Error::custom("JSON cannot hold bytes that are not text")),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

/// Builds a node of any JSON value. The reader limits the nesting.
struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::leaf(Value::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::leaf(Value::Bool(truth)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::leaf(Value::Integer(number)))
    }

    // A number too large for an integer becomes the nearest float, as in JSON files.
    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::leaf(i64::try_from(number).map_or(Value::Float(number as f64), Value::Integer)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::leaf(Value::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::leaf(Value::Text(text.into())))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::leaf(Value::Text(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(item) = items.next_element()? {
            entries.push(TreeEntry::Child(item));
        }
        Ok(Node::Sequence(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        let mut keys = std::collections::HashSet::new();
        while let Some((key, value)) = members.next_entry::<String, Node>()? {
            if !keys.insert(key.clone()) {
                return Err(A::Error::custom("a key occurs twice in its object"));
            }
            entries.push(TreeEntry::Child(Member::new(key, value)));
        }
        Ok(Node::Mapping(entries))
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn a_tree_keeps_order_and_types_through_json() {
        let text = r#"{"b":[1,-0.5,true,null,[]],"a":{"z":"é\n","y":9007199254740993},"c":18446744073709551615.0}"#;
        let node: Node = serde_json::from_str(text).unwrap();
        assert_eq!(
            serde_json::to_string(&node).unwrap(),
            text.replace("18446744073709551615.0", "1.8446744073709552e+19")
        );
    }

    #[test]
    fn json_that_says_two_things_or_nothing_that_json_can_say_is_refused() {
        assert!(serde_json::from_str::<Node>(r#"{"a":1,"a":2}"#).is_err());
        assert!(serde_json::from_str::<Node>(&"[".repeat(100_000)).is_err());
        for value in [Value::Float(f64::NAN), Value::Bytes(Zeroizing::new(vec![0xff]))] {
            assert!(serde_json::to_string(&Node::leaf(value)).is_err());
        }
        assert_eq!(serde_json::to_string(&Node::leaf(Value::Float(2.0))).unwrap(), "2");
    }
}
