//! The payload stays where it is, byte for byte, and only the header is written.

use super::*;

#[test]
fn the_payload_of_any_length_is_untouched_in_place_and_when_written_anew() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    // More keys than the table has room for.
    let others: Vec<String> = (0..6).map(|_| Home::new().keygen()).collect();
    let more: Vec<&str> = others.iter().flat_map(|recipient| ["--add", recipient]).collect();
    for len in [0, 1, 16_384, 70_000, 3 << 20] {
        let plaintext = noise(len);
        let file = home.encrypt(&["-k", &keys.first, "-c", "app=demo"], &plaintext);
        let path = home.write("x.kenc", &file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions can be set");
        let inode = || fs::metadata(&path).expect("it is there").ino();
        let before = inode();
        let check = |is_in_place: bool| {
            let changed = home.read("x.kenc");
            assert!(changed[header_len(&changed)..] == file[header_len(&file)..], "{len} bytes");
            assert_eq!(inode() == before, is_in_place, "{len} bytes");
            assert_eq!(fs::metadata(&path).expect("it is there").mode() & 0o777, 0o640);
            home.run(["decrypt", "x.kenc", "--identity", "second.txt", "-c", "app=demo"]).gives(&plaintext);
            home.run(["verify", "x.kenc", "--identity", "second.txt"]).ok();
        };
        home.run(["rewrap", "x.kenc", "--to", &keys.second]).ok();
        check(true);
        home.run([&["rewrap", "x.kenc", "--identity", "second.txt"], &more[..]].concat()).ok();
        check(false);
    }
    assert_eq!(home.names(), ["second.txt", "x.kenc"]);
}

/// Bytes that a program has read and written, counted by the kernel.
fn bytes_moved(child: &mut Child) -> Option<u64> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let pid = Pid::from_child(child);
    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).expect("a child can be waited for");
    let counted = fs::read_to_string(format!("/proc/{}/io", child.id())).ok();
    assert!(child.wait().expect("a child can be waited for").success());
    let counted = counted?;
    let of = |name: &str| counted.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
    Some(of("rchar:")? + of("wchar:")?)
}

#[test]
fn a_file_of_a_hundred_gibibytes_is_changed_by_moving_as_many_bytes_as_for_a_small_one() {
    const LEN: u64 = 100 << 30;
    const SAMPLE: usize = 64 << 10;
    let keys = TwoKeys::new();
    let home = &keys.home;
    let small = home.encrypt(&["-k", &keys.first], &[0; 1024]);
    let path = home.write("small.kenc", &small);
    let large_path = home.write("large.kenc", &small);
    let large = File::options().read(true).write(true).open(&large_path).expect("it can be opened");
    need!(large.set_len(LEN).map_err(|error| format!("no file of 100 GiB here: {error}")));
    // Markers in a sparse payload, which need not be authentic, because it is not read.
    let marks: Vec<u64> = (1..8).map(|eighth| LEN / 8 * eighth).chain([LEN - SAMPLE as u64]).collect();
    for &mark in &marks {
        large.write_all_at(&noise(SAMPLE), mark).expect("it can be written");
    }
    large.sync_all().expect("it can be synced");
    let blocks = large.metadata().expect("it is there").blocks();

    let mut moved = Vec::new();
    for path in [&path, &large_path] {
        let mut command = home.command();
        command.arg("rewrap").arg(path).args(["--to", &keys.second]).stdin(Stdio::null()).stdout(Stdio::null());
        moved.push(bytes_moved(&mut command.spawn().expect("it can be started")));
    }
    let (Some(small_moved), Some(large_moved)) = (moved[0], moved[1]) else {
        return crate::support::skip("the kernel does not count the bytes of programs");
    };
    assert!(large_moved < small_moved + 8192 && large_moved < 1 << 20, "{large_moved} bytes against {small_moved}");

    let metadata = large.metadata().expect("it is there");
    assert_eq!((metadata.len(), metadata.blocks()), (LEN, blocks));
    for &mark in &marks {
        let mut sample = vec![0; SAMPLE];
        large.read_exact_at(&mut sample, mark).expect("it can be read");
        assert!(sample == noise(SAMPLE), "at {mark}");
    }
    let mut start = vec![0; small.len()];
    large.read_exact_at(&mut start, 0).expect("it can be read");
    let length = header_len(&small);
    assert!(start[length..] == small[length..]);
    assert_eq!(key_ids(&start), [keys.second.as_str()]);
}

#[test]
fn a_damaged_or_differing_copy_is_mended_with_a_change_and_without_one() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    let old = home.encrypt(&["-k", &keys.first], PLAINTEXT);
    home.write("x.kenc", &old);
    home.run(["rewrap", "x.kenc", "--to", &keys.second]).ok();
    let new = home.read("x.kenc");
    let table = header_len(&old) - (header_len(&old) - 16 - 4) / 2;
    let with = |at: usize| {
        let mut file = old.clone();
        file[at] ^= 1;
        file
    };
    let interrupted = [&old[..table], &new[table..]].concat();
    for (file, key) in [(with(table - 40), "first"), (with(table + 9), "first"), (interrupted, "second")] {
        home.write("x.kenc", &file);
        home.run(["inspect", "x.kenc"]).ok();
        let text = home.run(["rewrap", "x.kenc"]).ok().stdout_text();
        assert!(text.starts_with("x.kenc: repaired: the"), "{text}");
        assert!(home.run(["inspect", "x.kenc"]).ok().stdout_text().contains("both copies whole"));
        assert_eq!(keys.opens_with("x.kenc", PLAINTEXT), key);

        home.write("x.kenc", &file);
        let identity = if key == "first" { "../home/.config/kenc/keys.txt" } else { "second.txt" };
        let other = if key == "first" { &keys.second } else { &keys.first };
        home.run(["rewrap", "x.kenc", "--to", other, "--identity", identity]).ok();
        assert!(home.run(["inspect", "x.kenc"]).ok().stdout_text().contains("both copies whole"));
        assert_eq!(key_ids(&home.read("x.kenc")), [other.as_str()]);
    }
}

