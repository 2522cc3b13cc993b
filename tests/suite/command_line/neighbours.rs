//! Options, key lists and files of other programs: the error for each names the kenc command to use instead.

use crate::support::Home;

const USAGE: i32 = 2;
const NOT_OURS: i32 = 3;

#[test]
fn a_flag_or_a_command_of_another_program_is_answered_with_our_word() {
    let home = Home::with_key();
    home.write("f.yaml", "a: b\n");
    for (arguments, hint) in [
        (&["encrypt", "--kms", "arn:aws:kms:x", "f.yaml"][..], "use `-k ARN`"),
        (&["encrypt", "--age", "age1x", "f.yaml"], "use `-k age1…`"),
        (&["encrypt", "--pgp", "ABCD", "f.yaml"], "use `-k pgp:FINGERPRINT`"),
        (&["encrypt", "-R", "team.txt", "f.yaml"], "use `-k file:FILE`"),
        (&["encrypt", "--recipients-file", "team.txt", "f.yaml"], "use `-k file:FILE`"),
        (&["encrypt", "--recipient", "age1x", "f.yaml"], "use `-k age1…`"),
        (&["encrypt", "--encryption-context", "a:b", "f.yaml"], "use `-c KEY=VALUE`"),
        (&["decrypt", "--profile", "work", "f.yaml"], "use `--aws-profile NAME`"),
        (&["-d", "f.yaml"], "use the command `kenc decrypt`"),
        (&["view", "f.yaml"], "use `kenc decrypt FILE`"),
        (&["updatekeys", "f.yaml"], "use `kenc rewrap --from-config FILE`"),
        (&["exec-env", "f.yaml", "env"], "use `kenc exec FILE -- COMMAND`"),
        (&["exec-file", "f.yaml", "env"], "use `kenc exec --file FILE -- COMMAND`"),
        (&["rekey", "f.yaml"], "use `kenc rewrap --to KEY FILE`"),
    ] {
        home.run(arguments).fails(USAGE).hints(hint);
    }
}

#[test]
fn keys_are_read_from_a_list_with_comments_and_each_of_them_opens_the_file() {
    let (ours, theirs) = (Home::new(), Home::new());
    let (our_key, their_key) = (ours.keygen(), theirs.keygen());
    ours.write("team.txt", format!("\u{feff}# the team\n\n{our_key}\n  {their_key}  \n# nobody else\n"));
    let file = ours.encrypt(&["-k", "file:team.txt"], b"secret");
    for home in [&ours, &theirs] {
        home.decrypt(&[], &file).gives(b"secret");
    }
    ours.write("f.yaml", "a: secret\n");
    ours.run(["encrypt", "--values", "-i", "-k", "file:team.txt", "f.yaml"]).ok();
    theirs.write("f.yaml", ours.read("f.yaml"));
    assert_eq!(theirs.run(["decrypt", "f.yaml"]).ok().stdout_text(), "a: secret\n");
    ours.write("f.kenc", ours.encrypt(&[], b"secret"));
    ours.run(["rewrap", "--add", "file:team.txt", "f.kenc"]).ok();
    theirs.decrypt(&[], &ours.read("f.kenc")).gives(b"secret");
}

#[test]
fn a_list_without_keys_with_a_wrong_line_or_with_identities_encrypts_nothing() {
    let home = Home::with_key();
    let key = home.run(["keygen", "--show"]).ok().stdout_text();
    home.write("empty.txt", "# nobody yet\n\n");
    home.write("wrong.txt", format!("{key}\nhello\n"));
    home.write("secret.txt", std::fs::read(home.local_key()).expect("the key is there"));
    for (list, words, hint) in [
        ("empty.txt", "the list of keys empty.txt has no key", "one key on each line"),
        ("wrong.txt", "wrong.txt, line 3: `hello` is not a key", "one key on each line"),
        ("secret.txt", "a secret key was given where its recipient belongs", "secret.txt holds identities"),
        ("missing.txt", "missing.txt", ""),
    ] {
        let outcome = home.run_with(["encrypt", "-k", &format!("file:{list}")], b"secret");
        assert!(outcome.code != 0 && outcome.stdout.is_empty(), "{list}");
        outcome.says(words).hints(hint);
        assert!(!outcome.stderr.contains("AGE-SECRET-KEY-"), "{}", outcome.stderr);
    }
}

#[test]
fn keys_that_would_come_from_the_network_are_refused_with_the_reason_and_the_way() {
    let home = Home::new();
    for (word, way) in [
        ("github:alice", "`curl -sSf https://github.com/alice.keys > alice.keys`, then `-k file:alice.keys`"),
        ("https://example.com/keys", "`curl -sSf https://example.com/keys > keys.txt`"),
    ] {
        let outcome = home.run_with(["encrypt", "-k", word], b"secret");
        outcome.fails(USAGE).says("whoever answers would choose who can decrypt").hints(way);
    }
}

#[test]
fn a_file_of_another_program_is_named_with_the_command_that_opens_it() {
    let home = Home::with_key();
    let vars = "user: a\npassword: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6232\n";
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    a: AgBy3i4\n";
    for (name, content, words, hint) in [
        ("v.yml", &b"$ANSIBLE_VAULT;1.1;AES256\n6232\n"[..], "an ansible-vault file", "ansible-vault view v.yml"),
        ("vars.yml", vars.as_bytes(), "values that ansible-vault encrypted", "-e @vars.yml --ask-vault-pass"),
        ("g", b"\0GITCRYPT\0abcdefghijkl", "a git-crypt file", "git-crypt unlock"),
        ("k", b"\x01\x02\x02\x00\x78abcdefghijklmnop", "a ciphertext of AWS KMS", "--ciphertext-blob fileb://k"),
        (
            "k.txt",
            b"AQICAHhQAbcdefghijklmnop\n",
            "a ciphertext of AWS KMS in Base64",
            "base64 -d k.txt | aws kms decrypt",
        ),
        ("s.yaml", sealed.as_bytes(), "a SealedSecret", "kubectl get secret NAME"),
        (
            "o.instruction",
            br#"{"x-amz-key-v2":"b","x-amz-iv":"a"}"#,
            "S3 Encryption Client",
            "Amazon S3 Encryption Client",
        ),
        ("m.pgp", b"-----BEGIN PGP MESSAGE-----\n", "an OpenPGP message", "gpg -d m.pgp"),
    ] {
        home.write(name, content);
        for command in ["decrypt", "verify", "inspect"] {
            let outcome = home.run([command, name]);
            assert_ne!(outcome.code, 0, "{command} {name}");
            outcome.says(words).hints(hint);
        }
    }
    home.run(["get", "v.yml", "a"]).fails(NOT_OURS).says("an ansible-vault file");
}
