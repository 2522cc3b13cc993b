//! What operations tell and ask, on the terminal.

use std::path::Path;

use kenc::keys::aws_kms::KmsCall;
use kenc::ops::observer::{Observer, Progress, Skipped, Warning};
use kenc::ops::question::Question;

use crate::progress::Bar;
use crate::question::{Choice, ask};
use crate::report::Reporter;
use crate::report::questions::Asked;

impl Observer for Reporter {
    fn progress(&self, name: &str, total: Option<u64>) -> Box<dyn Progress> {
        Box::new(Bar::new(self.shows_progress(), name, total))
    }

    fn note(&self, text: &str) {
        Self::note(self, text);
    }

    fn hint(&self, text: &str) {
        Self::hint(self, text);
    }

    fn hint_once(&self, text: &str) {
        Self::hint_once(self, text);
    }

    fn warning(&self, warning: &Warning) {
        self.warn(warning);
    }

    fn kms_call(&self, call: &KmsCall) {
        self.kms_call_line(call);
    }

    fn waits_for(&self, path: &Path) {
        self.say(&format!("waiting for {}: another program is changing it", path.display()));
    }

    fn skipped(&self, path: &Path, why: Skipped) {
        self.note(&format!("{}: skipped, {why}", path.display()));
    }

    fn may_ask(&self) -> bool {
        Self::may_ask(self)
    }

    fn ask(&self, question: &Question<'_>) -> Option<bool> {
        let asked = Asked::new(question)?;
        let [no, yes] = asked.meanings;
        let choices =
            [Choice { word: "no", meaning: no, value: false }, Choice { word: "yes", meaning: yes, value: true }];
        let is_shown = std::cell::Cell::new(false);
        let show = || {
            is_shown.set(true);
            self.show(&asked.shown);
        };
        let answer = if Self::may_ask(self) { ask(&asked.question, &choices, show) } else { None };
        if !is_shown.get() {
            asked.show_without_answer(question, self);
        }
        answer
    }
}
