//! The shard of a task of a job array, from the variables that schedulers set.

use super::fault::ShardFault;
use super::number::Shard;

const SLURM: &str = "SLURM_ARRAY_TASK_ID";
const BATCH: &str = "AWS_BATCH_JOB_ARRAY_INDEX";
const KUBERNETES: &str = "JOB_COMPLETION_INDEX";
const PARALLEL: &str = "PARALLEL_SEQ";
/// The variable with which each scheduler says which task it is.
const TASKS: [&str; 4] = [SLURM, BATCH, KUBERNETES, PARALLEL];

/// The shard of the task that the variables describe. `count` is how many there are, if the user says it.
pub(super) fn of_task(count: Option<u32>, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, ShardFault> {
    let environment = TaskVariables { variable: &|name| variable(name).filter(|value| !value.is_empty()) };
    let set: Vec<&str> = TASKS.into_iter().filter(|name| (environment.variable)(name).is_some()).collect();
    match set[..] {
        [] => Err(ShardFault::NoTask { variables: TASKS.join(", ") }),
        [SLURM] => environment.slurm(count),
        [BATCH] => {
            let size = environment.number("AWS_BATCH_JOB_ARRAY_SIZE")?;
            counted(BATCH, environment.number(BATCH)?, 0, same(size, count)?)
        }
        [KUBERNETES] => environment.told("Kubernetes", KUBERNETES, 0, count),
        [PARALLEL] => environment.told("GNU parallel", PARALLEL, 1, count),
        // For example GNU parallel in a task of Slurm: only the user knows which of them divides the files.
        [first, second, ..] => Err(ShardFault::TwoArrays { first: known(first), second: known(second) }),
        [_] => unreachable!("each of the four names has its arm"),
    }
}

struct TaskVariables<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl TaskVariables<'_> {
    /// Arrays of Slurm begin anywhere, and have steps: `--array=0-62:2`.
    fn slurm(&self, wanted: Option<u32>) -> Result<Shard, ShardFault> {
        let id = self.number(SLURM)?;
        let min = self.number("SLURM_ARRAY_TASK_MIN")?;
        let max = self.number("SLURM_ARRAY_TASK_MAX")?;
        let count = self.number("SLURM_ARRAY_TASK_COUNT")?;
        let step = self.number("SLURM_ARRAY_TASK_STEP")?;
        let gaps = ShardFault::Gaps { count, min, max, step };
        // `--array=1,3,8`, or some tasks of an array that are submitted again: their numbers say nothing of their places.
        let tasks = max.checked_sub(min).and_then(|span| (span / step.max(1)).checked_add(1));
        if tasks != Some(count) || step == 0 {
            return Err(gaps);
        }
        let count = same(count, wanted)?;
        let out = ShardFault::OutOfArray { variable: SLURM, number: id, first: min, count };
        match id.checked_sub(min) {
            Some(place) if place % step == 0 && place / step < count => Shard::new(place / step + 1, count),
            _ => Err(out),
        }
    }

    /// A task that knows its number, counted from `first`, and not how many there are.
    fn told(
        &self,
        scheduler: &'static str,
        variable: &'static str,
        first: u32,
        count: Option<u32>,
    ) -> Result<Shard, ShardFault> {
        let number = self.number(variable)?;
        let count = count.ok_or(ShardFault::CountUnknown { scheduler, variable, number })?;
        counted(variable, number, first, count)
    }

    fn number(&self, name: &'static str) -> Result<u32, ShardFault> {
        let value = (self.variable)(name).ok_or(ShardFault::Missing(name))?;
        let is_number = value.bytes().all(|digit| digit.is_ascii_digit());
        value.parse().ok().filter(|_| is_number).ok_or(ShardFault::NotANumber { name, value })
    }
}

fn counted(variable: &'static str, number: u32, first: u32, count: u32) -> Result<Shard, ShardFault> {
    let place = number.checked_sub(first).filter(|place| *place < count);
    let place = place.ok_or(ShardFault::OutOfArray { variable, number, first, count })?;
    Shard::new(place + 1, count)
}

/// The number of tasks, if both who knows it agree.
fn same(found: u32, wanted: Option<u32>) -> Result<u32, ShardFault> {
    match wanted {
        Some(wanted) if wanted != found => Err(ShardFault::OtherCount { found, wanted }),
        _ => Ok(found),
    }
}

