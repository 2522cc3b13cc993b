//! kenc under the name of sops: every flag that sops has, as its own help lists them.
//!
//! A flag does the same as with sops, which its script shows, or is refused with a sentence. A flag that is new in sops is
//! found here, because it is in no row.

use std::collections::BTreeSet;

use crate::support::{Home, Link, moto};

/// How kenc handles a flag.
enum Fate {
    /// A script prints the same with the link and with sops.
    Same(&'static str),
    /// It has no effect in either program that a script could show.
    Nothing,
    /// It is refused, with this sentence.
    Refused(&'static str, &'static str),
}
use Fate::{Nothing, Refused, Same};

/// The commands that have flags, as the real program lists them; the first is the program itself.
const COMMANDS: [&str; 15] = [
    "",
    "encrypt",
    "decrypt",
    "edit",
    "set",
    "unset",
    "rotate",
    "updatekeys",
    "groups add",
    "groups delete",
    "exec-env",
    "exec-file",
    "filestatus",
    "publish",
    "keyservice",
];

/// Files in the clear and encrypted, and a way to show one.
const MADE: &str = "printf 'a: text\\nb_s: x\\nc_u: z\\n# note\\nd: w\\n' > plain.yaml
sops -e --age $AGE plain.yaml > a.yaml
printf 'creation_rules:\\n  - age: %s,%s\\n' $AGE $OTHER > config
show() { sops -d --output-type json $1 | tr -d '\\n\\t '; echo; grep -c ': ENC' $1; grep -cE 'recipient:|fp:|arn:' $1; }
show_json() { sops -d --input-type json --output-type json $1 | tr -d '\\n\\t '; echo; }
editor() { printf '#!/bin/sh\\nprintf %%s \"$TYPED\" > \"$1\"\\n' > editor; chmod +x editor; export EDITOR=$PWD/editor TYPED=\"$1\"; }
set -e
";

const OTHER_SERVICE: &str = "kenc does not support keys of";

#[rustfmt::skip]
const FLAGS: &[(&str, &[&str], Fate)] = &[
    ("decrypt", &[""], Same("sops --decrypt a.yaml; sops -d a.yaml")),
    ("encrypt", &[""], Same("sops --encrypt --age $AGE plain.yaml > b.yaml; show b.yaml; sops -e --age $AGE plain.yaml > b.yaml; show b.yaml")),
    ("rotate", &[""], Same("sops --rotate a.yaml > b.yaml; show b.yaml; sops -r a.yaml > b.yaml; show b.yaml")),
    ("disable-version-check", &[""], Same("sops --disable-version-check --version | cut -c 1-11")),
    ("check-for-updates", &[""], Nothing),
    ("help", &[""], Same("sops --help > out; sops -h > out; sops help > out; sops decrypt --help > out")),
    ("version", &[""], Same("sops --version | cut -c 1-11; sops -v | cut -c 1-11")),
    ("in-place", &["", "encrypt", "decrypt", "rotate", "groups add", "groups delete"], Same("
        cp plain.yaml b.yaml; sops --in-place -e --age $AGE b.yaml; show b.yaml; sops -d -i b.yaml; cat b.yaml
        sops encrypt --in-place --age $AGE b.yaml; show b.yaml; sops rotate -i b.yaml; show b.yaml
        sops groups add --in-place --file b.yaml --age $AGE; show b.yaml; sops groups add -i -f b.yaml --age $AGE; sops groups delete -i -f b.yaml 2; show b.yaml; sops decrypt -i b.yaml; cat b.yaml")),
    ("output", &["", "encrypt", "decrypt", "rotate"], Same("
        sops --output b.yaml -e --age $AGE plain.yaml; show b.yaml; sops encrypt --output c.yaml --age $AGE plain.yaml; show c.yaml
        sops decrypt --output d b.yaml; cat d; sops rotate --output c.yaml b.yaml; show c.yaml")),
    ("age", &["", "encrypt", "edit", "groups add"], Same("
        sops -a $AGE -e plain.yaml > b.yaml; show b.yaml; sops encrypt -a $AGE,$OTHER plain.yaml > b.yaml; show b.yaml
        editor 'a: 1'; sops edit -a $AGE new.yaml; show new.yaml; sops groups add -f b.yaml --age $AGE > c.yaml; grep -c recipient c.yaml")),
    ("kms", &["", "encrypt", "edit", "groups add"], Same("
        sops -k $KEY -e plain.yaml > b.yaml; show b.yaml; sops encrypt --kms $KEY plain.yaml > b.yaml; show b.yaml
        editor 'a: 1'; sops edit -k $KEY new.yaml; show new.yaml; sops groups add -f a.yaml --kms $KEY > c.yaml; grep -c arn: c.yaml")),
    ("encryption-context", &["", "encrypt", "edit", "rotate", "groups add"], Same("
        sops -k $KEY --encryption-context a:b -e plain.yaml > b.yaml; grep -c 'a: b' b.yaml; show b.yaml
        sops encrypt -k $KEY --encryption-context a:b plain.yaml > b.yaml; grep -c 'a: b' b.yaml
        editor 'x: 1'; sops edit -k $KEY --encryption-context a:b new.yaml; grep -c 'a: b' new.yaml
        sops rotate --add-kms $KEY --encryption-context a:b a.yaml > b.yaml; grep -c 'a: b' b.yaml
        sops groups add -f a.yaml --kms $KEY --encryption-context a:b > c.yaml; grep -c 'a: b' c.yaml")),
    ("aws-profile", &["", "encrypt", "edit", "groups add"], Same("
        mkdir -p $HOME/.aws; printf '[other]\\naws_access_key_id = %s\\naws_secret_access_key = %s\\n' $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY > $HOME/.aws/credentials
        sops -k $KEY --aws-profile other -e plain.yaml > b.yaml; grep -c 'aws_profile: other' b.yaml
        sops encrypt -k $KEY --aws-profile other plain.yaml > b.yaml; grep -c 'aws_profile: other' b.yaml")),
    ("pgp", &["", "encrypt", "edit", "groups add"], Same("
        for command in -e encrypt 'groups add -f a.yaml'; do sops $command --pgp 0000000000000000000000000000000000000000 plain.yaml > out || echo failed; done")),
    ("extract", &["", "decrypt"], Same("sops -d --extract '[\"a\"]' a.yaml; sops decrypt --extract '[\"d\"]' a.yaml")),
    ("input-type", &["", "encrypt", "decrypt", "edit", "set", "unset", "rotate", "updatekeys", "exec-file", "filestatus"], Same("
        cp plain.yaml b; sops --input-type yaml --output-type yaml -e -i --age $AGE b; sops decrypt --input-type yaml --output-type yaml b; sops filestatus --input-type yaml b
        sops exec-file --input-type yaml --output-type yaml b 'cat {}'; sops rotate -i --input-type yaml --output-type yaml b; sops set --input-type yaml --output-type yaml b '[\"a\"]' 1
        sops unset --input-type yaml --output-type yaml b '[\"d\"]'; sops -d --input-type yaml --output-type yaml b
        sops --config config updatekeys -y --input-type yaml b > out; sops -d --input-type yaml --output-type yaml b; editor 'a: 7'; sops edit --input-type yaml --output-type yaml --age $AGE n; sops -d --input-type yaml --output-type json n")),
    ("output-type", &["", "encrypt", "decrypt", "edit", "set", "unset", "rotate", "exec-file"], Same("
        sops -d --output-type json a.yaml | tr -d '\\n\\t '; sops encrypt --output-type json --age $AGE plain.yaml > b; show_json b; sops exec-file --output-type json a.yaml 'cat {}' | tr -d '\\n\\t '
        sops rotate --output-type json a.yaml > b; show_json b; cp a.yaml b.yaml; sops set --output-type json b.yaml '[\"a\"]' 1; show_json b.yaml
        cp a.yaml b.yaml; sops unset --output-type json b.yaml '[\"a\"]'; show_json b.yaml")),
    ("show-master-keys", &["", "edit"], Same("
        printf '#!/bin/sh\\ngrep -c ^sops: \"$1\"\\nsed -i s/text/other/ \"$1\"\\n' > editor; chmod +x editor; export EDITOR=$PWD/editor
        # What is edited so is lost by sops itself, so it is not shown.
        cp a.yaml b.yaml; sops -s a.yaml; sops edit --show-master-keys b.yaml")),
    ("add-age", &["", "rotate"], Same("sops -r --add-age $OTHER a.yaml > b.yaml; show b.yaml; sops rotate --add-age $OTHER a.yaml > b.yaml; show b.yaml")),
    ("rm-age", &["", "rotate"], Same("sops -r --add-age $OTHER a.yaml > b.yaml; sops rotate --rm-age $OTHER b.yaml > c.yaml; show c.yaml; sops -r --rm-age $OTHER b.yaml > c.yaml; show c.yaml")),
    ("add-kms", &["", "rotate"], Same("sops -r --add-kms $KEY a.yaml > b.yaml; show b.yaml; sops rotate --add-kms $KEY a.yaml > b.yaml; show b.yaml")),
    ("rm-kms", &["", "rotate"], Same("sops -r --add-kms $KEY a.yaml > b.yaml; sops rotate --rm-kms $KEY b.yaml > c.yaml; show c.yaml; sops -r --rm-kms $KEY b.yaml > c.yaml; show c.yaml")),
    ("add-pgp", &["", "rotate"], Same("sops rotate --add-pgp 0000000000000000000000000000000000000000 a.yaml > out || echo failed")),
    ("rm-pgp", &["", "rotate"], Same("sops rotate --rm-pgp 0000000000000000000000000000000000000000 a.yaml > b.yaml; show b.yaml")),
    ("ignore-mac", &["", "decrypt", "edit", "set", "unset"], Same("
        sed -i /^b_s/d a.yaml; sops -d a.yaml || echo $?; sops --ignore-mac -d a.yaml; sops decrypt --ignore-mac a.yaml; cp a.yaml b.yaml; sops set --ignore-mac b.yaml '[\"a\"]' 1; show b.yaml
        cp a.yaml b.yaml; sops unset --ignore-mac b.yaml '[\"a\"]'; show b.yaml; editor 'a: 1'; sops edit --ignore-mac a.yaml; show a.yaml")),
    ("mac-only-encrypted", &[""], Same("sops --mac-only-encrypted -e --age $AGE --encrypted-regex ^a plain.yaml > b.yaml; sed -i s/z/y9/ b.yaml; show b.yaml")),
    ("unencrypted-suffix", &["", "encrypt", "edit"], Same("sops -e --age $AGE --unencrypted-suffix _s plain.yaml > b.yaml; show b.yaml; sops encrypt --age $AGE --unencrypted-suffix _s plain.yaml > b.yaml; show b.yaml; editor \"$(cat plain.yaml)\"; sops edit --age $AGE --unencrypted-suffix _s n.yaml; show n.yaml")),
    ("encrypted-suffix", &["", "encrypt", "edit"], Same("sops -e --age $AGE --encrypted-suffix _s plain.yaml > b.yaml; show b.yaml; sops encrypt --age $AGE --encrypted-suffix _s plain.yaml > b.yaml; show b.yaml; editor \"$(cat plain.yaml)\"; sops edit --age $AGE --encrypted-suffix _s n.yaml; show n.yaml")),
    ("unencrypted-regex", &["", "encrypt", "edit"], Same("sops -e --age $AGE --unencrypted-regex _ plain.yaml > b.yaml; show b.yaml; sops encrypt --age $AGE --unencrypted-regex _ plain.yaml > b.yaml; show b.yaml; editor \"$(cat plain.yaml)\"; sops edit --age $AGE --unencrypted-regex _ n.yaml; show n.yaml")),
    ("encrypted-regex", &["", "encrypt", "edit"], Same("sops -e --age $AGE --encrypted-regex _ plain.yaml > b.yaml; show b.yaml; sops encrypt --age $AGE --encrypted-regex _ plain.yaml > b.yaml; show b.yaml; editor \"$(cat plain.yaml)\"; sops edit --age $AGE --encrypted-regex _ n.yaml; show n.yaml")),
    ("unencrypted-comment-regex", &[""], Same("sops -e --age $AGE --unencrypted-comment-regex note plain.yaml > b.yaml; show b.yaml")),
    ("encrypted-comment-regex", &[""], Same("sops -e --age $AGE --encrypted-comment-regex note plain.yaml > b.yaml; show b.yaml")),
    ("config", &[""], Same("sops --config config -e plain.yaml > b.yaml; show b.yaml; sops --config config encrypt plain.yaml > b.yaml; show b.yaml; SOPS_CONFIG=config sops -e plain.yaml > b.yaml; show b.yaml")),
    ("set", &[""], Same("sops --set '[\"a\"] 5' a.yaml; show a.yaml")),
    ("shamir-secret-sharing-threshold", &["", "encrypt", "edit", "set", "unset", "groups add", "groups delete"], Same("
        sops groups add --shamir-secret-sharing-threshold 2 -i -f a.yaml --age $AGE; grep -o 'shamir_threshold: .*' a.yaml; show a.yaml; sops groups add --shamir-secret-sharing-threshold 2 -i -f a.yaml --age $AGE
        sops groups delete --shamir-secret-sharing-threshold 2 -i -f a.yaml 2; grep -o 'shamir_threshold: .*' a.yaml; show a.yaml; sops set --shamir-secret-sharing-threshold 2 a.yaml '[\"a\"]' 1; sops unset --shamir-secret-sharing-threshold 2 a.yaml '[\"d\"]'; show a.yaml
        sops encrypt --shamir-secret-sharing-threshold 1 --age $AGE plain.yaml > b.yaml; show b.yaml")),
    ("indent", &[""], Same("sops --indent 2 -d --output-type json a.yaml; sops --indent 2 -e --age $AGE plain.yaml > b.yaml; show b.yaml")),
    ("verbose", &[""], Same("sops --verbose -d a.yaml")),
    ("filename-override", &["", "encrypt", "decrypt", "rotate"], Same("cp plain.yaml b; sops --filename-override x.yaml -e -i --age $AGE b; sops decrypt --filename-override x.yaml b; sops rotate -i --filename-override x.yaml b; sops -d --filename-override x.yaml b; sops encrypt --filename-override x.yaml --age $AGE < plain.yaml > b.yaml; show b.yaml")),
    ("decryption-order", &["", "decrypt", "edit", "set", "unset", "rotate", "exec-env", "exec-file"], Same("sops --decryption-order kms,age -d a.yaml; sops decrypt --decryption-order age a.yaml; sops exec-env --decryption-order pgp,age a.yaml 'echo $a'; sops exec-file --decryption-order age a.yaml 'cat {}'; sops set --decryption-order age,age a.yaml '[\"a\"]' 1 || echo $?")),
    ("enable-local-keyservice", &["", "encrypt", "decrypt", "edit", "set", "unset", "rotate", "updatekeys", "groups add", "groups delete", "exec-env", "exec-file"], Same("sops --enable-local-keyservice -d a.yaml; sops decrypt --enable-local-keyservice=true a.yaml; sops decrypt --enable-local-keyservice=false a.yaml || echo $?")),
    ("value-file", &["set"], Same("echo 5 > value; sops set --value-file a.yaml '[\"a\"]' value; show a.yaml")),
    ("value-stdin", &["set"], Same("echo 5 | sops set --value-stdin a.yaml '[\"a\"]'; show a.yaml")),
    ("idempotent", &["set", "unset"], Same("cp a.yaml b.yaml; sops set --idempotent a.yaml '[\"a\"]' '\"text\"'; cmp a.yaml b.yaml; sops unset --idempotent a.yaml '[\"none\"]'; cmp a.yaml b.yaml")),
    ("yes", &["updatekeys"], Same("sops --config config updatekeys --yes a.yaml > out; show a.yaml; sops --config config updatekeys -y a.yaml > out; show a.yaml")),
    ("file", &["groups add", "groups delete"], Same("sops groups add -i --file a.yaml --age $AGE; sops groups add -i -f a.yaml --age $AGE; sops groups delete -i --file a.yaml 2; show a.yaml")),
    ("pristine", &["exec-env"], Same("sops exec-env --pristine a.yaml 'echo $a$HOME'")),
    ("same-process", &["exec-env"], Same("sops exec-env --same-process a.yaml 'echo $a'")),
    ("no-fifo", &["exec-file"], Same("sops exec-file --no-fifo a.yaml 'test -f {} && cat {}'")),
    ("filename", &["exec-file"], Same("sops exec-file --filename x.yaml a.yaml 'basename {}'")),
    ("background", &["exec-env", "exec-file"], Refused("sops exec-file --background a.yaml 'cat {}'", "would leave the decrypted file behind")),
    ("user", &["exec-env", "exec-file"], Refused("sops exec-env --user nobody a.yaml true", "kenc does not switch users")),
    ("keyservice", &["", "encrypt", "decrypt", "edit", "set", "unset", "rotate", "updatekeys", "groups add", "groups delete", "exec-env", "exec-file"], Refused("sops decrypt --keyservice tcp://127.0.0.1:1 a.yaml", "kenc does not support key services of sops")),
    ("gcp-kms", &["", "encrypt", "edit", "groups add"], Refused("sops encrypt --gcp-kms x plain.yaml", OTHER_SERVICE)),
    ("hckms", &["", "encrypt", "edit", "groups add"], Refused("sops encrypt --hckms x plain.yaml", OTHER_SERVICE)),
    ("azure-kv", &["", "encrypt", "edit", "groups add"], Refused("sops encrypt --azure-kv x plain.yaml", OTHER_SERVICE)),
    ("hc-vault-transit", &["", "encrypt", "edit", "groups add"], Refused("sops groups add -f a.yaml --hc-vault-transit x", OTHER_SERVICE)),
    ("add-gcp-kms", &["", "rotate"], Refused("sops rotate --add-gcp-kms x a.yaml", OTHER_SERVICE)),
    ("rm-gcp-kms", &["", "rotate"], Refused("sops rotate --rm-gcp-kms x a.yaml", OTHER_SERVICE)),
    ("add-hckms", &["", "rotate"], Refused("sops rotate --add-hckms x a.yaml", OTHER_SERVICE)),
    ("rm-hckms", &["", "rotate"], Refused("sops rotate --rm-hckms x a.yaml", OTHER_SERVICE)),
    ("add-azure-kv", &["", "rotate"], Refused("sops rotate --add-azure-kv x a.yaml", OTHER_SERVICE)),
    ("rm-azure-kv", &["", "rotate"], Refused("sops rotate --rm-azure-kv x a.yaml", OTHER_SERVICE)),
    ("add-hc-vault-transit", &["", "rotate"], Refused("sops rotate --add-hc-vault-transit x a.yaml", OTHER_SERVICE)),
    ("rm-hc-vault-transit", &["", "rotate"], Refused("sops rotate --rm-hc-vault-transit x a.yaml", OTHER_SERVICE)),
    ("yes", &["publish"], Refused("sops publish --yes a.yaml", "kenc does not implement `sops publish`")),
    ("omit-extensions", &["publish"], Refused("sops publish --omit-extensions a.yaml", "kenc does not implement `sops publish`")),
    ("recursive", &["publish"], Refused("sops publish --recursive a.yaml", "kenc does not implement `sops publish`")),
    ("verbose", &["publish"], Refused("sops publish --verbose a.yaml", "kenc does not implement `sops publish`")),
    ("decryption-order", &["publish"], Refused("sops publish --decryption-order age a.yaml", "kenc does not implement `sops publish`")),
    ("enable-local-keyservice", &["publish"], Refused("sops publish --enable-local-keyservice a.yaml", "kenc does not implement `sops publish`")),
    ("keyservice", &["publish"], Refused("sops publish --keyservice tcp://127.0.0.1:1 a.yaml", "kenc does not support key services of sops")),
    ("network", &["keyservice"], Refused("sops keyservice --net tcp", "kenc does not implement `sops keyservice`")),
    ("address", &["keyservice"], Refused("sops keyservice --addr 127.0.0.1:1", "kenc does not implement `sops keyservice`")),
    ("prompt", &["keyservice"], Refused("sops keyservice --prompt", "kenc does not implement `sops keyservice`")),
    ("verbose", &["keyservice"], Refused("sops keyservice --verbose", "kenc does not implement `sops keyservice`")),
];

#[test]
fn every_flag_of_sops_stands_in_the_table() {
    let real = need!(Link::real());
    let mut missing = BTreeSet::new();
    let mut listed = BTreeSet::new();
    for command in COMMANDS {
        let help = Link::run_real(&Home::new(), &real, &format!("sops {command} --help")).stdout_text();
        let flags = help.lines().filter_map(|line| line.trim_start().strip_prefix("--"));
        for flag in flags.filter_map(|line| line.split([' ', ',', '=']).next()) {
            listed.insert((command, flag.to_owned()));
            if !FLAGS.iter().any(|(name, commands, _)| *name == flag && commands.contains(&command)) {
                missing.insert(format!("sops {command} --{flag}"));
            }
        }
    }
    assert!(listed.len() > 140, "the help of sops is read in another way now: {listed:?}");
    assert!(missing.is_empty(), "no row says what becomes of {missing:?}");
}

#[test]
fn every_command_of_sops_is_known() {
    let real = need!(Link::real());
    let help = Link::run_real(&Home::new(), &real, "sops --help").stdout_text();
    let commands = help.split("COMMANDS:").nth(1).and_then(|rest| rest.split("GLOBAL").next()).unwrap_or_default();
    let commands: Vec<&str> = commands
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(|word| word.trim_end_matches(','))
        .collect();
    assert!(commands.len() > 10, "the help of sops is read in another way now: {commands:?}");
    for command in commands {
        // A word that is not a command would be taken as a file name.
        let outcome = Link::run(&Home::new(), &format!("EDITOR=true sops {command}"));
        assert!(!outcome.stderr.contains("config file not found, or"), "{command}: {}", outcome.stderr);
    }
}

#[test]
fn flags_that_are_refused_are_refused_with_a_sentence() {
    for (flag, _, fate) in FLAGS {
        let Refused(script, sentence) = fate else { continue };
        let outcome = Link::run(&Home::new(), &format!("{MADE}{script}"));
        assert_ne!(outcome.code, 0, "--{flag}");
        outcome.says(sentence);
    }
}

#[test]
fn flags_that_are_taken_do_what_they_do_with_sops() {
    let (real, kms) = (need!(Link::real()), need!(moto()));
    let key = kms.new_key();
    let differences: Vec<String> = FLAGS
        .iter()
        .filter_map(|(_, _, fate)| match fate {
            Same(script) => Link::difference(|| kms.home_with_caller(), &real, &format!("KEY={key}\n{MADE}{script}")),
            _ => None,
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}
