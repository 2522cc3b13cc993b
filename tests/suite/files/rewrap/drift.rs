//! `kenc rewrap --from-config --check`: files that differ from their config.

use crate::support::Home;

const PROBLEMS: i32 = 7;

#[test]
fn keys_context_and_rule_that_differ_from_the_config_are_told_and_nothing_is_written() {
    let home = Home::with_key();
    let ours = home.succeeds("kenc keygen --show").trim().to_owned();
    let theirs = Home::new().keygen();
    let config = |rule: &str| home.write(".kenc.yaml", format!("creation_rules:\n  - keys: [{ours}]\n{rule}"));
    config("    context: {app: demo}\n");
    home.succeeds("echo x > plain; kenc encrypt plain -o plain.kenc; printf 'a: 1\\nb: 2\\n' > d.yaml");
    home.succeeds("kenc encrypt --values -i d.yaml; mkdir in; mv plain.kenc d.yaml in");
    let check = "kenc rewrap -r in --from-config --check";
    assert_eq!(home.succeeds(check), "2 files: 0 not as the config says\n");

    let before = (home.read("in/plain.kenc"), home.read("in/d.yaml"));
    for (rule, of_file, of_document) in [
        ("    context: {app: other}\n", "its context has app=demo, that of the config app=other", ""),
        ("    context: {app: demo}\n    encrypted_regex: ^a$\n", "", "that of the config encrypted_regex: ^a$"),
    ] {
        config(rule);
        let output = home.shell(check).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(PROBLEMS), "{said}");
        let line = |name: &str| said.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        assert!(line("in/plain.kenc: ").contains(of_file), "{said}");
        assert!(line("in/d.yaml: ").contains(of_document), "{said}");
    }
    home.write(".kenc.yaml", format!("creation_rules:\n  - keys: [{ours}, {theirs}]\n    context: {{app: demo}}\n"));
    let output = home.shell(check).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(PROBLEMS), "{said}");
    assert_eq!(said.matches(&format!("would add age {theirs}")).count(), 2, "{said}");
    assert!(said.ends_with("2 files: 2 not as the config says\n"), "{said}");
    assert_eq!((home.read("in/plain.kenc"), home.read("in/d.yaml")), before);
}

#[test]
fn a_named_file_that_cannot_be_changed_is_found_before_the_first_is() {
    let home = Home::with_key();
    let theirs = Home::new().keygen();
    home.succeeds("echo x > plain; kenc encrypt plain -o a.kenc; kenc encrypt plain -o b.kenc; mkdir folder");
    let before = home.read("a.kenc");
    for (command, second, fault) in [
        ("rewrap --add", "missing.kenc", "missing.kenc"),
        ("rewrap --add", "plain", "plain: this is not a kenc file"),
        ("rewrap --add", "folder", "folder is a directory"),
        ("rotate --yes --add", "missing.kenc", "missing.kenc"),
        ("rotate --yes --add", "plain", "plain: this is not a kenc file"),
    ] {
        let outcome = home.shell(&format!("kenc {command} {theirs} a.kenc {second} b.kenc")).output().unwrap();
        let said = String::from_utf8(outcome.stderr).unwrap();
        assert!(!outcome.status.success() && said.contains(fault), "{said}");
        assert!(home.read("a.kenc") == before, "{command} {second}: the first was changed");
    }
}

#[test]
fn a_dry_rotation_says_what_would_happen_and_writes_nothing() {
    let home = Home::with_key();
    let ours = home.succeeds("kenc keygen --show").trim().to_owned();
    home.succeeds(
        "echo x > plain; kenc encrypt plain -o a.kenc; printf 'a: 1\\n' > d.yaml; kenc encrypt --values -i d.yaml",
    );
    let before = (home.read("a.kenc"), home.read("d.yaml"));
    let said = home.succeeds("kenc rotate -n a.kenc d.yaml");
    assert_eq!(
        said,
        format!(
            "a.kenc: would get a new data key under age {ours}\nd.yaml: would get a new data key under age {ours}\n"
        )
    );
    assert!((home.read("a.kenc"), home.read("d.yaml")) == before);
    let told = home.succeeds("kenc rotate --json a.kenc d.yaml 2>/dev/null");
    let last: serde_json::Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!((&last["files"], &last["rotated"], &last["failed"]), (&2.into(), &2.into(), &0.into()));
    assert!((home.read("a.kenc"), home.read("d.yaml")) != before);
}
