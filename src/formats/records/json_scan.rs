//! Finds fields in a JSON text without making anything of the rest.
//!
//! On the way to a field the text must be JSON. What is passed over is followed only as far as its end: strings, brackets, and
//! scalars made of the letters that scalars have.

use memchr::memchr2;

use crate::formats::records::field::{FieldStep, RecordField};
use crate::formats::records::found_value::FoundValue;
use crate::formats::records::notation::RecordNotation;

/// Deepest nesting of what is passed over.
const DEEPEST: u32 = 127;
/// Members of a line of an export: full exports have `Item`, incremental ones the others.
const ITEMS: [&str; 4] = ["Item", "Keys", "NewImage", "OldImage"];

/// The fields that are looked for, as a tree of steps.
pub(super) struct JsonScanner {
    nodes: Vec<StepNode>,
}

#[derive(Default)]
struct StepNode {
    members: Vec<(Box<[u8]>, usize)>,
    items: Vec<(u32, usize)>,
    each_item: Option<usize>,
    /// The field that ends here.
    field: Option<u16>,
}

/// Why a text is not one in which fields can be found, as it reads behind the record.
type JsonFault = &'static str;

const NOT_JSON: JsonFault = "is not JSON";
const CUT_OFF: JsonFault = "ends within a value";

impl JsonScanner {
    /// Looks for these fields.
    pub(super) fn new(notation: RecordNotation, fields: &[RecordField]) -> Self {
        let mut scanner = Self { nodes: vec![StepNode::default()] };
        for (field, number) in fields.iter().zip(0u16..) {
            if notation == RecordNotation::DynamoDbExport {
                for item in ITEMS {
                    scanner
                        .add(&[&[FieldStep::Name(item.to_owned())][..], &in_attributes(&field.steps)].concat(), number);
                }
            } else {
                scanner.add(&field.steps, number);
            }
        }
        scanner
    }

    fn add(&mut self, steps: &[FieldStep], field: u16) {
        let mut at = 0;
        for step in steps {
            let node = &self.nodes[at];
            let known = match step {
                FieldStep::Name(name) => {
                    node.members.iter().find(|(known, _)| **known == *name.as_bytes()).map(|(_, next)| *next)
                }
                FieldStep::Item(number) => node.items.iter().find(|(known, _)| known == number).map(|(_, next)| *next),
                FieldStep::EachItem => node.each_item,
            };
            let next = known.unwrap_or(self.nodes.len());
            if known.is_none() {
                self.nodes.push(StepNode::default());
                match step {
                    FieldStep::Name(name) => self.nodes[at].members.push((name.as_bytes().into(), next)),
                    FieldStep::Item(number) => self.nodes[at].items.push((*number, next)),
                    FieldStep::EachItem => self.nodes[at].each_item = Some(next),
                }
            }
            at = next;
        }
        self.nodes[at].field = Some(field);
    }

    /// Adds the fields of one text to `found`, in their order. A text of blanks has none. Positions count from `offset`.
    pub(super) fn scan(&self, text: &[u8], offset: usize, found: &mut Vec<FoundValue>) -> Result<(), JsonFault> {
        let mut cursor = JsonCursor { text, at: 0, offset, found };
        if cursor.next_sign().is_none() {
            return Ok(());
        }
        self.value(&mut cursor, Some(0))?;
        if cursor.next_sign().is_some() { Err("has something behind its value") } else { Ok(()) }
    }

    /// A value that begins here. It is recursive, as deep as the longest path.
    fn value(&self, cursor: &mut JsonCursor<'_>, node: Option<usize>) -> Result<(), JsonFault> {
        let Some(node) = node.map(|node| &self.nodes[node]) else { return cursor.pass_over() };
        if let Some(field) = node.field {
            let start = cursor.at;
            cursor.pass_over()?;
            let offset = cursor.offset;
            cursor.found.push(FoundValue { start: offset + start, end: offset + cursor.at, field });
            return Ok(());
        }
        match cursor.text.get(cursor.at) {
            Some(b'{') if !node.members.is_empty() => self.object(cursor, node),
            Some(b'[') if node.each_item.is_some() || !node.items.is_empty() => self.list(cursor, node),
            _ => cursor.pass_over(),
        }
    }

