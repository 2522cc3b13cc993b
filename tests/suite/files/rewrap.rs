//! Changing the keys of files that exist, and their data keys: what changes, what does not, and what is left when it is
//! interrupted. No test talks to AWS.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Faults, Home, Measured, RawFile, Relay, home_at, ministack, moto};

const PLAINTEXT: &[u8] = b"select 'the rest is silence';\n";
const FAILED: i32 = 1;
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;
const KEY_SERVICE: i32 = 5;

/// A home with a local key and a second one, and the recipients of both.
struct TwoKeys {
    home: Home,
    first: String,
    second: String,
}

impl TwoKeys {
    fn new() -> Self {
        Self::in_home(Home::new())
    }

    fn in_home(home: Home) -> Self {
        let first = home.keygen();
        let second = home.run(["keygen", "-o", "second.txt"]).ok().stdout_text().trim().to_owned();
        Self { home, first, second }
    }

    /// Checks that a file opens with the first key, or else with the second one, and says which.
    #[track_caller]
    fn opens_with(&self, name: &str, plaintext: &[u8]) -> &'static str {
        let first = self.home.run(["decrypt", name]);
        if first.code == 0 {
            first.gives(plaintext);
            return "first";
        }
        first.fails(NO_KEY);
        self.home.run(["decrypt", "--identity", "second.txt", name]).gives(plaintext);
        "second"
    }
}

fn noise(len: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(next).collect()
}

fn key_ids(file: &[u8]) -> Vec<String> {
    RawFile::parse(file).slots.iter().map(|slot| slot.key_id.clone()).collect()
}

fn header_len(file: &[u8]) -> usize {
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize;
    16 + number(8) + 2 * number(12)
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder can be read")
        .map(|entry| entry.expect("an entry can be read").file_name().into_string().expect("names are text"))
        .collect();
    names.sort();
    names
}

mod inside_kms {
    use super::*;

    #[test]
    fn from_one_kms_key_to_another_the_data_key_is_never_asked_for() {
        let kms = need!(moto());
        let relay = Relay::to(kms.port);
        let home = home_at(relay.port);
        let (old, new) = (kms.new_key(), kms.new_key());
        let file = home.encrypt(&["-k", &old, "-c", "app=demo", "-c", "env=prod"], PLAINTEXT);
        let path = home.write("x.kenc", &file);
        let inode = fs::metadata(&path).expect("it is there").ino();
        let outcome = home.run(["rewrap", "x.kenc", "--to", &new]);
        let text = outcome.ok().stdout_text();
        assert_eq!(text, format!("x.kenc: added aws-kms {new}, removed aws-kms {old} (inside KMS, in place)\n"));
        assert_eq!(relay.asked(), ["GenerateDataKey", "ReEncrypt"]);

        let changed = home.read("x.kenc");
        assert_eq!(key_ids(&changed), [new.as_str()]);
        assert_eq!(changed[header_len(&changed)..], file[header_len(&file)..], "the payload is untouched");
        assert_eq!(fs::metadata(&path).expect("it is there").ino(), inode);
        home.run(["decrypt", "x.kenc", "-c", "app=demo"]).gives(PLAINTEXT);
        home.decrypt(&["-k", &old], &changed).fails(NO_KEY).says("not among the keys given");
    }

    #[test]
    fn files_that_share_a_wrapped_key_cost_one_call_however_many_they_are() {
        let kms = need!(moto());
        let relay = Relay::to(kms.port);
        let home = home_at(relay.port);
        let (old, new) = (kms.new_key(), kms.new_key());
        let names: Vec<String> = (0..40).map(|number| format!("{number:02}")).collect();
        for name in &names {
            home.write(name, name);
        }
        fs::create_dir(home.file("out")).expect("a folder can be made");
        let arguments = ["encrypt", "-k", &old, "-o", "out/"].map(str::to_owned);
        home.run(arguments.iter().chain(&names)).ok();
        let text = home.run(["rewrap", "-r", "out", "--to", &new]).ok().stdout_text();
        assert_eq!(relay.asked(), ["GenerateDataKey", "ReEncrypt"]);
        let lines: Vec<&str> = text.lines().collect();
        for (line, name) in lines.iter().zip(&names) {
            assert!(line.starts_with(&format!("out/{name}.kenc: added aws-kms {new}")), "{line}");
        }
        assert_eq!(lines[40..], ["40 files: 40 changed, 0 with nothing to change"]);
        for name in &names {
            home.run(["decrypt", &format!("out/{name}.kenc")]).gives(name.as_bytes());
        }

        let age = home.keygen();
        home.run(["rewrap", "-r", "out", "--add", &age]).ok();
        assert_eq!(relay.asked()[2 + 40..], ["Decrypt"], "one for all, for a key that KMS cannot wrap under");
        home.run(["rewrap", "-r", "out", "--remove", &new]).ok();
        assert_eq!(relay.asked().len(), 2 + 40 + 1, "to remove a key needs none");
        home.run(["rotate", "--yes", "-r", "out", "--to", &old]).ok();
        assert_eq!(relay.asked()[2 + 40 + 1..], ["GenerateDataKey"], "one new data key for all");
        for name in &names {
            home.run(["decrypt", &format!("out/{name}.kenc")]).gives(name.as_bytes());
        }
    }

