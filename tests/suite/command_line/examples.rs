//! Every example of every command does what it says: they are taken from the definition of the command line, and run.

use clap::{Command, CommandFactory};

use crate::support::Kms;
use crate::support::{Home, has, skip, stderr, text};

/// Examples that are not run here, and why.
const NOT_RUN: &[(&str, &str)] = &[
    ("kenc set secrets.yaml db.password", "asks for the value at a terminal; terminal.rs types it"),
    ("kenc seal from-sops.yaml", "asks at a terminal; seal.rs types the answer"),
    ("kenc export app.env | source", "is for fish; exports.rs runs it there"),
    ("kenc git mac-repair merged.yaml", "asks at a terminal; the example below it says yes"),
];

/// The files of the folder in which examples run. The config names the local key `me`.
const FIXTURE: &str = r#"
set -e
umask 077
me=$(kenc keygen)
for name in team new; do kenc keygen -o ~/$name.txt > ~/$name.pub; cat ~/$name.txt >> ~/others.txt; done
mkdir -p ~/.zfunc ~/.config/fish/completions ~/.local/share/bash-completion/completions
git config --global user.name test; git config --global user.email test@example.com
git init -q -b main .
cat > .kenc.yaml <<END
keys:
  me: $me
  team: $(cat ~/team.pub)
  new: $(cat ~/new.pub)
creation_rules:
  - path_regex: ^secrets/
    keys: ["@me", "@team"]
  - path_regex: ^(secrets|new|settings|merged)\.yaml$|\.env$
    keys: "@me"
    format: values
  - keys: "@me"
