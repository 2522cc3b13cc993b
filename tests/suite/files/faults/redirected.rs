//! Inputs and outputs that are redirected to files, pipes and devices.

use super::prepared;
use crate::support::{Home, noise};

#[test]
fn an_output_in_the_midst_of_a_redirection_follows_what_was_there_and_is_followed_by_what_comes() {
    let sandbox = prepared();
    let framed = [b"a\n", &sandbox.read("plain")[..], b"b\n"].concat();
    for input in
        ["kenc decrypt sealed", "kenc decrypt < sealed", "cat sealed | kenc decrypt", "kenc decrypt --range .. sealed"]
    {
        sandbox.succeeds(&format!("{{ echo a; {input}; echo b; }} > framed"));
        assert_eq!(sandbox.read("framed"), framed, "> {input}");
        sandbox.succeeds(&format!("echo a > framed; {{ {input}; echo b; }} >> framed"));
        assert_eq!(sandbox.read("framed"), framed, ">> {input}");
        sandbox.succeeds(&format!("printf 'a\\nlonger' > framed; {{ echo a; {input}; echo b; }} 1<> framed"));
        assert_eq!(sandbox.read("framed"), framed, "1<> {input}");
    }
    sandbox.succeeds("{ echo a; kenc encrypt plain; } > framed; tail -c +3 framed | kenc decrypt | cmp - plain");
    sandbox.succeeds("{ echo a; kenc encrypt -a < plain; } > framed; tail -c +3 framed | kenc decrypt | cmp - plain");
    sandbox.succeeds("echo a > framed; kenc encrypt < plain >> framed; tail -c +3 framed | kenc decrypt | cmp - plain");
}

#[test]
fn an_output_over_the_beginning_of_a_longer_file_leaves_the_rest_of_it() {
    let sandbox = Home::with_key();
    sandbox.succeeds(
        "echo short | kenc encrypt -o sealed; printf 'a longer text\\n' > file; kenc decrypt sealed 1<> file",
    );
    assert_eq!(sandbox.read("file"), b"short\ner text\n");
}

#[test]
fn an_input_from_the_midst_of_a_file_begins_there() {
    let sandbox = Home::with_key();
    for len in [100, 100_000, 3_000_000] {
        sandbox.write("plain", noise(len));
        sandbox.succeeds(
            "{ head -c 10 > /dev/null; kenc encrypt; } < plain > sealed
            kenc decrypt sealed | cmp - <(tail -c +11 plain) || exit 1
            { head -c 10 plain; kenc encrypt -c a=b < plain; } > behind
            { head -c 10 > /dev/null; kenc decrypt; } < behind | cmp - plain || exit 2
            { head -c 10 > /dev/null; kenc decrypt -o opened; } < behind && cmp opened plain || exit 3
            { head -c 10 > /dev/null; kenc decrypt --range 20..90; } < behind | cmp - <(tail -c +21 plain | head -c 70) || exit 4
            { head -c 10 > /dev/null; kenc inspect | grep -q 'a = b'; } < behind || exit 5
            { head -c 10 > /dev/null; kenc verify -q; } < behind || exit 6
            rm opened",
        );
    }
}

#[test]
fn inputs_that_are_no_files_are_read_to_their_end() {
    let sandbox = prepared();
    sandbox.succeeds("kenc encrypt /proc/version | kenc decrypt | cmp - /proc/version");
    sandbox.succeeds("kenc encrypt /proc/cpuinfo | kenc decrypt | grep -q processor");
    sandbox.succeeds("mkfifo pipe; cat plain > pipe & kenc encrypt pipe | kenc decrypt | cmp - plain; wait");
    sandbox.succeeds("cat plain > pipe & kenc encrypt pipe -o from-pipe; wait; kenc decrypt from-pipe | cmp - plain");
    sandbox.succeeds(
        "mkdir folder; cat plain > pipe & kenc encrypt old pipe -o folder; kenc decrypt folder/pipe.kenc | cmp - plain",
    );
    sandbox.succeeds("kenc encrypt /dev/stdin < plain | kenc decrypt /dev/stdin | cmp - plain");
    sandbox.succeeds("cat plain | kenc encrypt - | kenc decrypt - | cmp - plain");
    sandbox.succeeds("kenc encrypt <(cat plain) | kenc decrypt | cmp - plain");
    sandbox.succeeds("cat pipe > to-pipe & kenc decrypt sealed -o pipe; wait; cmp to-pipe plain");
}

#[test]
fn of_a_damaged_file_exactly_what_is_authentic_reaches_a_redirected_output() {
    let sandbox = prepared();
    let plain = sandbox.read("plain");
    let header = sandbox.read("sealed").len() - plain.len();
    for position in [40_000, 1_500_000, 2_900_000] {
        let mut damaged = sandbox.read("sealed");
        damaged[header + position] ^= 1;
        sandbox.write("damaged", damaged);
        for input in [
            "kenc decrypt damaged",
            "kenc decrypt --threads 1 damaged",
            "kenc decrypt --threads 8 < damaged",
            "cat damaged | kenc decrypt",
        ] {
            let said = sandbox.fails(&format!("{input} > prefix"), 3);
            let prefix = sandbox.read("prefix");
            assert!(
                plain.starts_with(&prefix) && prefix.len() + 17_000 > position && prefix.len().is_multiple_of(16_384)
            );
            assert!(said.contains(&format!("the first {} bytes were authentic", prefix.len())), "{said}");
            sandbox.succeeds(&format!("{{ echo a; {input}; echo b; }} > framed 2> /dev/null"));
            assert_eq!(sandbox.read("framed"), [b"a\n", &prefix[..], b"b\n"].concat(), "{input}");
            sandbox.fails(&format!("{input} -f -o old"), 3);
            assert_eq!(sandbox.read("old"), b"old");
        }
    }
}
