//! `kenc edit`: the text is never lost, never on a disk, and the file is replaced only if it is unchanged.

mod editors;
mod meanwhile;
mod places;
mod signals;
mod values;

use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Home, Memory, Terminal, Watch, assert_shows, has, skip, stderr, text, wait_until};
use rustix::process::{Pid, Signal, kill_process};

const SECRET: &str = "correct-horse-battery-staple";

/// A sandbox with a local key, in which plaintext is kept in `Memory`.
fn place() -> Option<(Home, Memory)> {
    let mut sandbox = Home::with_key();
    let memory = Memory::of(&mut sandbox)?;
    Some((sandbox, memory))
}

/// A file that is encrypted as a whole, with a secret in it.
fn write_whole_file(sandbox: &Home, more: &str) {
    sandbox.write("plain", format!("user=me\npassword={SECRET}\n"));
    sandbox.succeeds(&format!("kenc encrypt {more} plain -o notes.env.kenc && rm plain"));
}

/// What the editor has saved so far.
fn saved(memory: &Memory, name: &str) -> String {
    let files = memory.folders().into_iter().map(|folder| memory.path().join(folder).join(name));
    files.filter_map(|file| std::fs::read_to_string(file).ok()).collect()
}

fn edit(sandbox: &Home, editor: &str, arguments: &str) -> Command {
    let mut command = sandbox.shell(&format!("kenc edit {arguments}"));
    command.env("EDITOR", editor);
    command
}

#[track_caller]
fn edits(sandbox: &Home, editor: &str, arguments: &str) -> String {
    let output = edit(sandbox, editor, arguments).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output)
}

#[track_caller]
fn fails(sandbox: &Home, editor: &str, arguments: &str, code: i32) -> String {
    let output = edit(sandbox, editor, arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    stderr(&output)
}

/// What a document says in the clear.
fn plaintext(sandbox: &Home, file: &str) -> String {
    sandbox.succeeds(&format!("kenc exec --file {file} -- cat {{}}"))
}
