//! Recipients that an attacker put into the metadata of a document, or on a branch.

use super::*;

#[test]
fn a_recipient_that_somebody_put_into_a_document_gets_nothing_from_any_command() {
    let attack = Attack::new();
    attack.document_of_sops("s.yaml", "password: hunter2\nport: 1\n", &[&[&attack.ours]], 0);
    attack.plant_in_metadata("s.yaml");
    let planted = attack.text("s.yaml");
    for words in [
        &["rotate", "s.yaml"][..],
        &["rotate", "s.yaml", "--new-context", "a=b"],
        &["rotate", "s.yaml", "--add", &attack.colleague],
    ] {
        attack.run(words).fails(USAGE).says("not trusted").says(&attack.attacker);
        assert_eq!(attack.text("s.yaml"), planted, "{words:?}");
    }
    // Commands that keep the data key do not wrap it for recipients that only the document names.
    attack.run(&["rewrap", "s.yaml", "--add", &attack.colleague]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    attack.home.run_with(["set", "s.yaml", "port"], b"2").ok();
    attack.gave_the_attacker_nothing("s.yaml");
    attack.run(&["unset", "s.yaml", "port"]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    attack.run(&["rotate", "s.yaml"]).fails(USAGE).says(&attack.attacker);
    attack.run(&["rotate", "s.yaml", "--to", &attack.ours]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    // The seal of a sealed document vouches for its whole list of recipients.
    attack.run(&["rotate", "s.yaml"]).fails(USAGE);
    attack.home.write("t.yaml", "password: hunter2\n");
    attack.run(&["encrypt", "--values", "-i", "t.yaml"]).ok();
    attack.run(&["rotate", "t.yaml"]).ok();
    attack.plant_in_metadata("t.yaml");
    attack.run(&["rotate", "t.yaml", "--yes"]).fails(NOT_AUTHENTIC);
    attack.run(&["rewrap", "t.yaml", "--yes", "--add", &attack.colleague]).fails(NOT_AUTHENTIC);
}

#[test]
fn shares_are_split_anew_only_among_keys_that_something_vouches_for() {
    let attack = Attack::new();
    let (ours, colleague) = (attack.ours.clone(), attack.colleague.clone());
    attack.home.write("both.txt", attack.text("../home/.config/kenc/keys.txt") + &attack.text("colleague.txt"));
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&ours], &[&colleague]], 2);
    attack.plant_in_metadata("s.yaml");
    let planted = attack.text("s.yaml");
    let add = ["rewrap", "s.yaml", "--group", "2", "--identity", "both.txt", "--add"];
    let another = Home::new().keygen();
    attack.run(&[&add[..], &[&another]].concat()).fails(USAGE).says("not trusted").says(&attack.attacker);
    assert_eq!(attack.text("s.yaml"), planted);
    // A rule with exactly the honest groups is not one with the keys that the document has.
    let rule = |first: &str| {
        format!("creation_rules:\n- shamir_threshold: 2\n  key_groups:\n  - age: [{first}]\n  - age: [{colleague}]\n")
    };
    attack.home.write(".kenc.yaml", rule(&ours));
    attack.run(&[&add[..], &[&another]].concat()).fails(USAGE).says(&attack.attacker);
    attack.run(&["rewrap", "s.yaml", "--from-config", "--yes", "--identity", "both.txt"]).ok();
    let shares = attack.run(&["decrypt", "-o", "-", "s.yaml", "--identity", "attacker.txt"]);
    assert_eq!(shares.code, NO_KEY, "{}", shares.stderr);
    assert!(!attack.text("s.yaml").contains(&attack.attacker));
}

