//! How long the parts of an upload are, so that one of unknown length reaches the longest object within the most parts.

/// Most parts of an object.
pub(super) const MOST_PARTS: u32 = 10_000;
/// Longest object, in bytes.
pub(super) const LONGEST_OBJECT: u64 = 5 << 40;
/// Length of the first parts, in bytes: S3 takes no shorter ones but the last.
pub(super) const FIRST: usize = 5 << 20;
/// So many parts have the same length; the next ones are longer by the same again.
const STEP: u32 = 500;
const MEBIBYTE: usize = 1 << 20;

/// Length of part `number`, from 1, in bytes.
///
/// The first 1 000 parts have 5 MiB: 5 GiB. Then each group of 500 parts is longer than the one before, by a factor that
/// reaches 5 TiB with the last of them.
pub(super) fn part_len(number: u32) -> usize {
    let group = (number.saturating_sub(1) / STEP).saturating_sub(1);
    // 5 MiB · (10/7)^group, in whole mebibytes.
    let mut len = FIRST;
    for _ in 0..group {
        len = (len / 7 * 10).next_multiple_of(MEBIBYTE);
    }
    len
}

/// How many parts of this length are kept in memory at the same time: the one that is filled, and those under way.
pub(super) fn parts_in_memory(len: usize) -> usize {
    const MEMORY: usize = 40 << 20;
    // The HTTP client copies what it sends.
    (MEMORY / (2 * len)).clamp(2, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_of_unknown_length_reaches_the_limit_of_s3_within_the_most_parts() {
        let mut total = 0_u64;
        for number in 1..=MOST_PARTS {
            let (len, before) = (part_len(number), part_len(number.saturating_sub(1)));
            assert!(len >= before && len <= 5 << 30, "{number}");
            total += len as u64;
        }
        assert!(total >= LONGEST_OBJECT, "{total}");
    }

    #[test]
    fn ordinary_objects_need_little_memory() {
        let mut total = 0_u64;
        for number in 1.. {
            total += part_len(number) as u64;
            if total >= 8 << 30 {
                break;
            }
            assert!(part_len(number) * parts_in_memory(part_len(number)) <= 40 << 20, "{number}");
        }
    }
}
