//! Transcripts of kenc as it is typed into a shell: `tests/cli/*.transcript`.
//!
//! `$ ` is a command (`> ` goes on with it), `? 3` its exit code if that is not 0, and the other lines are what it printed.
//! `#` begins a comment. `[..]` stands for anything in a line, `age1…` for any recipient. What is printed must not have lines
//! that are empty or begin with `#`. `KENC_BLESS=1 cargo test --test suite transcripts` writes them anew.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use snapbox::assert::Action;
use snapbox::{Assert, Data, Redactions};

use crate::support::{Home, has, skip, text};

macro_rules! transcripts {
    ($($sentence:ident: $name:literal,)*) => {
        const NAMES: &[&str] = &[$($name),*];
        $(#[test] fn $sentence() { assert_holds($name); })*
    };
}

transcripts! {
    the_first_steps_are_as_the_readme_says: "first-steps",
    inputs_that_cannot_be_used_are_refused: "inputs",
    files_of_other_tools_are_named_with_what_opens_them: "foreign",
    damaged_files_are_refused: "damaged",
    contexts_are_checked: "context",
    words_that_name_no_key_are_refused: "key-words",
    keys_and_contexts_come_from_configs: "config",
    configs_that_cannot_be_used_are_explained: "config-faults",
    keys_of_a_header_are_asked_only_if_they_are_trusted: "trusted-keys",
    key_services_that_cannot_be_used_are_explained: "key-service",
    outputs_are_whole_and_nothing_is_overwritten_unasked: "outputs",
    ranges_are_opened_or_refused: "ranges",
    fields_of_records_are_encrypted_and_what_is_proven_is_said: "records",
    keys_of_files_are_changed: "rewrap",
    folders_and_lists_of_files_are_done_in_one_run: "trees",
    keys_of_documents_are_changed: "document-keys",
    single_values_are_read_and_changed: "values",
    values_are_handed_to_other_programs: "exec",
    passphrases_come_from_where_the_user_says: "passphrases",
    keys_are_checked_and_policies_printed: "keys",
    a_seal_is_looked_at_and_renewed: "seal",
    git_shows_merges_and_checks_encrypted_files: "git",
    local_keys_and_identities_are_found_or_missed: "identities",
    a_wrong_command_line_is_explained: "usage",
    programs_are_told_in_json: "json",
    quiet_verbose_and_colors_do_what_they_say: "talk",
    a_week_of_backups_and_shared_secrets_goes_as_people_expect: "week",
    habits_from_other_programs_change_no_file: "habits",
}

#[test]
fn every_transcript_is_run() {
    let folder = transcript("x").parent().unwrap().to_owned();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(path.is_dir() || NAMES.contains(&name), "{name} is not among the tests");
    }
}

fn transcript(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli").join(name).with_extension("transcript")
}

fn assert_holds(name: &str) {
    if name == "key-words" && !has("ssh-keygen") {
        skip("ssh-keygen is not installed");
        return;
    }
    if ["git", "week"].contains(&name) && !has("git") {
        skip("git is not installed");
        return;
    }
    let sandbox = Home::new();
    let path = transcript(name);
    // A folder of the same name holds files that a transcript begins with.
    if let Ok(entries) = std::fs::read_dir(path.with_extension("")) {
        for entry in entries.map(Result::unwrap) {
            std::fs::copy(entry.path(), sandbox.file(entry.file_name().to_str().unwrap())).unwrap();
        }
    }
    let actual = replay(&sandbox, &std::fs::read_to_string(&path).unwrap());
    let mut redactions = Redactions::new();
    redactions.insert("[SANDBOX]", sandbox.root().to_path_buf()).unwrap();
    Assert::new()
        .action(if std::env::var_os("KENC_BLESS").is_some() { Action::Overwrite } else { Action::Verify })
        .normalize_paths(false)
        .redact_with(redactions)
        .eq(actual, Data::read_from(&path, None));
}

/// Types every command of a transcript, and records its output.
pub fn replay(sandbox: &Home, expected: &str) -> String {
    let mut actual = String::new();
    let mut lines = expected.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with('#') || line.is_empty() {
            actual.push_str(line);
            actual.push('\n');
        }
        let Some(first) = line.strip_prefix("$ ") else { continue };
        let mut command = first.to_owned();
        while let Some(more) = lines.peek().and_then(|line| line.strip_prefix("> ")) {
            command.push('\n');
            command.push_str(more);
            lines.next();
        }
        writeln!(actual, "$ {}", command.replace('\n', "\n> ")).unwrap();
        let output = sandbox.shell(&format!("exec 2>&1\n{command}")).output().unwrap();
        match output.status.code() {
            Some(0) => {}
            Some(code) => writeln!(actual, "? {code}").unwrap(),
            None => writeln!(actual, "? {}", output.status).unwrap(),
        }
        let printed = without_recipients(&text(&output.stdout));
        actual.push_str(&printed);
        if !printed.is_empty() && !printed.ends_with('\n') {
            actual.push_str("(no newline)\n");
        }
    }
    actual
}

/// Every run makes other keys.
fn without_recipients(text: &str) -> String {
    const LEN: usize = 62;
    let mut parts = text.split("age1");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str("age1");
        let digits = part.chars().take_while(char::is_ascii_alphanumeric).count();
        if "age1".len() + digits == LEN {
            result.push('…');
            result.push_str(&part[digits..]);
        } else {
            result.push_str(part);
        }
    }
    result
}
