//! kenc under the name of sops: notations, layout, aliases and rules, each script run with the link and with sops itself.

use crate::support::{Home, Link};

#[track_caller]
fn both(script: &str, expected: &str) {
    Link::both_at(Home::new, script, expected, 0);
}

/// Plaintexts of every notation.
const FILES: &str = "\
printf 'a: 1\\nb:\\n    c: text\\n' > t.yaml
printf '{\\n\\t\"a\": 1,\\n\\t\"b\": {\\n\\t\\t\"c\": \"text\"\\n\\t}\\n}\\n' > t.json
printf 'A=1\\nB=text\\n' > t.env
printf '[s]\\na = 1\\n' > t.ini
printf anything > t.bin
printf '{\n\t\"data\": \"some bytes\"\n}\n' > d.json
printf -- '- 1\\n' > list.yaml
";

#[test]
fn every_notation_is_encrypted_under_every_name_and_type_as_sops_does_it() {
    let real = need!(Link::real());
    // Each program opens what the other wrote, in the requested output format.
    let script = format!(
        "{FILES}
for file in t.yaml t.json t.env t.ini t.bin d.json list.yaml; do for name in x.yaml x.env x.conf; do
for from in '' yaml json; do for to in '' yaml json binary; do
    cp $file $name
    sops encrypt --age $AGE ${{from:+--input-type $from}} ${{to:+--output-type $to}} $name > out 2> /dev/null
    code=$?
    echo \"$file $name from=$from to=$to: $code\"
    # There is nothing to open.
    test $code = 0 || continue
    # A text of JSON is YAML as well, and the link keeps it where it is to be YAML.
    case $to in json|binary) types='yaml json' ;; *) types='yaml dotenv' ;; esac
    for type in $types; do
        $BESIDE decrypt --input-type $type --output-type json out 2> /dev/null | tr -d '\\t\\n '
    done
done; done; done; done"
    );
    Link::same_at(Home::new, &real, &script);
}

#[test]
fn what_is_opened_is_written_in_every_type_as_sops_does_it() {
    let real = need!(Link::real());
    let script = format!(
        "{FILES}
for file in t.yaml t.json t.env t.ini t.bin d.json; do
    sops encrypt --age $AGE $file > e.$file
    for from in '' json binary; do for to in '' yaml json dotenv ini binary; do for path in '' '[\"a\"]' '[\"b\"]' a; do
        # The text of JSON is YAML as it stands, and the link leaves it.
        test \"$from$to\" = yamlyaml && continue
        sops decrypt ${{from:+--input-type $from}} ${{to:+--output-type $to}} ${{path:+--extract $path}} e.$file > out 2> /dev/null
        echo \"$file from=$from to=$to path=$path: $?\"
        cat out
    done; done; done
done"
    );
    Link::same_at(Home::new, &real, &script);
}

#[test]
fn a_name_of_an_unknown_ending_keeps_the_tree_that_its_type_says() {
    let json = "printf '{\"a\": 1, \"b\": {\"c\": \"text\"}}' > x.conf; set -e; ";
    let open = "; sops -d --input-type json --output-type json x.conf | tr -d '\\n\\t '";
    for encrypt in [
        "sops -e -i --input-type json --age $AGE x.conf",
        "sops encrypt -i --input-type yaml --age $AGE x.conf",
        "sops encrypt -i --input-type json --output-type json --age $AGE x.conf",
    ] {
        both(&format!("{json}{encrypt}{open}; grep -c '\"c\": \"ENC' x.conf"), "{\"a\":1,\"b\":{\"c\":\"text\"}}1\n");
    }
}

#[test]
fn binary_output_is_the_bytes() {
    both(
        "printf 'some\\0bytes' > a.bin; set -e; sops -e -i --age $AGE a.bin; sops -d --output-type binary a.bin | od -c | head -n 1",
        "0000000   s   o   m   e  \\0   b   y   t   e   s\n",
    );
    both(
        "printf '{\"data\": \"some bytes\"}' > a.json; set -e; sops -e -i --age $AGE a.json; sops -d --output-type binary a.json",
        "some bytes",
    );
    let script = "echo 'a: 1' > a.yaml; set -e; sops -e -i --age $AGE a.yaml; sops -d --output-type binary a.yaml";
    Link::both_at(Home::new, script, "", 4);
    Link::run(&Home::new(), script).says("it is not a binary file: it has no text `data`");
}