#[test]
fn a_branch_without_a_seal_brings_no_keys_names_rules_or_comments_into_a_merge() {
    let attack = Attack::new();
    let plaintext = "# the host\nhost_unencrypted: a\npassword: hunter2\nport: 1\n";
    attack.home.write("s.yaml", plaintext);
    attack.run(&["encrypt", "--values", "-i", "s.yaml"]).ok();
    let base = attack.home.read("s.yaml");
    let put = |name: &str, text: &[u8]| drop(attack.home.write(name, text));
    put("base.yaml", &base);
    attack.home.run_with(["set", "s.yaml", "port"], b"2").ok();
    let ours = attack.home.read("s.yaml");
    // Written by another tool with the data key, then changed by someone without it.
    let stripped = attack.without_seal(std::str::from_utf8(&base).unwrap());
    put("s.yaml", stripped.as_bytes());
    attack.plant_in_metadata("s.yaml");
    let planted = attack.text("s.yaml");
    let renamed = stripped.replace("host_unencrypted", "port_unencrypted");
    let commented = stripped.replace("# the host", "# kept by nobody");
    let ruled = stripped.replace("unencrypted_suffix: _unencrypted", "unencrypted_regex: _unencrypted$");
    for (theirs, words) in [
        (&planted, "keys that are not trusted"),
        (&renamed, "names of plaintext values: host_unencrypted, port_unencrypted"),
        (&commented, "comments"),
        (&ruled, "the encryption rule"),
    ] {
        assert_ne!(*theirs, stripped, "{words}");
        for (first, second) in [(&ours, "base.yaml"), (&base, "base.yaml")] {
            put("s.yaml", first);
            put("theirs.yaml", theirs.as_bytes());
            let merged = attack.run(&["git", "merge", second, "s.yaml", "theirs.yaml", "s.yaml"]);
            assert_eq!(merged.code, 1, "{words}\n{}", merged.stderr);
            merged.says(words);
            let text = attack.text("s.yaml");
            assert!(!text.contains(&attack.attacker) && text.contains("# the host\nhost_unencrypted: a\n"), "{text}");
            assert!(text.contains("unencrypted_suffix"), "{text}");
            attack.gave_the_attacker_nothing("s.yaml");
        }
    }
    // Values that the unsealed version changes are authentic, and are taken; what is taken from it gets no seal.
    put("theirs.yaml", stripped.as_bytes());
    attack.home.run_with(["set", "theirs.yaml", "password"], b"new").ok();
    put("s.yaml", &ours);
    attack.run(&["git", "merge", "base.yaml", "s.yaml", "theirs.yaml", "s.yaml"]).ok();
    attack
        .run(&["decrypt", "-o", "-", "s.yaml"])
        .gives(plaintext.replace("hunter2", "new").replace("port: 1", "port: 2").as_bytes());
    assert!(!attack.text("s.yaml").contains("kenc_seal"));
}

#[test]
fn a_commit_that_only_adds_a_recipient_or_strips_a_seal_is_seen_and_found() {
    const PROBLEMS: i32 = 7;
    let attack = Attack::new();
    let git = |words: &[&str]| {
        let mut command = attack.home.environment_of(Command::new("git"));
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]).args(words);
        finish(command, b"").ok().stdout_text()
    };
    git(&["init", "-q", "-b", "main"]);
    attack.home.write("s.yaml", "password: hunter2\n");
    attack.run(&["encrypt", "--values", "-i", "s.yaml"]).ok();
    git(&["add", "s.yaml"]);
    git(&["commit", "-q", "-m", "base"]);
    let base = attack.text("s.yaml");
    let shown = attack.run(&["git", "textconv", "s.yaml"]).ok().stdout_text();
    let expected = format!(
        "password: hunter2\n# kenc: sealed\n# kenc: rule unencrypted_suffix _unencrypted\n# kenc: key age {}\n",
        attack.ours
    );
    assert_eq!(shown, expected);
    let check = |words: &[&str]| {
        git(&["add", "s.yaml"]);
        for arguments in [&["git", "check"][..], &["git", "check", "--no-keys"], &["git", "check", "s.yaml"]] {
            let found = attack.run(arguments);
            assert_eq!(found.code, PROBLEMS, "{arguments:?}\n{}", found.stderr);
            assert!(words.iter().any(|words| found.stderr.contains(words)), "{words:?}\n{}", found.stderr);
        }
    };
    // A recipient in a sealed document, the seal taken away, and both in what another tool wrote.
    attack.plant_in_metadata("s.yaml");
    check(&[&attack.attacker, "seal"]);
    let shown = attack.run(&["git", "textconv", "s.yaml"]).ok().stdout_text();
    assert!(shown.contains(&attack.attacker) && shown.contains("# kenc: not decrypted: "), "{shown}");
    let lines: Vec<&str> = base.lines().filter(|line| !line.contains("kenc_seal")).collect();
    attack.home.write("s.yaml", lines.join("\n") + "\n");
    check(&["seal"]);
    attack.home.write("s.yaml", attack.without_seal(&base));
    check(&["the seal is missing: the last commit has one"]);
    let shown = attack.run(&["git", "textconv", "s.yaml"]).ok().stdout_text();
    assert!(shown.contains("\n# kenc: not sealed\n"), "{shown}");
    git(&["commit", "-q", "-m", "without a seal"]);
    attack.plant_in_metadata("s.yaml");
    check(&["keys that are not trusted were added"]);
    let shown = attack.run(&["git", "textconv", "s.yaml"]).ok().stdout_text();
    assert!(shown.contains(&format!("# kenc: key age {}\n", attack.attacker)), "{shown}");
}

