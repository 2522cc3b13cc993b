//! The pages that are written by hand say what the program does.

use std::path::Path;

use kenc::config::{Config, Dialect, OwnConfig};

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The names in every list of fields in the reader of configs.
fn fields_of_the_reader() -> Vec<String> {
    let source = file("src/config/file.rs");
    let lists = source.split("_FIELDS: &[&str] =").skip(1);
    let names = |list: &str| -> Vec<String> {
        let list = list.split("];").next().unwrap();
        list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    lists.flat_map(names).collect()
}

/// The examples of a page.
fn examples(page: &str) -> Vec<String> {
    let examples = page.split(".Bd -literal -offset indent\n").skip(1);
    examples.map(|example| example.split(".Ed\n").next().unwrap().replace("\\e", "\\")).collect()
}

#[test]
fn every_field_of_a_config_stands_in_its_page() {
    let fields = fields_of_the_reader();
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