    #[test]
    fn different_wrapped_keys_are_asked_for_at_the_same_time_and_never_more_than_32() {
        const FILES: usize = 40;
        const MOST: usize = 32;
        let kms = need!(moto());
        let (old, new, home) = (kms.new_key(), kms.new_key(), kms.home());
        let names: Vec<String> = (0..FILES).map(|number| format!("{number}.kenc")).collect();
        for name in &names {
            home.write(name, home.encrypt(&["-k", &old], name.as_bytes()));
        }
        // Who comes before there are as many as may be waits for the others.
        let counts = std::sync::Arc::new((std::sync::Mutex::new((0, 0, 0)), std::sync::Condvar::new()));
        let seen = std::sync::Arc::clone(&counts);
        let relay = Relay::to_but(
            kms.port,
            move |_, _| {
                let (counted, arrived) = &*seen;
                let mut now = counted.lock().expect("nobody panics while it counts");
                now.0 += 1;
                now.1 += 1;
                now.2 = now.2.max(now.1);
                arrived.notify_all();
                let patience = Duration::from_mins(1);
                let few = |now: &mut (usize, usize, usize)| now.0 < MOST;
                let (mut now, _) = arrived.wait_timeout_while(now, patience, few).expect("nobody panics");
                now.1 -= 1;
                false
            },
            400,
            &json!({}),
        );
        let home = home.with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{}", relay.port));
        let arguments = ["rewrap", "--to", &new, "--aws-timeout", "120"].map(str::to_owned);
        home.run(arguments.iter().chain(&names)).ok();
        let (arrived, _, most) = *counts.0.lock().expect("nobody panics while it counts");
        assert_eq!((arrived, most), (FILES, MOST));
        for name in &names {
            home.run(["decrypt", name, "-k", &new]).gives(name.as_bytes());
        }
    }

    #[test]
    fn a_key_that_is_there_already_is_found_behind_its_alias_and_nothing_is_written() {
        let kms = need!(moto());
        let (key, home) = (kms.new_key(), kms.home());
        kms.new_alias("alias/there-already", &key);
        let file = home.encrypt(&["-k", &key], PLAINTEXT);
        home.write("x.kenc", &file);
        for arguments in
            [["--to", "alias/there-already"], ["--add", "alias/there-already"], ["--add", &key], ["--to", &key]]
        {
            let outcome = home.run([&["rewrap", "x.kenc"][..], &arguments].concat());
            assert_eq!(outcome.ok().stdout_text(), "x.kenc: nothing to change\n", "{arguments:?}");
            assert!(home.read("x.kenc") == file, "{arguments:?}");
        }
    }

    #[test]
    fn a_key_is_removed_by_its_alias_and_no_other_key_is() {
        let kms = need!(moto());
        let (stays, goes, home) = (kms.new_key(), kms.new_key(), kms.home());
        kms.new_alias("alias/goes", &goes);
        home.write("x.kenc", home.encrypt(&["-k", &stays, "-k", &goes], PLAINTEXT));
        home.run(["rewrap", "x.kenc", "--remove", "alias/goes"]).ok();
        assert_eq!(key_ids(&home.read("x.kenc")), [stays.as_str()]);
        let again = home.run(["rewrap", "x.kenc", "--remove", "alias/goes"]).ok().stdout_text();
        assert_eq!(again, "x.kenc: nothing to change; alias/goes is not among its keys\n");
        let outcome = home.run(["rewrap", "x.kenc", "--remove", "alias/never-made"]);
        outcome.fails(KEY_SERVICE).says("cannot resolve alias/never-made").hints("aws kms describe-key");
    }

    #[test]
    fn a_key_that_is_removed_and_added_is_wrapped_anew() {
        let kms = need!(moto());
        let (key, home) = (kms.new_key(), kms.home());
        let file = home.encrypt(&["-k", &key], PLAINTEXT);
        home.write("x.kenc", &file);
        home.run(["rewrap", "x.kenc", "--remove", &key, "--add", &key]).ok();
        let changed = home.read("x.kenc");
        assert_eq!(key_ids(&changed), [key.as_str()]);
        assert_ne!(RawFile::parse(&changed).slots[0].wrapped, RawFile::parse(&file).slots[0].wrapped);
        home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
    }

    #[test]
    fn a_dry_run_asks_the_keys_and_writes_nothing() {
        let kms = need!(moto());
        let (old, new, home) = (kms.new_key(), kms.new_key(), kms.home());
        let file = home.encrypt(&["-k", &old], PLAINTEXT);
        let path = home.write("x.kenc", &file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("permissions can be set");
        let text = home.run(["rewrap", "-n", "x.kenc", "--to", &new]).ok().stdout_text();
        assert!(
            text.starts_with(&format!("x.kenc: would be added aws-kms {new}, would be removed aws-kms {old}")),
            "{text}"
        );
        assert!(home.read("x.kenc") == file);
        home.run(["rewrap", "-n", "x.kenc", "--to", "alias/never-made"]).fails(KEY_SERVICE).says("x.kenc: ");
    }

    #[test]
    fn a_key_in_another_region_is_reached_by_unwrapping() {
        let kms = need!(moto());
        let relay = Relay::to(kms.port);
        let home = home_at(relay.port);
        let created = kms.call_in("eu-central-1", "CreateKey", &json!({})).json();
        let new = created["KeyMetadata"]["Arn"].as_str().expect("a key has an ARN");
        home.write("x.kenc", home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT));
        let text = home.run(["rewrap", "x.kenc", "--to", new]).ok().stdout_text();
        assert!(!text.contains("inside KMS"), "{text}");
        assert_eq!(relay.asked(), ["GenerateDataKey", "Decrypt", "Encrypt"]);
        assert_eq!(key_ids(&home.read("x.kenc")), [new]);
        home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
    }

