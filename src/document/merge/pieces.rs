//! Aligns three versions of a sequence: the changes of two of them to the third, piece by piece.

use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use zeroize::Zeroizing;

/// Time limit for finding what two versions have in common.
const PATIENCE: Duration = Duration::from_secs(10);

/// A piece of a merged sequence.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum MergePiece {
    /// As our version has it, there.
    Ours(Range<usize>),
    /// As theirs has it, there.
    Theirs(Range<usize>),
    /// Both have changed it, differently.
    Both { base: Range<usize>, ours: Range<usize>, theirs: Range<usize> },
}

/// Cuts three sequences into pieces. Equal numbers stand for equal parts.
pub(super) fn pieces(base: &[usize], ours: &[usize], theirs: &[usize]) -> Vec<MergePiece> {
    let (in_ours, in_theirs) = (matches(base, ours), matches(base, theirs));
    let (mut b, mut o, mut t) = (0, 0, 0);
    let mut pieces = Vec::new();
    while b < base.len() || o < ours.len() || t < theirs.len() {
        let same = (b..base.len()).take_while(|at| {
            let ahead = at - b;
            in_ours[*at] == Some(o + ahead) && in_theirs[*at] == Some(t + ahead)
        });
        let same = same.count();
        if same > 0 {
            pieces.push(MergePiece::Ours(o..o + same));
            (b, o, t) = (b + same, o + same, t + same);
            continue;
        }
        let next = (b..base.len()).find_map(|at| Some((at, in_ours[at]?, in_theirs[at]?)));
        let (next_b, next_o, next_t) = next.unwrap_or((base.len(), ours.len(), theirs.len()));
        let [base_part, ours_part, theirs_part] = [&base[b..next_b], &ours[o..next_o], &theirs[t..next_t]];
        pieces.push(if theirs_part == base_part || ours_part == theirs_part {
            MergePiece::Ours(o..next_o)
        } else if ours_part == base_part {
            MergePiece::Theirs(t..next_t)
        } else {
            MergePiece::Both { base: b..next_b, ours: o..next_o, theirs: t..next_t }
        });
        (b, o, t) = (next_b, next_o, next_t);
    }
    pieces
}

/// Where each part of `old` is in `new`, if it is there still.
fn matches(old: &[usize], new: &[usize]) -> Vec<Option<usize>> {
    let mut found = vec![None; old.len()];
    // An alignment that was stopped early is right, only coarser: a crafted version cannot keep a merge busy for long.
    let deadline = Instant::now() + PATIENCE;
    for operation in capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(deadline)) {
        if let DiffOp::Equal { old_index, new_index, len } = operation {
            (0..len).for_each(|at| found[old_index + at] = Some(new_index + at));
        }
    }
    found
}

/// The line before our version of a conflicting piece.
pub(super) const OURS_MARK: &str = "<<<<<<< ours\n";

/// How a conflicting piece is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Disputed {
    /// If both have only added something, ours and then theirs; otherwise as [`Self::Ours`].
    Joined,
    /// Line by line if both have the same number of lines, and ours where both have changed one; otherwise ours.
    Ours,
    /// Both, between the conflict markers of git.
    Marked,
}

