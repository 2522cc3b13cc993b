//! What a config can hold at most, and texts that are hard to read.

use super::*;

#[test]
fn bombs_are_refused() {
    let level = |number: usize, of: &str| format!("a{number}: &a{number} {of}\n");
    let repeated = |number: usize| format!("{{merge: [{}]}}", vec![format!("*a{number}"); 10].join(", "));
    let merges: String = (1..9).map(|number| level(number, &repeated(number - 1))).collect();
    let bomb = format!("{}{merges}creation_rules:\n- key_groups: [*a8]\n", level(0, "{pgp: [A]}"));
    assert!(of_sops_error(&bomb).ends_with("the config has too many values, or nests them too deeply"));

    let empty = bomb.replace("{pgp: [A]}", "{pgp: []}");
    assert!(of_sops_error(&empty).ends_with("the config has too many values, or nests them too deeply"));
    let empty = "creation_rules:\n- key_groups: [{pgp: [A], merge: [{pgp: []}]}]\n";
    assert!(of_sops_error(empty).ends_with("a key group of the rule names no key"));

    let nested: String = (1..20_000).map(|number| level(number, &format!("[*a{}]", number - 1))).collect();
    assert!(
        of_sops_error(&format!("a0: &a0 [x]\n{nested}"))
            .ends_with("the config has too many values, or nests them too deeply")
    );

    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(parse(&deep, Dialect::Sops).is_err());

    let wide = format!(
        "a: &a {{{}}}\nb:\n{}",
        (0..2000).map(|n| format!("k{n}: x")).collect::<Vec<_>>().join(", "),
        "- {<<: *a}\n".repeat(1000)
    );
    assert!(of_sops_error(&wide).ends_with("the config has too many values, or nests them too deeply"));

    let rules = format!("r: &r {{pgp: A}}\ncreation_rules: [{}]\n", "*r, ".repeat(100_000));
    assert!(of_sops_error(&rules).ends_with("the config has too many values, or nests them too deeply"));
}

/// Each of these took all memory, or minutes, with one reader of YAML or another.
#[test]
fn a_megabyte_of_anything_is_read_or_refused_within_bounds() {
    let many = |part: &str, count: usize| part.repeat(count);
    for text in [
        format!("a: &a [{}]\ncreation_rules:\n- age: [{}]\n", many("x,", 200_000), many("*a,", 100_000)),
        format!("a: &a {}\ncreation_rules:\n- age: [{}]\n", many("x", 500_000), many("*a,", 100_000)),
        format!("a: &a [{}]\nb: [{}]\n", many("x,", 200_000), many("*a,", 100_000)),
        format!("a: &a {{k: {}}}\nb:\n{}", many("x", 500_000), many("- {<<: *a}\n", 20_000)),
        many("{a: ", 250_000),
        many("- ", 500_000),
        many("? ", 500_000),
        many("&a ", 300_000),
        many("a: &a b\n---\n", 80_000),
        format!("creation_rules:\n- age: [{}]\n", many("a,", 400_000)),
        format!("creation_rules:\n- age: '{}'\n", many("a,", 500_000)),
        many("#\n", 500_000),
        many("a", 1 << 20),
    ] {
        let start: String = text.chars().take(40).collect();
        let began = std::time::Instant::now();
        let _ = parse(&text, Dialect::Sops);
        assert!(began.elapsed().as_secs() < 30, "{start}");
    }
}

#[test]
fn a_text_is_what_is_written_even_where_yaml_has_a_number_or_a_truth_value_there() {
    let config = of_kenc(
        "trusted_keys: [012345678901, 444455556666]
context: {a: 0x10, b: 1.50, c: yes, d: ~, e: 2001-01-01, f: .inf, g: 1e999, h: '', i: !!str 7, j: \"\\x41\"}
creation_rules:
- pgp: 1234567890123456789012345678901234567890
",
    );
    let expected = ["a=0x10", "b=1.50", "c=yes", "d=", "e=2001-01-01", "f=.inf", "g=1e999", "h=", "i=7", "j=A"];
    assert_eq!(config.context(), &EncryptionContext::from_words(&expected).unwrap());
    assert_eq!(keys(&rule(&config)), [["1234567890123456789012345678901234567890"]]);
    assert!(config.trusted_keys().is_some());
}

#[test]
fn line_ends_of_windows_block_texts_and_quoted_keys_are_understood() {
    let config = of_sops(&format!(
        "creation_rules:\r\n- \"age\": |\r\n    {AGE},\r\n    {OTHER_AGE}\r\n  'pgp': >-\r\n    AAAA,\r\n    BBBB\r\n"
    ));
    assert_eq!(keys(&rule(&config)), [[AGE, OTHER_AGE, "AAAA", "BBBB"]]);
    assert_eq!(rule(&config).line, 2);
}

#[test]
fn tabs_and_other_things_that_are_not_yaml_are_refused_with_their_line() {
    for text in ["creation_rules:\n\t- pgp: A\n", "a: b\nc: *d\n", "a: b\n c: d\n", "a: 'b\n", "a: !!int x\n"] {
        let Err(Error::Config(error)) = parse(text, Dialect::Kenc) else { panic!("{text:?}") };
        assert!(error.line.is_some(), "{text:?}: {error}");
        assert!(matches!(error.fault, ConfigFault::Syntax(_)), "{text:?}: {error}");
        assert!(!error.to_string().contains("column") && !error.to_string().contains('\n'), "{error}");
    }
}

fn of_sops_error(text: &str) -> String {
    parse(text, Dialect::Sops).map(|_| ()).unwrap_err().to_string()
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_config_or_is_refused_without_a_panic(text in r"(creation_rules:\n|- |  |keys: |path_regex: |kms: |key_groups: |merge: |<<: |\*a|&a |\{|\}|\[|\]|x|@|,|\n|'|: ){0,30}") {
        for dialect in [Dialect::Kenc, Dialect::Sops] {
            if let Ok(config) = parse(&text, dialect) {
                let _ = config.rule_for(Some(Path::new("/repo/x")));
            }
        }
    }
}
