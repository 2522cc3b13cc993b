//! A man page of a command, made from its definition.

use std::fmt::Write;

use clap::{Arg, ArgAction, Command};

use super::sections;

/// The page of `command`, whose name as a page is `name`, such as `kenc-keys-check`.
pub fn page(name: &str, command: &Command) -> String {
    let about = command.get_about().expect("a command says what it does").to_string();
    let mut page = Page::default();
    page.line(&format!(".TH {name} 1 \"\" kenc kenc"));
    page.section("NAME");
    // One name on a line of its own, so that `man` finds the page of a command under its name.
    page.line(&format!("{} \\- {}", escaped(name), escaped(&about)));
    page.section("SYNOPSIS");
    page.synopsis(command);
    page.section("DESCRIPTION");
    let description = command.get_long_about().or_else(|| command.get_about()).unwrap().to_string();
    // Its first sentence stands under NAME.
    page.paragraphs(description.split_once("\n\n").map_or(description.as_str(), |(_, rest)| rest), ".PP");
    page.commands(name, command);
    page.options(command);
    page.examples(&help_behind(command));
    page.definitions("ENVIRONMENT", &sections::environment(command));
    page.definitions("FILES", &sections::files(command));
    page.definitions("EXIT STATUS", &sections::exit_status(command, &help_behind(command)));
    page.definitions("SIGNALS", &sections::signals(command));
    page.section("SEE ALSO");
    let others = sections::see_also(name, command);
    let others: Vec<String> =
        others.iter().map(|(name, section)| format!("\\fB{}\\fR({section})", escaped(name))).collect();
    page.line(&others.join(", "));
    page.text
}

