//! Which kinds of keys are tried first: `--decryption-order` and its variable.

use kenc::keys::{AGE, AWS_KMS, PGP};

use super::exit::{SopsStop, code};

/// The variable for the order.
const VARIABLE: &str = "SOPS_DECRYPTION_ORDER";

/// The providers in the order in which they are tried. Unsupported kinds of keys are ignored.
pub fn of(given: Option<&str>) -> Result<Vec<&'static str>, SopsStop> {
    let variable = std::env::var(VARIABLE).unwrap_or_default();
    let text = given.filter(|text| !text.is_empty()).unwrap_or(&variable);
    let kinds: Vec<&str> = text.split(',').filter(|_| !text.is_empty()).collect();
    if let Some((_, kind)) = kinds.iter().enumerate().find(|(at, kind)| kinds[..*at].contains(kind)) {
        let sentence = format!("Duplicate decryption key type: {kind}");
        return Err(SopsStop::new(code::KIND_TWICE, sentence).with_hint("name every kind once: `age,pgp,kms`"));
    }
    let provider = |kind: &&str| match *kind {
        "age" => Some(AGE),
        "pgp" => Some(PGP),
        "kms" => Some(AWS_KMS),
        _ => None,
    };
    Ok(kinds.iter().filter_map(provider).collect())
}
