//! What is said of a command line that is wrong, and the help and the version that it asks for.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::CommandFactory as _;
use kenc::storage::standard;
use serde_json::json;

use super::error_line::print_error_line;
use crate::args::Cli;
use crate::build_facts;
use crate::failure::{Exit, Failure, HasExit as _};
use crate::habits;
use crate::neighbours;
use crate::printable::{json_line, printable, printable_lines};

/// Reports what is wrong with the command line, or prints the requested help.
pub fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        return print_help(error, Exit::Usage).into();
    }
    let rendered = without_queries(&error.render().to_string());
    let mut paragraphs = rendered.split("\n\n");
    let first = paragraphs.next().unwrap_or_default().trim_start_matches("error: ");
    let sentence = first.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let tips: Vec<String> = paragraphs
        .filter_map(|paragraph| paragraph.trim().strip_prefix("tip: "))
        .map(|tip| tip.lines().next().unwrap_or_default().to_owned())
        // A word with a dash is far more often a mistyped flag than a file name.
        .filter(|tip| !tip.starts_with("to pass "))
        .collect();
    let mut commands = Cli::command();
    commands.build();
    let (mut named, mut command) = (&commands, "kenc".to_owned());
    for word in std::env::args_os().skip(1) {
        if let Some(found) = named.find_subcommand(word) {
            named = found;
            command = format!("{command} {}", found.get_name());
        }
    }
    let command = format!("{command} --help");
    let word = match (error.kind(), error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(flag)), _) => neighbours::hint_for_flag(flag),
        (ErrorKind::InvalidSubcommand, _, Some(ContextValue::String(command))) => neighbours::hint_for_command(command),
        _ => None,
    };
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let of_command = (error.kind() == ErrorKind::MissingRequiredArgument && !words.iter().any(|word| word == "--"))
        .then(|| habits::hint_for_missing_command(words.iter().map(OsString::as_os_str)))
        .flatten();
    let hints = match word.or(of_command) {
        Some(hint) => vec![hint.to_owned()],
        None if tips.is_empty() => vec![format!("see `{command}`")],
        None => tips,
    };
    if std::env::args_os().any(|word| word == "--json") {
        let value = json!({ "error": { "message": sentence, "exit": Exit::Usage.code(), "hints": hints, "keys": [] } });
        print_error_line(&json_line(&value));
    } else {
        print_error_line(&format!("kenc: error: {}\n", printable(&sentence)));
        for hint in hints {
            print_error_line(&format!("kenc: hint: {}\n", printable(&hint)));
        }
    }
    Exit::Usage.into()
}

/// Prints the requested help or version.
pub fn print_help(error: &clap::Error, unasked: Exit) -> Exit {
    if error.use_stderr() {
        print_error_line(&printable_lines(&error.render().to_string()));
        return unasked;
    }
    let rendered = error.render();
    let is_styled =
        std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut text = if is_styled { rendered.ansi().to_string() } else { rendered.to_string() };
    if error.kind() == clap::error::ErrorKind::DisplayVersion && build_facts::are_asked_for(std::env::args_os()) {
        text.push_str(&build_facts::lines());
    }
    match standard::print(text.as_bytes()) {
        Ok(()) => Exit::Done,
        Err(error) => {
            let failure = Failure::from(error);
            if failure.exit() != Exit::BrokenPipe {
                print_error_line(&format!("kenc: error: {}\n", printable(&failure.cause.to_string())));
            }
            failure.exit()
        }
    }
}

/// The query of a URL may be a secret.
fn without_queries(text: &str) -> String {
    let cut = |word: &str| match word.split_once('?') {
        Some((before, rest)) if before.contains("http://") || before.contains("https://") => {
            let end = rest.find(['\'', '"']).unwrap_or(rest.trim_end().len());
            format!("{before}?…{}", &rest[end..])
        }
        _ => word.to_owned(),
    };
    text.split_inclusive([' ', '\n']).map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_that_is_wrong_is_shown_without_the_secrets_of_its_urls() {
        let text = "error: unexpected argument 'https://h/a?X-Amz-Signature=1&b' found\n\ntip: why? https://h/b?c\n";
        assert_eq!(
            without_queries(text),
            "error: unexpected argument 'https://h/a?…' found\n\ntip: why? https://h/b?…\n"
        );
    }
}
