//! What to do about a key of AWS KMS that is disabled, or will be deleted. `options` are those of the AWS CLI that reach the
//! key: its region and the profile.

/// It is disabled.
pub fn of_disabled(key: &str, options: &str) -> String {
    format!("enable it: `aws kms enable-key --key-id {key}{options}`")
}

/// It will be deleted.
pub fn of_pending_deletion(key: &str, options: &str) -> String {
    format!(
        "cancel the deletion: `aws kms cancel-key-deletion --key-id {key}{options}`, then `aws kms enable-key --key-id {key}{options}`"
    )
}

/// It is in another state, or is not the key that it was taken for.
pub fn of_other_state(key: &str, options: &str) -> String {
    format!("check the key: `aws kms describe-key --key-id {key}{options}`")
}
