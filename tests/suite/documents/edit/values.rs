//! Documents: what an edit changes in them, and what it does not.

use super::*;

/// A document with a local key, and a secret in it.
fn write_document(sandbox: &Home) {
    sandbox.program("first", &format!("printf 'user: me # nobody else\\npassword: {SECRET}\\nport: 5432\\n' > \"$1\""));
    edits(sandbox, "first", "secrets.yaml");
}

#[test]
fn of_a_document_only_the_line_of_the_changed_value_differs_and_those_of_its_metadata() {
    let Some((sandbox, memory)) = place() else { return };
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
    let Some((sandbox, memory)) = place() else { return };
    let recipient = sandbox.succeeds("kenc keygen --show");
    sandbox.write(
        ".sops.yaml",
        format!("creation_rules:\n  - path_regex: only\n    encrypted_regex: ^password$\n    age: {recipient}"),
    );
    sandbox.program("typing", "cp \"$1\" seen; sed -i '1s/^/user: me\\npassword: x/' \"$1\"");
    edits(&sandbox, "typing", "only.yaml");
    assert_eq!(
        text(&sandbox.read("seen")),
        "\n#kenc> only.yaml is a new file; kenc encrypts this text when you save it\n"
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
    let Some((sandbox, memory)) = place() else { return };
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    write_document(&sandbox);
    // The first edit is invalid, the second one fixes it.
    sandbox.program(
        "clumsy",
        "cp \"$1\" seen; if grep -q '\\[' \"$1\"; then sed -i s/\\\\[// \"$1\"; else echo 'more: [' >> \"$1\"; fi",
    );
    terminal.start("EDITOR=clumsy kenc edit secrets.yaml");
    terminal.wait_for("[edit]");
    assert_shows(&terminal.screen(), &["kenc: error: secrets.yaml: line ", "edit: continue editing", "keep: "]);
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
    let Some((sandbox, _memory)) = place() else { return };
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
    let Some((mut sandbox, _memory)) = place() else { return };
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
    sandbox.set("KENC_AGE_KEY_FILE", sandbox.file("other.txt").to_str().unwrap());
    assert!(plaintext(&sandbox, "secrets.yaml").contains(SECRET));

    // The other one removes its owner's key, and changes a value as well.
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
    assert!(said.contains("`mac_only_encrypted` cannot be changed here"), "{said}");
}

#[test]
fn a_key_service_that_is_down_is_found_before_anything_is_typed_and_can_be_tried_again_after() {
    let Some((mut sandbox, memory)) = place() else { return };
    let kms = match crate::support::moto() {
        Ok(kms) => kms,
        Err(reason) => return skip(&reason),
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
    assert!(!sandbox.file("started").exists());

    write_document(&sandbox);
    let Some(terminal) = Terminal::new(&sandbox) else { return };
    // A relay without a target at first.
    let (relay, is_up) = relay(kms.port);
    sandbox.program("adding", &format!("echo '    kms:' >> \"$1\"; echo '        - arn: {arn}' >> \"$1\""));
    terminal.start(&format!(
        "AWS_ENDPOINT_URL_KMS=http://127.0.0.1:{relay} EDITOR=adding kenc edit --aws-timeout 1 --show-keys secrets.yaml"
    ));
    terminal.wait_for("[edit]");
    assert_shows(&terminal.screen(), &["cannot encrypt under", "save: try again to save it"]);
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
