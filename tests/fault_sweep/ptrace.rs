//! The few ptrace requests that are needed, for this processor.

#![expect(unsafe_code, reason = "the system's own interface; every call is explained")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::io::{Errno, Result};
use rustix::process::{Pid, RawPid};

pub use libc::user_regs_struct as Registers;

/// Why a program, or one thread of it, stands still.
pub enum Stop {
    /// A system call begins or ends.
    Call,
    /// It has made this thread.
    NewThread(Pid),
    /// It is about to get this signal.
    Signal(i32),
    Exited(i32),
    Killed(i32),
}

/// When a thread is to stop again.
#[derive(Clone, Copy)]
pub enum Until {
    /// At the beginning or the end of its next call, or at a signal.
    Call,
    /// At a signal only.
    Signal,
}

/// Starts a program and stops it before its first instruction.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    // SAFETY: between fork and exec, `ptrace` is one system call, and reading `errno` takes no lock.
    unsafe {
        command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME) {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
    command.spawn()
}

fn last_error() -> Errno {
    Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)
}

fn request(request: libc::c_uint, pid: Pid, data: libc::c_long) -> Result<()> {
    let address = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: the requests of this file that come here take a number, and no address in our memory.
    let done = unsafe { libc::ptrace(request, pid.as_raw_nonzero().get(), address, data) };
    if done == -1 { Err(last_error()) } else { Ok(()) }
}

/// Stops every thread of a program as well, and ends all of them with the thread that watches.
pub fn follow_threads(pid: Pid) -> Result<()> {
    let options = libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_EXITKILL;
    request(libc::PTRACE_SETOPTIONS, pid, options.into())
}

pub fn go_on(pid: Pid, signal: i32, until: Until) -> Result<()> {
    let how = match until {
        Until::Call => libc::PTRACE_SYSCALL,
        Until::Signal => libc::PTRACE_CONT,
    };
    request(how, pid, signal.into())
}

pub fn registers(pid: Pid) -> Result<Registers> {
    let mut registers = std::mem::MaybeUninit::<Registers>::uninit();
    let nothing = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: the kernel fills the whole structure, or fails; it is read only if it did not.
    unsafe {
        match libc::ptrace(libc::PTRACE_GETREGS, pid.as_raw_nonzero().get(), nothing, registers.as_mut_ptr()) {
            -1 => Err(last_error()),
            _ => Ok(registers.assume_init()),
        }
    }
}

pub fn set_registers(pid: Pid, registers: &Registers) -> Result<()> {
    let nothing = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: the kernel reads one structure of this type.
    let done = unsafe {
        libc::ptrace(libc::PTRACE_SETREGS, pid.as_raw_nonzero().get(), nothing, std::ptr::from_ref(registers))
    };
    if done == -1 { Err(last_error()) } else { Ok(()) }
}

/// Waits until one of the watched threads stops.
pub fn wait_for_any() -> Result<(Pid, Stop)> {
    wait_for(-1)
}

/// Waits until this program stops.
pub fn wait(pid: Pid) -> Result<()> {
    wait_for(pid.as_raw_nonzero().get()).map(|_| ())
}

fn wait_for(whom: RawPid) -> Result<(Pid, Stop)> {
    let mut status = 0;
    let pid = loop {
        // Only for what this thread has started: other tests run beside it.
        // SAFETY: the kernel writes one number to the place that it is given.
        let pid = unsafe { libc::waitpid(whom, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        match Pid::from_raw(pid.max(0)) {
            Some(pid) => break pid,
            None if last_error() == Errno::INTR => {}
            None => return Err(last_error()),
        }
    };
    let stop = if libc::WIFEXITED(status) {
        Stop::Exited(libc::WEXITSTATUS(status))
    } else if libc::WIFSIGNALED(status) {
        Stop::Killed(libc::WTERMSIG(status))
    } else if status >> 16 == libc::PTRACE_EVENT_CLONE {
        Stop::NewThread(made_thread(pid)?)
    } else if libc::WSTOPSIG(status) == libc::SIGTRAP | 0x80 {
        Stop::Call
    } else {
        Stop::Signal(libc::WSTOPSIG(status))
    };
    Ok((pid, stop))
}

fn made_thread(pid: Pid) -> Result<Pid> {
    let mut made: libc::c_ulong = 0;
    let nothing = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: the kernel writes one number of this size to the place that it is given.
    let done = unsafe { libc::ptrace(libc::PTRACE_GETEVENTMSG, pid.as_raw_nonzero().get(), nothing, &raw mut made) };
    if done == -1 {
        return Err(last_error());
    }
    RawPid::try_from(made).ok().and_then(Pid::from_raw).ok_or(Errno::INVAL)
}
