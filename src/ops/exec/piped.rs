//! Commands at the other end of a pipe: one whose output is encrypted, and one that reads what is decrypted.
//!
//! A shell cannot stop a pipeline when a part of it fails: `pg_dump nosuch | kenc encrypt` encrypts nothing and succeeds. Here
//! the end of the output counts only if the command succeeded, and the end of the plaintext only if it is authentic.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
#[cfg(unix)]
use std::os::fd::OwnedFd as OwnedPipe;
#[cfg(not(unix))]
use std::os::windows::io::OwnedHandle as OwnedPipe;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(unix)]
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::fs::input::Input;
use crate::ops::failure::{Cause, Failure};
use crate::storage::output::Output;

/// How long a command that was asked to end may take to put its things in order.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(2);

/// A command that was started, and how its end is waited for.
struct RunningCommand {
    program: OsString,
    child: Child,
    wait: fn(&mut Child) -> io::Result<ExitStatus>,
    ended: Option<ExitStatus>,
    /// What it reads, kept open until everything that it got is authentic.
    stdin: Option<File>,
}

impl RunningCommand {
    /// Waits for its end.
    fn end(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.ended {
            return Ok(status);
        }
        let status = (self.wait)(&mut self.child)?;
        self.ended = Some(status);
        Ok(status)
    }

    /// Ends it, if it has not ended.
    fn stop(&mut self) {
        if self.ended.is_none() {
            #[cfg(unix)]
            self.ask_to_stop();
            // What is still there after that gets no second chance.
            let _ = self.child.kill();
            let _ = self.end();
        }
        self.stdin = None;
    }

    /// Gives it a moment to end in order.
    #[cfg(unix)]
    fn ask_to_stop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn failure(&self, status: ExitStatus) -> Failure {
        #[cfg(unix)]
        if std::os::unix::process::ExitStatusExt::signal(&status) == Some(rustix::process::Signal::INT.as_raw()) {
            return Error::Interrupted.into();
        }
        Cause::CommandFailed { program: self.program.clone(), status }.into()
    }
}

impl Drop for RunningCommand {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A running command and its place in messages.
pub struct StartedCommand {
    /// The word that named it.
    pub program: OsString,
    /// The command, with the pipe that is needed.
    pub child: Child,
    /// Waits for its end.
    pub wait: fn(&mut Child) -> io::Result<ExitStatus>,
}

impl From<StartedCommand> for RunningCommand {
    fn from(StartedCommand { program, mut child, wait }: StartedCommand) -> Self {
        let stdin = child.stdin.take().map(|pipe| File::from(OwnedPipe::from(pipe)));
        Self { program, child, wait, ended: None, stdin }
    }
}

/// A command whose output is encrypted.
pub struct Producer(Arc<Mutex<RunningCommand>>);

impl Producer {
    /// Takes a command whose standard output is a pipe. The input ends with the output if the command succeeds, and fails
    /// otherwise.
    ///
    /// # Panics
    /// If its standard output is no pipe.
    #[must_use]
    pub fn new(mut started: StartedCommand) -> (Self, Input) {
        let stdout = started.child.stdout.take().expect("its output was set up as a pipe");
        let stdout = File::from(OwnedPipe::from(stdout));
        crate::fs::widen_pipe(&stdout);
        let running = Arc::new(Mutex::new(RunningCommand::from(started)));
        let input = Input::of_stream(Box::new(ProducedBytes { stdout, running: Arc::clone(&running) }));
        (Self(running), input)
    }

    /// The outcome of what was done with the input; the failure of the command goes before.
    ///
    /// # Errors
    /// If the command failed, or `outcome` is a failure: then the command is ended.
    pub fn finish<T>(self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (outcome, running.ended) {
            (Ok(value), _) => Ok(value),
            (Err(_), Some(status)) if !status.success() => Err(running.failure(status)),
            (Err(failure), _) => {
                running.stop();
                Err(failure)
            }
        }
    }
}

/// The output of a command.
struct ProducedBytes {
    stdout: File,
    running: Arc<Mutex<RunningCommand>>,
}

impl Read for ProducedBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stdout.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            let status = self.running.lock().unwrap_or_else(PoisonError::into_inner).end()?;
            if !status.success() {
                return Err(io::Error::other("the command failed"));
            }
        }
        Ok(count)
    }
}

/// A command that reads what is decrypted.
pub struct Consumer(Arc<Mutex<RunningCommand>>);

impl Consumer {
    /// Takes a command whose standard input is a pipe. It reads what is written to the output, and its end only with
    /// [`Self::finish`].
    #[must_use]
    pub fn new(started: StartedCommand) -> (Self, Output) {
        let running = RunningCommand::from(started);
        if let Some(stdin) = &running.stdin {
            crate::fs::widen_pipe(stdin);
        }
        let running = Arc::new(Mutex::new(running));
        let output = Output::Stream(Box::new(ConsumedBytes(Arc::clone(&running))));
        (Self(running), output)
    }

    /// Tells the command that everything is there and authentic, and waits for its end; or ends it, if `outcome` is a
    /// failure, so that it does not take what it got for everything.
    ///
    /// # Errors
    /// If the command failed or ended before it had read everything, or `outcome` is a failure.
    pub fn finish<T>(self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failure = match outcome {
            Ok(value) => {
                running.stdin = None;
                let status = running.end().map_err(|source| Error::io("wait for the command", source))?;
                return if status.success() { Ok(value) } else { Err(running.failure(status)) };
            }
            Err(failure) => failure,
        };
        let has_left = matches!(&failure.cause, Cause::Library(Error::Write(source)) if source.kind() == io::ErrorKind::BrokenPipe);
        if !has_left {
            running.stop();
            return Err(failure);
        }
        // It reads no more; only its end tells why.
        running.stdin = None;
        let status = running.end().map_err(|source| Error::io("wait for the command", source))?;
        if status.success() {
            return Err(Cause::CommandStoppedReading(running.program.clone()).into());
        }
        Err(running.failure(status))
    }
}

/// What a command reads.
struct ConsumedBytes(Arc<Mutex<RunningCommand>>);

impl Write for ConsumedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
