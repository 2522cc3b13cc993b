//! Signals: end the work in order, and clean up.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The signal that asked us to end, 0 before one came. The system sends signals to the process, not to a session.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// Whether a signal asked us to end.
pub fn has_come() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

/// How long the work may take to stop by itself. It does so at once, unless it waits for an input or an output.
const GRACE: Duration = Duration::from_millis(300);

/// Cleanup that must run before a signal ends the program. Returns what it did, as a hint.
type LastAct = Box<dyn FnOnce() -> Option<String> + Send>;

static LAST_ACT: Mutex<Option<LastAct>> = Mutex::new(None);

/// The exit code of a program that the signal ended, as shells count it: 130 for an interrupt from the terminal.
pub fn exit_code() -> u8 {
    u8::try_from(128 + SIGNAL.load(Ordering::Relaxed)).ok().filter(|&code| code > 128).unwrap_or(130)
}

/// Lets a signal that has come, or is about to, end the program, so that nothing else is reported in its place.
pub fn wait_for_the_end() {
    std::thread::sleep(GRACE * 10);
    // Cleanup, such as keeping edits, may take longer; it surely ends.
    while has_come() {
        std::thread::sleep(GRACE);
    }
}

/// Registers cleanup that runs before a signal ends the program, until the result is dropped.
pub fn before_the_end(act: impl FnOnce() -> Option<String> + Send + 'static) -> impl Drop {
    *LAST_ACT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(act));
    Prepared
}

struct Prepared;

impl Drop for Prepared {
    fn drop(&mut self) {
        *LAST_ACT.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Cleans up, and returns what was kept.
fn clean_up() -> Option<String> {
    let act = LAST_ACT.lock().unwrap_or_else(PoisonError::into_inner).take();
    // A panic in it must not prevent the rest, nor the end of the program.
    let kept = act.and_then(|act| catch_unwind(AssertUnwindSafe(act)).ok().flatten());
    kenc::fs::atomic::discard_unfinished();
    kenc::fs::scratch::discard_all();
    kenc::storage::s3::discard_unfinished();
    kept
}

/// The terminal may be gone, and a failed write to it must not keep the program from ending.
fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

#[cfg(unix)]
pub use unix::{handle, handle_all, remember_terminal, start, wait_for};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::process::{Child, Command, ExitStatus};
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::{Duration, Instant};

    use kenc::Session;
    use kenc::error::Result;
    use kenc::threads;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::{
        SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
    };
    use signal_hook::iterator::Signals;

    use super::{GRACE, Ordering, SIGNAL, clean_up, exit_code, say};

    static TERMINAL: Mutex<Option<Termios>> = Mutex::new(None);

    /// The program that has the terminal while we wait for it.
    static CHILD: Mutex<Option<Pid>> = Mutex::new(None);

    /// How long a child that was asked to end may take.
    const PATIENCE: Duration = Duration::from_secs(2);

    /// How long it may take after its terminal has gone away: nobody waits for us then, and a busy machine may be slow.
    const PATIENCE_WITHOUT_TERMINAL: Duration = Duration::from_secs(30);

    /// Begins to handle signals: they stop `session`, and end the program soon after.
    ///
    /// # Errors
    /// If the system gives no thread for it.
    pub fn handle(session: &Session) -> Result<()> {
        begin(&[SIGINT, SIGTERM, SIGHUP], session.cancellation())
    }

    /// The same with every signal that ends a program and can be caught: for one that keeps plaintext somewhere.
    ///
    /// # Errors
    /// If the system gives no thread for it: then plaintext could stay behind.
    pub fn handle_all(session: &Session) -> Result<()> {
        let every = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU];
        begin(&every, session.cancellation())
    }

    fn begin(signals: &[i32], cancelled: Arc<AtomicBool>) -> Result<()> {
        // With any handler, a write beyond the file size limit fails with an error that can be reported.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
        let ignored = ignored();
        let is_ours = |signal: &&i32| ignored & 1 << (**signal - 1) == 0;
        let Ok(mut signals) = Signals::new(signals.iter().filter(is_ours)) else { return Ok(()) };
        threads::spawn(move || {
            for signal in signals.forever() {
                // Ctrl-C typed into another program is meant for that program.
                if matches!(signal, SIGINT | SIGQUIT) && child().is_some() {
                    continue;
                }
                SIGNAL.store(signal, Ordering::Relaxed);
                cancelled.store(true, Ordering::Relaxed);
                end_child(signal);
                std::thread::sleep(GRACE);
                end();
            }
        })
        .map(drop)
    }

    /// The signals that our parent ignores, as `nohup` does: we ignore them, and so does a program that replaces this
    /// process. One bit for each, from the lowest.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }

