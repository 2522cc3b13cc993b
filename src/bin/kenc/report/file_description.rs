//! What is known about a kenc file without a key.

use std::fmt::Write as _;

use kenc::formats::description::{HeadDescription, PlaintextSize};
use kenc::ops::inspect::FileDescription;
use serde_json::{Map, Value, json};

use crate::report::printable;
use crate::report::wrapped_keys::{keys_json, shown_key};

/// For people.
pub fn text(FileDescription { head, payload }: &FileDescription) -> String {
    let HeadDescription { title, version, is_armored, cipher, properties, context, keys, len, details, .. } = head;
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        writeln!(text, "  {label:<9} {value}").expect("writing to a string does not fail");
    };
    let size = match payload.plaintext {
        Some(PlaintextSize { bytes, units, .. }) => {
            let plural = if units == 1 { "" } else { "s" };
            format!("{} in {} {}{plural}", in_units(bytes), grouped(units), payload.unit)
        }
        None => "cut off: no payload has this length".to_owned(),
    };
    let properties = properties.iter().fold(String::new(), |all, property| all + ", " + property);
    line("payload", &format!("{size}, {cipher}{properties}"));
    let mut label = "context";
    for (key, value) in context {
        line(label, &format!("{} = {}", printable(key), printable(value)));
        label = "";
    }
    let mut label = "keys";
    for (number, slot) in (1..).zip(keys) {
        line(label, &format!("{number}  {:<8} {}", printable(&slot.provider), printable(&shown_key(&slot.key_id))));
        label = "";
    }
    let told = details.iter().filter(|detail| !detail.text.is_empty());
    let details = told.fold(String::new(), |all, detail| all + ", " + &detail.text);
    line("header", &format!("{} bytes{details}", grouped(*len)));
    let armored = if *is_armored { ", armored" } else { "" };
    format!("{title}, version {version}{armored}\n{text}")
}

/// For programs.
pub fn json(FileDescription { head, payload }: &FileDescription) -> Value {
    let HeadDescription { format, version, is_armored, cipher, context, keys, len, details, .. } = head;
    let context: Map<String, Value> = context.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
    let mut header = json!({ "bytes": len });
    for detail in details {
        header[detail.name] = detail.value.clone();
    }
    let mut of_payload = json!({ "bytes": payload.bytes });
    of_payload[format!("{}s", payload.unit)] = payload.plaintext.map(|plaintext| plaintext.units).into();
    of_payload["plaintext_bytes"] = payload.plaintext.map(|plaintext| plaintext.bytes).into();
    json!({
        "format": format,
        "version": version,
        "armored": is_armored,
        "suite": cipher,
        "context": context,
        "keys": keys_json(keys),
        "header": header,
        "payload": of_payload,
    })
}

/// A length in the unit that suits it.
fn in_units(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    indicatif::BinaryBytes(bytes).to_string()
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits are ASCII")).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (5_518_131, "5 518 131")] {
            assert_eq!(grouped(number), text);
        }
    }
}