    #[test]
    fn a_service_without_the_operation_is_asked_to_unwrap_and_wrap() {
        let kms = need!(ministack());
        let relay = Relay::to(kms.port);
        let home = home_at(relay.port);
        let new = kms.new_key();
        home.write("x.kenc", home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
        home.run(["rewrap", "x.kenc", "--to", &new]).ok();
        assert_eq!(relay.asked(), ["GenerateDataKey", "ReEncrypt", "Decrypt", "Encrypt"]);
        home.run(["decrypt", "x.kenc", "-k", &new]).gives(PLAINTEXT);
    }

    #[test]
    fn between_kms_and_age_the_data_key_is_unwrapped_once() {
        let kms = need!(moto());
        let relay = Relay::to(kms.port);
        let home = home_at(relay.port);
        let (recipient, key) = (home.keygen(), kms.new_key());
        home.write("x.kenc", home.encrypt(&["-k", &recipient, "-c", "app=demo"], PLAINTEXT));
        home.run(["rewrap", "x.kenc", "--to", &key]).ok();
        assert_eq!(relay.asked(), ["Encrypt"]);
        home.run(["rewrap", "x.kenc", "--to", &recipient]).ok();
        assert_eq!(relay.asked(), ["Encrypt", "Decrypt"]);
        assert_eq!(key_ids(&home.read("x.kenc")), [recipient]);
        home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
    }
}

mod refusals {
    use super::*;

    fn denied(action: &str, key: &str) -> Value {
        json!({
            "__type": "AccessDeniedException",
            "Message": format!(
                "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: kms:{action} on resource: {key} \
                 because no identity-based policy allows the kms:{action} action"
            ),
        })
    }

    /// Rewraps behind a relay that answers `ReEncrypt` itself, and checks that the file is as it was.
    fn refused(
        answer: impl Fn(&str, &str) -> Value,
        file_keys: usize,
    ) -> Option<(crate::support::Outcome, Vec<String>)> {
        let kms = match moto() {
            Ok(kms) => kms,
            Err(reason) => {
                crate::support::skip(&reason);
                return None;
            }
        };
        let (old, new) = (kms.new_key(), kms.new_key());
        let file = kms.home().encrypt(&["-k", &old, "-c", "app=demo"], PLAINTEXT);
        let mut raw = RawFile::parse(&file);
        raw.slots = vec![raw.slots[0].clone(); file_keys];
        let relay = Relay::to_but(kms.port, |operation, _| operation == "ReEncrypt", 400, &answer(&old, &new));
        let home = home_at(relay.port);
        home.write("x.kenc", raw.build());
        let outcome = home.run(["rewrap", "x.kenc", "--to", &new]);
        assert!(home.read("x.kenc") == raw.build(), "a refusal changes nothing");
        Some((outcome, relay.asked()))
    }

    #[test]
    fn a_denial_names_the_permission_and_the_key_that_it_is_about() {
        let Some((outcome, asked)) = refused(|old, _| denied("ReEncryptFrom", old), 1) else { return };
        outcome.fails(NO_KEY).says("user/ci may not kms:ReEncryptFrom on it").hints("for kms:ReEncryptFrom on");
        assert_eq!(asked, ["ReEncrypt"], "a key that has refused is not asked in another way");
        let Some((outcome, _)) = refused(|_, new| denied("ReEncryptTo", new), 1) else { return };
        outcome
            .fails(KEY_SERVICE)
            .says("x.kenc: cannot encrypt under arn:aws:kms:")
            .says("may not kms:ReEncryptTo on it");
    }

    #[test]
    fn a_disabled_key_says_which_of_the_two_it_is() {
        let disabled = |key: &str| json!({ "__type": "DisabledException", "message": format!("{key} is disabled.") });
        let Some((outcome, _)) = refused(|old, _| disabled(old), 1) else { return };
        outcome.fails(NO_KEY).says("the key is disabled and refuses kms:ReEncryptFrom").hints("aws kms enable-key");
        let Some((outcome, _)) = refused(|_, new| disabled(new), 1) else { return };
        outcome.fails(KEY_SERVICE).says("the key is disabled and refuses kms:ReEncryptTo");
    }

    #[test]
    fn a_hostile_header_causes_no_more_calls_than_it_has_slots() {
        let damaged = |_: &str, _: &str| json!({ "__type": "InvalidCiphertextException" });
        let Some((outcome, asked)) = refused(damaged, 32) else { return };
        outcome.fails(NOT_AUTHENTIC).says("32 aws-kms");
        assert_eq!(asked, ["ReEncrypt"], "the same wrapped key is asked for once");
    }

