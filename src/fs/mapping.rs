//! Parts of a file that are read where the system keeps them, without a copy.
//!
//! If somebody cuts a file off while a part of it is mapped, or the disk cannot be read, the system answers the access with a
//! signal, SIGBUS, which ends the program. [`catch_bus_errors`] makes zeros of what is gone instead, and the part tells
//! afterwards that it is not whole. Without that, nothing is mapped.

#[cfg(target_os = "linux")]
pub(crate) use linux::MappedPart;
#[cfg(target_os = "linux")]
pub use linux::catch_bus_errors;
#[cfg(not(target_os = "linux"))]
pub(crate) use none::MappedPart;
#[cfg(not(target_os = "linux"))]
pub use none::catch_bus_errors;

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
mod linux {
    use std::fs::File;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use memmap2::{Mmap, MmapOptions};
    use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};

    /// Maximum number of parts that are mapped at the same time. Whoever finds none free reads its part.
    const MOST_PARTS: usize = 64;
    /// Where the parts are, for the handler of the signal.
    static PLACES: [Place; MOST_PARTS] = [const { Place::free() }; MOST_PARTS];
    /// What the signal did before.
    static BEFORE: OnceLock<libc::sigaction> = OnceLock::new();
    /// Bytes of a page, once the signal is caught; 0 before.
    static PAGE_LEN: AtomicUsize = AtomicUsize::new(0);

    /// The place of one part. It belongs to the thread that took it, which is also the one that the signal interrupts.
    struct Place {
        is_taken: AtomicBool,
        start: AtomicUsize,
        end: AtomicUsize,
        is_cut: AtomicBool,
    }

    impl Place {
        const fn free() -> Self {
            Self {
                is_taken: AtomicBool::new(false),
                start: AtomicUsize::new(0),
                end: AtomicUsize::new(0),
                is_cut: AtomicBool::new(false),
            }
        }

        fn take() -> Option<&'static Self> {
            PLACES.iter().find(|place| !place.is_taken.swap(true, Ordering::Acquire))
        }
    }

    /// Lets parts of files be mapped by this process, and catches the signal that they may bring. For a program, at its start: a
    /// library must not change what a signal does.
    pub fn catch_bus_errors() {
        // SAFETY: `sigaction` is a struct of C for which zeros are valid. The handler is one of three arguments, as the flags
        // say, and calls nothing that must not be called in a handler. The old action is kept before the new one counts.
        unsafe {
            let mut before: libc::sigaction = std::mem::zeroed();
            if libc::sigaction(libc::SIGBUS, std::ptr::null(), &raw mut before) != 0 || BEFORE.set(before).is_err() {
                return;
            }
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_bus_error as *const () as usize;
            // On the stack for signals that each thread of Rust has.
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
            let page_len = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).unwrap_or_default();
            if libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut()) == 0 {
                PAGE_LEN.store(page_len, Ordering::Release);
            }
        }
    }

    /// Puts zeros from the page of the access to the end of the part. An access elsewhere gets what the signal did before.
    extern "C" fn on_bus_error(_signal: libc::c_int, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
        // SAFETY: the system passes a valid pointer, and this signal comes with an address.
        let address = unsafe { (*info).si_addr() } as usize;
        let page_len = PAGE_LEN.load(Ordering::Acquire).max(1);
        for place in &PLACES {
            let (start, end) = (place.start.load(Ordering::Acquire), place.end.load(Ordering::Acquire));
            if (start..end).contains(&address) {
                place.is_cut.store(true, Ordering::Release);
                let page = address - (address - start) % page_len;
                // SAFETY: the pages lie in a mapping of ours that is only read, and that is still unmapped as a whole.
                // A system call, made without the C library.
                let zeros = unsafe {
                    let flags = MapFlags::PRIVATE | MapFlags::FIXED;
                    mmap_anonymous(page as *mut _, end - page, ProtFlags::READ, flags)
                };
                if zeros.is_ok() {
                    return;
                }
            }
        }
        if let Some(before) = BEFORE.get() {
            // SAFETY: the action is what this function gave before. The access is repeated, and that is what it meets.
            unsafe { libc::sigaction(libc::SIGBUS, before, std::ptr::null_mut()) };
        }
    }

    /// A part of a file in memory. What it reads can change at any time: only for what is copied or sealed once.
    pub(crate) struct MappedPart {
        map: Mmap,
        place: &'static Place,
    }

    impl MappedPart {
        /// Maps `len` bytes from `start`. `None` if parts are not mapped by this process, or the system refuses.
        pub(crate) fn of(file: &File, start: u64, len: usize) -> Option<Self> {
            let page_len = PAGE_LEN.load(Ordering::Acquire);
            if page_len == 0 || len == 0 {
                return None;
            }
            let place = Place::take()?;
            let mut options = MmapOptions::new();
            // SAFETY: others can write to the file, so the bytes are no more constant than those of a buffer that a device writes
            // to. They are given to nothing but a cipher that reads them once, and that is right for any bytes.
            let Ok(map) = (unsafe { options.offset(start).len(len).populate().map(file) }) else {
                place.is_taken.store(false, Ordering::Release);
                return None;
            };
            // The mapping begins with the page in which the part begins.
            let first = map.as_ptr() as usize / page_len * page_len;
            let end = (map.as_ptr() as usize + len).next_multiple_of(page_len);
            place.is_cut.store(false, Ordering::Release);
            place.start.store(first, Ordering::Release);
            place.end.store(end, Ordering::Release);
            Some(Self { map, place })
        }

        /// The bytes, or zeros where the file was cut off.
        pub(crate) fn bytes(&self) -> &[u8] {
            &self.map
        }

        /// Whether all that was read until now was there.
        pub(crate) fn is_whole(&self) -> bool {
            !self.place.is_cut.load(Ordering::Acquire)
        }
    }

    impl Drop for MappedPart {
        /// The place is free before its pages are: nobody reads them any more.
        fn drop(&mut self) {
            self.place.end.store(0, Ordering::Release);
            self.place.start.store(0, Ordering::Release);
            self.place.is_taken.store(false, Ordering::Release);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod none {
    use std::convert::Infallible;
    use std::fs::File;

    /// Does nothing: on this system no file is mapped.
    pub fn catch_bus_errors() {}

    /// A part of a file in memory, which this system does not have.
    pub(crate) struct MappedPart(Infallible);

    impl MappedPart {
        pub(crate) fn of(_file: &File, _start: u64, _len: usize) -> Option<Self> {
            None
        }

        pub(crate) fn bytes(&self) -> &[u8] {
            match self.0 {}
        }

        pub(crate) fn is_whole(&self) -> bool {
            match self.0 {}
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn what_is_cut_off_while_it_is_mapped_reads_as_zeros_and_is_told() {
        catch_bus_errors();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 40_000]).unwrap();
        let part = MappedPart::of(&file, 1000, 39_000).unwrap();
        assert!(part.bytes().iter().all(|byte| *byte == 7) && part.is_whole());
        file.set_len(10_000).unwrap();
        assert_eq!(part.bytes()[8_999], 7);
        assert!(part.is_whole());
        // The rest of the last page is zeros without a signal.
        assert_eq!(part.bytes()[38_999], 0);
        assert!(!part.is_whole());
        assert_eq!(part.bytes()[20_000], 0);
        drop(part);

        let other = MappedPart::of(&file, 0, 10_000).unwrap();
        assert!(other.is_whole() && other.bytes() == [7; 10_000]);
        file.set_len(0).unwrap();
        assert_eq!(other.bytes()[0], 0);
        assert!(!other.is_whole());
    }

    #[test]
    fn another_bus_error_ends_the_program_as_before() {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.args(["--ignored", "--exact", "fs::mapping::tests::has_another_bus_error"]);
        let status = program.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.signal(), Some(libc::SIGBUS), "{status}");
    }

    #[test]
    #[ignore = "the test above starts it, and it ends the program"]
    #[allow(unsafe_code)]
    fn has_another_bus_error() {
        catch_bus_errors();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 40_000]).unwrap();
        let _part = MappedPart::of(&file, 0, 40_000).unwrap();
        // SAFETY: what is behind the end of the file is read on purpose.
        let other = unsafe { memmap2::Mmap::map(&file) }.unwrap();
        file.set_len(0).unwrap();
        std::hint::black_box(other[20_000]);
    }
}
