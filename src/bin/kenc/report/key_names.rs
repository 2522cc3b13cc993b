//! The names that the config gives keys, shown wherever such a key is.

use kenc::ops::configs::Configs;
use serde_json::{Map, Value};

use super::wrapped_keys::shown_key;

/// Names of keys, by the words that they stand for.
#[derive(Default)]
pub struct ShownKeyNames(Vec<(String, String)>);

impl ShownKeyNames {
    /// The names in the config of the working folder, or in the one that was named. A config that cannot be read has none:
    /// whoever needs it reports that.
    pub fn of(configs: &Configs) -> Self {
        let Ok(found) = configs.of(None) else { return Self::default() };
        let names = found.config.iter().flat_map(kenc::config::Config::names);
        let forms = |(name, key): (&str, &str)| {
            let key = key.trim();
            let shown = Some(shown_key(key).into_owned()).filter(|shown| shown != key);
            [Some(key.to_owned()), shown].into_iter().flatten().map(|key| (key, name.to_owned())).collect::<Vec<_>>()
        };
        Self(names.flat_map(forms).collect())
    }

    /// A result for programs with the field `name` in each key that has a name. Keys are objects with `id`, and `provider` or
    /// `list`.
    pub fn add_to_json(&self, value: &Value) -> Value {
        match value {
            Value::Array(values) => values.iter().map(|value| self.add_to_json(value)).collect(),
            Value::Object(fields) => {
                let mut named: Map<String, Value> =
                    fields.iter().map(|(field, value)| (field.clone(), self.add_to_json(value))).collect();
                let is_key = fields.contains_key("provider") || fields.contains_key("list");
                let id = fields.get("id").and_then(Value::as_str).filter(|_| is_key);
                if let Some((_, name)) = self.0.iter().find(|(key, _)| Some(key.as_str()) == id) {
                    named.insert("name".to_owned(), name.as_str().into());
                }
                named.into()
            }
            other => other.clone(),
        }
    }

    /// A text with `@NAME (KEY)` in place of each key that has a name.
    pub fn add_to(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (key, name)| with_name(&text, key, name))
    }
}

fn with_name(text: &str, key: &str, name: &str) -> String {
    let is_part_of_word = |letter: char| letter.is_ascii_alphanumeric() || "/:-_@.".contains(letter);
    let mut named = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(key).filter(|_| !key.is_empty()) {
        let (before, found) = rest.split_at(start);
        let behind = &found[key.len()..];
        // A sentence may end behind a key.
        let is_word = !before.ends_with(is_part_of_word)
            && !is_named(before)
            && !behind
                .trim_start_matches([':', '.'])
                .starts_with(|letter| !char::is_whitespace(letter) && is_part_of_word(letter));
        named.push_str(before);
        if is_word {
            named.extend(["@", name, " (", key, ")"]);
        } else {
            named.push_str(key);
        }
        rest = behind;
    }
    named + rest
}

/// Whether a text ends with a name and the bracket before its key.
fn is_named(text: &str) -> bool {
    let name = text.strip_suffix(" (").and_then(|text| text.rsplit(char::is_whitespace).next());
    name.is_some_and(|name| name.starts_with('@'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_gets_its_name_where_it_is_a_word_of_its_own() {
        let names =
            ShownKeyNames(vec![("age1abc".into(), "alice".into()), ("arn:aws:kms:r:1:key/k".into(), "prod".into())]);
        for (text, named) in [
            ("1  age  age1abc\n", "1  age  @alice (age1abc)\n"),
            ("x: added age age1abc, removed age age1abcd", "x: added age @alice (age1abc), removed age age1abcd"),
            ("arn:aws:kms:r:1:key/k\n", "@prod (arn:aws:kms:r:1:key/k)\n"),
            ("arn:aws:kms:r:1:key/k2 age1abc:", "arn:aws:kms:r:1:key/k2 @alice (age1abc):"),
            ("@alice (age1abc)", "@alice (age1abc)"),
            ("1 age @alice @al (age1abc)", "1 age @alice @al (age1abc)"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(names.add_to(text), named);
        }
    }

    #[test]
    fn a_key_gets_its_name_in_results_for_programs_wherever_it_is() {
        let names = ShownKeyNames(vec![("age1abc".into(), "alice".into())]);
        let result = json!({ "id": "age1abc", "groups": [[{ "list": "age", "id": "age1abc" }, { "list": "age", "id": "age1x" }]] });
        let expected = json!({ "id": "age1abc", "groups": [[{ "list": "age", "id": "age1abc", "name": "alice" }, { "list": "age", "id": "age1x" }]] });
        assert_eq!(names.add_to_json(&result), expected);
    }
}