    #[test]
    fn throttling_is_waited_out_and_told_if_it_stays() {
        let kms = need!(moto());
        let (old, new) = (kms.new_key(), kms.new_key());
        let file = kms.home().encrypt(&["-k", &old], PLAINTEXT);
        let rule = json!({ "operation": "ReEncrypt", "error": { "code": "ThrottlingException" } });
        let mut passing = rule.clone();
        passing["sequence"] = json!({ "fail": 2, "pass": 5 });
        let faults = need!(Faults::before(kms, passing));
        let home = faults.home();
        home.write("x.kenc", &file);
        home.run(["rewrap", "x.kenc", "--to", &new, "--aws-timeout", "300"]).ok();
        assert_eq!(key_ids(&home.read("x.kenc")), [new.as_str()]);

        let faults = need!(Faults::before(kms, rule));
        let home = faults.home();
        home.write("x.kenc", &file);
        let outcome = home.run(["rewrap", "x.kenc", "--to", &new, "--aws-timeout", "300"]);
        outcome.fails(KEY_SERVICE).says("too many requests").hints("--aws-timeout");
        assert!(home.read("x.kenc") == file);
    }

    #[test]
    fn a_disabled_key_is_removed_without_being_asked_and_cannot_be_rotated_to() {
        let kms = need!(ministack());
        let keys = TwoKeys::in_home(kms.home());
        let (home, disabled) = (&keys.home, kms.new_key());
        let only_kms = home.encrypt(&["-k", &disabled], PLAINTEXT);
        let both = home.encrypt(&["-k", &disabled, "-k", &keys.first], PLAINTEXT);
        kms.call("DisableKey", &json!({ "KeyId": disabled }));
        home.write("only.kenc", &only_kms);
        home.write("both.kenc", &both);
        let outcome = home.run(["rewrap", "only.kenc", "--add", &keys.second]);
        outcome.fails(NO_KEY).says("the key is disabled and refuses kms:Decrypt").hints("aws kms enable-key");
        let outcome = home.run(["rotate", "--yes", "both.kenc"]);
        outcome.fails(KEY_SERVICE).says("refuses kms:GenerateDataKey").hints("aws kms enable-key");
        assert!(home.read("only.kenc") == only_kms && home.read("both.kenc") == both);

        home.run(["rotate", "--yes", "both.kenc", "--remove", &disabled]).ok();
        assert_eq!(key_ids(&home.read("both.kenc")), [keys.first.as_str()]);
        home.run(["decrypt", "both.kenc"]).gives(PLAINTEXT);
        kms.call("EnableKey", &json!({ "KeyId": disabled }));
        home.run(["rewrap", "only.kenc", "--add", &keys.second]).ok();
    }

    #[test]
    fn a_key_of_another_account_that_does_not_know_us_is_named() {
        let kms = need!(moto());
        let home = kms.home();
        let mut file = RawFile::parse(&home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
        file.slots[0].key_id = "arn:aws:kms:us-east-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab".to_owned();
        home.write("x.kenc", file.build());
        let denied = denied("ReEncryptFrom", &file.slots[0].key_id);
        let relay = Relay::to_but(kms.port, |operation, _| operation == "ReEncrypt", 400, &denied);
        let far = home_at(relay.port);
        far.write("x.kenc", file.build());
        let outcome = far.run(["rewrap", "x.kenc", "--to", &kms.new_key()]);
        outcome.fails(NO_KEY).says("1 aws-kms arn:aws:kms:us-east-1:999988887777:key/").says("kms:ReEncryptFrom");
        let foreign = "arn:aws:kms:us-east-1:999988887777:alias/theirs";
        home.write("y.kenc", home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
        home.run(["rewrap", "y.kenc", "--to", foreign]).fails(KEY_SERVICE).says(foreign);
    }

    #[test]
    fn a_data_key_that_the_payload_does_not_commit_to_is_never_wrapped_again() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        let mut file = RawFile::parse(&home.encrypt(&[], PLAINTEXT));
        file.slots = RawFile::parse(&home.encrypt(&[], PLAINTEXT)).slots;
        home.write("x.kenc", file.build());
        for command in ["rewrap", "rotate"] {
            let outcome = home.run([command, "x.kenc", "--to", &keys.second]);
            outcome.fails(NOT_AUTHENTIC).says("another data key than this file's");
            assert!(home.read("x.kenc") == file.build());
        }
    }

    #[test]
    fn a_failure_in_one_file_does_not_stop_the_others() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        for name in ["a.kenc", "c.kenc"] {
            home.write(name, home.encrypt(&[], PLAINTEXT));
        }
        home.write("b.kenc", "no kenc file");
        for command in ["rewrap", "rotate"] {
            let outcome = home.run([command, "--yes", "a.kenc", "b.kenc", "c.kenc", "absent", "--add", &keys.second]);
            assert_eq!(outcome.code, NOT_AUTHENTIC, "{}", outcome.stderr);
            outcome.says("b.kenc: this is not a kenc file").says("absent").says("2 of 4 files failed");
        }
        for name in ["a.kenc", "c.kenc"] {
            assert_eq!(key_ids(&home.read(name)), [keys.first.as_str(), &keys.second]);
            home.run(["decrypt", "--identity", "second.txt", name]).gives(PLAINTEXT);
        }
    }
}

mod in_place {
    use super::*;

