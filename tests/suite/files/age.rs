//! age files: made by age and opened by kenc, and the other way round; and other recipients for them.

use crate::support::{Home, home_with_age, noise, text};

/// A home with `age`, a plaintext `x`, and keys of every kind in `KIND.txt`, each with its recipient in `KIND.pub`.
fn home_with_keys() -> Result<Home, String> {
    let home = home_with_age()?;
    home.write("x", noise(200_000));
    home.succeeds(
        "age-keygen -o x25519.txt 2> log; age-keygen -y x25519.txt > x25519.pub
        age-keygen -pq -o pq.txt 2> log; age-keygen -y pq.txt > pq.pub; chmod 600 *.txt
        ssh-keygen -q -t ed25519 -N '' -f ed25519.txt; mv ed25519.txt.pub ed25519.pub
        ssh-keygen -q -t rsa -b 2048 -N '' -f rsa.txt; mv rsa.txt.pub rsa.pub; echo words > words",
    );
    Ok(home)
}

const KINDS: [&str; 4] = ["x25519", "pq", "ed25519", "rsa"];
/// With a passphrase, age itself asks at a terminal; its own plugin does not.
const BATCHPASS: &str = "AGE_PASSPHRASE=words AGE_PASSPHRASE_WORK_FACTOR=12";

#[test]
fn files_of_every_length_and_kind_of_recipient_go_both_ways_with_age() {
    let home = need!(home_with_keys());
    for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
        home.succeeds(&format!(
            "head -c {length} x > y
            for armor in '' -a; do
                kenc encrypt -f --format age $armor -k \"$(cat x25519.pub)\" y -o y.age || exit 1
                age -d -i x25519.txt y.age | cmp - y || exit 2
                kenc decrypt --identity x25519.txt y.age | cmp - y || exit 3
                age $armor -r \"$(cat x25519.pub)\" y > z.age || exit 4
                kenc decrypt --identity x25519.txt z.age | cmp - y || exit 5
                kenc decrypt --identity x25519.txt < z.age | cmp - y || exit 6
                kenc decrypt -f --identity x25519.txt z.age -o z && cmp z y || exit 7
                kenc encrypt --format age $armor -k \"$(cat x25519.pub)\" < y | age -d -i x25519.txt | cmp - y || exit 8
            done"
        ));
    }
    for kind in KINDS {
        home.succeeds(&format!(
            "kenc encrypt -f --format age -k \"$(cat {kind}.pub)\" x -o y.age && age -d -i {kind}.txt y.age | cmp - x || exit 1
            age -R {kind}.pub x > z.age; kenc decrypt --identity {kind}.txt z.age | cmp - x || exit 2
            kenc verify --identity {kind}.txt z.age || exit 3"
        ));
    }
}

#[test]
fn a_passphrase_goes_both_ways_with_age() {
    let home = need!(home_with_keys());
    home.succeeds(&format!(
        "{BATCHPASS} age -e -j batchpass x > y.age; kenc decrypt --passphrase-from file:words y.age | cmp - x || exit 1
        kenc encrypt --format age -k passphrase: --passphrase-from file:words x -o z.age
        AGE_PASSPHRASE=words age -d -j batchpass z.age | cmp - x || exit 2
        echo AGE-PLUGIN-BATCHPASS-1JCS0Q9 > batchpass.txt; chmod 600 batchpass.txt
        AGE_PASSPHRASE=words kenc decrypt --identity batchpass.txt y.age | cmp - x || exit 3"
    ));
    let said = home.fails("echo wrong > wrong; kenc decrypt --passphrase-from file:wrong y.age", 4);
    assert!(said.contains("wrong passphrase"), "{said}");
    let said = home.fails("AGE_PASSPHRASE=wrong kenc decrypt --identity batchpass.txt --no-input y.age", 4);
    assert!(said.contains("--no-input forbids a prompt"), "{said}");
}

