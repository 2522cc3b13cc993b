//! The standard streams as the caller left them.
//!
//! The runtime of Rust puts `/dev/null` in the place of a standard stream that is closed, before `main`. A backup of a
//! closed standard input would then be a whole, authentic and empty file, and a result would vanish with exit code 0. The
//! standard library also takes `EBADF`, which a stream gives that is not open for reading or writing, for an empty input
//! or for a success. So the streams are looked at before the runtime starts, and are not used by way of `std::io`.

use std::io::Write;

use kenc::error::{Error, Result};

#[cfg(unix)]
pub use unix::{input, output, prepare};

/// Writes a result to the standard output.
pub fn print(bytes: &[u8]) -> Result<()> {
    let mut output = output()?;
    output.write_all(bytes).and_then(|()| output.flush()).map_err(Error::Write)
}

/// Fails if nothing can be read from the standard input.
pub fn check_input() -> Result<()> {
    input().map(drop)
}

/// Fails if nothing can be written to the standard output.
pub fn check_output() -> Result<()> {
    output().map(drop)
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::ErrorKind;
    use std::os::fd::OwnedFd;
    use std::sync::atomic::{AtomicBool, Ordering};

    use kenc::error::{Error, Result};
    use rustix::fs::{OFlags, fcntl_getfl};
    use rustix::io::{FdFlags, fcntl_setfd};
    use rustix::stdio;

    static INPUT_IS_CLOSED: AtomicBool = AtomicBool::new(false);
    static OUTPUT_IS_CLOSED: AtomicBool = AtomicBool::new(false);

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple", target_os = "freebsd"))]
    #[used]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
    #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
    #[expect(
        unsafe_code,
        reason = "the section holds pointers to functions that the loader calls before `main`, and this is one; it makes \
                  two system calls and stores two flags, which needs nothing that the runtime sets up"
    )]
    static LOOK_BEFORE_THE_RUNTIME: extern "C" fn() = look;

    extern "C" fn look() {
        let can = |flags: rustix::io::Result<OFlags>, direction| {
            flags.is_ok_and(|flags| {
                let mode = flags & OFlags::RWMODE;
                mode == OFlags::RDWR || mode == direction
            })
        };
        if !can(fcntl_getfl(stdio::stdin()), OFlags::RDONLY) {
            INPUT_IS_CLOSED.store(true, Ordering::Relaxed);
        }
        if !can(fcntl_getfl(stdio::stdout()), OFlags::WRONLY) {
            OUTPUT_IS_CLOSED.store(true, Ordering::Relaxed);
        }
    }

    /// Puts something in the place of closed streams that cannot be opened by a name such as `/dev/stdin`, and that programs
    /// which are started do not inherit.
    pub fn prepare() {
        let pass_nothing_on = |stream| fcntl_setfd(stream, FdFlags::CLOEXEC);
        // Where it fails, /dev/null stays, and the flags still tell.
        if INPUT_IS_CLOSED.load(Ordering::Relaxed) {
            let _ = nothing().and_then(stdio::dup2_stdin).and_then(|()| pass_nothing_on(stdio::stdin()));
        }
        if OUTPUT_IS_CLOSED.load(Ordering::Relaxed) {
            let _ = nothing().and_then(stdio::dup2_stdout).and_then(|()| pass_nothing_on(stdio::stdout()));
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    fn nothing() -> rustix::io::Result<OwnedFd> {
        use rustix::event::{EventfdFlags, eventfd};
        eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    fn nothing() -> rustix::io::Result<OwnedFd> {
        Err(rustix::io::Errno::NOTSUP)
    }

    /// The standard input, from where it stands.
    pub fn input() -> Result<File> {
        let failed = |source| Error::io("read the standard input", source);
        if INPUT_IS_CLOSED.load(Ordering::Relaxed) {
            return Err(failed(std::io::Error::new(ErrorKind::NotConnected, "it is closed")));
        }
        rustix::io::dup(stdio::stdin()).map(File::from).map_err(|error| failed(error.into()))
    }

    /// The standard output.
    pub fn output() -> Result<File> {
        let failed = |source| Error::io("write the standard output", source);
        if OUTPUT_IS_CLOSED.load(Ordering::Relaxed) {
            return Err(failed(std::io::Error::new(ErrorKind::NotConnected, "it is closed")));
        }
        rustix::io::dup(stdio::stdout()).map(File::from).map_err(|error| failed(error.into()))
    }
}

#[cfg(not(unix))]
pub fn prepare() {}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "other systems tell more")]
pub fn input() -> Result<std::io::Stdin> {
    Ok(std::io::stdin())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "other systems tell more")]
pub fn output() -> Result<std::io::Stdout> {
    Ok(std::io::stdout())
}
