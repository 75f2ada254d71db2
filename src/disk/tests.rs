//! Tests of disk, on real files in a folder of their own.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::tempdir;

use super::*;

fn disk() -> Disk {
    Disk::start(Arc::new(|| {})).expect("a thread can start")
}

fn writes(bytes: &[u8]) -> Amend {
    let bytes = bytes.to_owned();
    Box::new(|_| Change::Write(bytes))
}

/// Asks, and waits for the next answer.
fn answer(disk: &Disk, job: Job) -> Done {
    assert!(disk.ask(job).is_ok(), "there is room");
    let answer = disk.answers().recv_timeout(Duration::from_secs(20));
    answer.expect("the disk answers")
}

fn names(folder: &Path) -> Vec<String> {
    list(folder, 100).expect("a folder")
}

#[cfg(unix)]
fn make_pipe(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).expect("a pipe");
}

#[test]
fn what_cannot_be_read_is_said_and_hangs_nobody() {
    let folder = tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("long"), [b'x'; 100]).unwrap();
    fs::create_dir(path("folder")).unwrap();
    let mut cases = vec![
        ("long", Ok(100), 100),
        ("long", Err(Trouble::TooLarge(99)), 99),
        ("folder", Err(Trouble::IsFolder), 100),
        ("nowhere", Err(Trouble::Gone), 100),
    ];
    #[cfg(unix)]
    {
        make_pipe(&path("pipe"));
        std::os::unix::fs::symlink("/dev/zero", path("device")).unwrap();
        std::os::unix::fs::symlink(path("nowhere"), path("dangling")).unwrap();
        cases.push(("pipe", Err(Trouble::NotPlain), 100));
        cases.push(("device", Err(Trouble::NotPlain), 100));
        cases.push(("dangling", Err(Trouble::Gone), 100));
    }
    let disk = disk();
    for (name, expected, most) in cases {
        let path = path(name);
        let Done::Read { bytes, .. } = answer(&disk, Job::Read { path, most }) else {
            panic!("it was asked to read");
        };
        assert_eq!(bytes.map(|bytes| bytes.len()), expected, "{name}");
    }
}

#[test]
fn a_folder_is_listed_up_to_a_limit() {
    let folder = tempdir().expect("a folder");
    for name in ["b", "a", "c"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let path = folder.path().to_owned();
    let disk = disk();
    let listed = |most| match answer(
        &disk,
        Job::List {
            path: path.clone(),
            most,
        },
    ) {
        Done::List { names, .. } => names,
        other => panic!("{other:?}"),
    };
    assert_eq!(listed(9), Ok(vec!["a".into(), "b".into(), "c".into()]));
    assert_eq!(listed(2).map(|names| names.len()), Ok(2));
}

/// Each version is all of one letter; whoever reads must never see two letters, nor half a file.
#[test]
fn who_reads_while_it_is_written_sees_one_version_and_all_of_it() {
    const BYTES: usize = 100_000;
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("learner.json");
    amend(&path, writes(&vec![b'a'; BYTES])).unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let writers = [b'b'..=b'm', b'n'..=b'z'].map(|letters| {
        let path = path.clone();
        let write = move || {
            for letter in letters {
                amend(&path, writes(&vec![letter; BYTES])).unwrap();
            }
        };
        Builder::new().name("writer".into()).spawn(write).unwrap()
    });
    let reader = {
        let (path, is_over) = (path.clone(), is_over.clone());
        let read = move || {
            let mut versions = 0;
            while !is_over.load(Ordering::Acquire) || versions == 0 {
                let bytes = read(&path, BYTES).expect("it is always there");
                assert_eq!(bytes.len(), BYTES);
                assert!(bytes.iter().all(|byte| *byte == bytes[0]), "torn");
                versions += 1;
            }
        };
        Builder::new().name("reader".into()).spawn(read).unwrap()
    };
    for writer in writers {
        writer.join().expect("it writes");
    }
    is_over.store(true, Ordering::Release);
    reader.join().expect("it never saw a torn one");
    assert_eq!(names(folder.path()), ["learner.json"], "nothing is left");
}

#[test]
fn no_change_of_two_windows_is_lost() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("list");
    let writers = [b'a', b'b'].map(|letter| {
        let path = path.clone();
        let write = move || {
            for _ in 0..40 {
                let add = |before: Option<&[u8]>| {
                    let mut bytes = before.unwrap_or_default().to_owned();
                    bytes.push(letter);
                    Change::Write(bytes)
                };
                amend(&path, add).unwrap();
            }
        };
        Builder::new().name("writer".into()).spawn(write).unwrap()
    });
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(fs::read(&path).unwrap().len(), 80);
}

