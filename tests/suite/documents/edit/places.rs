//! Where the plaintext is while it is edited.

use super::*;
use crate::support::names_in;

#[test]
fn no_plaintext_comes_to_a_disk_while_a_file_is_edited() {
    let Some((sandbox, memory)) = place() else { return };
    let Some(watch) = Watch::new(&sandbox) else { return };
    write_whole_file(&sandbox, "");

    // Checks first that the watch works.
    sandbox.program("leaking", "cat \"$1\" > leak");
    sandbox.succeeds(&format!("EDITOR=leaking {} kenc edit notes.env.kenc", watch.prefix()));
    assert!(!watch.leaks(SECRET).is_empty());
    sandbox.succeeds("rm leak; echo more > more");

    sandbox.succeeds(&format!("EDITOR='sed -i s/me/you/' {} kenc edit notes.env.kenc", watch.prefix()));
    assert_eq!(watch.leaks(SECRET), [] as [&str; 0]);
    sandbox.program("failing", "echo more >> \"$1\"; exit 3");
    sandbox.fails(&format!("EDITOR=failing {} kenc edit --no-input notes.env.kenc", watch.prefix()), 1);
    assert_eq!(watch.leaks(SECRET), [] as [&str; 0]);
    sandbox.succeeds("rm *.kenc-edit");

    // vim would write deleted lines into its own file in the home folder, and what can be undone into another.
    let home = sandbox.root().join("home");
    for folder in ["undo", ".config/nvim"] {
        std::fs::create_dir_all(home.join(folder)).unwrap();
    }
    for settings in [".vimrc", ".config/nvim/init.vim"] {
        let disk = "set undofile undodir=~/undo backup backupdir=~/ directory=~/\n";
        std::fs::write(home.join(settings), disk).unwrap();
    }
    for editor in ["vi", "nvim"] {
        if !has(editor) {
            skip(&format!("{editor} is not installed"));
            continue;
        }
        let Some(terminal) = Terminal::new(&sandbox) else { return };
        terminal.start(&format!("EDITOR={editor} {} kenc edit notes.env.kenc", watch.prefix()));
        terminal.wait_for(SECRET);
        terminal.keys(&["2G", "dd", "P", "yy", "p", ":w", "Enter"]);
        terminal.keys(&["o", "one more line", "Escape", ":wq", "Enter"]);
        assert_shows(&terminal.ended(), &["ended 0"]);
        assert_eq!(watch.leaks(SECRET), [] as [&str; 0], "{editor}");
        let plaintext = sandbox.succeeds("kenc decrypt notes.env.kenc");
        assert!(plaintext.matches(SECRET).count() > 1 && plaintext.contains("one more line"), "{plaintext}");
        memory.assert_empty();
    }
}

#[test]
fn a_machine_without_a_file_system_in_memory_asks_before_it_uses_a_disk() {
    let sandbox = Home::with_key();
    let Some(_watch) = Watch::new(&sandbox) else { return };
    write_whole_file(&sandbox, "");
    // No information about file systems is available.
    let kenc = "strace -f -qq -o /dev/null -e trace=statfs,fstatfs -e inject=statfs,fstatfs:error=ENOSYS kenc";
    let said = sandbox.fails(&format!("EDITOR=true {kenc} edit --no-input notes.env.kenc"), 1);
    assert!(said.contains("no in-memory file system (tmpfs) found for the plaintext"), "{said}");
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    for (answer, end) in [("", "ended 1"), ("yes", "ended 0")] {
        terminal.start(&format!("EDITOR='sed -i s/me/you/' {kenc} edit notes.env.kenc"));
        terminal.wait_for("[no]");
        assert_shows(&terminal.screen(), &["which may be on a disk"]);
        terminal.types(answer);
        assert_shows(&terminal.ended(), &[end]);
    }
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc").starts_with("user=you\n"));
    let left = names_in(sandbox.root()).into_iter().filter(|name| name.starts_with("kenc-")).count();
    assert_eq!(left, 0);
}

#[test]
fn a_place_that_cannot_be_written_to_is_found_before_anything_is_typed() {
    let Some((sandbox, _memory)) = place() else { return };
    write_whole_file(&sandbox, "");
    sandbox.program("never", "touch started");
    for (arguments, words) in [
        ("not/there.kenc", "the folder not does not exist"),
        (".", ". is a directory"),
        ("/dev/null", "/dev/null is not a regular file"),
        ("-c app=other notes.env.kenc", "encryption context mismatch: the file has no app"),
    ] {
        let output = edit(&sandbox, "never", arguments).output().unwrap();
        assert!(!output.status.success());
        assert!(stderr(&output).contains(words), "{arguments}: {}", stderr(&output));
    }
    sandbox.write("plain.kenc", "a: 1\n");
    let said = fails(&sandbox, "never", "plain.kenc", 3);
    assert!(said.contains("this is not a kenc file"), "{said}");
    assert!(!sandbox.file("started").exists());
}
