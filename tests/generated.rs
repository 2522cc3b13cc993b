//! The man pages and completions in the repository are those of the command line as it is now.
//!
//! `KENC_BLESS=1 cargo test --test generated` writes them anew.

#[allow(dead_code, missing_docs, unused_imports)]
#[path = "../src/bin/kenc/args.rs"]
mod args;

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

fn command() -> Command {
    let mut command = args::Cli::command();
    command.build();
    command
}

/// Compares a file of the repository with what it should be, or writes it when that was asked for.
fn check(path: &Path, expected: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("KENC_BLESS").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is stale: write it anew with `KENC_BLESS=1 cargo test --test generated`",
        path.display()
    );
}

/// A page for the program and for each of its commands, and for theirs.
fn pages() -> Vec<(PathBuf, Vec<u8>)> {
    fn page(name: &str, command: Command) -> (PathBuf, Vec<u8>) {
        let command = command.disable_help_subcommand(true);
        // One name on a line of its own, so that `man` finds the page of a command under its name.
        let man = Man::new(command.name(name.to_owned()).display_name(name)).manual("kenc").date("").source("kenc");
        let mut bytes = Vec::new();
        man.render(&mut bytes).unwrap();
        (PathBuf::from(format!("man/{name}.1")), bytes)
    }
    fn add(pages: &mut Vec<(PathBuf, Vec<u8>)>, name: &str, command: &Command) {
        for part in command.get_subcommands().filter(|part| part.get_name() != "help") {
            add(pages, &format!("{name}-{}", part.get_name()), part);
        }
        pages.push(page(name, command.clone()));
    }
    let mut pages = Vec::new();
    add(&mut pages, "kenc", &command());
    pages
}

#[test]
fn every_man_page_is_the_one_of_the_command_line_as_it_is() {
    for (path, bytes) in pages() {
        check(&path, &bytes);
    }
}

#[test]
fn there_is_no_man_page_of_a_command_that_is_gone() {
    let expected: Vec<PathBuf> = pages().into_iter().map(|(path, _)| path).collect();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("man")).unwrap() {
        let path = Path::new("man").join(entry.unwrap().file_name());
        let is_written_by_hand = path.extension().is_some_and(|section| section != "1");
        assert!(is_written_by_hand || expected.contains(&path), "{} belongs to no command", path.display());
    }
}

#[test]
fn the_completions_for_every_shell_are_those_of_the_command_line_as_it_is() {
    for &shell in Shell::value_variants() {
        let mut bytes = Vec::new();
        clap_complete::generate(shell, &mut command(), "kenc", &mut bytes);
        let name = clap_complete::Generator::file_name(&shell, "kenc");
        check(&Path::new("completions").join(name), &bytes);
    }
}
