//! The keys of AWS Encryption SDK messages and of age files: which of them are asked, how often, and what is told of them.

use serde_json::{Value, json};

use crate::support::{Home, Relay, home_at, ministack, moto, noise};

const NO_KEY: i32 = 4;

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

/// A folder with a kenc file and a message under the same KMS key, another message under two, and an age file.
fn folder(home: &Home, keys: [&str; 2]) -> String {
    let age = home.keygen();
    std::fs::create_dir_all(home.file("tree/sub")).unwrap();
    home.write("plain", b"text");
    for (words, name) in [
        (&["-k", keys[0]][..], "tree/native.kenc"),
        (&["--format", "aws-esdk", "-k", keys[0]], "tree/one.esdk"),
        (&["--format", "aws-esdk", "--sign", "-a", "-k", keys[0], "-k", keys[1]], "tree/sub/two.esdk"),
        (&["--format", "age", "-k", &age], "tree/sub/three.age"),
    ] {
        home.run(["encrypt", "-o", name, "plain"].iter().chain(words)).ok();
    }
    age
}

#[test]
fn keys_usage_and_inspect_of_folders_count_messages_and_age_files() {
    let kms = need!(moto());
    let home = kms.home();
    let (one, two) = (kms.new_key(), kms.new_key());
    folder(&home, [&one, &two]);
    let told = json_lines(&home.run(["keys", "usage", "--json", "tree"]).ok().stdout_text());
    let summary = &told.last().expect("there is a summary")["summary"];
    assert_eq!(summary["files"], 4, "{summary}");
    let key = |id: &str| summary["keys"].as_array().unwrap().iter().find(|key| key["id"] == id).cloned();
    let count = |id: &str| key(id).map(|key| (key["files"].as_u64().unwrap(), key["alone"].as_u64().unwrap()));
    assert_eq!((count(&one), count(&two)), (Some((3, 2)), Some((1, 0))), "{summary}");
    // An age file names the kind of its recipient, and nobody.
    assert_eq!(count("X25519"), Some((1, 1)), "{summary}");
    let mut formats: Vec<String> = json_lines(&home.run(["inspect", "-r", "--json", "tree"]).ok().stdout_text())
        .iter()
        .filter_map(|line| Some(line["format"].as_str()?.to_owned()))
        .collect();
    formats.sort();
    assert_eq!(formats, ["age", "aws-esdk", "aws-esdk", "kenc"]);
    let text = home.run(["inspect", "-r", "tree"]).ok().stdout_text();
    assert!(text.contains("AWS Encryption SDK message") && text.contains("age file"), "{text}");
}

#[test]
fn a_tree_of_messages_costs_one_call_to_encrypt_and_one_to_open() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let key = kms.new_key();
    std::fs::create_dir_all(home.file("tree/sub")).unwrap();
    let mut list = Vec::new();
    for number in 0..8 {
        let name = format!("tree/sub/{number}");
        home.write(&name, number.to_string());
        list.extend_from_slice(name.as_bytes());
        list.push(0);
    }
    for more in [&[][..], &["--sign"]] {
        let before = relay.asked().len();
        let words = ["encrypt", "--format", "aws-esdk", "-f", "-k", &key];
        home.run(words.iter().chain(&["-r", "tree", "-o", "sealed"]).chain(more)).ok();
        assert_eq!(relay.asked()[before..], ["GenerateDataKey"]);
        home.run_with(words.iter().chain(&["--files0-from", "-", "-o", "listed"]).chain(more), &list).ok();
        assert_eq!(relay.asked()[before + 1..], ["GenerateDataKey"]);
        home.run(["decrypt", "-f", "-r", "sealed", "-o", "opened"]).ok();
        assert_eq!(relay.asked()[before + 2..], ["Decrypt"]);
        home.run(["verify", "-r", "listed"]).ok();
        assert_eq!(relay.asked()[before + 3..], ["Decrypt"]);
        for number in 0..8 {
            assert_eq!(home.read(&format!("opened/sub/{number}")), number.to_string().into_bytes());
        }
        // The same data key, and for each file a message id of its own.
        let id = |number: usize| {
            let told = home.run(["inspect", "--json", &format!("sealed/sub/{number}.esdk")]).ok().stdout_text();
            json_lines(&told)[0]["header"]["message_id"].as_str().expect("a message has one").to_owned()
        };
        let mut ids: Vec<String> = (0..8).map(id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 8);
    }
}

