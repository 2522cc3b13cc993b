//! Values that both sides changed, and how they are merged.

use super::*;

#[test]
fn changes_of_both_sides_are_merged_and_all_else_keeps_its_ciphertext() {
    let repository = Repository::new("s.yaml", BASE);
    let before = tokens(&repository.text());
    let merge = repository.merge(
        |ours| ours.edit(&BASE.replace("c4r1b0u", "r31nd33r").replace("last: 1", "last: 1\nmine: 7")),
        |theirs| theirs.edit(&BASE.replace("5432", "5433").replace("last: 1", "last: 1\n# theirs\nyours: 8")),
    );
    merge.ok();
    let wanted = BASE.replace("c4r1b0u", "r31nd33r").replace("5432", "5433");
    assert_eq!(repository.merged(), format!("{wanted}mine: 7\n# theirs\nyours: 8\n"));
    let after = tokens(&repository.text());
    // user, three hosts and last; the others changed, and so did the MAC.
    assert_eq!(before.iter().filter(|token| after.contains(token)).count(), 5);
    assert!(!contains(&repository.stored(), "r31nd33r"));
}

#[test]
fn both_sides_may_make_the_same_change() {
    let repository = Repository::new("s.yaml", BASE);
    let edit = |side: &Repository| side.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
    repository.merge(edit, edit).ok();
    assert_eq!(repository.merged(), BASE.replace("c4r1b0u", "r31nd33r"));
}

#[test]
fn what_one_side_deletes_goes_and_what_the_other_changed_meanwhile_is_a_conflict() {
    let repository = Repository::new("s.yaml", BASE);
    repository
        .merge(
            |ours| ours.edit(&BASE.replace("  port: 5432\n", "")),
            |theirs| theirs.edit(&BASE.replace("c4r1b0u", "r31nd33r")),
        )
        .ok();
    assert_eq!(repository.merged(), BASE.replace("  port: 5432\n", "").replace("c4r1b0u", "r31nd33r"));

    let repository = Repository::new("s.yaml", BASE);
    let merge = repository.merge(
        |ours| ours.edit(&BASE.replace("  port: 5432\n", "")),
        |theirs| theirs.edit(&BASE.replace("5432", "5433")),
    );
    assert_eq!(merge.code, 1);
    merge.says("we deleted and they changed `db.port`");
    let merged = repository.merged();
    assert!(merged.contains("__kenc_base: 5432") && merged.contains("__kenc_theirs: 5433"), "{merged}");
    assert!(!merged.contains("__kenc_ours"), "{merged}");
}

#[test]
fn another_order_and_other_comments_are_merged_with_other_values() {
    let base = "# one\na: 1\n# two\nb: 2\nc: 3\nd: 4\n";
    let repository = Repository::new("s.yaml", base);
    repository
        .merge(
            |ours| ours.edit("# one\na: 1\n# two\nb: 2\nc: 3\nd: 5\n"),
            |theirs| theirs.edit("# two, really\nb: 2\n# one\na: 1\nc: 3\nd: 4\n"),
        )
        .ok();
    assert_eq!(repository.merged(), "# two, really\nb: 2\n# one\na: 1\nc: 3\nd: 5\n");
}

#[test]
fn lists_are_merged_by_their_items_and_conflict_as_a_whole() {
    let repository = Repository::new("s.yaml", BASE);
    repository
        .merge(
            |ours| ours.edit(&BASE.replace("- alpha", "- ALPHA")),
            |theirs| theirs.edit(&BASE.replace("- gamma", "- gamma\n  - delta")),
        )
        .ok();
    assert_eq!(repository.merged(), BASE.replace("- alpha", "- ALPHA").replace("- gamma", "- gamma\n  - delta"));

    let repository = Repository::new("s.yaml", BASE);
    let merge = repository.merge(
        |ours| ours.edit(&BASE.replace("- gamma", "- gamma\n  - delta")),
        |theirs| theirs.edit(&BASE.replace("- gamma", "- gamma\n  - epsilon")),
    );
    assert_eq!(merge.code, 1);
    merge.says("both sides changed `hosts`");
    assert!(repository.merged().contains("__kenc_theirs"));
}

#[test]
fn a_text_that_is_one_value_is_merged_by_its_lines() {
    let lines = |first: &str, last: &str| format!("{first}\nb\nc\nd\n{last}\n");
    let edit = |side: &Repository, text: &str| {
        let document = Document::from_plaintext(Format::Binary, Zeroizing::new(text.as_bytes().to_vec())).unwrap();
        match side.opened().encrypt_again(&document).unwrap() {
            ChangeOutcome::Changed(encrypted) => drop(side.home.write("notes.txt", encrypted.text.as_bytes())),
            ChangeOutcome::Unchanged => panic!("nothing changed"),
        }
    };
    let repository = Repository::new("notes.txt", &lines("a", "e"));
    repository.merge(|side| edit(side, &lines("A", "e")), |side| edit(side, &lines("a", "E"))).ok();
    assert_eq!(repository.merged(), lines("A", "E"));

    let repository = Repository::new("notes.txt", &lines("a", "e"));
    let merge = repository.merge(|side| edit(side, &lines("A", "e")), |side| edit(side, &lines("Z", "e")));
    assert_eq!(merge.code, 1);
    merge.hints("kenc edit notes.txt");
    assert_eq!(repository.merged(), lines("<<<<<<< ours\nA\n=======\nZ\n>>>>>>> theirs", "e"));
    repository.git(&["add", "notes.txt"]).ok();
    repository.kenc(&["git", "check"]).fails(PROBLEMS).says("is not resolved");
}

