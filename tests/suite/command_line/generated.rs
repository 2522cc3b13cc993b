//! The man pages and completions in the repository are those of the command line as it is now.
//!
//! `KENC_BLESS=1 cargo test --test suite generated` writes them anew.

mod page;
mod sections;

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory, ValueEnum};
use clap_complete::Shell;

fn command() -> Command {
    let mut command = crate::args::Cli::command();
    command.build();
    command
}

/// Compares a file of the repository with what it should be, or writes it if requested.
fn check(path: &Path, expected: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("KENC_BLESS").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is stale: write it anew with `KENC_BLESS=1 cargo test --test suite generated`",
        path.display()
    );
}

/// A page for the program and for each of its commands, and for theirs.
fn pages() -> Vec<(PathBuf, Vec<u8>)> {
    let mut pages = Vec::new();
    for_every_command(&mut |name, command| {
        pages.push((PathBuf::from(format!("man/{name}.1")), page::page(name, command).into_bytes()));
    });
    pages
}

/// Calls `act` with every command, and the name of its page.
fn for_every_command(act: &mut dyn FnMut(&str, &Command)) {
    fn visit(name: &str, command: &Command, act: &mut dyn FnMut(&str, &Command)) {
        for part in command.get_subcommands().filter(|part| part.get_name() != "help") {
            visit(&format!("{name}-{}", part.get_name()), part, act);
        }
        act(name, command);
    }
    visit("kenc", &command(), act);
}

/// The lines of the examples in what `--help` ends with.
fn examples_of(help: &str) -> impl Iterator<Item = &str> {
    let examples = help.strip_prefix("Examples:\n").expect("examples come first");
    examples.lines().take_while(|line| line.is_empty() || line.starts_with("  "))
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

#[test]
fn every_option_stands_under_the_heading_that_it_belongs_to() {
    const OF_EVERY_FILE: &[&str] =
        &["keys", "context", "identities", "output", "in_place", "force", "sync", "threads", "passphrase_from", "yes"];
    for_every_command(&mut |name, command| {
        for arg in command.get_arguments() {
            let expected = match arg.get_id().as_str() {
                id if OF_EVERY_FILE.contains(&id) => None,
                "input_type" | "ignore_mac" | "require_seal" if name != "kenc-edit" => {
                    Some("Options for config documents")
                }
                "profile" | "region" | "role_arn" | "timeout" => Some("AWS options"),
                _ => continue,
            };
            assert_eq!(arg.get_help_heading(), expected, "{name}: {}", arg.get_id());
        }
    });
}

#[test]
fn every_command_has_up_to_five_examples_that_fit_on_a_screen() {
    for_every_command(&mut |name, command| {
        let help = command.get_after_long_help().unwrap_or_else(|| panic!("{name} has no examples")).to_string();
        let commands: Vec<&str> = examples_of(&help).filter(|line| line.starts_with("    ")).collect();
        assert!((2..=6).contains(&commands.len()), "{name}: {commands:?}");
        for line in examples_of(&help) {
            assert!(line.chars().count() <= 110, "{name}: {line}");
        }
    });
}
