//! Conflicts stay valid documents, and encrypted.

use super::*;

#[test]
fn a_value_that_both_changed_otherwise_is_a_conflict_that_stays_a_valid_document() {
    let repository = Repository::new("s.yaml", BASE);
    let merge = repository.merge(
        |ours| ours.edit(&BASE.replace("c4r1b0u", "ours-1")),
        |theirs| theirs.edit(&BASE.replace("c4r1b0u", "theirs-2").replace("last: 1", "last: 2")),
    );
    assert_eq!(merge.code, 1, "{}", merge.stderr);
    merge.says("both sides changed `db.password`").hints("kenc set s.yaml db.password");
    let status = repository.git(&["status", "--porcelain"]).ok().stdout_text();
    assert!(status.contains("UU s.yaml"), "{status}");
    let merged = repository.merged();
    for part in ["__kenc_ours: ours-1", "__kenc_base: c4r1b0u", "__kenc_theirs: theirs-2", "last: 2"] {
        assert!(merged.contains(part), "no {part} in:\n{merged}");
    }
    for secret in ["ours-1", "theirs-2", "c4r1b0u"] {
        assert!(!repository.text().contains(secret), "{secret} stands in the clear");
    }
    repository.git(&["add", "s.yaml"]).ok();
    repository.kenc(&["git", "check"]).fails(PROBLEMS).says("the merge of `db.password` is not resolved");
    repository.edit(&BASE.replace("c4r1b0u", "chosen").replace("last: 1", "last: 2"));
    repository.git(&["add", "s.yaml"]).ok();
    repository.kenc(&["git", "check"]).ok();
}

#[test]
fn a_conflict_below_a_key_that_the_rule_names_exactly_stays_encrypted() {
    let repository = Repository::empty("s.yaml");
    let base = "host: a\npassword: one\n";
    repository.home.write("s.yaml", base);
    repository.kenc(&["encrypt", "--values", "-i", "--encrypted-regex", "^password$", "s.yaml"]).ok();
    repository.kenc(&["git", "install"]).ok();
    repository.git(&["add", "s.yaml", ".gitattributes"]).ok();
    repository.commit("base");
    let merge = repository
        .merge(|ours| ours.edit(&base.replace("one", "two")), |theirs| theirs.edit(&base.replace("one", "three")));
    assert_eq!(merge.code, 1);
    for secret in ["two", "three"] {
        assert!(!repository.text().contains(secret), "{secret} stands in the clear");
    }
    assert!(repository.merged().contains("__kenc_theirs: three"));
}

#[test]
fn git_stops_a_merge_that_failed_and_goes_on_with_one_in_conflict() {
    let repository = Repository::new("s.yaml", BASE);
    let keys = repository.home.local_key();
    let merge = || repository.kenc(&["git", "merge", "base.yaml", "s.yaml", "theirs.yaml", "s.yaml"]);
    repository.home.write("base.yaml", repository.text());
    let plaintext = repository.opened().plaintext().text().to_owned();
    repository.edit(&plaintext.replace("c4r1b0u", "r31nd33r"));
    repository.home.write("theirs.yaml", repository.text());
    let ours = repository.home.read("base.yaml");
    repository.home.write("s.yaml", &ours);
    repository.edit(&plaintext.replace("c4r1b0u", "m4rm0t"));
    let before = repository.text();
    let secret = std::fs::read(&keys).unwrap();
    std::fs::remove_file(&keys).unwrap();
    assert_eq!(merge().code, 132);
    assert_eq!(repository.text(), before);
    std::fs::write(&keys, secret).unwrap();
    assert_eq!(merge().code, 1);
    assert!(repository.text().contains("__kenc_ours: ENC["));
}

#[test]
fn conflicts_stay_valid_and_encrypted_in_every_notation() {
    for (name, base, versions) in [
        (
            "s.json",
            "{\n  \"a\": {\n    \"b\": \"first\"\n  }\n}\n",
            ["\"__kenc_ours\": \"second\"", "\"__kenc_theirs\": \"third\""],
        ),
        ("s.env", "A=first\nB=1\n", ["A=second", "A__kenc_theirs=third"]),
        ("s.ini", "[s]\na = first\nb = 1\n", ["a = second", "a__kenc_theirs = third"]),
        ("s.toml", "a = \"first\"\n\n[s]\nb = 1\n", ["__kenc_ours = \"second\"", "__kenc_theirs = \"third\""]),
    ] {
        let repository = Repository::new(name, base);
        let merge = repository.merge(
            |side| side.edit(&base.replace("first", "second")),
            |side| side.edit(&base.replace("first", "third")),
        );
        assert_eq!(merge.code, 1, "{name}: {}", merge.stderr);
        let merged = repository.merged();
        for version in versions {
            assert!(
                merged.replace("\"a__kenc_theirs\"", "a__kenc_theirs").contains(version),
                "no {version} in:\n{merged}"
            );
        }
        assert!(!repository.text().contains("third"), "{}", repository.text());
        repository.git(&["add", name]).ok();
        repository.kenc(&["git", "check", "--no-keys"]).fails(PROBLEMS).says("is not resolved");
    }
}

#[test]
fn a_rule_that_names_the_end_of_a_key_is_obeyed_in_flat_notations() {
    let repository = Repository::empty("s.env");
    let base = "HOST=a\nPASS_SECRET=first\n";
    repository.home.write("s.env", base);
    repository.kenc(&["encrypt", "--values", "-i", "--encrypted-suffix", "_SECRET", "s.env"]).ok();
    repository.kenc(&["git", "install"]).ok();
    repository.git(&["add", "s.env", ".gitattributes"]).ok();
    repository.commit("base");
    let merge = repository
        .merge(|side| side.edit(&base.replace("first", "second")), |side| side.edit(&base.replace("first", "third")));
    assert_eq!(merge.code, 1);
    assert!(!repository.text().contains("third"), "{}", repository.text());
    assert!(repository.merged().contains("kenc_theirs__PASS_SECRET=third"));
}

#[test]
fn a_rule_of_one_side_does_not_expose_what_the_other_has_encrypted() {
    let repository = Repository::new("s.yaml", "a: first\nb: second\n");
    let merge = repository.merge(
        |ours| ours.edit("a: first\nb: second\nc: marmot\n"),
        |theirs| {
            theirs.home.write("s.yaml", "a: first\nb: second\n");
            theirs.kenc(&["encrypt", "--values", "-i", "--encrypted-regex", "^a$", "s.yaml"]).ok();
        },
    );
    assert_ne!(merge.code, 0);
    assert!(merge.stderr.contains("in plaintext, which one side has encrypted"), "{}", merge.stderr);
    assert!(!repository.text().contains("marmot"));
    repository.kenc(&["decrypt", "s.yaml"]).gives(b"a: first\nb: second\nc: marmot\n");
}