/// The merge of three texts by lines, and the number of conflicting pieces.
pub(super) fn merge_lines(base: &str, ours: &str, theirs: &str, disputed: Disputed) -> (Zeroizing<String>, usize) {
    let lines = [base, ours, theirs].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let mut numbers = HashMap::new();
    let [base_numbers, our_numbers, their_numbers] = lines.each_ref().map(|lines| {
        let number = |line: &&str| {
            let next = numbers.len();
            // The last line of a file compares equal with and without a line end.
            *numbers.entry(line.strip_suffix('\n').unwrap_or(line).to_owned()).or_insert(next)
        };
        lines.iter().map(number).collect::<Vec<_>>()
    });
    // The copies used to compare lines are as secret as the text.
    for line in numbers.into_keys() {
        drop(Zeroizing::new(line));
    }
    let [base, ours, theirs] = lines;
    // Room for everything at once: a buffer that grows leaves copies behind.
    let room = ours.iter().chain(&theirs).map(|line| line.len() + 1).sum::<usize>() + base.len() + 256;
    let (mut merged, mut count) = (Zeroizing::new(String::with_capacity(room)), 0);
    for piece in pieces(&base_numbers, &our_numbers, &their_numbers) {
        match piece {
            MergePiece::Ours(range) => put(&mut merged, &ours[range]),
            MergePiece::Theirs(range) => put(&mut merged, &theirs[range]),
            MergePiece::Both { base: of_base, ours: of_ours, theirs: of_theirs } => {
                count += 1;
                let (base, ours, theirs) = (&base[of_base], &ours[of_ours], &theirs[of_theirs]);
                match disputed {
                    Disputed::Joined if base.is_empty() => {
                        put(&mut merged, ours);
                        put(&mut merged, theirs);
                    }
                    Disputed::Joined | Disputed::Ours if base.len() == ours.len() && base.len() == theirs.len() => {
                        for ((base, ours), theirs) in base.iter().zip(ours).zip(theirs) {
                            put(&mut merged, &[if base == ours { *theirs } else { *ours }]);
                        }
                    }
                    Disputed::Joined | Disputed::Ours => put(&mut merged, ours),
                    Disputed::Marked => {
                        put(&mut merged, &[OURS_MARK]);
                        put(&mut merged, ours);
                        put(&mut merged, &["=======\n"]);
                        put(&mut merged, theirs);
                        put(&mut merged, &[">>>>>>> theirs\n"]);
                    }
                }
            }
        }
    }
    (merged, count)
}

/// Appends lines to others, the last of which may lack its line end.
fn put(merged: &mut String, lines: &[&str]) {
    for line in lines {
        if !merged.is_empty() && !merged.ends_with('\n') {
            merged.push('\n');
        }
        merged.push_str(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, ours: &str, theirs: &str, disputed: Disputed) -> (String, usize) {
        let lines = |text: &str| text.replace(' ', "\n") + "\n";
        let (text, count) = merge_lines(&lines(base), &lines(ours), &lines(theirs), disputed);
        (text.split_whitespace().collect::<Vec<_>>().join(" "), count)
    }

    #[test]
    fn changes_in_different_places_are_both_made() {
        let both = merged("a b c d e", "A b c d e", "a b c d E f", Disputed::Ours);
        assert_eq!(both, ("A b c d E f".to_owned(), 0));
        assert_eq!(merged("a b c d", "b c d", "a b c", Disputed::Ours), ("b c".to_owned(), 0));
        assert_eq!(merged("a b", "a x b", "a x b", Disputed::Ours), ("a x b".to_owned(), 0));
    }

    #[test]
    fn a_disputed_piece_becomes_what_was_asked_for() {
        for (disputed, wanted) in [
            (Disputed::Joined, "a x y b"),
            (Disputed::Ours, "a x b"),
            (Disputed::Marked, "a <<<<<<< ours x ======= y >>>>>>> theirs b"),
        ] {
            assert_eq!(merged("a b", "a x b", "a y b", disputed), (wanted.to_owned(), 1));
        }
        assert_eq!(merged("a b c", "A b c", "a B c", Disputed::Ours), ("A B c".to_owned(), 1));
        assert_eq!(merged("a b c", "A B c", "a X c", Disputed::Ours), ("A B c".to_owned(), 1));
    }

    #[test]
    fn the_end_of_a_file_without_a_newline_gets_one_when_lines_follow() {
        let (text, _) = merge_lines("a", "a\nb", "a\nc\n", Disputed::Joined);
        assert_eq!(text.as_str(), "a\nb\nc\n");
    }
}
