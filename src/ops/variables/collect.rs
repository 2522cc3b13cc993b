//! The values of documents as environment variables.
//!
//! Variables are named after the path of the value: keys, and list positions from 0, joined by `_`. Every character
//! other than an ASCII letter or digit becomes `_` too, because shells accept nothing else. An empty or null value
//! gives an empty variable.
//!
//! A date is as the file has it. A dotenv file has the values that programs read in it, or the literal ones on request.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path as FilePath, PathBuf};

use zeroize::Zeroizing;

use super::{dotenv, protected};
use crate::document::{
    Document, Format, MacRequirement, Member, Node, Path, PathStep, Tree, TreeEntry, TreeItem, Value,
};
use crate::error::Error;
use crate::ops::contents::{self, Contents};
use crate::ops::documents::typed_dates::with_typed_dates;
use crate::ops::failure::{Cause, Failure};
use crate::ops::result_name::plain_name;
use crate::ops::session::Session;

/// Variables by their names, with the bytes of their values.
pub type Variables = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// How the values of dotenv files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotenvSyntax {
    /// As docker compose reads them: without quotes, with references to other variables.
    Programs,
    /// As sops reads them: what stands behind the `=`.
    Literal,
}

/// The values of files as variables. Values of later files replace those of earlier ones with the same name. `only`
/// selects values; all, if it is empty.
///
/// # Errors
/// If a file cannot be opened, holds no values, or one of them cannot be a variable; if a selected one is missing.
pub fn variables(
    session: &Session,
    files: &[PathBuf],
    only: &[String],
    names: &VariableNames<'_>,
    syntax: DotenvSyntax,
) -> Result<Variables, Failure> {
    let mut variables = Collector::new(only);
    for path in files {
        let about = |cause: Cause| Failure { subject: Some(path.display().to_string()), ..cause.into() };
        let tree = tree(session, path, syntax)?;
        variables.add(&tree, names).map_err(about)?;
    }
    Ok(variables.finish()?)
}

/// The content of a file as a tree of values without aliases.
fn tree(session: &Session, path: &FilePath, syntax: DotenvSyntax) -> Result<Tree, Failure> {
    let about = || Failure::about(path.display().to_string());
    let (text, contents) = contents::open(session, &contents::read(path)?, path, MacRequirement::Right)?;
    // sops encrypts some files as binary ones, whose content is a file like that in a kenc file.
    let contents = match contents {
        Contents::Document(document) if document.plaintext().format() != Format::Binary => Some(document),
        Contents::Document(_) | Contents::Whole(_) => None,
    };
    let format = contents
        .as_ref()
        .map_or_else(|| Format::of_name(FilePath::new(&plain_name(path))), |document| document.plaintext().format());
    if format == Format::Binary {
        return Err(Cause::NoValues(path.to_owned()).into());
    }
    if let (Format::Dotenv, DotenvSyntax::Programs, Ok(text)) = (format, syntax, std::str::from_utf8(&text)) {
        let about = |cause: Cause| Failure { subject: Some(path.display().to_string()), ..cause.into() };
        return tree_of_dotenv(text).map_err(about);
    }
    let document = match contents {
        Some(document) => document.into_plaintext(),
        None => Document::from_plaintext(format, text).map_err(Error::from).map_err(about())?,
    };
    let tree = document.followed().map_err(Error::from).map_err(about())?;
    Ok(with_typed_dates(&document, Cow::Owned(tree), format).into_owned())
}

/// The values that programs read in a dotenv file.
fn tree_of_dotenv(text: &str) -> Result<Tree, Cause> {
    let environment = |name: &str| {
        let is_ours_alone = protected::is_of_identity(OsStr::new(name));
        if is_ours_alone { None } else { std::env::var(name).ok().map(Zeroizing::new) }
    };
    let members = dotenv::assignments(text, &environment)?
        .into_iter()
        .map(|(key, value)| TreeEntry::Child(Member::new(key, Node::leaf(Value::Text(value.into())))));
    Ok(Tree { roots: vec![Node::Mapping(members.collect())] })
}

