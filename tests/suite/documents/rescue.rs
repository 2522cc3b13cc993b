//! Edits that cannot be saved beside the file: they are kept elsewhere, and kenc says where.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::support::{Home, Memory, skip, stderr, text, wait_until};
use rustix::process::{Pid, Signal, kill_process};

const SECRET: &str = "correct-horse-battery-staple";

/// A sandbox with a document, and editors that add a line.
fn place() -> Option<(Home, Memory)> {
    let mut sandbox = Home::with_key();
    let memory = Memory::of(&mut sandbox)?;
    sandbox.write("x.yaml", "a: 1\n");
    sandbox.succeeds("kenc encrypt --values -i x.yaml");
    let more = format!("sed -i '1i b: {SECRET}' \"$1\"");
    sandbox.program("typing", &more);
    // The disk of the file is full when the editor exits.
    sandbox.program("filling", &format!("{more}; cat /dev/zero > small/zero 2>&1; true"));
    Some((sandbox, memory))
}

/// Runs a script where `small` is a file system of 64 KiB, which goes when the script ends.
fn with_small_place(sandbox: &Home, script: &str) -> Option<std::process::Output> {
    let mount = "mkdir -p small && mount -t tmpfs -o size=64k tmpfs small";
    if !sandbox.shell(&format!("unshare -m bash -c '{mount}'")).output().unwrap().status.success() {
        skip("no file system can be mounted here");
        return None;
    }
    sandbox.write("script", format!("{mount} && cp x.yaml small/x.yaml || exit 99\n{script}\n"));
    Some(sandbox.shell("unshare -m bash script").output().unwrap())
}

