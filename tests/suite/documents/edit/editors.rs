//! Which editor is started, and how its text is used.

use super::*;

#[test]
fn a_whole_file_is_edited_under_its_own_name_and_stays_what_it_was() {
    let Some((sandbox, memory)) = place() else { return };
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
    let Some((sandbox, memory)) = place() else { return };
    write_whole_file(&sandbox, "");
    let identity = || std::fs::metadata(sandbox.file("notes.env.kenc")).map(|it| (it.ino(), it.mtime_nsec())).unwrap();
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
    let Some((mut sandbox, _memory)) = place() else { return };
    write_whole_file(&sandbox, "");
    sandbox.program("tell", "printf '%s|' \"$0\" \"${@:1:$#-1}\" > told");
    let told = |sandbox: &Home| {
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
    let Some((sandbox, _memory)) = place() else { return };
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
    let Some((sandbox, memory)) = place() else { return };
    write_whole_file(&sandbox, "-c app=demo");
    let before = sandbox.read("notes.env.kenc");
    sandbox.program("failing", "echo more >> \"$1\"; exit 3");
    let said = fails(&sandbox, "failing", "--no-input notes.env.kenc", 1);
    assert!(said.contains("kenc: error: the editor failed (exit status: 3)"), "{said}");
    assert!(said.contains("`kenc edit --resume notes.env.kenc` continues with them"), "{said}");
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
fn a_file_is_made_with_vi() {
    let Some((sandbox, memory)) = place() else { return };
    if !has("vi") {
        return skip("vi is not installed");
    }
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    terminal.start("EDITOR=vi kenc edit new.yaml");
    terminal.wait_for("#kenc> new.yaml is a new file");
    terminal.keys(&["i", "user: me", "Enter", &format!("password: {SECRET}"), "Escape", ":wq", "Enter"]);
    assert_shows(&terminal.ended(), &["ended 0"]);
    assert!(text(&sandbox.read("new.yaml")).starts_with("user: ENC["));
    assert_eq!(plaintext(&sandbox, "new.yaml"), format!("user: me\npassword: {SECRET}\n"));
    memory.assert_empty();
}

#[test]
fn a_person_decides_what_becomes_of_edits_that_were_not_saved() {
    let Some((sandbox, memory)) = place() else { return };
    let Some(terminal) = Terminal::new(&sandbox) else { return };
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

    // The next run offers them.
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
