//! `sockstep check` and `sockstep new`: the course passes, and a broken lesson is told what is
//! wrong with it, where, and what happened instead.

mod broken;
mod cpython;
mod new;

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use tempfile::TempDir;

use crate::lab::is_wire_there;

/// In this project's folder, where `lessons` is.
fn sockstep(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("it starts")
}

fn said(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("UTF-8")
}

/// What was said when the whole course was checked, and where its runs are. Checked once for all
/// tests that want to know.
pub fn course_runs() -> (&'static Output, &'static Path) {
    static CHECKED: OnceLock<(Output, TempDir)> = OnceLock::new();
    let (output, runs) = CHECKED.get_or_init(|| {
        let runs = tempfile::tempdir().expect("a folder");
        let path = runs.path().to_str().expect("UTF-8");
        let started = Instant::now();
        let output = sockstep(&["check", "lessons", "--save", path]);
        // Not through println!, which a test that passes says nothing of.
        let took = started.elapsed();
        writeln!(io::stderr(), "the course was checked in {took:.1?}").ok();
        (output, runs)
    });
    (output, runs.path())
}

/// Whether `python3` is here. When it is not, that is said aloud, and is an error where it must be.
fn has_python3() -> bool {
    let is_here = Command::new("python3").arg("--version").output().is_ok();
    if !is_here {
        let is_ci = std::env::var("CI").is_ok();
        assert!(!is_ci, "python3 is missing, and CI must compare with it");
        eprintln!("SKIPPED: there is no python3 on this machine to compare with");
    }
    is_here
}

#[test]
fn every_lesson_try_and_quiz_of_the_course_holds_in_both_languages() {
    if !is_wire_there() {
        return;
    }
    let (output, _) = course_runs();
    let said = said(output);
    println!("{said}");
    assert!(output.status.success(), "\n{said}");
    // What a foreign lesson is only warned of, ours must not do either.
    assert!(said.ends_with("All is well.\n"), "\n{said}");
    let folders = fs::read_dir("lessons").expect("the course").flatten();
    let lessons = folders.filter(|entry| entry.path().is_dir()).count();
    assert!(said.contains(&format!("\n{lessons} lessons, ")), "\n{said}");
}

#[test]
fn the_course_that_is_built_in_is_checked_where_there_is_no_other() {
    if !is_wire_there() {
        return;
    }
    let nowhere = tempfile::tempdir().expect("a folder");
    let check = |folder: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_sockstep"))
            .args(["check", "--loopback"])
            .current_dir(folder)
            .output();
        output.expect("it starts")
    };
    let output = check(nowhere.path());
    assert!(said(&output).contains("04-handshake"), "{}", said(&output));
    // A folder of this name is taken to be one's own course.
    fs::create_dir(nowhere.path().join("lessons")).expect("a folder");
    let output = check(nowhere.path());
    assert!(!said(&output).contains("04-handshake"), "{}", said(&output));
    assert!(!output.status.success());
}

#[test]
fn a_lesson_alone_may_point_to_the_others_of_its_course() {
    if !is_wire_there() {
        return;
    }
    let course = tempfile::tempdir().expect("a folder");
    let path = course.path().to_str().expect("UTF-8");
    for name in ["first", "second"] {
        assert!(sockstep(&["new", name, "--in", path]).status.success());
    }
    let second = course.path().join("02-second");
    let check = |link: &str| {
        for file in ["en.md", "zh.md"] {
            let file = second.join(file);
            let text = fs::read_to_string(&file).expect("a lesson");
            let text = text.replace("\n# second\n", &format!("\n# second\n\n{link}\n"));
            fs::write(file, text).expect("a lesson");
        }
        sockstep(&["check", second.to_str().expect("UTF-8")])
    };
    let output = check("[before](lesson:first)");
    assert!(output.status.success(), "{}", said(&output));
    let output = check("[after](lesson:third)");
    let told = said(&output);
    assert!(told.contains("there is no lesson 'third'"), "{told}");
}

#[test]
fn a_program_whose_file_is_replaced_goes_on_with_what_it_is() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    for name in ["first", "second", "third"] {
        assert!(sockstep(&["new", name, "--in", path]).status.success());
    }
    let binary = folder.path().join("sockstep");
    fs::copy(env!("CARGO_BIN_EXE_sockstep"), &binary).expect("a copy");
    let mut check = Command::new(&binary)
        .args(["check", path, "-j", "1", "--lang", "en"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut told = BufReader::new(check.stdout.take().expect("it is piped"));
    let mut line = String::new();
    told.read_line(&mut line).expect("the first lesson's line");
    assert!(line.starts_with("ok "), "{line}");
    fs::remove_file(&binary).expect("it is there");
    fs::write(&binary, "another program").expect("a file");
    told.read_to_string(&mut line).expect("the rest");
    assert!(check.wait().expect("it ends").success(), "{line}");
    assert!(line.contains("3 lessons, 6 runs "), "{line}");
}