#[test]
fn keys_that_cannot_stand_in_an_age_file_or_together_are_refused_with_the_reason() {
    let home = need!(home_with_keys());
    for (arguments, words) in [
        ("-k \"$(cat pq.pub)\" -k \"$(cat x25519.pub)\"", "post-quantum and other recipients cannot share an age file"),
        ("-k passphrase: --passphrase-from file:words -k \"$(cat x25519.pub)\"", "must be the only key of an age file"),
        ("-k alias/x", "alias/x cannot be a key of an age file"),
        ("-c a=b -k \"$(cat x25519.pub)\"", "an age file has no encryption context"),
    ] {
        let said = home.fails(&format!("kenc encrypt --format age {arguments} x -o y.age"), 2);
        assert!(said.contains(words), "{said}");
        assert!(!home.file("y.age").exists(), "{arguments}");
    }
    home.succeeds("age -r \"$(cat x25519.pub)\" x > z.age");
    let said = home.fails("kenc decrypt -c a=b --identity x25519.txt z.age", 3);
    assert!(said.contains("encryption context"), "{said}");
    let said = home.fails("kenc decrypt --identity pq.txt z.age", 4);
    assert!(said.contains("no matching identity in pq.txt"), "{said}");
    let said = home.fails("kenc decrypt -k \"$(cat pq.pub)\" --identity x25519.txt z.age", 4);
    assert!(said.contains("no matching identity"), "{said}");
    home.succeeds("kenc decrypt -k \"$(cat x25519.pub)\" --identity x25519.txt z.age | cmp - x");
}

#[test]
fn a_folder_of_age_files_is_encrypted_and_decrypted() {
    let home = need!(home_with_keys());
    home.succeeds(
        "mkdir -p tree/sub; seq 10 > tree/a; seq 100000 > tree/sub/b
        kenc encrypt --format age -r -k \"$(cat x25519.pub)\" tree -o sealed || exit 1
        age -d -i x25519.txt sealed/sub/b.age | cmp - tree/sub/b || age -d -i x25519.txt sealed/tree/sub/b.age | cmp - tree/sub/b || exit 2
        kenc verify -r --identity x25519.txt sealed || exit 3
        kenc decrypt -r --identity x25519.txt sealed -o opened || exit 4
        cmp \"$(find opened -name a)\" tree/a && cmp \"$(find opened -name b)\" tree/sub/b || exit 5",
    );
}

#[test]
fn a_part_of_an_age_file_is_decrypted() {
    let home = need!(home_with_keys());
    home.succeeds("age -r \"$(cat x25519.pub)\" x > y.age; age -a -r \"$(cat x25519.pub)\" x > z.age");
    let x = home.read("x");
    for (start, end) in [(0, 1), (65_530, 65_540), (131_072, 200_000), (5, 5), (199_999, 200_000)] {
        for file in ["y.age", "z.age"] {
            let part = format!("{start}..{end}");
            home.run(["decrypt", "--identity", "x25519.txt", "--range", &part, file]).gives(&x[start..end]);
        }
    }
    home.run(["decrypt", "--identity", "x25519.txt", "--range", "5..200001", "y.age"]).fails(2);
    // A truncated file is detected even if the requested range is intact.
    home.write("cut.age", &home.read("y.age")[..140_000]);
    home.run(["decrypt", "--identity", "x25519.txt", "--range", "0..1", "cut.age"]).fails(3);
}

