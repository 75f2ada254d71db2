//! Editing a program in its card: the keys of an editor, Chinese input, and what it asks for.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sockstep::session::{Command, Edit};
use sockstep::trace::ProgramSetup;

use super::controls::{SIZE, description, english};
use super::scenes;
use super::stage::{Stage, harness};
use super::story::{SERVER, Story};

/// As a keyboard without a Mac's Command key sends it.
const CTRL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};

/// A window whose edits are done, as a session does them.
struct Window {
    harness: Harness<'static>,
    stage: Rc<RefCell<Stage>>,
    /// What else was asked for.
    asked: Vec<Command>,
}

impl Window {
    fn on(story: Story) -> Self {
        let (harness, stage) = harness(english(story), SIZE);
        let asked = Vec::new();
        Self {
            harness,
            stage,
            asked,
        }
    }

    /// With the server's editor open.
    fn editing() -> Self {
        let mut window = Self::on(scenes::listening());
        window.harness.get_by_label("Edit program: Server").click();
        window.settle();
        window
    }

    fn settle(&mut self) {
        for _ in 0..3 {
            self.harness.run_steps(1);
            let mut stage = self.stage.borrow_mut();
            for command in stage.commands.split_off(0) {
                match command {
                    Command::Edit(edit) => stage.desk.drafts.edit(edit).expect("short"),
                    other => self.asked.push(other),
                }
            }
        }
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    fn types(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.settle();
    }

    fn ime(&mut self, event: ImeEvent) {
        self.harness.event(Event::Ime(event));
        self.settle();
    }

    fn text(&self) -> String {
        let stage = self.stage.borrow();
        stage
            .desk
            .drafts
            .text("server")
            .expect("a program")
            .to_owned()
    }

    /// To the very end of the text.
    fn go_to_end(&mut self) {
        self.press(CTRL, Key::End);
    }

    fn is_open(&self) -> bool {
        self.stage.borrow().desk.drafts.editing.is_some()
    }
}

fn preedit(text: &str) -> ImeEvent {
    ImeEvent::Preedit {
        text: text.to_owned(),
        active_range_chars: None,
    }
}

/// For the pictures: an editor that is open beside a program that runs edited.
pub fn put_on(name: &str, stage: &mut Stage) {
    if name == "editing" {
        let text = SERVER.replace("\"\", 8989", "\"\", 9090  # 换个端口");
        let program = "server".to_owned();
        let drafts = &mut stage.desk.drafts;
        drafts.edit(Edit::Text { program, text }).expect("short");
        let open = Edit::Show(Some("server".to_owned()));
        drafts.edit(open).expect("nothing long");
    }
}

#[test]
fn what_is_typed_is_a_draft_and_stage_keys_are_silent_meanwhile() {
    let mut window = Window::editing();
    window.go_to_end();
    window.types("print('R')");
    window.press(Modifiers::NONE, Key::R);
    window.press(Modifiers::NONE, Key::Space);
    assert_eq!(window.text(), format!("{SERVER}print('R')"));
    assert_eq!(window.asked, []);
}

#[test]
fn the_cursor_begins_at_the_line_the_program_stands_at() {
    let mut window = Window::editing();
    window.types("#");
    assert!(
        window.text().contains("\n#conn, addr = s.accept()"),
        "{}",
        window.text()
    );
}

#[test]
fn chinese_is_composed_and_only_what_was_chosen_is_an_edit() {
    let mut window = Window::editing();
    window.go_to_end();
    for text in ["n", "ni", "ni hao"] {
        window.ime(preedit(text));
    }
    assert_eq!(window.text(), SERVER, "half a word is no edit");
    // Enter chooses in the input method; Escape and Tab are its own as well.
    for key in [Key::Enter, Key::Tab, Key::Escape] {
        window.press(Modifiers::NONE, key);
    }
    window.ime(ImeEvent::Commit("你好".to_owned()));
    assert_eq!(window.text(), format!("{SERVER}你好"));
    assert!(window.is_open());
    window.press(Modifiers::NONE, Key::Enter);
    window.ime(preedit("x"));
    window.ime(preedit(""));
    assert_eq!(
        window.text(),
        format!("{SERVER}你好\n"),
        "a dismissed word leaves nothing"
    );
}

#[test]
fn tab_indents_shift_tab_outdents_and_enter_keeps_the_indent() {
    let mut window = Window::editing();
    window.go_to_end();
    window.types("while True:");
    window.press(Modifiers::NONE, Key::Enter);
    window.types("x = 1");
    window.press(Modifiers::NONE, Key::Tab);
    window.types("y");
    assert_eq!(window.text(), format!("{SERVER}while True:\n    x = 1   y"));
    window.press(Modifiers::SHIFT, Key::Tab);
    assert_eq!(window.text(), format!("{SERVER}while True:\nx = 1   y"));
    window.press(CTRL, Key::A);
    window.press(Modifiers::NONE, Key::Tab);
    assert!(
        window.text().starts_with("    import socket\n\n    s = "),
        "every line"
    );
    window.press(Modifiers::SHIFT, Key::Tab);
    assert!(window.text().starts_with("import socket\n\ns = "));
}

#[test]
fn undo_takes_typing_back_and_redo_brings_it_again() {
    let mut window = Window::editing();
    window.go_to_end();
    window.types("x");
    window.press(CTRL, Key::Z);
    assert_eq!(window.text(), SERVER);
    window.press(CTRL, Key::Y);
    assert_eq!(window.text(), format!("{SERVER}x"));
}

#[test]
fn ctrl_enter_runs_what_is_written_and_escape_leaves_and_keeps_it() {
    let mut window = Window::editing();
    window.go_to_end();
    window.types("x");
    window.press(CTRL, Key::Enter);
    assert_eq!(window.asked, [Command::Restart]);
    assert_eq!(
        window.text(),
        format!("{SERVER}x"),
        "no line break comes of it"
    );
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.is_open());
    assert_eq!(window.text(), format!("{SERVER}x"));
    window.press(Modifiers::NONE, Key::Space);
    assert_eq!(
        window.asked.len(),
        2,
        "the stage has its keys again: {:?}",
        window.asked
    );
}

