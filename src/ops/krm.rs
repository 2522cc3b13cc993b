//! A function of the Kubernetes Resource Model: it reads a ResourceList, decrypts what is encrypted in it, and writes the list.
//!
//! kustomize, kpt and Argo CD call such functions with resources on the standard input. The resources come as values, without
//! the text that they had in their files: kenc verifies the MAC of each, and cannot verify a seal, which covers the text. The
//! files that `functionConfig` names (`files: [secret.yaml]`) are read by kenc itself, and their seals are verified.
//!
//! The shape of a ResourceList is that of the "KRM Functions Specification", version 1.

use std::path::Path;

use zeroize::Zeroizing;

use crate::document::{
    Document, EncryptedDocument, Format, Leaf, Member, Node, SealRequirement, Tree, TreeEntry, Value, children,
};
use crate::formats::detect::{Detected, parse};
use crate::ops::documents::open::{StatedRequirements, open, open_without_warning};
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::open_input;
use crate::ops::session::Session;

/// The kind of what is read and written.
const KIND: &str = "ResourceList";
/// Annotations that kustomize and kpt add on the way to a function, and take away afterwards. The MAC does not know them.
const ADDED: [&str; 3] = ["config.kubernetes.io/", "internal.config.kubernetes.io/", "config.k8s.io/"];
/// Files that a `functionConfig` may name.
const MOST_FILES: usize = 10_000;

/// The list, with its resources in plaintext, and those of the files that its `functionConfig` names behind them.
///
/// # Errors
/// If the input is not a ResourceList, or a resource or file cannot be decrypted, with its name.
pub fn decrypt_list(input: &[u8], session: &Session) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let about = || Failure::about("the ResourceList".to_owned());
    let document = parse(Format::Yaml, input).map_err(about())?;
    let mut tree = Tree { roots: document.tree().roots.clone() };
    let [Node::Mapping(list)] = &mut tree.roots[..] else { return Err(not_a_list("the input is not one mapping")) };
    if text_of(list, "kind") != Some(KIND) {
        return Err(not_a_list("the kind of the input is not ResourceList"));
    }
    let mut added = Vec::new();
    for file in files_of(list)? {
        added.extend(read_file(Path::new(&file), session)?);
    }
    if !list.iter().any(|entry| is_member(entry, "items")) {
        list.push(TreeEntry::Child(Member::new("items", Node::Sequence(Vec::new()))));
    }
    match member_mut(list, "items") {
        Some(Node::Sequence(items)) => {
            for item in items.iter_mut().filter_map(child_mut) {
                decrypt_resource(item, session)?;
            }
            items.extend(added.into_iter().map(TreeEntry::Child));
        }
        _ => return Err(not_a_list("`items` is not a list")),
    }
    let mut text = Document::emit(Format::Yaml, &tree).map_err(|error| about()(error.into()))?;
    Ok(Zeroizing::new(std::mem::take(&mut *text).into_bytes()))
}

fn not_a_list(fault: &'static str) -> Failure {
    Cause::NotAResourceList(fault).into()
}

/// Puts the plaintext of one resource in its place, if it is encrypted.
fn decrypt_resource(item: &mut Node, session: &Session) -> Result<(), Failure> {
    let Node::Mapping(entries) = item else { return Ok(()) };
    if !entries.iter().any(|entry| is_member(entry, "sops")) {
        return Ok(());
    }
    let name = name_of(entries);
    let about = || Failure::about(name.clone());
    let annotations = take_annotations(entries);
    let values = Tree { roots: vec![std::mem::replace(item, Node::Mapping(Vec::new()))] };
    let sealed = Document::from_values(Format::Yaml, &values).and_then(EncryptedDocument::new);
    let sealed = sealed.map_err(|error| about()(error.into()))?;
    // The text is ours, so that no seal can be right. Where a config requires one, resources without their text are refused.
    let is_required = session.guards(None)?.require_seal;
    let seal = if is_required { SealRequirement::Verified } else { SealRequirement::Nothing };
    let demanded = StatedRequirements { seal, ..StatedRequirements::default() };
    let opened = open_without_warning(sealed, None, demanded, session)
        .map_err(|failure| Failure { subject: Some(name.clone()), ..failure })?;
    let plaintext = opened.into_plaintext();
    let [root] = &plaintext.tree().roots[..] else { return Err(not_a_list("a resource has several documents")) };
    *item = root.clone();
    put_annotations(item, annotations);
    Ok(())
}

