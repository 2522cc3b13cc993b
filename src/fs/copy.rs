//! Copies the rest of a file into another, with the kernel where possible.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Bytes that are copied between two looks at whether it is still wanted.
#[cfg(target_os = "linux")]
const STEP: usize = 16 << 20;
/// Bytes that are read and written at once where the kernel does not copy.
const BUFFER: usize = 1 << 20;

/// Appends everything in `source` from `start` on to `target`, which is at its end. After each step `proceed` is told how many
/// bytes it had, and may end the work with an error.
///
/// # Errors
/// Those of the system, and those of `proceed`.
pub fn append_rest(
    mut source: &File,
    start: u64,
    mut target: &File,
    mut proceed: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<u64> {
    source.seek(SeekFrom::Start(start))?;
    let mut copied = 0;
    while let Some(count) = copy_by_kernel(source, target)? {
        if count == 0 {
            return Ok(copied);
        }
        copied += count;
        proceed(count)?;
    }
    let mut buffer = vec![0; BUFFER];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(count) => {
                target.write_all(&buffer[..count])?;
                copied += count as u64;
                proceed(count as u64)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// One step, from position to position. `None` where the kernel cannot.
#[cfg(target_os = "linux")]
fn copy_by_kernel(source: &File, target: &File) -> io::Result<Option<u64>> {
    use rustix::io::Errno;
    loop {
        match rustix::fs::copy_file_range(source, None, target, None, STEP) {
            Ok(count) => return Ok(Some(count as u64)),
            Err(Errno::INTR) => {}
            Err(Errno::XDEV | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS | Errno::PERM | Errno::BADF) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn copy_by_kernel(_source: &File, _target: &File) -> io::Result<Option<u64>> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_start_is_appended_and_nothing_else_changes() {
        let content: Vec<u8> = (0..3 * BUFFER + 5).map(|number| number.to_le_bytes()[1]).collect();
        for appending in [false, true] {
            let mut source = tempfile::tempfile().unwrap();
            source.write_all(&content).unwrap();
            let folder = tempfile::tempdir().unwrap();
            // The kernel does not copy to a file that is opened to append: then it is read and written.
            let mut options = File::options();
            options.read(true).create_new(true).write(true).append(appending);
            let mut target = options.open(folder.path().join("x")).unwrap();
            target.write_all(b"head").unwrap();
            let mut told = 0;
            let copied = append_rest(&source, 7, &target, |count| {
                told += count;
                Ok(())
            });
            assert_eq!(copied.unwrap(), content.len() as u64 - 7);
            assert_eq!(told, content.len() as u64 - 7);
            let mut written = Vec::new();
            target.seek(SeekFrom::Start(0)).unwrap();
            target.read_to_end(&mut written).unwrap();
            assert!(written == [b"head", &content[7..]].concat(), "other bytes were written");
        }
    }

    #[test]
    fn the_copying_ends_when_it_is_not_wanted_any_more() {
        let source = tempfile::tempfile().unwrap();
        source.set_len(40 << 20).unwrap();
        let target = tempfile::tempfile().unwrap();
        let ended = append_rest(&source, 0, &target, |_| Err(io::Error::other("enough")));
        assert_eq!(ended.unwrap_err().to_string(), "enough");
        assert!(target.metadata().unwrap().len() < 40 << 20);
    }
}
