//! `kenc audit`: events of CloudTrail, in the shapes in which AWS documents them, are placed at the right level.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::{Home, RawFile, RawSlot, repository, versitygw};

const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const LEVEL_KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
const REPLICATED: &str = "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
const FAILED: i32 = 1;
const USAGE: i32 = 2;
const NOT_AUTHENTIC: i32 = 3;
const PROBLEMS: i32 = 7;

fn vector(name: &str) -> Value {
    let path = repository().join("tests/vectors/cloudtrail").join(name);
    serde_json::from_slice(&std::fs::read(path).expect("the vector is there")).expect("it is JSON")
}

fn records() -> Vec<Value> {
    vector("events.json")["Records"].as_array().expect("a list").clone()
}

/// A file under a KMS key, with a context. Nobody can open it, and nobody needs to.
fn kenc_file(home: &Home, name: &str, key: &str, context: &[(&str, &str)], wrapped: &[u8]) {
    let mut file = RawFile::parse(&home.encrypt(&[], b"x"));
    file.context = context.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    file.slots = vec![RawSlot { provider: "aws-kms".to_owned(), key_id: key.to_owned(), wrapped: wrapped.to_vec() }];
    home.write(name, file.build());
}

/// Files under three keys, and a file that no event can be about.
fn home() -> Home {
    let home = Home::with_key();
    std::fs::create_dir(home.file("files")).expect("a folder can be made");
    let context = [("Department", "Engineering"), ("Project", "Alpha")];
    kenc_file(&home, "files/project.kenc", KEY, &context, b"wrapped by KMS: project");
    kenc_file(&home, "files/level.kenc", LEVEL_KEY, &[("Level", "3A")], b"wrapped by KMS: level");
    let document = format!(
        "a: ENC[AES256_GCM,data:EmSo,iv:11eEIeBQ3I2PyWBy32/HXMzpVA0BrbA1sstO1Bxxhxk=,tag:1EfSJCF1BLtpZeHAZy0zdg==,type:str]\n\
         sops:\n    kms:\n        - arn: {REPLICATED}\n          context:\n              env: prod\n          enc: d3JhcHBlZA==\n          \
         created_at: '2026-11-20T00:00:00Z'\n          aws_profile: ''\n    lastmodified: '2026-11-20T00:00:00Z'\n    mac: \
         ENC[AES256_GCM,data:EmSo,iv:11eEIeBQ3I2PyWBy32/HXMzpVA0BrbA1sstO1Bxxhxk=,tag:1EfSJCF1BLtpZeHAZy0zdg==,type:str]\n    \
         version: 3.9.0\n"
    );
    home.write("files/mrk.yaml", document);
    home.write("files/age.kenc", home.encrypt(&[], b"x"));
    home.write("files/plain.txt", "nothing\n");
    home
}

/// The events that are shown, and the summary.
fn audit(home: &Home, arguments: &[&str]) -> (Vec<Value>, Value) {
    let outcome = home.run([&["audit", "--json"], arguments, &["files"]].concat());
    let lines: Vec<Value> =
        outcome.ok().stdout_text().lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let (summary, events) = lines.split_last().expect("there is a summary");
    (events.iter().map(|event| event["event"].clone()).collect(), summary["summary"].clone())
}

/// What is expected of each event, as the vector has it.
fn placements(events: &[Value]) -> BTreeMap<String, Value> {
    let placement = |event: &Value| {
        let names = event["files"].as_array().expect("a list");
        let names: Vec<&str> =
            names.iter().map(|name| name.as_str().expect("text").trim_start_matches("files/")).collect();
        json!({ "level": event["level"], "result": event["result"], "unknown": event["unknown"], "files": names })
    };
    events.iter().map(|event| (event["event_id"].as_str().expect("text").to_owned(), placement(event))).collect()
}

