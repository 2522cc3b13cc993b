//! Signals, and terminals that go away.

use super::*;

/// A run of `kenc edit` whose editor has saved `more` and waits.
fn waiting_edit(sandbox: &Home) -> Child {
    sandbox.program("waiting", "echo more >> \"$1\"; touch ready; exec sleep 100");
    let mut command = sandbox.kenc(&["edit", "--no-input", "notes.env.kenc"]);
    let child = command.env("EDITOR", "waiting").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the editor", || sandbox.file("ready").exists());
    sandbox.succeeds("rm ready");
    child
}

#[test]
fn a_signal_leaves_no_plaintext_and_loses_no_edits() {
    let Some((sandbox, memory)) = place() else { return };
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
    let Some((sandbox, memory)) = place() else { return };
    let Some(terminal) = Terminal::new(&sandbox) else { return };
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

    // While kenc asks a question, the signal is for kenc, and the edits are kept.
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
    let Some((sandbox, memory)) = place() else { return };
    if !has("vi") {
        return skip("vi is not installed");
    }
    let Some(terminal) = Terminal::new(&sandbox) else { return };
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
    let Some((sandbox, memory)) = place() else { return };
    for (editor, keys, goes_on_typing) in [
        ("vi", ["O", "typed and saved", "Escape", ":w", "Enter"], "and not saved"),
        ("nvim", ["O", "typed and saved", "Escape", ":w", "Enter"], "and not saved"),
        ("nano", ["typed and", " ", "saved ", "C-o", "Enter"], "and not saved"),
    ] {
        if !has(editor) {
            skip(&format!("{editor} is not installed"));
            continue;
        }
        write_whole_file(&sandbox, "");
        let Some(terminal) = Terminal::new(&sandbox) else { return };
        terminal.start(&format!("EDITOR={editor} kenc edit notes.env.kenc"));
        terminal.wait_for(SECRET);
        terminal.keys(&keys);
        wait_until("the saved text", || saved(&memory, "notes.env").contains("typed and"));
        terminal.keys(&if editor == "nano" { ["x ", goes_on_typing] } else { ["o", goes_on_typing] });
        terminal.wait_for(goes_on_typing);
        drop(terminal);
        wait_until("the end", || memory.folders().is_empty() && sandbox.file("notes.env.kenc.kenc-edit").exists());
        let kept = sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit");
        assert!(kept.contains("typed and") && kept.contains(SECRET), "{kept}");
        // A second hang-up, as the shell may send it, makes neovim forget what it had not saved.
        assert!(editor == "nvim" || kept.contains(goes_on_typing), "{kept}");
        sandbox.succeeds("rm notes.env.kenc notes.env.kenc.kenc-edit");
    }
}

#[test]
fn a_slow_editor_saves_in_peace_when_its_terminal_goes_away() {
    let Some((sandbox, memory)) = place() else { return };
    write_whole_file(&sandbox, "");
    sandbox.program(
        "slow",
        "save() { trap '' HUP; sleep 6; echo typed >> \"$1\"; exit; }; trap 'save \"$1\"' HUP; echo is waiting; while true; do sleep 0.1; done",
    );
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    terminal.start("EDITOR=slow kenc edit notes.env.kenc");
    terminal.wait_for("is waiting");
    drop(terminal);
    wait_until("the end", || memory.folders().is_empty() && sandbox.file("notes.env.kenc.kenc-edit").exists());
    assert!(sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit").ends_with("typed\n"));
}

#[test]
fn a_second_hang_up_and_a_slow_rescue_lose_nothing_that_vim_wrote_down() {
    use std::os::unix::process::CommandExt;

    let Some((sandbox, memory)) = place() else { return };
    write_whole_file(&sandbox, "");
    // An editor that recovers text, and takes long to exit.
    let work = sandbox.file("").display().to_string();
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
    wait_until("the editor", || sandbox.file("ready").exists());
    hang_up();
    wait_until("the restoring", || sandbox.file("restoring").exists());
    hang_up();
    // Longer than kenc waits when there is nothing to keep.
    std::thread::sleep(std::time::Duration::from_secs(5));
    sandbox.succeeds("touch go-on");
    let output = child.wait_with_output().unwrap();
    assert!(stderr(&output).contains("the edits are kept, encrypted"), "{}", stderr(&output));
    assert_eq!(sandbox.succeeds("kenc decrypt notes.env.kenc.kenc-edit"), "typed\n");
    memory.assert_empty();
}
