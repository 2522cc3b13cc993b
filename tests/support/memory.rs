//! A place in memory for the plaintext of one test, and a watch over what is written anywhere else.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::files::{names_in, text};
use super::program::{Home, has};
use super::skip;

/// A private folder in memory. kenc keeps plaintext here when it runs in the home.
pub struct Memory {
    folder: TempDir,
}

impl Memory {
    /// `None`, and a word about it, if this machine has no file system in memory.
    pub fn of(home: &mut Home) -> Option<Self> {
        let is_in_memory = std::fs::read_to_string("/proc/mounts")
            .is_ok_and(|mounts| mounts.lines().any(|line| line.contains(" /dev/shm tmpfs ")));
        if !is_in_memory {
            skip("/dev/shm is not in memory");
            return None;
        }
        let folder = TempDir::with_prefix_in("kenc-test-", "/dev/shm").unwrap();
        // kenc does not use a folder that others can enter.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        home.set("XDG_RUNTIME_DIR", folder.path().to_str().unwrap());
        Some(Self { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The private folders in it.
    pub fn folders(&self) -> Vec<String> {
        names_in(self.path()).into_iter().filter(|name| name.starts_with("kenc-")).collect()
    }

    #[track_caller]
    pub fn assert_empty(&self) {
        assert_eq!(names_in(self.path()), [] as [&str; 0], "something was left in memory");
    }
}

/// What a program and all that it starts write, as strace sees it.
pub struct Watch {
    log: PathBuf,
}

impl Watch {
    /// `None`, and a word about it, if there is no strace that works.
    pub fn new(home: &Home) -> Option<Self> {
        if !has("strace") {
            skip("strace is not installed");
            return None;
        }
        let output = home.shell("strace -o /dev/null true").output().unwrap();
        if !output.status.success() {
            skip(&format!("strace does not work here: {}", text(&output.stderr).trim()));
            return None;
        }
        Some(Self { log: home.root().join("strace") })
    }

    /// The prefix of a command that is watched.
    pub fn prefix(&self) -> String {
        let calls = "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile,splice,rename,renameat,renameat2";
        format!("strace -f -qq -y -s 100000 -e trace={calls} -o {}", self.log.display())
    }

    /// The calls by which `secret` came to a file that is not in memory, and the files that hold it now.
    pub fn leaks(&self, secret: &str) -> Vec<String> {
        let log = std::fs::read(&self.log).unwrap();
        let log = text(&log);
        assert!(log.contains("openat("), "nothing was seen");
        let mut leaks = Vec::new();
        for line in log.lines() {
            let Some((call, arguments)) = line.split_once(' ').and_then(|(_, rest)| rest.trim_start().split_once('('))
            else {
                continue;
            };
            match call {
                "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2" => {
                    let place =
                        arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(place, _)| place);
                    if arguments.contains(secret) && !place.is_some_and(is_no_disk) {
                        leaks.push(format!("{call} to {}", place.unwrap_or_default()));
                    }
                }
                // The bytes are not shown: the file is looked at in the end, as every one that is opened to be written.
                _ => {
                    let is_written = ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| arguments.contains(flag));
                    let names = arguments.split('"').skip(1).step_by(2).map(Path::new);
                    let files = names.chain(
                        arguments.split('<').skip(1).filter_map(|part| Some(Path::new(part.split_once('>')?.0))),
                    );
                    for file in files.filter(|file| file.is_file() && !is_no_disk(&file.to_string_lossy())) {
                        let has_secret = || {
                            let content = std::fs::read(file).unwrap_or_default();
                            content.windows(secret.len()).any(|window| window == secret.as_bytes())
                        };
                        if (is_written || call != "openat") && has_secret() {
                            leaks.push(format!("{} holds it", file.display()));
                        }
                    }
                }
            }
        }
        leaks
    }
}

/// Files in memory, terminals, pipes and connections.
fn is_no_disk(place: &str) -> bool {
    [
        "/dev/shm/",
        "/memfd:",
        "/dev/pts/",
        "/dev/tty",
        "/dev/null",
        "pipe:",
        "socket:",
        "UNIX:",
        "TCP:",
        "UNIX-",
        "anon_inode:",
        "/proc/",
    ]
    .iter()
    .any(|start| place.starts_with(start))
}
