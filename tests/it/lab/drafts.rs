//! Edited programs and files of one's own, run by a real lab.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use sockstep::lesson::Language;
use sockstep::model::Activity;
use sockstep::session::{
    Command, Edit, FileRemark, Kept, Notice, Open, Overlay, Session, Setting, Trouble, Unreadable,
};
use sockstep::trace::WireKind;
use tempfile::tempdir;

use super::is_wire_there;
use super::play::binary;

struct Learner {
    session: Session,
    woken: Receiver<()>,
}

impl Learner {
    fn start(kept: Kept) -> Self {
        let (wake, woken) = bounded(1);
        let wake = Arc::new(move || {
            wake.try_send(()).ok();
        });
        let course = super::learner::handshake();
        let binary = binary().to_owned();
        let session = Session::start_again(WireKind::Held, binary, course, kept, None, wake);
        let mut learner = Self { session, woken };
        learner.wait_until("at rest", |session| session.state().is_at_rest);
        learner
    }

    fn new() -> Self {
        Self::start(Kept::nothing(Language::English))
    }

    fn wait_until(&mut self, what: &str, holds: impl Fn(&Session) -> bool) {
        while !holds(&self.session) {
            let woken = self.woken.recv_timeout(Duration::from_secs(20));
            assert!(woken.is_ok(), "never {what}");
            self.session.drain();
        }
    }

    fn edit(&mut self, text: &str) {
        let (program, text) = ("server".to_owned(), text.to_owned());
        self.session
            .update(Command::Edit(Edit::Text { program, text }));
    }

    fn restart(&mut self) {
        self.session.update(Command::Restart);
        self.wait_until("at rest again", |session| session.state().is_at_rest);
    }

    fn open(&mut self, files: &[(&str, &Path)]) {
        let files = files.iter();
        let files = files.map(|(program, path)| ((*program).to_owned(), path.to_path_buf()));
        self.session
            .update(Command::Open(Open::Files(files.collect())));
        self.wait_until("read", |session| {
            session.view().desk.opening.reading.is_empty()
        });
        self.wait_until("at rest again", |session| session.state().is_at_rest);
    }

    fn output(&self) -> String {
        self.session.state().programs["server"].output.to_string()
    }

    fn notice(&self) -> Option<FileRemark> {
        match self.session.view().notice {
            Some(Notice::Files(remark)) => Some(remark.clone()),
            Some(_) | None => None,
        }
    }
}

#[test]
fn an_edited_program_runs_at_the_next_restart_and_the_original_after_a_restore() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::new();
    let original = learner.session.state().programs["server"]
        .source
        .to_string();
    learner.edit("print('改好了')\n");
    assert_eq!(
        *learner.session.state().programs["server"].source,
        *original
    );
    learner.restart();
    assert_eq!(learner.output(), "改好了\n");
    let restore = Edit::Restore("server".to_owned());
    learner.session.update(Command::Edit(restore));
    assert_eq!(learner.output(), "改好了\n", "what runs goes on");
    learner.restart();
    assert_eq!(
        *learner.session.state().programs["server"].source,
        *original
    );
    assert_eq!(learner.output(), "");
}

/// What ran then runs again, whatever was edited since; and the edit is not lost.
#[test]
fn a_re_run_takes_what_ran_then_and_a_restart_what_is_written_now() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::new();
    learner.session.update(Command::Next);
    learner.wait_until("stepped", |session| {
        session.state().orders > 0 && session.state().is_at_rest
    });
    let original = learner.session.state().programs["server"]
        .source
        .to_string();
    learner.edit("print('new')\n");
    learner.session.update(Command::ReRun);
    learner.wait_until("re-run", |session| {
        session.view().rerun.is_none() && session.state().is_at_rest
    });
    assert_eq!(
        *learner.session.state().programs["server"].source,
        *original
    );
    learner.restart();
    assert_eq!(learner.output(), "new\n");
}