#[test]
fn a_message_under_a_multi_region_key_opens_in_another_region_strictly_and_in_discovery() {
    let kms = need!(ministack());
    let (primary, home) = (kms.new_multi_region_key(), kms.home());
    let replica = primary.replace("us-east-1", "eu-west-1");
    home.write("plain", b"text");
    let words = ["encrypt", "--format", "aws-esdk", "-c", "app=demo", "-o", "message", "plain"];
    home.run(words.iter().chain(&["-k", &primary])).ok();
    kms.call("ReplicateKey", &json!({ "KeyId": primary, "ReplicaRegion": "eu-west-1" }));
    kms.call("DisableKey", &json!({ "KeyId": primary }));
    home.run(["decrypt", "message"]).fails(NO_KEY).says("the key is disabled");
    // Strictly: the replica is named.
    home.run(["decrypt", "-k", &replica, "-c", "app=demo", "message"]).gives(b"text");
    // In discovery: the region says which replica is asked.
    home.run(["decrypt", "--aws-region", "eu-west-1", "message"]).gives(b"text");
    // Another key of the same kind does not open it.
    let other = kms.new_multi_region_key();
    home.run(["decrypt", "-k", &other, "message"]).fails(NO_KEY).says("-k does not name it");
    // And it moves to the replica, without the primary key.
    home.run(["rewrap", "-k", &replica, "--to", &replica, "message"]).ok();
    home.run(["decrypt", "-k", &replica, "message"]).gives(b"text");
}

#[test]
fn trusted_keys_decide_which_keys_of_a_message_are_asked() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let (ours, theirs) = (kms.new_key(), kms.new_key());
    home.write("plain", b"text");
    home.run(["encrypt", "--format", "aws-esdk", "-k", &theirs, "-o", "message", "plain"]).ok();
    home.write(".kenc.yaml", format!("trusted_keys: ['{ours}']\n"));
    let before = relay.asked().len();
    home.run(["decrypt", "message"]).fails(NO_KEY).says("trusted_keys");
    home.run(["rewrap", "--to", &ours, "message"]).fails(NO_KEY).says("trusted_keys");
    assert_eq!(relay.asked().len(), before, "nobody was asked");
    home.run(["decrypt", "-k", &theirs, "message"]).gives(b"text");
}

#[test]
fn a_range_of_a_message_without_a_signature_needs_only_its_own_frames_and_the_last() {
    let home = Home::new();
    home.write("aes", [7; 32]);
    let key = format!("raw-aes:ns/name@{}", home.file("aes").display());
    let plaintext = noise(300_000);
    home.write("plain", &plaintext);
    for (frame_len, more) in [(1000, &[][..]), (65_536, &[]), (4096, &["--sign"]), (4096, &["-a"])] {
        let frame_length = frame_len.to_string();
        let words =
            ["encrypt", "--format", "aws-esdk", "-k", &key, "-f", "-o", "message", "--frame-length", &frame_length];
        home.run(words.iter().chain(more).chain(&["plain"])).ok();
        for (start, end) in [(0, 1), (frame_len - 1, frame_len + 1), (123_456, 234_567), (299_999, 300_000), (7, 7)] {
            let range = format!("{start}..{end}");
            home.run(["decrypt", "-k", &key, "--range", &range, "message"]).gives(&plaintext[start..end]);
        }
        home.run(["decrypt", "-k", &key, "--range", "299990..", "message"]).gives(&plaintext[299_990..]);
        assert_eq!(home.run(["decrypt", "-k", &key, "--range", "0..300001", "message"]).code, 2);
    }
    // What is damaged elsewhere does not matter to a range of a file that is read at positions; what is cut off does.
    home.run(["encrypt", "--format", "aws-esdk", "-k", &key, "-f", "-o", "message", "plain"]).ok();
    let whole = home.read("message");
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    home.write("message", &changed);
    home.run(["decrypt", "-k", &key, "--range", "0..10", "message"]).gives(&plaintext[..10]);
    home.run(["decrypt", "-k", &key, "--range", "140000..160000", "message"]).fails(3);
    home.write("message", &whole[..whole.len() - 1]);
    home.run(["decrypt", "-k", &key, "--range", "0..10", "message"]).fails(3);
}