/// How the names of variables are made.
pub struct VariableNames<'a> {
    /// Their prefix.
    pub prefix: &'a str,
    /// Whether they are in upper case.
    pub is_upper: bool,
}

/// Collects the variables of all documents.
struct Collector<'a> {
    only: &'a [String],
    /// Which of `only` have been found.
    is_found: Vec<bool>,
    values: Variables,
}

impl<'a> Collector<'a> {
    fn new(only: &'a [String]) -> Self {
        Self { only, is_found: vec![false; only.len()], values: BTreeMap::new() }
    }

    /// Adds the values of a document. They replace earlier ones with the same name; within one document names must
    /// differ.
    fn add(&mut self, tree: &Tree, names: &VariableNames<'_>) -> Result<(), Cause> {
        let mut fault = None;
        // Each YAML document of a file counts as a document of its own here.
        let mut taken: BTreeMap<(usize, String), Path> = BTreeMap::new();
        tree.walk(|path, item| {
            if fault.is_none() {
                let outcome = match item {
                    TreeItem::Leaf(leaf) => self.add_leaf(path, &leaf.value, names, &mut taken),
                    TreeItem::Alias(_) => self.refuse_alias(path),
                    TreeItem::Comment(_) | TreeItem::Enter(_) | TreeItem::Leave(_) => Ok(()),
                };
                fault = outcome.err();
            }
        });
        fault.map_or(Ok(()), Err)
    }

    fn add_leaf(
        &mut self,
        path: &Path,
        value: &Value,
        names: &VariableNames<'_>,
        taken: &mut BTreeMap<(usize, String), Path>,
    ) -> Result<(), Cause> {
        let bare = name_of(path);
        if !self.is_meant(path, &bare) {
            return Ok(());
        }
        let name = format!("{}{bare}", names.prefix);
        let name = if names.is_upper { name.to_ascii_uppercase() } else { name };
        let fault = |fault| Cause::NotAVariable { path: path.to_string(), fault };
        if !is_variable_name(&name) {
            return Err(fault(format!("`{name}` is not a valid variable name")));
        }
        if let Some(first) = taken.insert((path.root, name.clone()), path.clone()) {
            return Err(fault(format!("`{first}` has the same variable name, `{name}`")));
        }
        let text = text_of(value);
        if text.contains(&0) {
            return Err(fault("it contains a NUL byte, which no variable can hold".to_owned()));
        }
        if protected::must_be_named(&name, &text) && !self.is_named(path, &bare) {
            return Err(Cause::VariableMustBeNamed { path: path.to_string(), name });
        }
        self.values.insert(name, text);
        Ok(())
    }

    fn refuse_alias(&mut self, path: &Path) -> Result<(), Cause> {
        if !self.is_meant(path, &name_of(path)) {
            return Ok(());
        }
        Err(Cause::NotAVariable { path: path.to_string(), fault: "it is an alias".to_owned() })
    }

    /// Whether the user named exactly this value.
    fn is_named(&self, path: &Path, name: &str) -> bool {
        let names = |word: &String| word == name || word.parse::<Path>().is_ok_and(|named| named.steps == path.steps);
        self.only.iter().any(names)
    }

    /// Whether the value is selected, by its name or by its path.
    fn is_meant(&mut self, path: &Path, name: &str) -> bool {
        let is_within = |word: &String| {
            word == name || word.parse::<Path>().is_ok_and(|group| path.steps.starts_with(&group.steps))
        };
        let mut is_meant = self.only.is_empty();
        for (word, is_found) in self.only.iter().zip(&mut self.is_found) {
            if is_within(word) {
                *is_found = true;
                is_meant = true;
            }
        }
        is_meant
    }

    /// All of them, if every selected one was found.
    fn finish(self) -> Result<Variables, Cause> {
        let Self { only, is_found, values } = self;
        match only.iter().zip(is_found).find(|(_, is_found)| !is_found) {
            Some((word, _)) => Err(Cause::NoSuchValue(word.clone())),
            None => Ok(values),
        }
    }
}

fn name_of(path: &Path) -> String {
    let steps = path.steps.iter().map(|step| match step {
        PathStep::Key(key) => {
            key.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
        }
        PathStep::Index(index) => index.to_string(),
    });
    steps.collect::<Vec<String>>().join("_")
}

