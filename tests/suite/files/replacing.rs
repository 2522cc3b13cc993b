//! Replacing files: by several programs at once, and with their permissions and attributes.

use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Output, Stdio};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Home, noise, skip, stderr, text, wait_until};

const DOCUMENT: &str = "old0: o\nold1: o\nold2: o\nold3: o\nold4: o\nold5: o\nold6: o\nold7: o\n";

/// A sandbox with a local key and an encrypted document, in which kenc is sops as well.
fn with_document() -> Home {
    let mut sandbox = Home::with_key();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), sandbox.root().join("bin/sops")).unwrap();
    sandbox.write("d.yaml", DOCUMENT);
    sandbox.succeeds("kenc encrypt --values -i -k $(kenc keygen --show) d.yaml");
    let identity = sandbox.succeeds("find $HOME -name '*.txt' -o -name '*identit*' -type f | head -n 1");
    sandbox.set("SOPS_AGE_KEY_FILE", identity.trim());
    sandbox
}

fn spawn(sandbox: &Home, script: &str) -> Child {
    sandbox.shell(script).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Output {
    child.wait_with_output().unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// What each of many changes at the same time is, and how its success shows in the plaintext or in the list of keys.
enum Trace {
    Stands(String),
    IsGone(String),
    IsKey(String),
    Nothing,
}

#[test]
fn of_many_changes_at_the_same_time_every_success_is_in_the_result() {
    for _ in 0..2 {
        let sandbox = with_document();
        sandbox.program("add-line", r#"echo "edit$N: x" >> "$1""#);
        let mut changes = Vec::new();
        for number in 0..16 {
            let set = format!("printf x | kenc set d.yaml set{number}");
            changes.push((set, Trace::Stands(format!("set{number}: x"))));
            let set = format!(r#"sops set d.yaml '["sops{number}"]' '"x"'"#);
            changes.push((set, Trace::Stands(format!("sops{number}: x"))));
        }
        for number in 0..8 {
            changes.push((format!("kenc unset d.yaml old{number}"), Trace::IsGone(format!("old{number}:"))));
            let edit = format!("N={number} EDITOR=add-line kenc --no-input edit d.yaml");
            changes.push((edit, Trace::Stands(format!("edit{number}: x"))));
            changes.push(("kenc rotate d.yaml".to_owned(), Trace::Nothing));
            let key = sandbox.succeeds(&format!("kenc keygen -o key{number} >&2; kenc keygen --show -o key{number}"));
            changes.push((format!("kenc rewrap d.yaml --add {}", key.trim()), Trace::IsKey(key.trim().to_owned())));
        }
        let running: Vec<_> = changes.iter().map(|(script, _)| spawn(&sandbox, script)).collect();
        let ended: Vec<Output> = running.into_iter().map(end).collect();
        let plaintext = sandbox.succeeds("kenc decrypt d.yaml");
        let keys = sandbox.succeeds("kenc inspect d.yaml");
        sandbox.succeeds("kenc verify d.yaml");
        for ((script, trace), output) in changes.iter().zip(ended) {
            // No lock is held while an editor is open: the faster change wins, and the edits are kept.
            let is_edit = script.contains("EDITOR");
            if !output.status.success() {
                let said = stderr(&output);
                assert!(is_edit, "{script}: {said}");
                let is_kept = said.contains("was changed by another program in the meantime")
                    && said.contains("the edits are kept, encrypted, in d.yaml.kenc-edit");
                // An edit that starts while those of another are kept asks for a decision first.
                assert!(is_kept || said.contains("d.yaml has unsaved edits"), "{said}");
                continue;
            }
            match trace {
                Trace::Stands(line) => assert!(plaintext.lines().any(|other| other == line), "{line} is lost"),
                Trace::IsGone(start) => assert!(!plaintext.contains(start.as_str()), "{start} is back"),
                Trace::IsKey(key) => assert!(keys.contains(key.as_str()), "{key} is lost"),
                Trace::Nothing => {}
            }
        }
    }
}

#[test]
fn of_32_values_that_are_set_at_the_same_time_through_the_link_none_is_lost() {
    let sandbox = with_document();
    let set = |number: usize| spawn(&sandbox, &format!(r#"sops set d.yaml '["k{number}"]' '"x"'"#));
    let running: Vec<Child> = (0..32).map(set).collect();
    for child in running {
        let output = end(child);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let plaintext = sandbox.succeeds("sops decrypt d.yaml");
    for number in 0..32 {
        assert!(plaintext.contains(&format!("k{number}: x\n")), "k{number} is lost:\n{plaintext}");
    }
}

#[test]
fn every_command_that_replaces_a_file_waits_for_who_holds_it_says_so_and_an_interrupt_ends_the_wait() {
    let sandbox = with_document();
    sandbox.succeeds("echo plain > plain; kenc encrypt plain -o sealed.kenc; mkdir tree; echo x > tree/x");
    sandbox.program("add-line", r#"echo "edited: x" >> "$1""#);
    for (script, file) in [
        ("kenc set d.yaml a <<<x", "d.yaml"),
        ("kenc unset d.yaml old1", "d.yaml"),
        ("EDITOR=add-line kenc edit d.yaml", "d.yaml"),
        ("kenc rotate d.yaml", "d.yaml"),
        ("kenc rewrap sealed.kenc", "sealed.kenc"),
        ("kenc encrypt -i plain", "plain"),
        ("kenc encrypt -r -i tree", "tree/x"),
        ("kenc decrypt -i sealed.kenc", "sealed.kenc"),
        ("kenc decrypt -i d.yaml", "d.yaml"),
        ("kenc encrypt -f -o sealed.kenc plain", "sealed.kenc"),
        (r#"sops set d.yaml '["b"]' '1'"#, "d.yaml"),
        (r#"sops unset d.yaml '["old2"]'"#, "d.yaml"),
        ("sops rotate -i d.yaml", "d.yaml"),
        ("sops decrypt -i d.yaml", "d.yaml"),
        ("sops --output d.yaml decrypt d.yaml", "d.yaml"),
    ] {
        let before = sandbox.read(file);
        let held = std::fs::File::open(sandbox.file(file)).unwrap();
        flock(&held, FlockOperation::LockExclusive).unwrap();
        // Without a shell in between, which would not forward the signal.
        let mut child = spawn(
            &sandbox,
            &if script.starts_with("sops") {
                script.replacen("sops ", "exec sops ", 1)
            } else {
                script.replacen("kenc ", "exec kenc ", 1)
            },
        );
        let mut said = Vec::new();
        let mut pipe = child.stderr.take().unwrap();
        while !text(&said).contains("waiting for") {
            let mut some = [0; 256];
            let count = pipe.read(&mut some).unwrap();
            assert!(count > 0, "{script} did not wait: {}", text(&said));
            said.extend(&some[..count]);
        }
        assert!(text(&said).contains(&format!("kenc: waiting for {file}: another program is changing it")), "{script}");
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let status = child.wait().unwrap();
        // The exit code of sops when the user gives up.
        let code = if script.starts_with("sops") { 85 } else { 130 };
        assert_eq!(status.code(), Some(code), "{script}: {}", text(&said));
        assert!(sandbox.read(file) == before, "{script} changed the file");
        drop(held);
        let _ = std::fs::remove_file(sandbox.file("d.yaml.kenc-edit"));
    }
}

#[test]
fn a_file_that_is_written_to_while_it_is_encrypted_in_its_place_is_left_alone() {
    let sandbox = Home::with_key();
    let content = noise(24 << 20);
    let path = sandbox.write("busy", &content);
    // A change of the length, and a change of the content.
    let writes: [&dyn Fn(&mut std::fs::File); 2] = [&|file| file.write_all(b"!").unwrap(), &|file| {
        std::os::unix::fs::FileExt::write_all_at(&*file, b"!", 7).unwrap();
    }];
    for write in writes {
        std::fs::write(&path, &content).unwrap();
        let before = std::fs::metadata(&path).unwrap().ino();
        let child = sandbox.kenc(&["encrypt", "-i", "busy"]).stderr(Stdio::piped()).spawn().unwrap();
        wait_until("a lock", || std::fs::File::open(&path).unwrap().try_lock().is_err());
        let mut busy = std::fs::File::options().write(true).open(&path).unwrap();
        std::io::Seek::seek(&mut busy, std::io::SeekFrom::End(0)).unwrap();
        write(&mut busy);
        let output = end(child);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        let is_said = said.contains("busy was changed by another program in the meantime")
            || said.contains("the input changed while it was read");
        assert!(is_said && said.contains("kenc: hint: "), "{said}");
        assert_eq!(std::fs::metadata(&path).unwrap().ino(), before, "it is still the plaintext");
        assert_eq!(sandbox.names(), ["busy"]);
    }
}

#[test]
fn a_copy_with_other_keys_of_a_file_that_is_written_to_meanwhile_is_an_error() {
    let sandbox = Home::with_key();
    for len in [2000, 4 << 20] {
        sandbox.write("plain", noise(len));
        sandbox
            .succeeds("kenc encrypt -f -o sealed plain; kenc keygen -o other 2>&-; kenc keygen -o other --show > key");
        let path = sandbox.file("sealed");
        // It reads the file, and waits for the passphrase before it copies the rest.
        sandbox.succeeds("rm -f pipe; mkfifo pipe");
        let script = "exec kenc rewrap --add passphrase: --passphrase-from file:pipe -f -o copy sealed";
        let child = spawn(&sandbox, script);
        let mut pipe = std::fs::File::options().write(true).open(sandbox.file("pipe")).unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_len(len as u64 / 2).unwrap();
        pipe.write_all(b"correct horse battery staple\n").unwrap();
        drop(pipe);
        let output = end(child);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("sealed: the input was written to while it was read"), "{}", stderr(&output));
        assert!(!sandbox.file("copy").exists());
    }
}

#[test]
fn a_change_under_a_limit_for_open_files_is_made_or_fails_and_never_both() {
    let sandbox = with_document();
    for limit in 4..16 {
        let before = sandbox.read("d.yaml");
        let output = sandbox.shell(&format!("ulimit -n {limit}; printf {limit} | kenc set d.yaml a")).output().unwrap();
        let is_changed = sandbox.read("d.yaml") != before;
        assert_eq!(output.status.success(), is_changed, "ulimit -n {limit}: {}", stderr(&output));
        assert!(!stderr(&output).contains("bug in kenc"), "{}", stderr(&output));
    }
    assert_eq!(sandbox.succeeds("kenc get d.yaml a"), "15\n");
}

#[test]
fn a_file_with_other_names_is_not_encrypted_under_one_of_them_in_silence() {
    let sandbox = Home::with_key();
    sandbox.succeeds("mkdir tree; echo 'a: 1' > tree/x.yaml; ln tree/x.yaml other");
    for script in [
        "kenc encrypt -i tree/x.yaml",
        "kenc encrypt --values -i -k $(kenc keygen --show) tree/x.yaml",
        "kenc encrypt -r -i tree",
    ] {
        let said = sandbox.fails(script, 1);
        assert!(said.contains("tree/x.yaml has 2 hard links, and the others would keep the plaintext"), "{said}");
        assert_eq!(sandbox.read("tree/x.yaml"), b"a: 1\n");
    }
    sandbox
        .succeeds("kenc encrypt --values -i -f -k $(kenc keygen --show) tree/x.yaml; rm other; ln tree/x.yaml other");
    let said = stderr(&sandbox.shell("printf 2 | kenc set tree/x.yaml a").output().unwrap());
    assert!(said.contains("hint: tree/x.yaml had 1 other hard link, which keeps the old content"), "{said}");
}

/// Whether the file system of a sandbox keeps an attribute or a list that is set so.
fn keeps(sandbox: &Home, script: &str) -> bool {
    sandbox.shell(&format!("touch probe && {script} probe && rm probe")).output().unwrap().status.success()
}

#[test]
fn what_replaces_a_file_has_its_access_list_and_attributes_and_lets_nobody_else_in() {
    let mut sandbox = with_document();
    if !keeps(&sandbox, "setfacl -m u:1:r,g:2:r,m::r") || !keeps(&sandbox, "setfattr -n user.note -v x") {
        return skip("the file system has no access-control lists, or setfacl and setfattr are missing");
    }
    sandbox.set("EDITOR", "add-line");
    sandbox.program("add-line", r#"echo "edited: x" >> "$1""#);
    sandbox.succeeds("echo plain > plain; kenc encrypt plain -o sealed; mkdir tree; echo x > tree/x");
    // The group itself may not read: the group's part of the mode is the mask.
    let prepare =
        "chmod 600 F; setfacl -m g::---,u:1:r,g:2:r,m::r F; setfattr -n user.note -v 'a note' F; chmod u=rw,o= F";
    let look = "getfacl -cp F; getfattr --only-values -n user.note F";
    for (script, file) in [
        ("kenc encrypt -i plain", "plain"),
        ("kenc encrypt -r -i tree", "tree/x"),
        ("kenc decrypt -r -i tree", "tree/x"),
        ("kenc decrypt -i plain", "plain"),
        ("printf x | kenc set d.yaml a", "d.yaml"),
        ("kenc unset d.yaml old1", "d.yaml"),
        ("kenc edit d.yaml", "d.yaml"),
        ("kenc rotate d.yaml", "d.yaml"),
        ("kenc rotate --yes sealed", "sealed"),
        (r#"sops set d.yaml '["b"]' '1'"#, "d.yaml"),
        ("sops rotate -i d.yaml", "d.yaml"),
        ("sops decrypt -i d.yaml", "d.yaml"),
        ("kenc encrypt -f -o sealed plain", "sealed"),
    ] {
        // The record of `encrypt -r` exists only once.
        if !script.starts_with("kenc decrypt -r") {
            sandbox.succeeds(&prepare.replace('F', file));
        }
        let before = (sandbox.succeeds(&look.replace('F', file)), sandbox.read(file));
        sandbox.succeeds(script);
        assert_eq!(sandbox.succeeds(&look.replace('F', file)), before.0, "{script}");
        assert!(sandbox.read(file) != before.1, "{script} changed nothing");
    }
}

#[test]
fn a_list_of_the_folder_does_not_open_a_file_that_had_none() {
    let sandbox = with_document();
    if !keeps(&sandbox, "setfacl -m u:1:r") {
        return skip("the file system has no access-control lists, or setfacl is missing");
    }
    sandbox.succeeds("setfacl -d -m u:1:rwx .; setfacl -b d.yaml; chmod 640 d.yaml");
    sandbox.succeeds("printf x | kenc set d.yaml a");
    let list = sandbox.succeeds("getfacl -cp d.yaml");
    assert_eq!(list, "user::rw-\ngroup::r--\nother::---\n\n");
}

#[test]
fn a_mask_does_not_become_the_permission_of_the_group_in_a_tree() {
    let sandbox = Home::with_key();
    if !keeps(&sandbox, "setfacl -m u:1:r") {
        return skip("the file system has no access-control lists, or setfacl is missing");
    }
    sandbox.succeeds("mkdir tree; echo x > tree/x; chmod 600 tree/x; setfacl -m u:1:rw,g::-,m::rw tree/x");
    assert_eq!(mode(&sandbox.file("tree/x")), 0o660);
    sandbox.succeeds("kenc encrypt -r tree -o sealed; kenc decrypt -r sealed -o back");
    assert_eq!((mode(&sandbox.file("sealed/x.kenc")), mode(&sandbox.file("back/x"))), (0o600, 0o600));
}

#[test]
fn an_attribute_that_cannot_be_kept_is_a_reason_to_change_nothing() {
    let sandbox = with_document();
    if !keeps(&sandbox, "setfattr -n user.note -v x") {
        return skip("the file system has no attributes, or setfattr is missing");
    }
    sandbox.succeeds("setfattr -n user.note -v x d.yaml");
    let before = sandbox.read("d.yaml");
    let script = "printf x | strace -f -o trace -e trace=fsetxattr -e inject=fsetxattr:error=EPERM kenc set d.yaml a";
    let output = sandbox.shell(script).output().unwrap();
    if !sandbox.file("trace").exists() {
        return skip("strace is missing or may not trace");
    }
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot keep the attribute user.note of d.yaml: operation not permitted"), "{said}");
    assert!(said.contains("`setfattr -x user.note d.yaml`"), "{said}");
    assert!(sandbox.read("d.yaml") == before);
}

#[test]
fn plaintext_from_a_tree_is_for_its_owner_unless_the_encrypted_file_carries_what_it_had() {
    let sandbox = Home::with_key();
    let of_back = |name: &str| mode(&sandbox.file(&format!("back/{name}")));
    sandbox.succeeds("mkdir tree; echo x > tree/all; echo x > tree/mine; echo x > tree/run");
    for (name, mode) in [("tree/all", 0o644), ("tree/mine", 0o600), ("tree/run", 0o755)] {
        set_mode(&sandbox.file(name), mode);
    }
    sandbox.succeeds("kenc encrypt -r tree -o sealed");
    if keeps(&sandbox, "setfattr -n user.note -v x") {
        sandbox.succeeds("kenc decrypt -r sealed -o back");
        assert_eq!((of_back("all"), of_back("mine"), of_back("run")), (0o644, 0o600, 0o755));
        // Permissions that were restricted since then stay restricted, and the result never has more than the plaintext had.
        sandbox.succeeds(
            "rm -r back; chmod 600 sealed/all.kenc; chmod 644 sealed/mine.kenc; kenc decrypt -r sealed -o back",
        );
        assert_eq!((of_back("all"), of_back("mine")), (0o600, 0o600));
        sandbox.succeeds("rm -r back");
    } else {
        skip("the file system has no attributes, or setfattr is missing");
    }
    // As git creates them.
    sandbox.succeeds(
        "mkdir clone; for f in sealed/*; do cat $f > clone/${f##*/}; done; chmod 644 clone/*; chmod +x clone/run.kenc",
    );
    sandbox.succeeds("kenc decrypt -r clone -o back");
    assert_eq!((of_back("all"), of_back("mine"), of_back("run")), (0o600, 0o600, 0o700));
    sandbox.succeeds("kenc decrypt -r -i clone");
    assert_eq!(mode(&sandbox.file("clone/all.kenc")), 0o600);
}

#[test]
fn what_a_killed_program_left_of_its_plaintext_goes_with_the_next_run_in_the_folder() {
    let sandbox = Home::with_key();
    sandbox.succeeds("echo secret > plain; kenc encrypt plain -o sealed; mkdir results; kenc encrypt -r . -o results");
    for (left, script) in [
        (".kenc-0123456789abcdef.tmp", "kenc decrypt -f -o back sealed"),
        (
            "results/.kenc-0123456789abcdef.tmp",
            "kenc decrypt -r --resume results -o results2; kenc encrypt -r -f . -o results",
        ),
    ] {
        let foreign = sandbox.write("foreign.tmp", "x");
        sandbox.write(left, "secret");
        let in_use = left.replace("0123", "ffff");
        let live = std::fs::File::create(sandbox.file(&in_use)).unwrap();
        live.try_lock().unwrap();
        let _ = sandbox.shell(script).output().unwrap();
        assert!(!sandbox.file(left).exists(), "{left} is still there");
        assert!(sandbox.file(&in_use).exists() && foreign.exists());
        drop(live);
        std::fs::remove_file(sandbox.file(&in_use)).unwrap();
    }
}