#[test]
fn what_git_shows_unasked_calls_no_account_that_only_the_file_names() {
    let attack = Attack::new();
    let key = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    // Requests are recorded, and get no answer.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&calls);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            drop(connection);
        }
    });
    let asked = |name: &str| {
        let before = calls.load(std::sync::atomic::Ordering::SeqCst);
        let mut command = attack.home.command();
        command.args(["git", "textconv", "--identity", "attacker.txt", name]).env("AWS_ENDPOINT_URL", &endpoint);
        for variable in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            command.env(variable, "x");
        }
        command.env("AWS_REGION", "eu-west-1").env("AWS_MAX_ATTEMPTS", "1");
        finish(command, b"").ok();
        calls.load(std::sync::atomic::Ordering::SeqCst) > before
    };
    attack.home.write("x", "the secret");
    attack.run(&["encrypt", "x", "-o", "x.kenc"]).ok();
    let mut file = RawFile::parse(&attack.home.read("x.kenc"));
    file.slots = vec![RawSlot { provider: "aws-kms".to_owned(), key_id: key.to_owned(), wrapped: vec![1; 64] }];
    attack.home.write("x.kenc", file.build());
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
    let text = attack.text("s.yaml");
    let entry = |more: &str| {
        format!("    kms:\n        - arn: {key}\n          enc: AAAA\n          aws_profile: \"\"\n{more}    age:\n")
    };
    let with = |more: &str| text.replace("    age:\n", &entry(more)).replace(&attack.ours, &attack.attacker);
    attack.home.write("s.yaml", with(""));
    attack.home.write("role.yaml", with("          role: arn:aws:iam::444455556666:role/x\n"));
    for name in ["x.kenc", "s.yaml", "role.yaml"] {
        assert!(!asked(name), "{name}");
    }
    attack.home.write(".kenc.yaml", format!("keys: {{team: '{key}'}}\n"));
    assert!(asked("x.kenc") && asked("s.yaml"));
    assert!(!asked("role.yaml"));
}

#[test]
fn under_the_name_of_sops_only_a_rule_a_yes_or_a_seal_vouches_for_the_keys_of_a_document() {
    let attack = Attack::new();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), attack.home.file("sops")).unwrap();
    let sops = |words: &[&str]| {
        let mut command = attack.home.environment_of(Command::new(attack.home.file("sops")));
        command.args(words).env("SOPS_AGE_KEY_FILE", attack.home.local_key());
        finish(command, b"")
    };
    let plant = || {
        attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
        attack.plant_in_metadata("s.yaml");
    };
    plant();
    for words in [
        &["rotate", "-i", "s.yaml"][..],
        &["-r", "-i", "s.yaml"],
        &["rotate", "-i", "--add-age", &attack.colleague, "s.yaml"],
    ] {
        let refused = sops(words);
        assert_eq!(refused.code, 1, "{words:?}\n{}", refused.stderr);
        refused.says("keys of the file are not trusted").says(&attack.attacker);
        attack.gave_the_attacker_nothing("s.yaml");
    }
    sops(&["set", "s.yaml", "[\"password\"]", "\"x\""]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    attack.home.write(".sops.yaml", format!("creation_rules:\n- age: {}\n", attack.ours));
    assert_eq!(sops(&["rotate", "-i", "s.yaml"]).code, 1);
    sops(&["updatekeys", "-y", "s.yaml"]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    // The rule names exactly its keys.
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
    sops(&["rotate", "-i", "s.yaml"]).ok();
    attack.gave_the_attacker_nothing("s.yaml");
    std::fs::remove_file(attack.home.file(".sops.yaml")).unwrap();
    assert_eq!(sops(&["rotate", "-i", "s.yaml"]).code, 1);
    // The seal of what was encrypted under this name vouches for its keys.
    attack.home.write("t.yaml", "password: hunter2\n");
    sops(&["-e", "-i", "--age", &attack.ours, "t.yaml"]).ok();
    sops(&["rotate", "-i", "t.yaml"]).ok();
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
    sops(&["rotate", "-i", "-y", "s.yaml"]).ok();
    // Shares of a document are split anew for all its keys.
    plant();
    let refused = sops(&[
        "groups",
        "add",
        "--file",
        "s.yaml",
        "-i",
        "--age",
        &attack.colleague,
        "--shamir-secret-sharing-threshold",
        "2",
    ]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    refused.says(&attack.attacker);
}