#[test]
fn files_that_both_sides_added_and_files_of_which_one_side_is_in_the_clear_are_merged() {
    let repository = Repository::empty("s.yaml");
    repository.home.write("s.yaml", "a: 1\n");
    repository.kenc(&["git", "install", "s.yaml"]).ok();
    repository.git(&["add", "s.yaml", ".gitattributes"]).ok();
    repository.commit("base");
    let encrypt = |side: &Repository| {
        side.kenc(&["encrypt", "--values", "-i", "s.yaml"]).ok();
    };
    let write = |side: &Repository| drop(side.home.write("s.yaml", "a: 1\nb: marmot\n"));
    repository.merge(encrypt, write).ok();
    assert_eq!(repository.merged(), "a: 1\nb: marmot\n");
    assert!(!repository.text().contains("marmot"));

    let repository = Repository::empty("s.yaml");
    repository.kenc(&["git", "install", "s.yaml"]).ok();
    repository.git(&["add", ".gitattributes"]).ok();
    repository.commit("base");
    let add = |text: &'static str| {
        move |side: &Repository| {
            side.home.write("s.yaml", text);
            side.kenc(&["encrypt", "--values", "-i", "s.yaml"]).ok();
        }
    };
    let merge = repository.merge(add("a: 1\nb: 2\n"), add("a: 1\nb: 3\nc: 4\n"));
    assert_eq!(merge.code, 1);
    merge.says("both sides added `b`");
    let merged = repository.merged();
    assert!(
        merged.contains("__kenc_ours: 2") && merged.contains("__kenc_theirs: 3") && merged.contains("c: 4"),
        "{merged}"
    );
}

#[test]
fn a_side_that_sops_wrote_is_merged_and_the_result_is_not_sealed() {
    let repository = Repository::new("s.yaml", BASE);
    let sops = need!(Sops::in_home(&repository.home));
    for sops_is_ours in [true, false] {
        let branch = repository.git(&["rev-parse", "HEAD"]).ok().stdout_text();
        let by_sops = |side: &Repository| {
            sops.run(["set", side.name, "[\"db\"][\"port\"]", "5433"]).ok();
        };
        let by_kenc = |side: &Repository| side.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
        if sops_is_ours { repository.merge(by_sops, by_kenc) } else { repository.merge(by_kenc, by_sops) }.ok();
        let merged = repository.merged_without_seal();
        assert!(merged.contains("password: r31nd33r") && merged.contains("port: 5433"), "{merged}");
        repository.git(&["reset", "-q", "--hard", branch.trim()]).ok();
        repository.git(&["branch", "-D", "theirs"]).ok();
    }
}

#[test]
fn the_same_holds_in_every_notation() {
    for (name, base, ours, theirs, wanted) in [
        (
            "s.json",
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"x\"\n  }\n}\n",
            "{\n  \"a\": 2,\n  \"b\": {\n    \"c\": \"x\"\n  }\n}\n",
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"x\",\n    \"d\": true\n  }\n}\n",
            "{\n  \"a\": 2,\n  \"b\": {\n    \"c\": \"x\",\n    \"d\": true\n  }\n}\n",
        ),
        (
            "t.json",
            "{\n  \"a\": 1\n}\n",
            "{\n  \"a\": 1,\n  \"b\": 2\n}\n",
            "{\n  \"a\": 1,\n  \"c\": [3]\n}\n",
            "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": [\n    3\n  ]\n}\n",
        ),
        ("s.env", "A=1\nB=2\nC=3\n", "A=9\nB=2\nC=3\nD=4\n", "A=1\nB=2\nE=5\n", "A=9\nB=2\nD=4\nE=5\n"),
        (
            "s.ini",
            "[a]\nx = 1\ny = 2\n\n[b]\nz = 3\n",
            "[a]\nx = 5\ny = 2\n\n[b]\nz = 3\n",
            "[a]\nx = 1\ny = 2\n\n[b]\nz = 4\n",
            "[a]\nx = 5\ny = 2\n\n[b]\nz = 4\n",
        ),
        (
            "s.toml",
            "a = 1\n\n[b]\nc = \"x\"\n",
            "a = 2\n\n[b]\nc = \"x\"\n",
            "a = 1\n\n[b]\nc = \"y\"\n",
            "a = 2\n\n[b]\nc = \"y\"\n",
        ),
        ("m.yaml", "a: 1\n---\nb: 2\n", "a: 5\n---\nb: 2\n", "a: 1\n---\nb: 2\nc: 3\n", "a: 5\n---\nb: 2\nc: 3\n"),
    ] {
        let repository = Repository::new(name, base);
        repository.merge(|side| side.edit(ours), |side| side.edit(theirs)).ok();
        assert_eq!(repository.merged(), wanted, "{name}");
    }
}

#[test]
fn blocks_lists_and_tagged_values_that_were_replaced_or_removed_are_merged() {
    merge_blocks(&Repository::new("s.yaml", BLOCKS));
}

#[test]
fn anchors_and_aliases_go_where_their_lines_go() {
    let base = "base: &b\n  x: 1\nuse: *b\nother: 1\nlast: 1\n";
    let repository = Repository::new("s.yaml", base);
    repository
        .merge(
            |side| side.edit(&base.replace("x: 1", "x: 2")),
            |side| side.edit(&base.replace("last: 1", "last: 2\nmore: *b")),
        )
        .ok();
    repository.kenc(&["verify", "s.yaml"]).ok();
    let wanted = base.replace("x: 1", "x: 2").replace("last: 1", "last: 2\nmore: *b");
    repository.kenc(&["decrypt", "s.yaml"]).gives(wanted.as_bytes());
}