    /// Ends a program that waits for something that may never come.
    fn end() -> ! {
        let kept = clean_up();
        if let (Some(terminal), Ok(tty)) =
            (&*TERMINAL.lock().unwrap_or_else(PoisonError::into_inner), std::fs::File::open("/dev/tty"))
        {
            let _ = tcsetattr(tty, OptionalActions::Now, terminal);
            say("\n");
        }
        crate::progress::clear();
        say("kenc: error: interrupted\n");
        if let Some(kept) = kept {
            say(&format!("kenc: hint: {}\n", crate::printable::printable(&kept)));
        }
        std::process::exit(exit_code().into());
    }

    fn child() -> Option<Pid> {
        *CHILD.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes a signal on, and waits until the program has cleaned up; it gets no second chance.
    fn end_child(signal: i32) {
        let send = |signal| {
            let _ = child().map(|pid| kill_process(pid, signal));
        };
        let wait = |patience| {
            let asked = Instant::now();
            while child().is_some() && asked.elapsed() < patience {
                std::thread::sleep(GRACE / 10);
            }
        };
        // When a terminal goes away, all programs on it are told. Editors react to a second signal by dropping
        // everything.
        if signal == SIGHUP && terminal_is_gone() {
            wait(PATIENCE_WITHOUT_TERMINAL);
        }
        send(Signal::from_named_raw(signal).unwrap_or(Signal::TERM));
        wait(PATIENCE);
        send(Signal::KILL);
    }

    /// Whether a terminal existed and is gone, as opposed to a signal that was sent to us alone.
    fn terminal_is_gone() -> bool {
        TERMINAL.lock().unwrap_or_else(PoisonError::into_inner).is_some() && std::fs::File::open("/dev/tty").is_err()
    }

    /// Starts a program that gets the terminal. Interrupts typed from then on go to it alone; a signal that ends us is
    /// passed on to it first.
    pub fn start(command: &mut Command) -> io::Result<Child> {
        // A signal that comes while it starts waits until its process id is known.
        let mut child = CHILD.lock().unwrap_or_else(PoisonError::into_inner);
        let started = command.spawn()?;
        *child = Some(Pid::from_child(&started));
        Ok(started)
    }

    /// Waits for the end of a program started that way.
    pub fn wait_for(child: &mut Child) -> io::Result<ExitStatus> {
        let pid = Pid::from_child(child);
        // Its process id stays reserved until it is forgotten below, so no other program can get a signal meant for it.
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {
        }
        *CHILD.lock().unwrap_or_else(PoisonError::into_inner) = None;
        child.wait()
    }

    /// Restores the state of the terminal if a signal ends the program while a passphrase is typed.
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
pub use windows::{handle, handle_all, remember_terminal, start, wait_for};

#[cfg(not(unix))]
mod windows {
    use std::io;
    use std::process::{Child, Command, ExitStatus};
    use std::sync::Once;
    use std::sync::atomic::{AtomicBool, Ordering};

    use kenc::Session;
    use kenc::error::{Error, Result};

    use super::{GRACE, SIGNAL, clean_up, exit_code, say};

    /// Ctrl-C, as other systems number it.
    const INTERRUPT: i32 = 2;

    /// Whether another program has the console while we wait for it.
    static HAS_CHILD: AtomicBool = AtomicBool::new(false);

    /// Begins to handle Ctrl-C, Ctrl-Break, and the end of the console: they stop `session`, and end the program soon after.
    ///
    /// # Errors
    /// If the system refuses: then plaintext could stay behind.
    pub fn handle(session: &Session) -> Result<()> {
        static ONCE: Once = Once::new();
        let cancelled = session.cancellation();
        let mut outcome = Ok(());
        ONCE.call_once(|| {
            outcome = ctrlc::set_handler(move || {
                // The other program gets it too, and decides.
                if HAS_CHILD.load(Ordering::Relaxed) {
                    return;
                }
                SIGNAL.store(INTERRUPT, Ordering::Relaxed);
                cancelled.store(true, Ordering::Relaxed);
                std::thread::sleep(GRACE);
                end();
            });
        });
        outcome.map_err(|error| Error::io("handle Ctrl-C", io::Error::other(error)))
    }

    /// As [`handle`]: this system has no others.
    ///
    /// # Errors
    /// As there.
    pub fn handle_all(session: &Session) -> Result<()> {
        handle(session)
    }

    fn end() -> ! {
        let kept = clean_up();
        say("kenc: error: interrupted\n");
        if let Some(kept) = kept {
            say(&format!("kenc: hint: {}\n", crate::printable::printable(&kept)));
        }
        std::process::exit(exit_code().into());
    }

    /// Starts a program that gets the console.
    pub fn start(command: &mut Command) -> io::Result<Child> {
        HAS_CHILD.store(true, Ordering::Relaxed);
        command.spawn().inspect_err(|_| HAS_CHILD.store(false, Ordering::Relaxed))
    }

    /// Waits for the end of a program started that way.
    pub fn wait_for(child: &mut Child) -> io::Result<ExitStatus> {
        let status = child.wait();
        HAS_CHILD.store(false, Ordering::Relaxed);
        status
    }

    /// The console restores its own state.
    pub fn remember_terminal() {}
}
