//! `kenc export`, and dotenv files as programs read them: each format is read back by its real readers.

use std::collections::BTreeMap;
use std::process::Command;

use kenc::ops::export::{ExportFormat, exported};
use kenc::ops::variables::{acts_on_every_program, is_variable_name};
use zeroize::Zeroizing;

use crate::support::{Home, has, repository, skip, text};

/// Values that are easily misquoted.
const VALUES: &[&str] = &[
    "",
    "plain",
    "two  words ",
    " leading",
    "it's",
    "\"quoted\"",
    "'",
    "''",
    "a\\b",
    "a\\'b",
    "\\",
    "\\\\",
    "\\n",
    "$HOME",
    "${HOME}",
    "$(id)",
    "`id`",
    "!!",
    "a#b",
    "a # b",
    "#",
    "line 1\nline 2\n",
    "\n",
    "tab\tend",
    "*?[a]{b,c}~",
    ";&|<>()",
    "%PATH%",
    "é ✓",
    "-n",
    "a=b",
    "export X=1",
    "x\r\ny",
    "\u{1b}[31m",
    "'\"\\$",
    "a'$b",
    "it's \"so\"",
    "it's\\\"",
];

fn variables(values: &[&str]) -> BTreeMap<String, Zeroizing<Vec<u8>>> {
    let named = values.iter().enumerate();
    named.map(|(number, value)| (format!("V{number}"), Zeroizing::new(value.as_bytes().to_vec()))).collect()
}

/// The values that a format can express, and their text.
fn carried(values: &[&str], format: ExportFormat) -> (BTreeMap<String, String>, Vec<u8>) {
    let mut all = variables(values);
    all.retain(|name, value| exported(&BTreeMap::from([(name.clone(), value.clone())]), format).is_ok());
    let text = exported(&all, format).unwrap_or_else(|cause| panic!("{cause}")).to_vec();
    (all.into_iter().map(|(name, value)| (name, String::from_utf8(value.to_vec()).unwrap())).collect(), text)
}

