//! The panel *Save or share*: each format with what it is for, by mouse and by keyboard, and why
//! something is off.

use std::path::PathBuf;

use eframe::egui::Key;
use egui_kittest::kittest::Queryable;
use sockstep::export::Format;
use sockstep::session::{Command, FileRemark, Notice, Overlay, Share, Wireshark};

use super::controls::{SIZE, asked_by_click, description, english};
use super::stage::{Stage, harness};
use super::{rich, scenes};

/// The panel speaks of this.
fn panel(format: Option<Format>) -> Stage {
    let mut stage = english(scenes::closing());
    stage.desk.overlay = Some(Overlay::Save);
    stage.desk.sharing.chosen = format;
    stage
}

fn capture(seen_by: Option<&str>) -> Format {
    let seen_by = seen_by.map(str::to_owned);
    Format::Pcapng { seen_by }
}

/// A scene for the pictures.
pub fn put_on(name: &str, stage: &mut Stage) {
    if name == "sharing" {
        stage.desk.overlay = Some(Overlay::Save);
        let sharing = &mut stage.desk.sharing;
        sharing.chosen = Some(capture(None));
        sharing.wireshark = Wireshark::Missing;
        let path = PathBuf::from("/home/li/handshake-20261121-2340.pcapng");
        sharing.written = Some(path.clone());
        let bytes = 5_508;
        stage.notice = Some(Notice::Files(FileRemark::Shared { path, bytes }));
    }
}

fn chosen(format: Option<Format>) -> [Command; 1] {
    [Command::Share(Share::Choose(format))]
}

#[test]
fn each_format_is_chosen_by_its_button_with_the_keyboard_too() {
    let host = "client".to_owned();
    for (label, format) in [
        ("As what: Run", None),
        ("As what: Capture", Some(capture(None))),
        ("As what: Lab report", Some(Format::Html)),
        ("As what: Report as text", Some(Format::Markdown)),
        ("As what: Programs", Some(Format::Folder)),
        ("As what: packetdrill", Some(Format::Packetdrill { host })),
    ] {
        let expected = match &format {
            // The first host's name is the scene's business.
            Some(Format::Packetdrill { .. }) => None,
            _ => Some(chosen(format.clone())),
        };
        let asked = asked_by_click(panel(None), label);
        match expected {
            Some(expected) => assert_eq!(asked, expected, "{label}"),
            None => assert!(
                matches!(&asked[..], [Command::Share(Share::Choose(Some(f)))]
                    if matches!(f, Format::Packetdrill { .. })),
                "{asked:?}"
            ),
        }
        let (mut harness, stage) = harness(panel(None), SIZE);
        harness.get_by_label(label).focus();
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(2);
        assert_eq!(stage.borrow().commands, asked, "{label}");
    }
}

#[test]
fn whose_eyes_and_whose_end_are_chosen() {
    let stage = || panel(Some(capture(None)));
    let asked = asked_by_click(stage(), "Seen from: Client");
    assert_eq!(asked, chosen(Some(capture(Some("client")))));
    let host = "client".to_owned();
    let stage = panel(Some(Format::Packetdrill { host }));
    let asked = asked_by_click(stage, "Whose end the script plays: Server");
    let host = "server".to_owned();
    assert_eq!(asked, chosen(Some(Format::Packetdrill { host })));
}

#[test]
fn what_is_typed_is_where_it_goes_and_enter_is_enough() {
    let (mut harness, stage) = harness(panel(Some(Format::Html)), SIZE);
    harness.run_steps(2);
    harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::A);
    harness.event(eframe::egui::Event::Text("/tmp/report.html".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let expected = Command::Share(Share::To {
        format: Format::Html,
        path: PathBuf::from("/tmp/report.html"),
        has_asked: false,
    });
    assert_eq!(stage.borrow().commands, [expected]);
}

#[test]
fn wireshark_is_asked_for_where_it_is_and_else_the_button_says_what_to_install() {
    let with = |wireshark: Wireshark| {
        let mut stage = panel(Some(capture(Some("client"))));
        stage.desk.sharing.wireshark = wireshark;
        stage
    };
    let there = Wireshark::There(PathBuf::from("/usr/bin/wireshark"));
    let label = "Open in Wireshark";
    let asked = asked_by_click(with(there), label);
    let expected = Share::Wireshark(capture(Some("client")));
    assert_eq!(asked, [Command::Share(expected)]);
    for (wireshark, why) in [
        (Wireshark::Unknown, "is being looked for"),
        (Wireshark::Missing, "sudo apt install wireshark"),
    ] {
        let (mut harness, stage) = harness(with(wireshark), SIZE);
        let said = description(&harness, label);
        assert!(said.contains(why), "{said}");
        harness.get_by_label(label).click();
        harness.run_steps(2);
        assert_eq!(stage.borrow().commands, []);
    }
}

#[test]
fn what_is_off_says_why() {
    let save = "Save in this format to this path";
    let mut stage = english(rich::loopback());
    stage.desk.overlay = Some(Overlay::Save);
    stage.desk.sharing.chosen = Some(capture(None));
    let (harness, _) = self::harness(stage, SIZE);
    let why = description(&harness, save);
    assert!(why.starts_with("Nobody saw the segments"), "{why}");
    let mut stage = panel(Some(Format::Html));
    stage.desk.sharing.is_writing = true;
    let (harness, _) = self::harness(stage, SIZE);
    let why = description(&harness, save);
    assert_eq!(why, "It is being written: wait a moment.");
}

#[test]
fn what_was_written_can_be_opened() {
    let mut stage = panel(Some(Format::Html));
    stage.desk.sharing.written = Some(PathBuf::from("/tmp/report.html"));
    let asked = asked_by_click(stage, "Open /tmp/report.html");
    assert_eq!(asked, [Command::Share(Share::OpenWritten)]);
}
