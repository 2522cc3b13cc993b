//! A user at a terminal, by way of tmux.

use std::cell::Cell;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::files::text;
use super::program::{Home, PATIENCE, PAUSE, has, wait_until};
use super::skip;

/// A shell in a terminal of its own. Commands are typed, and the screen is read.
pub struct Terminal<'a> {
    home: &'a Home,
    socket: PathBuf,
    commands: Cell<u32>,
}

impl<'a> Terminal<'a> {
    /// `None`, and a skipped test, if tmux is not installed. A tmux that does not start is a failure.
    pub fn new(home: &'a Home) -> Option<Self> {
        static TERMINALS: AtomicU32 = AtomicU32::new(0);
        if !has("tmux") {
            skip("tmux is not installed");
            return None;
        }
        // Each has a socket of its own: the server of an earlier terminal may still be about to end at the old one.
        let socket = home.root().join(format!("tmux-{}", TERMINALS.fetch_add(1, Ordering::Relaxed)));
        let terminal = Self { home, socket, commands: Cell::new(0) };
        let shell = "bash --norc --noprofile";
        let output = terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "40", shell]);
        assert!(output.status.success(), "tmux does not start: {}", text(&output.stderr).trim());
        terminal.keys(&["PS1='ready$ '", "Enter"]);
        terminal.run("clear");
        Some(terminal)
    }

    pub fn tmux(&self, arguments: &[&str]) -> std::process::Output {
        let mut command: Command = self.home.tool("tmux");
        command.env("TERM", "xterm-256color").arg("-S").arg(&self.socket);
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

    /// Waits until the screen shows `words`. It fails at once if the command ends without them.
    #[track_caller]
    pub fn wait_for(&self, words: &str) {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if screen.contains(words) {
                return;
            }
            let has_ended = screen.contains(&self.end()) && screen.ends_with("ready$");
            let is_late = start.elapsed() >= PATIENCE;
            assert!(!has_ended && !is_late, "{words:?} is not on the screen:\n{screen}");
            std::thread::sleep(PAUSE);
        }
    }

    /// What the shell prints after the command of [`Self::start`], before its exit code.
    fn end(&self) -> String {
        format!("ended {}:", self.commands.get())
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
        // The end marker is not on the screen while the command is typed.
        self.keys(&["-l", &format!("clear; {command}; echo en''ded {}:$?", self.commands.get())]);
        self.keys(&["Enter"]);
    }

    pub fn ended(&self) -> String {
        let end = self.end();
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