    fn object(&self, cursor: &mut JsonCursor<'_>, node: &StepNode) -> Result<(), JsonFault> {
        cursor.at += 1;
        if cursor.next_sign() == Some(b'}') {
            cursor.at += 1;
            return Ok(());
        }
        loop {
            if cursor.next_sign() != Some(b'"') {
                return Err(NOT_JSON);
            }
            let start = cursor.at;
            cursor.string()?;
            let name = &cursor.text[start + 1..cursor.at - 1];
            let next = node.member(name)?;
            cursor.sign(b':')?;
            cursor.next_sign();
            self.value(cursor, next)?;
            match cursor.next_sign() {
                Some(b',') => cursor.at += 1,
                Some(b'}') => {
                    cursor.at += 1;
                    return Ok(());
                }
                _ => return Err(NOT_JSON),
            }
        }
    }

    fn list(&self, cursor: &mut JsonCursor<'_>, node: &StepNode) -> Result<(), JsonFault> {
        cursor.at += 1;
        if cursor.next_sign() == Some(b']') {
            cursor.at += 1;
            return Ok(());
        }
        for number in 0u32.. {
            cursor.next_sign();
            let of_number = || node.items.iter().find(|(item, _)| *item == number).map(|(_, next)| *next);
            self.value(cursor, node.each_item.or_else(of_number))?;
            match cursor.next_sign() {
                Some(b',') => cursor.at += 1,
                Some(b']') => {
                    cursor.at += 1;
                    return Ok(());
                }
                _ => return Err(NOT_JSON),
            }
        }
        Err("has a list that is too long")
    }
}

impl StepNode {
    /// Where the member with this name, as it stands between its quotes, leads.
    fn member(&self, name: &[u8]) -> Result<Option<usize>, JsonFault> {
        let find = |name: &[u8]| self.members.iter().find(|(known, _)| **known == *name).map(|(_, next)| *next);
        if memchr::memchr(b'\\', name).is_none() {
            return Ok(find(name));
        }
        // A name can be written in many ways, and none of them may hide it.
        let quoted = [b"\"", name, b"\""].concat();
        let name: String = serde_json::from_slice(&quoted).map_err(|_| "has a name that is no JSON string")?;
        Ok(find(name.as_bytes()))
    }
}

/// The steps of a field of an item: attributes of the types map and list lie between them.
fn in_attributes(steps: &[FieldStep]) -> Vec<FieldStep> {
    let mut all = Vec::with_capacity(2 * steps.len());
    for (number, step) in steps.iter().enumerate() {
        match step {
            _ if number == 0 => {}
            FieldStep::Name(_) => all.push(FieldStep::Name("M".to_owned())),
            FieldStep::Item(_) | FieldStep::EachItem => all.push(FieldStep::Name("L".to_owned())),
        }
        all.push(step.clone());
    }
    all
}

struct JsonCursor<'a> {
    text: &'a [u8],
    at: usize,
    offset: usize,
    found: &'a mut Vec<FoundValue>,
}