#[test]
fn an_armored_file_stays_armored() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    let plaintext = noise(100_000);
    for command in ["rewrap", "rotate"] {
        home.write("x.asc", home.encrypt(&["-a"], &plaintext));
        home.run([command, "x.asc", "--to", &keys.second]).ok();
        assert!(home.read("x.asc").starts_with(b"-----BEGIN KENC FILE-----\n"));
        assert_eq!(keys.opens_with("x.asc", &plaintext), "second");
    }
}

#[test]
fn from_the_standard_input_to_the_standard_output_and_to_another_file() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    for plaintext in [noise(10), noise(1 << 20)] {
        let file = home.encrypt(&[], &plaintext);
        home.write("x.kenc", &file);
        for command in ["rewrap", "rotate"] {
            let output = home.run_with([command, "--to", &keys.second], &file).ok().stdout.clone();
            home.decrypt(&["--identity", "second.txt"], &output).gives(&plaintext);
            home.run([command, "x.kenc", "--to", &keys.second, "-f", "-o", "y.kenc"]).ok();
            assert_eq!(keys.opens_with("y.kenc", &plaintext), "second");
            assert!(home.read("x.kenc") == file);
        }
    }
}

#[test]
fn all_names_of_a_file_see_a_change_in_place_and_a_replacement_is_refused() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    home.write("x.kenc", home.encrypt(&[], PLAINTEXT));
    fs::hard_link(home.file("x.kenc"), home.file("other")).expect("a link can be made");
    std::os::unix::fs::symlink("x.kenc", home.file("link")).expect("a link can be made");
    home.run(["rewrap", "link", "--to", &keys.second]).ok();
    assert_eq!(keys.opens_with("other", PLAINTEXT), "second");
    assert!(fs::symlink_metadata(home.file("link")).expect("it is there").is_symlink());

    let before = home.read("x.kenc");
    let outcome = home.run(["rotate", "--yes", "x.kenc", "--identity", "second.txt"]);
    outcome.fails(FAILED).says("x.kenc has 2 hard links").hints("find -samefile x.kenc");
    assert!(home.read("x.kenc") == before);
    home.run(["rotate", "--yes", "-f", "x.kenc", "--identity", "second.txt"]).ok();
    assert!(home.read("other") == before);
    assert_eq!(keys.opens_with("link", PLAINTEXT), "second");
}

#[test]
fn changes_at_the_same_time_take_turns_and_none_is_lost() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    home.write("x.kenc", home.encrypt(&[], &noise(100_000)));
    let recipients: Vec<String> = (0..8)
        .map(|number| home.run(["keygen", "-o", &format!("{number}.txt")]).ok().stdout_text().trim().to_owned())
        .collect();
    let children: Vec<Child> = recipients
        .iter()
        .map(|recipient| {
            let mut command = home.command();
            command.args(["rewrap", "x.kenc", "--add", recipient]).stdin(Stdio::null()).stdout(Stdio::null());
            command.spawn().expect("it can be started")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("a child can be waited for").success());
    }
    let found: BTreeSet<String> = key_ids(&home.read("x.kenc")).into_iter().collect();
    assert_eq!(found, recipients.into_iter().chain([keys.first.clone()]).collect());
    home.run(["decrypt", "x.kenc"]).gives(&noise(100_000));
}

#[test]
fn in_a_folder_every_kenc_file_is_changed_and_nothing_else() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    fs::create_dir_all(home.file("tree/b/c")).expect("a folder can be made");
    let file = home.encrypt(&[], PLAINTEXT);
    for name in ["tree/b/c/deep", "tree/z.kenc", "tree/a.kenc"] {
        home.write(name, &file);
    }
    home.write("outside.kenc", &file);
    home.write("tree/notes.txt", "text");
    home.write("tree/empty", "");
    std::os::unix::fs::symlink("../outside.kenc", home.file("tree/link")).expect("a link can be made");
    home.run(["rewrap", "tree", "--to", &keys.second]).fails(FAILED).says("tree is a directory").hints("`-r`");
    let text = home.run(["rewrap", "-r", "tree", "--to", &keys.second]).ok().stdout_text();
    let names: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(": added")?.0)).collect();
    assert_eq!(names, ["tree/a.kenc", "tree/b/c/deep", "tree/z.kenc"]);
    assert!(home.read("outside.kenc") == file, "what a symbolic link names is not in the folder");
    assert_eq!(home.read("tree/notes.txt"), b"text");
    home.run(["rotate", "--yes", "-r", "tree", "--identity", "second.txt"]).ok();
    assert_eq!(keys.opens_with("tree/b/c/deep", PLAINTEXT), "second");
}
