//! `kenc edit`: the text is never lost, never on a disk, and the file is replaced only when it is still the same.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli_support::private::{Memory, Watch};
use crate::cli_support::terminal::{Terminal, assert_shows};
use crate::cli_support::{Sandbox, has, skip, stderr, text, wait_until};
use rustix::process::{Pid, Signal, kill_process};

const SECRET: &str = "correct-horse-battery-staple";

/// A sandbox with a local key, in which plaintext is kept in `Memory`.
fn place(test: &str) -> Option<(Sandbox, Memory)> {
    let mut sandbox = Sandbox::with_key();
    let memory = Memory::of(test, &mut sandbox)?;
    Some((sandbox, memory))
}

/// A file that is encrypted as a whole, with a secret in it.
fn write_whole_file(sandbox: &Sandbox, more: &str) {
    sandbox.write("plain", format!("user=me\npassword={SECRET}\n"));
    sandbox.succeeds(&format!("kenc encrypt {more} plain -o notes.env.kenc && rm plain"));
}

/// What the editor has saved so far.
fn saved(memory: &Memory, name: &str) -> String {
    let files = memory.folders().into_iter().map(|folder| memory.path().join(folder).join(name));
    files.filter_map(|file| std::fs::read_to_string(file).ok()).collect()
}

fn edit(sandbox: &Sandbox, editor: &str, arguments: &str) -> Command {
    let mut command = sandbox.shell(&format!("kenc edit {arguments}"));
    command.env("EDITOR", editor);
    command
}

#[track_caller]
fn edits(sandbox: &Sandbox, editor: &str, arguments: &str) -> String {
    let output = edit(sandbox, editor, arguments).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output)
}

