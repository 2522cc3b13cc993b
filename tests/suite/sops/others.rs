//! Documents in forms that sops writes and kenc does not: they open, and stay readable for sops.

use crate::support::{Home, Sops};

/// The local key as an option of sops.
fn recipient(home: &Home) -> String {
    home.succeeds("kenc keygen --show").trim().to_owned()
}

#[test]
fn json_and_dotenv_with_a_key_twice_open_and_are_never_written() {
    let home = Home::with_key();
    let sops = need!(Sops::in_home(&home));
    let me = recipient(&home);
    for (name, plaintext) in
        [("x.json", "{\n\t\"a\": \"1\",\n\t\"b\": \"x\",\n\t\"a\": \"2\"\n}\n"), ("x.env", "A=1\nB=2\nA=3\n")]
    {
        home.write(name, plaintext);
        sops.run(["encrypt", "-i", "--age", &me, name]).ok();
        let encrypted = home.read(name);
        assert_eq!(home.succeeds(&format!("kenc decrypt {name}")).trim_end(), plaintext.trim_end());
        assert!(home.fails(&format!("kenc verify {name}"), 7).is_empty());
        for command in [
            "rotate --yes",
            "rewrap --yes --add age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa",
            "seal --yes",
        ] {
            let said = home.fails(&format!("kenc {command} {name}"), 1);
            assert!(said.contains("the key occurs twice"), "{command}: {said}");
        }
        let said = home.fails(&format!("echo y | kenc set {name} b"), 1);
        assert!(said.contains("the key occurs twice"), "{said}");
        assert!(home.read(name) == encrypted, "{name} was written");
        home.write("plain", plaintext);
        home.fails(&format!("cp plain other.{0}; kenc encrypt --values -i other.{0}", &name[2..]), 1);
    }
}

#[test]
fn files_that_sops_encrypted_as_binary_open_under_their_own_names() {
    let home = Home::with_key();
    let sops = need!(Sops::in_home(&home));
    let me = recipient(&home);
    for (name, plaintext) in [("x.toml", "a = 1\n"), ("x.env", "A='1 2'\n"), ("x.ini", "[s]\na = 1\n")] {
        home.write(name, plaintext);
        sops.run(["encrypt", "-i", "--age", &me, "--input-type", "binary", "--output-type", "binary", name]).ok();
        assert_eq!(home.succeeds(&format!("kenc decrypt {name}")), plaintext);
        home.fails(&format!("kenc verify {name}"), 7);
        home.succeeds(&format!("kenc rotate --yes {name}"));
        assert_eq!(home.succeeds(&format!("kenc decrypt {name}")), plaintext);
        sops.run(["decrypt", "--input-type", "binary", "--output-type", "binary", name]).gives(plaintext.as_bytes());
    }
    assert_eq!(home.succeeds("kenc exec x.env -- sh -c 'echo $A'"), "1 2\n");
    // A damaged file is reported as a damaged file of its own notation.
    home.write("bad.toml", "a = \"ENC[AES256_GCM,data:x\"\n= sops\n");
    assert!(home.fails("kenc decrypt bad.toml", 1).contains("line 2"));
}

#[test]
fn ini_comments_of_several_lines_survive_a_change_for_sops() {
    let home = Home::with_key();
    let sops = need!(Sops::in_home(&home));
    let me = recipient(&home);
    let comments = |text: &str| {
        text.lines().filter(|line| line.starts_with(';')).map(|line| line.replace(' ', "")).collect::<Vec<_>>()
    };
    home.write("x.ini", "; one\n; two\n[s]\n; three\n; four\na = 1\nb = 2\n");
    home.succeeds("cp x.ini y.ini; kenc encrypt --values --encrypt-comments -i y.ini");
    sops.run(["encrypt", "-i", "--age", &me, "x.ini"]).ok();
    home.succeeds("echo 5 | kenc set x.ini s.a");
    for name in ["x.ini", "y.ini"] {
        let opened = sops.run(["decrypt", name]).ok().stdout_text();
        assert_eq!(comments(&opened), [";one", ";two", ";three", ";four"], "{name}: {opened}");
        assert_eq!(comments(&home.succeeds(&format!("kenc decrypt {name}"))), [";one", ";two", ";three", ";four"]);
    }
    assert_eq!(home.succeeds("kenc get x.ini s.a; kenc get x.ini s.b"), "5\n2\n");
}

#[test]
fn json_with_trailing_commas_comes_back_as_it_was() {
    let home = Home::with_key();
    for text in [
        "{\n  // comment\n  \"a\": 1,\n  \"b\": [1, 2,],\n}\n",
        "{\"a\": [1,], \"b\": {\"x\": 1,},}",
        "{\n  \"a\": 1, // one\n  \"b\": 2 /* two */, // more\n  /* end */\n}\n",
    ] {
        home.write("tsconfig.json", text);
        home.succeeds("kenc encrypt --values -i tsconfig.json");
        assert_eq!(home.succeeds("kenc decrypt tsconfig.json"), text);
        home.succeeds("echo 7 | kenc set tsconfig.json c; kenc rotate --yes tsconfig.json");
        assert_eq!(home.succeeds("kenc get tsconfig.json c; kenc unset tsconfig.json c"), "7\n");
        assert_eq!(home.succeeds("kenc decrypt tsconfig.json"), text);
    }
    for text in ["{,}", "{\"a\": [,]}", "{\"a\": 1,,}"] {
        home.write("x.json", text);
        home.fails("kenc encrypt --values -i x.json", 1);
    }
}

#[test]
fn quoted_yaml_whose_lines_are_not_deeper_than_its_key_comes_back_as_it_was() {
    let home = Home::with_key();
    let sops = need!(Sops::in_home(&home));
    let me = recipient(&home);
    let text = "a:\n  b: \"one\n  two\\\n  \\\"x\"\nc: 'x\ny\n''z''\n\n# no comment\n'  # one\nd: &d \"-----BEGIN\nAB=\nCD==\n-----END\"\ne: *d\nf: [1, 'é\n  é']\n";
    home.write("x.yaml", text);
    home.write("y.yaml", text);
    home.succeeds("kenc encrypt --values -i x.yaml");
    assert_eq!(home.succeeds("kenc decrypt x.yaml"), text);
    sops.run(["encrypt", "-i", "--age", &me, "y.yaml"]).ok();
    for path in ["a.b", "c", "d", "e", "f[1]"] {
        let (ours, theirs) = (format!("kenc get x.yaml {path}"), format!("kenc get y.yaml {path}"));
        assert_eq!(home.succeeds(&ours), home.succeeds(&theirs), "{path}");
    }
    home.succeeds("echo new | kenc set x.yaml f[0]");
    assert_eq!(home.succeeds("kenc decrypt x.yaml"), text.replace("[1,", "[new,"));
}
