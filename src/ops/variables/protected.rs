//! Variables with which a document could make programs run other code.

use std::ffi::OsStr;

/// Read by the dynamic loader and by shells, whatever the command is.
const OF_EVERY_PROGRAM: &[&str] = &[
    "PATH",
    "BASH_ENV",
    "IFS",
    "SHELLOPTS",
    "BASHOPTS",
    "PS4",
    "PROMPT_COMMAND",
    "GCONV_PATH",
    "HOSTALIASES",
    "LOCPATH",
    "NLSPATH",
    "GLIBC_TUNABLES",
    "ZDOTDIR",
    "PATHEXT",
    "COMSPEC",
    "SYSTEMROOT",
    "WINDIR",
];
const PREFIXES_OF_EVERY_PROGRAM: &[&str] = &["LD_", "DYLD_", "BASH_FUNC_", "MALLOC_"];
/// A common name in applications, and for interactive shells a file with commands.
const FILE_OF_SHELLS: &str = "ENV";

/// Read by interpreters and tools, which load code or run programs that these name.
const OF_TOOLS: &[&str] = &[
    "NODE_OPTIONS",
    "NODE_PATH",
    "PERL5OPT",
    "PERL5LIB",
    "PERL5DB",
    "PERLLIB",
    "RUBYOPT",
    "RUBYLIB",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "CLASSPATH",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "R_PROFILE",
    "R_PROFILE_USER",
    "ERL_FLAGS",
    "ERL_LIBS",
    "GOFLAGS",
    "CARGO_HOME",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "MAKEFLAGS",
    "HOME",
    "XDG_CONFIG_HOME",
    "SHELL",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "MANPAGER",
    "BROWSER",
    "LESSOPEN",
    "LESSCLOSE",
    "SSH_ASKPASS",
    "SUDO_ASKPASS",
    "KENC_EDITOR",
    "SOPS_EDITOR",
    "SOPS_GPG_EXEC",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
];
const PREFIXES_OF_TOOLS: &[&str] = &[
    "PYTHON",
    "GIT_",
    "LUA_INIT",
    "LUA_PATH",
    "LUA_CPATH",
    "NPM_CONFIG_",
    "npm_config_",
    "BUNDLE_",
    "DOTNET_",
    "COR_",
    "CORECLR_",
];

/// The places of identities: whoever gets one of these can open everything that we can.
const IDENTITIES: &[&str] = &["KENC_AGE_KEY", "SOPS_AGE_KEY", "SOPS_AGE_SSH_PRIVATE_KEY"];

/// Whether a variable can change what a shell or any other program runs.
#[must_use]
pub fn acts_on_every_program(name: &str, value: &[u8]) -> bool {
    is_among(name, OF_EVERY_PROGRAM, PREFIXES_OF_EVERY_PROGRAM)
        || is_same(name, FILE_OF_SHELLS) && value.iter().any(|byte| b"/$`~".contains(byte))
}

/// Whether a variable is passed on only if the user names it.
pub(super) fn must_be_named(name: &str, value: &[u8]) -> bool {
    acts_on_every_program(name, value)
        || is_among(name, OF_TOOLS, PREFIXES_OF_TOOLS)
        || is_of_identity(OsStr::new(name))
}

fn is_among(name: &str, names: &[&str], prefixes: &[&str]) -> bool {
    names.iter().any(|known| is_same(name, known)) || prefixes.iter().any(|prefix| begins_with(name, prefix))
}

/// Variables of Windows have the same name in upper and lower case.
fn is_same(name: &str, known: &str) -> bool {
    if cfg!(windows) { name.eq_ignore_ascii_case(known) } else { name == known }
}

fn begins_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|beginning| is_same(beginning, prefix))
}

/// Whether a variable is, or leads to, an identity.
#[must_use]
pub fn is_of_identity(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| IDENTITIES.iter().any(|prefix| begins_with(name, prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_load_code_must_be_named_and_those_of_applications_need_not() {
        for name in ["LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "PATH", "BASH_ENV", "IFS", "PYTHONPATH", "NODE_OPTIONS"] {
            assert!(must_be_named(name, b"x"), "{name}");
        }
        for name in ["GIT_SSH_COMMAND", "npm_config_script_shell", "SOPS_AGE_KEY", "KENC_AGE_KEY_FILE", "PERL5OPT"] {
            assert!(must_be_named(name, b"x"), "{name}");
        }
        for name in ["DATABASE_URL", "db_password", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "PATHS", "NODE_ENV", "ENV"]
        {
            assert!(!must_be_named(name, b"x"), "{name}");
        }
        for name in ["path", "home"] {
            assert_eq!(must_be_named(name, b"x"), cfg!(windows), "{name}");
        }
        assert!(must_be_named("ENV", b"/tmp/x") && must_be_named("ENV", b"$(id)"));
    }
}
