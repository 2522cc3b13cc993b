//! The user's editor: which one, and how it is run so that it leaves no plaintext elsewhere.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use kenc::error::{Error, Result};
use kenc::ops::exec::on_search_path;
use kenc::ops::file_text::Plaintext;
use zeroize::Zeroizing;

use crate::failure::{CommandFault, Failure};
use crate::signals;

/// Variables that name an editor; the first one set is used.
const VARIABLES: [&str; 4] = ["KENC_EDITOR", "SOPS_EDITOR", "VISUAL", "EDITOR"];

/// Editors tried if none is set.
const USUAL: &[&str] = if cfg!(windows) { &["vim", "nano", "notepad"] } else { &["vi", "vim", "nano"] };

/// Editors with their own window, which return at once unless a flag makes them wait; with that flag.
const RETURNING: &[(&str, &[&str])] = &[
    ("code", &["--wait", "-w"]),
    ("code-insiders", &["--wait", "-w"]),
    ("codium", &["--wait", "-w"]),
    ("cursor", &["--wait", "-w"]),
    ("windsurf", &["--wait", "-w"]),
    ("subl", &["--wait", "-w"]),
    ("zed", &["--wait", "-w"]),
    ("zeditor", &["--wait", "-w"]),
    ("atom", &["--wait", "-w"]),
    ("mate", &["--wait", "-w"]),
    ("kate", &["--block", "-b"]),
    ("gvim", &["-f", "--nofork"]),
    ("mvim", &["-f", "--nofork"]),
];

/// Those that keep copies of what they save.
const KEEPING_HISTORY: [&str; 5] = ["code", "code-insiders", "codium", "cursor", "windsurf"];

/// A program that edits files, with its arguments.
#[derive(Clone)]
pub struct UserEditor {
    words: Vec<String>,
}

impl UserEditor {
    /// The editor that the environment names, or the first usual one that is installed.
    pub fn choose() -> Result<Self, Failure> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| (name, value));
        if let Some((name, value)) = VARIABLES.into_iter().find_map(set) {
            let text = value.to_str().ok_or(CommandFault::EditorVariable { name, fault: "is not UTF-8" })?;
            let words = split(text).ok_or(CommandFault::EditorVariable { name, fault: "has an unclosed quote" })?;
            if words.is_empty() {
                return Err(CommandFault::EditorVariable { name, fault: "names no program" }.into());
            }
            return Ok(Self { words });
        }
        let found = USUAL.iter().find(|name| on_search_path(OsStr::new(name)).is_some());
        Ok(Self { words: vec![(*found.ok_or(CommandFault::NoEditor)?).to_owned()] })
    }

    /// Runs it on files in a private folder, and waits for its end.
    pub fn run(&self, files: &[PathBuf], folder: &Path) -> Result<ExitStatus, Failure> {
        let (program, arguments) = self.words.split_first().expect("an editor has a name");
        let mut command = started_as(program);
        command.args(arguments);
        if is_vim(program) {
            command.args(vim_arguments(folder));
        }
        // A program that outlives the edit must not depend on a folder that is gone.
        if self.returning().is_none() {
            command.envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, folder)));
        }
        let _restored = signals::remember_terminal();
        let mut child = signals::start(command.args(files)).map_err(|source| not_started(program, source))?;
        let status = signals::wait_for(&mut child);
        if signals::has_come() {
            signals::wait_for_the_end();
            return Err(Error::Interrupted.into());
        }
        status.map_err(|source| Error::io(format!("wait for the editor `{program}`"), source).into())
    }

    /// The newest text of a file after the editor was killed: what was saved last, what nano or emacs saved beside it
    /// at that moment, or what vim can recover. The file is replaced by it.
    ///
    /// # Errors
    /// Those of the system, if it cannot be read.
    pub fn rescued(&self, file: &Path) -> std::io::Result<Plaintext> {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let beside = |name: String| file.with_file_name(name);
        let swap = beside(format!(".{name}.swp"));
        if swap.exists() && is_vim(&self.words[0]) {
            let _ = self.restore(file).and_then(|()| std::fs::remove_file(swap));
        }
        let changed = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        for saved in [beside(format!("{name}.save")), beside(format!("#{name}#"))] {
            if changed(&saved) > changed(file) {
                let _ = std::fs::rename(saved, file);
            }
        }
        std::fs::read(file).map(Zeroizing::new)
    }

    /// Lets vim recover a text from its swap file.
    fn restore(&self, file: &Path) -> std::io::Result<()> {
        let (program, folder) = (&self.words[0], file.parent().unwrap_or(Path::new(".")));
        let restored = folder.join("restored");
        let mut command = started_as(program);
        // Programs get a second signal when a terminal goes away, which would end this one.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let status = command
            .args(["-n", "-es", "-u", "NONE", "-i", "NONE", "-r"])
            .arg(file)
            .args(["-c", "write! restored", "-c", "quit!"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() { std::fs::rename(restored, file) } else { Err(ErrorKind::Other.into()) }
    }

    /// The flag that makes it wait, if it is known to return at once and the flag is missing.
    pub fn must_be_told_to_wait(&self) -> Option<String> {
        let flags = self.returning()?;
        let is_told = self.words[1..].iter().any(|word| flags.contains(&word.as_str()));
        (!is_told).then(|| format!("{} {}", self.words.join(" "), flags[0]))
    }

    /// Whether it keeps copies of what it saves, on the disk.
    pub fn keeps_history(&self) -> bool {
        KEEPING_HISTORY.contains(&self.name())
    }

    fn returning(&self) -> Option<&'static [&'static str]> {
        RETURNING.iter().find(|(name, _)| *name == self.name()).map(|(_, flags)| *flags)
    }

    fn name(&self) -> &str {
        let program = Path::new(&self.words[0]);
        // On Windows the end of a name may be left out.
        let name = if cfg!(windows) { program.file_stem() } else { program.file_name() };
        name.and_then(OsStr::to_str).unwrap_or_default()
    }
}

