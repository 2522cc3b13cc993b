//! What a run must leave behind, whatever failed in it.

use std::collections::BTreeMap;

use super::calls::is_for_memory;
use super::stage::{Entry, Files, Reading, Stage};
use super::tracer::{Call, End, Fault, Run};

/// The result of one fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The call was not made in this run.
    NotReached,
    /// The fault had no effect.
    Done,
    /// An error, and everything as before.
    FailedAsBefore,
    /// An error, and some files as before, some new and whole.
    FailedPartly,
    /// An error, though every file is new and whole.
    FailedThoughDone,
    KilledAsBefore,
    KilledPartly,
    KilledThoughDone,
    /// The C library ended it, because it had no memory, thread or lock.
    Aborted,
}

pub const OUTCOMES: [(Outcome, &str); 9] = [
    (Outcome::NotReached, "not reached"),
    (Outcome::Done, "done"),
    (Outcome::FailedAsBefore, "error, all old"),
    (Outcome::FailedPartly, "error, some new"),
    (Outcome::FailedThoughDone, "error, all new"),
    (Outcome::KilledAsBefore, "killed, all old"),
    (Outcome::KilledPartly, "killed, some new"),
    (Outcome::KilledThoughDone, "killed, all new"),
    (Outcome::Aborted, "ended by libc"),
];

/// What a run without a fault leaves.
pub struct Reference {
    pub files: Files,
    readings: BTreeMap<String, Reading>,
}

impl Reference {
    /// Of the run that has just ended.
    pub fn of(stage: &Stage) -> Self {
        let files = stage.files();
        let new = files.iter().filter(|(path, entry)| stage.before.get(*path) != Some(entry));
        let readings = new.map(|(path, entry)| (path.clone(), stage.reading(path, entry))).collect();
        let reference = Self { files, readings };
        for (path, reading) in &reference.readings {
            assert!(!matches!(reading, Reading::Broken(_)), "{path} {reading:?}");
        }
        assert!(!reference.readings.is_empty() || reference.files.len() < stage.before.len(), "it changes nothing");
        reference
    }
}

pub struct Judge<'a> {
    pub stage: &'a Stage,
    pub reference: &'a Reference,
}

