//! A capture in the window: its packets row by row, its conversations, the way to the stage.

pub mod fixture;
mod pictures;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use eframe::egui::{self, Event, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::capture::Capture;
use sockstep::lesson::Language;
use sockstep::session::{Course, Form, Kept, Look, Motion, Of, Session, Setting, Survey};
use sockstep::trace::WireKind;

use crate::soft::Soft;
use fixture::{long, many, various};

const SIZE: [f32; 2] = [1280.0, 720.0];
const LONGEST: Duration = Duration::from_secs(30);

/// A whole window over a session that has a capture and no lab.
pub struct Window {
    pub harness: Harness<'static>,
    session: Rc<RefCell<Session>>,
    woken: Receiver<()>,
}

impl Window {
    pub fn over(capture: Arc<Capture>) -> Self {
        Self::shown(capture, Language::English, Look::Light, SIZE)
    }

    pub fn shown(capture: Arc<Capture>, language: Language, look: Look, size: [f32; 2]) -> Self {
        let course = Course::open(None).expect("what is built in is sound");
        let mut kept = Kept::nothing(language);
        kept.settings.set(Setting::Motion(Motion::Reduced));
        kept.settings.set(Setting::Look(look));
        kept.is_first = false;
        let settings = kept.settings.clone();
        let (wake, woken) = bounded(1);
        let wake = Arc::new(move || {
            wake.try_send(()).ok();
        });
        // There is no such program: a capture needs none.
        let binary = PathBuf::from("/nowhere/sockstep");
        let mut session = Session::start_again(WireKind::Held, binary, course, kept, None, wake);
        session.drain();
        session.show_capture(PathBuf::from("/tmp/lunch break.pcap"), capture);
        let session = Rc::new(RefCell::new(session));
        let shared = Rc::clone(&session);
        let harness = Harness::builder()
            .with_size(size)
            .with_render_cursor(false)
            .renderer(Soft::default())
            .with_context_setup(move |ctx| sockstep::ui::prepare(ctx, &settings))
            .build_ui(move |ui| draw(ui, &shared));
        let mut window = Self {
            harness,
            session,
            woken,
        };
        window.settle();
        window
    }

    pub fn survey<R>(&self, read: impl FnOnce(&Survey) -> R) -> R {
        let session = self.session.borrow();
        let view = session.view();
        read(view.desk.survey.as_ref().expect("a capture is open"))
    }

    /// Until nothing is being made any more.
    pub fn settle(&mut self) {
        let until = Instant::now() + LONGEST;
        self.harness.run_steps(2);
        loop {
            self.session.borrow_mut().drain();
            let session = self.session.borrow();
            let survey = session.view().desk.survey.as_ref();
            if survey.is_none_or(|survey| survey.pending == Default::default()) {
                break;
            }
            drop(session);
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it is never made");
            self.woken.recv_timeout(left).ok();
        }
        self.harness.run_steps(4);
    }

    pub fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settle();
    }

    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.settle();
    }

    /// Without its harness's own steps: what a key typed means.
    pub fn write(&mut self, text: &str) {
        for letter in text.chars() {
            if let Some(key) = Key::from_name(&letter.to_string()) {
                self.harness.event(Event::Key {
                    key,
                    physical_key: None,
                    pressed: true,
                    repeat: false,
                    modifiers: egui::Modifiers::NONE,
                });
            }
            self.harness.event(Event::Text(letter.to_string()));
            self.settle();
        }
    }

    fn step(&self) -> usize {
        self.session.borrow().view().timeline.step()
    }

    fn selected(&self) -> Option<usize> {
        self.survey(|survey| survey.selected)
    }

    fn has(&self, part: &str) -> bool {
        self.harness
            .query_all_by_label_contains(part)
            .next()
            .is_some()
    }
}

fn draw(ui: &mut egui::Ui, session: &Rc<RefCell<Session>>) {
    let mut commands = Vec::new();
    // The harness leaves a margin; a window has none.
    let whole = ui.ctx().content_rect();
    let ui = &mut ui.new_child(egui::UiBuilder::new().max_rect(whole));
    ui.set_clip_rect(whole);
    sockstep::ui::stage_ui(ui, &session.borrow().view(), &mut commands);
    let mut session = session.borrow_mut();
    for command in commands {
        session.update(command);
    }
    session.drain();
}

#[test]
fn a_large_capture_opens_as_rows_and_keys_go_along_them() {
    let mut window = Window::over(many(3_300));
    assert_eq!(window.selected(), Some(0));
    assert!(window.has("Packet 1, 0.000000 s: SYN, 10.1.0.1:10000 → 10.0.0.2:80"));
    window.press(Key::ArrowDown);
    assert_eq!(window.selected(), Some(1));
    window.press(Key::End);
    assert_eq!(window.selected(), Some(3_299));
    assert!(window.has("Packet 3300, "));
    window.press(Key::PageUp);
    let page = 3_299 - window.selected().expect("one is selected");
    assert!((8..40).contains(&page), "{page}");
    window.press(Key::Home);
    assert_eq!(window.selected(), Some(0));
    // The transport's own keys do the same here.
    window.press(Key::Space);
    window.press(Key::ArrowRight);
    assert_eq!(window.selected(), Some(2));
    window.press(Key::ArrowLeft);
    assert_eq!(window.selected(), Some(1));
}

