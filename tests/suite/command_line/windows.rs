//! The program for Windows, run by wine.

use std::path::Path;
use std::process::Command;

use crate::support::{has, skip, text};

/// It is built by `cargo build --target x86_64-pc-windows-gnu --no-default-features --features cli,ring`, which takes too long to
/// be done here.
const PROGRAM: &str = "target/x86_64-pc-windows-gnu/debug/kenc.exe";

#[test]
fn every_command_does_its_job_on_windows() {
    for tool in ["wine", "x86_64-w64-mingw32-gcc"] {
        if !has(tool) {
            return skip(&format!("{tool} is not installed"));
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = root.join(PROGRAM);
    if !program.exists() {
        return skip("the program for Windows is not built: CONTRIBUTING.md says how");
    }
    let run = Command::new(root.join("packaging/round-trip-wine")).arg(program).output().unwrap();
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
}