    #[test]
    fn the_payload_of_any_length_is_untouched_in_place_and_when_written_anew() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        // More than there is room for.
        let others: Vec<String> = (0..6).map(|_| Home::new().keygen()).collect();
        let more: Vec<&str> = others.iter().flat_map(|recipient| ["--add", recipient]).collect();
        for len in [0, 1, 16_384, 70_000, 3 << 20] {
            let plaintext = noise(len);
            let file = home.encrypt(&["-k", &keys.first, "-c", "app=demo"], &plaintext);
            let path = home.write("x.kenc", &file);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions can be set");
            let inode = || fs::metadata(&path).expect("it is there").ino();
            let before = inode();
            let check = |is_in_place: bool| {
                let changed = home.read("x.kenc");
                assert!(changed[header_len(&changed)..] == file[header_len(&file)..], "{len} bytes");
                assert_eq!(inode() == before, is_in_place, "{len} bytes");
                assert_eq!(fs::metadata(&path).expect("it is there").mode() & 0o777, 0o640);
                home.run(["decrypt", "x.kenc", "--identity", "second.txt", "-c", "app=demo"]).gives(&plaintext);
                home.run(["verify", "x.kenc", "--identity", "second.txt"]).ok();
            };
            home.run(["rewrap", "x.kenc", "--to", &keys.second]).ok();
            check(true);
            home.run([&["rewrap", "x.kenc", "--identity", "second.txt"], &more[..]].concat()).ok();
            check(false);
        }
        assert_eq!(names_in(home.path()), ["home", "second.txt", "x.kenc"]);
    }

