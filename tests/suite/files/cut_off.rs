//! A file of any format that lost its end is said to be cut off, and where it ends.

use serde_json::Value;

use crate::support::{Home, noise};

const NOT_AUTHENTIC: i32 = 3;

/// A format of whole files, and where its files can be cut.
struct Cuts {
    format: &'static str,
    more: &'static [&'static str],
    /// Bytes of a sealed chunk or frame that is not the last.
    unit: usize,
    /// Bytes behind the head before the first of them.
    before: usize,
    /// Whether `inspect` can tell it from the size, without a key, when this many bytes are left of the last chunk or frame.
    shows: fn(left: usize) -> bool,
}

const EVERY_FORMAT: [Cuts; 5] = [
    Cuts { format: "kenc", more: &[], unit: 16_400, before: 56, shows: |left| left < 16 },
    Cuts { format: "age", more: &[], unit: 65_552, before: 16, shows: |left| (1..=16).contains(&left) },
    Cuts { format: "aws-esdk", more: &[], unit: 65_568, before: 0, shows: |_| true },
    Cuts { format: "aws-esdk", more: &["--sign"], unit: 65_568, before: 0, shows: |_| true },
    Cuts { format: "aws-esdk", more: &["--frame-length", "1000"], unit: 1032, before: 0, shows: |_| true },
];

#[test]
fn a_file_of_every_format_that_lost_its_end_is_said_to_be_cut_off_and_where() {
    let home = Home::new();
    let age = home.keygen();
    home.write("aes", [7; 32]);
    let raw = format!("raw-aes:ns/name@{}", home.file("aes").display());
    home.write("plain", noise(150_000));
    for Cuts { format, more, unit, before, shows } in EVERY_FORMAT {
        let (key, with) = if format == "aws-esdk" { (&raw, vec!["-k", &raw]) } else { (&age, Vec::new()) };
        home.run(["encrypt", "--format", format, "-k", key, "-f", "-o", "whole", "plain"].iter().chain(more)).ok();
        let whole = home.read("whole");
        let described = home.run(["inspect", "--json", "whole"]).ok().stdout_text();
        let described: Value = serde_json::from_str(&described).expect("it is JSON");
        let head = usize::try_from(described["header"]["bytes"].as_u64().expect("a head has a length")).unwrap();
        let payload = head + before;
        let len = whole.len();
        // In the head; between two chunks; within the head of one, its bytes and its tag; and of the last one or the signature.
        let in_units = [0, 1, 7, unit - 1].map(|more| payload + unit + more);
        for cut in [head - 1, payload - 1, payload, payload + 5].into_iter().chain(in_units).chain([len - 20, len - 1])
        {
            let label = format!("{format} {more:?} of {len} bytes, cut to {cut}");
            home.write("cut", &whole[..cut]);
            let from_file = home.run(["verify", "cut"].iter().chain(&with));
            let from_stream = home.run_with(["verify"].iter().chain(&with), &whole[..cut]);
            let to_file = home.run(["decrypt", "cut", "-o", "opened"].iter().chain(&with));
            for outcome in [from_file, from_stream, to_file] {
                outcome.fails(NOT_AUTHENTIC).says("the file is cut off").hints("fetch it again or restore it");
                let place =
                    if cut < payload { "it ends within the ".to_owned() } else { format!("it ends at byte {cut}") };
                assert!(outcome.stderr.contains(&place), "{label}: {}", outcome.stderr);
            }
            assert!(!home.file("opened").exists(), "{label}");
            if cut >= payload && shows((cut - payload) % unit) {
                let told = home.run(["inspect", "cut"]).ok().stdout_text();
                assert!(told.contains("cut off"), "{label}: {told}");
            }
        }
    }
}
