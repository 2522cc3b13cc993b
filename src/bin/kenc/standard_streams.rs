//! The standard streams as the caller left them.
//!
//! The runtime of Rust puts `/dev/null` in the place of a standard stream that is closed, before `main`. A backup of a
//! closed standard input would then be a whole, authentic and empty file, and a result would vanish with exit code 0. The
//! standard library also takes `EBADF`, which a stream gives that is not open for reading or writing, for an empty input
//! or for a success. So the streams are looked at before the runtime starts, and are used by way of [`kenc::storage::standard`].

#[cfg(unix)]
pub use unix::prepare;

#[cfg(unix)]
mod unix {
    use std::os::fd::OwnedFd;

    use kenc::storage::standard::{is_input_closed, is_output_closed, set_input_closed, set_output_closed};
    use rustix::fs::{OFlags, fcntl_getfl};
    use rustix::io::{FdFlags, fcntl_setfd};
    use rustix::stdio;

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
            set_input_closed();
        }
        if !can(fcntl_getfl(stdio::stdout()), OFlags::WRONLY) {
            set_output_closed();
        }
    }

    /// Replaces closed streams by something that cannot be opened under a name such as `/dev/stdin`, and that child
    /// processes do not inherit.
    pub fn prepare() {
        let pass_nothing_on = |stream| fcntl_setfd(stream, FdFlags::CLOEXEC);
        // If this fails, /dev/null stays, and the flags still tell.
        if is_input_closed() {
            let _ = nothing().and_then(stdio::dup2_stdin).and_then(|()| pass_nothing_on(stdio::stdin()));
        }
        if is_output_closed() {
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
}

#[cfg(not(unix))]
pub fn prepare() {}
