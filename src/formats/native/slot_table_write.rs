//! Changes the slot tables of a file in place, so that a failure at any moment leaves a file that opens. See
//! `kenc-format(5)`, "Changing the slots".

use std::fs::File;
use std::io;

use crate::error::{Error, Result};
use crate::formats::format::PlacedBytes;
use crate::formats::native::header::{Header, TableCopies};
use crate::formats::transfer::write_all;

/// A target for slot tables: a file, or a fake in a test.
pub trait TableStore {
    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// Errors of the system.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Syncs everything that was written to the disk.
    ///
    /// # Errors
    /// Errors of the system.
    fn sync(&mut self) -> io::Result<()>;
}

impl TableStore for &File {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        write_all(vec![io::IoSlice::new(bytes)], |slices, done| {
            crate::fs::positioned::write_vectored_at(self, slices, offset + done as u64)
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Overwrites the tables of `old`, the header as it was just read, with those of `new`.
///
/// # Errors
/// [`Error::Write`]: the file still opens, with the old keys or the new ones.
///
/// # Panics
/// As `new_tables`.
pub fn write_tables(store: &mut dyn TableStore, old: &Header, new: &Header) -> Result<()> {
    write_placed(store, &new_tables(old, new))
}

/// What overwrites the tables of `old` with those of `new`, in this order.
///
/// The copy that a reader uses is overwritten only after the other one is on the disk, intact and newer.
///
/// # Panics
/// If `new` does not fit in the place of `old`: it would reach into the payload, or a reader would prefer the old one.
pub(super) fn new_tables(old: &Header, new: &Header) -> Vec<PlacedBytes> {
    assert!(new.fits_in_place_of(old), "a header is changed in place only by the next one of the same length");
    let places = [old.in_use().other(), old.in_use()];
    places.map(|copy| PlacedBytes { offset: old.table_offset(copy), bytes: new.table_bytes() }).into()
}

/// What writes the copy that a reader uses over the other: nothing if both are whole and equal.
pub(super) fn mended_table(header: &Header) -> Vec<PlacedBytes> {
    if header.copies == TableCopies::Whole {
        return Vec::new();
    }
    vec![PlacedBytes { offset: header.table_offset(header.in_use().other()), bytes: header.table_bytes() }]
}

/// Writes the copy that a reader uses over the other, if that is damaged or differs. Returns whether it was.
///
/// # Errors
/// [`Error::Write`]: the copy in use is as it was.
pub fn mend_tables(store: &mut dyn TableStore, header: &Header) -> Result<bool> {
    let parts = mended_table(header);
    write_placed(store, &parts)?;
    Ok(!parts.is_empty())
}

/// Writes each part, and syncs it before the next one.
///
/// # Errors
/// [`Error::Write`]: parts before the one that failed are written.
pub fn write_placed(store: &mut dyn TableStore, parts: &[PlacedBytes]) -> Result<()> {
    for PlacedBytes { offset, bytes } in parts {
        store.write_at(bytes, *offset).and_then(|()| store.sync()).map_err(Error::Write)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::EncryptionContext;
    use crate::crypto::Suite;
    use crate::formats::native::Parameters;
    use crate::keys::WrappedKey;

    const SECTOR: usize = 512;
    const PAYLOAD: &[u8] = b"the payload, which no change of keys may touch";

    /// Records what is written, and in which order it is made sure of.
    #[derive(Default)]
    struct Recorded(Vec<Step>);

    enum Step {
        Write(Vec<u8>, usize),
        Sync,
    }

    impl TableStore for Recorded {
        fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
            self.0.push(Step::Write(bytes.to_vec(), usize::try_from(offset).unwrap()));
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            self.0.push(Step::Sync);
            Ok(())
        }
    }

    fn slot(name: &str, len: usize) -> WrappedKey {
        WrappedKey { provider: "age".to_owned(), key_id: name.to_owned(), ciphertext: vec![7; len] }
    }

    fn header(slots: Vec<WrappedKey>) -> Header {
        let context = EncryptionContext::from_words(&["app=demo"]).unwrap();
        Header::new(Parameters { suite: Suite::Aes256Gcm, context }, slots).unwrap()
    }

    fn file(header: &Header) -> Vec<u8> {
        [&header.to_bytes()[..], PAYLOAD].concat()
    }

    fn read(file: &[u8]) -> Header {
        let mut rest = file;
        let header = Header::read(&mut rest).unwrap_or_else(|error| panic!("a torn file: {error}"));
        assert_eq!(rest, PAYLOAD);
        header
    }

    /// Files as they are found, each with its old slots: whole, with either copy damaged, and with copies that differ.
    fn found_files() -> Vec<(&'static str, Vec<u8>)> {
        let first = header(vec![slot("old", 700), slot("older", 200)]);
        let newer = first.with_slots(vec![slot("old, but newer", 700)]).unwrap();
        let whole = file(&first);
        let second_table =
            usize::try_from(first.table_offset(crate::formats::native::header::TableCopy::Second)).unwrap();
        let mut first_damaged = whole.clone();
        first_damaged[second_table - 40] ^= 1;
        let mut second_damaged = whole.clone();
        second_damaged[second_table + 100] ^= 1;
        let mixed = |one: &Header, two: &Header| [&file(one)[..second_table], &file(two)[second_table..]].concat();
        vec![
            ("whole", whole),
            ("the first copy is damaged", first_damaged),
            ("the second copy is damaged", second_damaged),
            ("the first copy is newer", mixed(&newer, &first)),
            ("the second copy is newer", mixed(&first, &newer)),
        ]
    }

    /// The steps of a change, and the headers before and after it.
    fn change(found: &[u8], slots: Vec<WrappedKey>) -> (Vec<Step>, Header, Header) {
        let old = read(found);
        let new = old.with_slots(slots).unwrap();
        let mut recorded = Recorded::default();
        write_tables(&mut recorded, &old, &new).unwrap();
        (recorded.0, old, new)
    }

    fn assert_old_or_new(file: &[u8], old: &Header, new: &Header, when: &str) {
        let slots = read(file).table.slots;
        assert!(slots == old.table.slots || slots == new.table.slots, "{when}: neither the old keys nor the new ones");
    }

    #[test]
    fn a_stop_after_any_byte_leaves_a_file_with_the_old_keys_or_the_new_ones() {
        for (how, found) in found_files() {
            let (steps, old, new) = change(&found, vec![slot("new", 650)]);
            let mut disk = found.clone();
            for step in steps {
                let Step::Write(bytes, offset) = step else { continue };
                for (at, byte) in (offset..).zip(bytes) {
                    disk[at] = byte;
                    assert_old_or_new(&disk, &old, &new, how);
                }
            }
            let done = read(&disk);
            assert_eq!((&done.table, done.copies), (&new.table, TableCopies::Whole), "{how}");
        }
    }

    #[test]
    fn sectors_that_reach_the_disk_in_any_order_leave_a_file_with_the_old_keys_or_the_new_ones() {
        for (how, found) in found_files() {
            let (steps, old, new) = change(&found, vec![slot("new", 650)]);
            // What is on the disk for sure, and what the system holds and may write sector by sector in any order.
            let (mut disk, mut cache) = (found.clone(), found.clone());
            let mut states = 0;
            for step in steps {
                match step {
                    Step::Write(bytes, offset) => cache[offset..offset + bytes.len()].copy_from_slice(&bytes),
                    Step::Sync => {
                        let is_dirty = |sector: &usize| {
                            let range = sector * SECTOR..((sector + 1) * SECTOR).min(disk.len());
                            disk[range.clone()] != cache[range]
                        };
                        let dirty: Vec<usize> = (0..disk.len().div_ceil(SECTOR)).filter(is_dirty).collect();
                        // A prefix of some order is a subset, and every subset is a prefix of some order.
                        for subset in 0..1_u32 << dirty.len() {
                            let mut now = disk.clone();
                            for (_, sector) in dirty.iter().enumerate().filter(|(bit, _)| subset >> bit & 1 == 1) {
                                let range = sector * SECTOR..((sector + 1) * SECTOR).min(now.len());
                                now[range.clone()].copy_from_slice(&cache[range]);
                            }
                            assert_old_or_new(&now, &old, &new, how);
                            states += 1;
                        }
                        disk.clone_from(&cache);
                    }
                }
            }
            assert!(states > 8, "{how}: the tables were to have several sectors");
            assert_eq!(read(&disk).table, new.table, "{how}");
        }
    }

    #[test]
    fn when_it_is_done_no_table_has_the_old_wrapped_key() {
        for (how, found) in found_files() {
            let (steps, old, new) = change(&found, vec![slot("new", 650)]);
            let mut disk = found.clone();
            for step in steps {
                if let Step::Write(bytes, offset) = step {
                    disk[offset..offset + bytes.len()].copy_from_slice(&bytes);
                }
            }
            assert_eq!(disk, [&new.to_bytes()[..], PAYLOAD].concat(), "{how}");
            assert_eq!(new.table.generation, old.table.generation + 1, "{how}");
        }
    }

    #[test]
    fn every_write_is_made_sure_of_before_the_next_one_and_at_the_end() {
        let (steps, ..) = change(&found_files()[0].1, vec![slot("new", 650)]);
        let kinds: Vec<bool> = steps.iter().map(|step| matches!(step, Step::Sync)).collect();
        assert_eq!(kinds, [false, true, false, true]);
    }

    #[test]
    fn a_copy_that_is_damaged_or_differs_is_mended_and_the_one_in_use_is_not_touched() {
        for (how, found) in found_files() {
            let old = read(&found);
            let mut recorded = Recorded::default();
            assert_eq!(mend_tables(&mut recorded, &old).unwrap(), old.copies != TableCopies::Whole, "{how}");
            let mut disk = found.clone();
            for step in recorded.0 {
                if let Step::Write(bytes, offset) = step {
                    for (at, byte) in (offset..).zip(bytes) {
                        disk[at] = byte;
                        assert_eq!(read(&disk).table, old.table, "{how}");
                    }
                }
            }
            assert_eq!(disk, [&old.to_bytes()[..], PAYLOAD].concat(), "{how}");
        }
    }

    #[test]
    fn slots_that_do_not_fit_or_a_generation_that_cannot_grow_make_another_header() {
        let old = header(vec![slot("old", 100)]);
        let longer = old.with_slots(vec![slot("new", 2000)]).unwrap();
        assert!(longer.len() > old.len());
        assert_eq!(longer.table.generation, 1);
        let mut last = header(vec![slot("old", 100), slot("older", 300)]);
        last.table.generation = u32::MAX;
        let next = last.with_slots(vec![slot("new", 100)]).unwrap();
        assert_eq!(next.table.generation, 1);
        assert!(!next.fits_in_place_of(&last), "a reader would prefer the old one");
    }
}