/// What `env -0` printed of the variables that are named like ours.
fn environment(printed: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8(printed.to_vec()).unwrap();
    let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
    let is_ours = |name: &str| name.strip_prefix('V').is_some_and(|rest| rest.parse::<u32>().is_ok());
    pairs.filter(|(name, _)| is_ours(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A program in Go with the readers of docker compose, godotenv and Docker. `tests/run` builds it.
fn go_reader(reader: &str, path: &str, home: &Home) -> Result<BTreeMap<String, String>, String> {
    let program = repository().join("target/go/bin/read-dotenv");
    if !program.is_file() {
        return Err("there is no `read-dotenv` here; `tests/run` builds it where there is Go".to_owned());
    }
    Ok(read_by(home.tool(program.to_str().unwrap()).args([reader, path])))
}

fn python_reader(path: &str, home: &Home) -> Result<BTreeMap<String, String>, String> {
    let python = repository().join("target/venv/bin/python");
    let script = "import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))";
    let can = Command::new(&python).args(["-c", "import dotenv"]).output().is_ok_and(|output| output.status.success());
    if !can {
        return Err("python-dotenv is not installed; `tests/run` installs it".to_owned());
    }
    Ok(read_by(home.tool(python.to_str().unwrap()).args(["-c", script, path])))
}

fn read_by(command: &mut Command) -> BTreeMap<String, String> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_shell_reads_back_what_was_exported_for_it() {
    let home = Home::with_key();
    let document = carried(VALUES, ExportFormat::Json).1;
    home.write("x.json", document);
    home.succeeds("kenc encrypt --values -i x.json");
    let wanted = carried(VALUES, ExportFormat::Shell).0;
    assert_eq!(wanted.len(), VALUES.len());
    for (shell, script) in [
        ("sh", "eval \"$(kenc export x.json)\"; env -0"),
        ("bash", "set -e; eval \"$(kenc export x.json)\"; env -0"),
        ("zsh", "set -e; eval \"$(kenc export x.json)\"; env -0"),
        ("fish", "kenc export x.json | source; env -0"),
    ] {
        if !has(shell) {
            skip(&format!("{shell} is not installed"));
            continue;
        }
        let output = home.tool(shell).args(["-c", script]).output().unwrap();
        assert!(output.status.success(), "{shell}: {}", text(&output.stderr));
        assert_eq!(environment(&output.stdout), wanted, "{shell}");
    }
}

#[test]
fn no_name_makes_a_shell_run_a_value() {
    let home = Home::new();
    for (shell, list) in [
        ("bash", &["--norc", "-i", "-c", "compgen -v"][..]),
        ("zsh", &["-f", "-c", "zmodload zsh/parameter; print -l ${(k)parameters} RPS1 RPS2 RPROMPT ERRNO"][..]),
    ] {
        if !has(shell) {
            skip(&format!("{shell} is not installed"));
            continue;
        }
        let listed = home.tool(shell).args(list).output().unwrap();
        let names: Vec<String> = text(&listed.stdout).lines().map(str::to_owned).collect();
        assert!(names.iter().any(|name| name == "RANDOM"), "{shell}: {names:?}");
        for name in names.iter().filter(|name| is_variable_name(name) && !acts_on_every_program(name, b"x")) {
            for value in ["a[$(touch pwned)0]", "psvar[`touch pwned`0]"] {
                let variables = BTreeMap::from([(name.clone(), Zeroizing::new(value.as_bytes().to_vec()))]);
                let Ok(line) = exported(&variables, ExportFormat::Shell) else { continue };
                let _ = home.tool(shell).args(["-c", &text(&line)]).output().unwrap();
                assert!(!home.file("pwned").exists(), "{shell} ran the value of {name}");
            }
        }
    }
    for name in ["path", "fpath", "PS1", "PROMPT", "RANDOM", "$", "a b", "X;id", "SECONDS", "functions", "BASH_ALIASES"]
    {
        let variables = BTreeMap::from([(name.to_owned(), Zeroizing::new(b"x".to_vec()))]);
        assert!(exported(&variables, ExportFormat::Shell).is_err(), "{name}");
    }
}

#[test]
fn readers_of_dotenv_files_read_back_what_was_exported_for_them() {
    let home = Home::new();
    let (wanted, file) = carried(VALUES, ExportFormat::Dotenv);
    home.write("all.env", file);
    // Values that readers disagree about.
    let refused: Vec<&str> =
        VALUES.iter().copied().filter(|value| !wanted.values().any(|kept| kept == value)).collect();
    assert_eq!(refused, ["\\", "\\\\", "${HOME}", "'\"\\$", "a'$b", "it's \"so\"", "it's\\\""]);
    for reader in ["compose", "godotenv"] {
        assert_eq!(need!(go_reader(reader, "all.env", &home)), wanted, "{reader}");
    }
    assert_eq!(need!(python_reader("all.env", &home)), wanted);
}

#[test]
fn docker_reads_back_what_was_exported_for_it() {
    let home = Home::new();
    let (wanted, file) = carried(VALUES, ExportFormat::Docker);
    assert_eq!(wanted.len(), VALUES.len() - 3);
    home.write("docker.env", file);
    assert_eq!(need!(go_reader("docker", "docker.env", &home)), wanted);
    let long = "x".repeat(70_000);
    assert!(carried(&[&long, "a\r"], ExportFormat::Docker).0.is_empty());
}

/// Common forms in such files, which all readers agree about.
const DOTENV: &str = "\
# The database
HOST=db.example
export USER=\"shop\" # who
PASS='c4r1b0u #1 $x'
PORT = 5432
URL=\"postgres://${USER}@${HOST}:${PORT}/shop\"
EMPTY=
SPACED=two words   # a comment
HASH=a#b
ESCAPES=\"tab\\nline \\\"quoted\\\" \\\\ x\"
RAW='a\\nb'
";

#[test]
fn exec_reads_a_dotenv_file_as_programs_do() {
    let home = Home::with_key();
    for (name, text, names) in [
        ("app.env", DOTENV.to_owned(), 10),
        // sops cannot read a value of several lines, so the file is encrypted as a whole.
        ("lines.env", format!("{DOTENV}KEY='-----BEGIN\nA=b==\n-----END'\nMORE=\"1\n2\"\nLAST=x"), 13),
    ] {
        home.write(name, &text);
        let whole = names > 10;
        home.succeeds(&if whole {
            format!("kenc encrypt {name} -o {name}.kenc")
        } else {
            format!("cp {name} sealed.env; kenc encrypt --values -i sealed.env")
        });
        let file = if whole { format!("{name}.kenc") } else { "sealed.env".to_owned() };
        let read: BTreeMap<String, String> =
            serde_json::from_str(&home.succeeds(&format!("kenc export --format json {file}"))).unwrap();
        assert_eq!(read.len(), names, "{read:?}");
        assert_eq!(read["URL"], "postgres://shop@db.example:5432/shop");
        let by_exec = home.succeeds(&format!("kenc exec --pristine {file} -- env -0"));
        let by_exec: Vec<&str> = by_exec.split('\0').collect();
        for (name, value) in &read {
            assert!(by_exec.contains(&format!("{name}={value}").as_str()), "{name}");
        }
        for reader in ["compose", "godotenv"] {
            assert_eq!(need!(go_reader(reader, name, &home)), read, "{reader} reads {name} in another way");
        }
        assert_eq!(need!(python_reader(name, &home)), read, "python-dotenv reads {name} in another way");
    }
}

#[test]
fn literal_values_are_those_of_sops_and_references_that_lead_nowhere_are_refused() {
    let mut home = Home::with_key();
    home.set("SOPS_AGE_KEY", "not for anybody");
    home.write("a.env", "QUOTED=\"x y\" # z\nWORD='p$ss'\nLINES=a\\nb\n");
    home.write("b.env", "WORD=p$ss\n");
    home.write("c.env", "WORD=${SOPS_AGE_KEY}\n");
    home.succeeds("kenc encrypt --values -i a.env b.env c.env");
    assert_eq!(
        home.succeeds("kenc exec --literal a.env -- sh -c 'echo \"$QUOTED|$WORD|$LINES\"'"),
        "\"x y\" # z|'p$ss'|a\nb\n"
    );
    assert_eq!(home.succeeds("kenc exec a.env -- sh -c 'echo \"$QUOTED|$WORD\"'"), "x y|p$ss\n");
    let said = home.fails("kenc exec b.env -- touch ran", 1);
    assert!(said.contains("b.env: line 1 ") && said.contains("the variable ss, which is not set"), "{said}");
    assert!(said.contains("hint: ") && said.contains("--literal"), "{said}");
    assert_eq!(home.succeeds("kenc exec --literal b.env -- sh -c 'echo $WORD'"), "p$ss\n");
    // Our identities are not passed on as variables.
    assert!(home.fails("kenc exec c.env -- touch ran", 1).contains("SOPS_AGE_KEY, which is not set"));
    assert!(!home.file("ran").exists());
}

#[test]
fn a_step_of_github_actions_hands_values_on_and_hides_them() {
    let mut home = Home::with_key();
    home.write("x.yaml", "token: c4r1b0u%\nkey: |\n  line 1\n  kenc_0<<x\n\nempty: ''\n");
    home.write("bad.yaml", "token: x\ngithub_token: y\n");
    home.succeeds("kenc encrypt --values -i x.yaml bad.yaml; touch step");
    let said = home.fails("kenc export --format github-actions x.yaml", 2);
    assert!(said.contains("$GITHUB_ENV does not name a file"), "{said}");
    home.set("GITHUB_ENV", home.file("step").to_str().unwrap());
    home.fails("kenc export --format github-actions --upper bad.yaml", 2);
    assert!(home.read("step").is_empty());
    let masks = home.succeeds("echo A=1 > step; kenc export --format github-actions x.yaml");
    assert_eq!(masks, "::add-mask::line 1%0Akenc_0<<x%0A\n::add-mask::c4r1b0u%25\n");
    // As the runner reads it.
    let text = text(&home.read("step"));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("A=1"));
    let mut read = BTreeMap::new();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").unwrap();
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        read.insert(name, value.join("\n"));
    }
    let wanted = [("empty", ""), ("key", "line 1\nkenc_0<<x\n"), ("token", "c4r1b0u%")];
    assert_eq!(read, wanted.map(|(name, value)| (name, value.to_owned())).into());
}
