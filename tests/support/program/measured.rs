//! kenc under a program that reports its peak memory.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::home::Home;
use crate::support::servers::{program, run_quietly};

/// kenc under a program that reports its peak memory.
pub struct Measured {
    pub command: Command,
    peak: PathBuf,
}

impl Measured {
    /// `name` is a file name, and must be unique within a home.
    pub fn new(home: &Home, name: &str, arguments: &[&str]) -> Result<Self, String> {
        let peak = home.file(name);
        let mut command = home.environment_of(Command::new(program("time")?));
        command.args(["-f", "%M", "-o"]).arg(&peak).arg(env!("CARGO_BIN_EXE_kenc")).args(arguments);
        Ok(Self { command, peak })
    }

    /// The most memory that kenc may have in RAM, in KiB, whatever it does with files and streams: 14 MiB more than when there is
    /// nothing to do. What it has then are mostly pages of the program itself, and one for debugging is large.
    pub fn most_kib(home: &Home) -> Result<u64, String> {
        let mut idle = Self::new(home, "idle.peak", &["encrypt", "/dev/null", "-o", "idle.kenc"])?;
        run_quietly(&mut idle.command);
        Ok(idle.peak_kib() + (14 << 10))
    }

    /// The most memory that kenc had in RAM, in KiB, after its end.
    pub fn peak_kib(&self) -> u64 {
        let peak = fs::read_to_string(&self.peak).expect("the measurement is there");
        peak.trim().parse().unwrap_or_else(|_| panic!("the program failed: {peak}"))
    }
}