#[test]
fn of_a_flag_that_is_given_twice_the_last_counts() {
    let make = "printf 'a: x\\nb: z\\n' > a.yaml; set -e; ";
    both(
        &format!(
            "{make}sops -e -i --age $OTHER --age $AGE --encrypted-regex ^b --encrypted-regex ^a a.yaml; sops -d a.yaml; grep -c recipient a.yaml; grep -c '[ab]: ENC' a.yaml"
        ),
        "a: x\nb: z\n1\n1\n",
    );
    both(&format!("{make}sops -e -i --age $AGE a.yaml; sops -d --extract '[\"a\"]' --extract '[\"b\"]' a.yaml"), "z");
    both(
        &format!(
            "{make}sops -e -i --age $AGE a.yaml; sops -r -i --add-age nonsense --add-age $OTHER a.yaml; grep -c recipient a.yaml"
        ),
        "2\n",
    );
    both(
        &format!(
            "{make}sops -e --age $AGE --output-type json --output-type yaml a.yaml > b; grep -c '^a: ENC' b; sops -d --ignore-mac --ignore-mac=false --input-type json --input-type yaml --output-type yaml b"
        ),
        "1\na: x\nb: z\n",
    );
    // All keys given on the command line form one group.
    both(
        &format!(
            "{make}sops -e -i --age $AGE a.yaml; sops groups add -i -f a.yaml --age $OTHER --age $AGE; grep -c recipient a.yaml"
        ),
        "3\n",
    );
}

#[test]
fn changes_are_written_in_the_type_that_is_asked_for() {
    let make = "printf 'a: text\\nb: 1\\n' > a.yaml; set -e; sops -e -i --age $AGE a.yaml; ";
    let open = "; head -c 2 a.yaml; sops -d --input-type json --output-type json a.yaml | tr -d '\\n\\t '";
    for (command, expected) in [
        ("sops set --output-type json a.yaml '[\"a\"]' '\"new\"'", "{\n{\"a\":\"new\",\"b\":1}"),
        ("sops unset --output-type json a.yaml '[\"b\"]'", "{\n{\"a\":\"text\"}"),
        ("sops rotate -i --output-type json a.yaml", "{\n{\"a\":\"text\",\"b\":1}"),
        ("sops rotate -i --output-type binary a.yaml", "{\n{\"a\":\"text\",\"b\":1}"),
        ("sops -r -i --output-type json --add-age $OTHER a.yaml", "{\n{\"a\":\"text\",\"b\":1}"),
        ("sops --output-type json --set '[\"b\"] 2' a.yaml", "{\n{\"a\":\"text\",\"b\":2}"),
    ] {
        both(&format!("{make}{command}{open}"), expected);
        both(
            &format!(
                "{make}{command}; $BESIDE -d --input-type json --output-type yaml --extract '[\"a\"]' a.yaml | wc -l"
            ),
            "0\n",
        );
    }
}

#[test]
fn indentation_is_that_of_the_flag_or_of_the_config() {
    let yaml = "printf 'a:\\n    b: x\\n    l:\\n        - 1\\n        - c: x\\n          d: z\\n' > a.yaml; set -e; ";
    let json = "printf '{\"a\": {\"b\": \"x\", \"l\": [1]}}\\n' > a.json; set -e; ";
    let shape = "sed -E 's/(ENC|-----|age1|\"20|\"-).*//; s/^( *)[A-Za-z0-9+/=]{4,}$//; s/3\\.13\\.2//' FILE | grep -vE '^$|kenc_seal'";
    let config = "printf 'creation_rules:\\n  - age: %s\\nstores:\\n  yaml: {indent: 2}\\n  json: {indent: 3}\\n  json_binary: {indent: 1}\\n' $AGE > .sops.yaml; ";
    let real = need!(Link::real());
    let same = |script: &str| Link::same_at(Home::new, &real, script);
    for indent in [0, 1, 2, 3, 7, 12] {
        let flag = format!("sops --indent {indent}");
        same(&format!("{yaml}{flag} encrypt --age $AGE a.yaml > b.yaml; {}", shown(shape, "b.yaml")));
        same(&format!(
            "{yaml}sops -e -i --age $AGE a.yaml; {flag} -d a.yaml; {flag} -d --extract '[\"a\"][\"l\"]' a.yaml"
        ));
        // If the text has no indentation, the metadata cannot adopt it and keeps its tabs.
        if indent > 0 {
            same(&format!("{json}{flag} -e --age $AGE a.json > b.json; {}", shown(shape, "b.json")));
        }
        same(&format!(
            "{json}sops -e -i --age $AGE a.json; {flag} decrypt a.json; {flag} -d --extract '[\"a\"][\"l\"]' a.json"
        ));
        for change in ["rotate -i a.yaml", "set a.yaml '[\"a\"][\"b\"]' 1", "unset a.yaml '[\"a\"][\"b\"]'"] {
            same(&format!(
                "{yaml}sops -e -i --age $AGE a.yaml; {flag} {change}; {}; {flag} -d a.yaml",
                shown(shape, "a.yaml")
            ));
        }
    }
    same(&format!("{yaml}{config}sops -e -i a.yaml; {}; sops -d a.yaml", shown(shape, "a.yaml")));
    same(&format!("{json}{config}sops -e -i a.json; {}; sops -d a.json", shown(shape, "a.json")));
    same(&format!(
        "{config}printf x > a.bin; sops -e -i a.bin; {} | grep -v suffix; sops -d a.bin",
        shown(shape, "a.bin")
    ));
    both(&format!("{yaml}sops -e -i --age $AGE a.yaml; sops --indent -1 -d a.yaml || echo $?"), "4\n");
}

