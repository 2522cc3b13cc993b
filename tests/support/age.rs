//! age itself, as `tests/run` builds it: new enough for post-quantum keys, with a plugin, and the vectors of its format.

use std::path::PathBuf;

use crate::support::{Home, repository};

/// Has `age`, `age-keygen` and `age-plugin-batchpass` of version 1.3 found first in a home, or says that they are not there.
pub fn home_with_age() -> Result<Home, String> {
    let programs = repository().join("target/go/bin");
    let home = Home::new();
    for name in ["age", "age-keygen", "age-inspect", "age-plugin-batchpass"] {
        let program = programs.join(name);
        if !program.is_file() {
            return Err("there is no `age` 1.3 here; `tests/run` builds it where there is Go".to_owned());
        }
        std::os::unix::fs::symlink(program, home.root().join("bin").join(name)).expect("a link can be made");
    }
    Ok(home)
}

/// The folder with the test vectors of C2SP CCTV for age, or says that it is not there.
pub fn age_vectors() -> Result<PathBuf, String> {
    let folder = repository().join("target/go/age-vectors");
    if folder.is_dir() {
        Ok(folder)
    } else {
        Err("the vectors of C2SP CCTV are not here; `tests/run` gets them where there is Go".to_owned())
    }
}
