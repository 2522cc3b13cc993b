//! What configs mean, and which are refused.

mod limits;

use std::path::{Path, PathBuf};

use super::*;
use crate::context::EncryptionContext;
use crate::document::EncryptionRule;
use crate::error::{Class, ConfigFault, Error, Result};

const AGE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
const OTHER_AGE: &str = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const OTHER_ARN: &str = "arn:aws:kms:eu-west-2:111122223333:alias/other";
const ROLE: &str = "arn:aws:iam::111122223333:role/deploy";
const FOLDER: &str = "/repo";

fn parse(text: &str, dialect: Dialect) -> Result<Config> {
    let name = if dialect == Dialect::Kenc { KENC_CONFIG } else { SOPS_CONFIG };
    Config::parse(&Path::new(FOLDER).join(name), text, dialect)
}

fn of_sops(text: &str) -> Config {
    parse(text, Dialect::Sops).unwrap()
}

fn of_kenc(text: &str) -> Config {
    parse(text, Dialect::Kenc).unwrap()
}

fn rule(config: &Config) -> CreationRule {
    config.rule_for(Some(&Path::new(FOLDER).join("x.yaml"))).unwrap().unwrap()
}

/// The keys of all groups, as messages name them.
fn keys(rule: &CreationRule) -> Vec<Vec<String>> {
    rule.groups.iter().map(|group| group.keys.iter().map(ToString::to_string).collect()).collect()
}

/// What is wrong with a config of kenc: when it is read, or when its rule for `x.yaml` is looked for.
fn fault(text: &str) -> String {
    let outcome = parse(text, Dialect::Kenc).and_then(|config| config.rule_for(Some(Path::new("/repo/x.yaml"))));
    outcome.map(|rule| format!("{rule:?}")).unwrap_err().to_string()
}

/// Which paths rules match in sops, as its documentation and source have it: unanchored, the path relative to the folder
/// of the config if it is in there, absolute otherwise, the first that matches, and all paths without an expression.
#[test]
fn a_rule_matches_the_paths_that_it_matches_in_sops() {
    for (pattern, path, matches) in [
        (r"\.yaml$", "/repo/a.yaml", true),
        (r"\.yaml$", "/repo/sub/a.yaml", true),
        (r"\.yaml$", "/repo/a.yaml.bak", false),
        ("prod", "/repo/apps/production/x", true),
        ("^prod/", "/repo/prod/x", true),
        ("^prod/", "/repo/apps/prod/x", false),
        ("^a.yaml$", "/repo/a.yaml", true),
        ("^a.yaml$", "/repo/aXyaml", true),
        ("^a.yaml$", "/repo/sub/a.yaml", false),
        ("repo", "/repo/a.yaml", false),
        ("^/repo", "/repo/a.yaml", false),
        // Beside the folder of the config the path is absolute, and a name that only begins like the folder is beside.
        ("^/elsewhere/", "/elsewhere/a.yaml", true),
        ("^/repository/a$", "/repository/a", true),
        ("^a$", "/repository/a", false),
        // `..` and `.` go before anything is compared; links and case stay.
        ("^b/a$", "/repo/c/../b/./a", true),
        ("^a$", "/repo/../repo/a", true),
        ("SECRETS", "/repo/secrets", false),
        ("(?i)SECRETS", "/repo/secrets", true),
        ("secrets/(dev|prod)/.*", "/repo/secrets/prod/x", true),
        ("secrets/{dev,prod}/", "/repo/secrets/dev/x", false),
        ("", "/repo/anything", true),
    ] {
        let config = of_sops(&format!("creation_rules:\n- path_regex: '{pattern}'\n  age: {AGE}\n"));
        let found = config.rule_for(Some(Path::new(path)));
        assert_eq!(matches!(found, Ok(Some(_))), matches, "{pattern} on {path}");
        assert!(matches!(found, Ok(Some(_)) | Err(Error::Config(_))), "{pattern} on {path}");
    }
}

