//! A sweep of faults: every command that writes is run again and again, and each time another of its system calls fails.
//!
//! A first run lists the calls. Then comes one run for each call and each of EIO, ENOSPC, EINTR, a short count (for calls
//! that read or write a number of bytes) and SIGKILL. After every run each file is the old one or the new one, whole; the
//! exit code is 0 only if all are new; no plaintext stands where there was none; no temporary file is left, unless the
//! program was killed; and nothing is called a bug.
//!
//! `cargo test` makes a part of the runs, chosen by a rule: for a call that changes files one of the errors, each in its
//! turn, the short count and SIGKILL; and for every fifteenth of the others one fault, each in its turn.
//! `KENC_FAULTS=all cargo test --test fault_sweep` makes all of them, which takes many minutes. `KENC_FAULTS_TABLE=FILE`
//! has the counts appended to a file, as rows of a table, and `KENC_FAULTS_LOGS=FOLDER` puts what went wrong there, command
//! by command.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod calls;
mod ptrace;
mod scenarios;
mod stage;
mod tracer;
mod verdict;

#[path = "../support/program/signals.rs"]
mod signals;
#[path = "../support/skips.rs"]
mod skips;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Seek, Write};

use rustix::io::Errno;

use calls::{Traits, cannot_fail};
use scenarios::Scenario;
use skips::skip;
use stage::Stage;
use tracer::{Call, End, Fault, Run, run};
use verdict::{Judge, OUTCOMES, Outcome, Reference};

const FAULTS: [Fault; 5] =
    [Fault::Error(Errno::IO), Fault::Error(Errno::NOSPC), Fault::Error(Errno::INTR), Fault::Short, Fault::Kill];

/// Of the calls that change no file, one in this many fails if not all do.
const STEP: usize = 15;

/// How often a run is repeated for a call that was not made.
const ATTEMPTS: usize = 4;

/// The calls and faults of a sweep, from the calls of a run without any.
fn plan(calls: &[(Call, Traits)], is_whole: bool) -> Vec<(Call, Fault)> {
    let mut planned = Vec::new();
    let (mut changing, mut others) = (0, 0);
    for &(call, traits) in calls {
        let can_be = |fault: &Fault| match fault {
            Fault::Error(_) => !cannot_fail(call.kind),
            Fault::Short => traits.length.is_some(),
            Fault::Kill => true,
        };
        let faults: Vec<Fault> = FAULTS.into_iter().filter(can_be).collect();
        let (errors, more): (Vec<Fault>, Vec<Fault>) =
            faults.iter().partition(|fault| matches!(fault, Fault::Error(_)));
        let chosen = if is_whole {
            faults
        } else if traits.changes {
            changing += 1;
            errors.get(changing % errors.len().max(1)).into_iter().chain(&more).copied().collect()
        } else {
            others += 1;
            let turn = (others % STEP == 0).then(|| faults[others / STEP % faults.len()]);
            turn.into_iter().collect()
        };
        planned.extend(chosen.into_iter().map(|fault| (call, fault)));
    }
    planned
}

fn run_once(stage: &Stage, scenario: &Scenario, planned: Option<(Call, Fault)>) -> Result<(Run, String), String> {
    stage.set();
    let words: Vec<&str> = scenario.command.split(' ').collect();
    let (mut command, mut file) = stage.command(&words, scenario.input.as_bytes());
    let run = run(&mut command, planned)?;
    let mut said = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut said)).map_err(|error| error.to_string())?;
    Ok((run, said))
}

fn sweep(name: &str, scenario: &Scenario) {
    signals::take_signals_as_usual();
    if let Some(program) = scenario.needs.iter().find(|program| !has(program)) {
        return skip(&format!("there is no {program} here"));
    }
    let stage = Stage::new(scenario.prepare);
    let (recorded, said) = match run_once(&stage, scenario, None) {
        Ok(run) => run,
        Err(reason) => return skip(&reason),
    };
    assert_eq!(recorded.end, End::Code(0), "{said}");
    let reference = Reference::of(&stage);
    let judge = Judge { stage: &stage, reference: &reference };
    let is_whole = std::env::var_os("KENC_FAULTS").is_some_and(|value| value == "all");
    let planned = plan(&recorded.calls, is_whole);
    assert!(planned.len() > 5, "only {} calls were seen", recorded.calls.len());
    let mut counts: BTreeMap<(String, Outcome), usize> = BTreeMap::new();
    let mut broken = String::new();
    for &(call, fault) in &planned {
        let attempt = || run_once(&stage, scenario, Some((call, fault))).expect("it worked before");
        let (mut run, mut said) = attempt();
        // Threads take work as it comes, so another one may have made the call.
        for _ in 1..ATTEMPTS {
            if !run.was_hit && run.end == End::Code(0) {
                (run, said) = attempt();
            }
        }
        let (outcome, promises) = judge.judge(call, fault, &run, &said);
        *counts.entry((fault.to_string(), outcome)).or_default() += 1;
        for promise in promises {
            let Call { thread, kind, nth } = call;
            let _ =
                writeln!(broken, "{fault} at {kind} {nth} of thread {thread}: {promise}\n    {:?} {said:?}", run.end);
        }
    }
    if let (Some(folder), false) = (std::env::var_os("KENC_FAULTS_LOGS"), broken.is_empty()) {
        std::fs::write(std::path::Path::new(&folder).join(name), &broken).unwrap();
    }
    note(name, recorded.calls.len(), &counts, broken.lines().filter(|line| !line.starts_with(' ')).count());
    assert!(broken.is_empty(), "`{}`, prepared by `{}`:\n{broken}", scenario.command, scenario.prepare);
}

/// Appends the counts to the table that is asked for.
fn note(name: &str, calls: usize, counts: &BTreeMap<(String, Outcome), usize>, broken: usize) {
    let Some(path) = std::env::var_os("KENC_FAULTS_TABLE") else { return };
    let mut table = String::new();
    for fault in FAULTS.map(|fault| fault.to_string()) {
        let count = |outcome: Outcome| counts.get(&(fault.clone(), outcome)).copied().unwrap_or(0);
        let numbers = OUTCOMES.map(|(outcome, _)| count(outcome).to_string());
        let all: usize = OUTCOMES.iter().map(|(outcome, _)| count(*outcome)).sum();
        let _ = writeln!(table, "| {name} | {calls} | {fault} | {all} | {} |", numbers.join(" | "));
    }
    let _ = writeln!(table, "| {name} | {calls} | promises broken | {broken} |{}", " |".repeat(OUTCOMES.len()));
    let mut file = std::fs::File::options().append(true).create(true).open(path).unwrap();
    file.write_all(table.as_bytes()).unwrap();
}

fn has(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file())
}