#[test]
fn a_packets_number_is_typed_anywhere_in_the_list() {
    let mut window = Window::over(many(3_300));
    window.write("42");
    assert_eq!(window.selected(), Some(41));
    window.press(Key::Enter);
    assert!(
        window.survey(|survey| survey.form == Form::List),
        "Enter ends the number only"
    );
    window.press(Key::ArrowDown);
    assert_eq!(window.selected(), Some(42));
    window.write("7");
    assert_eq!(window.selected(), Some(6), "a new number");
}

#[test]
fn enter_puts_the_packets_conversation_on_the_stage_and_backspace_comes_back() {
    let mut window = Window::over(many(3_300));
    window.write("15");
    window.press(Key::Enter);
    window.press(Key::Enter);
    assert!(window.survey(|survey| survey.form == Form::Stage && survey.of == Of::One(1)));
    assert_eq!(
        window.step(),
        4,
        "it was the fourth packet of its conversation"
    );
    window.press(Key::Backspace);
    assert!(window.survey(|survey| survey.form == Form::List && survey.of == Of::One(1)));
    assert_eq!(window.survey(Survey::len), 11);
    window.press(Key::Backspace);
    assert!(window.survey(|survey| survey.of == Of::All));
}

#[test]
fn the_inspector_takes_the_selected_packet_apart_with_relative_numbers() {
    let mut window = Window::over(many(3_300));
    window.write("4");
    window.press(Key::Enter);
    assert!(window.has("PSH") || window.has("data 120 B"), "its header");
    assert!(
        window.has("seq 1 ack 1"),
        "counted from each direction's first"
    );
}

#[test]
fn a_small_capture_opens_on_the_stage_and_every_packet_is_on_its_ladder() {
    let mut window = Window::over(fixture::one());
    assert!(window.survey(|survey| survey.form == Form::Stage));
    window.press(Key::End);
    assert!(window.has("FIN·ACK seq 1449 ack 121"));
    assert_eq!(window.step(), 11);
    window.press(Key::ArrowLeft);
    assert_eq!(window.step(), 10, "back by one packet");
    window.press(Key::Space);
    assert_eq!(window.step(), 11);
}

#[test]
fn conversations_are_found_and_put_in_order() {
    let mut window = Window::over(various());
    let order = |window: &Window| window.survey(|survey| survey.list.to_vec());
    assert_eq!(order(&window), [0, 1, 2, 3]);
    window.click("Sort by: Packets");
    assert_eq!(order(&window), [0, 1, 2, 3]);
    window.click("Sort by: Packets");
    assert_eq!(order(&window), [3, 2, 1, 0]);
    window.click("Sort by: Server");
    assert_eq!(order(&window), [0, 1, 2, 3]);
    window.press(Key::Escape);
    window.press(Key::Slash);
    window.write("udp");
    assert_eq!(order(&window), [3]);
    window.write(" 99");
    assert_eq!(order(&window), [0; 0]);
    assert!(window.has("No conversation fits “udp 99”."));
}

#[test]
fn conversations_say_how_they_began_and_ended() {
    let window = Window::over(various());
    for said in [
        "10.0.0.1:50070 → 10.0.0.2:80 · TCP · 11 packets · 3016 B · opened by SYN, closed by both · 1 sent again",
        "10.0.0.1:50070 → 10.0.0.3:443 · TCP · 2 packets · 0 B · opened by SYN, reset by the server",
        "192.168.131.10:40000 ↔ 192.168.131.62:8989",
        "under way before, still open when it ends",
        "[fd00::1]:51000 ↔ [fd00::2]:53 · UDP",
    ] {
        assert!(window.has(said), "{said}");
    }
}

#[test]
fn a_conversation_that_is_too_long_for_the_stage_is_listed_and_the_button_says_why() {
    let mut window = Window::over(long(20_001));
    assert!(window.survey(|survey| survey.form == Form::List));
    let label = "10.0.0.1:50070 → 10.0.0.2:80 · TCP · 20001 packets";
    window.harness.get_by_label_contains(label).click();
    window.settle();
    assert!(window.survey(|survey| survey.of == Of::One(0) && survey.form == Form::List));
    let button = window.harness.get_by_label("On the stage");
    let why = button.accesskit_node().description().unwrap_or_default();
    assert!(why.contains("20001 packets are too many"), "{why}");
}

#[test]
fn a_file_that_is_cut_short_says_where_and_what_is_shown_nevertheless() {
    let mut file = fixture::File::new();
    fixture::connection(&mut file, (fixture::CLIENT, fixture::SERVER));
    file.cut(10);
    let window = Window::over(file.read());
    assert!(window.has("The file is sound up to packet 11"));
    assert!(window.has("The 10 packets before it are shown."));
}

#[test]
fn the_last_of_many_rows_is_drawn_in_place_and_a_still_window_does_not_repaint() {
    let mut window = Window::over(many(1_000_000));
    let count = window.survey(Survey::len);
    window.press(Key::End);
    let place = |number: usize| {
        let label = format!("Packet {number}, ");
        let nodes = window.harness.query_all_by_label_contains(&label);
        // What is only read out stands nowhere.
        let mut rects = nodes.map(|node| node.rect());
        rects.find(|rect| rect.height() > 2.0).expect("in sight")
    };
    let (last, before) = (place(count), place(count - 1));
    assert_eq!(last.top() - before.top(), 22.0);
    assert_eq!(last.height(), 22.0);
    assert_eq!(last.top().fract(), before.top().fract(), "on the pixels");
    window.harness.run_steps(8);
    let delay = window.harness.output().viewport_output.values().next();
    let delay = delay.map(|viewport| viewport.repaint_delay);
    assert_eq!(delay, Some(Duration::MAX), "idle is idle");
}
