//! The scripts of `examples/scale`, each run on its engine as far as one machine can.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{state, write_tree};
use crate::support::{Home, finish, program, repository, skip};

fn example(name: &str) -> PathBuf {
    repository().join("examples/scale").join(name)
}

/// A home with a tree, from which kenc is found on the search path.
fn home_with_tree(count: usize) -> Home {
    let home = Home::with_key();
    write_tree(&home, "tree", count);
    fs::create_dir(home.file("reports")).unwrap();
    home
}

/// Checks the results of all shards.
#[track_caller]
fn check(home: &Home, count: usize) {
    let text = home.run(["report", "reports"]).ok().stdout_text();
    assert!(text.contains(&format!("\n{count} files, ")), "{text}");
    home.run(["decrypt", "-r", "sealed", "-o", "back"]).ok();
    assert_eq!(state(home, "tree"), state(home, "back"));
}

#[test]
fn a_driver_of_spark_runs_all_shards() {
    let python = need!(engine_python("pyspark"));
    let home = home_with_tree(40);
    let mut command = home.environment_of(Command::new(python));
    command.env("SPARK_LOCAL_IP", "127.0.0.1").env("SPARK_MASTER", "local[2]");
    command.env(
        "PYSPARK_SUBMIT_ARGS",
        "--master local[2] --conf spark.ui.enabled=false --conf spark.driver.bindAddress=127.0.0.1 pyspark-shell",
    );
    for name in ["JAVA_HOME", "PATH"] {
        if let Some(value) = std::env::var_os(name).filter(|_| name == "JAVA_HOME") {
            command.env(name, value);
        }
    }
    command.arg(example("spark_driver.py")).args(["5", "reports", "encrypt", "-r", "tree", "-o", "sealed"]);
    finish(command, b"").ok();
    check(&home, 40);
}

#[test]
fn a_driver_of_ray_runs_all_shards() {
    let python = need!(engine_python("ray"));
    let home = home_with_tree(40);
    let mut command = home.environment_of(Command::new(python));
    command.env("RAY_USAGE_STATS_ENABLED", "0").env("RAY_NODE_IP_ADDRESS", "127.0.0.1");
    command.arg(example("ray_driver.py")).args(["5", "reports", "encrypt", "-r", "tree", "-o", "sealed"]);
    finish(command, b"").ok();
    check(&home, 40);
}

/// The Python of the environment of the engines, if it has a module.
fn engine_python(module: &str) -> Result<PathBuf, String> {
    let python = repository().join("target/engines/bin/python");
    let has = |python: &PathBuf| {
        let found = Command::new(python).args(["-c", &format!("import {module}")]).output();
        found.is_ok_and(|output| output.status.success())
    };
    if has(&python) {
        Ok(python)
    } else {
        Err(format!("there is no `{module}` here; KENC_TEST_ENGINES=1 tests/run installs it"))
    }
}

#[test]
fn the_job_of_kubernetes_is_one() {
    let validate = need!(program("kubectl-validate"));
    let output = Command::new(validate).args(["--version", "1.31"]).arg(example("kubernetes.yaml")).output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = fs::read_to_string(example("kubernetes.yaml")).unwrap();
    assert!(text.contains("completions: 64\n") && text.contains("- auto/64\n"));
    // The arguments are those of this kenc, which gets as far as the folder that is not here.
    let arguments = text.split("          args:\n").nth(1).unwrap().split("          resources:").next().unwrap();
    let arguments: Vec<&str> = arguments.lines().map(|line| line.trim().trim_start_matches("- ")).collect();
    let home = Home::with_key().with("JOB_COMPLETION_INDEX", "63");
    let arguments: Vec<String> =
        arguments.iter().map(|word| word.replace("/reports/$(JOB_COMPLETION_INDEX)", "63")).collect();
    let told = home.run(&arguments);
    assert_ne!(told.code, 2, "{}", told.stderr);
    assert!(home.file("63.jsonl").exists(), "{}", told.stderr);
}

#[test]
fn the_job_definition_of_aws_batch_is_one_and_its_script_runs() {
    let text = fs::read_to_string(example("batch.tf")).unwrap();
    let script = text.split("<<-EOT\n").nth(1).unwrap().split("    EOT").next().unwrap();
    let home = home_with_tree(20);
    let second = home.succeeds("kenc keygen -o second.txt");
    home.run(["encrypt", "-r", "tree", "-o", "sealed"]).ok();
    // A stand-in for the AWS CLI that copies between folders.
    home.program("aws", r#"shift 3; cp "$1" "$2" 2>/dev/null"#);
    let script = script.replace("/tmp/", "");
    for index in ["0", "1", "2", "1"] {
        let variables = format!(
            "export PREFIX=sealed REPORTS=reports KEY={} AWS_BATCH_JOB_ARRAY_INDEX={index} AWS_BATCH_JOB_ARRAY_SIZE=3; ",
            second.trim()
        );
        home.succeeds(&format!("{variables}sh -c '{script}'"));
    }
    home.run(["verify", "-q", "--identity", "second.txt", "-r", "sealed"]).ok();
    let text = home.run(["report", "reports"]).ok().stdout_text();
    assert!(text.contains("3 of 3 shards complete\n20 files"), "{text}");
    let terraform = need!(program("terraform"));
    let output = Command::new(&terraform).args(["fmt", "-check", "-diff"]).arg(example("batch.tf")).output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    skip(
        "`terraform validate` of examples/scale/batch.tf: the provider of AWS is not installed; its syntax was checked",
    );
}
