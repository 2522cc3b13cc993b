//! The pages that are written by hand say what the program does.

use std::path::Path;

use kenc::config::{Config, Dialect, OwnConfig};

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The fields of every part of a config, but for keys of services that kenc does not use.
fn fields_of_the_model() -> Vec<String> {
    let source = file("src/config/model.rs");
    let parts = source.split("pub(super) struct ").skip(1).map(|part| part.split("\n}\n").next().unwrap());
    let of_others = ["GcpFields", "HuaweiFields", "AzureFields", "PluginFields"];
    let used = parts.filter(|part| {
        let name = part.split(' ').next().unwrap();
        name.ends_with("Fields") && !of_others.contains(&name)
    });
    let mut fields = Vec::new();
    for part in used {
        let mut renamed = None;
        for line in part.lines().map(str::trim) {
            if let Some((_, name)) = line.split_once("rename = \"") {
                renamed = name.split('"').next();
            } else if let Some(field) = line.strip_prefix("pub(super) ") {
                let name = renamed.take().unwrap_or_else(|| field.split(':').next().unwrap());
                fields.push(name.trim_start_matches("kenc ").to_owned());
            }
        }
    }
    fields
}

/// The examples of a page.
fn examples(page: &str) -> Vec<String> {
    let examples = page.split(".Bd -literal -offset indent\n").skip(1);
    examples.map(|example| example.split(".Ed\n").next().unwrap().replace("\\e", "\\")).collect()
}

#[test]
fn every_field_of_a_config_stands_in_its_page() {
    let fields = fields_of_the_model();
    assert!(fields.len() > 50, "{fields:?}");
    let page = file("man/kenc-config.5");
    let words: Vec<&str> = page.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
    for field in fields {
        assert!(words.contains(&field.as_str()), "{field} is not in kenc-config(5)");
    }
}

#[test]
fn every_example_of_the_page_of_configs_is_a_config() {
    let examples = examples(&file("man/kenc-config.5"));
    let [team, groups, sops, own] = &examples[..] else { panic!("{} examples", examples.len()) };
    for (text, dialect) in [(team, Dialect::Kenc), (groups, Dialect::Kenc), (sops, Dialect::Sops)] {
        let config = Config::parse(Path::new("example.yaml"), text, dialect).unwrap();
        assert!(!config.rules().unwrap().is_empty(), "{text}");
    }
    let team = Config::parse(Path::new("/repo/.kenc.yaml"), team, Dialect::Kenc).unwrap();
    let rule = team.rule_for(Some(Path::new("/repo/prod/db.yaml"))).unwrap().unwrap();
    assert!(rule.require_seal && rule.groups[0].keys.len() == 2 && rule.context.iter().count() == 2);
    assert!(!team.rule_for(Some(Path::new("/repo/dev/db.yaml"))).unwrap().unwrap().require_seal);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    std::fs::write(&path, own).unwrap();
    assert_ne!(OwnConfig::read(&path).unwrap(), OwnConfig::default());
}

mod json {
    use std::collections::BTreeSet;

    use serde_json::{Deserializer, Value};

    use super::{Path, examples, file};
    use crate::support::{Home, skip, text as utf8};

    /// What is in the folder in which the examples of the page run.
    const FIXTURE: &str = r#"
        set -e
        umask 077
        kenc keygen > me.pub; kenc keygen -o team.txt > team.pub
        mkdir photos plain docs
        echo 1 > photos/1; echo 2 > photos/2; echo 'a: 1' > plain/t.yaml
        echo hello > x; kenc encrypt -c app=demo x -o x.kenc; kenc encrypt -k $(cat team.pub) x -o team.kenc
        printf 'db:\n  password: c4r1b0u\nmore: 1\n' > s.yaml; kenc encrypt --values -i s.yaml
        mkdir drifted; cp s.yaml drifted
        printf 'creation_rules:\n- age: %s\n  encrypted_regex: ^db$\n' "$(cat me.pub)" > drifted/.kenc.yaml
        mkdir reports; kenc encrypt -r photos -o photos.1 --shard 1/2 --report reports/1.jsonl
        cp s.yaml docs; grep -v ^more: s.yaml > merged.yaml
        git init -q .; git add s.yaml
    "#;

