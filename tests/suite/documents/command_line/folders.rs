//! Whole folders, file by file, according to the rules.

use super::*;

#[test]
fn every_file_that_a_rule_is_for_is_encrypted_and_no_other() {
    let documents = Documents::new();
    let home = &documents.home;
    fs::create_dir_all(home.file("tree/deep/.git")).expect("folders can be made");
    for name in ["tree/a.secret.yaml", "tree/deep/b.secret.json", "tree/other.yaml", "tree/deep/.git/c.secret.yaml"] {
        home.write(name, "{\"a\": 1}\n");
    }
    home.write("tree/.sops.yaml", format!("creation_rules:\n  - path_regex: secret\n    age: {}\n", documents.key));
    home.run(["encrypt", "--values", "-r", "tree"]).fails(USAGE).hints("-o FOLDER/");
    fs::create_dir(home.file("elsewhere")).expect("folders can be made");
    home.run(["encrypt", "--values", "-r", "-i", "elsewhere"]).fails(FAILED).hints("path_regex");
    let said = home.run(["encrypt", "--values", "-r", "-i", "-n", "tree"]).ok().stdout_text();
    let wanted = "tree/a.secret.yaml: would be encrypted\ntree/deep/b.secret.json: would be encrypted\n2 files: 2 to encrypt, 0 already encrypted\n";
    assert_eq!(said, wanted);
    home.run(["encrypt", "--values", "-r", "tree", "-o", "out"]).ok();
    home.run(["decrypt", "out/deep/b.secret.json"]).gives(b"{\"a\": 1}\n");
    let said = home.run(["encrypt", "--values", "-r", "-i", "tree"]).ok().stdout_text();
    assert_eq!(said, "2 files: 2 encrypted, 0 already encrypted\n");
    let said = home.run(["encrypt", "--values", "-r", "-i", "tree"]).ok().stdout_text();
    assert_eq!(said, "2 files: 0 encrypted, 2 already encrypted\n");
    home.run(["decrypt", "tree/a.secret.yaml"]).gives(b"{\"a\": 1}\n");
    assert_eq!(home.read("tree/other.yaml"), b"{\"a\": 1}\n");
    assert_eq!(home.read("tree/deep/.git/c.secret.yaml"), b"{\"a\": 1}\n");
}

#[test]
fn a_file_in_a_folder_that_cannot_be_encrypted_does_not_stop_the_others() {
    let documents = Documents::new();
    let home = &documents.home;
    fs::create_dir(home.file("tree")).expect("a folder can be made");
    home.write("tree/a.yaml", "a: [\n");
    home.write("tree/b.yaml", "b: 1\n");
    let outcome = home.run(["encrypt", "--values", "-r", "-i", "tree", "-k", &documents.key]);
    assert_eq!((outcome.code, outcome.stdout_text().as_str()), (FAILED, "2 files: 1 encrypted, 0 already encrypted\n"));
    outcome.says("tree/a.yaml");
    documents.says("tree/b.yaml", "b: 1\n");
}
