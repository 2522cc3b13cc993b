//! Keys, key groups and data keys that a side changed.

use super::*;

#[test]
fn a_data_key_that_we_made_anew_stays_and_one_that_they_made_gives_a_third() {
    for rotates_ours in [true, false] {
        let repository = Repository::new("s.yaml", BASE);
        let base = tokens(&repository.text());
        let rotated = std::cell::RefCell::new(Vec::new());
        let rotate = |side: &Repository| {
            let new =
                side.with_keyring(|keyring| side.opened().rotate(keyring, &kenc::keys::Vouchers::none())).unwrap();
            side.home.write("s.yaml", new.text.as_bytes());
            *rotated.borrow_mut() = tokens(&side.text());
        };
        let edit = |side: &Repository| side.edit(&BASE.replace("c4r1b0u", "r31nd33r"));
        if rotates_ours { repository.merge(rotate, edit) } else { repository.merge(edit, rotate) }.ok();
        assert_eq!(repository.merged(), BASE.replace("c4r1b0u", "r31nd33r"));
        let after = tokens(&repository.text());
        let kept = |before: &[String]| before.iter().filter(|token| after.contains(token)).count();
        // All but the password.
        assert_eq!(kept(&rotated.borrow()), if rotates_ours { 6 } else { 0 });
        assert_eq!(kept(&base), 0, "the old data key is in use again");
    }
}

/// A repository whose file has two keys, with two more made.
fn with_two_keys() -> (Repository, [String; 3]) {
    let repository = Repository::empty("s.yaml");
    let new = |name: &str| repository.kenc(&["keygen", "-o", name]).ok().stdout_text().trim().to_owned();
    let keys = ["old.txt", "first.txt", "second.txt"].map(new);
    repository.home.write("s.yaml", BASE);
    repository.kenc(&["encrypt", "--values", "-i", "-k", &repository.recipient, "-k", &keys[0], "s.yaml"]).ok();
    repository.kenc(&["git", "install"]).ok();
    repository.git(&["add", "s.yaml", ".gitattributes"]).ok();
    repository.commit("base");
    (repository, keys)
}

fn set_keys(side: &Repository, add: &str, remove: Option<&str>) {
    let opened = side.opened();
    let keys = opened.metadata().groups[0].iter().filter(|key| Some(key.id().as_str()) != remove);
    let mut group: Vec<_> = keys.cloned().map(kenc::document::NewKey::Kept).collect();
    group.push(kenc::document::NewKey::Wrapping(add.parse::<kenc::keys::KeySpec>().unwrap().into()));
    match side.with_keyring(|keyring| opened.with_keys(&[group], 0, keyring, &kenc::keys::Vouchers::none())).unwrap() {
        ChangeOutcome::Changed(new) => drop(side.home.write("s.yaml", new.text.as_bytes())),
        ChangeOutcome::Unchanged => panic!("nothing changed"),
    }
}

fn rotate(side: &Repository) {
    let rotated = side.with_keyring(|keyring| side.opened().rotate(keyring, &kenc::keys::Vouchers::none())).unwrap();
    side.home.write("s.yaml", rotated.text.as_bytes());
}

#[test]
fn recipients_that_both_sides_changed_are_all_taken_over() {
    for rotates_ours in [false, true] {
        let (repository, [old, first, second]) = with_two_keys();
        let merge = repository.merge(
            |ours| {
                set_keys(ours, &first, None);
                if rotates_ours {
                    rotate(ours);
                }
            },
            |theirs| set_keys(theirs, &second, Some(&old)),
        );
        merge.ok();
        assert!(
            merge.stderr.contains("it is opened by") && merge.stderr.contains("no longer opened by"),
            "{}",
            merge.stderr
        );
        assert_eq!(repository.merged(), BASE);
        let opened = repository.opened();
        let ids: Vec<String> = opened.metadata().groups[0].iter().map(kenc::document::StoredKey::id).collect();
        assert_eq!(ids, [repository.recipient.clone(), first, second]);
        for name in ["first.txt", "second.txt"] {
            repository.kenc(&["decrypt", "--identity", name, "s.yaml"]).gives(BASE.as_bytes());
        }
        repository.kenc(&["decrypt", "--identity", "old.txt", "s.yaml"]).fails(4);
    }
}