    /// Bytes that a program has read and written, counted by the kernel.
    fn bytes_moved(child: &mut Child) -> Option<u64> {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let pid = Pid::from_child(child);
        waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).expect("a child can be waited for");
        let counted = fs::read_to_string(format!("/proc/{}/io", child.id())).ok();
        assert!(child.wait().expect("a child can be waited for").success());
        let counted = counted?;
        let of = |name: &str| counted.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
        Some(of("rchar:")? + of("wchar:")?)
    }

    #[test]
    fn a_file_of_a_hundred_gibibytes_is_changed_by_moving_as_many_bytes_as_for_a_small_one() {
        const LEN: u64 = 100 << 30;
        const SAMPLE: usize = 64 << 10;
        let keys = TwoKeys::new();
        let home = &keys.home;
        let small = home.encrypt(&["-k", &keys.first], &[0; 1024]);
        let path = home.write("small.kenc", &small);
        let large_path = home.write("large.kenc", &small);
        let large = File::options().read(true).write(true).open(&large_path).expect("it can be opened");
        need!(large.set_len(LEN).map_err(|error| format!("no file of 100 GiB here: {error}")));
        // Marks in the midst of nothing: the payload needs not be authentic to be left alone.
        let marks: Vec<u64> = (1..8).map(|eighth| LEN / 8 * eighth).chain([LEN - SAMPLE as u64]).collect();
        for &mark in &marks {
            large.write_all_at(&noise(SAMPLE), mark).expect("it can be written");
        }
        large.sync_all().expect("it can be synced");
        let blocks = large.metadata().expect("it is there").blocks();

        let mut moved = Vec::new();
        for path in [&path, &large_path] {
            let mut command = home.command();
            command.arg("rewrap").arg(path).args(["--to", &keys.second]).stdin(Stdio::null()).stdout(Stdio::null());
            moved.push(bytes_moved(&mut command.spawn().expect("it can be started")));
        }
        let (Some(small_moved), Some(large_moved)) = (moved[0], moved[1]) else {
            return crate::support::skip("the kernel does not count the bytes of programs");
        };
        assert!(large_moved < small_moved + 8192 && large_moved < 1 << 20, "{large_moved} bytes against {small_moved}");

        let metadata = large.metadata().expect("it is there");
        assert_eq!((metadata.len(), metadata.blocks()), (LEN, blocks));
        for &mark in &marks {
            let mut sample = vec![0; SAMPLE];
            large.read_exact_at(&mut sample, mark).expect("it can be read");
            assert!(sample == noise(SAMPLE), "at {mark}");
        }
        let mut start = vec![0; small.len()];
        large.read_exact_at(&mut start, 0).expect("it can be read");
        let length = header_len(&small);
        assert!(start[length..] == small[length..]);
        assert_eq!(key_ids(&start), [keys.second.as_str()]);
    }

    #[test]
    fn a_damaged_or_differing_copy_is_mended_with_a_change_and_without_one() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        let old = home.encrypt(&["-k", &keys.first], PLAINTEXT);
        home.write("x.kenc", &old);
        home.run(["rewrap", "x.kenc", "--to", &keys.second]).ok();
        let new = home.read("x.kenc");
        let table = header_len(&old) - (header_len(&old) - 16 - 4) / 2;
        let with = |at: usize| {
            let mut file = old.clone();
            file[at] ^= 1;
            file
        };
        let interrupted = [&old[..table], &new[table..]].concat();
        for (file, key) in [(with(table - 40), "first"), (with(table + 9), "first"), (interrupted, "second")] {
            home.write("x.kenc", &file);
            home.run(["inspect", "x.kenc"]).ok();
            let text = home.run(["rewrap", "x.kenc"]).ok().stdout_text();
            assert!(text.starts_with("x.kenc: mended: the"), "{text}");
            assert!(home.run(["inspect", "x.kenc"]).ok().stdout_text().contains("both copies whole"));
            assert_eq!(keys.opens_with("x.kenc", PLAINTEXT), key);

            home.write("x.kenc", &file);
            let identity = if key == "first" { "home/.config/kenc/keys.txt" } else { "second.txt" };
            let other = if key == "first" { &keys.second } else { &keys.first };
            home.run(["rewrap", "x.kenc", "--to", other, "--identity", identity]).ok();
            assert!(home.run(["inspect", "x.kenc"]).ok().stdout_text().contains("both copies whole"));
            assert_eq!(key_ids(&home.read("x.kenc")), [other.as_str()]);
        }
    }

    #[test]
    fn an_armored_file_stays_armored() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        let plaintext = noise(100_000);
        for command in ["rewrap", "rotate"] {
            home.write("x.asc", home.encrypt(&["-a"], &plaintext));
            home.run([command, "x.asc", "--to", &keys.second]).ok();
            assert!(home.read("x.asc").starts_with(b"-----BEGIN KENC FILE-----\n"));
            assert_eq!(keys.opens_with("x.asc", &plaintext), "second");
        }
    }

    #[test]
    fn from_the_standard_input_to_the_standard_output_and_to_another_file() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        for plaintext in [noise(10), noise(1 << 20)] {
            let file = home.encrypt(&[], &plaintext);
            home.write("x.kenc", &file);
            for command in ["rewrap", "rotate"] {
                let output = home.run_with([command, "--to", &keys.second], &file).ok().stdout.clone();
                home.decrypt(&["--identity", "second.txt"], &output).gives(&plaintext);
                home.run([command, "x.kenc", "--to", &keys.second, "-f", "-o", "y.kenc"]).ok();
                assert_eq!(keys.opens_with("y.kenc", &plaintext), "second");
                assert!(home.read("x.kenc") == file);
            }
        }
    }

    #[test]
    fn all_names_of_a_file_see_a_change_in_place_and_a_replacement_is_refused() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        home.write("x.kenc", home.encrypt(&[], PLAINTEXT));
        fs::hard_link(home.file("x.kenc"), home.file("other")).expect("a link can be made");
        std::os::unix::fs::symlink("x.kenc", home.file("link")).expect("a link can be made");
        home.run(["rewrap", "link", "--to", &keys.second]).ok();
        assert_eq!(keys.opens_with("other", PLAINTEXT), "second");
        assert!(fs::symlink_metadata(home.file("link")).expect("it is there").is_symlink());

        let before = home.read("x.kenc");
        let outcome = home.run(["rotate", "--yes", "x.kenc", "--identity", "second.txt"]);
        outcome.fails(FAILED).says("x.kenc has 2 names").hints("find -samefile x.kenc");
        assert!(home.read("x.kenc") == before);
        home.run(["rotate", "--yes", "-f", "x.kenc", "--identity", "second.txt"]).ok();
        assert!(home.read("other") == before);
        assert_eq!(keys.opens_with("link", PLAINTEXT), "second");
    }

    #[test]
    fn changes_at_the_same_time_take_turns_and_none_is_lost() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        home.write("x.kenc", home.encrypt(&[], &noise(100_000)));
        let recipients: Vec<String> = (0..8)
            .map(|number| home.run(["keygen", "-o", &format!("{number}.txt")]).ok().stdout_text().trim().to_owned())
            .collect();
        let children: Vec<Child> = recipients
            .iter()
            .map(|recipient| {
                let mut command = home.command();
                command.args(["rewrap", "x.kenc", "--add", recipient]).stdin(Stdio::null()).stdout(Stdio::null());
                command.spawn().expect("it can be started")
            })
            .collect();
        for mut child in children {
            assert!(child.wait().expect("a child can be waited for").success());
        }
        let found: BTreeSet<String> = key_ids(&home.read("x.kenc")).into_iter().collect();
        assert_eq!(found, recipients.into_iter().chain([keys.first.clone()]).collect());
        home.run(["decrypt", "x.kenc"]).gives(&noise(100_000));
    }

    #[test]
    fn in_a_folder_every_kenc_file_is_changed_and_nothing_else() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        fs::create_dir_all(home.file("tree/b/c")).expect("a folder can be made");
        let file = home.encrypt(&[], PLAINTEXT);
        for name in ["tree/b/c/deep", "tree/z.kenc", "tree/a.kenc"] {
            home.write(name, &file);
        }
        home.write("outside.kenc", &file);
        home.write("tree/notes.txt", "text");
        home.write("tree/empty", "");
        std::os::unix::fs::symlink("../outside.kenc", home.file("tree/link")).expect("a link can be made");
        home.run(["rewrap", "tree", "--to", &keys.second]).fails(FAILED).says("tree is a directory").hints("`-r`");
        let text = home.run(["rewrap", "-r", "tree", "--to", &keys.second]).ok().stdout_text();
        let names: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(": added")?.0)).collect();
        assert_eq!(names, ["tree/a.kenc", "tree/b/c/deep", "tree/z.kenc"]);
        assert!(home.read("outside.kenc") == file, "what a symbolic link names is not in the folder");
        assert_eq!(home.read("tree/notes.txt"), b"text");
        home.run(["rotate", "--yes", "-r", "tree", "--identity", "second.txt"]).ok();
        assert_eq!(keys.opens_with("tree/b/c/deep", PLAINTEXT), "second");
    }
}

