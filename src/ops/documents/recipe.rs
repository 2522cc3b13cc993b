//! Whether the values of an input or the whole file is encrypted, and by which keys and rule.

use std::path::{Path, PathBuf};

use crate::config::{DocumentOptions, DocumentRecipe, KENC_CONFIG, RuleFormat, SOPS_CONFIG};
use crate::context::EncryptionContext;
use crate::document::{EncryptionRecipe, Format};
use crate::ops::configs::Configs;
use crate::ops::failure::{Cause, Failure};
use crate::ops::places::local_key;

/// What of a file is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncryptionExtent {
    /// The whole file.
    Whole,
    /// Each value separately.
    Values,
}

impl EncryptionExtent {
    /// The extent for an input: the requested one; otherwise its values, if a rule matches it and its name is that of a
    /// document.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid.
    pub fn of(path: Option<&Path>, asked: Option<Self>, configs: &Configs) -> Result<Self, Failure> {
        if let Some(asked) = asked {
            return Ok(asked);
        }
        let Some(path) = path.filter(|path| Format::of_name(path) != Format::Binary) else { return Ok(Self::Whole) };
        let found = configs.of(Some(path))?;
        let rule = found.config.as_ref().map(|config| config.settings_for(Some(path))).transpose()?.flatten();
        let has_values = rule.is_some_and(|rule| matches!(rule.format, None | Some(RuleFormat::Values)));
        Ok(if has_values { Self::Values } else { Self::Whole })
    }

    /// The extent for all inputs; `-` or none is standard input.
    ///
    /// # Errors
    /// As [`EncryptionExtent::of`], and if they differ.
    pub fn of_all(inputs: &[PathBuf], asked: Option<Self>, configs: &Configs) -> Result<Self, Failure> {
        let mut first: Option<(Self, &PathBuf)> = None;
        for input in inputs {
            let path = (input.as_os_str() != "-").then_some(input.as_path());
            let extent = Self::of(path, asked, configs)?;
            match first {
                None => first = Some((extent, input)),
                Some((other, _)) if other == extent => {}
                Some((other, first)) => {
                    let (document, whole) = if other == Self::Values { (first, input) } else { (input, first) };
                    return Err(Cause::MixedInputs { document: document.clone(), whole: whole.clone() }.into());
                }
            }
        }
        first.map_or_else(|| Self::of(None, asked, configs), |(extent, _)| Ok(extent))
    }
}

/// Whether a file in a folder is one whose values are encrypted: one that a rule matches. Without rules, one whose name
/// is that of a document, if keys were `named`.
///
/// # Errors
/// If a config cannot be read or is invalid.
pub fn is_meant(path: &Path, named: &[String], configs: &Configs) -> Result<bool, Failure> {
    let name = path.file_name().unwrap_or_default();
    if name == KENC_CONFIG || name == SOPS_CONFIG {
        return Ok(false);
    }
    let is_named_so = Format::of_name(path) != Format::Binary;
    let found = configs.of(Some(path))?;
    let Some(config) = &found.config else { return Ok(is_named_so) };
    match config.settings_for(Some(path))? {
        Some(rule) => Ok(match rule.format {
            None => is_named_so,
            Some(RuleFormat::Values) => true,
            Some(_) => false,
        }),
        // A config may only name keys, and have no rules.
        None => Ok(is_named_so && !named.is_empty() && config.rules()?.is_empty()),
    }
}

/// How a document is encrypted for the first time: by `options` and the keys `named`, the rule for its path, and the
/// local key, in this order.
///
/// # Errors
/// If a config cannot be read or is invalid, a word names no key, or there is no key at all.
pub fn recipe(
    path: Option<&Path>,
    named: &[String],
    given: &EncryptionContext,
    options: DocumentOptions,
    configs: &Configs,
) -> Result<EncryptionRecipe, Failure> {
    let found = configs.of(path)?;
    let DocumentRecipe { mut recipe, line } = DocumentRecipe::new(found.config.as_ref(), named, given, options, path)?;
    if line.is_some() {
        configs.hint_if_hidden_from_sops(&found);
    }
    if let [only] = &mut recipe.groups[..]
        && only.is_empty()
    {
        only.push(local_key()?.into());
    }
    Ok(recipe)
}

/// Whether a rule of the config matches a path.
///
/// # Errors
/// If a config cannot be read or is invalid.
pub fn has_rule(path: &Path, configs: &Configs) -> Result<bool, Failure> {
    let found = configs.of(Some(path))?;
    let rule = found.config.as_ref().map(|config| config.settings_for(Some(path))).transpose()?.flatten();
    Ok(rule.is_some())
}
