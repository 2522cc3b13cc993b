//! What happens to files and programs around kenc while it works.

use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::process::Child;

use super::{assert_untouched, end_of, prepared, spawn, wait_until_it_has_an_output, with_mounts};
use crate::support::{Home, noise, stderr, text};

#[test]
fn a_full_disk_leaves_an_existing_output_as_it_was_and_nothing_beside_it() {
    let sandbox = prepared();
    let script = "
        mkdir full && mount -t tmpfs -o size=1m none full && echo old > full/out || exit 99
        check() { test \"$1\" = 1 && test \"$(ls -A full)\" = out && test \"$(cat full/out)\" = old || exit 1; }
        kenc encrypt -f plain -o full/out; check $?
        kenc encrypt -f -o full/out < plain; check $?
        cat plain | kenc encrypt -f -o full/out; check $?
        cat plain | kenc encrypt -a -f -o full/out; check $?
        kenc decrypt -f sealed -o full/out; check $?
        cat sealed | kenc decrypt -f -o full/out; check $?
        kenc encrypt plain -o full/new; check $?
        kenc decrypt sealed > full/redirected; test $? = 1 || exit 2
        cmp -n $(stat -c %s full/redirected) full/redirected plain || exit 3";
    let Some(mut command) = with_mounts(&sandbox, script) else { return };
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}{}", text(&output.stdout), stderr(&output));
    for line in stderr(&output).lines().filter(|line| line.contains("error:")) {
        assert!(line.ends_with("no space left on device"), "{line}");
    }
}

#[test]
fn a_limit_for_the_size_of_files_is_an_error_and_changes_nothing() {
    let sandbox = prepared();
    let limited = "ulimit -f 100; ";
    for script in [
        "kenc encrypt -f plain -o old",
        "cat plain | kenc encrypt -f -o old",
        "kenc decrypt -f sealed -o old",
        "cat sealed | kenc decrypt -f -o old",
    ] {
        let said = sandbox.fails(&format!("{limited}{script}"), 1);
        assert!(said.contains("file too large"), "{script}: {said}");
        assert!(said.contains("`ulimit -f` shows the limit"), "{script}: {said}");
        assert_untouched(&sandbox);
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_in_silence_as_it_ends_other_programs() {
    let sandbox = prepared();
    for script in ["kenc encrypt plain", "kenc decrypt sealed", "cat sealed | kenc decrypt", "kenc encrypt -a plain"] {
        let said = sandbox.fails(&format!("{script} | head -c 1 > /dev/null; exit ${{PIPESTATUS[-2]}}"), 141);
        assert_eq!(said, "", "{script}");
        assert_untouched(&sandbox);
    }
}

#[test]
fn an_input_that_becomes_shorter_while_it_is_read_is_an_error() {
    const LEN: u64 = 64 << 20;
    let sandbox = Home::with_key();
    let path = sandbox.file("log");
    for arguments in [&["encrypt", "log"][..], &["encrypt", "--threads", "1", "log"]] {
        std::fs::File::create(&path).unwrap().set_len(LEN).unwrap();
        let mut child = spawn(&mut sandbox.kenc(arguments));
        let mut output = child.stdout.take().unwrap();
        output.read_exact(&mut [0; 1]).unwrap();
        // No more than a few batches and what the pipe holds can have been read by now.
        std::fs::File::options().write(true).open(&path).unwrap().set_len(LEN / 2).unwrap();
        std::io::copy(&mut output, &mut std::io::sink()).unwrap();
        let (status, said) = end_of(child);
        assert_eq!(status.code(), Some(1), "{said}");
        let expected =
            format!("the input changed while it was read: it had {LEN} bytes at first and {} at the end", LEN / 2);
        assert!(said.contains(&expected), "{said}");
    }
}

#[test]
fn an_input_that_grows_while_it_is_read_is_taken_as_it_was() {
    const LEN: usize = 8 << 20;
    let sandbox = Home::with_key();
    let path = sandbox.write("log", noise(LEN));
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "log"]));
    let mut output = child.stdout.take().unwrap();
    let mut sealed = vec![0; 1];
    output.read_exact(&mut sealed).unwrap();
    std::fs::File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
    output.read_to_end(&mut sealed).unwrap();
    assert!(end_of(child).0.success());
    sandbox.write("sealed", sealed);
    sandbox.succeeds(&format!("kenc decrypt sealed | cmp - <(head -c {LEN} log)"));
}

