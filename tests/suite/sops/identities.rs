//! The local key of kenc is one of sops as well, as sops itself sees it, and both ask the same KMS.

use crate::support::{Home, Sops, moto};

const SECRETS: &str = "password: the rest is silence\n";

#[test]
fn the_local_key_opens_documents_of_sops() {
    let home = Home::new();
    let sops = need!(Sops::in_home(&home));
    let recipient = home.keygen();
    home.write("secrets.yaml", SECRETS);
    let document = sops.run(["encrypt", "--age", &recipient, "secrets.yaml"]).ok().stdout.clone();
    assert!(!String::from_utf8_lossy(&document).contains("silence"));
    home.write("sealed.yaml", &document);
    sops.run(["decrypt", "sealed.yaml"]).gives(SECRETS.as_bytes());

    let stranger = Home::new();
    stranger.keygen();
    let sops = need!(Sops::in_home(&stranger));
    stranger.write("sealed.yaml", &document);
    assert_ne!(sops.run(["decrypt", "sealed.yaml"]).code, 0, "another key must not open it");
}

#[test]
fn sops_reaches_the_emulator_of_kms_from_the_same_home() {
    let kms = need!(moto());
    let home = kms.home();
    let sops = need!(Sops::in_home(&home));
    let key = kms.new_key();
    home.write("secrets.yaml", SECRETS);
    let arguments = ["encrypt", "--kms", &key, "--encryption-context", "app:demo", "secrets.yaml"];
    home.write("sealed.yaml", &sops.run(arguments).ok().stdout);
    sops.run(["decrypt", "sealed.yaml"]).gives(SECRETS.as_bytes());
    let sealed = String::from_utf8(home.read("sealed.yaml")).expect("a document is text");
    assert!(sealed.contains(&key) && sealed.contains("app: demo"), "{sealed}");
}
