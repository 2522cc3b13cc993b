//! Files that import each other, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Source, sources};

#[test]
fn no_files_import_each_other_in_a_circle() {
    let sources = sources();
    let found: BTreeSet<&str> = circles(&imports(&sources)).into_iter().flatten().collect();
    assert!(found.is_empty(), "import each other in a circle: {found:#?}");
}

type Imports<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Every file with the files that its `use` lines name. A parent that re-exports a child imports it.
fn imports(sources: &[Source]) -> Imports<'_> {
    let sources: Vec<_> = sources.iter().filter(|source| !source.is_test()).collect();
    let files: BTreeMap<Module, &str> =
        sources.iter().map(|source| (Module::of(&source.path), &*source.path)).collect();
    let mut imports = Imports::new();
    for source in &sources {
        let own = imports.entry(&source.path).or_default();
        let module = Module::of(&source.path);
        for path in used_paths(&source.program()) {
            let named = module.resolve(&path, &files).and_then(|named| named.nearest(&files));
            own.extend(named.filter(|file| *file != source.path));
        }
    }
    imports
}

/// A module of the library or of the program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Module {
    is_of_program: bool,
    names: Vec<String>,
}

impl Module {
    fn of(path: &str) -> Self {
        let in_program = path.strip_prefix("bin/kenc/");
        let path = in_program.unwrap_or(path).trim_end_matches(".rs").trim_end_matches("/mod");
        let names = if matches!(path, "lib" | "main") { "" } else { path };
        let names = names.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Self { is_of_program: in_program.is_some(), names }
    }

    /// The target of a path, or `None` if it is outside this crate.
    fn resolve(&self, path: &[String], files: &BTreeMap<Module, &str>) -> Option<Self> {
        let with = |is_of_program, mut names: Vec<String>, rest: &[String]| {
            names.extend_from_slice(rest);
            Self { is_of_program, names }
        };
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(with(self.is_of_program, Vec::new(), rest)),
            "kenc" if self.is_of_program => Some(with(false, Vec::new(), rest)),
            "self" | "super" => {
                let steps = path.iter().take_while(|name| matches!(name.as_str(), "self" | "super"));
                let up = steps.clone().filter(|name| *name == "super").count();
                let base = self.names[..self.names.len().checked_sub(up)?].to_vec();
                Some(with(self.is_of_program, base, &path[steps.count()..]))
            }
            child => {
                let child = with(self.is_of_program, self.names.clone(), &[child.to_owned()]);
                files.contains_key(&child).then(|| with(child.is_of_program, child.names, rest))
            }
        }
    }

    /// The file of the longest part of the path that is a module.
    fn nearest<'a>(mut self, files: &BTreeMap<Module, &'a str>) -> Option<&'a str> {
        while !self.names.is_empty() {
            if let Some(file) = files.get(&self) {
                return Some(file);
            }
            self.names.pop();
        }
        None
    }
}

/// The paths of all `use` items, each for itself.
fn used_paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for item in code.split(';') {
        let words: Vec<&str> = item.split_whitespace().collect();
        let is_use = |words: &[&str]| words.first() == Some(&"use");
        let is_visibility = |word: &&str| word.starts_with("pub") || word.ends_with(')') || *word == "in";
        let Some(start) = (0..words.len()).rev().find(|at| is_use(&words[*at..])) else { continue };
        let before = start.checked_sub(1).map(|before| &words[before]);
        if before.is_none_or(|word| is_visibility(word) || word.ends_with(['}', ']', '{'])) {
            expand(&[], &words[start + 1..].join(" "), &mut paths);
        }
    }
    paths
}

