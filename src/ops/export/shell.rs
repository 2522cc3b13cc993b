//! Assignments for shells, to be evaluated: `eval "$(kenc export …)"`, or in fish `kenc export … | source`.

use zeroize::Zeroizing;

/// Variables that bash or zsh treat in a way of their own. They evaluate what is assigned to a number, commands in it
/// included; print prompts with commands in them; or take a lower-case name for a path or a table of their own.
const SPECIAL: &[&str] = &[
    // Numbers of bash, of zsh, or of both.
    "COLUMNS",
    "EGID",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "ERRNO",
    "EUID",
    "FUNCNEST",
    "GID",
    "HISTCMD",
    "HISTSIZE",
    "KEYTIMEOUT",
    "LINENO",
    "LINES",
    "LISTMAX",
    "MAILCHECK",
    "OPTIND",
    "PPID",
    "RANDOM",
    "SAVEHIST",
    "SECONDS",
    "SHLVL",
    "SRANDOM",
    "TRY_BLOCK_ERROR",
    "TRY_BLOCK_INTERRUPT",
    "TTYIDLE",
    "UID",
    // Prompts, and commands that stand in for others.
    "PROMPT",
    "PROMPT2",
    "PROMPT3",
    "PROMPT4",
    "PS0",
    "PS1",
    "PS2",
    "PS3",
    "RPROMPT",
    "RPROMPT2",
    "RPS1",
    "RPS2",
    "SPROMPT",
    "prompt",
    "NULLCMD",
    "READNULLCMD",
    // Where shells look for functions and modules.
    "FPATH",
    "MODULE_PATH",
    "CDPATH",
    // Arrays and tables of zsh.
    "aliases",
    "argv",
    "builtins",
    "cdpath",
    "commands",
    "dirstack",
    "fignore",
    "fpath",
    "functions",
    "galiases",
    "histchars",
    "history",
    "jobstates",
    "mailpath",
    "manpath",
    "module_path",
    "modules",
    "nameddirs",
    "options",
    "parameters",
    "path",
    "pipestatus",
    "psvar",
    "saliases",
    "status",
    "terminfo",
    "userdirs",
    "watch",
    "widgets",
    "_",
];
const SPECIAL_PREFIXES: &[&str] = &["BASH_", "dis_", "zsh_", "ZSH_", "fish_"];

/// A line that sets a variable.
pub(super) fn line(name: &str, value: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    if SPECIAL.contains(&name) || SPECIAL_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return Err("shells give this name a meaning of their own".to_owned());
    }
    // A letter takes at most six bytes, with the quotes around it.
    let mut line = Zeroizing::new(Vec::with_capacity(name.len() + 6 * value.len() + 16));
    line.extend_from_slice(b"export ");
    line.extend_from_slice(name.as_bytes());
    line.extend_from_slice(b"='");
    for &byte in value {
        // Inside single quotes everything stands for itself, but fish knows `\'` and `\\` there. Both letters are the same
        // in all shells inside double quotes.
        match byte {
            b'\'' => line.extend_from_slice(b"'\"'\"'"),
            b'\\' => line.extend_from_slice(b"'\"\\\\\"'"),
            byte => line.push(byte),
        }
    }
    line.extend_from_slice(b"'\n");
    Ok(line)
}
