//! Post-quantum keys of age: made by its own programs and used by kenc, and the other way round.

use crate::support::{Home, Sops, home_with_age, text};

/// A home with `pq.txt` of age-keygen, its recipient in `pq.pub`, and a plaintext `x`.
fn home_with_keys() -> Result<Home, String> {
    let home = home_with_age()?;
    home.succeeds("echo hello > x; age-keygen -pq -o pq.txt 2> pq.log; age-keygen -y pq.txt > pq.pub");
    Ok(home)
}

#[test]
fn an_identity_of_age_keygen_opens_files_and_documents_for_its_recipient() {
    let home = need!(home_with_keys());
    home.succeeds(
        "test \"$(kenc keygen --show -o pq.txt)\" = \"$(cat pq.pub)\" || exit 1
        kenc encrypt -k \"$(cat pq.pub)\" x -o x.kenc; kenc decrypt --identity pq.txt x.kenc | cmp - x || exit 2
        KENC_AGE_KEY_FILE=pq.txt kenc verify x.kenc || exit 3
        echo 'password: s' > a.yaml; kenc encrypt --values -k \"$(cat pq.pub)\" a.yaml -o b.yaml
        test \"$(SOPS_AGE_KEY=$(cat pq.txt) kenc get b.yaml password)\" = s || exit 4
        kenc keys check --identity pq.txt \"$(cat pq.pub)\" || exit 5",
    );
    let said = home.fails("age-keygen -pq -o other.txt 2> /dev/null; kenc decrypt --identity other.txt x.kenc", 4);
    assert!(said.contains("no matching identity in other.txt"), "{said}");
}

#[test]
fn a_key_of_kenc_keygen_is_an_identity_of_age() {
    let home = need!(home_with_keys());
    home.succeeds(
        "kenc keygen --pq > recipient; key=~/.config/kenc/keys.txt
        test \"$(age-keygen -y $key)\" = \"$(cat recipient)\" || exit 1
        age -r \"$(cat recipient)\" x | age -d -i $key | cmp - x || exit 2
        kenc encrypt x -o x.kenc; kenc decrypt x.kenc | cmp - x || exit 3
        kenc keygen --pq -o - > printed.txt; age -r \"$(age-keygen -y printed.txt)\" x > /dev/null || exit 4",
    );
    let said = home.fails("kenc keygen --pq", 6);
    assert!(said.contains("already exists"), "{said}");
}

#[test]
fn documents_for_a_post_quantum_key_go_both_ways_with_sops() {
    let mut home = need!(home_with_keys());
    let key = home.file("pq.txt").display().to_string();
    home.set("SOPS_AGE_KEY_FILE", key);
    let sops = need!(Sops::in_home(&home));
    let recipient = text(&home.read("pq.pub"));
    home.write("a.yaml", "password: s\nuser: u\n");
    let ours = home.run(["encrypt", "--values", "-k", recipient.trim(), "a.yaml"]).ok().stdout.clone();
    home.write("ours.yaml", &ours);
    sops.run(["decrypt", "ours.yaml"]).gives(b"password: s\nuser: u\n");
    sops.run(["set", "ours.yaml", "[\"user\"]", "\"v\""]).ok();
    home.run(["get", "ours.yaml", "user"]).gives(b"v\n");
    let theirs = sops.run(["encrypt", "--age", recipient.trim(), "a.yaml"]).ok().stdout.clone();
    home.write("theirs.yaml", theirs);
    home.run(["decrypt", "theirs.yaml"]).gives(b"password: s\nuser: u\n");
    // The key stays when the data key is made anew.
    home.run(["rotate", "--yes", "theirs.yaml"]).ok();
    sops.run(["decrypt", "theirs.yaml"]).gives(b"password: s\nuser: u\n");
}

#[test]
fn keys_of_both_kinds_are_added_and_removed() {
    let home = need!(home_with_keys());
    home.succeeds(
        "kenc keygen > /dev/null; kenc encrypt x -o x.kenc
        kenc rewrap --add \"$(cat pq.pub)\" x.kenc; kenc decrypt --identity pq.txt x.kenc | cmp - x || exit 1
        kenc rewrap --remove \"$(kenc keygen --show)\" x.kenc; mv ~/.config/kenc/keys.txt away
        kenc decrypt --identity pq.txt x.kenc | cmp - x || exit 2
        ! kenc decrypt --identity away x.kenc 2> /dev/null || exit 3",
    );
}

#[test]
fn a_mistyped_recipient_or_identity_is_refused() {
    let home = need!(home_with_keys());
    home.succeeds("sed 's/....$/qqqq/' pq.pub > typo.pub; sed '/^AGE/s/....$/QQQQ/' pq.txt > typo.txt");
    let said = home.fails("kenc encrypt -k \"$(cat typo.pub)\" x", 2);
    assert!(said.contains("it is mistyped or incomplete"), "{said}");
    let said = home.fails("kenc encrypt -k \"$(cat pq.pub)\" x -o x.kenc; kenc decrypt --identity typo.txt x.kenc", 4);
    assert!(said.contains("line 3 is a mistyped post-quantum identity"), "{said}");
    assert!(!said.contains("AGE-SECRET-KEY"), "{said}");
}
