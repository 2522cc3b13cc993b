//! Files of variables in HCL, with Terraform itself.

use serde_json::{Value, json};

use crate::support::{Home, has, skip};

const VARIABLES: &str = "# who may read the database\nuser = \"eve\" # nobody else\npassword = \"c4r$${b}%%{o}u\\u00e9\"\nport = 5432\n\
                         hosts_unencrypted = [\"a\", \"b\"]\ndatabase = {\n  token = \"t\\nu\" // a note\n  ratio : 1.50\n  \
                         empty = {}\n  nothing = null\n  key = <<-EOT\n    line one\n\n      line two $${x}\n  EOT\n}\n\
                         certificate = <<END\n-----BEGIN-----\nabc\n-----END-----\nEND\n";

/// The variables of a file, as Terraform reads them.
fn read_by_terraform(home: &Home, file: &str) -> Value {
    let names = ["user", "password", "port", "hosts_unencrypted", "database", "certificate"];
    let declared: Vec<_> = names.iter().map(|name| format!("variable \"{name}\" {{ type = any }}\n")).collect();
    home.write("main.tf", declared.concat());
    let all: Vec<String> = names.iter().map(|name| format!("{name} = var.{name}")).collect();
    home.write("asked", format!("jsonencode({{{}}})\n", all.join(", ")));
    let said =
        home.succeeds(&format!("CHECKPOINT_DISABLE=1 terraform console -var-file={file} < asked 2>terraform.log"));
    // The console prints JSON as a string of HCL.
    let printed: Value = serde_json::from_str(&said.trim().replace("$${", "${").replace("%%{", "%{")).expect(&said);
    serde_json::from_str(printed.as_str().expect("a string")).expect("it is JSON")
}

#[test]
fn terraform_reads_a_decrypted_file_as_it_read_the_plaintext() {
    if !has("terraform") {
        return skip("terraform is not installed");
    }
    let home = Home::new();
    home.run(["keygen"]).ok();
    home.write("plain.tfvars", VARIABLES);
    home.succeeds("kenc encrypt --values plain.tfvars -o secret.tfvars");
    home.succeeds("kenc decrypt secret.tfvars -o again.tfvars && cmp plain.tfvars again.tfvars");
    let plain = read_by_terraform(&home, "plain.tfvars");
    assert_eq!(
        plain,
        json!({
            "user": "eve", "password": "c4r${b}%{o}u\u{e9}", "port": 5432, "hosts_unencrypted": ["a", "b"],
            "database": {
                "token": "t\nu", "ratio": 1.5, "empty": {}, "nothing": null, "key": "line one\n\n  line two ${x}\n",
            },
            "certificate": "-----BEGIN-----\nabc\n-----END-----\n",
        })
    );
    // kenc itself reads the same.
    assert_eq!(
        serde_json::from_str::<Value>(&home.succeeds("kenc get --json secret.tfvars .")).expect("it is JSON"),
        plain
    );
    // And what was set is read, in whatever style it was written.
    home.succeeds("printf 'a${b}\\nc\\n' | kenc set secret.tfvars certificate");
    home.succeeds("printf 'x\"y\\\\z' | kenc set secret.tfvars database.token; kenc set --type integer secret.tfvars port <<<5433");
    home.succeeds("printf new | kenc set secret.tfvars 'database.\"a key\"'");
    home.succeeds("kenc decrypt -f secret.tfvars -o again.tfvars");
    let changed = read_by_terraform(&home, "again.tfvars");
    assert_eq!(changed["certificate"], "a${b}\nc\n");
    assert_eq!((&changed["database"]["token"], &changed["database"]["a key"]), (&json!("x\"y\\z"), &json!("new")));
    assert_eq!((&changed["port"], &changed["database"]["key"]), (&json!(5433), &plain["database"]["key"]));
    assert_eq!(home.succeeds("kenc verify secret.tfvars | head -1"), "secret.tfvars: authentic, sealed\n");
}

#[test]
fn an_object_whose_keys_are_no_names_is_printed_as_terraform_reads_it() {
    let home = Home::with_key();
    home.write("s.tfvars", "tags = {\n  \"a b\" = 1\n  c = [\"x\"]\n}\nplain = { d = 2 }\n");
    home.succeeds("kenc encrypt --values -i s.tfvars");
    home.run(["get", "s.tfvars", "tags"]).gives(b"{\n  \"a b\" = 1\n  c = [\n    \"x\",\n  ]\n}\n");
    home.run(["get", "s.tfvars", "plain"]).gives(b"d = 2\n");
    home.run(["decrypt", "--extract", "tags", "s.tfvars"]).gives(b"{\n  \"a b\" = 1\n  c = [\n    \"x\",\n  ]\n}\n");
}

#[test]
fn variables_of_terraform_go_to_its_environment_and_to_a_private_file() {
    if !has("terraform") {
        return skip("terraform is not installed");
    }
    let home = Home::new();
    home.run(["keygen"]).ok();
    home.write("s.tfvars", "user = \"eve\"\nport = 5432\n");
    home.succeeds("kenc encrypt --values -i s.tfvars");
    home.write("main.tf", "variable \"user\" {}\nvariable \"port\" { type = number }\n");
    home.write("asked", "\"${var.user}:${var.port + 1}\"\n");
    let console = "CHECKPOINT_DISABLE=1 kenc exec";
    let said =
        home.succeeds(&format!("{console} --prefix TF_VAR_ s.tfvars -- terraform console < asked 2>terraform.log"));
    assert_eq!(said, "\"eve:5433\"\n");
    let said = home
        .succeeds(&format!("{console} --file s.tfvars -- terraform console -var-file={{}} < asked 2>terraform.log"));
    assert_eq!(said, "\"eve:5433\"\n");
}

/// `valid/hcl.tfvars` among the golden documents was encrypted by the first version that could.
#[test]
fn the_golden_file_opens_to_its_plaintext_and_is_sealed() {
    let home = Home::new();
    let vectors = crate::support::repository().join("tests/vectors/document");
    home.write("keys.txt", std::fs::read(vectors.join("keys.txt")).expect("the keys can be read"));
    home.succeeds("chmod 600 keys.txt");
    home.write("secret.tfvars", std::fs::read(vectors.join("valid/hcl.tfvars")).expect("the file can be read"));
    let plain = std::fs::read_to_string(vectors.join("plain.tfvars")).expect("the plaintext can be read");
    assert_eq!(home.succeeds("kenc decrypt --identity keys.txt secret.tfvars"), plain);
    let verified = home.succeeds("kenc verify --identity keys.txt secret.tfvars");
    assert!(verified.starts_with("secret.tfvars: authentic, sealed\n"), "{verified}");
    // Nothing that is secret is in it.
    let encrypted = String::from_utf8(home.read("secret.tfvars")).expect("it is text");
    for secret in ["c4r", "MIIB", "line one", "443"] {
        assert!(!encrypted.contains(secret), "{secret}");
    }
    // A file that somebody changed is refused, wherever it was changed.
    for (from, to) in
        [("// not secret", "// secret"), ("  # end\n", ""), ("eu-west-1", "us-east-1"), ("nested", "nestet")]
    {
        home.write("changed.tfvars", encrypted.replace(from, to));
        home.fails("kenc verify --identity keys.txt changed.tfvars", 3);
    }
}
