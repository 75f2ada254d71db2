//! `sockstep check` and `sockstep new`: the course passes, and a broken lesson is told what is
//! wrong with it, where, and what happened instead.

mod broken;
mod new;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

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

#[test]
fn every_lesson_try_and_quiz_of_the_course_holds_in_both_languages() {
    if !is_wire_there() {
        return;
    }
    let started = Instant::now();
    let output = sockstep(&["check", "lessons"]);
    let said = said(&output);
    println!("{said}the course was checked in {:.1?}", started.elapsed());
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
