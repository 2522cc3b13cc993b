//! The word that says which shard: `I/N`, `auto` or `auto/N`.

use std::str::FromStr;

use super::environment::of_task;
use super::fault::ShardFault;
use super::number::Shard;
use crate::limits::MOST_SHARDS;

/// Which shard is meant, as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardWord {
    /// This one.
    Named(Shard),
    /// That of the task of a job array in which this program runs.
    Auto {
        /// How many there are, for schedulers that do not say it.
        count: Option<u32>,
    },
}

impl ShardWord {
    /// The shard. `variable` gives the value of an environment variable.
    ///
    /// # Errors
    /// If the environment does not say it, or contradicts itself.
    pub fn shard(self, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, ShardFault> {
        match self {
            Self::Named(shard) => Ok(shard),
            Self::Auto { count } => of_task(count, variable),
        }
    }
}

impl FromStr for ShardWord {
    type Err = ShardFault;

    fn from_str(word: &str) -> Result<Self, ShardFault> {
        let not_a_shard = || ShardFault::NotAShard(word.to_owned());
        let number = |digits: &str| {
            let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|_| is_number).ok_or_else(not_a_shard)
        };
        match word.split_once('/') {
            None if word == "auto" => Ok(Self::Auto { count: None }),
            None => Err(not_a_shard()),
            Some(("auto", count)) => match number(count)? {
                0 => Err(ShardFault::NoShards),
                count if count > MOST_SHARDS => Err(ShardFault::TooMany(count)),
                count => Ok(Self::Auto { count: Some(count) }),
            },
            Some((index, count)) => Shard::new(number(index)?, number(count)?).map(Self::Named),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_a_shard_or_leaves_it_to_the_environment() {
        assert_eq!("3/8".parse(), Ok(ShardWord::Named(Shard::new(3, 8).unwrap())));
        assert_eq!("auto".parse(), Ok(ShardWord::Auto { count: None }));
        assert_eq!("auto/64".parse(), Ok(ShardWord::Auto { count: Some(64) }));
        for word in
            ["", "3", "3/", "/8", "+3/8", "-1/8", "3/8/1", "3 /8", "0x3/8", "Auto", "auto/", "auto/x", "99999999999/8"]
        {
            assert!(matches!(word.parse::<ShardWord>(), Err(ShardFault::NotAShard(_))), "{word}");
        }
        for word in ["0/8", "9/8", "1/0", "auto/0", "1/1000001", "auto/1000001"] {
            assert!(word.parse::<ShardWord>().is_err(), "{word}");
        }
    }
}