impl Judge<'_> {
    /// Checks what a run left. Each sentence is a promise that it broke.
    pub fn judge(&self, call: Call, fault: Fault, run: &Run, said: &str) -> (Outcome, Vec<String>) {
        let mut broken = Vec::new();
        let was_killed = matches!(run.end, End::Signal(_) | End::Hung);
        let (mut new, mut old) = (0, 0);
        let after = self.stage.files();
        let paths = self.stage.before.keys().chain(self.reference.files.keys()).chain(after.keys());
        let paths: std::collections::BTreeSet<&String> = paths.collect();
        for path in paths {
            let [before, wanted, now] =
                [&self.stage.before, &self.reference.files, &after].map(|files| files.get(path));
            if let Some(leak) = self.leak(path, before, wanted, now, was_killed) {
                broken.push(leak);
            }
            if before == wanted {
                if now != before {
                    match (before, now) {
                        (None, Some(entry)) => broken.extend(self.stray(path, entry, was_killed)),
                        _ => broken.push(format!("{path} was changed, which is no part of the command")),
                    }
                }
            } else if now == before {
                old += 1;
            } else {
                match (wanted, now) {
                    (None, None) => new += 1,
                    (Some(_), Some(now)) if run.end != End::Code(0) && self.is_on_the_way(path, now) => old += 1,
                    (Some(wanted), Some(now)) => match self.compare(path, wanted, now) {
                        Ok(()) => new += 1,
                        Err(what) => broken.push(what),
                    },
                    _ => broken.push(format!("{path} is lost")),
                }
            }
        }
        for word in ["a bug", "panicked", "unwrap"] {
            if said.contains(word) {
                broken.push(format!("it speaks of a {word:?}"));
            }
        }
        (outcome(call, fault, run, (old, new), said, &mut broken), broken)
    }

    /// Git writes its configuration setting by setting, and a hook is made executable at the end.
    fn is_on_the_way(&self, path: &str, now: &Entry) -> bool {
        match (self.reference.files.get(path), now) {
            (Some(Entry::File { content: wanted, .. }), Entry::File { content, .. }) => {
                let lines =
                    |content: &[u8]| String::from_utf8_lossy(content).lines().map(str::to_owned).collect::<Vec<_>>();
                let wanted_lines = lines(wanted);
                (path.ends_with(".git/config") && lines(content).iter().all(|line| wanted_lines.contains(line)))
                    || (path.ends_with("/hooks/pre-commit") && content == wanted)
            }
            _ => false,
        }
    }

    fn compare(&self, path: &str, wanted: &Entry, now: &Entry) -> Result<(), String> {
        let reading = self.stage.reading(path, now);
        if let Reading::Broken(why) = &reading {
            return Err(format!("{path} does not open: {why}"));
        }
        if self.reference.readings.get(path) != Some(&reading) {
            let wanted = self.reference.readings.get(path);
            return Err(format!("{path} has another content: {}", shown(&format!("{reading:?}, not {wanted:?}"))));
        }
        match (wanted, now) {
            // Permissions that cannot be read are not granted.
            (Entry::File { mode: wanted, .. }, Entry::File { mode, .. }) if mode & !wanted != 0 => {
                Err(format!("{path} has the mode {mode:o}, not {wanted:o}"))
            }
            _ => Ok(()),
        }
    }

    /// A file that no run without a fault makes.
    fn stray(&self, path: &str, entry: &Entry, was_killed: bool) -> Option<String> {
        if path.ends_with(".kenc-edit") || path.contains("/kenc/edits/") {
            return match self.stage.reading(path, entry) {
                Reading::Sealed { .. } => None,
                reading => Some(format!("{path} keeps nothing: {reading:?}")),
            };
        }
        // git, which was about to write its config, goes on for a moment when kenc is killed.
        let is_temporary = path.starts_with("memory/") || path.contains(".kenc-") || path.ends_with(".git/config.lock");
        (!is_temporary || !was_killed).then(|| format!("{path} is left behind"))
    }

    fn leak(
        &self,
        path: &str,
        before: Option<&Entry>,
        wanted: Option<&Entry>,
        now: Option<&Entry>,
        was_killed: bool,
    ) -> Option<String> {
        let is_clear = |entry: Option<&Entry>| matches!(entry, Some(Entry::File { reveals: true, .. }));
        let makes_plaintext = || {
            let mut files = self.reference.files.iter();
            files.any(|(path, entry)| is_clear(Some(entry)) && !is_clear(self.stage.before.get(path)))
        };
        let may = is_clear(before)
            || is_clear(wanted)
            || (was_killed && path.starts_with("memory/"))
            || (was_killed && path.contains("/.kenc-") && makes_plaintext());
        (is_clear(now) && !may).then(|| format!("{path} has plaintext"))
    }
}

fn outcome(
    call: Call,
    fault: Fault,
    run: &Run,
    (old, new): (usize, usize),
    said: &str,
    broken: &mut Vec<String>,
) -> Outcome {
    if !run.was_hit {
        if run.end != End::Code(0) {
            broken.push("it fails by itself".to_owned());
        }
        return Outcome::NotReached;
    }
    match run.end {
        End::Code(0) => {
            if old > 0 {
                broken.push(format!("exit code 0, but {old} files are as before"));
            }
            Outcome::Done
        }
        End::Code(code) => {
            // An error message must get through, unless the message itself is what fails.
            if !said.contains("kenc: error: ") && !said.contains("Error") && call.kind.0 != libc::SYS_write {
                broken.push(format!("exit code {code} without a word: {said:?}"));
            }
            match (old, new) {
                (_, 0) => Outcome::FailedAsBefore,
                (0, _) => Outcome::FailedThoughDone,
                _ => Outcome::FailedPartly,
            }
        }
        End::Signal(libc::SIGKILL) if fault == Fault::Kill => match (old, new) {
            (_, 0) => Outcome::KilledAsBefore,
            (0, _) => Outcome::KilledThoughDone,
            _ => Outcome::KilledPartly,
        },
        End::Signal(signal) => {
            if !is_for_memory(call.kind) {
                broken.push(format!("ended by signal {signal}"));
            }
            Outcome::Aborted
        }
        End::Hung => {
            broken.push("it hangs".to_owned());
            Outcome::Aborted
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(1200).collect()
}
