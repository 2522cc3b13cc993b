//! kenc under the name of sops, below the programs that call it: each does the same with the link as with sops itself.

use crate::support::{Home, Link};

/// Ansible with the collection `community.sops`, as `tests/run` installs them.
fn ansible() -> Result<String, String> {
    let folder = crate::support::repository().join("target/ansible");
    if folder.join("bin/ansible-playbook").is_file() && folder.join("collections").is_dir() {
        Ok(folder.display().to_string())
    } else {
        Err("there is no Ansible with `community.sops` here; `tests/run` installs it where PyPI can be reached"
            .to_owned())
    }
}

const PLAYBOOK: &str = r#"cat > play.yaml <<'END'
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: '{{ ansible_playbook_python }}'
    age: '{{ lookup("env", "AGE") }}'
  tasks:
    - name: encrypt
      community.sops.sops_encrypt: {path: made.sops.yaml, content_yaml: {a: text, list: [1, 2]}, age: ['{{ age }}'], encrypted_regex: ^a$}
    - name: encrypt the same again
      community.sops.sops_encrypt: {path: made.sops.yaml, content_yaml: {a: text, list: [1, 2]}, age: ['{{ age }}'], encrypted_regex: ^a$}
      register: again
    - name: encrypt something else
      community.sops.sops_encrypt: {path: made.sops.yaml, content_yaml: {a: other}, age: ['{{ age }}']}
      register: changed
    - community.sops.sops_encrypt: {path: made.json, content_json: {a: [true, null]}, age: ['{{ age }}']}
    - community.sops.sops_encrypt: {path: made.txt, content_text: "any\ntext", age: ['{{ age }}']}
    - community.sops.sops_encrypt: {path: made.bin, content_binary: AAEC/w==, age: ['{{ age }}']}
    - community.sops.load_vars: {file: a.sops.yaml, name: loaded}
    - community.sops.load_vars: {file: a.sops.yaml, name: evaluated, expressions: evaluate-on-load}
    - name: no document
      set_fact: {plain: '{{ lookup("community.sops.sops", "plain.yaml") }}'}
      ignore_errors: true
      register: failed
    - copy:
        dest: result.json
        content: |
          {{ {
            'again': again.changed, 'changed': changed.changed,
            'lookup': lookup("community.sops.sops", playbook_dir ~ "/a.sops.yaml"),
            'bytes': lookup("community.sops.sops", playbook_dir ~ "/made.bin", base64=true, input_type="binary", output_type="binary"),
            'text': lookup("community.sops.sops", playbook_dir ~ "/made.txt"),
            'extracted': lookup("community.sops.sops", playbook_dir ~ "/a.sops.yaml", extract='["map"]["deep"]'),
            'json': lookup("community.sops.sops", playbook_dir ~ "/made.json") | from_json,
            'filter': lookup("file", playbook_dir ~ "/a.sops.yaml") | community.sops.decrypt | from_yaml,
            'filter_json': lookup("file", playbook_dir ~ "/a.sops.yaml") | community.sops.decrypt(output_type="json") | from_json,
            'loaded': loaded, 'evaluated': evaluated, 'of_group': from_group,
            'failed': failed is failed and "sops metadata not found" in failed.msg,
          } | to_nice_json }}
END
"#;

#[test]
fn ansible_does_the_same_with_the_link_as_with_sops() {
    let (real, ansible) = (need!(Link::real()), need!(ansible()));
    let script = format!(
        "{PLAYBOOK}
export ANSIBLE_COLLECTIONS_PATH={ansible}/collections ANSIBLE_LOCAL_TEMP=$PWD/tmp ANSIBLE_REMOTE_TMP=$PWD/tmp ANSIBLE_NOCOLOR=1
export ANSIBLE_VARS_ENABLED=host_group_vars,community.sops.sops LC_ALL=C.UTF-8
set -e
printf 'a: text\\nmap:\\n    deep:\\n        - 1\\n        - x\\n    flag: true\\n' > plain.yaml
sops -e --age $AGE plain.yaml > a.sops.yaml
mkdir group_vars; printf 'from_group: {{x: 5}}\\n' > group_vars/all.sops.yaml; sops -e -i --age $AGE group_vars/all.sops.yaml
{ansible}/bin/ansible-playbook -i localhost, -c local play.yaml > log 2>&1 || {{ cat log >&2; exit 1; }}
cat result.json; $BESIDE -d made.sops.yaml; $BESIDE -d --output-type json made.json"
    );
    let link = Link::run(&Home::new(), &script);
    assert!(link.stdout_text().contains("\"failed\": true"), "{}\n{}", link.stdout_text(), link.stderr);
    Link::same_at(Home::new, &real, &script);
}