#[test]
fn edits_of_a_file_whose_place_is_full_are_kept_in_the_state_folder() {
    let Some((sandbox, memory)) = place() else { return };
    let script = "
        EDITOR=filling kenc edit --no-input small/x.yaml; echo exit $?
        cmp small/x.yaml x.yaml && ls small ~/.local/state/kenc && stat -c %a ~/.local/state/kenc/*
        rm small/zero
        EDITOR=true kenc edit --no-input small/x.yaml; echo exit $?
        EDITOR='cp small/x.yaml' ; EDITOR=true kenc edit --no-input --resume small/x.yaml || exit 98
        kenc get small/x.yaml b
        ls ~/.local/state/kenc";
    let Some(output) = with_small_place(&sandbox, script) else { return };
    let (said, printed) = (stderr(&output), text(&output.stdout));
    assert!(output.status.success(), "{said}{printed}");
    assert!(said.contains("no space left on device"), "{said}");
    assert!(
        said.contains("the edits are kept, encrypted, in ") && said.contains("/.local/state/kenc/kenc-edit-x.yaml-"),
        "{said}"
    );
    assert!(said.contains("`kenc edit --resume small/x.yaml` continues with them"), "{said}");
    assert!(said.contains("small/x.yaml has unsaved edits"), "{said}");
    assert!(printed.starts_with("exit 1\n") && printed.contains("\n600\nexit 1\n"), "{printed}");
    assert!(printed.ends_with(&format!("{SECRET}\n")), "the kept edits went when they were saved: {printed}");
    memory.assert_empty();
}

#[test]
fn edits_of_a_file_whose_place_is_read_only_by_then_are_kept_elsewhere() {
    let Some((sandbox, memory)) = place() else { return };
    sandbox.program("closing", &format!("sed -i '1i b: {SECRET}' \"$1\"; mount -o remount,ro small"));
    let script = "EDITOR=closing kenc edit --no-input small/x.yaml; echo exit $?; mount -o remount,rw small
        EDITOR=true kenc edit --no-input --resume small/x.yaml && kenc get small/x.yaml b";
    let Some(output) = with_small_place(&sandbox, script) else { return };
    assert!(stderr(&output).contains("the edits are kept, encrypted, in "), "{}", stderr(&output));
    assert_eq!(text(&output.stdout), format!("exit 1\n{SECRET}\n"), "{}", stderr(&output));
    memory.assert_empty();
}

#[test]
fn edits_are_kept_in_memory_where_the_state_folder_is_full_too() {
    let Some((sandbox, memory)) = place() else { return };
    let script = "export XDG_STATE_HOME=$PWD/small
        EDITOR=filling kenc edit --no-input small/x.yaml; echo exit $?; rm small/zero
        stat -c '%a %n' $XDG_RUNTIME_DIR/*; grep -c correct $XDG_RUNTIME_DIR/*
        EDITOR=true kenc edit --no-input --resume small/x.yaml && kenc get small/x.yaml b";
    let Some(output) = with_small_place(&sandbox, script) else { return };
    let (said, printed) = (stderr(&output), text(&output.stdout));
    assert!(
        said.contains(", which is in memory and is lost at a restart; `kenc edit --resume small/x.yaml`"),
        "{said}"
    );
    assert!(printed.contains("600 ") && printed.contains("\n0\n"), "{printed}");
    assert!(printed.ends_with(&format!("{SECRET}\n")), "{printed}{said}");
    memory.assert_empty();
}

#[test]
fn a_signal_loses_no_edits_of_a_file_whose_place_is_full() {
    let Some((sandbox, memory)) = place() else { return };
    sandbox.program(
        "waiting",
        &format!("sed -i '1i b: {SECRET}' \"$1\"; cat /dev/zero > small/zero; touch ready; exec sleep 100"),
    );
    let script = "EDITOR=waiting kenc edit --no-input small/x.yaml & while ! test -e ready; do sleep 0.1; done
        kill -TERM $!; wait $!; echo exit $?; rm small/zero
        EDITOR=true kenc edit --no-input --resume small/x.yaml && kenc get small/x.yaml b";
    let Some(output) = with_small_place(&sandbox, script) else { return };
    assert!(stderr(&output).contains("the edits are kept, encrypted, in "), "{}", stderr(&output));
    assert_eq!(text(&output.stdout), format!("exit 143\n{SECRET}\n"), "{}", stderr(&output));
    memory.assert_empty();
}

#[test]
fn edits_that_cannot_be_written_anywhere_stay_in_the_clear_in_memory() {
    let Some((sandbox, memory)) = place() else { return };
    let before = sandbox.read("x.yaml");
    // kenc may write no file of more than 8 KiB; the editor may.
    sandbox.program(
        "long",
        "ulimit -f unlimited; (echo \"b: kept\"; head -c 20000 /dev/zero | tr '\\0' '#'; echo) >> \"$1\"",
    );
    let output = sandbox.shell("ulimit -S -f 8; EDITOR=long exec kenc edit --no-input x.yaml").output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the edits could not be encrypted (") && said.contains("they are in plaintext in "),
        "{said}"
    );
    assert_eq!(sandbox.read("x.yaml"), before);
    let [kept] = &memory.folders()[..] else { panic!("{:?}", memory.folders()) };
    let kept = memory.path().join(kept);
    assert!(said.contains(&format!("`rm -r {}`", kept.display())), "{said}");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&kept), mode(&kept.join("x.yaml"))), (0o700, 0o600));
    assert!(std::fs::read_to_string(kept.join("x.yaml")).unwrap().contains("b: kept\n"));
    // The next run does not treat it as abandoned.
    sandbox.succeeds("EDITOR=true kenc edit --no-input x.yaml");
    assert!(kept.exists());
    std::fs::remove_dir_all(kept).unwrap();
    memory.assert_empty();
}

#[test]
fn edits_that_cannot_be_read_back_stay_where_they_are() {
    let Some((sandbox, memory)) = place() else { return };
    let before = sandbox.read("x.yaml");
    sandbox.program(
        "turning",
        "mv \"$1\" \"$1.new\"; echo typed >> \"$1.new\"; mkdir \"$1\"; mv \"$1.new\" \"$1/inside\"",
    );
    let output = sandbox.shell("EDITOR=turning kenc edit --no-input x.yaml").output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot read the edited text: is a directory"), "{said}");
    assert_eq!(sandbox.read("x.yaml"), before);
    let [kept] = &memory.folders()[..] else { panic!("{:?}", memory.folders()) };
    let kept = memory.path().join(kept);
    assert!(std::fs::read_to_string(kept.join("x.yaml/inside")).unwrap().contains("typed\n"));
    assert!(said.contains(&kept.display().to_string()), "{said}");
    std::fs::remove_dir_all(kept).unwrap();
    memory.assert_empty();
}

#[test]
fn a_signal_after_the_text_was_replaced_by_something_else_keeps_it_too() {
    let Some((sandbox, memory)) = place() else { return };
    sandbox.program(
        "turning",
        "mv \"$1\" \"$1.new\"; mkdir \"$1\"; mv \"$1.new\" \"$1/inside\"; touch ready; exec sleep 100",
    );
    let mut command = sandbox.kenc(&["edit", "--no-input", "x.yaml"]);
    let child = command.env("EDITOR", "turning").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the editor", || sandbox.file("ready").exists());
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(stderr(&output).contains("they are in plaintext in "), "{}", stderr(&output));
    for folder in memory.folders() {
        assert!(memory.path().join(&folder).join("x.yaml/inside").is_file());
        std::fs::remove_dir_all(memory.path().join(folder)).unwrap();
    }
}

#[test]
fn kept_edits_of_somebody_else_in_a_folder_for_all_are_not_gone_on_with() {
    let Some((sandbox, memory)) = place() else { return };
    if !rustix::process::geteuid().is_root() {
        skip("only root can give files away");
        return;
    }
    let script = "export XDG_STATE_HOME=$PWD/small
        EDITOR=filling kenc edit --no-input small/x.yaml; rm small/zero
        chown 12345 $XDG_RUNTIME_DIR/*; EDITOR=true kenc edit --no-input --resume small/x.yaml; echo exit $?";
    let Some(output) = with_small_place(&sandbox, script) else { return };
    assert_eq!(text(&output.stdout), "exit 2\n", "{}", stderr(&output));
    sandbox.succeeds("rm $XDG_RUNTIME_DIR/*");
    memory.assert_empty();
}
