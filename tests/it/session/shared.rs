//! What is on the stage for other programs: written beside the window, or shown in Wireshark.

use std::fs;
use std::path::{Path, PathBuf};

use sockstep::export::{Format, Product, Refusal, Source, export};
use sockstep::lesson::Language;
use sockstep::session::{Command, FileRemark, NotPut, Notice, Session, Share, Wireshark};

use super::seat::{Seat, handshake};

fn capture() -> Format {
    Format::Pcapng { seen_by: None }
}

/// Asks for it, and gives what is said when it is done.
fn shared(seat: &mut Seat, format: Format, path: &Path, has_asked: bool) -> FileRemark {
    let path = path.to_owned();
    seat.press(Command::Share(Share::To {
        format,
        path,
        has_asked,
    }));
    said(seat)
}

fn said(seat: &mut Seat) -> FileRemark {
    seat.wait_until("written", |session| !session.view().desk.sharing.is_writing);
    match seat.session.view().notice {
        Some(Notice::Files(remark)) => remark.clone(),
        other => panic!("{other:?}"),
    }
}

fn made(seat: &Seat, format: &Format) -> Vec<u8> {
    let source = Source {
        trace: seat.session.view().timeline.trace(),
        lesson: seat.session.view().lesson,
        language: Language::English,
    };
    match export(&source, format) {
        Ok(Product::File(bytes)) => bytes,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_format_is_written_whole_and_only_over_its_own_kind() {
    let mut seat = Seat::with("run.jsonl", handshake("\"lesson\":\"handshake\","));
    for (format, name, file) in [
        (capture(), "run", "run.pcapng"),
        (Format::Markdown, "report", "report.md"),
    ] {
        let (path, file) = (seat.path(name), seat.path(file));
        let expected = made(&seat, &format);
        for _ in 0..2 {
            let saved = FileRemark::Shared {
                path: file.clone(),
                bytes: expected.len(),
            };
            assert_eq!(shared(&mut seat, format.clone(), &path, false), saved);
            assert_eq!(fs::read(&file).unwrap(), expected);
            let written = seat.session.view().desk.sharing.written.clone();
            assert_eq!(written, Some(file.clone()));
        }
    }
    let thesis = seat.path("thesis.txt");
    fs::write(&thesis, "chapter one").unwrap();
    let said = shared(&mut seat, capture(), &thesis, false);
    let why = NotPut::AnotherKind;
    let path = thesis.clone();
    assert_eq!(said, FileRemark::NotSaved { path, why });
    assert_eq!(fs::read(&thesis).unwrap(), b"chapter one");
    assert_eq!(seat.session.view().desk.sharing.written, None);
    shared(&mut seat, capture(), &thesis, true);
    assert_eq!(fs::read(&thesis).unwrap(), made(&seat, &capture()));
}

#[test]
fn what_cannot_be_written_says_why() {
    let loopback = handshake("").replacen("\"wire\":\"held\"", "\"wire\":\"loopback\"", 1);
    let mut seat = Seat::with("run.jsonl", loopback);
    let path = seat.path("run.pcapng");
    let said = shared(&mut seat, capture(), &path, false);
    assert_eq!(said, FileRemark::NotExported(Refusal::NothingSeen));
    assert!(!path.exists());
    let format = Format::Markdown;
    let nowhere = seat.path("no").join("report.md");
    let said = shared(&mut seat, format, &nowhere, false);
    assert!(matches!(said, FileRemark::NotSaved { .. }), "{said:?}");
}

#[cfg(unix)]
#[test]
fn wireshark_is_found_and_started_with_a_capture_and_only_the_newest_of_those_are_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut seat = Seat::with("run.jsonl", handshake("\"lesson\":\"handshake\","));
    let programs = seat.path("programs");
    fs::create_dir(&programs).unwrap();
    let choose = || Command::Share(Share::Choose(Some(capture())));
    let looked = |session: &Session| session.view().desk.sharing.wireshark.clone();
    seat.session.look_for_programs_in(programs.clone().into());
    seat.press(choose());
    seat.wait_until("looked", |session| looked(session) == Wireshark::Missing);
    // One that is installed meanwhile is found. It says through a pipe what it was started with.
    let (program, pipe) = (programs.join("wireshark"), seat.path("pipe"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let script = format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", pipe.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    seat.press(choose());
    let there = Wireshark::There(program);
    seat.wait_until("found", |session| looked(session) == there);
    for n in 1..=12 {
        seat.press(Command::Share(Share::Wireshark(capture())));
        let FileRemark::ShownInWireshark(path) = said(&mut seat) else {
            panic!("{:?}", seat.session.view().notice);
        };
        let started_with = PathBuf::from(fs::read_to_string(&pipe).unwrap());
        assert_eq!(started_with, path, "{n}");
        assert_eq!(fs::read(&path).unwrap(), self::made(&seat, &capture()));
    }
    let shown = seat.path("kept").join("shared");
    assert_eq!(fs::read_dir(shown).unwrap().count(), 10);
}
