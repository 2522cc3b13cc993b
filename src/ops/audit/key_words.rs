//! Finding the names of keys in what CloudTrail recorded, whatever shape it has.

use serde_json::Value;

/// What the ARN of a key begins with, in every partition.
const ARN: &str = "arn:aws";

/// The ARNs of keys and aliases of AWS KMS in a text.
pub fn arns_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (start, _) in text.match_indices(ARN) {
        let rest = &text[start..];
        let is_in_arn = |letter: char| letter.is_ascii_alphanumeric() || ":/_-".contains(letter);
        let arn = &rest[..rest.find(|letter| !is_in_arn(letter)).unwrap_or(rest.len())];
        if arn.split(':').nth(2) == Some("kms") && !found.iter().any(|known| known == arn) {
            found.push(arn.to_owned());
        }
    }
    found
}

/// Whether a word is the ARN of a key, and not of an alias.
pub fn is_key_arn(word: &str) -> bool {
    word.starts_with(ARN) && word.contains(":key/")
}

/// A member of an object, without regard to case.
pub fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A member of an object as text.
pub fn text_member(value: &Value, name: &str) -> Option<String> {
    member(value, name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A member in the notation of Presto, `{name=value, other={…}}`: what CloudTrail Lake writes for a structure.
pub fn presto_member(text: &str, name: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let wanted = format!("{}=", name.to_ascii_lowercase());
    let starts_a_name = |at: &usize| *at == 0 || lower.as_bytes()[at - 1] == b'{' || lower.as_bytes()[at - 1] == b' ';
    let at = lower.match_indices(&wanted).map(|(at, _)| at).find(starts_a_name)? + wanted.len();
    let value = text.get(at..)?;
    let value = &value[..value.find([',', '}']).unwrap_or(value.len())];
    (!value.is_empty() && value != "null" && !value.starts_with('{')).then(|| value.to_owned())
}

/// JSON, or the text that stands for it where a tool has made one of it.
pub fn json_or_text(raw: &str) -> Result<Value, String> {
    match serde_json::from_str::<Value>(raw) {
        Ok(Value::String(text)) => match serde_json::from_str::<Value>(&text) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => Ok(value),
            _ => Err(text),
        },
        Ok(value) => Ok(value),
        Err(_) => Err(raw.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_found_in_sentences_and_structures() {
        let text = "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: kms:Decrypt on resource: \
                    arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab because …";
        assert_eq!(arns_in(text), ["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]);
        let text = "[{accountid=1, type=AWS::KMS::Key, arn=arn:aws-cn:kms:cn-north-1:111122223333:alias/a_b}]";
        assert_eq!(arns_in(text), ["arn:aws-cn:kms:cn-north-1:111122223333:alias/a_b"]);
        assert_eq!(arns_in("arn:aws:s3:::kms/key"), [] as [&str; 0]);
    }

    #[test]
    fn members_are_found_in_the_notation_of_presto() {
        let text = "{type=AssumedRole, principalid=A:run, arn=arn:aws:sts::1:assumed-role/ci/run, invokedby=null}";
        assert_eq!(presto_member(text, "type").as_deref(), Some("AssumedRole"));
        assert_eq!(presto_member(text, "ARN").as_deref(), Some("arn:aws:sts::1:assumed-role/ci/run"));
        assert_eq!(presto_member(text, "invokedBy"), None);
        assert_eq!(presto_member("{a=İx, Ⱥ=", "a").as_deref(), Some("İx"));
    }
}
