//! Output files: permissions, links, and which of several.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::prepared;
use crate::support::{Home, names_in, skip, stderr};

#[test]
fn a_replaced_file_keeps_its_permissions_and_a_link_to_it_stays_a_link() {
    let sandbox = prepared();
    sandbox.succeeds("chmod 640 old; ln -s old link; kenc decrypt -f sealed -o link");
    assert_eq!(std::fs::read_link(sandbox.file("link")).unwrap(), Path::new("old"));
    assert_eq!(sandbox.read("old"), sandbox.read("plain"));
    assert_eq!(mode(&sandbox, "old"), 0o640);
    sandbox.succeeds("kenc encrypt -i link; kenc decrypt -i --sync link");
    assert_eq!(std::fs::read_link(sandbox.file("link")).unwrap(), Path::new("old"));
    assert_eq!(sandbox.read("old"), sandbox.read("plain"));
    assert_eq!(mode(&sandbox, "old"), 0o640);
}

#[test]
fn a_link_to_nowhere_is_not_replaced_by_a_file() {
    let sandbox = prepared();
    sandbox.succeeds("ln -s target link");
    let output = sandbox.shell("kenc decrypt sealed -o link").output().unwrap();
    let link = std::fs::read_link(sandbox.file("link"));
    assert_eq!(link.unwrap(), Path::new("target"), "{}", stderr(&output));
    if output.status.success() {
        assert_eq!(sandbox.read("target"), sandbox.read("plain"));
    }
}

#[test]
fn new_plaintext_is_for_its_owner_only_and_new_ciphertext_as_the_umask_says() {
    let sandbox = prepared();
    sandbox.succeeds(
        "umask 022; kenc decrypt sealed -o opened; kenc encrypt plain -o again; kenc encrypt -a plain -o text",
    );
    assert_eq!(mode(&sandbox, "opened"), 0o600);
    assert_eq!(mode(&sandbox, "again"), 0o644);
    assert_eq!(mode(&sandbox, "text"), 0o644);
    sandbox.succeeds("umask 077; kenc encrypt plain -o private");
    assert_eq!(mode(&sandbox, "private"), 0o600);
}

fn mode(sandbox: &Home, name: &str) -> u32 {
    std::fs::metadata(sandbox.file(name)).unwrap().permissions().mode() & 0o7777
}

#[test]
fn of_several_files_in_place_the_good_ones_are_replaced_and_a_bad_one_stays() {
    let sandbox = prepared();
    sandbox.succeeds(
        "cp sealed a; cp plain b; cp sealed c; printf '!!' | dd of=c bs=1 seek=1000000 conv=notrunc; cp sealed d",
    );
    // If one file is not encrypted, the command line may be a mistake, so nothing is done with the others.
    let (plain, sealed, damaged) = (sandbox.read("plain"), sandbox.read("sealed"), sandbox.read("c"));
    let said = sandbox.fails("kenc decrypt -i a b c d", 2);
    assert!(said.contains("no file was changed"), "{said}");
    assert!(sandbox.read("a") == sealed && sandbox.read("d") == sealed);

    let said = sandbox.fails("kenc decrypt -i a c d", 3);
    assert!(said.contains("1 of 3 files failed"), "{said}");
    for (name, content) in [("a", &plain), ("b", &plain), ("c", &damaged), ("d", &plain)] {
        assert!(sandbox.read(name) == *content, "{name}");
    }
    assert_eq!(sandbox.names(), ["a", "b", "c", "d", "old", "plain", "sealed"]);
}

#[test]
fn more_files_than_a_program_may_have_open_are_encrypted_and_decrypted() {
    let sandbox = Home::with_key();
    sandbox.succeeds(
        "mkdir many sealed opened; for n in $(seq 100); do echo $n > many/$n; done; ulimit -n 40
        kenc encrypt many/* -o sealed && kenc decrypt sealed/* -o opened && diff -r many opened
        kenc encrypt -i many/* && kenc verify -q many/* && kenc decrypt -i many/* && diff -r many opened",
    );
}

#[test]
fn a_folder_that_cannot_be_written_to_and_a_file_that_cannot_be_read_are_errors() {
    let sandbox = prepared();
    sandbox.succeeds("mkdir folder; chmod 755 .. ; chmod 500 folder; chmod 000 old");
    let mut command = sandbox.shell("kenc encrypt plain -o folder/out; kenc encrypt old -k \"$RECIPIENT\"");
    let recipient = sandbox.succeeds("kenc keygen --show");
    if rustix::process::geteuid().is_root() {
        // Permissions do not bind root.
        command = sandbox.tool("setpriv");
        command.args(["--reuid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "bash", "-c"]);
        command.arg("kenc encrypt -k \"$RECIPIENT\" plain -o folder/out; kenc encrypt -k \"$RECIPIENT\" old; true");
    }
    let output = command.env("RECIPIENT", recipient.trim()).output();
    let said = output.map(|output| stderr(&output)).unwrap_or_default();
    if !said.contains("kenc: ") {
        skip(&format!("rights cannot be dropped here: {}", said.trim()));
        return;
    }
    for expected in ["cannot write folder/out: permission denied", "cannot read old: permission denied"] {
        assert!(said.contains(expected), "{said}");
    }
    assert!(names_in(&sandbox.file("folder")).is_empty());
}
