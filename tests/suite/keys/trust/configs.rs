//! Configs that would weaken the requirements of others.

use super::*;

#[test]
fn a_nearer_config_or_one_that_was_named_takes_nothing_away() {
    let attack = Attack::new();
    attack.document_of_sops("s.yaml", "password: hunter2\n", &[&[&attack.ours]], 0);
    let at = |name: &str| attack.home.file(name);
    std::fs::create_dir_all(at("a/b")).unwrap();
    std::fs::rename(at("s.yaml"), at("a/b/s.yaml")).unwrap();
    attack.home.write(".kenc.yaml", "require_seal: true\n");
    attack.home.write("named.yaml", "require_seal: false\n");
    attack.home.write("sops.yaml", format!("creation_rules:\n- age: {}\n", attack.ours));
    let configs: [&[(&str, &str)]; 4] = [
        &[],
        &[("a/.kenc.yaml", "require_seal: false\n")],
        &[("a/b/.kenc.yaml", "{}\n"), ("a/b/.sops.yaml", "creation_rules: []\n")],
        &[("a/b/.sops.yaml", "creation_rules: []\n")],
    ];
    for files in configs {
        for (name, text) in files {
            attack.home.write(name, text);
        }
        for words in [
            &["decrypt", "-o", "-", "a/b/s.yaml"][..],
            &["rotate", "--yes", "a/b/s.yaml"],
            &["verify", "a/b/s.yaml"],
            &["verify", "--config", "named.yaml", "a/b/s.yaml"],
            &["unset", "a/b/s.yaml", "password"],
            &["exec", "a/b/s.yaml", "--", "true"],
            &["rewrap", "a/b/s.yaml", "--add", &attack.colleague],
        ] {
            attack.run(words).fails(NOT_AUTHENTIC);
        }
        let mut hidden = attack.home.command();
        hidden.args(["rotate", "--yes", "a/b/s.yaml"]).env("SOPS_CONFIG", at("sops.yaml"));
        finish(hidden, b"").fails(NOT_AUTHENTIC);
        let mut edit = attack.home.command();
        edit.args(["edit", "a/b/s.yaml"]).env("KENC_EDITOR", "true");
        finish(edit, b"").fails(NOT_AUTHENTIC);
        for (name, _) in files {
            std::fs::remove_file(at(name)).unwrap();
        }
    }
    // The user's own config applies everywhere.
    std::fs::remove_file(at(".kenc.yaml")).unwrap();
    attack.run(&["verify", "a/b/s.yaml"]);
    attack.run(&["decrypt", "-o", "-", "a/b/s.yaml"]).ok();
    attack.home.write("../home/.config/kenc/config.yaml", "require_seal: true\n");
    attack.run(&["decrypt", "-o", "-", "a/b/s.yaml"]).fails(NOT_AUTHENTIC);
    attack.run(&["rotate", "--yes", "a/b/s.yaml"]).fails(NOT_AUTHENTIC);
    attack.home.write("../home/.config/kenc/config.yaml", format!("trusted_keys: [{}]\n", attack.ours));
    attack.home.write("a/b/.kenc.yaml", format!("trusted_keys: ['{}', 'arn:*:*:*:*:*']\n", attack.attacker));
    attack.run(&["decrypt", "-o", "-", "a/b/s.yaml"]).fails(NO_KEY).says("trusted_keys");
    attack.home.write("../home/.config/kenc/config.yaml", "creation_rules: []\n");
    attack
        .run(&["decrypt", "-o", "-", "a/b/s.yaml"])
        .fails(1)
        .says("`creation_rules` is not a field of the user config");
}

#[test]
fn a_config_in_a_folder_of_others_is_used_only_if_it_is_named_or_allowed() {
    use std::os::unix::fs::PermissionsExt;
    let attack = Attack::new();
    std::fs::create_dir(attack.home.file("team")).unwrap();
    attack.home.write("team/x", "the secret");
    attack.home.write("team/.kenc.yaml", format!("creation_rules:\n- age: {}\n", attack.attacker));
    std::fs::set_permissions(attack.home.file("team"), PermissionsExt::from_mode(0o777)).unwrap();
    let refused = attack.run(&["encrypt", "team/x", "-o", "x.kenc"]);
    refused
        .fails(1)
        .says("the config is not used: others can write to its folder")
        .hints("--config team/.kenc.yaml")
        .hints("safe_folders");
    assert!(!attack.home.file("x.kenc").exists());
    attack.run(&["encrypt", "team/x", "-o", "x.kenc", "--config", "team/.kenc.yaml"]).ok();
    let folder = std::fs::canonicalize(attack.home.file("team")).unwrap();
    attack.home.write("../home/.config/kenc/config.yaml", format!("safe_folders: [{}]\n", folder.display()));
    attack.run(&["encrypt", "team/x", "-f", "-o", "x.kenc"]).ok();
    // Under the name of sops as well.
    std::fs::remove_file(attack.home.file("../home/.config/kenc/config.yaml")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), attack.home.file("sops")).unwrap();
    std::fs::rename(attack.home.file("team/.kenc.yaml"), attack.home.file("team/.sops.yaml")).unwrap();
    let mut link = attack.home.environment_of(Command::new(attack.home.file("sops")));
    link.args(["-e", "x"]).current_dir(attack.home.file("team"));
    let outcome = finish(link, b"");
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    outcome.says("the config is not used");
}
