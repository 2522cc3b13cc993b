//! The report on an authentic kenc file.

use kenc::formats::description::HeadDescription;
use kenc::ops::failure::Failure;
use serde_json::json;

use crate::failure::Exit;
use crate::report::wrapped_keys::{keys_json, named};
use crate::report::{Reporter, printable};

/// Reports that a file is authentic, which keys its header names, and what needs attention. The list of keys is not
/// authenticated: it is shown for review.
pub fn tell(reporter: &Reporter, name: &str, bytes: u64, head: &HeadDescription) -> Result<Exit, Failure> {
    let HeadDescription { keys, copies, .. } = head;
    let damage = copies.filter(|copies| !copies.are_whole);
    let care = damage.map_or_else(String::new, |copies| format!("; but {}", copies.text));
    let lines = keys.iter().fold(String::new(), |keys, slot| keys + "  " + &printable(&named(slot)) + "\n");
    let mut value = json!({ "file": name, "authentic": true, "bytes": bytes });
    if let Some(copies) = copies {
        value["copies"] = copies.text.into();
    }
    value["keys"] = keys_json(keys);
    reporter.confirmation(&format!("{}: authentic, {bytes} bytes{care}\n{lines}", printable(name)), &value)?;
    if damage.is_none() {
        return Ok(Exit::Done);
    }
    reporter.hint(&format!("repair it with `kenc rewrap {name}`"));
    Ok(Exit::Problems)
}
