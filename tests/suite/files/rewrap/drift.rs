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
    assert_eq!(said.matches(&format!("would add key {theirs}")).count(), 1, "{said}");
    assert_eq!(said.matches(&format!("would add age {theirs}")).count(), 1, "{said}");
    assert!(said.ends_with("2 files: 2 not as the config says\n"), "{said}");
    assert_eq!((home.read("in/plain.kenc"), home.read("in/d.yaml")), before);
}
