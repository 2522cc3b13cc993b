//! `kenc krm`: resources on their way to a cluster.

use std::path::Path;

use crate::support::{Home, has, repository, skip};

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: prod
  annotations:
    team: shop
stringData:
  password: correct horse
  port: '012'
  since: 2026-01-01
";
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;

/// A home with `secret.yaml`, whose data are encrypted.
fn home() -> Home {
    let home = Home::with_key();
    home.write("secret.yaml", SECRET);
    home.succeeds("kenc encrypt --values --encrypted-regex '^(data|stringData)$' -i secret.yaml");
    home
}

/// A list with the file as a resource, as a caller makes it: with an annotation of its own.
const LIST: &str = r#"
list() {
    printf 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- kind: Namespace\n'
    sed "s/^\( *\)team: shop/&\n  \1config.kubernetes.io\/index: '0'/; s/^/  /; 1s/^ /-/" secret.yaml
}
"#;

#[test]
fn resources_are_decrypted_and_keep_the_annotations_of_their_caller() {
    let home = home();
    let list = home.succeeds(&format!("{LIST} list | kenc krm"));
    for line in ["password: correct horse", "port: \"012\"", "config.kubernetes.io/index: \"0\"", "kind: Namespace"] {
        assert!(list.contains(line), "{line} is missing in {list}");
    }
    assert!(!list.contains("sops") && !list.contains("ENC["), "{list}");
}

#[test]
fn a_resource_that_was_changed_is_refused_with_its_name() {
    let home = home();
    for change in ["s/name: db/name: evil/", "s/team: shop/team: evil/", "/port: /d"] {
        let said = home.fails(&format!("{LIST} list | sed '{change}' | kenc krm"), NOT_AUTHENTIC);
        assert!(said.contains("Secret prod/") && said.contains("MAC mismatch"), "{change}: {said}");
    }
}

#[test]
fn a_resource_that_no_key_opens_prints_nothing() {
    let home = home();
    let said = home.fails(&format!("{LIST} list | KENC_AGE_KEY_FILE=none kenc krm > out"), NO_KEY);
    assert!(said.contains("Secret prod/db: no key opens it"), "{said}");
    assert!(home.read("out").is_empty());
}

#[test]
fn a_config_that_requires_a_seal_takes_files_and_no_bare_resources() {
    let home = home();
    home.write(".kenc.yaml", "require_seal: true\n");
    home.fails(&format!("{LIST} list | kenc krm"), NOT_AUTHENTIC);
    let list = "kind: ResourceList\nfunctionConfig:\n  spec:\n    files: [secret.yaml]\n";
    home.write("list.yaml", list);
    assert!(home.succeeds("kenc krm < list.yaml").contains("password: correct horse"));
    home.succeeds("sed -i 's/stringData:/stringData:   # looked at/' secret.yaml");
    home.fails("kenc krm < list.yaml", NOT_AUTHENTIC);
}

#[test]
fn what_is_not_a_list_is_refused() {
    let home = home();
    for (input, code) in [("a: 1", 1), ("[a]", 1), ("kind: ResourceList\nitems: 3", 1), ("kind: [", 1), ("", 1)] {
        home.write("input", input);
        home.fails("kenc krm < input", code);
    }
    home.write("input", "kind: ResourceList\nfunctionConfig: {files: [none.yaml]}\n");
    assert!(home.fails("kenc krm < input", 1).contains("none.yaml"));
}

#[test]
fn kustomize_generates_the_resources_of_encrypted_files() {
    let Some(kustomize) = kustomize() else { return };
    let home = home();
    for name in ["generator.yaml", "kenc-krm"] {
        std::fs::copy(repository().join("packaging/kustomize").join(name), home.file(name)).unwrap();
    }
    home.write("kustomization.yaml", "generators: [generator.yaml]\nnamePrefix: eu-\n");
    let built = home.succeeds(&format!("{kustomize} build --enable-alpha-plugins --enable-exec ."));
    assert!(built.contains("password: correct horse") && built.contains("name: eu-db"), "{built}");
}

fn kustomize() -> Option<String> {
    let built = repository().join("target/go/bin/kustomize");
    if has("kustomize") {
        return Some("kustomize".to_owned());
    }
    if Path::new(&built).exists() {
        return Some(built.display().to_string());
    }
    skip("kustomize is not installed");
    None
}