#[test]
fn a_syntax_error_is_shown_at_its_line_and_a_killed_lab_loses_no_edit() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::new();
    learner.edit("import socket\ns = socket.socket(\nx = 1\n");
    learner.restart();
    let server = &learner.session.state().programs["server"];
    match &server.activity {
        Activity::Ended {
            traceback: Some(traceback),
            line,
        } => {
            assert!(traceback.contains("SyntaxError"), "{traceback}");
            assert_eq!(*line, Some(2), "{traceback}");
        }
        other => panic!("{other:?}"),
    }
    let pid = learner.session.lab_pid().expect("it runs").to_string();
    let killed = std::process::Command::new("kill")
        .args(["-9", &pid])
        .status();
    assert!(killed.expect("kill is there").success());
    learner.wait_until("gone", |session| session.state().ended.is_some());
    learner.edit("print('after')\n");
    learner.restart();
    assert_eq!(learner.output(), "after\n");
}

#[test]
fn files_of_ones_own_become_the_programs_and_what_is_wrong_with_one_is_said() {
    if !is_wire_there() {
        return;
    }
    let folder = tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        path
    };
    let mine = file("mine.py", b"# coding: gbk\r\nprint('\xc4\xe3\xba\xc3')\r\n");
    let other = file("other.py", b"print('client')\n");
    let bad = file("bad.py", b"x = 1\nprint('\xc4\xe3')\n");
    let mut learner = Learner::new();
    learner.open(&[("server", &mine), ("client", &other)]);
    assert_eq!(learner.output(), "你好\n");
    let state = learner.session.state();
    assert_eq!(state.programs["client"].output.to_string(), "client\n");
    assert_eq!(state.programs["server"].file, "mine.py");
    assert!(matches!(learner.notice(), Some(FileRemark::Opened { .. })));
    let (line, coding) = (2, "utf-8".to_owned());
    let pairs = [
        (bad, Unreadable::NotInCoding { line, coding }),
        (
            folder.path().join("gone.py"),
            Unreadable::Trouble(Trouble::Gone),
        ),
        (
            folder.path().to_owned(),
            Unreadable::Trouble(Trouble::IsFolder),
        ),
    ];
    for (path, why) in pairs {
        learner.open(&[("server", &path)]);
        assert_eq!(learner.notice(), Some(FileRemark::Unreadable { path, why }));
        assert_eq!(learner.output(), "你好\n", "what runs goes on");
    }
}

#[test]
fn settings_and_edits_are_there_again_in_the_next_window() {
    if !is_wire_there() {
        return;
    }
    let folder = tempdir().expect("a folder");
    let load = || Kept::load(folder.path(), Language::English);
    let mut learner = Learner::start(load());
    let overlay = |learner: &Learner| learner.session.view().desk.overlay;
    assert_eq!(
        overlay(&learner),
        Some(Overlay::Tour(0)),
        "the window is new"
    );
    learner.session.update(Command::Set(Setting::Zoom(150)));
    learner.edit("print('kept')\n");
    drop(learner);
    let learner = Learner::start(load());
    assert_eq!(overlay(&learner), None);
    assert_eq!(learner.session.view().desk.settings.zoom, 150);
    assert_eq!(learner.output(), "kept\n");
    let edited = FileRemark::Edited(vec!["server".to_owned()]);
    assert_eq!(learner.notice(), Some(edited));
}

/// Dropping the session is what closing the window does.
#[test]
fn closing_saves_the_last_word_and_leaves_no_process_and_no_stray_file() {
    if !is_wire_there() {
        return;
    }
    let folder = tempdir().expect("a folder");
    let mut learner = Learner::start(Kept::load(folder.path(), Language::English));
    let lab = learner.session.lab_pid().expect("it runs");
    learner.edit("print('last word')\n");
    learner.session.update(Command::Restart);
    learner.session.update(Command::Set(Setting::Zoom(130)));
    drop(learner);
    let is_there = Path::new("/proc").join(lab.to_string()).exists();
    assert!(!is_there, "the lab is gone");
    let kept = Kept::load(folder.path(), Language::English);
    assert_eq!(kept.settings.zoom, 130);
    let drafts = &kept.drafts["handshake"]["server"];
    assert_eq!(drafts.text, "print('last word')\n");
    let mut names: Vec<String> = Vec::new();
    for place in [folder.path().to_owned(), folder.path().join("drafts")] {
        let entries = std::fs::read_dir(place).expect("a folder").flatten();
        names.extend(entries.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    }
    names.sort();
    assert_eq!(names, ["drafts", "handshake.json", "learner.json"]);
}
