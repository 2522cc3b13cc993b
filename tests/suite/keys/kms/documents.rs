//! Documents in folders: how often KMS is asked for their data keys.

use super::*;

/// How often each operation was asked.
fn counted(asked: &[String]) -> (usize, usize) {
    let count = |name: &str| asked.iter().filter(|asked| *asked == name).count();
    (count("GenerateDataKey"), count("Decrypt"))
}

#[test]
fn documents_have_a_data_key_each_or_share_one_and_each_wrapped_key_is_asked_for_once() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    std::fs::create_dir(home.file("in")).expect("a folder can be made");
    for number in 0..6 {
        home.write(&format!("in/{number}.yaml"), format!("a: {number}\n"));
    }
    let encrypt = ["encrypt", "--values", "-r", "-k", &kms.new_key(), "in", "-o"];
    home.run([&encrypt[..], &["each"]].concat()).ok();
    assert_eq!(counted(&relay.asked()), (6, 0));
    home.run([&encrypt[..], &["shared", "--shared-data-key"]].concat()).ok();
    assert_eq!(counted(&relay.asked()), (7, 0));
    home.run(["decrypt", "-r", "shared", "-o", "one"]).ok();
    assert_eq!(counted(&relay.asked()), (7, 1), "one wrapped key, one call");
    home.run(["decrypt", "-r", "each", "-o", "six"]).ok();
    assert_eq!(counted(&relay.asked()), (7, 7), "six wrapped keys, six calls");
    for number in 0..6 {
        for folder in ["one", "six"] {
            assert_eq!(home.read(&format!("{folder}/{number}.yaml")), format!("a: {number}\n").as_bytes());
        }
    }
}