END
echo 'hello, world' > notes.txt; seq 1 9 > disk.img
mkdir photos; echo 1 > photos/1.jpg; echo 2 > photos/2.jpg
seq 1 5000 > dump; kenc encrypt dump -o dump.sql.kenc -c app=shop
mkdir archive; echo 1 > archive/1; echo 2 > archive/2; kenc encrypt -r archive -o archive.enc
tar cz archive | kenc encrypt > backup.tar.gz.kenc; rm -r archive dump
echo 'apiVersion: v1' > kubeconfig; kenc encrypt --whole kubeconfig -o kubeconfig.kenc; rm kubeconfig
printf 'db:\n  user: eve\n  password: c4r1b0u\nports: [80, 443]\ntls:\n  key: |\n    line 1\n    line 2\nusers: [eve]\n' > secrets.yaml
printf 'db:\n  host: db.example\n  password: c4r1b0u\n' > settings.yaml
printf 'TOKEN=abc\n' > app.env
(printf 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- apiVersion: v1\n  kind: Namespace\n') > resources.yaml
printf 'certificate\n' > cert.pem
printf 'id,ssn\n1,123-45-6789\n2,987-65-4321\n' > people.csv
kenc encrypt --records csv --field ssn people.csv -o people.enc.csv
mkdir secrets; printf 'a: 1\n' > secrets/a.yaml; printf 'b: 2\n' > secrets/b.yaml
kenc encrypt --values -i -k "$me" secrets.yaml app.env
kenc encrypt --values -i secrets/a.yaml secrets/b.yaml
# Another tool knows nothing of the seal, and writes the time in its own way.
grep -v kenc_seal secrets.yaml > from-sops.yaml
for name in base ours theirs; do cp secrets.yaml $name.yaml; done
echo w0lverine | kenc set theirs.yaml db.password
echo eve2 | kenc set ours.yaml db.user
cp secrets.yaml merged.yaml; git add .kenc.yaml notes.txt secrets.yaml app.env secrets merged.yaml; git commit -qm 'Add everything'
grep -v '^ *user:' merged.yaml > merged; mv merged merged.yaml
"#;

/// Programs at the other end of an example's pipe: each checks what it needs.
const PROGRAMS: &[(&str, &str)] = &[
    ("pg_dump", "echo 'select 1;'"),
    ("kustomize", r#"[ "$1" = build ] && [ "$2" = --enable-alpha-plugins ]"#),
    ("kubectl", r#"[ "$1" = --kubeconfig ] && grep -q apiVersion "$2""#),
    ("code", r#"[ "$1" = --wait ] && echo '# looked at' >> "$2""#),
    ("editor", r#"printf 'more: 1\n' >> "$1""#),
    ("aws", r#"[ "$1 $2" = "cloudtrail lookup-events" ] && echo '{"Events":[]}'"#),
];

/// Every command, and its examples.
fn examples() -> Vec<(String, Vec<String>)> {
    fn visit(name: &str, command: &Command, all: &mut Vec<(String, Vec<String>)>) {
        let help = command.get_after_long_help().unwrap_or_else(|| panic!("{name} has no examples")).to_string();
        let examples = help.split("\n\nExit codes:").next().unwrap();
        let commands = examples.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect();
        all.push((name.to_owned(), commands));
        for part in command.get_subcommands().filter(|part| part.get_name() != "help") {
            visit(&format!("{name} {}", part.get_name()), part, all);
        }
    }
    let mut command = crate::args::Cli::command();
    command.build();
    let mut all = Vec::new();
    visit("kenc", &command, &mut all);
    all
}

fn needs_kms(example: &str) -> bool {
    example.contains("alias/") || example.contains("s3://")
}

/// A sandbox in which the examples of one command run, and the emulator behind it if there is one.
fn place(kms: Result<&Kms, &String>) -> Home {
    let mut sandbox = Home::new();
    sandbox.succeeds(FIXTURE);
    for (folder, name) in [("backups", "db.yaml"), ("cloudtrail", "trail.json")] {
        std::fs::create_dir(sandbox.file(folder)).unwrap();
        let vector = crate::support::repository().join("tests/vectors/cloudtrail").join(name);
        sandbox.write(&format!("{folder}/{name}"), std::fs::read(vector).unwrap());
    }
    for (name, script) in PROGRAMS {
        sandbox.program(name, script);
    }
    let server = sandbox.write("server", "#!/bin/sh\nenv | grep -q -e ^TOKEN=abc$ -e ^APP_DB_PASSWORD=c4r1b0u$\n");
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(server, mode).unwrap();
    let step = sandbox.write("step", "");
    sandbox.set("GITHUB_ENV", step.to_str().unwrap());
    sandbox.set("EDITOR", "editor");
    sandbox.set("SOPS_AGE_KEY_FILE", sandbox.root().join("home/others.txt").to_str().unwrap());
    if let Ok(kms) = kms {
        for (name, value) in
            [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", crate::support::REGION)]
        {
            sandbox.set(name, value);
        }
        sandbox.set("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", kms.port));
    }
    sandbox
}

#[test]
fn every_example_does_what_it_says() {
    for program in ["git", "jq", "openssl", "tar"] {
        if !has(program) {
            return skip(&format!("{program} is not installed"));
        }
    }
    let kms = crate::support::moto();
    if let Ok(kms) = kms {
        kms.shared_alias("alias/backup");
        for (path, body) in [("/my-backups", ""), ("/my-backups/AWSLogs/log.json", "{\"Records\":[]}")] {
            crate::support::request(kms.port, "PUT", path, &[], body).expect("the emulator answers");
        }
    }
    let mut failed = Vec::new();
    let mut not_run: Vec<&str> = NOT_RUN.iter().map(|(example, _)| *example).collect();
    for (name, examples) in examples() {
        let sandbox = place(kms.as_ref().map(|kms| &**kms));
        if examples.iter().any(|example| example == "kenc keygen") {
            std::fs::remove_file(sandbox.root().join("home/.config/kenc/keys.txt")).unwrap();
            std::fs::remove_file(sandbox.file(".kenc.yaml")).unwrap();
        }
        for example in examples {
            if NOT_RUN.iter().any(|(given, _)| *given == example) {
                not_run.retain(|given| *given != example);
                continue;
            }
            if let (true, Err(reason)) = (needs_kms(&example), &kms) {
                skip(&format!("example `{example}`: {reason}"));
                continue;
            }
            let output = sandbox.shell(&format!("set -o pipefail; {example}")).output().unwrap();
            if !output.status.success() {
                let status = output.status;
                failed.push(format!("{name}: `{example}`: {status}\n{}{}", text(&output.stdout), stderr(&output)));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(not_run, [] as [&str; 0], "no such examples");
}