#[test]
fn restore_brings_the_original_back_and_says_when_there_is_nothing_to_restore() {
    let mut window = Window::editing();
    let why = description(&window.harness, "Restore the original text");
    assert_eq!(why, "Nothing to restore: the text is as it came.");
    window.go_to_end();
    window.types("x");
    window
        .harness
        .get_by_label("Restore the original text")
        .click();
    window.settle();
    assert_eq!(window.text(), SERVER);
    let field = window.harness.get_by_label("Program text: Server");
    assert_eq!(field.value().as_deref(), Some(SERVER), "the field follows");
}

#[test]
fn a_change_that_does_not_run_yet_is_said_and_so_is_one_that_does() {
    let mut window = Window::editing();
    let changed = "Changed, not yet running.";
    let edited = "Edited: not the original text.";
    assert!(window.harness.query_by_label(changed).is_none());
    window.types("#");
    assert!(window.harness.query_by_label(changed).is_some());
    // The same text came from elsewhere: what runs is what is written.
    let original = ProgramSetup {
        name: "server".to_owned(),
        host: "server".to_owned(),
        file: "server.py".to_owned(),
        source: "other".to_owned(),
    };
    {
        let drafts = &mut window.stage.borrow_mut().desk.drafts;
        drafts.begin("handshake", &[original]);
        let (program, text) = ("server".to_owned(), SERVER.to_owned());
        drafts.edit(Edit::Text { program, text }).unwrap();
    }
    window.settle();
    assert!(window.harness.query_by_label(changed).is_none());
    assert!(window.harness.query_by_label(edited).is_some());
}

#[test]
fn the_key_edits_the_card_that_is_pointed_at_and_else_asks() {
    let mut window = Window::on(scenes::listening());
    let opener = window.harness.get_by_label("Edit program: Client").rect();
    window.harness.event(Event::PointerMoved(opener.center()));
    window.settle();
    window.press(Modifiers::NONE, Key::E);
    let editing = |window: &Window| window.stage.borrow().desk.drafts.editing.clone();
    assert_eq!(editing(&window).as_deref(), Some("client"));
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.event(Event::PointerGone);
    window.settle();
    window.press(Modifiers::NONE, Key::E);
    assert_eq!(editing(&window), None, "it asks which one");
    window.settle();
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(
        editing(&window).as_deref(),
        Some("server"),
        "the first has the focus"
    );
}

#[test]
fn a_recorded_run_cannot_be_edited_and_says_so() {
    let (mut harness, stage) = harness(english(scenes::listening()), SIZE);
    stage.borrow_mut().desk.drafts = Default::default();
    harness.run_steps(2);
    let why = description(&harness, "Edit program: Server");
    assert!(why.contains("open its lesson"), "{why}");
    harness.key_press(Key::E);
    harness.run_steps(2);
    assert!(matches!(&stage.borrow().commands[..], [Command::Explain(said)] if *said == why));
}

#[test]
fn no_text_makes_the_editor_fall_over() {
    // A tab through many frames, hostile texts: nothing panics.
    let mut window = Window::editing();
    for text in [
        "",
        "\n\n\n",
        "(\n",
        &"(".repeat(5_000),
        "\"\"\"",
        "\u{0}好\t",
        "x\r\ny",
    ] {
        let edit = Edit::Text {
            program: "server".to_owned(),
            text: text.to_owned(),
        };
        window.stage.borrow_mut().desk.drafts.edit(edit).unwrap();
        window.settle();
        for key in [Key::Tab, Key::Enter, Key::Backspace, Key::ArrowUp] {
            window.press(Modifiers::NONE, key);
            window.press(Modifiers::SHIFT, key);
        }
    }
}
