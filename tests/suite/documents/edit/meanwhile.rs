//! Files that somebody else changes while they are edited.

use super::*;

#[test]
fn edits_that_somebody_else_kept_meanwhile_are_left_alone() {
    let Some((sandbox, _memory)) = place() else { return };
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
fn a_file_that_another_program_changed_meanwhile_is_not_overwritten() {
    let Some((sandbox, memory)) = place() else { return };
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
    let Some((sandbox, memory)) = place() else { return };
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    write_whole_file(&sandbox, "");
    sandbox.succeeds("echo theirs | kenc encrypt -o other");
    // The first edit races, the second one merges both.
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
