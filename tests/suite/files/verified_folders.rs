//! `kenc verify -r`: folders in which not every file is encrypted.

use crate::support::Home;

#[test]
fn verify_of_a_folder_checks_what_is_encrypted_in_order_and_counts_the_rest() {
    let home = Home::with_key();
    home.succeeds("mkdir tree; echo '{{ template }}: x' > tree/chart.yaml; echo text > tree/notes");
    home.succeeds(
        "for n in 1 2 3 4 5 6 7 8; do head -c ${n}00000 /dev/zero | kenc encrypt -o tree/$((9 - n)).kenc; done",
    );
    home.succeeds("printf 'a: 1\\n' > tree/s.yaml; kenc encrypt --values -i tree/s.yaml");
    let outcome = home.run(["verify", "-r", "tree"]);
    outcome.ok();
    let told = outcome.stdout_text();
    let names = told.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(": ").next());
    let names: Vec<&str> = names.collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!((names.len(), &names), (9, &sorted), "{told}");
    outcome.says("2 files are not encrypted");
    // A file named like a kenc file is never treated as another kind of file.
    home.write("tree/9.kenc", "text");
    let outcome = home.run(["verify", "-r", "tree"]);
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    outcome.says("tree/9.kenc: this is not a kenc file");
    // A file named on the command line is never skipped.
    home.run(["verify", "-r", "tree/notes"]).fails(3).says("notes");
}
