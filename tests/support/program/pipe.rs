//! Several programs, each reading what the one before it writes.

use std::io::Read;
use std::process::{Child, Command, Stdio};

/// Runs the commands as one pipe without input, and checks that all succeed. Returns what the last one writes.
#[track_caller]
pub fn pipe(commands: Vec<Command>) -> Vec<u8> {
    let count = commands.len();
    let mut before = Stdio::null();
    let mut children: Vec<Child> = Vec::new();
    for (number, mut command) in commands.into_iter().enumerate() {
        let mut child = command.stdin(before).stdout(Stdio::piped()).spawn().expect("the program can be started");
        before = Stdio::null();
        if number + 1 < count {
            before = child.stdout.take().expect("it is a pipe").into();
        }
        children.push(child);
    }
    let mut output = Vec::new();
    let mut last = children.last_mut().and_then(|child| child.stdout.take()).expect("there is a last one");
    last.read_to_end(&mut output).expect("a pipe can be read");
    for (number, child) in children.iter_mut().enumerate() {
        let status = child.wait().expect("a child can be waited for");
        assert!(status.success(), "program {} of the pipe: {status}", number + 1);
    }
    output
}