fn known(name: &str) -> &'static str {
    TASKS.into_iter().find(|known| *known == name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: Option<u32>, variables: &[(&str, &str)]) -> Result<Shard, ShardFault> {
        of_task(count, |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    fn slurm(
        id: &str,
        min: &str,
        max: &str,
        count: &str,
        step: &str,
        wanted: Option<u32>,
    ) -> Result<Shard, ShardFault> {
        let names = ["ID", "MIN", "MAX", "COUNT", "STEP"].map(|name| format!("SLURM_ARRAY_TASK_{name}"));
        let variables: Vec<(&str, &str)> = names
            .iter()
            .map(String::as_str)
            .zip([id, min, max, count, step])
            .filter(|(_, value)| !value.is_empty())
            .collect();
        of(wanted, &variables)
    }

    #[test]
    fn the_tasks_of_every_array_have_the_shards_from_first_to_last() {
        for (first, last, step) in [(0, 7, 1), (1, 8, 1), (100, 107, 1), (0, 14, 2), (3, 24, 3)] {
            let count = (last - first) / step + 1;
            for place in 0..count {
                let id = first + place * step;
                let numbers = [id, first, last, count, step].map(|number: u32| number.to_string());
                let [id, min, max, tasks, step] = &numbers;
                assert_eq!(slurm(id, min, max, tasks, step, None), Shard::new(place + 1, count));
            }
        }
        for place in 0..8 {
            let number = place.to_string();
            let batch = [("AWS_BATCH_JOB_ARRAY_INDEX", &*number), ("AWS_BATCH_JOB_ARRAY_SIZE", "8")];
            assert_eq!(of(None, &batch), Shard::new(place + 1, 8));
            assert_eq!(of(Some(8), &batch), Shard::new(place + 1, 8));
            assert_eq!(of(Some(8), &[("JOB_COMPLETION_INDEX", &*number)]), Shard::new(place + 1, 8));
            assert_eq!(of(Some(8), &[("PARALLEL_SEQ", &*(place + 1).to_string())]), Shard::new(place + 1, 8));
        }
    }

    #[test]
    fn an_array_of_slurm_with_gaps_is_no_partition() {
        for (id, min, max, count, step) in
            [("3", "1", "8", "3", "1"), ("3", "3", "5", "2", "1"), ("1", "2", "1", "1", "1")]
        {
            assert!(matches!(slurm(id, min, max, count, step, None), Err(ShardFault::Gaps { .. })), "{id}");
        }
        assert!(matches!(slurm("1", "1", "8", "8", "0", None), Err(ShardFault::Gaps { .. })));
        assert!(matches!(slurm("1", "0", "4294967295", "0", "1", None), Err(ShardFault::Gaps { .. })));
    }

    #[test]
    fn what_is_missing_or_contradicts_is_told() {
        let told = |outcome: Result<Shard, ShardFault>| outcome.unwrap_err().to_string();
        assert!(told(of(None, &[])).contains("none of SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX"));
        assert!(told(of(None, &[("PARALLEL_SEQ", "")])).contains("none of"));
        assert_eq!(told(slurm("3", "1", "8", "", "1", None)), "--shard auto: SLURM_ARRAY_TASK_COUNT is not set");
        assert_eq!(
            told(slurm("3", "1", "8", "8", "1", Some(9))),
            "--shard auto: the array has 8 tasks, and auto/9 says 9"
        );
        assert!(told(slurm("9", "1", "8", "8", "1", None)).contains("SLURM_ARRAY_TASK_ID=9 is not one of 8 tasks"));
        assert!(told(slurm("4", "1", "15", "8", "2", None)).contains("is not one of 8 tasks counted from 1"));
        assert!(told(slurm("-3", "1", "8", "8", "1", None)).contains("is not a number: `-3`"));
        let batch = [("AWS_BATCH_JOB_ARRAY_INDEX", "8"), ("AWS_BATCH_JOB_ARRAY_SIZE", "8")];
        assert!(told(of(None, &batch)).contains("counted from 0"));
        assert!(told(of(None, &batch[..1])).contains("AWS_BATCH_JOB_ARRAY_SIZE is not set"));
        assert!(told(of(None, &[("JOB_COMPLETION_INDEX", "2")])).contains("but not how many there are"));
        assert!(told(of(Some(2), &[("JOB_COMPLETION_INDEX", "2")])).contains("counted from 0"));
        assert!(told(of(Some(2), &[("PARALLEL_SEQ", "0")])).contains("counted from 1"));
        let two = [("PARALLEL_SEQ", "1"), ("SLURM_ARRAY_TASK_ID", "1")];
        assert!(told(of(Some(2), &two)).contains("SLURM_ARRAY_TASK_ID and PARALLEL_SEQ are both set"));
    }
}