/// The words of a command line. `None` if a quote is not closed.
#[cfg(unix)]
fn split(line: &str) -> Option<Vec<String>> {
    shell_words::split(line).ok()
}

/// On Windows the backslash stands in paths and escapes nothing.
#[cfg(not(unix))]
fn split(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), None::<String>, false);
    for letter in line.chars() {
        match letter {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            letter if letter.is_whitespace() && !is_quoted => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

fn not_started(program: &str, source: std::io::Error) -> Failure {
    match source.kind() {
        ErrorKind::NotFound => CommandFault::EditorNotFound(program.to_owned()).into(),
        _ => Error::io(format!("start the editor `{program}`"), source).into(),
    }
}

/// Vim writes yanked and deleted text to its viminfo file, and may be configured to keep backups and undo files
/// elsewhere. This turns all of that off for files in the folder; the settings are applied when such a file is read,
/// which is after the user's own configuration.
fn vim_arguments(folder: &Path) -> [OsString; 6] {
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    // Vim's first swap file exists already at that moment: it is removed, and a new one is made in the folder.
    let settings = "setlocal noswapfile | silent! set viminfo= noundofile nobackup directory=. backupdir=. | silent! setlocal swapfile";
    let autocommand = format!("autocmd kenc BufReadPre,BufNewFile */{folder}/* silent! {settings}");
    ["--cmd", "augroup kenc", "--cmd", "augroup END", "--cmd", &autocommand].map(OsString::from)
}

/// Whether a program is vim, by any name: on some systems `vi` is another program, which would not know vim's flags.
fn is_vim(program: &str) -> bool {
    let path = on_search_path(OsStr::new(program)).and_then(|path| path.canonicalize().ok());
    let name = path.as_ref().and_then(|path| path.file_name()).and_then(OsStr::to_str).unwrap_or_default();
    ["vim", "nvim", "gvim", "mvim"].iter().any(|vim| name.starts_with(vim))
}

/// A program to be started. Windows does not find scripts by their names, and many editors are started by one.
fn started_as(program: &str) -> Command {
    let found = if cfg!(windows) { on_search_path(OsStr::new(program)) } else { None };
    Command::new(found.as_deref().map_or(OsStr::new(program), Path::as_os_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor(words: &str) -> UserEditor {
        UserEditor { words: shell_words::split(words).unwrap() }
    }

    #[test]
    fn an_editor_that_returns_at_once_is_told_from_one_that_waits() {
        assert_eq!(editor("/usr/bin/code -n").must_be_told_to_wait().as_deref(), Some("/usr/bin/code -n --wait"));
        for waiting in ["code --wait", "subl -w", "gvim -f", "vi", "emacsclient -t"] {
            assert_eq!(editor(waiting).must_be_told_to_wait(), None, "{waiting}");
        }
    }
}