#[test]
fn what_an_age_file_says_of_itself_is_shown() {
    let home = need!(home_with_keys());
    home.succeeds("age -R x25519.pub -R ed25519.pub x > y.age; age -R pq.pub x > z.age");
    let said = home.succeeds("kenc inspect y.age");
    for words in ["age file, version 1", "ChaCha20-Poly1305", "X25519", "ssh-ed25519", "195.31 KiB", "4 chunks"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = home.succeeds("kenc inspect --json z.age");
    assert!(said.contains("\"mlkem768x25519\"") && said.contains("\"post_quantum\":true"), "{said}");
}

#[test]
fn recipients_are_added_and_removed_and_the_payload_stays() {
    let home = need!(home_with_keys());
    home.succeeds("age -R x25519.pub x > y.age; age -a -R x25519.pub x > a.age");
    let payload = |name: &str| home.read(name)[home.read(name).len() - 200_000..].to_vec();
    let before = payload("y.age");
    home.succeeds(
        "for file in y.age a.age; do
            kenc rewrap --identity x25519.txt --add \"$(cat ed25519.pub)\" $file || exit 1
            age -d -i ed25519.txt $file | cmp - x || exit 2; age -d -i x25519.txt $file | cmp - x || exit 3
            kenc rewrap --identity x25519.txt --remove \"$(cat x25519.pub)\" $file || exit 4
            ! age -d -i x25519.txt $file > /dev/null 2>&1 || exit 5; age -d -i ed25519.txt $file | cmp - x || exit 6
            kenc rewrap --identity ed25519.txt --to \"$(cat pq.pub)\" $file || exit 7
            age -d -i pq.txt $file | cmp - x || exit 8; ! age -d -i ed25519.txt $file > /dev/null 2>&1 || exit 9
            kenc rewrap --identity pq.txt --to passphrase: --new-passphrase-from file:words $file || exit 10
            AGE_PASSPHRASE=words age -d -j batchpass $file | cmp - x || exit 11
            kenc rewrap --passphrase-from file:words --to \"$(cat rsa.pub)\" $file || exit 12
            age -d -i rsa.txt $file | cmp - x || exit 13
        done",
    );
    assert!(payload("y.age") == before);
    assert!(text(&home.read("a.age")).starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
}

#[test]
fn a_change_of_recipients_that_is_not_possible_leaves_the_file_as_it_is() {
    let home = need!(home_with_keys());
    home.succeeds("age -R x25519.pub -R ed25519.pub x > y.age; age-keygen -o other.txt 2> log; chmod 600 other.txt");
    let before = home.read("y.age");
    for (arguments, code, words) in [
        ("--identity ed25519.txt --remove \"$(cat x25519.pub)\"", 2, "does not name its recipients"),
        ("--identity x25519.txt --add \"$(cat pq.pub)\"", 2, "post-quantum and other recipients cannot share"),
        ("--identity x25519.txt --add passphrase: --new-passphrase-from file:words", 2, "must be the only key"),
        ("--identity other.txt --add \"$(cat rsa.pub)\"", 4, "no matching identity"),
        ("--identity x25519.txt --to alias/x", 2, "cannot be a key of an age file"),
        (
            "--identity x25519.txt --identity ed25519.txt --remove \"$(cat x25519.pub)\" --remove \"$(cat ed25519.pub)\"",
            2,
            "the last key of a file cannot be removed",
        ),
    ] {
        let said = home.fails(&format!("kenc rewrap {arguments} y.age"), code);
        assert!(said.contains(words), "{said}");
        assert!(home.read("y.age") == before, "{arguments}");
    }
    // A changed header does not become authentic.
    let mut forged = before.clone();
    let at = forged.windows(4).position(|window| window == b"--- ").unwrap();
    forged.splice(at..at, *b"-> added\n\n");
    home.write("y.age", &forged);
    let said = home.fails("kenc rewrap --identity x25519.txt --add \"$(cat rsa.pub)\" y.age", 3);
    assert!(said.contains("edited or damaged"), "{said}");
    assert!(home.read("y.age") == forged);
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let home = need!(home_with_keys());
    home.succeeds("age -R x25519.pub x > y.age; cp y.age before");
    let said = home.succeeds(
        "kenc rewrap --identity x25519.txt --add \"$(cat x25519.pub)\" y.age
        kenc rewrap --identity x25519.txt --to \"$(cat x25519.pub)\" y.age
        kenc rewrap --identity x25519.txt --remove \"$(cat rsa.pub)\" y.age
        kenc rewrap --identity x25519.txt --dry-run --add \"$(cat rsa.pub)\" y.age; cmp y.age before",
    );
    assert_eq!(said.matches("nothing to change").count(), 3, "{said}");
    assert!(said.contains("would add"), "{said}");
}

#[test]
fn the_values_of_an_age_file_are_read_lent_and_compared() {
    let home = need!(home_with_keys());
    home.write("p.yaml", "db:\n  password: heron\n");
    home.succeeds(
        "age -r \"$(cat x25519.pub)\" p.yaml > p.yaml.age; use='--identity x25519.txt'
        test \"$(kenc get $use p.yaml.age db.password)\" = heron || exit 1
        kenc exec $use p.yaml.age -- sh -c 'test \"$db_password\" = heron' || exit 2
        kenc exec $use --file p.yaml.age -- cmp p.yaml {} || exit 3
        kenc export $use p.yaml.age | grep -q heron || exit 4
        kenc git textconv $use p.yaml.age > shown; grep -q 'password: heron' shown || exit 5
        head -c 20000000 /dev/zero | age -a -r \"$(cat x25519.pub)\" > long.age
        kenc git textconv $use long.age > shown; grep -q 'age file' shown || exit 6",
    );
    let said = home.fails("printf x | kenc set --identity x25519.txt p.yaml.age db.password", 1);
    assert!(said.contains("is encrypted as a whole file"), "{said}");
}

#[test]
fn a_new_file_gets_the_format_of_its_rule_or_of_its_ending() {
    let home = need!(home_with_keys());
    home.succeeds(
        "printf 'creation_rules:\\n- path_regex: \\\\.secret$\\n  age: %s\\n  format: age\\n- age: %s\\n' \\
            \"$(cat x25519.pub)\" \"$(cat x25519.pub)\" > .kenc.yaml
        printf 'echo heron > \"$1\"\\n' > editor
        for name in a.secret b.age; do
            EDITOR='sh editor' kenc edit $name || exit 1
            test \"$(age -d -i x25519.txt $name)\" = heron || exit 2
        done
        EDITOR='sh editor' kenc edit c.kenc && head -c 5 c.kenc | grep -q kenc || exit 3",
    );
}

#[test]
fn results_in_a_folder_are_named_after_the_format_that_their_rule_gives_them_and_come_back() {
    let home = need!(home_with_keys());
    home.succeeds(
        "printf 'creation_rules:\\n- path_regex: secret\\n  age: %s\\n  format: age\\n- age: %s\\n' \\
            \"$(cat x25519.pub)\" \"$(cat x25519.pub)\" > .kenc.yaml
        mkdir -p tree/secret; echo one > tree/secret/a; echo two > tree/b.txt; ln -s tree/b.txt link
        kenc encrypt -r tree -o out
        test \"$(find out -type f | sort | xargs)\" = 'out/b.txt.kenc out/secret/a.age' || exit 1
        test \"$(age -d -i x25519.txt out/secret/a.age)\" = one || exit 2
        kenc verify --identity x25519.txt -r out || exit 3
        kenc decrypt --identity x25519.txt -r out -o back && diff -r tree back || exit 4
        test \"$(kenc encrypt -r --resume --json tree -o out | grep -o '\"done_before\":2')\" = '\"done_before\":2' || exit 5
        printf 'link\\0tree/secret/a\\0' | kenc encrypt --files0-from - -o list
        test \"$(find list -type f | sort | xargs)\" = 'list/link.kenc list/tree/secret/a.age' || exit 6
        kenc encrypt --format age -k \"$(cat x25519.pub)\" -r tree -o all
        test \"$(find all -type f | sort | xargs)\" = 'all/b.txt.age all/secret/a.age' || exit 7",
    );
}

#[test]
fn an_edited_age_file_stays_one_for_the_same_recipients_or_is_left_alone() {
    let home = need!(home_with_keys());
    home.write("p.yaml", "user: me\npassword: heron\n");
    home.succeeds(
        "age-keygen -o second.txt 2> log; age-keygen -y second.txt > second.pub; chmod 600 second.txt
        use='--identity x25519.txt --identity second.txt'; export EDITOR='sed -i s/heron/egret/'
        for armor in '' -a; do
            age $armor -R x25519.pub -R second.pub p.yaml > p.yaml.age
            kenc edit $use p.yaml.age || exit 1
            for key in x25519 second; do age -d -i $key.txt p.yaml.age | grep -q egret || exit 2; done
        done
        head -c 21 p.yaml.age | grep -q 'BEGIN AGE' || exit 3
        age -R x25519.pub -R second.pub p.yaml > two.age; cp two.age before",
    );
    let said = home.fails("EDITOR='sed -i s/heron/egret/' kenc edit --identity x25519.txt two.age", 2);
    assert!(said.contains("1 of them has no identity here"), "{said}");
    home.succeeds("cmp two.age before");
    home.succeeds(&format!(
        "{BATCHPASS} age -e -j batchpass p.yaml > w.age
        EDITOR='sed -i s/heron/egret/' kenc edit --passphrase-from file:words w.age
        AGE_PASSPHRASE=words age -d -j batchpass w.age | grep -q egret"
    ));
}