/// Whether shells take a name for one of a variable.
#[must_use]
pub fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn text_of(value: &Value) -> Zeroizing<Vec<u8>> {
    let bytes = match value {
        Value::Null => Vec::new(),
        Value::Text(text) => text.as_bytes().to_vec(),
        Value::Integer(number) => number.to_string().into_bytes(),
        Value::Float(number) => number.to_string().into_bytes(),
        Value::Bool(truth) => truth.to_string().into_bytes(),
        Value::Time(text) => text.clone().into_bytes(),
        Value::Bytes(bytes) => bytes.to_vec(),
    };
    Zeroizing::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: VariableNames<'_> = VariableNames { prefix: "", is_upper: false };

    fn tree(json: &str) -> Tree {
        Document::parse(Format::Json, Zeroizing::new(json.to_owned())).unwrap().tree().clone()
    }

    fn variables(json: &[&str], only: &[&str], names: &VariableNames<'_>) -> Result<Vec<String>, String> {
        let only: Vec<String> = only.iter().map(|&word| word.to_owned()).collect();
        let mut variables = Collector::new(&only);
        for json in json {
            variables.add(&tree(json), names).map_err(|cause| cause.to_string())?;
        }
        let values = variables.finish().map_err(|cause| cause.to_string())?;
        Ok(values.iter().map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value))).collect())
    }

    const NESTED: &str =
        r#"{"db": {"user-name": "x y", "port": 5432, "tls": true}, "list": ["a", {"b": 1.50}], "no": null, "e": {}}"#;

    #[test]
    fn nested_values_get_the_names_of_the_way_to_them() {
        assert_eq!(
            variables(&[NESTED], &[], &PLAIN).unwrap(),
            ["db_port=5432", "db_tls=true", "db_user_name=x y", "list_0=a", "list_1_b=1.5", "no="]
        );
        let names = VariableNames { prefix: "App_", is_upper: true };
        assert_eq!(variables(&[r#"{"a": {"b": "c"}}"#], &[], &names).unwrap(), ["APP_A_B=c"]);
    }

    #[test]
    fn only_what_is_asked_for_is_passed_on_and_must_be_there() {
        let only = |words: &[&str]| variables(&[NESTED], words, &PLAIN);
        assert_eq!(only(&["db_port"]).unwrap(), ["db_port=5432"]);
        assert_eq!(only(&["db.port", "list[0]"]).unwrap(), ["db_port=5432", "list_0=a"]);
        assert_eq!(only(&["db"]).unwrap().len(), 3);
        assert_eq!(only(&["db", "bd"]).unwrap_err(), "no such value: `bd`");
    }

    #[test]
    fn a_later_document_takes_precedence_and_one_document_must_not_contradict_itself() {
        let merged = variables(&[r#"{"a": 1, "b": 2}"#, r#"{"b": 3}"#], &[], &PLAIN);
        assert_eq!(merged.unwrap(), ["a=1", "b=3"]);
        let fault = variables(&[r#"{"a": {"b": 1}, "a_b": 2}"#], &[], &PLAIN).unwrap_err();
        assert_eq!(
            fault,
            "the value at a_b cannot become an environment variable: `a.b` has the same variable name, `a_b`"
        );
    }

    #[test]
    fn what_no_variable_can_carry_is_refused_unless_it_is_left_out() {
        for json in [r#"{"1st": "x", "y": "z"}"#, r#"{"": "x", "y": "z"}"#, "{\"x\": \"a\\u0000b\", \"y\": \"z\"}"] {
            assert!(
                variables(&[json], &[], &PLAIN).unwrap_err().contains("cannot become an environment variable"),
                "{json}"
            );
            assert_eq!(variables(&[json], &["y"], &PLAIN).unwrap(), ["y=z"]);
        }
        let prefixed = VariableNames { prefix: "N_", is_upper: false };
        assert_eq!(variables(&[r#"{"1st": "x"}"#], &[], &prefixed).unwrap(), ["N_1st=x"]);
    }
}
