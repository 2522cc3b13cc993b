//! An interruption leaves an existing output as it was, and nothing beside it.

mod meanwhile;
mod redirected;
mod results;
mod signals;

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::support::{Home, noise, skip, wait_until};

/// Waits until the program has a file open that has no name yet, or a temporary one.
fn wait_until_it_has_an_output(child: &Child) {
    let folder = format!("/proc/{}/fd", child.id());
    wait_until("an output without a name", || {
        let Ok(entries) = std::fs::read_dir(&folder) else { return false };
        entries.flatten().any(|entry| {
            let target = std::fs::read_link(entry.path()).unwrap_or_default();
            let target = target.to_string_lossy();
            target.ends_with("(deleted)") || target.contains(".kenc-")
        })
    });
}

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end of a program whose input stays open.
fn end_of(mut child: Child) -> (ExitStatus, String) {
    let status = child.wait().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (status, said)
}

/// A sandbox with a key, an old output, a plaintext and its encryption.
fn prepared() -> Home {
    let sandbox = Home::with_key();
    sandbox.write("old", "old");
    sandbox.write("plain", noise(3 << 20));
    sandbox.succeeds("kenc encrypt plain -o sealed");
    sandbox
}

fn assert_untouched(sandbox: &Home) {
    assert_eq!(sandbox.names(), ["old", "plain", "sealed"]);
    assert_eq!(sandbox.read("old"), b"old");
}

/// Runs a script in a mount namespace of its own. `None`, and a skipped test, if that is not permitted.
fn with_mounts(sandbox: &Home, script: &str) -> Option<Command> {
    let probe = sandbox.tool("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "."]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        skip("a mount namespace is not permitted here");
        return None;
    }
    let mut command = sandbox.tool("unshare");
    command.args(["-rm", "bash", "-c", script]);
    Some(command)
}