#[test]
fn the_first_rule_that_matches_is_the_one_that_counts() {
    let config = of_sops(&format!(
        "creation_rules:\n- path_regex: ^prod/\n  age: {AGE}\n- path_regex: prod\n  pgp: FIRST\n- pgp: LAST\n"
    ));
    let key = |path: &str| keys(&config.rule_for(Some(Path::new(path))).unwrap().unwrap())[0][0].clone();
    assert_eq!(key("/repo/prod/x"), AGE);
    assert_eq!(key("/repo/old/prod/x"), "FIRST");
    assert_eq!(key("/repo/dev/x"), "LAST");
    assert_eq!(keys(&config.rule_for(None).unwrap().unwrap()), [["LAST"]]);
}

#[test]
fn a_config_without_rules_says_nothing_and_one_whose_rules_do_not_match_is_an_error() {
    for text in [
        "",
        "---\n",
        "# nothing\n",
        "creation_rules:\n",
        "stores:\n  yaml:\n    indent: 2\n",
        "destination_rules: []\n",
    ] {
        assert_eq!(of_sops(text).rule_for(Some(Path::new("/repo/x"))).unwrap(), None, "{text:?}");
    }
    for text in ["creation_rules: []\n", "creation_rules:\n- path_regex: y\n  pgp: A\n"] {
        let error = of_sops(text).rule_for(Some(Path::new("/repo/x"))).unwrap_err();
        assert_eq!(error.to_string(), "/repo/.sops.yaml: no rule matches x");
        assert_eq!(error.class(), Class::Usage);
    }
    let error = of_sops("creation_rules:\n- path_regex: ''\n  pgp: A\n- path_regex: y\n").rule_for(None);
    assert!(error.is_ok());
    let error = of_sops("creation_rules:\n- path_regex: y\n  pgp: A\n").rule_for(None).unwrap_err();
    assert_eq!(error.to_string(), "/repo/.sops.yaml: no rule matches an input without a path");
}

#[test]
fn keys_are_a_text_with_commas_or_a_list_and_stand_in_the_order_of_sops() {
    let config = of_sops(&format!(
        "creation_rules:
- kms: '{ARN}, {OTHER_ARN},'
  aws_profile: work
  pgp: [AAAA, 'BB BB']
  age: >-
    {AGE},
    {OTHER_AGE},
    {AGE}
  gcp_kms: projects/p/locations/l/keyRings/r/cryptoKeys/k
  hckms: [tr-west-1:abc]
  azure_keyvault: https://v.vault.azure.net/keys/k/1
  hc_vault_transit_uri:
  - https://vault:8200/v1/sops/keys/one
  plugins:
  - binary_name: mine
"
    ));
    let rule = rule(&config);
    let expected = vec![vec![
        AGE,
        OTHER_AGE,
        "AAAA",
        "BBBB",
        ARN,
        OTHER_ARN,
        "projects/p/locations/l/keyRings/r/cryptoKeys/k",
        "tr-west-1:abc",
        "https://v.vault.azure.net/keys/k/1",
        "https://vault:8200/v1/sops/keys/one",
        "mine",
    ]];
    assert_eq!(keys(&rule), expected);
    let profiles = rule.groups[0].keys.iter().filter_map(|key| match key {
        RuleKey::AwsKms { profile, .. } => profile.as_deref(),
        _ => None,
    });
    assert_eq!(profiles.collect::<Vec<_>>(), ["work", "work"]);
}

#[test]
fn a_kms_word_may_carry_a_role_and_a_context() {
    for word in [format!("{ARN}+{ROLE}|app:billing|env:prod"), format!("{ARN}+{ROLE} | app:billing | env:prod")] {
        let config = of_sops(&format!("creation_rules:\n- kms: '{word}'\n"));
        let [RuleKey::AwsKms { key, role, profile, context }] = &rule(&config).groups[0].keys[..] else { panic!() };
        assert_eq!((key.to_string().as_str(), role.as_deref(), profile), (ARN, Some(ROLE), &None));
        assert_eq!(context, &EncryptionContext::from_words(&["app=billing", "env=prod"]).unwrap());
    }
}

