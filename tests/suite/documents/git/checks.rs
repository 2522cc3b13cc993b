//! What a check finds before a commit, and how a MAC is repaired.

use super::*;

#[test]
fn a_check_without_a_key_says_what_it_did_not_check() {
    let repository = Repository::new("s.yaml", BASE);
    let check = |arguments: &[&str]| repository.kenc(&[&["git", "check"], arguments].concat());
    assert_eq!(check(&["s.yaml"]).ok().stderr, "");
    std::fs::remove_file(repository.home.local_key()).unwrap();
    check(&["s.yaml"]).ok().hints("1 file was checked without a key, so the MAC and the seal were not");
    let details = check(&["-v", "s.yaml"]);
    assert!(details.ok().stderr.contains("s.yaml: checked without a key"), "{}", details.stderr);
    // A check without keys was requested explicitly, so there is no warning.
    assert_eq!(check(&["--no-keys", "s.yaml"]).ok().stderr, "");
}

#[test]
fn a_check_finds_what_must_not_be_committed() {
    let repository = Repository::empty("s.yaml");
    let rule = format!("creation_rules:\n- path_regex: ^secret/\n  age: {}\n", repository.recipient);
    repository.home.write(".sops.yaml", &rule);
    std::fs::create_dir(repository.home.file("secret")).unwrap();
    let check = |name: &str, content: &str| {
        repository.home.write(name, content);
        repository.git(&["add", name]).ok();
        // The staged version is checked.
        repository.home.write(name, "a: b\n");
        let outcome = repository.kenc(&["git", "check"]);
        repository.git(&["rm", "-q", "-f", "--cached", name]).ok();
        outcome
    };
    check("readme.yaml", "a: b\n").ok();
    check("secret/x.yaml", "a: b\n")
        .fails(PROBLEMS)
        .says("matches a config rule but is not encrypted")
        .hints("kenc encrypt -i secret/x.yaml");
    repository.home.write("secret/x.yaml", BASE);
    let good = repository.kenc(&["encrypt", "--values", "secret/x.yaml"]).ok().stdout_text();
    check("secret/x.yaml", &good).ok();
    let with_plaintext = good.replacen("db:\n", "db:\n  token: marmot\n", 1);
    let outcome = check("other.yaml", &with_plaintext);
    outcome.fails(PROBLEMS).says("other.yaml").says("`db.token` is in plaintext");
    assert!(!outcome.stderr.contains("marmot"));
    let at = good.find("data:").unwrap() + 5;
    let damaged = format!("{}!{}", &good[..at], &good[at + 1..]);
    check("secret/x.yaml", &damaged).fails(PROBLEMS).says("is damaged");
    let without_last = good.split_inclusive('\n').filter(|line| !line.starts_with("last:")).collect::<String>();
    check("secret/x.yaml", &without_last).fails(PROBLEMS).says("MAC");
    check("secret/x.yaml", &format!("<<<<<<< ours\n{good}")).fails(PROBLEMS);
    // The rule of the config selects more than that of the document.
    repository.home.write("secret/x.yaml", "a: b\nc: d\n");
    let narrow =
        repository.kenc(&["encrypt", "--values", "--encrypted-regex", "^a$", "secret/x.yaml"]).ok().stdout_text();
    check("secret/x.yaml", &narrow).fails(PROBLEMS).says("its rule is encrypted_regex: ^a$, that of the config");
    repository.home.write(".sops.yaml", format!("{rule}  encrypted_regex: ^(a|c)$\n"));
    check("secret/x.yaml", &narrow).fails(PROBLEMS).says("`c` is in plaintext, but the config rule");
}

#[test]
fn the_hook_refuses_a_commit_and_is_taken_away_again() {
    let repository = Repository::empty("s.yaml");
    repository
        .home
        .write(".kenc.yaml", format!("creation_rules:\n- path_regex: secret\n  age: {}\n", repository.recipient));
    repository.home.write("secret.yaml", "a: marmot\n");
    repository.kenc(&["git", "install", "--hook", "vault/*.yaml"]).ok();
    assert!(
        repository.kenc(&["git", "install", "--hook", "vault/*.yaml"]).ok().stdout_text().contains("nothing to change")
    );
    let attributes = String::from_utf8(repository.home.read(".gitattributes")).unwrap();
    for line in ["*.kenc diff=kenc -merge", "vault/*.yaml diff=kenc merge=kenc", "/secret.yaml diff=kenc merge=kenc"] {
        assert!(attributes.lines().any(|other| other == line), "no {line} in\n{attributes}");
    }
    repository.git(&["add", "secret.yaml"]).ok();
    let refused = repository.git(&["commit", "-q", "-m", "secret"]);
    assert_ne!(refused.code, 0);
    refused.says("secret.yaml matches a config rule but is not encrypted");
    repository.kenc(&["encrypt", "-i", "secret.yaml"]).ok();
    repository.git(&["add", "secret.yaml"]).ok();
    repository.git(&["commit", "-q", "-m", "secret"]).ok();
    repository.kenc(&["git", "install", "--uninstall"]).ok();
    assert!(!repository.home.file(".gitattributes").exists());
    assert!(!repository.home.file(".git/hooks/pre-commit").exists());
    let config = String::from_utf8(repository.home.read(".git/config")).unwrap();
    assert!(!config.contains("kenc"), "{config}");
}

