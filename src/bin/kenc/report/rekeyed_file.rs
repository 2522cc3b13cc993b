//! What became of files that are encrypted as a whole and got other keys, for people and for programs.

use kenc::document::GroupDifference;
use kenc::keys::{KeySpec, Rewrapped, Way, WrappedKey};
use kenc::ops::rewrap::{FileRewrap, Written};
use serde_json::{Value, json};

use super::printable;
use super::wrapped_keys::{keys_json, named};

/// A rewrap as a line for people.
pub fn rewrapped_text(name: &str, is_dry: bool, file: &FileRewrap) -> String {
    let FileRewrap { copies, rewrapped, written, converted_to } = file;
    let Rewrapped { slots, added, removed, absent, way, .. } = rewrapped;
    let (would, [add, remove]) =
        if is_dry { ("would be ", GroupDifference::WOULD) } else { ("", GroupDifference::DONE) };
    let mut parts: Vec<String> = Vec::new();
    if let Some(format) = converted_to {
        let keys: Vec<String> = slots.iter().map(named).collect();
        let what = if is_dry { "would be encrypted" } else { "encrypted" };
        let text = format!("{name}: {what} again as {}, under {}", article(format), keys.join(", "));
        return format!("{}\n", printable(&text));
    }
    parts.extend(added.iter().map(|slot| format!("{add} {}", named(slot))));
    parts.extend(removed.iter().map(|slot| format!("{remove} {}", named(slot))));
    if let (Written::Mended, Some(copies)) = (written, copies) {
        parts.push(format!("{would}repaired: {}", copies.text));
    } else if parts.is_empty() && *written != Written::Reencrypted {
        parts.push("nothing to change".to_owned());
    }
    let absent: Vec<String> = absent.iter().map(|key: &KeySpec| format!("; {key} is not a key of this file")).collect();
    let how = match way {
        Way::InsideKms if !added.is_empty() => "inside KMS, ",
        _ => "",
    };
    let where_to = match written {
        Written::InPlace => format!(" ({how}in place)"),
        Written::Anew if !added.is_empty() || !removed.is_empty() => format!(" ({how}rewritten)"),
        Written::Reencrypted if parts.is_empty() => format!("{would}encrypted again, with a new message id"),
        Written::Reencrypted => format!(" ({would}encrypted again, with a new message id)"),
        _ => String::new(),
    };
    format!("{}\n", printable(&format!("{name}: {}{where_to}{}", parts.join(", "), absent.concat())))
}

/// A rewrap as a result for programs.
pub fn rewrapped_json(name: &str, is_dry: bool, file: &FileRewrap) -> Value {
    let FileRewrap { copies: _, rewrapped, written, converted_to } = file;
    let Rewrapped { slots, added, removed, absent, way, .. } = rewrapped;
    let mut value = json!({
        "file": name,
        "dry_run": is_dry,
        "written": match written {
            Written::Nothing => "nothing",
            Written::Mended => "damaged copy",
            Written::InPlace => "in place",
            Written::Anew => "anew",
            Written::Reencrypted => "encrypted again",
        },
        "way": way.name(),
        "keys": keys_json(slots),
        "added": keys_json(added),
        "removed": keys_json(removed),
        "absent": absent.iter().map(ToString::to_string).collect::<Vec<String>>(),
    });
    if let Some(format) = converted_to {
        value["converted_to"] = (*format).into();
    }
    value
}

/// A file of a format, in a sentence.
fn article(format: &str) -> &str {
    match format {
        "kenc" => "a kenc file",
        "age" => "an age file",
        "aws-esdk" => "an AWS Encryption SDK message",
        other => other,
    }
}

/// A rotation as a line for people.
pub fn rotated_text(name: &str, is_dry: bool, slots: &[WrappedKey]) -> String {
    let keys: Vec<String> = slots.iter().map(named).collect();
    let would = if is_dry { "would get a " } else { "" };
    format!("{}\n", printable(&format!("{name}: {would}new data key under {}", keys.join(", "))))
}

/// A rotation as a result for programs.
pub fn rotated_json(name: &str, is_dry: bool, slots: &[WrappedKey]) -> Value {
    json!({ "file": name, "rotated": !is_dry, "dry_run": is_dry, "keys": keys_json(slots) })
}
