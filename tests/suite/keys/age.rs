//! Keys of age and ssh: made by their own programs and used by kenc, and the other way round.

use crate::support::{Home, has, skip, text};

/// Whether all programs are installed; reports those that are not.
fn have(programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs.iter().copied().filter(|program| !has(program)).collect();
    if !missing.is_empty() {
        skip(&format!("{} not installed", missing.join(", ")));
    }
    missing.is_empty()
}

/// The wrapped keys in the first slot table of a kenc file, as `kenc-format(5)` lays them out.
fn wrapped_keys(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    fn take<'a>(rest: &mut &'a [u8], count: usize) -> &'a [u8] {
        let (taken, left) = rest.split_at(count);
        *rest = left;
        taken
    }
    fn number(rest: &mut &[u8], bytes: usize) -> usize {
        take(rest, bytes).iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
    }
    let mut preamble = &file[8..16];
    let parameters_len = number(&mut preamble, 4);
    let mut rest = &file[16 + parameters_len..];
    take(&mut rest, 4);
    let count = number(&mut rest, 2);
    let mut keys = Vec::new();
    for _ in 0..count {
        let provider_len = number(&mut rest, 1);
        assert_eq!(take(&mut rest, provider_len), b"age");
        let id_len = number(&mut rest, 2);
        let id = text(take(&mut rest, id_len));
        let ciphertext_len = number(&mut rest, 2);
        keys.push((id, take(&mut rest, ciphertext_len).to_vec()));
    }
    keys
}

#[test]
fn an_identity_of_age_keygen_opens_what_was_encrypted_for_its_recipient() {
    if !have(&["age-keygen"]) {
        return;
    }
    let sandbox = Home::new();
    sandbox.succeeds(
        "echo hello > x; age-keygen -o key.txt 2> /dev/null; age-keygen -y key.txt > recipient
        kenc encrypt -k \"$(cat recipient)\" x -o x.kenc
        kenc decrypt --identity key.txt x.kenc | cmp - x || exit 1
        KENC_AGE_KEY_FILE=key.txt kenc encrypt x -o y.kenc
        KENC_AGE_KEY_FILE=key.txt kenc decrypt y.kenc | cmp - x || exit 2
        test \"$(kenc keygen --show -o key.txt)\" = \"$(cat recipient)\" || exit 3",
    );
}

#[test]
fn the_local_key_is_an_identity_of_age() {
    if !have(&["age", "age-keygen"]) {
        return;
    }
    let sandbox = Home::with_key();
    sandbox.succeeds(
        "echo hello > x; key=~/.config/kenc/keys.txt
        test \"$(age-keygen -y $key)\" = \"$(kenc keygen --show)\" || exit 1
        age -r \"$(kenc keygen --show)\" x | age -d -i $key | cmp - x || exit 2",
    );
}

#[test]
fn the_wrapped_key_in_a_slot_is_an_age_file_that_holds_32_bytes() {
    if !have(&["age", "ssh-keygen"]) {
        return;
    }
    let sandbox = Home::with_key();
    sandbox.succeeds(
        "echo hello > x; cp ~/.config/kenc/keys.txt key0
        ssh-keygen -q -t ed25519 -N '' -f key1; ssh-keygen -q -t rsa -b 2048 -N '' -f key2
        kenc encrypt -k \"$(kenc keygen --show)\" -k \"$(cat key1.pub)\" -k \"$(cat key2.pub)\" x -o x.kenc",
    );
    let keys = wrapped_keys(&sandbox.read("x.kenc"));
    assert_eq!(keys.len(), 3);
    for (number, (id, wrapped)) in keys.iter().enumerate() {
        sandbox.write("slot", wrapped);
        sandbox.succeeds(&format!("age -d -i key{number} -o data-key{number} slot"));
        assert_eq!(sandbox.read(&format!("data-key{number}")).len(), 32, "{id}");
        assert_eq!(sandbox.read(&format!("data-key{number}")), sandbox.read("data-key0"), "{id}");
    }
}