/// Examples and exit codes, as `--help` shows them.
fn help_behind(command: &Command) -> String {
    command.get_after_long_help().expect("every command has examples").to_string()
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, title: &str) {
        writeln!(self.text, ".SH \"{title}\"").unwrap();
    }

    /// Text, with `separator` between its paragraphs.
    fn paragraphs(&mut self, text: &str, separator: &str) {
        for (index, paragraph) in text.split("\n\n").enumerate() {
            if index > 0 {
                self.line(separator);
            }
            self.line(&with_literals(&paragraph.replace('\n', " ")));
        }
    }

    /// The forms of use, each on a line.
    fn synopsis(&mut self, command: &Command) {
        let usage = command.clone().render_usage().to_string();
        let forms = usage.strip_prefix("Usage: ").unwrap_or(&usage);
        for (index, form) in forms.lines().map(str::trim).enumerate() {
            if index > 0 {
                self.line(".br");
            }
            self.line(&form_of_use(form));
        }
    }

    fn commands(&mut self, name: &str, command: &Command) {
        let commands: Vec<&Command> = command.get_subcommands().filter(|part| part.get_name() != "help").collect();
        if commands.is_empty() {
            return;
        }
        self.section("COMMANDS");
        for part in commands {
            self.line(".TP");
            self.line(&format!("\\fB{}\\fR(1)", escaped(&format!("{name}-{}", part.get_name()))));
            self.line(&with_literals(&part.get_about().unwrap().to_string()));
        }
    }

    /// Arguments first, then the options under their headings; those that every command has come last.
    fn options(&mut self, command: &Command) {
        let mut arguments: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
        arguments.sort_by_key(|arg| arg.get_display_order());
        let shown = || arguments.iter().copied();
        let own = |arg: &&Arg| arg.get_help_heading().is_none() && !is_help(arg);
        self.section("OPTIONS");
        shown().filter(|arg| arg.is_positional()).for_each(|arg| self.option(arg));
        shown().filter(own).filter(|arg| !arg.is_positional()).for_each(|arg| self.option(arg));
        let mut headings: Vec<&str> = Vec::new();
        for heading in shown().filter_map(Arg::get_help_heading) {
            if !headings.contains(&heading) {
                headings.push(heading);
            }
        }
        headings.sort_by_key(|heading| *heading == "Common options");
        for heading in headings {
            self.line(&format!(".SS {heading}"));
            shown().filter(|arg| arg.get_help_heading() == Some(heading)).for_each(|arg| self.option(arg));
            if heading == "Common options" {
                shown().filter(|arg| is_help(arg)).for_each(|arg| self.option(arg));
            }
        }
    }

    fn option(&mut self, arg: &Arg) {
        let value = arg.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
        let value = format!("\\fI{}\\fR", escaped(&value));
        let mut head = if arg.is_positional() {
            value
        } else {
            let short = arg.get_short().map(|short| format!("\\fB\\-{short}\\fR"));
            let long = arg.get_long().map(|long| format!("\\fB\\-\\-{}\\fR", escaped(long)));
            let names: Vec<String> = short.into_iter().chain(long).collect();
            let names = names.join(", ");
            let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
            if takes_value { format!("{names} {value}") } else { names }
        };
        let default: Vec<String> =
            arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
        let takes_value = arg.get_action().takes_values();
        if takes_value && default.iter().any(|value| !value.is_empty()) {
            write!(head, " [default: {}]", escaped(&default.join(","))).unwrap();
        }
        self.line(".TP");
        self.line(&head);
        let help = if is_help(arg) { arg.get_help() } else { arg.get_long_help().or_else(|| arg.get_help()) };
        self.paragraphs(&help.expect("every option is explained").to_string(), ".IP");
        if !takes_value {
            return;
        }
        let values: Vec<String> = arg
            .get_possible_values()
            .iter()
            .map(|value| {
                let help = value.get_help().map(|help| format!(" ({})", lower(&help.to_string()))).unwrap_or_default();
                format!("\\fB{}\\fR{}", escaped(value.get_name()), with_literals(&help))
            })
            .collect();
        if !values.is_empty() {
            self.line(".IP");
            self.line(&format!("One of {}.", values.join(", ")));
        }
    }

    fn examples(&mut self, help: &str) {
        self.section("EXAMPLES");
        let mut is_in_commands = false;
        for line in super::examples_of(help) {
            if let Some(command) = line.strip_prefix("    ") {
                if !is_in_commands {
                    self.line(".IP");
                    self.line(".nf");
                }
                is_in_commands = true;
                self.line(&format!("\\fB{}\\fR", escaped(command)));
            } else {
                if is_in_commands {
                    self.line(".fi");
                }
                is_in_commands = false;
                if let Some(words) = line.strip_prefix("  ") {
                    self.line(".PP");
                    self.line(&format!("{}:", with_literals(words)));
                }
            }
        }
        if is_in_commands {
            self.line(".fi");
        }
    }

    fn definitions(&mut self, title: &str, definitions: &[(String, String)]) {
        if definitions.is_empty() {
            return;
        }
        self.section(title);
        for (name, meaning) in definitions {
            self.line(".TP");
            self.line(&format!("\\fB{}\\fR", escaped(name)));
            self.line(&with_literals(meaning));
        }
    }
}

fn is_help(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "help" | "version")
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Text for roff: nothing in it is a request or an escape, and its hyphens can be copied.
fn escaped(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq")
        .replace('`', "\\(ga")
        .replace('^', "\\(ha")
        .replace('~', "\\(ti");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

/// Text between backticks is to be typed, and bold.
fn with_literals(text: &str) -> String {
    let mut result = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            write!(result, "\\fB{}\\fR", escaped(part)).unwrap();
        } else {
            result.push_str(&escaped(part).replace("\\&", ""));
        }
    }
    if result.starts_with(['.', '\\']) && !result.starts_with("\\f") { format!("\\&{result}") } else { result }
}

/// A form of use: words in capitals are placeholders, the others are typed.
fn form_of_use(form: &str) -> String {
    let is_name = |word: &str| {
        word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || "-=".contains(c)) && !word.starts_with('-')
    };
    let mut result = String::new();
    let mut word = String::new();
    for c in form.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || "-=".contains(c) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            let font = if is_name(&word) { 'I' } else { 'B' };
            write!(result, "\\f{font}{}\\fR", escaped(&word)).unwrap();
            word.clear();
        }
        result.push(c);
    }
    result.trim_end().to_owned()
}