#[test]
fn of_two_that_write_the_same_new_output_one_succeeds_and_the_other_says_that_it_exists() {
    let sandbox = Home::with_key();
    let [first, second] = [(); 2].map(|()| {
        let child = spawn(&mut sandbox.kenc(&["encrypt", "-o", "out"]));
        wait_until_it_has_an_output(&child);
        child
    });
    let finish = |mut child: Child, content: &[u8]| {
        child.stdin.take().unwrap().write_all(content).unwrap();
        end_of(child)
    };
    assert!(finish(second, b"second").0.success());
    let (status, said) = finish(first, b"first");
    assert_eq!(status.code(), Some(6));
    assert_eq!(said, "kenc: error: out already exists\nkenc: hint: use `-f` to replace it\n");
    assert_eq!(sandbox.succeeds("kenc decrypt out"), "second");
    assert_eq!(sandbox.names(), ["out"]);
}

#[test]
fn a_file_that_another_program_puts_at_the_place_of_a_new_output_is_kept() {
    let sandbox = Home::with_key();
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "-o", "out"]));
    wait_until_it_has_an_output(&child);
    sandbox.write("out", "other");
    drop(child.stdin.take());
    assert_eq!(end_of(child).0.code(), Some(6));
    assert_eq!(sandbox.read("out"), b"other");
    assert_eq!(sandbox.names(), ["out"]);
}

#[test]
fn a_folder_that_goes_away_meanwhile_is_an_error() {
    let sandbox = Home::with_key();
    std::fs::create_dir(sandbox.file("folder")).unwrap();
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "-o", "folder/out"]));
    wait_until_it_has_an_output(&child);
    std::fs::remove_dir(sandbox.file("folder")).unwrap();
    drop(child.stdin.take());
    let (status, said) = end_of(child);
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write folder/out: no such file or directory"), "{said}");
}

#[test]
fn an_output_appears_only_when_it_is_whole() {
    let sandbox = Home::with_key();
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "--sync", "-o", "out"]));
    wait_until_it_has_an_output(&child);
    let mut input = child.stdin.take().unwrap();
    input.write_all(&noise(1 << 20)).unwrap();
    assert!(sandbox.names().iter().all(|name| name != "out"));
    drop(input);
    assert!(end_of(child).0.success());
    let before = std::fs::metadata(sandbox.file("out")).unwrap().ino();
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "-f", "-o", "out"]));
    wait_until_it_has_an_output(&child);
    assert_eq!(std::fs::metadata(sandbox.file("out")).unwrap().ino(), before);
    drop(child.stdin.take());
    assert!(end_of(child).0.success());
    assert_ne!(std::fs::metadata(sandbox.file("out")).unwrap().ino(), before);
}

/// A reader or writer that panics after some bytes.
struct Panics(usize);

impl Panics {
    fn count(&mut self, bytes: usize) -> usize {
        self.0 = self.0.checked_sub(bytes).expect("this panic is a part of the test");
        bytes
    }
}

impl Read for Panics {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Ok(self.count(buffer.len()))
    }
}

impl Write for Panics {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        Ok(self.count(buffer.len()))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_panic_in_one_thread_ends_the_others_instead_of_leaving_them_waiting() {
    use kenc::context::EncryptionContext;
    use kenc::crypto::{Backend, DataKey, Suite};
    use kenc::formats::native::pipeline::{PayloadInput, PayloadOutput, Pipeline};
    use kenc::formats::native::{NewFile, Parameters};
    use kenc::keys::WrappedKey;

    let context = EncryptionContext::from_words(&["a=b"]).unwrap();
    let slot = WrappedKey { provider: "age".to_owned(), key_id: "x".to_owned(), ciphertext: vec![0; 200] };
    let parameters = Parameters { suite: Suite::Aes256Gcm, context };
    let NewFile { cipher, .. } =
        NewFile::new(parameters, vec![slot], &DataKey::generate(), Backend::default()).unwrap();
    let never = std::sync::atomic::AtomicBool::new(false);
    let pipeline = Pipeline { threads: 4, progress: &|_| (), cancelled: &never };
    let endless = || std::io::repeat(7);
    let in_reader = std::panic::AssertUnwindSafe(|| {
        pipeline
            .seal(&cipher, PayloadInput::Stream(&mut Panics(5 << 20)), PayloadOutput::Stream(&mut std::io::sink()))
            .is_ok()
    });
    assert!(std::panic::catch_unwind(in_reader).is_err());
    let in_writer = std::panic::AssertUnwindSafe(|| {
        pipeline
            .seal(&cipher, PayloadInput::Stream(&mut endless()), PayloadOutput::Stream(&mut Panics(5 << 20)))
            .is_ok()
    });
    assert!(std::panic::catch_unwind(in_writer).is_err());
}