#[test]
fn the_data_key_that_age_unwraps_opens_the_payload() {
    use kenc::crypto::{Backend, DataKey};
    use kenc::formats::native::{Decryptor, FileHead};

    if !have(&["age"]) {
        return;
    }
    let sandbox = Home::with_key();
    sandbox.succeeds("seq 30000 > x; kenc encrypt x -o x.kenc");
    let sealed = sandbox.read("x.kenc");
    sandbox.write("slot", &wrapped_keys(&sealed)[0].1);
    sandbox.succeeds("age -d -i ~/.config/kenc/keys.txt -o data-key slot");
    let data_key = DataKey::from_slice(&sandbox.read("data-key")).unwrap();
    let mut input = &sealed[..];
    let head = FileHead::read(&mut input).unwrap();
    let cipher = head.cipher(&data_key, Backend::default()).unwrap();
    let mut opened = Vec::new();
    std::io::copy(&mut Decryptor::new(input, cipher), &mut opened).unwrap();
    assert_eq!(opened, sandbox.read("x"));
}

#[test]
fn a_key_that_age_wrapped_is_opened_by_the_passphrase_that_was_typed_for_it() {
    if !have(&["age", "expect"]) {
        return;
    }
    let sandbox = Home::new();
    sandbox.succeeds("echo hello > x; echo 'correct horse' > words; kenc encrypt -k passphrase: --passphrase-from file:words x -o x.kenc");
    let keys = wrapped_keys(&sandbox.read("x.kenc"));
    assert_eq!(keys[0].0, "scrypt");
    sandbox.write("slot", &keys[0].1);
    sandbox.succeeds(
        "expect -c 'set timeout 120; spawn age -d -o data-key slot; expect \"passphrase\"; send \"correct horse\\r\"; expect eof'",
    );
    assert_eq!(sandbox.read("data-key").len(), 32);
}

#[test]
fn an_encrypted_identity_file_is_opened_with_its_passphrase() {
    if !have(&["age", "age-keygen", "expect"]) {
        return;
    }
    let sandbox = Home::new();
    sandbox.succeeds(
        "echo hello > x; echo 'correct horse' > words; echo wrong > wrong; age-keygen -o key.txt 2> /dev/null",
    );
    for armor in ["", "-a"] {
        sandbox.succeeds(&format!(
            "rm -f key.age; expect -c 'set timeout 120; spawn age -p {armor} -o key.age key.txt
                expect \"passphrase\"; send \"correct horse\\r\"; expect \"onfirm\"; send \"correct horse\\r\"; expect eof'
            kenc encrypt -f -k \"$(age-keygen -y key.txt)\" x -o x.kenc
            kenc decrypt --identity key.age --passphrase-from file:words x.kenc | cmp - x"
        ));
        let said = sandbox.fails("kenc decrypt --identity key.age --passphrase-from file:wrong x.kenc", 4);
        assert!(said.contains("no matching identity in key.age (wrong passphrase)"), "{said}");
    }
}

#[test]
fn ssh_keys_open_what_was_encrypted_for_them() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let sandbox = Home::new();
    sandbox.succeeds("echo hello > x; echo 'correct horse' > words; echo wrong > wrong; mkdir -m 700 ~/.ssh");
    for kind in ["ed25519", "rsa -b 2048"] {
        let name = kind.split(' ').next().unwrap();
        sandbox.succeeds(&format!(
            "ssh-keygen -q -t {kind} -N '' -f {name}; kenc encrypt -k \"$(cat {name}.pub)\" x -o {name}.kenc
            kenc decrypt --identity {name} {name}.kenc | cmp - x || exit 1
            ssh-keygen -q -t {kind} -N 'correct horse' -f locked-{name}
            kenc encrypt -k \"$(cat locked-{name}.pub)\" x -o locked-{name}.kenc
            kenc decrypt --identity locked-{name} --passphrase-from file:words locked-{name}.kenc | cmp - x || exit 2
            cp {name} ~/.ssh/id_{name}; cp {name}.pub ~/.ssh/id_{name}.pub
            kenc decrypt {name}.kenc | cmp - x || exit 3"
        ));
        let open = format!("kenc decrypt --identity locked-{name} locked-{name}.kenc");
        let said = sandbox.fails(&format!("{open} --passphrase-from file:wrong"), 4);
        assert!(said.contains(&format!("locked-{name} (wrong passphrase)")), "{said}");
        let said = sandbox.fails(&format!("{open} --no-input"), 4);
        assert!(said.contains("--no-input forbids a prompt"), "{said}");
        let said = sandbox.fails(&format!("kenc decrypt locked-{name}.kenc"), 4);
        assert!(said.contains(&format!("/.ssh/id_{name}")), "{said}");
    }
}