fn expected() -> BTreeMap<String, Value> {
    serde_json::from_value(vector("expected.json")).expect("an object")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// What Athena makes of a record: names in lower case, and structures as text.
fn of_athena(record: &Value) -> Value {
    let mut row = serde_json::Map::new();
    for (name, value) in record.as_object().expect("an object") {
        let is_text = ["requestParameters", "responseElements", "additionalEventData"].contains(&name.as_str());
        let value = match value {
            Value::Object(_) if is_text => Value::String(value.to_string()),
            Value::Object(_) | Value::Array(_) => {
                let lower = value.to_string();
                let lower =
                    ["ARN", "accountId", "principalId", "sessionContext", "sessionIssuer", "invokedBy", "userName"]
                        .iter()
                        .fold(lower, |text, name| {
                            text.replace(&format!("\"{name}\":"), &format!("\"{}\":", name.to_lowercase()))
                        });
                serde_json::from_str(&lower).expect("it is still JSON")
            }
            other => other.clone(),
        };
        row.insert(name.to_lowercase(), value);
    }
    Value::Object(row)
}

#[test]
fn every_event_that_aws_documents_is_placed_at_its_level() {
    let home = home();
    let log = repository().join("tests/vectors/cloudtrail/events.json");
    let (events, summary) = audit(&home, &["--trail", log.to_str().expect("text")]);
    assert_eq!(placements(&events), expected());
    assert!(events.is_sorted_by_key(|event| event["time"].as_str().expect("text").to_owned()));
    assert_eq!(summary["records"], records().len());
    assert_eq!((&summary["files"], &summary["keys"], &summary["without_kms"]), (&3.into(), &3.into(), &1.into()));
    assert_eq!((&summary["by_alias"], &summary["denied"]), (&1.into(), &3.into()));
    assert_eq!(summary["events"]["file"], 0, "no request id was noted");
}

#[test]
fn logs_of_every_tool_are_read_alike() {
    let home = home();
    let records = records();
    let lines = |rows: Vec<Value>| rows.iter().map(|row| format!("{row}\n")).collect::<Vec<_>>().concat();
    let lookup: Vec<Value> = records
        .iter()
        .map(|record| {
            json!({ "EventId": record["eventID"], "EventName": record["eventName"], "ReadOnly": "true", "EventTime": 1_795_947_302,
                "EventSource": record["eventSource"], "Resources": [], "CloudTrailEvent": record.to_string() })
        })
        .collect();
    let lake: Vec<Value> = records.iter().map(|record| json!([{ "eventJson": record.to_string() }])).collect();
    let columns: Vec<Value> = records
        .iter()
        .map(|record| {
            record.as_object().expect("an object").iter().map(|(name, value)| json!({ name.clone(): value })).collect()
        })
        .collect();
    for (name, text) in [
        ("delivered", json!({ "Records": records }).to_string()),
        (
            "lookup-events",
            format!("{}\n", serde_json::to_string_pretty(&json!({ "Events": lookup })).expect("it is text")),
        ),
        ("a query of CloudTrail Lake", json!({ "QueryStatus": "FINISHED", "QueryResultRows": lake }).to_string()),
        ("columns of CloudTrail Lake", json!({ "QueryStatus": "FINISHED", "QueryResultRows": columns }).to_string()),
        ("Athena", lines(records.iter().map(of_athena).collect())),
        ("a list", json!(records).to_string()),
        ("lines", lines(records.clone())),
    ] {
        for (form, bytes) in [("plain", text.clone().into_bytes()), ("gzip", gzip(text.as_bytes()))] {
            home.write("log", bytes);
            let (events, _) = audit(&home, &["--trail", "log"]);
            assert_eq!(placements(&events), expected(), "{name}, {form}");
        }
    }
    // Two members of gzip after each other, as some tools append them.
    let (first, second) = records.split_at(20);
    let halves = [gzip(lines(first.to_vec()).as_bytes()), gzip(lines(second.to_vec()).as_bytes())].concat();
    home.write("log", halves);
    assert_eq!(placements(&audit(&home, &["--trail", "log"]).0), expected());
}

#[test]
fn structures_that_a_tool_flattened_to_text_are_placed_by_the_key_alone() {
    let home = home();
    let row = json!([
        { "eventName": "Decrypt" }, { "eventSource": "kms.amazonaws.com" }, { "eventTime": "2026-11-20 10:01:16.000" },
        { "eventID": "e" }, { "requestID": "r" }, { "awsRegion": "us-west-2" },
        { "userIdentity": "{type=AssumedRole, principalid=A:run, arn=arn:aws:sts::111122223333:assumed-role/ci/run, accountid=111122223333, \
            sessioncontext={sessionissuer={type=Role, arn=arn:aws:iam::111122223333:role/ci}}, invokedby=null}" },
        { "requestParameters": "{encryptionAlgorithm=SYMMETRIC_DEFAULT, encryptionContext={Department=Engineering, Project=Alpha}}" },
        { "resources": format!("[{{accountid=111122223333, type=AWS::KMS::Key, arn={KEY}}}]") },
    ]);
    home.write("log", json!({ "QueryResultRows": [row] }).to_string());
    let (events, _) = audit(&home, &["--trail", "log"]);
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!((&event["level"], &event["context"], &event["key"]), (&"key".into(), &Value::Null, &KEY.into()));
    assert_eq!(event["time"], "2026-11-20T10:01:16Z");
    assert_eq!(event["principal"]["role"], "arn:aws:iam::111122223333:role/ci");
}

/// A line of kenc's own log.
fn entry(operation: &str, request: &str, wrapped: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = hex::encode(&sha2::Sha256::digest(wrapped)[..16]);
    format!(
        "{}\n",
        json!({ "operation": operation, "request_id": request, "wrapped_keys": [digest], "files": ["/then/a.kenc"] })
    )
}

#[test]
fn only_a_request_id_that_kenc_noted_places_an_event_at_this_file() {
    let home = home();
    let records = records();
    let id = |event: &str| {
        let record = records.iter().find(|record| record["eventID"] == event).expect("the event is there");
        record["requestID"].as_str().expect("text").to_owned()
    };
    home.write("log.json", json!({ "Records": records }).to_string());
    let project: &[u8] = b"wrapped by KMS: project";
    let entries = [
        entry("Decrypt", &id("decrypt"), project),
        // Of a file that is elsewhere, of another operation, of a key that is not ours, and of a call that is in no log.
        entry("Decrypt", &id("decrypt-role"), b"another"),
        entry("Encrypt", &id("decrypt-other-context"), project),
        entry("Decrypt", &id("not-of-ours"), project),
        entry("Decrypt", "00000000-0000-4000-8000-999999999999", project),
    ];
    home.write("uses.jsonl", entries.concat() + "{\"operation\":\"Dec");
    home.run(["audit", "--trail", "log.json", "--log", "uses.jsonl", "files"]).ok().says("line 6 is not an entry");
    let arguments = ["--trail", "log.json", "--log", "uses.jsonl"];
    let (events, summary) = audit(&home, &arguments);
    let of_file: Vec<&Value> = events.iter().filter(|event| event["level"] == "file").collect();
    assert_eq!(of_file.len(), 1, "{of_file:?}");
    assert_eq!((&of_file[0]["event_id"], &of_file[0]["files"][0]), (&"decrypt".into(), &"files/project.kenc".into()));
    assert_eq!(summary["events"]["file"], 1);
    let other = events.iter().find(|event| event["event_id"] == "decrypt-role").expect("it is shown");
    assert_eq!((&other["level"], &other["logged_files"][0]), (&"context".into(), &"/then/a.kenc".into()));
    // The file is found under another name, and not when it has another wrapped key.
    std::fs::rename(home.file("files/project.kenc"), home.file("files/renamed.kenc")).expect("it can be renamed");
    let (events, _) = audit(&home, &[&arguments[..], &["--level", "file"]].concat());
    assert_eq!(placements(&events)["decrypt"]["files"], json!(["renamed.kenc"]));
    let context = [("Department", "Engineering"), ("Project", "Alpha")];
    kenc_file(&home, "files/renamed.kenc", KEY, &context, b"wrapped anew");
    assert_eq!(audit(&home, &[&arguments[..], &["--level", "file"]].concat()).0, [] as [Value; 0]);
}

#[test]
fn events_are_chosen_by_time_principal_denial_and_level() {
    let home = home();
    home.write("log.json", json!({ "Records": records() }).to_string());
    let ids = |arguments: &[&str]| {
        let (events, _) = audit(&home, &[&["--trail", "log.json"], arguments].concat());
        events.iter().map(|event| event["event_id"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["--denied"]), ["decrypt-denied", "decrypt-explicit-deny", "reencrypt-denied"]);
    assert_eq!(ids(&["--principal", "ROLE/CI"]), ["decrypt-role"]);
    assert_eq!(ids(&["--principal", "dynamodb", "--principal", "ebs."]), ["of-ebs", "of-dynamodb"]);
    assert_eq!(
        ids(&["--since", "2026-11-20T10:01:16Z", "--until", "2026-11-20T10:03:00Z"]),
        ["decrypt", "decrypt-role"]
    );
    assert_eq!(ids(&["--since", "2026-11-21"]), [] as [&str; 0]);
    let unknown = ids(&["--unknown"]);
    let all = expected().into_iter().filter(|(_, placement)| placement["unknown"] == true).map(|(id, _)| id);
    assert_eq!(unknown.iter().cloned().collect::<std::collections::BTreeSet<_>>(), all.collect());
    assert!(ids(&["--level", "context"]).iter().all(|id| expected()[id]["level"] == "context"));
    let run = |arguments: &[&str]| home.run([&["audit", "--trail", "log.json"], arguments, &["files"]].concat());
    assert_eq!(run(&["--fail-on", "denied"]).code, PROBLEMS);
    assert_eq!(run(&["--fail-on", "unknown"]).code, PROBLEMS);
    run(&["--fail-on", "denied", "--principal", "role/ci"]).ok();
    run(&["--since", "yesterday"]).fails(USAGE).says("2026-11-29");
}

#[test]
fn a_folder_and_a_prefix_of_logs_are_read_without_what_was_delivered_before() {
    let home = home();
    let records = records();
    let log = |stamp: &str| format!("111122223333_CloudTrail_us-west-2_{stamp}_Mu0KsOhtH1ar15ZZ.json.gz");
    std::fs::create_dir_all(home.file("trail/us-west-2/2026/11/20")).expect("folders can be made");
    let (first, second) = records.split_at(10);
    home.write(&format!("trail/{}", log("20261120T1005Z")), gzip(json!({ "Records": first }).to_string().as_bytes()));
    let name = format!("trail/us-west-2/2026/11/20/{}", log("20261120T1105Z"));
    home.write(&name, gzip(json!({ "Records": second }).to_string().as_bytes()));
    home.write("trail/README", "not a log\n");
    let (events, summary) = audit(&home, &["--trail", "trail"]);
    assert_eq!(placements(&events), expected());
    assert_eq!((&summary["logs"], &summary["other_files"]), (&2.into(), &1.into()));
    let (_, summary) = audit(&home, &["--trail", "trail", "--since", "2026-11-20T11:00:00Z"]);
    assert_eq!((&summary["logs"], &summary["older_logs"]), (&1.into(), &1.into()));
    // The same log twice gives each event once.
    let (events, _) = audit(&home, &["--trail", "trail", "--trail", "trail"]);
    assert_eq!(events.len(), expected().len());

    let server = crate::need!(versitygw());
    server.new_bucket("trail");
    let objects = server.home();
    for (name, bytes) in [("a", home.read(&format!("trail/{}", log("20261120T1005Z")))), ("b", home.read(&name))] {
        let path = server.file("trail", &format!("AWSLogs/{name}.json.gz"));
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("folders can be made");
        std::fs::write(path, bytes).expect("the server's folder is ours");
    }
    std::fs::create_dir(objects.file("files")).expect("a folder can be made");
    for name in ["project.kenc", "level.kenc", "mrk.yaml", "age.kenc"] {
        objects.write(&format!("files/{name}"), home.read(&format!("files/{name}")));
    }
    let (events, _) = audit(&objects, &["--trail", "s3://trail/AWSLogs/"]);
    assert_eq!(placements(&events), expected());
}

#[test]
fn a_damaged_log_is_told_and_the_others_are_read() {
    let home = home();
    let whole = gzip(json!({ "Records": records() }).to_string().as_bytes());
    std::fs::create_dir(home.file("trail")).expect("a folder can be made");
    home.write("trail/whole.json.gz", &whole);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x10;
    for (bytes, fault) in [
        (whole[..whole.len() / 2].to_vec(), "the log is cut off"),
        (flipped, "the log"),
        (b"{\"Records\":[{\"eventSource\":\"kms.amazonaws.com\",]}".to_vec(), "record 1 of the log is not well-formed"),
        (b"{\"Records\":[{\"a\":1}".to_vec(), "the log is cut off"),
        (b"[".repeat(1000), "nested more than"),
        (gzip(&[b"{\"Records\":[{\"a\":\"".to_vec(), vec![b'x'; 5 << 20]].concat()), "more than 4194304 bytes"),
    ] {
        home.write("trail/damaged.json", bytes);
        let outcome = home.run(["audit", "--trail", "trail", "files"]);
        assert_eq!(outcome.code, NOT_AUTHENTIC, "{}", outcome.stderr);
        outcome.says("trail/damaged.json").says(fault);
        assert!(outcome.stdout_text().contains(&format!("{} event", expected().len())), "{}", outcome.stdout_text());
    }
    let outcome = home.run_with(["audit", "--trail", "-", "files"], b"time,event\n");
    assert_eq!(outcome.code, NOT_AUTHENTIC, "{}", outcome.stderr);
    outcome.says("standard input: it is not a log of CloudTrail: it is not JSON").hints(".json.gz");
}

#[test]
fn silence_is_not_taken_for_an_answer() {
    let home = home();
    std::fs::create_dir(home.file("empty")).expect("a folder can be made");
    home.run(["audit", "--trail", "empty", "files"]).fails(FAILED).says("no log of CloudTrail was found");
    let outcome = home.run(["audit", "--trail", "missing", "files"]);
    assert_eq!(outcome.code, FAILED, "{}", outcome.stderr);
    outcome.says("missing");
    home.run(["audit", "files"]).fails(USAGE).says("--trail");
    home.write("log.json", "{\"Records\":[]}");
    home.run(["audit", "--trail", "log.json", "files/age.kenc"])
        .fails(FAILED)
        .says("none of the files has a key of AWS KMS");
    home.run(["audit", "--trail", "-", "--files0-from", "-"]).fails(USAGE);
    let outcome = home.run_with(["audit", "--trail", "-", "files"], b"{\"Records\":[]}");
    assert_eq!(outcome.ok().stdout_text(), "0 events\n0 records in 1 log, for 3 keys of 3 files\n");
}

#[test]
fn people_get_a_table_that_says_who_it_was_and_why_it_was_denied() {
    let home = home();
    let hostile = json!({ "eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "eventTime": "2026-11-20T10:00:00Z", "eventID": "x",
        "userAgent": "a\u{1b}[2J\nb", "requestParameters": { "keyId": KEY }, "userIdentity": { "type": "IAMUser", "arn": "evil\r" } });
    let records = [records(), vec![hostile]].concat();
    home.write("log.json", json!({ "Records": records }).to_string());
    let text = home.run(["audit", "--trail", "log.json", "files"]).ok().stdout_text();
    let denied = text.lines().position(|line| line.contains("denied")).expect("something was denied");
    let lines: Vec<&str> = text.lines().skip(denied).take(3).collect();
    assert_eq!(
        lines[0].split_whitespace().collect::<Vec<_>>().join(" "),
        format!("2026-11-20T10:05:16Z Decrypt denied this key only, no file here {KEY}")
    );
    assert_eq!(
        lines[1..],
        [
            "    by arn:aws:iam::111122223333:user/Alice, from 192.0.2.0, with aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux",
            "    because no identity-based policy allows the kms:Decrypt action",
        ]
    );
    assert!(text.contains("with a\u{fffd}[2J\u{fffd}b\n") && text.contains("by evil\u{fffd},"), "{text}");
}