/// The resources of an encrypted file.
fn read_file(path: &Path, session: &Session) -> Result<Vec<Node>, Failure> {
    let about = || Failure::about(path.display().to_string());
    let input = open_input(Some(path))?;
    let sealed = Detected::new(input, Some(path), None).and_then(Detected::document).map_err(about())?;
    let plaintext = open(*sealed, Some(path), StatedRequirements::default(), session)?.into_plaintext();
    Ok(plaintext.tree().roots.clone())
}

/// The names of `functionConfig.files`, or of `functionConfig.spec.files`.
fn files_of(list: &[TreeEntry<Member>]) -> Result<Vec<String>, Failure> {
    let Some(Node::Mapping(config)) = member(list, "functionConfig") else { return Ok(Vec::new()) };
    let spec = match member(config, "spec") {
        Some(Node::Mapping(spec)) => member(spec, "files"),
        _ => None,
    };
    let Some(files) = member(config, "files").or(spec) else { return Ok(Vec::new()) };
    let Node::Sequence(files) = files else { return Err(not_a_list("`files` of the functionConfig is not a list")) };
    if files.len() > MOST_FILES {
        return Err(not_a_list("the functionConfig names more than 10 000 files"));
    }
    let names = children(files).map(|file| match file {
        Node::Leaf(Leaf { value: Value::Text(name), .. }) => Ok(name.to_string()),
        _ => Err(not_a_list("`files` of the functionConfig has something that is not a file name")),
    });
    names.collect()
}

/// `Secret prod/db`, for messages.
fn name_of(resource: &[TreeEntry<Member>]) -> String {
    let kind = text_of(resource, "kind").unwrap_or("resource");
    let Some(Node::Mapping(metadata)) = member(resource, "metadata") else { return kind.to_owned() };
    let name = text_of(metadata, "name").unwrap_or_default();
    match text_of(metadata, "namespace") {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// Takes away what was added on the way to the function.
fn take_annotations(resource: &mut [TreeEntry<Member>]) -> Vec<TreeEntry<Member>> {
    let Some(Node::Mapping(metadata)) = member_mut(resource, "metadata") else { return Vec::new() };
    let Some(Node::Mapping(annotations)) = member_mut(metadata, "annotations") else { return Vec::new() };
    let (added, own) = std::mem::take(annotations).into_iter().partition(|entry| match entry {
        TreeEntry::Child(Member { key, .. }) => ADDED.iter().any(|prefix| key.starts_with(prefix)),
        TreeEntry::Comment(_) => false,
    });
    *annotations = own;
    if annotations.is_empty() {
        metadata.retain(|entry| !is_member(entry, "annotations"));
    }
    added
}

/// Puts it back, because the caller finds the files of resources by it.
fn put_annotations(resource: &mut Node, mut added: Vec<TreeEntry<Member>>) {
    let Node::Mapping(entries) = resource else { return };
    if added.is_empty() {
        return;
    }
    let Some(Node::Mapping(metadata)) = member_mut(entries, "metadata") else { return };
    match member_mut(metadata, "annotations") {
        Some(Node::Mapping(annotations)) => annotations.append(&mut added),
        _ => metadata.push(TreeEntry::Child(Member::new("annotations", Node::Mapping(added)))),
    }
}

fn is_member(entry: &TreeEntry<Member>, wanted: &str) -> bool {
    matches!(entry, TreeEntry::Child(Member { key, .. }) if key == wanted)
}

fn member<'a>(entries: &'a [TreeEntry<Member>], wanted: &str) -> Option<&'a Node> {
    children(entries).find(|member| member.key == wanted).map(|member| &member.value)
}

fn member_mut<'a>(entries: &'a mut [TreeEntry<Member>], wanted: &str) -> Option<&'a mut Node> {
    entries.iter_mut().filter_map(child_mut).find(|member| member.key == wanted).map(|member| &mut member.value)
}

fn child_mut<T>(entry: &mut TreeEntry<T>) -> Option<&mut T> {
    match entry {
        TreeEntry::Child(child) => Some(child),
        TreeEntry::Comment(_) => None,
    }
}

fn text_of<'a>(entries: &'a [TreeEntry<Member>], wanted: &str) -> Option<&'a str> {
    match member(entries, wanted) {
        Some(Node::Leaf(Leaf { value: Value::Text(text), .. })) => Some(text),
        _ => None,
    }
}