#[test]
fn many_changes_in_a_row_are_one_write_and_the_last_one_counts() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("new").join("learner.json");
    let disk = disk();
    for text in ["a", "ab", "abc"] {
        let amend = writes(text.as_bytes());
        let path = path.clone();
        assert!(disk.ask(Job::Amend { path, amend }).is_ok());
    }
    let done = disk.answers().recv_timeout(Duration::from_secs(20));
    let expected = Done::Amended {
        path: path.clone(),
        asked: 3,
        kept: Ok(None),
    };
    assert_eq!(done, Ok(expected));
    assert_eq!(fs::read(&path).unwrap(), b"abc");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600, "a learner's own");
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }
}

#[test]
fn who_hangs_up_finds_everything_written() {
    let folder = tempdir().expect("a folder");
    let disk = disk();
    for n in 0..40 {
        let path = folder.path().join(format!("{n}.json"));
        let amend = writes(b"{}");
        assert!(disk.ask(Job::Amend { path, amend }).is_ok());
    }
    drop(disk);
    assert_eq!(names(folder.path()).len(), 40);
}

/// More answers than anybody has taken must not keep the thread from ending.
#[test]
fn answers_that_nobody_takes_hold_nothing_up() {
    let folder = tempdir().expect("a folder");
    let disk = disk();
    let mut asked = 0;
    while asked < 3 * ANSWERS {
        let path = folder.path().to_owned();
        asked += 1;
        if let Err(Busy(_)) = disk.ask(Job::Read { path, most: 1 }) {
            break;
        }
    }
    let before = Instant::now();
    drop(disk);
    assert!(before.elapsed() < PATIENCE, "it ended by itself");
}

#[test]
fn a_damaged_file_is_set_aside_under_the_next_free_name() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    for n in 1..=3 {
        fs::write(&path, format!("damaged {n}")).unwrap();
        let aside = amend(&path, |_| Change::Replace(b"{}".to_vec())).unwrap();
        let expected = folder.path().join(format!("x.json.damaged-{n}"));
        assert_eq!(aside.as_ref(), Some(&expected));
        assert_eq!(
            fs::read_to_string(expected).unwrap(),
            format!("damaged {n}")
        );
        assert_eq!(fs::read(&path).unwrap(), b"{}");
    }
    for _ in 0..20 {
        fs::write(&path, "again").unwrap();
        amend(&path, |_| Change::Replace(b"{}".to_vec())).unwrap();
    }
    assert!(names(folder.path()).len() <= 10, "they are bounded");
}

#[cfg(unix)]
#[test]
fn what_may_not_be_written_is_said_and_left_alone() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    make_pipe(&path);
    assert_eq!(amend(&path, writes(b"{}")), Err(Trouble::NotPlain));
    let path = folder.path().join("folder");
    fs::create_dir(&path).unwrap();
    assert_eq!(amend(&path, writes(b"{}")), Err(Trouble::IsFolder));
    // A folder that is a file, which holds for root too.
    fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().join("file").join("x.json");
    assert!(amend(&path, writes(b"{}")).is_err());
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_what_it_leads_to_is_written() {
    let folder = tempdir().expect("a folder");
    let (link, file) = (folder.path().join("link"), folder.path().join("file"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    amend(&link, writes(b"new")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
}

#[test]
fn what_a_killed_writer_left_is_gone_after_the_next_write() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    File::create(folder.path().join(".x.json.new")).unwrap();
    amend(&path, writes(b"{}")).unwrap();
    assert_eq!(names(folder.path()), ["x.json"]);
}