impl JsonCursor<'_> {
    /// The next byte that is no blank.
    fn next_sign(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    fn sign(&mut self, wanted: u8) -> Result<(), JsonFault> {
        if self.next_sign() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(NOT_JSON)
    }

    /// A string that begins here.
    fn string(&mut self) -> Result<(), JsonFault> {
        self.at += 1;
        loop {
            let found = memchr2(b'"', b'\\', self.text.get(self.at..).unwrap_or_default()).ok_or(CUT_OFF)?;
            self.at += found + 1;
            if self.text[self.at - 1] == b'"' {
                return Ok(());
            }
            self.at += 1;
        }
    }

    /// Passes over a value of any kind.
    fn pass_over(&mut self) -> Result<(), JsonFault> {
        match self.text.get(self.at) {
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => self.brackets(),
            Some(_) => self.scalar(),
            None => Err(CUT_OFF),
        }
    }

    fn scalar(&mut self) -> Result<(), JsonFault> {
        let rest = &self.text[self.at..];
        let is_of_scalar = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let len = rest.iter().position(|byte| !is_of_scalar(byte)).unwrap_or(rest.len());
        self.at += len;
        if len == 0 { Err(NOT_JSON) } else { Ok(()) }
    }

    /// An object or a list. The kinds of the open brackets are the bits of a number.
    fn brackets(&mut self) -> Result<(), JsonFault> {
        let (mut depth, mut are_objects) = (0u32, 0u128);
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => {
                    if depth == DEEPEST {
                        return Err("is nested too deep");
                    }
                    depth += 1;
                    are_objects = are_objects << 1 | u128::from(byte == b'{');
                }
                b'}' | b']' => {
                    if (are_objects & 1 == 1) != (byte == b'}') {
                        return Err("has brackets that do not match");
                    }
                    depth -= 1;
                    are_objects >>= 1;
                    if depth == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        Err(CUT_OFF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(notation: RecordNotation, fields: &[&str], text: &'a str) -> Result<Vec<(&'a str, u16)>, JsonFault> {
        let fields: Vec<RecordField> = fields.iter().map(|field| field.parse().unwrap()).collect();
        let mut found = Vec::new();
        JsonScanner::new(notation, &fields).scan(text.as_bytes(), 0, &mut found)?;
        Ok(found.into_iter().map(|value| (&text[value.start..value.end], value.field)).collect())
    }

    #[test]
    fn fields_are_found_with_their_exact_text_however_they_are_written() {
        let json = |fields: &[&str], text| found(RecordNotation::JsonLines, fields, text).unwrap();
        assert_eq!(json(&["ssn"], r#"{"ssn":"1"}"#), [(r#""1""#, 0)]);
        assert_eq!(json(&["ssn"], r#" { "a" : [1,{"ssn":3}] , "ssn" : -1.50e+3 } "#), [("-1.50e+3", 0)]);
        assert_eq!(json(&["ssn"], r#"{"s\u0073n":null,"ssn":{"a":"}"}}"#), [("null", 0), (r#"{"a":"}"}"#, 0)]);
        assert_eq!(json(&["a.b", "a.c"], r#"{"a":{"c":[],"b":"\\\""},"b":1}"#), [("[]", 1), (r#""\\\"""#, 0)]);
        assert_eq!(json(&["l[*].x"], r#"{"l":[{"x":1},{"y":2},3,{"x":[4]}]}"#), [("1", 0), ("[4]", 0)]);
        assert_eq!(json(&["l[1]"], r#"{"l":[1,2,3]}"#), [("2", 0)]);
        assert_eq!(json(&["$[0]"], "[true,false]"), [("true", 0)]);
        assert_eq!(json(&["$"], " \"all\" "), [("\"all\"", 0)]);
        assert_eq!(json(&["ssn"], "  "), []);
        assert_eq!(json(&["a.b"], r#"{"a":5,"c":{"b":1}}"#), []);
    }

    #[test]
    fn an_attribute_of_an_item_is_found_with_its_type_in_full_and_in_incremental_exports() {
        let item = |fields: &[&str], text| found(RecordNotation::DynamoDbExport, fields, text).unwrap();
        assert_eq!(item(&["ssn"], r#"{"Item":{"id":{"N":"1"},"ssn":{"S":"x"}}}"#), [(r#"{"S":"x"}"#, 0)]);
        assert_eq!(
            item(&["a.b"], r#"{"Keys":{"a":{"S":"k"}},"NewImage":{"a":{"M":{"b":{"BOOL":true}}}},"OldImage":{}}"#),
            [(r#"{"BOOL":true}"#, 0)]
        );
        assert_eq!(item(&["l[*]"], r#"{"Item":{"l":{"L":[{"N":"1"},{"NULL":true}]}}}"#).len(), 2);
        assert_eq!(item(&["id"], r#"{"Keys":{"id":{"S":"k"}}}"#), [(r#"{"S":"k"}"#, 0)]);
    }

    #[test]
    fn what_is_not_json_on_the_way_to_a_field_is_refused() {
        for text in [
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "{\"a\":1}}",
            "{\"a\":1} x",
            "{\"a\":\"",
            "{\"a\":\"\\",
            "{\"a\":[1}",
            "{\"a\":[}]",
            "{\"b\":{]}",
            "{\"a\":}",
            "{\"a\":1 \"b\":2}",
            "\"x",
            "{\"\\x\":1}",
            "[1",
            "{\"l\":[1,",
            "{\"l\":[1 2]}",
            "{\"a\":,}",
        ] {
            assert!(found(RecordNotation::JsonLines, &["a", "l[*]"], text).is_err(), "{text}");
        }
        let deep = format!("{{\"b\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(found(RecordNotation::JsonLines, &["a"], &deep).is_err());
    }
}