fn shown(shape: &str, file: &str) -> String {
    shape.replace("FILE", file)
}

/// Aliases and merge keys of every kind.
const ALIASES: &str = "cat > a.yaml <<'END'
base: &base # of all
    host: &host db
    port: 5432 # usual
other: *base
prod:
    <<: *base
    name: *host
list:
    - &item {a: [1]}
    - *item
END
set -e
";

#[test]
fn aliases_and_merge_keys_become_copies_that_sops_opens() {
    let real = need!(Link::real());
    // sops escapes `<` in JSON.
    let open = "-d --output-type json a.yaml | sed 's/\\\\u003c/</g'";
    for encrypt in [
        "sops -e -i --age $AGE a.yaml",
        "sops encrypt -i --age $AGE --encrypted-regex '^(host|a)$' a.yaml",
        "sops encrypt -i --age $AGE --unencrypted-regex '^(prod|list)$' a.yaml",
        "sops --mac-only-encrypted -e -i --age $AGE a.yaml",
        "sops encrypt --age $AGE --output-type json a.yaml > b; mv b a.yaml",
    ] {
        Link::same_at(
            Home::new,
            &real,
            &format!("{ALIASES}{encrypt}; sops {open}; $BESIDE {open}; grep -c '[*&]' a.yaml || true"),
        );
    }
    // They can also be inserted by hand.
    let editor = "printf '#!/bin/sh\\ncp plain \"$1\"\\n' > editor; chmod +x editor; export EDITOR=$PWD/editor; ";
    for edit in [
        "cp a.yaml plain; echo 'x: 1' > a.yaml; sops -e -i --age $AGE a.yaml; sops a.yaml",
        "mv a.yaml plain; sops --age $AGE a.yaml",
    ] {
        Link::same_at(Home::new, &real, &format!("{ALIASES}{editor}{edit}; sops {open}; $BESIDE {open}"));
    }
}

#[test]
fn a_rule_that_selects_nothing_makes_a_document_with_a_mac() {
    for file in ["a.yaml", "a.json"] {
        let make = format!("printf '{{\"a\": 1, \"b\": null}}\\n' > {file}; set -e; ");
        let open = format!(
            "; sops filestatus {file}; $BESIDE -d --output-type json {file} | tr -d '\\n\\t '; grep -c '\"*mac\"*:' {file}"
        );
        for flags in ["--encrypted-regex none", "--encrypted-suffix none", "--unencrypted-regex ."] {
            both(
                &format!("{make}sops -e -i --age $AGE {flags} {file}{open}"),
                "{\"encrypted\":true}\n{\"a\":1,\"b\":null}1\n",
            );
            // A change is detected.
            let change = format!("sed -i -E 's/(a\"*: *)1/\\12/' {file}; sops -d {file}");
            Link::both_at(Home::new, &format!("{make}sops encrypt -i --age $AGE {flags} {file}; {change}"), "", 51);
        }
    }
}

#[test]
fn a_new_file_of_any_name_is_edited() {
    let editor =
        "printf '#!/bin/sh\\nprintf %s \"$TYPED\" > \"$1\"\\n' > editor; chmod +x editor; export EDITOR=$PWD/editor; ";
    for (typed, name) in [
        ("a: text", "new.yaml"),
        ("{\"a\": \"text\"}", "new.json"),
        ("A=text", "new.env"),
        ("any text", "new"),
        ("any text", "new.conf"),
    ] {
        for edit in ["sops edit --age $AGE", "sops --age $AGE", "SOPS_AGE_RECIPIENTS=$AGE sops edit"] {
            both(
                &format!(
                    "{editor}export TYPED='{typed}'; set -e; {edit} {name}; sops -d {name} | tr -d '\\n\\t'; $BESIDE -d {name} | wc -l | tr -d ' '"
                ),
                &format!(
                    "{}{}",
                    if name.ends_with("json") { "{\"a\": \"text\"}" } else { typed },
                    match name {
                        "new" | "new.conf" => "0\n",
                        "new.json" => "3\n",
                        _ => "1\n",
                    }
                ),
            );
        }
    }
    let rules = "printf 'a: x\\nb: z\\n'";
    both(
        &format!(
            "{editor}export TYPED=\"$({rules})\"; set -e; sops edit --encrypted-regex '^a' --age $AGE new.yaml; grep -c '[ab]: ENC' new.yaml; $BESIDE -d new.yaml"
        ),
        "1\na: x\nb: z\n",
    );
    both(
        &format!(
            "{editor}export TYPED='{{\"a\": 1}}'; set -e; sops edit --input-type json --output-type json --age $AGE new.conf; $BESIDE -d --input-type json --output-type json new.conf | tr -d '\\n\\t '"
        ),
        "{\"a\":1}",
    );
}