#[test]
fn a_version_that_anybody_could_have_written_brings_no_key_with_it() {
    let (repository, [_, _, intruder]) = with_two_keys();
    let secret = BASE.replace("c4r1b0u", "r31nd33r");
    let merge = repository.merge(
        |ours| ours.edit(&secret),
        |theirs| {
            // Anyone who knows the recipients can create such a file, and then knows its data key.
            theirs.home.write("s.yaml", BASE);
            theirs.kenc(&["encrypt", "--values", "-i", "-k", &theirs.recipient, "-k", &intruder, "s.yaml"]).ok();
        },
    );
    assert_eq!(merge.code, 1);
    merge.says("keys that are not trusted").says(&intruder);
    assert_eq!(repository.merged(), secret);
    repository.kenc(&["decrypt", "--identity", "second.txt", "s.yaml"]).fails(4);
    let theirs = repository.git(&["show", "theirs:s.yaml"]).ok().stdout_text();
    let after = tokens(&repository.text());
    assert!(tokens(&theirs).iter().all(|token| !after.contains(token)));
}

/// A repository whose file is encrypted under KMS keys, in so many groups.
fn with_kms_keys(groups: usize) -> Option<(Repository, Vec<String>)> {
    let kms = match crate::support::moto() {
        Ok(kms) => kms,
        Err(reason) => {
            crate::support::skip(&reason);
            return None;
        }
    };
    let keys: Vec<String> = (0..3).map(|_| kms.new_key()).collect();
    let mut repository = Repository::empty("s.yaml");
    let endpoint = format!("http://127.0.0.1:{}", kms.port);
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", crate::support::REGION),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL_KMS", &endpoint),
        ("AWS_ENDPOINT_URL_STS", &endpoint),
    ] {
        repository.home = repository.home.with(name, value);
    }
    let config = if groups > 1 {
        let group = |key: &String| format!("  - kms:\n    - arn: {key}\n");
        let groups: Vec<String> = keys[..groups].iter().map(group).collect();
        format!(
            "creation_rules:\n- path_regex: s.yaml$\n  shamir_threshold: {}\n  key_groups:\n{}",
            groups.len(),
            groups.concat()
        )
    } else {
        format!("creation_rules:\n- path_regex: s.yaml$\n  kms: {}\n", keys[..2].join(","))
    };
    repository.home.write(".sops.yaml", config);
    repository.home.write("s.yaml", BLOCKS);
    repository.kenc(&["encrypt", "--values", "-i", "s.yaml"]).ok();
    repository.kenc(&["git", "install"]).ok();
    repository.git(&["add", "s.yaml", ".gitattributes", ".sops.yaml"]).ok();
    repository.commit("base");
    Some((repository, keys))
}

#[test]
fn a_file_under_kms_keys_is_merged() {
    let Some((repository, keys)) = with_kms_keys(1) else { return };
    assert!(keys[..2].iter().all(|key| repository.text().contains(key)));
    merge_blocks(&repository);
}

#[test]
fn a_file_under_key_groups_is_merged_and_conflicts_in_it_stay_encrypted() {
    let Some((repository, keys)) = with_kms_keys(2) else { return };
    assert!(
        repository.text().contains("shamir_threshold: 2")
            && keys[..2].iter().all(|key| repository.text().contains(key))
    );
    merge_blocks(&repository);
    let set = |side: &Repository, value: &str| {
        side.home.run_with(["set", "s.yaml", "stringData.b"], value.as_bytes()).ok();
    };
    repository.git(&["add", "s.yaml"]).ok();
    repository.git(&["branch", "-q", "-D", "theirs"]).ok();
    let merged = repository.merge(|ours| set(ours, "marmot"), |theirs| set(theirs, "caribou"));
    assert_eq!(merged.code, 1, "{}", merged.stderr);
    let text = repository.text();
    assert!(text.contains("__kenc_ours: ENC[") && !text.contains("marmot") && !text.contains("caribou"), "{text}");
}
