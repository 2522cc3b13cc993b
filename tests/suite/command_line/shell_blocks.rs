//! The `sh` blocks of the README and the book: each is run, or is named here with what runs it instead. The `console` blocks are
//! replayed elsewhere.
//!
//! A program that needs a cluster is stood in for by a script that keeps what it was given.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Home, has, moto, repository, skip};

/// The start of each block that is run elsewhere: what install kenc itself, and run these tests (`packaging/try`, `tests/run`), and
/// the pipes of the page of audit (`keys::kms_lab`).
const RUN_ELSEWHERE: [&str; 4] = [
    "cargo install --path .\n",
    "AWS_LC_SYS_NO_JITTER_ENTROPY=1 cargo install kenc\n",
    "tests/run\n",
    "printf '078-05-1120' |",
];

type Runner = fn(&str);

/// The start of each block that is run here, and how.
const RUN: [(&str, Runner); 8] = [
    ("kenc audit --trail s3://", audit),
    ("kenc keygen\n", first_steps),
    ("kenc decrypt secret.yaml | kubectl", kubectl),
    ("kpt fn eval", kpt),
    ("kenc exec --file secrets.yaml -- helm", helm),
    ("ln -s \"$(command -v kenc)\" ~/bin/sops", helm_secrets),
    ("gpg --decrypt", gpg),
    ("ansible-vault view", ansible_vault),
];

#[test]
fn every_shell_block_is_run_or_is_named_with_what_runs_it() {
    let mut found = Vec::new();
    for (page, block) in blocks() {
        if RUN_ELSEWHERE.iter().any(|start| block.starts_with(start)) {
            continue;
        }
        let known = RUN.iter().position(|(start, _)| block.starts_with(start));
        found.push(known.unwrap_or_else(|| panic!("{page}: no test runs this block:\n{block}")));
    }
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), RUN.len(), "a block that a test runs is not in a page any more");
}

#[test]
fn the_shell_blocks_do_what_the_pages_say() {
    for (_, block) in blocks() {
        if let Some((_, run)) = RUN.iter().find(|(start, _)| block.starts_with(start)) {
            run(&block);
        }
    }
}

/// The `sh` blocks with the names of their pages.
fn blocks() -> Vec<(String, String)> {
    let docs = std::fs::read_dir(repository().join("docs")).unwrap();
    let mut pages: Vec<_> = docs.map(|entry| entry.unwrap().path()).collect();
    pages.push(repository().join("README.md"));
    pages.sort();
    let mut blocks = Vec::new();
    for page in pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        let text = std::fs::read_to_string(page).unwrap();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line == "```sh" {
                let block = lines.by_ref().take_while(|line| *line != "```");
                blocks.push((page.display().to_string(), block.fold(String::new(), |all, line| all + line + "\n")));
            }
        }
    }
    blocks
}

