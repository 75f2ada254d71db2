//! The keyboard: every key of the help does what the help says, where the focus goes, and what
//! an overlay keeps to itself.

use eframe::egui::{Id, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lesson::Language;
use sockstep::session::{Command, Lens, Look, Numbers, Overlay, Setting};

use super::controls::{SIZE, english};
use super::looks::PROJECTOR;
use super::scenes;
use super::stage::{Stage, harness};

fn asked(stage: Stage, modifiers: Modifiers, key: Key) -> Vec<Command> {
    let (mut harness, stage) = harness(stage, SIZE);
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(2);
    stage.borrow_mut().commands.split_off(0)
}

fn start() -> Stage {
    english(scenes::start())
}

fn with(setting: Setting) -> Stage {
    let mut stage = start();
    stage.desk.settings.set(setting);
    stage
}

#[test]
fn each_key_of_the_window_asks_for_its_command() {
    let set = Command::Set;
    let cases = [
        (Key::N, set(Setting::Numbers(Numbers::Absolute))),
        (Key::V, set(Setting::Lens(Lens::Gbk))),
        (Key::T, set(Setting::Lesson(false))),
        (Key::I, set(Setting::Drawer(false))),
        (Key::F5, set(Setting::Presents(true))),
        (Key::Period, Command::Show(Some(Overlay::Black))),
        (Key::Questionmark, Command::Show(Some(Overlay::Keys))),
        (Key::F1, Command::Show(Some(Overlay::Keys))),
    ];
    for (key, command) in cases {
        assert_eq!(asked(start(), Modifiers::NONE, key), [command], "{key:?}");
    }
    let zooms = [
        (Key::Plus, 110),
        (Key::Equals, 110),
        (Key::Minus, 90),
        (Key::Num0, 100),
    ];
    for (key, percent) in zooms {
        let command = set(Setting::Zoom(percent));
        assert_eq!(asked(start(), Modifiers::CTRL, key), [command], "{key:?}");
    }
}

#[test]
fn zooming_stops_where_the_window_has_no_room_and_says_so() {
    let largest = asked(with(Setting::Zoom(150)), Modifiers::CTRL, Key::Plus);
    let why = "150 % is the most that fits into this window: make the window larger first";
    assert_eq!(largest, [Command::Explain(why.to_owned())]);
    let smallest = asked(with(Setting::Zoom(50)), Modifiers::CTRL, Key::Minus);
    let why = "It does not get any smaller";
    assert_eq!(smallest, [Command::Explain(why.to_owned())]);
}

#[test]
fn b_blacks_the_screen_for_a_class_and_re_runs_for_a_student() {
    let black = Command::Show(Some(Overlay::Black));
    let presenting = with(Setting::Presents(true));
    assert_eq!(asked(presenting, Modifiers::NONE, Key::B), [black]);
    let student = asked(english(scenes::past()), Modifiers::NONE, Key::B);
    assert_eq!(student, [Command::ReRun]);
}

#[test]
fn any_key_of_a_clicker_ends_the_black_screen_and_does_nothing_else() {
    for key in [Key::B, Key::Period, Key::PageDown, Key::Space, Key::Escape] {
        let mut stage = start();
        stage.desk.show(Some(Overlay::Black));
        assert_eq!(asked(stage, Modifiers::NONE, key), [Command::Show(None)]);
    }
}

#[test]
fn presenting_t_means_captions_and_f_the_spotlight_which_a_student_has_not() {
    let presenting = || with(Setting::Presents(true));
    let captions = Command::Set(Setting::Captions(false));
    assert_eq!(asked(presenting(), Modifiers::NONE, Key::T), [captions]);
    let spotlight = Command::Set(Setting::Spotlight(false));
    assert_eq!(asked(presenting(), Modifiers::NONE, Key::F), [spotlight]);
    let why = "The spotlight is for presenting: press F5 first".to_owned();
    let student = asked(start(), Modifiers::NONE, Key::F);
    assert_eq!(student, [Command::Explain(why)]);
}

#[test]
fn escape_takes_away_what_lies_on_top_first() {
    let mut stage = with(Setting::Presents(true));
    stage.notice = Some(sockstep::session::Notice::Explained("why".to_owned()));
    stage.desk.show(Some(Overlay::Keys));
    let (mut harness, stage) = harness(stage, SIZE);
    let mut asked = Vec::new();
    for _ in 0..3 {
        harness.key_press(Key::Escape);
        harness.run_steps(2);
        let mut stage = stage.borrow_mut();
        asked.append(&mut stage.commands);
        match asked.last() {
            Some(Command::Show(None)) => stage.desk.show(None),
            Some(Command::Dismiss) => stage.notice = None,
            _ => {}
        }
    }
    let leaves = Command::Set(Setting::Presents(false));
    assert_eq!(asked, [Command::Show(None), Command::Dismiss, leaves]);
}

#[test]
fn under_an_overlay_the_keys_of_the_stage_do_nothing_but_the_help_and_zoom_do() {
    let open = || {
        let mut stage = start();
        stage.desk.show(Some(Overlay::Keys));
        stage
    };
    for key in [Key::C, Key::S, Key::R, Key::D, Key::N, Key::PageDown] {
        assert_eq!(asked(open(), Modifiers::NONE, key), [], "{key:?}");
    }
    let closes = asked(open(), Modifiers::NONE, Key::Questionmark);
    assert_eq!(closes, [Command::Show(None)]);
    let zooms = asked(open(), Modifiers::CTRL, Key::Plus);
    assert_eq!(zooms, [Command::Set(Setting::Zoom(110))]);
}

fn focused(harness: &Harness<'_>) -> Option<Id> {
    harness.ctx.memory(|memory| memory.focused())
}

/// The name of what has the focus.
fn name(harness: &Harness<'_>) -> String {
    let root = harness.root();
    let node = root
        .children_recursive()
        .find(|node| node.accesskit_node().is_focused());
    let label = node.and_then(|node| node.accesskit_node().label());
    label.unwrap_or_default()
}

#[test]
fn an_overlay_keeps_the_focus_inside_and_gives_it_back() {
    let (mut harness, stage) = harness(start(), SIZE);
    harness.get_by_label("Step Server").focus();
    harness.run_steps(2);
    let before = focused(&harness);
    assert!(before.is_some());
    stage.borrow_mut().desk.show(Some(Overlay::Keys));
    harness.run_steps(3);
    assert_eq!(name(&harness), "Close", "the first control of the overlay");
    for _ in 0..6 {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        let name = name(&harness);
        assert!(
            ["Close", "Take the tour", ""].contains(&name.as_str()),
            "{name}"
        );
    }
    stage.borrow_mut().desk.show(None);
    harness.run_steps(3);
    assert_eq!(focused(&harness), before);
}

#[test]
fn f6_goes_from_pane_to_pane_in_reading_order_and_round() {
    let (mut harness, _) = harness(english(scenes::syn_ack_held()), SIZE);
    let mut centres = Vec::new();
    for _ in 0..8 {
        harness.key_press(Key::F6);
        harness.run_steps(2);
        let id = focused(&harness).expect("a pane has a control");
        let response = harness.ctx.read_response(id).expect("it was drawn");
        centres.push(response.rect.center());
    }
    let ladder = harness.get_by_label("Deliver SYN·ACK seq 0 ack 1").rect();
    let transport = harness.get_by_label("Next").rect();
    assert!(centres[0].y < 44.0, "the top bar comes first: {centres:?}");
    assert!(centres[1].x < 300.0, "then the lesson: {centres:?}");
    let is_ladder =
        |at: &&eframe::egui::Pos2| (at.x - ladder.center().x).abs() < 160.0 && at.y < 400.0;
    assert!(centres.iter().any(|at| is_ladder(&at)), "{centres:?}");
    let last = centres
        .iter()
        .position(|at| (at.y - transport.center().y).abs() < 30.0);
    let last = last.expect("the transport is reached");
    assert!(centres[last + 1].y < 44.0, "and round again: {centres:?}");
}

#[test]
fn tab_goes_from_the_top_bar_to_the_transport() {
    let (mut harness, _) = harness(english(scenes::syn_ack_held()), SIZE);
    let mut names = Vec::new();
    for _ in 0..60 {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        names.push(name(&harness));
    }
    let place = |label: &str| names.iter().position(|name| name == label);
    let order = [
        "Switch to Chinese (中文)",
        "the server's accept()",
        "Deliver SYN·ACK seq 0 ack 1",
        "Restart",
        "Next",
    ];
    let places: Vec<_> = order.iter().map(|label| place(label)).collect();
    assert!(places.iter().all(Option::is_some), "{places:?} {names:?}");
    assert!(places.is_sorted(), "{places:?} {names:?}");
}

#[test]
fn what_the_keyboard_is_on_has_a_ring_that_one_sees() {
    for look in [Look::Light, Look::Dark] {
        let stage = Stage::new(scenes::start(), Language::English, look);
        let (mut harness, _) = harness(stage, PROJECTOR);
        for label in [
            "Next",
            "Present to a class: full screen, larger, the lesson as captions (F5)",
        ] {
            let rect = harness.get_by_label(label).rect();
            let before = harness.render().expect("drawn");
            harness.get_by_label(label).focus();
            harness.run_steps(3);
            let after = harness.render().expect("drawn");
            // Just outside the button, in the middle of its upper edge.
            let at = (rect.center().x as u32, (rect.top() - 2.5) as u32);
            let [one, other] = [&before, &after].map(|picture| *picture.get_pixel(at.0, at.1));
            assert_ne!(one, other, "{label} {look:?}");
        }
    }
}