#[test]
fn the_calls_of_helm_secrets_do_the_same_with_the_link_as_with_sops() {
    let real = need!(Link::real());
    let make = "printf 'a: text\\nb:\\n    c: 1\\n' > secrets.yaml; printf 'creation_rules:\\n  - age: %s\\n' $AGE > .sops.yaml; set -e; ";
    for calls in [
        "sops --version | grep -oE 'sops [0-9.]+'",
        "sops --encrypt --input-type yaml --output-type yaml --in-place secrets.yaml; sops --decrypt --input-type yaml --output-type yaml secrets.yaml",
        "sops encrypt --input-type yaml --output-type yaml --output secrets.enc secrets.yaml; sops decrypt --input-type yaml --output-type yaml secrets.enc",
        "sops --encrypt --input-type yaml --output-type yaml --output out secrets.yaml; grep -c 'sops:' out; grep -c 'mac: ENC\\[' out; sops filestatus --input-type yaml out",
        "sops -e -i secrets.yaml; sops --decrypt --input-type yaml --output-type yaml --output secrets.yaml.dec secrets.yaml; cat secrets.yaml.dec",
        "sops -e -i secrets.yaml; cp secrets.yaml x; sops --decrypt --in-place --input-type yaml --output-type yaml x; cat x",
        "sops -e -i secrets.yaml; sops --decrypt --input-type yaml --output-type json --extract '[\"b\"]' secrets.yaml",
        "sops -e -i secrets.yaml; sops decrypt --input-type yaml --output-type dotenv --extract '[\"b\"]' secrets.yaml || echo $?",
        "sops --decrypt --input-type yaml --output-type yaml secrets.yaml || echo $?",
        // It takes both output streams as the plaintext, so warnings of the other program would end up in it.
        "$BESIDE -e -i secrets.yaml; sops --decrypt --input-type yaml --output-type yaml secrets.yaml 2>&1",
        "sops -e -i secrets.yaml 2>&1; sops --decrypt --input-type yaml --output-type yaml secrets.yaml 2>&1",
        "$BESIDE -e -i --output-type json secrets.yaml; grep -c 'mac.*,type:str]' secrets.yaml; sops --decrypt --input-type json --output-type json /dev/stdin < secrets.yaml 2>&1 | tr -d '\\t\\n '",
        "printf '#!/bin/sh\\nsed -i s/text/other/ \"$1\"\\n' > e; chmod +x e; sops -e -i secrets.yaml; EDITOR=$PWD/e sops --input-type yaml --output-type yaml secrets.yaml; sops -d secrets.yaml",
    ] {
        Link::same_at(Home::new, &real, &format!("{make}{calls}"));
    }
}

#[test]
fn the_calls_of_flux_kustomize_and_git_filters_do_the_same_with_the_link_as_with_sops() {
    let real = need!(Link::real());
    let make = "printf 'apiVersion: v1\\nkind: Secret\\nstringData:\\n    a: text\\n' > s.yaml; printf 'A=text\\n' > s.env; printf bytes > s.bin; set -e; ";
    let encrypt =
        "for f in s.yaml s.env s.bin; do sops -e -i --age $AGE --encrypted-regex '^(data|stringData|A)$' $f; done; ";
    for calls in [
        "sops decrypt --input-type yaml --output-type yaml /dev/stdin < s.yaml",
        "cat s.yaml | sops decrypt --input-type yaml --output-type json /dev/stdin | tr -d '\\n\\t '",
        "cat s.env | sops -d --input-type dotenv --output-type dotenv /dev/stdin",
        "cat s.bin | sops -d --input-type binary --output-type binary /dev/stdin",
        "cat s.bin | sops -d --input-type json --output-type binary /dev/stdin",
        "sops decrypt --input-type yaml --output-type yaml < s.yaml",
        "sops -d --input-type yaml --output-type yaml /dev/stdin < s.env || echo $?",
        "sops exec-env s.env 'echo $A'; sops exec-file s.yaml 'cat {}'; sops exec-file --no-fifo s.bin 'cat {}'",
        "sops --set '[\"stringData\"][\"a\"] \"new\"' s.yaml; sops -d --extract '[\"stringData\"][\"a\"]' s.yaml",
        "sops filestatus s.yaml; sops filestatus s.env; sops filestatus s.bin",
        "sops -d -i s.yaml; cat s.yaml; sops --encrypt --in-place --age $AGE s.yaml; sops --decrypt s.yaml",
        "sed -i s/Secret/Other/ s.yaml; sops -d s.yaml || echo $?; sops -d --ignore-mac s.yaml",
    ] {
        Link::same_at(Home::new, &real, &format!("{make}{encrypt}{calls}"));
    }
}
