//! Signals: the work is ended in order, and nothing half-done stays behind.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

/// True once a signal asked us to end.
pub static CANCELLED: AtomicBool = AtomicBool::new(false);

static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// How long the work may take to end by itself. It does so at once, unless it waits for an input or an output.
const GRACE: Duration = Duration::from_millis(300);

/// The exit code of a program that the signal ended, as shells count it: 130 for an interrupt from the terminal.
pub fn exit_code() -> u8 {
    u8::try_from(128 + SIGNAL.load(Ordering::Relaxed)).ok().filter(|&code| code > 128).unwrap_or(130)
}

/// Lets a signal that has come end the program, so that nothing else is reported in its place.
pub fn wait_for_the_end() {
    std::thread::sleep(GRACE * 10);
}

#[cfg(unix)]
pub use unix::{handle, remember_terminal};

#[cfg(unix)]
mod unix {
    use std::sync::{Arc, Mutex, PoisonError};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    use super::{CANCELLED, GRACE, Ordering, SIGNAL, exit_code};

    static TERMINAL: Mutex<Option<Termios>> = Mutex::new(None);

    /// Begins to handle signals.
    pub fn handle() {
        // With any handler, a write beyond the limit for the size of files fails with an error that can be reported.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
        std::thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                SIGNAL.store(signal, Ordering::Relaxed);
                CANCELLED.store(true, Ordering::Relaxed);
                std::thread::sleep(GRACE);
                end();
            }
        });
    }

    /// Ends a program that waits for something that may never come.
    fn end() -> ! {
        kenc::fs::atomic::discard_unfinished();
        if let (Some(terminal), Ok(tty)) =
            (&*TERMINAL.lock().unwrap_or_else(PoisonError::into_inner), std::fs::File::open("/dev/tty"))
        {
            let _ = tcsetattr(tty, OptionalActions::Now, terminal);
            eprintln!();
        }
        eprintln!("kenc: error: interrupted");
        std::process::exit(exit_code().into());
    }

    /// Keeps the state of the terminal while a passphrase is typed, for a signal that ends the program meanwhile.
    pub fn remember_terminal() -> impl Drop {
        let state = std::fs::File::open("/dev/tty").ok().and_then(|tty| tcgetattr(tty).ok());
        *TERMINAL.lock().unwrap_or_else(PoisonError::into_inner) = state;
        Remembered
    }

    struct Remembered;

    impl Drop for Remembered {
        fn drop(&mut self) {
            *TERMINAL.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

#[cfg(not(unix))]
pub fn handle() {}

#[cfg(not(unix))]
pub fn remember_terminal() {}
