//! What is said of a panic.

use std::sync::atomic::{AtomicBool, Ordering};

use kenc::crypto::NoRandomness;

use super::error_line::print_error_line;

/// Dependencies that panic if the system refuses random bytes, memory for a thread, or reading from a pipe.
const SYSTEM_CALLERS: [&str; 3] = ["/library/std/src/sys/", "/rand-0", "/rand_core-0"];

/// A panic is a bug in kenc, unless the system refused something indispensable. Its message says where, and nothing of
/// what was in memory.
pub fn hide_panics() {
    std::panic::set_hook(Box::new(|info| {
        // A thread that waits for one that panicked panics as well, which is not worth a message.
        static HAS_SAID: AtomicBool = AtomicBool::new(false);
        let file = info.location().map_or("", std::panic::Location::file);
        if info.payload().is::<NoRandomness>() || SYSTEM_CALLERS.iter().any(|caller| file.contains(caller)) {
            if !HAS_SAID.swap(true, Ordering::Relaxed) {
                print_error_line("kenc: error: the system refused memory for a thread, random bytes or a pipe\n");
            }
            return;
        }
        if HAS_SAID.load(Ordering::Relaxed) {
            return;
        }
        let place = info.location().map(|location| format!(" at {}:{}", location.file(), location.line()));
        print_error_line(&format!("kenc: error: a bug in kenc{}\n", place.unwrap_or_default()));
        print_error_line(
            "kenc: hint: files processed before this one are changed, this one is not; please report this with the command and `kenc --version`\n",
        );
    }));
}
