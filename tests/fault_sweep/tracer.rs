//! Runs a program under ptrace, lists its system calls, and lets one of them fail.
//!
//! A call is known by the thread that makes it, its kind, and how many of that kind the thread has made before. So it is
//! the same call in every run, however the threads take turns.

use std::collections::HashMap;
use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rustix::io::{Errno, Result as SystemResult};
use rustix::process::{Pid, Signal, kill_process};

use super::calls::{Kind, Traits};
use super::ptrace::{self, Stop};

/// A longer run hangs: it takes some milliseconds on an idle machine.
const PATIENCE: Duration = Duration::from_mins(3);

/// One system call of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The thread that makes it, in the order in which they are made; the first is 0.
    pub thread: usize,
    pub kind: Kind,
    /// How many of this kind the thread made before.
    pub nth: usize,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It is not done, and fails; only `close` is done nevertheless, as the kernel does it.
    Error(Errno),
    /// It is done for one byte (or one part) only.
    Short,
    /// The program is killed before it.
    Kill,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error(Errno::IO) => f.write_str("EIO"),
            Self::Error(Errno::NOSPC) => f.write_str("ENOSPC"),
            Self::Error(Errno::INTR) => f.write_str("EINTR"),
            Self::Error(error) => write!(f, "{error}"),
            Self::Short => f.write_str("short"),
            Self::Kill => f.write_str("SIGKILL"),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Code(i32),
    Signal(i32),
    /// It was ended because it took too long.
    Hung,
}

/// The record of a run.
pub struct Run {
    pub end: End,
    /// Whether the call that was to fail was made.
    pub was_hit: bool,
    /// Every call, with what it does; up to the one that failed.
    pub calls: Vec<(Call, Traits)>,
}

struct Thread {
    index: Option<usize>,
    is_in_call: bool,
    /// The result of the current call that replaces its own.
    result: Option<i64>,
    has_started: bool,
    made: HashMap<Kind, usize>,
}

/// Runs a command, and injects the fault into the given call.
///
/// # Errors
/// Those of the system, for one if it does not permit this.
pub fn run(command: &mut Command, planned: Option<(Call, Fault)>) -> Result<Run, String> {
    let child = ptrace::spawn(command).map_err(|error| format!("ptrace is not permitted: {error}"))?;
    let main = Pid::from_child(&child);
    let (ended, watched) = channel::<()>();
    std::thread::scope(|scope| {
        let watchdog = scope.spawn(move || {
            let is_late = watched.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
            // It still exists: only the tracer waits for it, and has not reaped it yet.
            if is_late {
                let _ = kill_process(main, Signal::KILL);
            }
            is_late
        });
        let traced =
            Tracer { main, planned, threads: HashMap::new(), has_begun: false, was_hit: false, calls: Vec::new() }
                .trace();
        drop(ended);
        let is_late = watchdog.join().expect("the watchdog does not panic");
        let mut run = traced.map_err(|error| format!("ptrace: {error}"))?;
        if is_late {
            run.end = End::Hung;
        }
        Ok(run)
    })
}

struct Tracer {
    main: Pid,
    planned: Option<(Call, Fault)>,
    threads: HashMap<Pid, Thread>,
    /// The loader and the runtime have done their part.
    has_begun: bool,
    was_hit: bool,
    calls: Vec<(Call, Traits)>,
}

impl Tracer {
    fn trace(mut self) -> SystemResult<Run> {
        ptrace::wait(self.main)?;
        ptrace::follow_threads(self.main)?;
        self.thread(self.main).index = Some(0);
        self.thread(self.main).has_started = true;
        self.go_on(self.main, 0)?;
        let end = loop {
            let (pid, stop) = ptrace::wait_for_any()?;
            match stop {
                Stop::Exited(code) if pid == self.main => break End::Code(code),
                Stop::Killed(signal) if pid == self.main => break End::Signal(signal),
                Stop::Exited(_) | Stop::Killed(_) => {}
                Stop::Call => match self.at_call(pid) {
                    // A killed thread no longer exists when it is inspected.
                    Err(Errno::SRCH) => {}
                    outcome => outcome?,
                },
                Stop::NewThread(made) => {
                    let index = self.threads.values().filter(|thread| thread.index.is_some()).count();
                    self.thread(made).index = Some(index);
                    self.go_on(pid, 0)?;
                }
                Stop::Signal(signal) => {
                    let is_start = !std::mem::replace(&mut self.thread(pid).has_started, true);
                    self.go_on(pid, if is_start { 0 } else { signal })?;
                }
            }
        };
        Ok(Run { end, was_hit: self.was_hit, calls: self.calls })
    }

    fn thread(&mut self, pid: Pid) -> &mut Thread {
        self.threads.entry(pid).or_insert_with(|| Thread {
            index: None,
            is_in_call: false,
            result: None,
            has_started: false,
            made: HashMap::new(),
        })
    }

    fn go_on(&self, pid: Pid, signal: i32) -> SystemResult<()> {
        // After the fault it runs as it would, but for the end of the call.
        let is_over = self.was_hit && self.threads.get(&pid).is_none_or(|thread| thread.result.is_none());
        match ptrace::go_on(pid, signal, if is_over { ptrace::Until::Signal } else { ptrace::Until::Call }) {
            Err(Errno::SRCH) => Ok(()),
            outcome => outcome,
        }
    }

    fn at_call(&mut self, pid: Pid) -> SystemResult<()> {
        let thread = self.thread(pid);
        thread.is_in_call = !thread.is_in_call;
        if thread.is_in_call {
            self.at_entry(pid)?;
        } else if let Some(result) = thread.result.take() {
            let mut registers = ptrace::registers(pid)?;
            registers.rax = result.cast_unsigned();
            ptrace::set_registers(pid, &registers)?;
        }
        self.go_on(pid, 0)
    }

    fn at_entry(&mut self, pid: Pid) -> SystemResult<()> {
        if self.was_hit {
            return Ok(());
        }
        let mut registers = ptrace::registers(pid)?;
        let kind = Kind(registers.orig_rax.cast_signed());
        let arguments = [registers.rdi, registers.rsi, registers.rdx, registers.r10];
        // The first thing that kenc does.
        let is_first = kind == Kind(libc::SYS_prctl) && arguments[0] == libc::PR_SET_DUMPABLE.cast_unsigned().into();
        self.has_begun |= is_first;
        if !self.has_begun {
            return Ok(());
        }
        let thread = self.thread(pid);
        let nth = thread.made.entry(kind).or_default();
        *nth += 1;
        let call = Call { thread: thread.index.unwrap_or(usize::MAX), kind, nth: *nth - 1 };
        let traits = Traits::of(kind, arguments);
        self.calls.push((call, traits));
        let Some((_, fault)) = self.planned.filter(|(planned, _)| *planned == call) else { return Ok(()) };
        self.was_hit = true;
        match fault {
            Fault::Kill => return kill_process(self.main, Signal::KILL),
            Fault::Error(error) => {
                // No call has this number, so nothing is done. But a close takes effect in any case.
                if kind != Kind(libc::SYS_close) {
                    registers.orig_rax = u64::MAX;
                }
                self.thread(pid).result = Some(-i64::from(error.raw_os_error()));
            }
            Fault::Short => match traits.length {
                Some(1) => registers.rsi = 1,
                Some(2) => registers.rdx = 1,
                Some(4) => registers.r8 = 1,
                _ => {}
            },
        }
        ptrace::set_registers(pid, &registers)
    }
}
