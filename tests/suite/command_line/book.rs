//! The book, `docs/*.md`: every command of its console blocks is typed, and prints what the page says.
//!
//! The blocks of a page run in one folder, from the top. `KENC_BLESS=1 cargo test --test suite book` writes what is printed anew.
//! What differs from run to run is compared by its shape: recipients, key ids, ciphertext.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

use super::transcripts::replay;
use crate::support::{Home, has, moto, python_program, skip, text};

const FENCE: &str = "```";
const CONSOLE: &str = "```console";

/// What a page needs besides kenc.
#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    Aws,
    Git,
    Kustomize,
}

const PAGES: &[(&str, Needs)] = &[
    ("SUMMARY", Needs::Nothing),
    ("introduction", Needs::Nothing),
    ("install", Needs::Nothing),
    ("concepts", Needs::Nothing),
    ("aws", Needs::Aws),
    ("audit", Needs::Aws),
    ("team", Needs::Git),
    ("ci", Needs::Git),
    ("kubernetes", Needs::Kustomize),
    ("moving", Needs::Nothing),
    ("formats", Needs::Nothing),
    ("cookbook", Needs::Nothing),
    ("comparison", Needs::Nothing),
];

#[test]
fn every_page_is_replayed_and_is_in_the_summary() {
    let summary = std::fs::read_to_string(page("SUMMARY")).unwrap();
    for entry in std::fs::read_dir(page("x").parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(PAGES.iter().any(|(page, _)| *page == name), "{name} is not among the pages");
            assert!(name == "SUMMARY" || summary.contains(&format!("({name}.md)")), "{name} is not in the summary");
        }
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#:]+)(#[^)]*)?\)").unwrap();
    for (name, _) in PAGES {
        for found in link.captures_iter(&std::fs::read_to_string(page(name)).unwrap()) {
            let target = page(name).with_file_name(&found[1]);
            assert!(target.exists(), "docs/{name}.md: {} is not there", &found[1]);
        }
    }
}

#[test]
fn mdbook_makes_the_book_and_every_link_in_it_leads_somewhere() {
    let mdbook = match python_program("mdbook") {
        Ok(path) => path,
        Err(_) if has("mdbook") => PathBuf::from("mdbook"),
        Err(why) => return skip(&why),
    };
    let book = tempfile::tempdir().unwrap();
    let folder = page("x").parent().unwrap().to_owned();
    let made = Command::new(mdbook).arg("build").arg(folder).arg("-d").arg(book.path()).output().unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));
    let link = Regex::new("(?:href|src)=\"([^\"#:]+)(?:#[^\"]*)?\"").unwrap();
    for (name, _) in PAGES.iter().filter(|(name, _)| *name != "SUMMARY") {
        let html = std::fs::read_to_string(book.path().join(name).with_extension("html")).unwrap();
        for found in link.captures_iter(&html) {
            assert!(book.path().join(&found[1]).exists(), "{name}.html: {} is not there", &found[1]);
        }
    }
}

#[test]
fn what_the_pages_without_aws_show_is_what_is_printed() {
    for (name, needs) in PAGES {
        match needs {
            Needs::Nothing => assert_holds(name, &Home::new()),
            Needs::Git if has("git") => assert_holds(name, &Home::new()),
            Needs::Git => skip("git is not installed"),
            Needs::Kustomize if has("kustomize") => assert_holds(name, &Home::new()),
            Needs::Kustomize => skip("kustomize is not installed"),
            Needs::Aws => {}
        }
    }
}

#[test]
fn what_the_pages_with_aws_show_is_what_is_printed() {
    let (kms, aws) = match (moto(), python_program("aws")) {
        (Ok(kms), Ok(aws)) => (kms, aws),
        (Err(why), _) | (_, Err(why)) => return skip(&why),
    };
    for (name, needs) in PAGES {
        if matches!(needs, Needs::Aws) {
            let home = kms.home_with_caller();
            std::os::unix::fs::symlink(&aws, home.root().join("bin/aws")).unwrap();
            assert_holds(name, &home.with("AWS_DEFAULT_REGION", "us-east-1").with("AWS_PAGER", ""));
        }
    }
}

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name).with_extension("md")
}

fn assert_holds(name: &str, home: &Home) {
    let expected = std::fs::read_to_string(page(name)).unwrap();
    let actual = replayed(&expected, home);
    if shape(&actual) == shape(&expected) {
        return;
    }
    if std::env::var_os("KENC_BLESS").is_some() {
        std::fs::write(page(name), actual).unwrap();
    } else {
        snapbox::assert_data_eq!(shape(&actual), shape(&expected));
    }
}

/// The page, with what its commands print now.
fn replayed(page: &str, home: &Home) -> String {
    let mut result = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        writeln!(result, "{line}").unwrap();
        if line != CONSOLE {
            continue;
        }
        let block = lines.by_ref().take_while(|line| *line != FENCE);
        let commands = block.filter(|line| line.starts_with("$ ") || line.starts_with("> "));
        let commands = commands.fold(String::new(), |typed, line| typed + line + "\n");
        // The exit code is not a part of what a reader sees.
        let printed = replay(home, &commands);
        for line in printed.lines().filter(|line| !line.starts_with("? ")) {
            writeln!(result, "{line}").unwrap();
        }
        writeln!(result, "{FENCE}").unwrap();
    }
    result
}

/// The text without what is random in it.
fn shape(text: &str) -> String {
    let mut shape = text.to_owned();
    for (random, fixed) in [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "KEY-ID"),
        (r"ENC\[AES256_GCM,[^\]]*\]", "ENC[…]"),
        (r"age1[a-z0-9]{58}", "age1…"),
        (r"\b[0-9a-f]{7}\.\.[0-9a-f]{7}\b", "COMMITS"),
    ] {
        shape = Regex::new(random).unwrap().replace_all(&shape, fixed).into_owned();
    }
    shape
}