#[test]
fn a_mac_is_repaired_only_where_every_value_is_authentic_and_somebody_agrees() {
    let repository = Repository::new("s.yaml", BASE);
    let text = repository.text();
    let without = text.split_inclusive('\n').filter(|line| !line.starts_with("last:")).collect::<String>();
    repository.home.write("s.yaml", &without);
    repository.kenc(&["verify", "s.yaml"]).fails(3);
    let asked = repository.kenc(&["git", "mac-repair", "s.yaml"]);
    assert_eq!(asked.code, 1);
    assert!(asked.stderr.contains("removed last"), "{}", asked.stderr);
    let shown = format!("recipients:\n  age {}\nrule: ", repository.recipient);
    assert!(asked.stderr.contains(&shown), "{}", asked.stderr);
    assert_eq!(repository.text(), without);
    repository.kenc(&["git", "mac-repair", "--yes", "s.yaml"]).ok();
    assert_eq!(repository.merged_without_seal(), BASE.replace("last: 1\n", ""));
    assert!(repository.kenc(&["git", "mac-repair", "s.yaml"]).ok().stdout_text().contains("nothing to repair"));
    // A value that was moved is not authentic where it is.
    repository.home.write("s.yaml", text.replacen("last:", "other:", 1));
    repository.kenc(&["git", "mac-repair", "--yes", "s.yaml"]).fails(3).says("`other` is not authentic");
}

#[test]
fn a_check_finds_files_that_are_not_as_their_config_says() {
    let repository = Repository::new("s.yaml", BASE);
    let home = &repository.home;
    let (ours, theirs) = (&repository.recipient, Home::new().keygen());
    let config = |keys: &str, rule: &str| {
        home.write(".kenc.yaml", format!("keys: {{bob: {theirs}}}\ncreation_rules:\n- keys: [{keys}]\n{rule}"));
    };
    let check = |file: &str| repository.kenc(&["git", "check", file]);
    config(ours, "  context: {app: demo}\n");
    home.succeeds("echo x > plain; kenc encrypt plain -o plain.kenc");
    check("plain.kenc").ok();
    check("s.yaml").ok();
    config(ours, "  context: {app: other}\n");
    let said = check("plain.kenc");
    said.fails(PROBLEMS)
        .says("plain.kenc: not as the config says: its context has app=demo, that of the config app=other");
    said.hints("kenc rotate FILE --new-context K=V");
    // Keys of age have no context.
    check("s.yaml").ok();
    config(&format!("{ours}, {theirs}"), "  context: {app: demo}\n");
    for file in ["plain.kenc", "s.yaml"] {
        let said = check(file);
        said.fails(PROBLEMS).says(&format!("{file}: not as the config says: would add age @bob ({theirs})"));
        said.hints("kenc rewrap FILE --from-config");
        repository.kenc(&["rewrap", file, "--from-config", "-y"]).ok();
        check(file).ok();
    }
    config(&format!("{ours}, {theirs}"), "  encrypted_regex: ^db$\n");
    check("s.yaml")
        .fails(PROBLEMS)
        .says("that of the config encrypted_regex: ^db$")
        .hints("kenc rotate FILE --from-config");
    // A rule without keys, and one for other files, say nothing of this one.
    home.write(".kenc.yaml", format!("creation_rules:\n- path_regex: ^other\n  age: {theirs}\n"));
    check("s.yaml").ok();
    check("plain.kenc").ok();
    repository.git(&["add", "plain.kenc"]).ok();
    config(&theirs, "");
    repository.kenc(&["git", "check"]).fails(PROBLEMS).says("plain.kenc: not as the config says");
    repository.git(&["reset", "-q", "plain.kenc"]).ok();
    home.write("plain.kenc", &home.read("plain.kenc")[..40]);
    check("plain.kenc").fails(PROBLEMS).says("cut off");
}
