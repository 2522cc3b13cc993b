//! Comparing and copying data keys.

use crate::crypto::DataKey;
use crate::crypto::digest::are_equal;

pub(crate) fn is_same(left: &DataKey, right: &DataKey) -> bool {
    are_equal(left.expose(), right.expose())
}

pub(crate) fn copy(data_key: &DataKey) -> DataKey {
    DataKey::from_slice(data_key.expose()).expect("a data key is as long as a data key")
}
