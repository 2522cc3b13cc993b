//! Which files belong to a shard: those whose path has its number, as the section HASH of kenc-shards(7) defines it.

use std::fmt;
use std::path::Path;

use super::fault::ShardFault;
use crate::crypto::sha256;
use crate::limits::MOST_SHARDS;

/// One of so many parts of a run. Every file belongs to exactly one of them, and every task finds out which on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shard {
    /// Counted from 1.
    number: u32,
    /// How many there are.
    count: u32,
}

impl Shard {
    /// The shard `number`, counted from 1, of `count`.
    ///
    /// # Errors
    /// If there is no such shard.
    pub fn new(number: u32, count: u32) -> Result<Self, ShardFault> {
        match (number, count) {
            (_, 0) => Err(ShardFault::NoShards),
            (_, count) if count > MOST_SHARDS => Err(ShardFault::TooMany(count)),
            (0, count) => Err(ShardFault::Zero { count }),
            (number, count) if number > count => Err(ShardFault::Beyond { number, count }),
            (number, count) => Ok(Self { number, count }),
        }
    }

    /// Its number, counted from 1.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many shards there are.
    #[must_use]
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether a path belongs to it: that of a file below a folder or prefix, with `/` between the names.
    #[must_use]
    pub fn has(self, place: &[u8]) -> bool {
        number_of(place, self.count) == self.number
    }

    /// Whether the file belongs to it that was found as `file` in the input `input`: by its path below the input, or by the
    /// name of the input if it is that itself.
    #[must_use]
    pub fn has_file(self, input: &Path, file: &Path) -> bool {
        let below = file.strip_prefix(input).ok().filter(|below| !below.as_os_str().is_empty());
        let place = below.unwrap_or(file).as_os_str().as_encoded_bytes();
        if cfg!(windows) {
            let place: Vec<u8> = place.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect();
            return self.has(&place);
        }
        self.has(place)
    }

    /// Whether the object belongs to it that has the key `key` below the prefix `prefix`.
    #[must_use]
    pub fn has_key(self, prefix: &str, key: &str) -> bool {
        self.has(key.strip_prefix(prefix).unwrap_or(key).as_bytes())
    }
}

/// The number of the shard of a path, counted from 1.
fn number_of(place: &[u8], count: u32) -> u32 {
    let digest = sha256(place);
    let first: [u8; 8] = std::array::from_fn(|at| digest[at]);
    let rest = u64::from_be_bytes(first) % u64::from(count);
    u32::try_from(rest).expect("a remainder is less than what it was divided by") + 1
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shards(count: u32) -> Vec<Shard> {
        (1..=count).map(|number| Shard::new(number, count).unwrap()).collect()
    }

    #[test]
    fn every_path_is_in_exactly_one_shard_of_any_number_of_them() {
        let mut random = 1_u64;
        for length in 0..300 {
            let place: Vec<u8> = (0..length)
                .map(|_| {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (random >> 56) as u8
                })
                .collect();
            for count in [1, 2, 3, 7, 64, 1000] {
                assert_eq!(shards(count).iter().filter(|shard| shard.has(&place)).count(), 1, "{place:?}");
            }
        }
    }

    #[test]
    fn the_test_vectors_of_the_page_hold() {
        // printf %s photos/2026/a.jpg | sha256sum | cut -c 1-16, as a number, modulo 8, and 1 more.
        for (place, of_8, of_64, of_1000) in
            [("a", 3, 11, 251), ("photos/2026/a.jpg", 7, 63, 687), ("\u{e4}/\u{e9}", 5, 61, 965)]
        {
            let place = place.as_bytes();
            assert_eq!((number_of(place, 8), number_of(place, 64), number_of(place, 1000)), (of_8, of_64, of_1000));
        }
        assert_eq!(number_of(b"anything", 1), 1);
    }

    #[test]
    fn shards_have_about_the_same_number_of_files() {
        let mut found = [0_u32; 64];
        for number in 0..64_000 {
            found[number_of(format!("2026/{}/{number}.parquet", number % 31).as_bytes(), 64) as usize - 1] += 1;
        }
        assert!(found.iter().all(|count| (850..1150).contains(count)), "{found:?}");
    }

    #[test]
    fn a_file_goes_by_its_path_below_the_input_and_an_input_by_its_own_name() {
        for count in [2, 5, 97] {
            for shard in shards(count) {
                let same = |input: &str, file: &str, place: &str| {
                    assert_eq!(
                        shard.has_file(Path::new(input), Path::new(file)),
                        shard.has(place.as_bytes()),
                        "{file}"
                    );
                };
                same("tree", "tree/a/b", "a/b");
                same("tree/", "tree/a/b", "a/b");
                same(".", "./a", "a");
                same("/x/tree", "/x/tree/a", "a");
                same("dir/file", "dir/file", "dir/file");
                assert_eq!(shard.has_key("p/q/", "p/q/a/b"), shard.has(b"a/b"));
                assert_eq!(shard.has_key("", "a/b"), shard.has(b"a/b"));
            }
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for (number, count) in [(0, 8), (9, 8), (1, 0), (0, 0), (1, MOST_SHARDS + 1)] {
            assert!(Shard::new(number, count).is_err(), "{number}/{count}");
        }
    }
}
