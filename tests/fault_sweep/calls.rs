//! What the system calls are, and what they do to files.

/// The number of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(pub i64);

/// The relevant properties of one call.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// It changes a file, a name or a lock, or opens a file for that.
    pub changes: bool,
    /// The argument that says how much is to be read or written at most, if it is more than one.
    pub length: Option<usize>,
}

impl Traits {
    pub fn of(kind: Kind, arguments: [u64; 4]) -> Self {
        let written = u64::try_from(libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC).unwrap_or(0);
        let changes = match kind.0 {
            libc::SYS_openat => arguments[2] & written != 0,
            libc::SYS_open => arguments[1] & written != 0,
            _ => CHANGING.contains(&kind.0),
        };
        let length = match kind.0 {
            libc::SYS_read
            | libc::SYS_write
            | libc::SYS_pread64
            | libc::SYS_pwrite64
            | libc::SYS_readv
            | libc::SYS_writev => Some(2),
            libc::SYS_getrandom => Some(1),
            libc::SYS_copy_file_range => Some(4),
            _ => None,
        };
        // The fifth argument is not visible here; kenc never copies one byte.
        let length = length.filter(|&at| at == 4 || arguments[at] > 1);
        Self { changes, length }
    }
}

const CHANGING: [i64; 29] = [
    libc::SYS_write,
    libc::SYS_pwrite64,
    libc::SYS_writev,
    libc::SYS_copy_file_range,
    libc::SYS_sendfile,
    libc::SYS_splice,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_syncfs,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_link,
    libc::SYS_linkat,
    libc::SYS_unlink,
    libc::SYS_unlinkat,
    libc::SYS_mkdir,
    libc::SYS_mkdirat,
    libc::SYS_rmdir,
    libc::SYS_fchmod,
    libc::SYS_fchown,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_flock,
    libc::SYS_fsetxattr,
    libc::SYS_setxattr,
    libc::SYS_utimensat,
    libc::SYS_memfd_create,
    libc::SYS_symlinkat,
];

/// Calls that the kernel never refuses in this way, so the code after them does not handle it: receiving from the
/// signal handler's own socket, and reading or lowering limits.
pub fn cannot_fail(kind: Kind) -> bool {
    [
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigprocmask,
        libc::SYS_futex,
        libc::SYS_recvfrom,
        libc::SYS_prlimit64,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_getuid,
        libc::SYS_geteuid,
        libc::SYS_getgid,
        libc::SYS_getegid,
    ]
    .contains(&kind.0)
}

/// Calls that get memory, threads or locks: if they fail, the C library ends the program by itself.
pub fn is_for_memory(kind: Kind) -> bool {
    [
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_tgkill,
        libc::SYS_rseq,
        libc::SYS_set_robust_list,
    ]
    .contains(&kind.0)
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match NAMES.iter().find(|(number, _)| *number == self.0) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "call {}", self.0),
        }
    }
}

macro_rules! names {
    ($($name:ident)*) => { &[$((libc::$name, stringify!($name))),*] };
}

const NAMES: &[(i64, &str)] = names![
    SYS_read SYS_write SYS_open SYS_close SYS_stat SYS_fstat SYS_lstat SYS_poll SYS_lseek SYS_mmap SYS_mprotect SYS_munmap
    SYS_brk SYS_rt_sigaction SYS_rt_sigprocmask SYS_ioctl SYS_pread64 SYS_pwrite64 SYS_readv SYS_writev SYS_access
    SYS_pipe SYS_sched_yield SYS_mremap SYS_madvise SYS_dup SYS_nanosleep SYS_getpid SYS_sendfile SYS_socket SYS_connect
    SYS_sendto SYS_recvfrom SYS_socketpair SYS_clone SYS_fork SYS_vfork SYS_execve SYS_exit SYS_wait4 SYS_kill SYS_uname
    SYS_fcntl SYS_flock SYS_fsync SYS_fdatasync SYS_ftruncate SYS_getdents64 SYS_getcwd SYS_chdir SYS_rename SYS_mkdir
    SYS_rmdir SYS_link SYS_unlink SYS_symlink SYS_readlink SYS_chmod SYS_fchmod SYS_fchown SYS_umask SYS_geteuid
    SYS_sigaltstack SYS_statfs SYS_prctl SYS_mlock SYS_munlock SYS_gettid SYS_futex SYS_sched_getaffinity SYS_exit_group
    SYS_openat SYS_mkdirat SYS_newfstatat SYS_unlinkat SYS_renameat SYS_linkat SYS_symlinkat SYS_readlinkat SYS_fchmodat
    SYS_faccessat SYS_utimensat SYS_fallocate SYS_pipe2 SYS_prlimit64 SYS_renameat2 SYS_getrandom SYS_memfd_create
    SYS_copy_file_range SYS_statx SYS_rseq SYS_clone3 SYS_close_range SYS_faccessat2 SYS_set_robust_list SYS_waitid
    SYS_fgetxattr SYS_fsetxattr SYS_flistxattr SYS_getxattr SYS_setxattr SYS_listxattr SYS_tgkill SYS_rt_sigreturn
    SYS_fadvise64 SYS_pidfd_open SYS_pidfd_send_signal SYS_eventfd2 SYS_dup3 SYS_getuid SYS_getgid SYS_getegid SYS_clock_nanosleep
];
