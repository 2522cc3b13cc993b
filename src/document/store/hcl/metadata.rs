//! Metadata in HCL: an object `sops` at the end of the file.

use serde_json::{Map, Value as Json};

use super::outline::HclOutline;
use super::write::{HclLayout, json_text, newline_of};
use crate::document::store::parsed::METADATA_KEY;
use crate::document::store::splice::{Splice, change_at_end};

/// Replaces, appends or removes it.
pub(super) fn change(text: &str, outline: &HclOutline, metadata: Option<&Map<String, Json>>) -> Vec<Splice> {
    let newline = newline_of(text);
    let written = metadata.map(|fields| {
        let layout = HclLayout::Lines { newline, base: String::new() };
        let mut out = format!("{METADATA_KEY} = ");
        json_text(&Json::Object(fields.clone()), &layout, 0, &mut out);
        out
    });
    change_at_end(text, outline.metadata(), written, newline)
}
