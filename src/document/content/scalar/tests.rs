use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;

/// What go-yaml v3.0.4 makes of a plain scalar: a JSON string, a tab, then type and value. Floats are given by their
/// bits.
const GO_YAML: &str = include_str!("../../../../tests/vectors/yaml/scalars.tsv");

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => format!("str {}", Json::from(text.as_str())),
        Value::Integer(number) => format!("int {number}"),
        Value::Float(number) if number.is_nan() => "float nan".to_owned(),
        Value::Float(number) => format!("float {:x}", number.to_bits()),
        Value::Bool(truth) => format!("bool {truth}"),
        Value::Time(text) => format!("time {text}"),
        Value::Bytes(_) => "bytes".to_owned(),
    }
}

/// Integers that go-yaml keeps as unsigned, or rounds to a float.
fn is_beyond(text: &str, expected: &str) -> bool {
    let is_unsigned = expected.strip_prefix("int ").is_some_and(|number| number.parse::<i64>().is_err());
    let digits = text.trim_start_matches(['+', '-']).replace('_', "");
    let is_rounded = expected.starts_with("float ") && digits.len() > 18 && digits.bytes().all(|b| b.is_ascii_digit());
    is_unsigned || is_rounded
}

#[test]
fn scalars_mean_what_they_mean_to_go_yaml() {
    let mut differing = Vec::new();
    for line in GO_YAML.lines() {
        let (text, expected) = line.split_once('\t').unwrap();
        let text: String = serde_json::from_str(text).unwrap();
        // Go escapes more in JSON than it has to.
        let expected = match expected.strip_prefix("str ") {
            Some(text) => format!("str {}", serde_json::from_str::<Json>(text).unwrap()),
            None => expected.to_owned(),
        };
        let found = resolve(&text).map(|value| shown(&value));
        let expected = if is_beyond(&text, &expected) { Err(BeyondIntegers) } else { Ok(expected) };
        if found != expected {
            differing.push(format!("{text:?} is {found:?}, and {expected:?} to go-yaml"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn texts_that_other_readers_take_for_something_else_do_not_read_as_text() {
    for text in ["yes", "No", "ON", "off", "y", "N", "=", "<<", "1:30", "-190:20:30.15", "1_0:59"] {
        assert!(!reads_as_text(text), "{text}");
    }
    for text in ["yesterday", "offset", "a:b", "1:90", "10:5:x", "12:345", "v1.2.3", "10.0.0.1"] {
        assert!(reads_as_text(text), "{text}");
    }
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Float),
        "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{0,8}[1-9])?(Z|[+-]0[1-9]:30)"
            .prop_map(Value::Time),
    ]
}

proptest! {
    #[test]
    fn what_is_no_text_resolves_to_itself(value in values()) {
        let text = plain_text(&value).unwrap();
        prop_assert_eq!(resolve(&text).map(|value| shown(&value)), Ok(shown(&value)));
    }

    #[test]
    fn any_text_resolves_to_something_without_a_panic(text in "\\PC{0,12}|[0-9+_.eExobT:Z -]{0,24}") {
        if let Ok(Value::Text(same)) = resolve(&text) {
            prop_assert_eq!(&*same, &text);
        }
    }
}