#[test]
fn ssh_keys_that_cannot_encrypt_are_refused_by_their_kind() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let sandbox = Home::new();
    sandbox
        .succeeds("echo hello > x; ssh-keygen -q -t ecdsa -N '' -f ecdsa; ssh-keygen -q -t rsa -b 1024 -N '' -f small");
    let said = sandbox.fails("kenc encrypt -k \"$(cat ecdsa.pub)\" x", 2);
    assert!(said.contains("ssh keys of type ecdsa-sha2-nistp256 cannot encrypt"), "{said}");
    let said = sandbox.fails("kenc encrypt -k \"$(cat small.pub)\" x", 2);
    assert!(said.contains("the RSA key has less than 2048 bits"), "{said}");
}

#[test]
fn any_one_of_several_keys_opens_and_when_none_does_every_reason_is_told() {
    let sandbox = Home::new();
    sandbox.succeeds(
        "echo hello > x; echo 'correct horse' > words; echo wrong > wrong
        for n in 1 2 3 other; do kenc keygen -q -o key$n; done
        kenc encrypt $(for n in 1 2 3; do echo -k $(kenc keygen --show -o key$n); done) -k passphrase: \\
            --passphrase-from file:words x -o x.kenc
        for n in 1 2 3; do kenc decrypt --no-input --identity key$n x.kenc | cmp - x || exit 1; done
        kenc decrypt --identity keyother --passphrase-from file:words x.kenc | cmp - x || exit 2",
    );
    let said = sandbox.fails("kenc decrypt --identity keyother --identity gone --passphrase-from file:wrong x.kenc", 4);
    assert_eq!(said.matches("no matching identity in keyother, gone (not found)").count(), 3, "{said}");
    assert_eq!(said.matches("wrong passphrase").count(), 1, "{said}");
    let order: Vec<usize> = (1..=4).map(|slot| said.find(&format!("  {slot} age ")).unwrap()).collect();
    assert!(order.is_sorted(), "{said}");
}

#[test]
fn identities_are_looked_for_in_all_usual_places_and_each_is_named() {
    let sandbox = Home::new();
    sandbox.succeeds(
        "echo hello > x; mkdir -p ~/.config/sops/age; kenc keygen -q; kenc keygen -q -o ~/.config/sops/age/keys.txt
        kenc keygen -q -o named; kenc keygen -q -o stranger; kenc encrypt -k $(kenc keygen --show -o stranger) x -o x.kenc",
    );
    let said = sandbox.fails("SOPS_AGE_KEY=$(cat named) SOPS_AGE_KEY_FILE=named kenc decrypt x.kenc", 4);
    let home = sandbox.root().join("home");
    let expected = format!(
        "no matching identity in $SOPS_AGE_KEY, {0}/.config/kenc/keys.txt, named, {0}/.config/sops/age/keys.txt",
        home.display()
    );
    assert!(said.contains(&expected), "{said}");
    let said = sandbox.fails("XDG_CONFIG_HOME=$PWD/config KENC_AGE_KEY_FILE=named kenc decrypt x.kenc", 4);
    assert!(said.contains("no matching identity in named\n"), "{said}");
    sandbox.succeeds("XDG_CONFIG_HOME=$PWD/config kenc keygen -q; test -f config/kenc/keys.txt");
    // Several identities in one file, with comments and empty lines.
    sandbox.succeeds(
        "{ echo; cat named; echo '# another'; cat stranger; } > both; kenc decrypt --identity both x.kenc | cmp - x",
    );
    sandbox.succeeds("cat stranger | kenc decrypt --identity /dev/stdin x.kenc | cmp - x");
}