/// A home with a program that does what `script` says.
fn with_program(home: &Home, name: &str, script: &str) {
    let path = home.root().join("bin").join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

fn first_steps(block: &str) {
    let home = Home::new();
    home.write("README.md", "about kenc\n");
    assert!(home.succeeds(block).ends_with("it works\n"));
    // And a second time.
    home.succeeds(block.lines().nth(1).unwrap());
}

/// A folder stands in for the bucket; trails in buckets are tested where audit is.
fn audit(block: &str) {
    let home = Home::with_key();
    with_program(&home, "aws", "test \"$1 $2\" = 'cloudtrail lookup-events' && echo '{\"Events\":[]}'");
    for (folder, name) in [("backups", "db.yaml"), ("AWSLogs", "trail.json")] {
        let vector = repository().join("tests/vectors/cloudtrail").join(name);
        std::fs::create_dir(home.file(folder)).unwrap();
        std::fs::copy(vector, home.file(folder).join(name)).unwrap();
    }
    home.succeeds(&block.replace("s3://my-trail/", ""));
}

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: c4r1b0u\n";

fn kubectl(block: &str) {
    let home = Home::with_key();
    with_program(&home, "kubectl", "echo \"$@\" > asked; cat > applied");
    home.write("secret.yaml", SECRET);
    home.succeeds("kenc encrypt --values --encrypted-regex '^(data|stringData)$' -i secret.yaml");
    home.succeeds(block);
    assert_eq!(String::from_utf8(home.read("applied")).unwrap(), SECRET);
    assert_eq!(String::from_utf8(home.read("asked")).unwrap(), "apply -f -\n");
}

fn kpt(block: &str) {
    if !has("kpt") {
        return skip("kpt is not installed");
    }
    let home = Home::with_key();
    with_program(&home, "kubectl", "cat > applied");
    home.write("Kptfile", "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: shop\n");
    home.write("secret.yaml", SECRET);
    home.succeeds("kenc encrypt --values --encrypted-regex '^(data|stringData)$' -i secret.yaml");
    let encrypted = home.read("secret.yaml");
    home.succeeds(block);
    assert!(String::from_utf8(home.read("applied")).unwrap().ends_with(SECRET));
    assert_eq!(home.read("secret.yaml"), encrypted);
}

/// What Argo CD runs for the plugin of the page.
#[test]
fn the_command_of_the_plugin_of_argo_cd_prints_the_decrypted_resources() {
    if !has("kustomize") {
        return skip("kustomize is not installed");
    }
    let page = std::fs::read_to_string(repository().join("docs/kubernetes.md")).unwrap();
    let command = page.lines().find_map(|line| line.trim().strip_prefix("command: [")?.strip_suffix(']')).unwrap();
    let home = Home::with_key();
    for name in ["generator.yaml", "kenc-krm"] {
        std::fs::copy(repository().join("packaging/kustomize").join(name), home.file(name)).unwrap();
    }
    home.write("kustomization.yaml", "generators: [generator.yaml]\n");
    home.write("secret.yaml", SECRET);
    home.succeeds("kenc encrypt --values --encrypted-regex '^(data|stringData)$' -i secret.yaml");
    assert_eq!(home.succeeds(&command.replace(',', "")), SECRET);
}

const VALUES: &str = "image: shop\ndb:\n  password: c4r1b0u\n";

fn helm(block: &str) {
    let home = Home::with_key();
    with_program(&home, "helm", "echo \"$1 $2 $3 $4\" > asked; cat \"$5\" > given");
    home.write("secrets.yaml", VALUES);
    home.succeeds("kenc encrypt --values -i secrets.yaml");
    home.succeeds(block);
    assert_eq!(String::from_utf8(home.read("given")).unwrap(), VALUES);
    assert_eq!(String::from_utf8(home.read("asked")).unwrap(), "upgrade shop ./chart -f\n");
}

/// helm-secrets calls `sops` as its backend does: with the file, and with where the plaintext goes.
fn helm_secrets(block: &str) {
    let home = Home::with_key();
    with_program(&home, "helm", "test \"$1\" = secrets && sops --decrypt --output given \"$6\"");
    home.write("secrets.yaml", VALUES);
    home.succeeds("kenc encrypt --values -i secrets.yaml; mkdir ~/bin");
    home.succeeds(&format!("PATH=\"$HOME/bin:$PATH\"\n{block}"));
    assert_eq!(String::from_utf8(home.read("given")).unwrap(), VALUES);
}

fn gpg(block: &str) {
    let kms = match moto() {
        Ok(kms) if has("gpg") => kms,
        Ok(_) => return skip("gpg is not installed"),
        Err(why) => return skip(&why),
    };
    kms.shared_alias("alias/backup");
    let home = kms.home();
    home.write("dump.sql", "insert into secrets\n");
    home.succeeds(
        "mkdir -m 700 ~/.gnupg; gpg -q --batch --passphrase '' --quick-gen-key me default default never 2>/dev/null
         gpg -q --batch --trust-model always -r me -o dump.sql.gpg --encrypt dump.sql",
    );
    home.succeeds(block);
    assert_eq!(home.succeeds("kenc decrypt dump.sql.kenc; gpgconf --kill all"), "insert into secrets\n");
}

fn ansible_vault(block: &str) {
    let program = repository().join("target/ansible/bin/ansible-vault");
    if !program.is_file() {
        return skip("ansible is not installed");
    }
    let home = Home::with_key();
    std::os::unix::fs::symlink(&program, home.root().join("bin/ansible-vault")).unwrap();
    home.write("vars.yml", "password: c4r1b0u\n");
    home.write("vault-password", "p\n");
    let script = format!(
        "export ANSIBLE_VAULT_PASSWORD_FILE=$PWD/vault-password ANSIBLE_LOCAL_TEMP=$PWD/tmp ANSIBLE_NOCOLOR=1
         ansible-vault encrypt vars.yml 2>/dev/null\n{block}\ntest ! -e vars.plain.yml && kenc get vars.sops.yml password"
    );
    assert!(home.succeeds(&script).ends_with("c4r1b0u\n"));
}