    /// The names of all fields, with their paths; list items are merged.
    fn names(value: &Value, at: &str, all: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let at = format!("{at}.{name}");
                    names(value, &at, all);
                    all.insert(at);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| names(item, &format!("{at}[]"), all)),
            _ => {}
        }
    }

    fn names_of_each(text: &str) -> Vec<BTreeSet<String>> {
        let values = Deserializer::from_str(text).into_iter::<Value>();
        let names = |value: serde_json::Result<Value>| {
            let mut all = BTreeSet::new();
            names(&value.unwrap_or_else(|error| panic!("{error}:\n{text}")), "", &mut all);
            all
        };
        values.map(names).collect()
    }

    #[test]
    fn every_example_of_the_page_of_json_has_the_fields_that_are_printed() {
        let kms = crate::support::moto();
        let mut sandbox = Home::new();
        if let Ok(kms) = kms {
            kms.shared_alias("alias/backup");
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
                sandbox.set(name, "test");
            }
            sandbox.set("AWS_REGION", crate::support::REGION);
            sandbox.set("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", kms.port));
            crate::support::request(kms.port, "PUT", "/my-backups", &[], "").expect("the emulator answers");
        }
        sandbox.succeeds(FIXTURE);
        for name in ["db.yaml", "trail.json"] {
            sandbox.write(name, file(&format!("tests/vectors/cloudtrail/{name}")));
        }
        let examples = examples(&file("man/kenc-json.5"));
        assert!(examples.len() > 20, "{}", examples.len());
        for example in examples {
            let (command, expected) = example.strip_prefix("$ ").unwrap().split_once('\n').unwrap();
            if let (true, Err(reason)) = (command.contains("alias/") || command.contains("s3://"), &kms) {
                skip(&format!("example `{command}`: {reason}"));
                continue;
            }
            let output = sandbox.shell(command).output().unwrap();
            // How often KMS is called is no part of a result.
            let said = utf8(&output.stderr);
            let said: String = said.split_inclusive('\n').filter(|line| !line.starts_with("{\"kms_call\"")).collect();
            let printed = utf8(&output.stdout) + &said;
            assert_eq!(names_of_each(expected), names_of_each(&printed), "{command}\n{printed}");
        }
    }

    #[test]
    fn every_name_of_a_field_that_the_program_prints_stands_in_the_page() {
        let page = file("man/kenc-json.5");
        let words: BTreeSet<&str> = page.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
        let mut sources = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/kenc")];
        let mut fields = BTreeSet::new();
        while let Some(path) = sources.pop() {
            if path.ends_with("sops") {
                continue;
            }
            if path.is_dir() {
                sources.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            // `"name":` in an object, and `value["name"] =`.
            let quoted: Vec<&str> = text.split('"').collect();
            for parts in quoted.windows(3) {
                let [before, name, after] = parts else { continue };
                let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                let is_field = after.starts_with(':') && !after.starts_with("::");
                if is_word && (is_field || (before.ends_with('[') && after.starts_with("] ="))) {
                    fields.insert((*name).to_owned());
                }
            }
        }
        assert!(fields.len() > 50, "{fields:?}");
        let unknown: Vec<&String> = fields.iter().filter(|field| !words.contains(field.as_str())).collect();
        assert!(unknown.is_empty(), "{unknown:?} are not in kenc-json(5)");
    }

    #[test]
    fn every_name_of_a_field_in_an_example_is_explained() {
        let page = file("man/kenc-json.5");
        let prose: String = page
            .split(".Bd -literal -offset indent\n")
            .map(|part| part.split_once(".Ed\n").map_or(part, |(_, prose)| prose))
            .collect();
        let words: Vec<&str> = prose.split(|c: char| !(c.is_ascii_alphanumeric() || "_:".contains(c))).collect();
        for example in examples(&page) {
            let (command, values) = example.split_once('\n').unwrap();
            if command.contains("kenc --json get") || command.contains("kenc --json export") {
                continue;
            }
            for name in names_of_each(values).iter().flatten() {
                let name = name.rsplit('.').next().unwrap();
                let is_data = name == "app" || name.starts_with("kms:");
                assert!(is_data || words.contains(&name), "{name}, of `{command}`");
            }
        }
    }
}
