//! How long the parts of an upload are, so that one of unknown length reaches the longest object within the most parts, and as late
//! as possible needs more than memory.

/// Most parts of an object.
pub(super) const MOST_PARTS: u32 = 10_000;
/// Longest object, in bytes.
pub(super) const LONGEST_OBJECT: u64 = 5 << 40;
/// Length of the first parts, in bytes: S3 takes no shorter ones but the last.
pub(super) const FIRST: u64 = 5 << 20;
/// Longest part that is kept in memory, in bytes.
pub(super) const LONGEST_IN_MEMORY: u64 = 10 << 20;
const MEBIBYTE: u64 = 1 << 20;
/// So many parts have the first length: 5 GiB.
const SHORT_PARTS: u32 = 1000;
/// So many are not too long for memory: 43 GiB.
const PARTS_IN_MEMORY: u32 = 5000;
/// So many of the others have the same length; the next ones are longer by a factor.
const STEP: u32 = 500;

/// Length of part `number`, from 1, in bytes.
pub(super) fn part_len(number: u32) -> u64 {
    if number <= SHORT_PARTS {
        return FIRST;
    }
    if number <= PARTS_IN_MEMORY {
        return LONGEST_IN_MEMORY;
    }
    // 24 MiB · 1.7^group, in whole mebibytes: 5 TiB are reached with the last group.
    let group = (number - PARTS_IN_MEMORY).div_ceil(STEP);
    (0..group).fold(24 * MEBIBYTE, |len, _| (len / 10 * 17).next_multiple_of(MEBIBYTE))
}

/// Length of every part of an object that will have about `len` bytes.
pub(super) fn part_len_of(len: u64) -> u64 {
    (len / u64::from(MOST_PARTS - 1)).max(FIRST).next_multiple_of(MEBIBYTE)
}

/// How many parts of this length are kept at the same time: the one that is filled, and those under way.
pub(super) fn parts_at_once(len: u64) -> usize {
    const MEMORY: u64 = super::memory::FOR_UPLOADS;
    usize::try_from(MEMORY / len).unwrap_or(4).clamp(2, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_of_unknown_length_reaches_the_limit_of_s3_within_the_most_parts() {
        let mut total = 0_u64;
        for number in 1..=MOST_PARTS {
            let (len, before) = (part_len(number), part_len(number.saturating_sub(1)));
            assert!(len >= before && len <= 5 << 30, "{number}: {len}");
            total += len;
        }
        assert!(total >= LONGEST_OBJECT, "{total}");
    }

    #[test]
    fn what_is_kept_in_memory_is_bounded_whatever_the_length() {
        let in_memory = |len: u64| if len <= LONGEST_IN_MEMORY { len * parts_at_once(len) as u64 } else { 0 };
        for number in 1..=MOST_PARTS {
            assert!(in_memory(part_len(number)) <= 20 << 20, "{number}");
        }
        for len in (0..48).map(|power| 1_u64 << power) {
            assert!(in_memory(part_len_of(len)) <= 20 << 20, "{len}");
            assert!(part_len_of(len) * u64::from(MOST_PARTS) >= len.min(LONGEST_OBJECT), "{len}");
        }
        // 43 GiB from a pipe need no disk.
        assert!((1..=PARTS_IN_MEMORY).map(part_len).sum::<u64>() > 43 << 30);
    }
}
