//! What is told of a kenc file that is authentic.

use kenc::formats::native::slot::SlotTable;
use kenc::formats::native::{Header, TableCopies};
use kenc::ops::failure::Failure;
use serde_json::json;

use crate::commands::changing::{self, keys_json};
use crate::commands::inspect::describe_copies;
use crate::failure::Exit;
use crate::report::{Reporter, printable};

/// Says that a file is authentic, which keys its header names, and what care it needs. Nothing authenticates the list of
/// keys: it is there to be looked at.
pub fn tell(reporter: &Reporter, name: &str, bytes: u64, header: &Header) -> Result<Exit, Failure> {
    let Header { table: SlotTable { slots, .. }, copies, .. } = header;
    let copies = *copies;
    let is_whole = copies == TableCopies::Whole;
    let care = if is_whole { String::new() } else { format!("; but {}", describe_copies(copies)) };
    let keys = slots.iter().fold(String::new(), |keys, slot| keys + "  " + &printable(&changing::named(slot)) + "\n");
    reporter.confirmation(
        &format!("{}: authentic, {bytes} bytes{care}\n{keys}", printable(name)),
        &json!({
            "file": name,
            "authentic": true,
            "bytes": bytes,
            "copies": describe_copies(copies),
            "keys": keys_json(slots),
        }),
    )?;
    if is_whole {
        return Ok(Exit::Done);
    }
    reporter.hint(&format!("repair it with `kenc rewrap {name}`"));
    Ok(Exit::Problems)
}