mod rotation {
    use super::*;

    #[test]
    fn the_old_data_key_does_not_open_the_new_file_and_keys_and_context_stay() {
        let kms = need!(moto());
        let home = kms.home();
        let (recipient, key) = (home.keygen(), kms.new_key());
        let plaintext = noise(300_000);
        let old = home.encrypt(&["-k", &key, "-k", &recipient, "-c", "app=demo"], &plaintext);
        home.write("x.kenc", &old);
        let text = home.run(["rotate", "--yes", "x.kenc"]).ok().stdout_text();
        assert_eq!(text, format!("x.kenc: a new data key under aws-kms {key}, age {recipient}\n"));
        let new = home.read("x.kenc");
        let (mut old, new) = (RawFile::parse(&old), RawFile::parse(&new));
        assert_eq!((key_ids(&home.read("x.kenc")), &new.context), (vec![key.clone(), recipient], &old.context));
        assert_eq!(new.payload.len(), old.payload.len());
        let same = new.payload.chunks(16).zip(old.payload.chunks(16)).filter(|(one, other)| one == other).count();
        assert_eq!(same, 0, "no block of the old payload is left");
        home.run(["decrypt", "x.kenc", "-c", "app=demo"]).gives(&plaintext);
        home.run(["decrypt", "x.kenc", "-k", &key]).gives(&plaintext);
        old.payload.clone_from(&new.payload);
        home.decrypt(&[], &old.build()).fails(NOT_AUTHENTIC).says("another data key than this file's");
    }

    #[test]
    fn a_new_context_and_cipher_take_the_place_of_the_old_ones() {
        let kms = need!(moto());
        let home = kms.home();
        home.write("x.kenc", home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT));
        home.run(["rotate", "--yes", "x.kenc", "-c", "app=other"]).fails(NOT_AUTHENTIC).says("-c asks for app=other");
        let arguments = ["-c", "app=demo", "--new-context", "app=next", "--new-context", "env=prod"];
        home.run([&["rotate", "--yes", "x.kenc", "--cipher", "chacha20-poly1305"][..], &arguments].concat()).ok();
        home.run(["decrypt", "x.kenc", "-c", "app=next", "-c", "env=prod"]).gives(PLAINTEXT);
        let inspected = home.run(["inspect", "x.kenc"]).ok().stdout_text();
        assert!(inspected.contains("ChaCha20-Poly1305") && !inspected.contains("demo"), "{inspected}");
        home.run(["rotate", "--yes", "x.kenc", "--no-context"]).ok();
        assert!(RawFile::parse(&home.read("x.kenc")).context.is_empty());
        home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
    }

    #[test]
    fn a_damaged_payload_is_not_rotated_and_the_file_stays_as_it_was() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        let file = home.encrypt(&[], &noise(200_000));
        for at in [file.len() - 1, file.len() / 2] {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            home.write("x.kenc", &damaged);
            home.run(["rotate", "--yes", "x.kenc", "--to", &keys.second]).fails(NOT_AUTHENTIC).says("is not authentic");
            assert!(home.read("x.kenc") == damaged);
            let to_a_pipe = home.run_with(["rotate", "--yes", "--to", &keys.second], &damaged);
            assert_eq!(to_a_pipe.code, NOT_AUTHENTIC);
            let opened = home.decrypt(&["--identity", "second.txt"], &to_a_pipe.stdout);
            assert_eq!(opened.code, NOT_AUTHENTIC, "what came out before cannot be taken for a whole file");
        }
        assert_eq!(names_in(home.path()), ["home", "second.txt", "x.kenc"]);
    }

    #[test]
    fn a_passphrase_stays_if_it_is_known_and_can_be_changed() {
        let home = Home::new();
        home.write("old", "correct horse\n");
        home.write("new", "battery staple\n");
        let from = |name: &str| ["--passphrase-from".to_owned(), format!("file:{name}")];
        let run = |arguments: &[&str], more: &[String]| {
            home.run(arguments.iter().map(|word| (*word).to_owned()).chain(more.iter().cloned()))
        };
        let recipient = home.keygen();
        let file = home.encrypt(&["-k", "passphrase:", "-k", &recipient, "--passphrase-from", "file:old"], PLAINTEXT);
        home.write("x.kenc", &file);
        let outcome = run(&["rotate", "--yes", "x.kenc"], &from("new"));
        outcome.fails(KEY_SERVICE).says("cannot encrypt under passphrase:").says("the passphrase is not the right one");
        assert!(home.read("x.kenc") == file);
        run(&["rotate", "--yes", "x.kenc"], &from("old")).ok();
        run(&["decrypt", "x.kenc", "-k", "passphrase:"], &from("old")).gives(PLAINTEXT);
        run(&["rotate", "--yes", "x.kenc", "-k", &recipient], &from("old")).ok();
        run(&["decrypt", "x.kenc", "-k", "passphrase:"], &from("old")).gives(PLAINTEXT);

        let change = ["rewrap", "x.kenc", "--remove", "passphrase:", "--add", "passphrase:"];
        run(&[&change[..], &["--new-passphrase-from", "file:new"]].concat(), &from("old")).ok();
        run(&["decrypt", "x.kenc", "-k", "passphrase:"], &from("new")).gives(PLAINTEXT);
        run(&["decrypt", "x.kenc", "-k", "passphrase:"], &from("old")).fails(NO_KEY);
    }

    #[test]
    fn it_takes_little_memory_however_long_the_file_is() {
        let keys = TwoKeys::new();
        let home = &keys.home;
        let plain = File::create(home.file("plain")).expect("a file can be made");
        plain.set_len(256 << 20).expect("it can be long");
        home.run(["encrypt", "plain", "-o", "x.kenc"]).ok();
        let most = need!(Measured::most_kib(home));
        let mut rotation = need!(Measured::new(home, "peak", &["rotate", "--yes", "--threads", "8", "x.kenc"]));
        assert!(rotation.command.stdout(Stdio::null()).status().expect("it can be started").success());
        assert!(rotation.peak_kib() <= most, "{} KiB", rotation.peak_kib());
        let mut piped = need!(Measured::new(home, "piped", &["rotate", "--yes", "--threads", "8"]));
        let file = File::open(home.file("x.kenc")).expect("it is there");
        assert!(piped.command.stdin(file).stdout(Stdio::null()).status().expect("it can be started").success());
        assert!(piped.peak_kib() <= most, "{} KiB", piped.peak_kib());
    }

    #[test]
    fn a_slot_of_an_unknown_provider_cannot_be_kept() {
        let home = Home::new();
        let recipient = home.keygen();
        let mut file = RawFile::parse(&home.encrypt(&[], PLAINTEXT));
        let mut unknown = file.slots[0].clone();
        unknown.provider = "other-kms".to_owned();
        file.slots.push(unknown);
        home.write("x.kenc", file.build());
        home.run(["rotate", "--yes", "x.kenc"]).fails(KEY_SERVICE).says("does not know the key provider `other-kms`");
        home.run(["rotate", "--yes", "x.kenc", "--to", &recipient]).ok();
        home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
    }
}

