//! `kenc keys check` for files that are also encrypted under the keys of others.

use serde_json::{Value, json};

use crate::support::Home;

const PROBLEMS: i32 = 7;

fn check(home: &Home, arguments: &[&str], code: i32) -> Value {
    let outcome = home.run([&["keys", "check", "--json"], arguments].concat());
    assert_eq!(outcome.code, code, "{}", outcome.stderr);
    serde_json::from_slice(&outcome.stdout).unwrap()
}

#[test]
fn the_keys_of_others_are_no_problem_as_long_as_one_of_a_file_is_ours_and_works() {
    let (home, theirs) = (Home::new(), Home::new().keygen());
    let ours = home.keygen();
    home.write("plain", "x");
    home.run(["encrypt", "plain", "-o", "team.kenc", "-k", &ours, "-k", &theirs]).ok();
    home.run(["encrypt", "plain", "-o", "theirs.kenc", "-k", &theirs]).ok();
    let report = check(&home, &["--file", "team.kenc"], 0);
    assert_eq!((&report["keys"][1]["yours"], &report["keys"][1]["hints"]), (&json!(false), &json!([])));
    assert!(home.succeeds("kenc keys check --file team.kenc").contains("not yours"));
    check(&home, &["--file", "theirs.kenc"], PROBLEMS);
    check(&home, &["--file", "team.kenc", "--file", "theirs.kenc"], PROBLEMS);
    check(&home, &[&ours, &theirs], PROBLEMS);
    home.write(".kenc.yaml", format!("creation_rules:\n  - age: {ours},{theirs}\n"));
    check(&home, &[], 0);
}
