//! `examples/kms-lab`: the life of a KMS key, played through against an emulator, and what `keys policy` prints for tools.

use std::process::Command;

use crate::support::{Home, has, home_at, ministack_of_the_lab, moto, program, python_program, repository, skip, text};

/// The AWS CLI in the home.
fn link_aws(home: &Home) -> Result<(), String> {
    let aws = python_program("aws")?;
    std::os::unix::fs::symlink(aws, home.root().join("bin/aws")).map_err(|error| error.to_string())
}

#[test]
fn the_lab_plays_its_whole_script_through() {
    for program in ["jq", "bash"] {
        if !has(program) {
            return skip(&format!("{program} is not installed"));
        }
    }
    let lab = crate::need!(ministack_of_the_lab());
    let address = format!("http://127.0.0.1:{}", lab.port);
    let home = home_at(lab.port).with("AWS_ENDPOINT_URL", &*address).with("BUCKET", "kenc-lab-test");
    crate::need!(link_aws(&home));
    let kenc = home.root().join("bin/kenc");
    if !kenc.exists() {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), kenc).expect("a link can be made");
    }
    let script = repository().join("examples/kms-lab/lab.sh");
    let output = home.shell(&format!("bash {}", script.display())).output().expect("bash can be started");
    let (said, transcript) = (text(&output.stderr), text(&output.stdout));
    assert!(output.status.success(), "{}\n{transcript}\n{said}", output.status);
    for line in [
        "Account\nAdministrators\nUsers\nUsersDescribe\nUsersThroughS3\nUsersThroughDynamoDB\n",
        "kms:Decrypt",
        "== The app opens them\n078-05-1120\nthe plaintext\n",
        "the key is disabled and refuses kms:Decrypt",
        "exit code 7: files still need it",
        "scheduled for deletion",
        "this file (request id)",
        "DisableKey",
        "\ndone\n",
    ] {
        assert!(transcript.contains(line), "{line}\n{transcript}\n{said}");
    }
}

const PRINCIPALS: [&str; 4] =
    ["--admin", "arn:aws:iam::111122223333:role/ops", "--user", "arn:aws:iam::111122223333:role/app"];

#[test]
fn cloud_formation_makes_a_key_of_the_template_and_the_key_has_the_policy() {
    let lab = crate::need!(ministack_of_the_lab());
    let address = format!("http://127.0.0.1:{}", lab.port);
    let home = home_at(lab.port).with("AWS_ENDPOINT_URL", address).with("AWS_DEFAULT_REGION", "us-east-1");
    crate::need!(link_aws(&home));
    let arguments =
        [&["keys", "policy", "-c", "app=${x}", "--via", "s3", "--alias", "of-template", "--format"], &PRINCIPALS[..]];
    let of = |format: &str| home.run([arguments[0], &[format], arguments[1]].concat()).ok().stdout_text();
    home.write("key.json", of("cloudformation"));
    home.succeeds("aws cloudformation create-stack --stack-name kenc --template-body file://key.json");
    let policy = home.succeeds(
        "key=$(aws kms describe-key --key-id alias/of-template --query KeyMetadata.Arn --output text)
         aws kms get-key-policy --key-id $key --policy-name default --query Policy --output text",
    );
    let found: serde_json::Value = serde_json::from_str(&policy).expect("it is JSON");
    let expected: serde_json::Value = serde_json::from_str(&of("json")).expect("it is JSON");
    assert_eq!(found, expected);
}

#[test]
fn the_terraform_of_the_lab_and_of_a_policy_is_well_formed() {
    let python = crate::need!(python_program("python"));
    let home = Home::new();
    let arguments = [
        "keys",
        "policy",
        "--format",
        "terraform",
        "-c",
        "app=${x}%{y}",
        "--exact-context",
        "--via",
        "dynamodb.eu-west-1",
    ];
    home.write("key.tf", home.run([&arguments[..], &PRINCIPALS[..]].concat()).ok().stdout_text());
    let parse = "import hcl2, sys
for name in sys.argv[1:]:
    with open(name) as file: print(hcl2.load(file))";
    let is_there =
        Command::new(&python).args(["-c", "import hcl2"]).output().is_ok_and(|output| output.status.success());
    if !is_there {
        return skip("python-hcl2 is not installed; `tests/run` installs it");
    }
    let mut command = home.environment_of(Command::new(python));
    command.args(["-c", parse, "key.tf"]).arg(repository().join("examples/kms-lab/main.tf"));
    let output = command.output().expect("python can be started");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let parsed = text(&output.stdout);
    for words in ["aws_kms_key", "aws_kms_alias", "dynamodb.eu-west-1.amazonaws.com", "aws_dynamodb_table"] {
        assert!(parsed.contains(words), "{words}\n{parsed}");
    }
    // A dollar and a per cent sign begin no template of Terraform.
    let text = String::from_utf8(home.read("key.tf")).expect("it is text");
    assert!(text.contains("$${$}{x}%%{y}"), "{text}");
    if let Ok(terraform) = program("terraform").or_else(|_| program("tofu")) {
        let formatted = home.environment_of(Command::new(terraform)).args(["fmt", "-check", "key.tf"]).status();
        assert!(formatted.is_ok_and(|status| status.success()), "terraform fmt would change it:\n{text}");
    }
}

#[test]
fn a_service_that_is_none_and_an_alias_that_cannot_be_one_are_refused() {
    let home = Home::new();
    home.run(["keys", "policy", "--via", "ebs"]).fails(2).says("s3 or dynamodb");
    home.run(["keys", "policy", "--format", "terraform", "--alias", "a\"b"]).fails(2).says("an alias has letters");
    let policy = home.run([&["keys", "policy", "--via", "s3.eu-west-1"], &PRINCIPALS[..]].concat()).ok().stdout_text();
    let policy: serde_json::Value = serde_json::from_str(&policy).expect("it is JSON");
    let statement = policy["Statement"].as_array().expect("a list").last().expect("there are some").clone();
    assert_eq!(
        (
            &statement["Sid"],
            &statement["Condition"]["StringLike"]["kms:ViaService"],
            &statement["Condition"]["StringEquals"]["kms:CallerAccount"]
        ),
        (&"UsersThroughS3".into(), &"s3.eu-west-1.amazonaws.com".into(), &"111122223333".into())
    );
}

#[test]
fn the_two_pipes_of_the_book_take_a_value_into_a_table_and_back() {
    if !has("jq") {
        return skip("jq is not installed");
    }
    let kms = crate::need!(moto());
    let home = kms
        .home_with_caller()
        .with("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", kms.port))
        .with("AWS_DEFAULT_REGION", "us-east-1");
    crate::need!(link_aws(&home));
    kms.new_alias("alias/of-pipes", &kms.new_key());
    home.succeeds(
        "aws dynamodb create-table --table-name users --attribute-definitions AttributeName=id,AttributeType=S \\
           --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST",
    );
    let page = std::fs::read_to_string(repository().join("docs/audit.md")).expect("the page is there");
    let (_, pipes) = page.split_once("## DynamoDB").expect("the page has the pipes");
    let pipes = pipes.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("they are in a block");
    let printed = home.succeeds(&format!("set -eo pipefail; {}", pipes.replace("alias/shop", "alias/of-pipes")));
    assert!(printed.ends_with("078-05-1120"), "{printed}");
}
