//! `kenc report`.

use kenc::ops::report::sum;

use crate::args::ReportArgs;
use crate::failure::{Exit, Failure};
use crate::report::{Reporter, run_sum};

pub fn run(args: &ReportArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    let sum = sum(&args.reports)?;
    for part in &sum.failed {
        reporter.result(&run_sum::failed_text(part), &run_sum::failed_json(part))?;
    }
    reporter.result(&run_sum::text(&sum), &run_sum::json(&sum))?;
    Ok(if sum.is_done() { Exit::Done } else { Exit::Problems })
}