/// Adds the paths of `a::{b, c::d}`.
fn expand(prefix: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let mut prefix = prefix.to_vec();
    let mut rest = tree.trim();
    while let Some((name, after)) = rest.split_once("::").filter(|(name, _)| !name.contains('{')) {
        if !name.trim().is_empty() {
            prefix.push(name.trim().to_owned());
        }
        rest = after.trim();
    }
    if let Some(list) = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let (mut depth, mut start) = (0_i32, 0);
        for (at, letter) in list.char_indices().chain([(list.len(), ',')]) {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !list[start..at].trim().is_empty() {
                        expand(&prefix, &list[start..at], paths);
                    }
                    start = (at + 1).min(list.len());
                }
                _ => {}
            }
        }
        return;
    }
    let name = rest.split(" as ").next().unwrap_or_default().trim();
    prefix.push(name.to_owned());
    paths.push(prefix);
}

/// The groups of files of which each leads to every other (Tarjan's algorithm).
fn circles<'a>(imports: &Imports<'a>) -> Vec<Vec<&'a str>> {
    let mut search = Search { imports, seen: BTreeMap::new(), stack: Vec::new(), circles: Vec::new() };
    for file in imports.keys() {
        if !search.seen.contains_key(file) {
            search.visit(file);
        }
    }
    search.circles
}

struct Search<'a, 'i> {
    imports: &'i Imports<'a>,
    /// When each file was met, and the earliest one on the stack that it leads to.
    seen: BTreeMap<&'a str, (usize, usize)>,
    stack: Vec<&'a str>,
    circles: Vec<Vec<&'a str>>,
}

impl<'a> Search<'a, '_> {
    fn visit(&mut self, file: &'a str) {
        let met = self.seen.len();
        let mut earliest = met;
        self.seen.insert(file, (met, met));
        self.stack.push(file);
        for next in &self.imports[file] {
            match self.seen.get(next) {
                None => {
                    self.visit(next);
                    earliest = earliest.min(self.seen[next].1);
                }
                Some(&(when, _)) if self.stack.contains(next) => earliest = earliest.min(when),
                Some(_) => {}
            }
        }
        self.seen.insert(file, (met, earliest));
        if earliest == met {
            let start = self.stack.iter().rposition(|other| *other == file).expect("it was put there");
            let circle = self.stack.split_off(start);
            if circle.len() > 1 {
                self.circles.push(circle);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn every_form_of_an_import_is_an_import() {
        for text in [
            "use crate::a::b::X;",
            "use super::b::X;",
            "pub(super) use super::{c::Y,\n    b::{X, Z as W},\n};",
            "fn x() {\n    use crate::a::{b};\n}",
            "#[cfg(unix)]\npub(in crate::a) use crate::a::b::*;",
        ] {
            let sources = [source("a/x.rs", text), source("a/b.rs", ""), source("a/c.rs", "")];
            assert!(imports(&sources)["a/x.rs"].contains("a/b.rs"), "{text}");
        }
        let child = [source("a.rs", "mod b;\npub use b::X;\n"), source("a/b.rs", "use super::Y;")];
        assert_eq!(circles(&imports(&child)), [["a.rs", "a/b.rs"]]);
        let program = [source("bin/kenc/a.rs", "use kenc::a::X;"), source("a.rs", ""), source("bin/kenc/b.rs", "")];
        assert!(imports(&program)["bin/kenc/a.rs"].contains("a.rs"));
    }

    #[test]
    fn comments_tests_and_other_crates_are_no_imports() {
        for text in ["// use crate::b::X;", "use std::b::X;", "#[cfg(test)]\nmod tests {\n    use crate::b::X;\n}"] {
            let sources = [source("a.rs", text), source("b.rs", "")];
            assert!(imports(&sources)["a.rs"].is_empty(), "{text}");
        }
    }

    #[test]
    fn a_circle_is_found_through_other_files_and_a_ladder_is_none() {
        let sources =
            |last: &str| [source("a.rs", "use crate::b::X;"), source("b.rs", "use crate::c::X;"), source("c.rs", last)];
        assert_eq!(circles(&imports(&sources("use crate::a::X;"))).len(), 1);
        assert!(circles(&imports(&sources(""))).is_empty());
    }
}
