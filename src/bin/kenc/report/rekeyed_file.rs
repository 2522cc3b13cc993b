//! What became of files that are encrypted as a whole and got other keys, for people and for programs.

use kenc::keys::{KeySpec, Rewrapped, Way, WrappedKey};
use kenc::ops::rewrap::{FileRewrap, Written};
use serde_json::{Value, json};

use super::document_keys::{DONE, WOULD};
use super::printable;
use super::wrapped_keys::{keys_json, named};

/// A rewrap as a line for people.
pub fn rewrapped_text(name: &str, is_dry: bool, file: &FileRewrap) -> String {
    let FileRewrap { copies, rewrapped, written } = file;
    let Rewrapped { added, removed, absent, way, .. } = rewrapped;
    let (would, [add, remove]) = if is_dry { ("would be ", WOULD) } else { ("", DONE) };
    let mut parts: Vec<String> = Vec::new();
    parts.extend(added.iter().map(|slot| format!("{add} {}", named(slot))));
    parts.extend(removed.iter().map(|slot| format!("{remove} {}", named(slot))));
    if let (Written::Mended, Some(copies)) = (written, copies) {
        parts.push(format!("{would}repaired: {}", copies.text));
    } else if parts.is_empty() {
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
        _ => String::new(),
    };
    format!("{}\n", printable(&format!("{name}: {}{where_to}{}", parts.join(", "), absent.concat())))
}

/// A rewrap as a result for programs.
pub fn rewrapped_json(name: &str, is_dry: bool, file: &FileRewrap) -> Value {
    let FileRewrap { copies: _, rewrapped, written } = file;
    let Rewrapped { slots, added, removed, absent, way } = rewrapped;
    json!({
        "file": name,
        "dry_run": is_dry,
        "written": match written {
            Written::Nothing => "nothing",
            Written::Mended => "damaged copy",
            Written::InPlace => "in place",
            Written::Anew => "anew",
        },
        "way": way.name(),
        "keys": keys_json(slots),
        "added": keys_json(added),
        "removed": keys_json(removed),
        "absent": absent.iter().map(ToString::to_string).collect::<Vec<String>>(),
    })
}

/// A rotation as a line for people.
pub fn rotated_text(name: &str, slots: &[WrappedKey]) -> String {
    let keys: Vec<String> = slots.iter().map(named).collect();
    format!("{}\n", printable(&format!("{name}: new data key under {}", keys.join(", "))))
}

/// A rotation as a result for programs.
pub fn rotated_json(name: &str, slots: &[WrappedKey]) -> Value {
    json!({ "file": name, "rotated": true, "keys": keys_json(slots) })
}