#[track_caller]
fn fails(sandbox: &Sandbox, editor: &str, arguments: &str, code: i32) -> String {
    let output = edit(sandbox, editor, arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn a_whole_file_is_edited_under_its_own_name_and_stays_what_it_was() {
    let Some((sandbox, memory)) = place("edit of a whole file") else { return };
    for armor in ["", "-a"] {
        write_whole_file(&sandbox, &format!("{armor} -c app=demo"));
        let before = sandbox.succeeds("kenc inspect notes.env.kenc | grep -v payload");
        sandbox.program("change", "echo \"$1\" > name; stat -c %a \"$1\" \"${1%/*}\" >> name; sed -i s/me/you/ \"$1\"");
        assert_eq!(edits(&sandbox, "change", "notes.env.kenc"), "");
        let name = text(&sandbox.read("name"));
        assert!(name.starts_with(memory.path().to_str().unwrap()), "{name}");
        assert!(name.ends_with("/notes.env\n600\n700\n"), "{name}");
        assert_eq!(sandbox.succeeds("kenc decrypt notes.env.kenc"), format!("user=you\npassword={SECRET}\n"));
        assert_eq!(sandbox.succeeds("kenc inspect notes.env.kenc | grep -v payload"), before);
        memory.assert_empty();
        sandbox.succeeds("rm notes.env.kenc name");
    }
}

#[test]
fn a_text_that_was_left_alone_is_not_written() {
    let Some((sandbox, memory)) = place("edit without a change") else { return };
    write_whole_file(&sandbox, "");
    let identity = || std::fs::metadata(sandbox.work("notes.env.kenc")).map(|it| (it.ino(), it.mtime_nsec())).unwrap();
    let before = identity();
    assert_eq!(edits(&sandbox, "true", "notes.env.kenc"), "kenc: notes.env.kenc was not changed\n");
    assert_eq!(edits(&sandbox, "touch", "-q notes.env.kenc"), "");
    assert_eq!(identity(), before);
    memory.assert_empty();
    // A new file that stays empty is not made.
    edits(&sandbox, "true", "new.kenc");
    assert_eq!(sandbox.names(), ["notes.env.kenc"]);
}

#[test]
fn the_editor_is_the_first_that_is_set_with_its_arguments_and_without_a_shell() {
    let Some((mut sandbox, _memory)) = place("choice of the editor") else { return };
    write_whole_file(&sandbox, "");
    sandbox.program("tell", "printf '%s|' \"$0\" \"${@:1:$#-1}\" > told");
    let told = |sandbox: &Sandbox| {
        sandbox.succeeds("kenc edit notes.env.kenc 2> /dev/null");
        text(&sandbox.read("told"))
    };
    for name in ["EDITOR", "VISUAL", "SOPS_EDITOR", "KENC_EDITOR"] {
        sandbox.set(name, format!("tell '{name} $HOME' --x"));
        assert!(told(&sandbox).ends_with(&format!("/tell|{name} $HOME|--x|")));
    }
    sandbox.set("KENC_EDITOR", "");
    assert!(told(&sandbox).contains("SOPS_EDITOR"));
    sandbox.set("KENC_EDITOR", "tell 'open");
    let said = sandbox.fails("kenc edit notes.env.kenc", 2);
    assert!(said.contains("$KENC_EDITOR has an unclosed quote"), "{said}");
    sandbox.set("KENC_EDITOR", "not-there -x");
    let said = sandbox.fails("kenc edit notes.env.kenc", 1);
    assert!(said.contains("editor `not-there` not found"), "{said}");
}

#[test]
fn an_editor_that_returns_at_once_is_told_to_wait() {
    let Some((sandbox, _memory)) = place("editors that return at once") else { return };
    write_whole_file(&sandbox, "");
    sandbox.program("code", "test \"$1\" != --wait || sed -i s/me/you/ \"$2\"");
    let said = edits(&sandbox, "code", "notes.env.kenc");
    assert!(said.contains("kenc: notes.env.kenc was not changed"), "{said}");
    assert!(said.contains("`export EDITOR='code --wait'`"), "{said}");
    let said = edits(&sandbox, "code --wait", "notes.env.kenc");
    assert!(!said.contains("--wait"), "{said}");
    assert!(said.contains("localHistory"), "{said}");
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc").starts_with("user=you\n"));
}

#[test]
fn edits_of_an_editor_that_fails_are_kept_and_can_be_gone_on_with() {
    let Some((sandbox, memory)) = place("an editor that fails") else { return };
    write_whole_file(&sandbox, "-c app=demo");
    let before = sandbox.read("notes.env.kenc");
    sandbox.program("failing", "echo more >> \"$1\"; exit 3");
    let said = fails(&sandbox, "failing", "--no-input notes.env.kenc", 1);
    assert!(said.contains("kenc: error: the editor failed (exit status: 3)"), "{said}");
    assert!(said.contains("`kenc edit --resume notes.env.kenc` goes on with them"), "{said}");
    assert_eq!(sandbox.read("notes.env.kenc"), before);
    assert_eq!(sandbox.names(), ["notes.env.kenc", "notes.env.kenc.kenc-edit"]);
    memory.assert_empty();
    assert!(!text(&sandbox.read("notes.env.kenc.kenc-edit")).contains(SECRET));

    let said = fails(&sandbox, "true", "--no-input notes.env.kenc", 1);
    assert!(said.contains("notes.env.kenc has unsaved edits"), "{said}");
    sandbox.program("seeing", "cp \"$1\" seen; echo and more >> \"$1\"");
    edits(&sandbox, "seeing", "--resume notes.env.kenc");
    assert_eq!(text(&sandbox.read("seen")), format!("user=me\npassword={SECRET}\nmore\n"));
    assert!(sandbox.succeeds("kenc decrypt -c app=demo notes.env.kenc").ends_with("more\nand more\n"));
    assert_eq!(sandbox.names(), ["notes.env.kenc", "seen"]);
    let said = fails(&sandbox, "true", "--resume notes.env.kenc", 2);
    assert!(said.contains("has no unsaved edits"), "{said}");

    // An editor that fails without a change leaves nothing to be kept.
    let said = fails(&sandbox, "false", "--no-input notes.env.kenc", 1);
    assert!(said.contains("the editor failed") && !said.contains("--resume"), "{said}");
    assert_eq!(sandbox.names(), ["notes.env.kenc", "seen"]);
}

#[test]
fn edits_that_somebody_else_kept_meanwhile_are_left_alone() {
    let Some((sandbox, _memory)) = place("edits of two") else { return };
    write_whole_file(&sandbox, "");
    sandbox.program("both", "echo more >> \"$1\"; echo theirs > notes.env.kenc.kenc-edit; exit $FAILS");
    let said = sandbox.fails("FAILS=3 EDITOR=both kenc edit --no-input notes.env.kenc", 1);
    assert!(said.contains("`mv notes.env.kenc.kenc-edit.1 notes.env.kenc.kenc-edit && kenc edit --resume"), "{said}");
    assert_eq!(text(&sandbox.read("notes.env.kenc.kenc-edit")), "theirs\n");
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit.1").ends_with("more\n"));
    sandbox.succeeds("rm notes.env.kenc.kenc-edit");
    sandbox.succeeds("FAILS=0 EDITOR=both kenc edit --no-input notes.env.kenc");
    assert_eq!(text(&sandbox.read("notes.env.kenc.kenc-edit")), "theirs\n");
}

#[test]
fn a_file_is_made_with_vi() {
    let Some((sandbox, memory)) = place("a new file in vi") else { return };
    if !has("vi") {
        return skip("a new file in vi", "vi is not installed");
    }
    let Some(terminal) = Terminal::new("a new file in vi", &sandbox) else { return };
    terminal.start("EDITOR=vi kenc edit new.yaml");
    terminal.wait_for("#kenc> new.yaml is new");
    terminal.keys(&["i", "user: me", "Enter", &format!("password: {SECRET}"), "Escape", ":wq", "Enter"]);
    assert_shows(&terminal.ended(), &["ended 0"]);
    assert!(text(&sandbox.read("new.yaml")).starts_with("user: ENC["));
    assert_eq!(plaintext(&sandbox, "new.yaml"), format!("user: me\npassword: {SECRET}\n"));
    memory.assert_empty();
}

#[test]
fn a_file_that_another_program_changed_meanwhile_is_not_overwritten() {
    let Some((sandbox, memory)) = place("a file that changes meanwhile") else { return };
    write_whole_file(&sandbox, "");
    sandbox.succeeds("echo theirs | kenc encrypt -o other");
    sandbox.program("racing", "echo mine >> \"$1\"; cp other notes.env.kenc");
    let said = fails(&sandbox, "racing", "--no-input notes.env.kenc", 1);
    assert!(said.contains("notes.env.kenc was changed by another program in the meantime"), "{said}");
    assert_eq!(sandbox.succeeds("kenc decrypt notes.env.kenc"), "theirs\n");
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit").ends_with("mine\n"));
    // A new file must not take the place of one that appeared meanwhile.
    sandbox.program("racing", "echo mine >> \"$1\"; cp other new.kenc");
    let said = fails(&sandbox, "racing", "--no-input new.kenc", 1);
    assert!(said.contains("new.kenc was changed by another program in the meantime"), "{said}");
    assert_eq!(sandbox.succeeds("kenc decrypt new.kenc"), "theirs\n");
    assert_eq!(sandbox.succeeds("kenc decrypt new.kenc.kenc-edit"), "mine\n");
    memory.assert_empty();
}

#[test]
fn what_changed_meanwhile_is_shown_beside_the_edits() {
    let Some((sandbox, memory)) = place("both versions") else { return };
    let Some(terminal) = Terminal::new("both versions", &sandbox) else { return };
    write_whole_file(&sandbox, "");
    sandbox.succeeds("echo theirs | kenc encrypt -o other");
    // First it races, then it puts both together.
    sandbox.program(
        "racing",
        "if test -e other; then echo mine > \"$1\"; mv other notes.env.kenc; else cat \"$2\" >> \"$1\"; echo \"${2##*/}\" > name; fi",
    );
    terminal.start("EDITOR=racing kenc edit notes.env.kenc");
    terminal.wait_for("[edit]");
    assert_shows(&terminal.screen(), &["was changed by another program in the meantime", "keep: ", "discard: "]);
    terminal.types("");
    assert_shows(&terminal.ended(), &["ended 0"]);
    assert_eq!(sandbox.succeeds("kenc decrypt notes.env.kenc"), "mine\ntheirs\n");
    assert_eq!(text(&sandbox.read("name")), "other.notes.env\n");
    memory.assert_empty();
}

#[test]
fn a_person_decides_what_becomes_of_edits_that_were_not_saved() {
    let Some((sandbox, memory)) = place("decisions") else { return };
    let Some(terminal) = Terminal::new("decisions", &sandbox) else { return };
    write_whole_file(&sandbox, "");
    let before = sandbox.read("notes.env.kenc");
    sandbox.program("failing", "echo more >> \"$1\"; exit 3");
    let run = |answer: &str| {
        terminal.start("EDITOR=failing kenc edit notes.env.kenc");
        terminal.wait_for("[edit]");
        terminal.types(answer);
        terminal.ended()
    };
    assert_shows(&run("d"), &["the edits were discarded", "ended 1"]);
    assert_eq!(sandbox.names(), ["notes.env.kenc"]);
    assert_shows(&run("k"), &["the edits are kept, encrypted", "ended 1"]);
    assert_eq!(sandbox.names(), ["notes.env.kenc", "notes.env.kenc.kenc-edit"]);
    assert_eq!(sandbox.read("notes.env.kenc"), before);

    // They are offered the next time.
    terminal.start("EDITOR=true kenc edit notes.env.kenc");
    terminal.wait_for("[resume]");
    terminal.types("q");
    assert_shows(&terminal.ended(), &["notes.env.kenc has unsaved edits", "ended 1"]);
    terminal.start("EDITOR=true kenc edit notes.env.kenc");
    terminal.wait_for("[resume]");
    terminal.types("discard");
    assert_shows(&terminal.ended(), &["was not changed", "ended 0"]);
    assert_eq!(sandbox.names(), ["notes.env.kenc"]);

    assert_shows(&run("save"), &["ended 0"]);
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc").ends_with("staple\nmore\n"));
    memory.assert_empty();
}

/// A run of `kenc edit` whose editor has saved `more` and waits.
fn waiting_edit(sandbox: &Sandbox) -> Child {
    sandbox.program("waiting", "echo more >> \"$1\"; touch ready; exec sleep 100");
    let mut command = sandbox.kenc(&["edit", "--no-input", "notes.env.kenc"]);
    let child = command.env("EDITOR", "waiting").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the editor", || sandbox.work("ready").exists());
    sandbox.succeeds("rm ready");
    child
}

#[test]
fn a_signal_leaves_no_plaintext_and_loses_no_edits() {
    let Some((sandbox, memory)) = place("signals") else { return };
    write_whole_file(&sandbox, "");
    let before = sandbox.read("notes.env.kenc");
    for signal in [Signal::TERM, Signal::HUP, Signal::USR1, Signal::USR2, Signal::ALARM, Signal::VTALARM, Signal::XCPU]
    {
        let child = waiting_edit(&sandbox);
        assert_eq!(memory.folders().len(), 1);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(128 + signal.as_raw()), "{signal:?} {}", stderr(&output));
        assert!(stderr(&output).contains("the edits are kept, encrypted"), "{}", stderr(&output));
        memory.assert_empty();
        assert_eq!(sandbox.read("notes.env.kenc"), before);
        assert!(sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit").ends_with("more\n"), "{signal:?}");
        sandbox.succeeds("rm notes.env.kenc.kenc-edit");
    }
}

#[test]
fn an_interrupt_from_the_keyboard_is_the_editors() {
    let Some((sandbox, memory)) = place("Ctrl-C") else { return };
    let Some(terminal) = Terminal::new("Ctrl-C", &sandbox) else { return };
    write_whole_file(&sandbox, "");
    sandbox.program(
        "patient",
        "trap 'echo caught >> \"$1\"; trap - INT; exit 0' INT; trap 'echo quit >> \"$1\"' QUIT; echo is waiting; while true; do sleep 0.1; done",
    );
    terminal.start("EDITOR=patient kenc edit notes.env.kenc");
    terminal.wait_for("is waiting");
    terminal.keys(&["C-\\"]);
    wait_until("the first signal", || saved(&memory, "notes.env").contains("quit"));
    terminal.keys(&["C-c"]);
    assert_shows(&terminal.ended(), &["ended 0"]);
    let plaintext = sandbox.succeeds("kenc decrypt notes.env.kenc");
    assert!(plaintext.ends_with("quit\ncaught\n"), "{plaintext}");
    memory.assert_empty();

    // At a question it means kenc, and the edits are kept.
    sandbox.program("failing", "echo more >> \"$1\"; exit 3");
    terminal.start("EDITOR=failing kenc edit notes.env.kenc");
    terminal.wait_for("[edit]");
    terminal.keys(&["C-c"]);
    assert_shows(&terminal.ended(), &["kenc: error: interrupted", "the edits are kept", "ended 130"]);
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit").ends_with("more\n"));
    memory.assert_empty();
}

#[test]
fn an_edit_can_be_stopped_and_gone_on_with() {
    let Some((sandbox, memory)) = place("Ctrl-Z") else { return };
    if !has("vi") {
        return skip("Ctrl-Z", "vi is not installed");
    }
    let Some(terminal) = Terminal::new("Ctrl-Z", &sandbox) else { return };
    write_whole_file(&sandbox, "");
    terminal.types("EDITOR=vi kenc edit notes.env.kenc");
    terminal.wait_for(SECRET);
    terminal.keys(&["O", "typed", "Escape", "C-z"]);
    terminal.wait_for("Stopped");
    assert_eq!(memory.folders().len(), 1);
    terminal.start("fg");
    terminal.wait_for(SECRET);
    terminal.keys(&[":wq", "Enter"]);
    assert_shows(&terminal.ended(), &["ended 0"]);
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc").starts_with("typed\n"));
    memory.assert_empty();
}

#[test]
fn a_terminal_that_goes_away_takes_no_edits_with_it() {
    let Some((sandbox, memory)) = place("a killed terminal") else { return };
    for (editor, keys, goes_on_typing) in [
        ("vi", ["O", "typed and saved", "Escape", ":w", "Enter"], "and not saved"),
        ("nvim", ["O", "typed and saved", "Escape", ":w", "Enter"], "and not saved"),
        ("nano", ["typed and", " ", "saved ", "C-o", "Enter"], "and not saved"),
    ] {
        if !has(editor) {
            skip(&format!("a killed terminal with {editor}"), &format!("{editor} is not installed"));
            continue;
        }
        write_whole_file(&sandbox, "");
        let Some(terminal) = Terminal::new("a killed terminal", &sandbox) else { return };
        terminal.start(&format!("EDITOR={editor} kenc edit notes.env.kenc"));
        terminal.wait_for(SECRET);
        terminal.keys(&keys);
        wait_until("the saved text", || saved(&memory, "notes.env").contains("typed and"));
        terminal.keys(&if editor == "nano" { ["x ", goes_on_typing] } else { ["o", goes_on_typing] });
        terminal.wait_for(goes_on_typing);
        drop(terminal);
        wait_until("the end", || memory.folders().is_empty() && sandbox.work("notes.env.kenc.kenc-edit").exists());
        let kept = sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit");
        assert!(kept.contains("typed and") && kept.contains(SECRET), "{kept}");
        // A second hang-up, as the shell may send it, makes neovim forget what it had not saved.
        assert!(editor == "nvim" || kept.contains(goes_on_typing), "{kept}");
        sandbox.succeeds("rm notes.env.kenc notes.env.kenc.kenc-edit");
    }
}

#[test]
fn a_slow_editor_saves_in_peace_when_its_terminal_goes_away() {
    let Some((sandbox, memory)) = place("a slow editor") else { return };
    write_whole_file(&sandbox, "");
    sandbox.program(
        "slow",
        "save() { trap '' HUP; sleep 6; echo typed >> \"$1\"; exit; }; trap 'save \"$1\"' HUP; echo is waiting; while true; do sleep 0.1; done",
    );
    let Some(terminal) = Terminal::new("a slow editor", &sandbox) else { return };
    terminal.start("EDITOR=slow kenc edit notes.env.kenc");
    terminal.wait_for("is waiting");
    drop(terminal);
    wait_until("the end", || memory.folders().is_empty() && sandbox.work("notes.env.kenc.kenc-edit").exists());
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit").ends_with("typed\n"));
}

#[test]
fn a_second_hang_up_and_a_slow_rescue_lose_nothing_that_vim_wrote_down() {
    use std::os::unix::process::CommandExt;

    let Some((sandbox, memory)) = place("a second hang-up") else { return };
    write_whole_file(&sandbox, "");
    // One that knows to restore a text, and takes its time.
    let work = sandbox.work("").display().to_string();
    sandbox.program(
        "vim",
        &format!(
            "case \" $* \" in
            *' -r '*) touch {work}/restoring; until test -e {work}/go-on; do sleep 0.1; done; echo typed > restored;;
            *) file=${{@: -1}}; touch \"${{file%/*}}/.${{file##*/}}.swp\" {work}/ready; exec sleep 1000;;
            esac"
        ),
    );
    let mut command = sandbox.kenc(&["edit", "--no-input", "notes.env.kenc"]);
    command.env("EDITOR", "vim").stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    let child = command.spawn().unwrap();
    let hang_up = || rustix::process::kill_process_group(Pid::from_child(&child), Signal::HUP).unwrap();
    wait_until("the editor", || sandbox.work("ready").exists());
    hang_up();
    wait_until("the restoring", || sandbox.work("restoring").exists());
    hang_up();
    // Longer than kenc waits where nothing is to be kept.
    std::thread::sleep(std::time::Duration::from_secs(5));
    sandbox.succeeds("touch go-on");
    let output = child.wait_with_output().unwrap();
    assert!(stderr(&output).contains("the edits are kept, encrypted"), "{}", stderr(&output));
    assert_eq!(sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit"), "typed\n");
    memory.assert_empty();
}

#[test]
fn no_plaintext_comes_to_a_disk_while_a_file_is_edited() {
    let Some((sandbox, memory)) = place("no plaintext on a disk") else { return };
    let Some(watch) = Watch::new("no plaintext on a disk", &sandbox) else { return };
    write_whole_file(&sandbox, "");

    // The watch sees what it is to see.
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
    let home = sandbox.path().join("home");
    for folder in ["undo", ".config/nvim"] {
        std::fs::create_dir_all(home.join(folder)).unwrap();
    }
    for settings in [".vimrc", ".config/nvim/init.vim"] {
        let disk = "set undofile undodir=~/undo backup backupdir=~/ directory=~/\n";
        std::fs::write(home.join(settings), disk).unwrap();
    }
    for editor in ["vi", "nvim"] {
        if !has(editor) {
            skip(&format!("no plaintext on a disk with {editor}"), &format!("{editor} is not installed"));
            continue;
        }
        let Some(terminal) = Terminal::new("no plaintext on a disk", &sandbox) else { return };
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
    let sandbox = Sandbox::with_key();
    let Some(_watch) = Watch::new("no file system in memory", &sandbox) else { return };
    write_whole_file(&sandbox, "");
    // No file system tells what it is.
    let kenc = "strace -f -qq -o /dev/null -e trace=statfs,fstatfs -e inject=statfs,fstatfs:error=ENOSYS kenc";
    let said = sandbox.fails(&format!("EDITOR=true {kenc} edit --no-input notes.env.kenc"), 1);
    assert!(said.contains("no in-memory file system (tmpfs) found for the plaintext"), "{said}");
    let Some(terminal) = Terminal::new("no file system in memory", &sandbox) else { return };
    for (answer, end) in [("", "ended 1"), ("yes", "ended 0")] {
        terminal.start(&format!("EDITOR='sed -i s/me/you/' {kenc} edit notes.env.kenc"));
        terminal.wait_for("[no]");
        assert_shows(&terminal.screen(), &["which may be a disk"]);
        terminal.types(answer);
        assert_shows(&terminal.ended(), &[end]);
    }
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc").starts_with("user=you\n"));
    let left =
        crate::cli_support::names_in(sandbox.path()).into_iter().filter(|name| name.starts_with("kenc-")).count();
    assert_eq!(left, 0);
}

#[test]
fn a_place_that_cannot_be_written_to_is_found_before_anything_is_typed() {
    let Some((sandbox, _memory)) = place("a place that cannot be written to") else { return };
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
    assert!(!sandbox.work("started").exists());
}

/// A document with a local key, and a secret in it.
fn write_document(sandbox: &Sandbox) {
    sandbox.program("first", &format!("printf 'user: me # nobody else\\npassword: {SECRET}\\nport: 5432\\n' > \"$1\""));
    edits(sandbox, "first", "secrets.yaml");
}

fn plaintext(sandbox: &Sandbox, file: &str) -> String {
    sandbox.succeeds(&format!("kenc exec --file {file} -- cat {{}}"))
}

#[test]
fn of_a_document_only_the_line_of_the_changed_value_differs_and_those_of_its_metadata() {
    let Some((sandbox, memory)) = place("edit of a document") else { return };
    write_document(&sandbox);
    let before = text(&sandbox.read("secrets.yaml"));
    assert!(before.starts_with("user: ENC[") && before.contains(" # nobody else\npassword: ENC["), "{before}");
    assert_eq!(edits(&sandbox, "sed -i s/5432/5433/", "secrets.yaml"), "");
    let after = text(&sandbox.read("secrets.yaml"));
    let changed: Vec<&str> =
        before.lines().zip(after.lines()).filter(|(old, new)| old != new).map(|(old, _)| old.trim_start()).collect();
    let names: Vec<&str> = changed.iter().filter_map(|line| line.split(':').next()).collect();
    let wanted = ["port", "kenc_seal", "lastmodified", "mac"];
    assert_eq!(before.lines().count(), after.lines().count());
    // Both may have been written within the same second.
    assert!(wanted.iter().filter(|name| **name != "lastmodified").all(|name| names.contains(name)), "{names:?}");
    assert!(names.iter().all(|name| wanted.contains(name)), "{names:?}");
    assert_eq!(
        plaintext(&sandbox, "secrets.yaml"),
        format!("user: me # nobody else\npassword: {SECRET}\nport: 5433\n")
    );
    memory.assert_empty();
}

#[test]
fn a_new_file_is_made_as_the_rules_say_and_begins_empty() {
    let Some((sandbox, memory)) = place("a new file") else { return };
    let recipient = sandbox.succeeds("kenc keygen --show");
    sandbox.write(
        ".sops.yaml",
        format!("creation_rules:\n  - path_regex: only\n    encrypted_regex: ^password$\n    age: {recipient}"),
    );
    sandbox.program("typing", "cp \"$1\" seen; sed -i '1s/^/user: me\\npassword: x/' \"$1\"");
    edits(&sandbox, "typing", "only.yaml");
    assert_eq!(
        text(&sandbox.read("seen")),
        "\n#kenc> only.yaml is new; what is typed here is encrypted when it is saved\n"
    );
    let made = text(&sandbox.read("only.yaml"));
    assert!(made.starts_with("user: me\npassword: ENC[") && made.contains("encrypted_regex: ^password$"), "{made}");
    // Without a rule for it there is no key, and the editor is not started.
    let said = fails(&sandbox, "typing", "other.yaml", 2);
    assert!(said.contains("no rule matches other.yaml"), "{said}");
    sandbox.succeeds("rm .sops.yaml");
    for (name, typed, starts) in [
        ("x.json", "{\"a\": 1}", "{\"a\": \"ENC["),
        ("x.env", "A=1", "A=ENC["),
        ("x.ini", "[a]\nb = 1\n", "[a]\nb = ENC["),
        ("x.toml", "a = 1\n", "a = \"ENC["),
    ] {
        sandbox.write("typed", typed);
        sandbox.program("typing", "cp typed \"$1\"");
        edits(&sandbox, "typing", name);
        assert!(text(&sandbox.read(name)).starts_with(starts), "{}", text(&sandbox.read(name)));
        assert_eq!(plaintext(&sandbox, name), typed);
    }
    sandbox.program("typing", "echo anything > \"$1\"");
    edits(&sandbox, "typing", "notes");
    assert_eq!(sandbox.succeeds("kenc decrypt notes"), "anything\n");
    memory.assert_empty();
}

#[test]
fn a_text_that_does_not_parse_is_edited_again_with_the_reason_at_its_top() {
    let Some((sandbox, memory)) = place("broken YAML") else { return };
    let Some(terminal) = Terminal::new("broken YAML", &sandbox) else { return };
    write_document(&sandbox);
    // First it is broken, then it is mended.
    sandbox.program(
        "clumsy",
        "cp \"$1\" seen; if grep -q '\\[' \"$1\"; then sed -i s/\\\\[// \"$1\"; else echo 'more: [' >> \"$1\"; fi",
    );
    terminal.start("EDITOR=clumsy kenc edit secrets.yaml");
    terminal.wait_for("[edit]");
    assert_shows(&terminal.screen(), &["kenc: error: secrets.yaml: line ", "edit: go on editing", "keep: "]);
    terminal.types("");
    assert_shows(&terminal.ended(), &["ended 0"]);
    let seen = text(&sandbox.read("seen"));
    let notes: Vec<&str> = seen.lines().take_while(|line| line.starts_with("#kenc> ")).collect();
    assert!(notes.len() >= 2, "{seen}");
    // The line that the note names is the one that the editor shows.
    let number = notes[0].split("line ").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
    let line = seen.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap_or_default();
    assert!(line.is_empty() || line.contains("more"), "{number}: {seen}");
    let mended = plaintext(&sandbox, "secrets.yaml");
    assert!(mended.starts_with("user: me # nobody else\n") && mended.ends_with("port: 5432\nmore: \n"), "{mended}");
    memory.assert_empty();
}

#[test]
fn a_document_that_cannot_be_saved_is_kept_under_its_own_key_whatever_it_says() {
    let Some((sandbox, _memory)) = place("kept documents") else { return };
    write_document(&sandbox);
    let before = sandbox.read("secrets.yaml");
    for broken in ["a: [", "\\xff\\xfe", "- a list", "a: 1\\na: 2", "sops: mine"] {
        sandbox.program("breaking", &format!("printf '{broken}' > \"$1\""));
        let said = fails(&sandbox, "breaking", "--no-input secrets.yaml", 1);
        assert!(said.contains("the edits are kept, encrypted, in secrets.yaml.kenc-edit"), "{broken}: {said}");
        assert_eq!(sandbox.read("secrets.yaml"), before);
        sandbox.succeeds(&format!(
            "kenc exec --file secrets.yaml.kenc-edit -- cat {{}} | cmp - <(printf '{broken}') && rm secrets.yaml.kenc-edit"
        ));
    }
}

#[test]
fn keys_that_are_shown_can_be_added_and_taken_away() {
    let Some((mut sandbox, _memory)) = place("keys in the text") else { return };
    write_document(&sandbox);
    let other = sandbox.succeeds("KENC_AGE_KEY_FILE=other.txt kenc keygen");
    let own = sandbox.succeeds("kenc keygen --show");
    let before = text(&sandbox.read("secrets.yaml"));
    sandbox
        .program("adding", &format!("cp \"$1\" seen; sed -i '/age:/a\\        - recipient: {}' \"$1\"", other.trim()));
    edits(&sandbox, "adding", "--show-keys secrets.yaml");
    let seen = text(&sandbox.read("seen"));
    assert!(seen.contains(SECRET) && seen.contains(own.trim()), "{seen}");
    for hidden in ["enc:", "mac:", "kenc_seal", "lastmodified"] {
        assert!(!seen.contains(hidden), "{seen}");
    }
    let after = text(&sandbox.read("secrets.yaml"));
    // No value was encrypted anew, and the key that was there was not asked.
    assert!(before.lines().take(3).eq(after.lines().take(3)));
    let own_key = before.lines().skip_while(|line| !line.contains("BEGIN")).take(8);
    assert!(own_key.into_iter().all(|line| after.contains(line)));
    sandbox.set("KENC_AGE_KEY_FILE", sandbox.work("other.txt").to_str().unwrap());
    assert!(plaintext(&sandbox, "secrets.yaml").contains(SECRET));

    // The other one takes its owner away, and changes a value as well.
    sandbox.program("removing", &format!("sed -i -e '/{}/d' -e s/5432/5433/ \"$1\"", own.trim()));
    edits(&sandbox, "removing", "--show-keys secrets.yaml");
    assert!(plaintext(&sandbox, "secrets.yaml").ends_with("port: 5433\n"));
    assert!(!text(&sandbox.read("secrets.yaml")).contains(own.trim()));
    sandbox.program("removing", "sed -i '/^sops:/,$d' \"$1\"");
    let said = fails(&sandbox, "removing", "--no-input --show-keys secrets.yaml", 3);
    assert!(said.contains("it names no keys"), "{said}");
    sandbox.succeeds("rm secrets.yaml.kenc-edit");
    sandbox.program("meddling", "echo '    mac_only_encrypted: true' >> \"$1\"");
    let said = fails(&sandbox, "meddling", "--no-input --show-keys secrets.yaml", 3);
    assert!(said.contains("`mac_only_encrypted` is not something that can be changed here"), "{said}");
}

#[test]
fn a_key_service_that_is_down_is_found_before_anything_is_typed_and_can_be_tried_again_after() {
    let Some((mut sandbox, memory)) = place("a key service that is down") else { return };
    let kms = match crate::support::moto() {
        Ok(kms) => kms,
        Err(reason) => return skip("a key service that is down", &reason),
    };
    let arn = kms.new_key();
    for (name, value) in
        [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", crate::support::REGION)]
    {
        sandbox.set(name, value);
    }
    let up = format!("http://127.0.0.1:{}", kms.port);
    let down = format!("http://127.0.0.1:{}", crate::support::CLOSED_PORT);
    sandbox.program("never", "touch started");
    let said = sandbox
        .fails(&format!("AWS_ENDPOINT_URL_KMS={down} EDITOR=never kenc edit --aws-timeout 1 -k {arn} new.yaml"), 5);
    assert!(said.contains(&arn), "{said}");
    assert!(!sandbox.work("started").exists());

    write_document(&sandbox);
    let Some(terminal) = Terminal::new("a key service that is down", &sandbox) else { return };
    // A relay that is told where to go: nowhere at first.
    let (relay, is_up) = relay(kms.port);
    sandbox.program("adding", &format!("echo '    kms:' >> \"$1\"; echo '        - arn: {arn}' >> \"$1\""));
    terminal.start(&format!(
        "AWS_ENDPOINT_URL_KMS=http://127.0.0.1:{relay} EDITOR=adding kenc edit --aws-timeout 1 --show-keys secrets.yaml"
    ));
    terminal.wait_for("[edit]");
    assert_shows(&terminal.screen(), &["cannot encrypt under", "save: try to save it as it is"]);
    is_up.store(true, Ordering::Relaxed);
    terminal.types("s");
    assert_shows(&terminal.ended(), &["ended 0"]);
    assert!(text(&sandbox.read("secrets.yaml")).contains(&arn));
    let by_kms = format!("AWS_ENDPOINT_URL_KMS={up} kenc exec -k {arn} --file secrets.yaml -- cat {{}}");
    assert!(sandbox.succeeds(&by_kms).contains(SECRET));
    memory.assert_empty();
}

/// A port that passes everything on to another as soon as it is up, and hangs up until then.
fn relay(port: u16) -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    let is_up = Arc::new(AtomicBool::new(false));
    let is_up_there = Arc::clone(&is_up);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if is_up_there.load(Ordering::Relaxed) {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let pairs = [(client.try_clone(), server.try_clone()), (Ok(server), Ok(client))];
                for (from, to) in pairs {
                    let (mut from, mut to) = (from.unwrap(), to.unwrap());
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Write);
                    });
                }
            }
        }
    });
    (own, is_up)
}
