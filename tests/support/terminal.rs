//! A user at a terminal, by way of tmux.

use std::cell::Cell;
use std::process::Command;

use super::files::text;
use super::program::{Home, has, wait_until};
use super::skip;

/// A shell in a terminal of its own. Commands are typed, and the screen is read.
pub struct Terminal<'a> {
    home: &'a Home,
    commands: Cell<u32>,
}

impl<'a> Terminal<'a> {
    /// `None`, and a word about it, if there is no tmux.
    pub fn new(home: &'a Home) -> Option<Self> {
        if !has("tmux") {
            skip("tmux is not installed");
            return None;
        }
        let terminal = Self { home, commands: Cell::new(0) };
        let shell = "bash --norc --noprofile";
        let output = terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "40", shell]);
        if !output.status.success() {
            skip(&format!("tmux does not run: {}", text(&output.stderr).trim()));
            return None;
        }
        terminal.keys(&["PS1='ready$ '", "Enter"]);
        terminal.run("clear");
        Some(terminal)
    }

    pub fn tmux(&self, arguments: &[&str]) -> std::process::Output {
        let mut command: Command = self.home.tool("tmux");
        command.env("TERM", "xterm-256color").arg("-S").arg(self.home.root().join("tmux"));
        command.args(arguments).output().unwrap()
    }

    pub fn keys(&self, keys: &[&str]) {
        let output = self.tmux(&[&["send-keys"], keys].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
    }

    /// The screen, without what is empty.
    pub fn screen(&self) -> String {
        text(&self.tmux(&["capture-pane", "-p", "-J"]).stdout).trim_end().to_owned()
    }

    /// The screen with its colors as they were sent.
    pub fn colored_screen(&self) -> String {
        text(&self.tmux(&["capture-pane", "-p", "-e"]).stdout)
    }

    pub fn wait_for(&self, words: &str) {
        wait_until(&format!("{words:?} on the screen"), || self.screen().contains(words));
    }

    /// Types a command, and waits for its end. The screen then shows only what it printed, and its exit code.
    pub fn run(&self, command: &str) -> String {
        self.start(command);
        self.ended()
    }

    /// Types a command.
    pub fn start(&self, command: &str) {
        self.commands.set(self.commands.get() + 1);
        // What an earlier command printed must not be taken for what this one prints.
        self.keys(&["C-l"]);
        wait_until("an empty screen", || self.screen() == "ready$");
        // The word that tells of the end is not on the screen while the command is typed.
        self.keys(&["-l", &format!("clear; {command}; echo en''ded {}:$?", self.commands.get())]);
        self.keys(&["Enter"]);
    }

    pub fn ended(&self) -> String {
        let end = format!("ended {}:", self.commands.get());
        wait_until(&format!("{end:?} on the screen"), || {
            let screen = self.screen();
            screen.contains(&end) && screen.ends_with("ready$")
        });
        self.screen().trim_end_matches("ready$").trim_end().replace(&end, "ended ")
    }

    pub fn types(&self, line: &str) {
        self.keys(&["-l", line]);
        self.keys(&["Enter"]);
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

pub fn assert_shows(screen: &str, expected: &[&str]) {
    for line in expected {
        assert!(screen.contains(line), "{line:?} is not on the screen:\n{screen}");
    }
}