#[test]
fn key_groups_hold_objects_merge_others_and_share_by_a_threshold() {
    let config = of_sops(&format!(
        "keys:
- &alice {AGE}
- &shared
  age: [*alice]
  pgp: [AAAA]
creation_rules:
- shamir_threshold: 2
  kms: ignored beside groups
  key_groups:
  - merge: [*shared, {{age: [{OTHER_AGE}]}}]
    age: [*alice]
    kms:
    - arn: {ARN}
      role: {ROLE}
      aws_profile: work
      context:
        app: billing
  - *shared
  - gcp_kms: [{{resource_id: g}}]
    hckms: [{{key_id: h}}]
    azure_keyvault: [{{vaultUrl: https://v/, key: k, version: ''}}, {{vaultUrl: https://v, key: k, version: '1'}}]
    hc_vault: [https://vault]
"
    ));
    let rule = rule(&config);
    assert_eq!(
        keys(&rule),
        [
            vec![AGE, "AAAA", OTHER_AGE, ARN],
            vec![AGE, "AAAA"],
            vec!["g", "h", "https://v/keys/k", "https://v/keys/k/1", "https://vault"],
        ]
    );
    assert_eq!(rule.threshold, Some(2));
    let expected = RuleKey::AwsKms {
        key: crate::keys::KmsKey::from_word(ARN).unwrap().unwrap(),
        role: Some(ROLE.to_owned()),
        profile: Some("work".to_owned()),
        context: EncryptionContext::from_words(&["app=billing"]).unwrap(),
    };
    assert_eq!(rule.groups[0].keys[3], expected);
}

#[test]
fn anchors_and_merges_of_yaml_are_followed_and_own_fields_win() {
    let config = of_sops(&format!(
        "base: &base {{age: {AGE}, encrypted_regex: ^a$, pgp: BASE}}
creation_rules:
- <<: *base
  pgp: OWN
- <<: [{{pgp: FIRST}}, *base]
  path_regex: y
"
    ));
    assert_eq!(keys(&rule(&config)), [[AGE, "OWN"]]);
    assert_eq!(rule(&config).selection.unwrap().text(), "^a$");
}

#[test]
fn each_way_to_select_values_is_read_and_an_empty_one_is_none() {
    for name in EncryptionRule::NAMES {
        let config = of_sops(&format!("creation_rules:\n- pgp: A\n  {name}: '_x'\n  mac_only_encrypted: yes\n"));
        let rule = rule(&config);
        assert_eq!(rule.selection, EncryptionRule::from_name(name, "_x"));
        assert!(rule.mac_only_encrypted);
    }
    let config = of_sops("creation_rules:\n- pgp: A\n  encrypted_regex: ''\n  encrypted_suffix: x\n");
    assert_eq!(rule(&config).selection, Some(EncryptionRule::EncryptedSuffix("x".to_owned())));
    assert_eq!(rule(&of_sops("creation_rules:\n- pgp: A\n")).selection, None);
}

#[test]
fn indents_are_read_as_sops_means_them() {
    let config = of_sops("stores:\n  yaml: {indent: 2}\n  json: {indent: 0}\n  json_binary: {indent: -1}\n  ini: {}\n");
    assert_eq!(config.indents(), Indents { yaml: Some(2), json: Some(0), json_binary: None });
    assert_eq!(of_sops("stores: {yaml: {indent: 0}}\n").indents(), Indents::default());
}

#[test]
fn names_stand_for_keys_in_every_place_for_a_key() {
    let config = of_kenc(&format!(
        "keys:
  prod: {ARN}
  ops: {AGE}
creation_rules:
- path_regex: ^x
  keys: ['@prod', '@ops', 'passphrase:']
- path_regex: ^y
  kms: '@prod'
  age: '@ops'
- key_groups:
  - keys: ['@ops']
  - kms: [{{arn: '@prod'}}]
"
    ));
    let keys_for = |name: &str| keys(&config.rule_for(Some(&PathBuf::from(FOLDER).join(name))).unwrap().unwrap());
    assert_eq!(keys_for("x"), [[ARN, AGE, "passphrase:"]]);
    assert_eq!(keys_for("y"), [[AGE, ARN]]);
    assert_eq!(keys_for("z"), [[AGE], [ARN]]);
    assert_eq!(config.key("@prod").unwrap().to_string(), ARN);
    assert_eq!(config.key(AGE).unwrap().to_string(), AGE);
    assert_eq!(config.key("@dev").unwrap_err().to_string(), "/repo/.kenc.yaml: `keys` has no `dev`");
}

#[test]
fn what_kenc_adds_holds_for_the_config_and_for_each_rule() {
    let config = of_kenc(&format!(
        "context: {{team: blue, port: 1}}
format: values
trusted_keys: ['arn:aws:kms:*:111122223333:key/*', '444455556666', {AGE}]
creation_rules:
- path_regex: ^x
  age: {AGE}
  context: {{team: blue, app: billing}}
  format: kenc
  require_seal: true
- age: {AGE}
"
    ));
    let first = rule(&config);
    assert_eq!(first.context, EncryptionContext::from_words(&["team=blue", "port=1", "app=billing"]).unwrap());
    assert_eq!((first.format, first.require_seal), (Some(RuleFormat::Kenc), true));
    let second = config.rule_for(Some(Path::new("/repo/y"))).unwrap().unwrap();
    assert_eq!(second.context, *config.context());
    assert_eq!((second.format, second.require_seal), (Some(RuleFormat::Values), false));
    assert!(config.trusted_keys().is_some());
    assert!(of_kenc("trusted_keys:\n").trusted_keys().is_none());
}

#[test]
fn a_config_of_sops_may_hold_anything_where_sops_reads_past_it() {
    let config = of_sops(&format!(
        "keys: 5\ncontext: [1]\nformat: {{}}\ntrusted_keys: x\nunknown: [a]\ncreation_rules:\n- age: {AGE}\n  keys: 7\n  colour: red\n---\nmore: documents\n"
    ));
    assert_eq!(keys(&rule(&config)), [[AGE]]);
}

#[test]
fn words_for_keys_are_read_for_the_rule_that_counts_only() {
    let config = of_sops(&format!("creation_rules:\n- path_regex: ^y\n  age: age1yubikey1qwt50\n- age: {AGE}\n"));
    assert_eq!(keys(&rule(&config)), [[AGE]]);
    let error = config.rule_for(Some(Path::new("/repo/y"))).unwrap_err().to_string();
    assert!(error.starts_with("/repo/.sops.yaml, line 3: `age1yubikey1qwt50` is not a usable key"), "{error}");
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, expected) in [
        ("creation_rules: [\n", "line 1: unclosed bracket '['"),
        ("a: 1\na: 2\n", "line 2: the key `a` is given twice"),
        ("- a\n", "line 1: a config must be a mapping of fields"),
        ("creation_rules: x\n", "line 1: `creation_rules` must be a list"),
        ("creation_rules:\n- x\n", "line 2: a rule must be a mapping of fields"),
        ("creation_rules:\n-\n- pgp: A\n", "line 2: the rule is empty"),
        ("creation_rules:\n- {}\n", "line 2: the rule is empty"),
        ("creation_rules:\n- pgp: A\n  path-regex: x\n", "line 3: `path-regex` is not a field of a rule"),
        ("creation_rule: []\n", "line 1: `creation_rule` is not a field of a config"),
        (
            "creation_rules:\n- path_regex: '*.yaml'\n",
            "line 2: the regular expression in `path_regex` cannot be used: repetition operator missing expression",
        ),
        (
            "creation_rules:\n- pgp: A\n  encrypted_regex: (\n",
            "line 3: the regular expression in `encrypted_regex` cannot be used: unclosed group",
        ),
        (
            "creation_rules:\n- encrypted_regex: a\n  encrypted_suffix: b\n",
            "line 2: a rule can have `encrypted_suffix` or `encrypted_regex`, not both",
        ),
        ("creation_rules:\n- pgp: {a: b}\n", "line 2: `pgp` must be a comma-separated string or a list of strings"),
        ("creation_rules:\n- pgp: [[a]]\n", "line 2: `pgp` must be a comma-separated string or a list of strings"),
        ("creation_rules:\n- mac_only_encrypted: maybe\n", "line 2: `mac_only_encrypted` must be true or false"),
        ("creation_rules:\n- shamir_threshold: two\n", "line 2: `shamir_threshold` must be a whole number"),
        (
            "creation_rules:\n- shamir_threshold: 3\n  key_groups: [{pgp: [A]}, {pgp: [B]}]\n",
            "line 2: `shamir_threshold` is 3, but the rule has 2 key groups",
        ),
        (
            "creation_rules:\n- shamir_threshold: 1\n  key_groups: [{pgp: [A]}, {pgp: [B]}]\n",
            "line 2: `shamir_threshold` is 1, but the rule has 2 key groups",
        ),
        ("creation_rules:\n- key_groups: [{pgp: [A]}, {}]\n", "line 2: a key group of the rule names no key"),
        (
            "creation_rules:\n- pgp: A\n  key_groups: [{pgp: [A]}]\n",
            "line 2: a rule can have `key_groups` or keys of its own such as `pgp`, not both",
        ),
        ("creation_rules:\n- key_groups:\n  - kms:\n    - role: x\n", "line 4: `arn` must be given"),
        ("creation_rules:\n- age: nonsense\n", "line 2: `nonsense` is not a key"),
        ("creation_rules:\n- age: alias/x\n", "line 2: `alias/x` is not an age recipient"),
        ("creation_rules:\n- kms: 'passphrase:'\n", "line 2: `passphrase:` is not an AWS KMS key"),
        ("creation_rules:\n- kms: alias/x|app\n", "line 2: `kms` must be ARN, ARN+ROLE or ARN+ROLE|KEY:VALUE"),
        ("creation_rules:\n- keys: ['@prod']\n", "line 2: `keys` has no `prod`"),
        ("keys: {a: '@b'}\n", "line 1: `a` must be a key, not another name"),
        ("keys: {a: nonsense}\ncreation_rules:\n- keys: ['@a']\n", "line 1: `nonsense` is not a key"),
        (
            "keys: {a: AGE-SECRET-KEY-1XYZ}\ncreation_rules:\n- keys: ['@a']\n",
            "line 1: a secret key was given where its recipient belongs",
        ),
        ("keys: x\n", "line 1: `keys` must be a mapping of names to keys"),
        ("context: [a]\n", "line 1: `context` must be a mapping of strings"),
        ("context:\n  a: [b]\n", "line 2: `a` must be a string"),
        ("context:\n  '': b\n", "line 2: the encryption context pair `=b` has an empty key"),
        (
            "context: {a: b}\ncreation_rules:\n- pgp: A\n  context: {a: c}\n",
            "line 3: encryption context conflict: the config has a=b, the rule has a=c",
        ),
        ("format: zip\n", "line 1: `format` must be kenc, age, aws-esdk or values"),
        (
            "trusted_keys:\n- 'arn:*:*:*:*:*'\n- alias/x\n",
            "line 3: `alias/x` in `trusted_keys` is not an ARN, account or recipient",
        ),
        ("stores:\n  yaml:\n    indent: 99\n", "line 3: `indent` must be a number of spaces from 0 to 16"),
        ("a: &a [*a]\n", "line 1: an alias refers to a value that contains it"),
        ("[a]: b\n", "line 1: the keys of a mapping must be strings"),
        ("<<: a\n", "line 1: `<<` takes mappings"),
        ("{}\n---\n{}\n", "line 3: a config is a single YAML document"),
    ] {
        let found = fault(text);
        let expected = format!("/repo/.kenc.yaml, {expected}");
        assert!(found.starts_with(&expected), "{text}\n{found}\n{expected}");
    }
}

#[test]
fn a_field_that_is_almost_right_is_named() {
    for (text, expected) in [
        ("creation_rule: []\n", Some("creation_rules")),
        ("Creation-Rules: []\n", Some("creation_rules")),
        ("trustedkeys: []\n", Some("trusted_keys")),
        ("stoles: {}\n", Some("stores")),
        ("something: {}\n", None),
    ] {
        let Err(Error::Config(error)) = parse(text, Dialect::Kenc) else { panic!("{text}") };
        let ConfigFault::UnknownField { similar, .. } = error.fault else { panic!("{text}") };
        assert_eq!(similar, expected, "{text}");
    }
}
