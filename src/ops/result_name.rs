//! Names of results in a folder, from the names of their inputs.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::formats::format::FileFormat;
use crate::formats::native::file_format::NativeFormat;
use crate::formats::registry;

/// How the name of a result follows from the name of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultName {
    /// The input's name.
    Same,
    /// With this ending added: `a.txt` becomes `a.txt.kenc`.
    WithEnding(&'static str),
    /// Without the ending of a format of encrypted files: `a.txt.kenc` becomes `a.txt`.
    WithoutEnding,
}

impl ResultName {
    /// The name of a file that becomes one of `format`; the format of kenc files if there is none.
    #[must_use]
    pub fn encrypted(format: Option<&dyn FileFormat>) -> Self {
        Self::WithEnding(format.unwrap_or(&NativeFormat).ending())
    }

    /// The name of the result.
    #[must_use]
    pub fn of(self, input: &OsStr) -> OsString {
        match self {
            Self::Same => input.to_owned(),
            Self::WithEnding(ending) => {
                let mut name = input.to_owned();
                name.push(".");
                name.push(ending);
                name
            }
            Self::WithoutEnding => plain_name(Path::new(input)),
        }
    }
}

/// The name of the plaintext of a file. It says what the plaintext is: `a.yaml.kenc` has YAML in it.
#[must_use]
pub fn plain_name(path: &Path) -> OsString {
    let name = Path::new(path.file_name().unwrap_or(OsStr::new("file")));
    match (registry::by_ending(name), name.file_stem()) {
        (Some(_), Some(stem)) => stem.to_owned(),
        _ => name.as_os_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_from_every_format() {
        for format in registry::FORMATS {
            let encrypted = ResultName::encrypted(Some(*format)).of(OsStr::new("a.tar.gz"));
            assert_ne!(encrypted, "a.tar.gz");
            assert_eq!(ResultName::WithoutEnding.of(&encrypted), "a.tar.gz");
        }
        assert_eq!(ResultName::WithoutEnding.of(OsStr::new("a.yaml")), "a.yaml");
        assert_eq!(ResultName::WithoutEnding.of(OsStr::new(".kenc")), ".kenc");
    }
}
