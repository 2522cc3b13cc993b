//! What diffs show, and what git stores.

use super::*;

#[test]
fn a_diff_shows_plaintext_and_git_stores_none() {
    let repository = Repository::new("s.yaml", BASE);
    repository.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
    let diff = repository.git(&["diff"]).ok().stdout_text();
    assert!(diff.contains("-  password: c4r1b0u") && diff.contains("+  password: r31nd33r"), "{diff}");
    assert!(!diff.contains("sops"), "{diff}");
    repository.git(&["add", "s.yaml"]).ok();
    repository.commit("changed");
    assert!(repository.git(&["log", "-p", "-1"]).ok().stdout_text().contains("+  password: r31nd33r"));
    let stored = repository.stored();
    assert!(contains(&stored, "ENC[AES256_GCM"), "the objects were not found");
    for secret in ["c4r1b0u", "r31nd33r"] {
        assert!(!contains(&stored, secret), "{secret} is in the repository");
    }
}

#[test]
fn who_may_not_see_a_file_has_its_ciphertext_in_the_diff() {
    let repository = Repository::new("s.yaml", BASE);
    repository.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
    std::fs::remove_file(repository.home.local_key()).unwrap();
    let diff = repository.git(&["diff"]);
    let text = diff.ok().stdout_text();
    assert!(text.contains("+  password: ENC[") || text.contains("+    password: ENC["), "{text}");
    assert!(diff.stderr.contains("shown encrypted"), "{}", diff.stderr);
    let merge = repository.kenc(&["git", "merge", "s.yaml", "s.yaml", "s.yaml", "s.yaml"]);
    // More than 128 is a failure to git; 1 would be a conflict, with ours as the result.
    assert_eq!(merge.code, 128 + 4, "{}", merge.stderr);
    merge.says("no key opens it").hints("git -c merge.kenc.driver=false merge");
}

#[test]
fn a_whole_file_is_shown_as_its_text_or_as_a_summary() {
    let repository = Repository::new("s.yaml", BASE);
    repository.home.write("a.sql", "select 'marmot';\n");
    repository.home.write("b.bin", [0, 1, 2, 255]);
    for name in ["a.sql", "b.bin"] {
        repository.kenc(&["encrypt", name, "-o", &format!("{name}.kenc")]).ok();
    }
    repository
        .kenc(&["git", "textconv", "a.sql.kenc"])
        .gives(format!("select 'marmot';\n# kenc: key age {}\n", repository.recipient).as_bytes());
    let summary = repository.kenc(&["git", "textconv", "b.bin.kenc"]).ok().stdout_text();
    assert!(summary.starts_with("kenc file, version 1") && summary.contains("SHA-256"), "{summary}");
    std::fs::remove_file(repository.home.local_key()).unwrap();
    let summary = repository.kenc(&["git", "textconv", "a.sql.kenc"]).ok().stdout_text();
    assert!(summary.starts_with("kenc file, version 1") && !summary.contains("marmot"), "{summary}");
}

#[test]
fn a_diff_names_keys_as_the_config_does() {
    let repository = Repository::new("s.yaml", BASE);
    let (ours, theirs) = (&repository.recipient, Home::new().keygen());
    let names = format!("keys:\n  alice: {ours}\n  bob: {theirs}\n");
    repository.home.write(".kenc.yaml", names);
    repository.kenc(&["rewrap", "s.yaml", "--add", "@bob"]).ok();
    let diff = repository.git(&["diff"]).ok().stdout_text();
    assert!(diff.contains(&format!("+# kenc: key age @bob ({theirs})")), "{diff}");
    assert!(diff.contains(&format!(" # kenc: key age @alice ({ours})")), "{diff}");
    // Key groups, and results for programs.
    repository.home.succeeds(&format!(
        "set -e; printf 'a: 1\\n' > g.yaml; kenc encrypt --values -i g.yaml --shamir-threshold 2 -k {ours} -k {theirs}"
    ));
    let shown = repository.kenc(&["inspect", "g.yaml", "s.yaml"]).ok().stdout_text();
    assert_eq!(shown.matches(&format!("age @bob ({theirs})")).count(), 2, "{shown}");
    let told: serde_json::Value =
        serde_json::from_slice(&repository.kenc(&["inspect", "--json", "g.yaml"]).ok().stdout).unwrap();
    assert_eq!(told["groups"][1][0]["name"], "bob", "{told}");
}
