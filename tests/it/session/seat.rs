//! A learner at a window without a window: a session, its folder, and a way to wait for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use sockstep::lesson::Language;
use sockstep::session::{Command, Course, Kept, Open, Session};
use sockstep::trace::WireKind;

use crate::lab::play::binary;

/// A run of lesson 4 that a real lab recorded.
const HANDSHAKE: &str = include_str!("../lessons/handshake.jsonl");

/// The same, with what else its header says.
pub fn handshake(more: &str) -> String {
    let begins = format!("\"sockstep\":1,\"started_us\":1795302033000000,{more}");
    HANDSHAKE.replacen("\"sockstep\":1,", &begins, 1)
}

pub struct Seat {
    pub session: Session,
    woken: Receiver<()>,
    pub folder: tempfile::TempDir,
}

impl Seat {
    /// Opened with this file, so that there is no lab.
    pub fn with(file: &str, text: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(file);
        std::fs::write(&path, text).expect("a file");
        let (wake, woken) = bounded(1);
        let wake = Arc::new(move || {
            wake.try_send(()).ok();
        });
        let mut course = Course::open(None).expect("what is built in is sound");
        assert!(course.turn_to("ports"));
        let mut kept = Kept::load(&folder.path().join("kept"), Language::English);
        kept.is_first = false;
        let runs = folder.path().join("runs");
        let binary = binary().to_owned();
        let session =
            Session::start_with_file(WireKind::Held, binary, course, kept, Some(runs), wake, path);
        let mut seat = Self {
            session,
            woken,
            folder,
        };
        seat.until_opened();
        seat
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn wait_until(&mut self, what: &str, holds: impl Fn(&Session) -> bool) {
        self.session.drain();
        while !holds(&self.session) {
            let woken = self.woken.recv_timeout(Duration::from_secs(20));
            assert!(woken.is_ok(), "never {what}");
            self.session.drain();
        }
    }

    /// No file is on its way any more.
    pub fn until_opened(&mut self) {
        self.wait_until("opened", |session| {
            session.view().desk.opening.under_way.is_none()
        });
    }

    pub fn open(&mut self, path: PathBuf) {
        let program = None;
        self.press(Command::Open(Open::File { path, program }));
        self.until_opened();
    }

    pub fn press(&mut self, command: Command) {
        self.session.update(command);
    }
}