mod killed {
    use super::*;

    /// Starts a command and kills it after a while, at another moment every time.
    fn killed(home: &Home, arguments: &[&str], after: Duration) {
        let mut command = home.command();
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it can be started");
        std::thread::sleep(after);
        // It may have ended by itself, which is one of the moments.
        let _ = child.kill();
        child.wait().expect("a child can be waited for");
    }

    /// Kills `command` at `times` moments from its start to its end, and checks after each that the file is whole.
    fn never_torn(command: &str, len: usize, extra_keys: usize, times: u32) {
        let keys = TwoKeys::new();
        let home = &keys.home;
        let plaintext = noise(len);
        home.write("x.kenc", home.encrypt(&[], &plaintext));
        let more: Vec<String> = (0..extra_keys).flat_map(|_| ["--to".to_owned(), Home::new().keygen()]).collect();
        let began = std::time::Instant::now();
        home.run([command, "x.kenc", "--to", &keys.second]).ok();
        let mut longest = began.elapsed() * 3 / 2;
        let (mut opened, mut changes, mut in_vain) = ("second", 0, 0);
        for turn in 0..times {
            let (identity, other) = match opened {
                "first" => ("home/.config/kenc/keys.txt", &keys.second),
                _ => ("second.txt", &keys.first),
            };
            let mut arguments = vec![command, "x.kenc", "--identity", identity, "--to", other];
            // Every other time it does not fit in place.
            if turn % 2 == 0 {
                arguments.extend(more.iter().map(String::as_str));
            }
            // The moments are spread over the whole run, and not in order.
            killed(home, &arguments, longest * (turn * 7 % times) / times);
            let now = keys.opens_with("x.kenc", &plaintext);
            changes += u32::from(now != opened);
            // A machine that became slower meanwhile needs longer.
            in_vain = if now == opened { in_vain + 1 } else { 0 };
            if in_vain > 8 {
                (longest, in_vain) = (longest * 2, 0);
            }
            opened = now;
        }
        assert!(changes > 0 && changes < times, "{changes} of {times} were done: they were not killed in the midst");
        let strange: Vec<String> = names_in(home.path())
            .into_iter()
            .filter(|name| !["home", "second.txt", "x.kenc"].contains(&name.as_str()))
            .filter(|name| !(name.starts_with(".kenc-") && Path::new(name).extension().is_some_and(|end| end == "tmp")))
            .collect();
        assert_eq!(strange, [""; 0]);
    }

    #[test]
    fn a_rewrap_in_place_that_is_killed_at_any_moment_leaves_a_file_that_opens() {
        never_torn("rewrap", 100, 0, 80);
    }

    #[test]
    fn a_rewrap_through_a_new_file_that_is_killed_at_any_moment_leaves_a_file_that_opens() {
        never_torn("rewrap", 2 << 20, 6, 60);
    }

    #[test]
    fn a_rotation_that_is_killed_at_any_moment_leaves_a_file_that_opens() {
        never_torn("rotate", 2 << 20, 0, 60);
    }
}
