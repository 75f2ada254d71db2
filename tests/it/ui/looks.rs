//! Presenting, the help, the menu, the notices: in every language, look and size they must bear.

use eframe::egui::epaint::TextShape;
use eframe::egui::{Key, Shape, ViewportCommand, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lab::{Refusal, Remedy};
use sockstep::lesson::Language;
use sockstep::session::{
    Command, Course, Demise, How, Kept, Lens, Look, Motion, Notice, Numbers, Overlay, Session,
    Setting, Sheet,
};
use sockstep::trace::WireKind;

use super::controls;
use super::pictures::SCENES;
use super::scenes;
use super::stage::{Stage, harness};

/// 1280×720 at 150 %.
pub const PROJECTOR: [f32; 2] = [853.0, 480.0];
/// The same at 100 %, while presenting.
const PRESENTED: [f32; 2] = [1024.0, 576.0];
const SMALL: [f32; 2] = [1280.0, 720.0];

type Case = (&'static str, fn(&mut Stage));

pub const CASES: [Case; 15] = [
    ("plain", |_| {}),
    ("presenting", |stage| set(stage, Setting::Presents(true))),
    ("uncaptioned", |stage| {
        set(stage, Setting::Presents(true));
        set(stage, Setting::Captions(false));
    }),
    ("keys", |stage| stage.desk.show(Some(Overlay::Keys))),
    ("sheet_lesson", |stage| {
        stage.desk.show(Some(Overlay::Sheet(Sheet::Lesson)));
    }),
    ("sheet_inspector", |stage| {
        stage.desk.show(Some(Overlay::Sheet(Sheet::Inspector)));
    }),
    ("put_away", |stage| {
        set(stage, Setting::Lesson(false));
        set(stage, Setting::Drawer(false));
    }),
    ("no_wire", |stage| stage.notice = Some(no_wire())),
    ("lab_gone", |stage| {
        let (how, words) = (How::Signal(9), String::new());
        stage.notice = Some(Notice::LabGone(Demise { how, words }));
    }),
    ("tour0", |stage| stage.desk.show(Some(Overlay::Tour(0)))),
    ("tour1", |stage| stage.desk.show(Some(Overlay::Tour(1)))),
    ("tour2", |stage| stage.desk.show(Some(Overlay::Tour(2)))),
    ("tour3", |stage| stage.desk.show(Some(Overlay::Tour(3)))),
    ("tour4", |stage| stage.desk.show(Some(Overlay::Tour(4)))),
    ("black", |stage| stage.desk.show(Some(Overlay::Black))),
];

fn set(stage: &mut Stage, setting: Setting) {
    stage.desk.settings.set(setting);
}

pub fn no_wire() -> Notice {
    Notice::NoWire(Refusal {
        refused: "user_namespace".to_owned(),
        why: "Operation not permitted (os error 1)".to_owned(),
        remedy: Remedy::AppArmorProfile,
    })
}

/// With `SOCKSTEP_PICTURES` set to a folder, pictures of all this to look at.
#[test]
fn every_case_can_be_drawn() {
    let folder = std::env::var("SOCKSTEP_PICTURES").ok();
    let only = std::env::var("SOCKSTEP_ONLY").unwrap_or_default();
    for (name, case) in CASES {
        for (language, look, size) in [
            (Language::Chinese, Look::Light, PROJECTOR),
            (Language::English, Look::Dark, PROJECTOR),
            (Language::English, Look::Light, PRESENTED),
            (Language::Chinese, Look::Dark, SMALL),
            (Language::English, Look::Light, SMALL),
        ] {
            let file = format!("looks-{name}-{language:?}-{look:?}-{}.png", size[0]);
            let file = file.to_lowercase();
            if folder.is_some() && !file.contains(&only) {
                continue;
            }
            let mut stage = Stage::new(scenes::syn_ack_held(), language, look);
            case(&mut stage);
            let (mut harness, _) = harness(stage, size);
            if let Some(folder) = &folder {
                let picture = harness.render().expect("the rasteriser draws everything");
                picture
                    .save(format!("{folder}/{file}"))
                    .expect("the folder is there");
            }
        }
    }
}

fn first_overlay(is_first: bool) -> Option<Overlay> {
    let mut kept = Kept::nothing(Language::English);
    kept.is_first = is_first;
    let course = Course::open(None).expect("it is built in");
    // There is no such program: the session says so and goes on.
    let binary = std::path::PathBuf::from("/nowhere/sockstep");
    let wake = std::sync::Arc::new(|| {});
    let session = Session::start_again(WireKind::Held, binary, course, kept, None, wake);
    session.view().desk.overlay
}

#[test]
fn only_somebodys_first_window_begins_with_the_tour() {
    assert_eq!(first_overlay(true), Some(Overlay::Tour(0)));
    assert_eq!(first_overlay(false), None);
}

#[test]
fn the_tour_is_walked_left_and_come_back_to_by_keys_and_buttons() {
    let tour = |stop| {
        let mut stage = controls::english(scenes::start());
        stage.desk.show(Some(Overlay::Tour(stop)));
        stage
    };
    let to = |stop| Command::Show(Some(Overlay::Tour(stop)));
    for (stop, key, command) in [
        (0, Key::Space, to(1)),
        (1, Key::ArrowRight, to(2)),
        (2, Key::ArrowLeft, to(1)),
        (4, Key::Space, Command::Show(None)),
        (1, Key::Escape, Command::Show(None)),
        (0, Key::C, Command::Step("client".to_owned())),
    ] {
        let asked = controls::asked_by_key(tour(stop), key);
        assert!(
            asked.iter().all(|each| *each == command),
            "{key:?}: {asked:?}"
        );
        assert!(!asked.is_empty(), "{key:?}");
    }
    let skipped = controls::asked_by_click(tour(0), "Skip");
    assert_eq!(skipped, [Command::Show(None)]);
    let mut help = controls::english(scenes::start());
    help.desk.show(Some(Overlay::Keys));
    assert_eq!(controls::asked_by_click(help, "Take the tour"), [to(0)]);
}

#[test]
fn the_notice_of_a_missing_wire_has_the_remedy_and_two_ways_on() {
    let stage = || {
        let mut stage = controls::english(scenes::start());
        stage.notice = Some(no_wire());
        stage
    };
    assert_eq!(
        controls::asked_by_click(stage(), "Try again"),
        [Command::Restart]
    );
    let goes_on = controls::asked_by_click(stage(), "Go on with loopback");
    assert_eq!(goes_on, [Command::Dismiss]);
    let (harness, _) = harness(stage(), PROJECTOR);
    harness.get_by_label_contains("Operation not permitted");
    harness.get_by_label_contains("/etc/apparmor.d/sockstep");
}

#[test]
fn each_control_of_the_top_bar_and_of_folded_panes_asks_for_its_command() {
    let set = Command::Set;
    let plain = || controls::english(scenes::start());
    let present = "Present to a class: full screen, larger, the lesson as captions (F5)";
    let contents = "Lesson: The three-way handshake. Open the contents (M)";
    for (label, command) in [
        (present, set(Setting::Presents(true))),
        (contents, Command::Show(Some(Overlay::Contents))),
        (
            "Every key, and the picture in words (?)",
            Command::Show(Some(Overlay::Keys)),
        ),
    ] {
        assert_eq!(
            controls::asked_by_click(plain(), label),
            [command],
            "{label}"
        );
    }
    let mut away = plain();
    set_all(&mut away, [Setting::Lesson(false), Setting::Drawer(false)]);
    let shown = controls::asked_by_click(away, "Show the inspector");
    assert_eq!(shown, [set(Setting::Drawer(true))]);
    let mut away = plain();
    set_all(&mut away, [Setting::Lesson(false), Setting::Drawer(false)]);
    let shown = controls::asked_by_click(away, "Show the lesson (T)");
    assert_eq!(shown, [set(Setting::Lesson(true))]);
    for (label, sheet) in [
        ("The whole lesson", Sheet::Lesson),
        ("Show the inspector", Sheet::Inspector),
    ] {
        let (mut harness, stage) = harness(plain(), PROJECTOR);
        harness.get_by_label(label).click();
        harness.run_steps(2);
        let asked = stage.borrow_mut().commands.split_off(0);
        assert_eq!(
            asked,
            [Command::Show(Some(Overlay::Sheet(sheet)))],
            "{label}"
        );
    }
}

fn set_all(stage: &mut Stage, settings: [Setting; 2]) {
    settings.into_iter().for_each(|setting| set(stage, setting));
}

#[test]
fn the_menu_sets_size_panes_numbers_bytes_and_motion() {
    let opener = "Size, panes, numbers, bytes, motion";
    for (label, setting) in [
        ("Larger", Setting::Zoom(110)),
        ("Smaller", Setting::Zoom(90)),
        ("Panes: Lesson", Setting::Lesson(false)),
        ("Panes: Inspector", Setting::Drawer(false)),
        (
            "Sequence numbers: Absolute",
            Setting::Numbers(Numbers::Absolute),
        ),
        ("Bytes as: GBK", Setting::Lens(Lens::Gbk)),
        ("Motion: All stands still", Setting::Motion(Motion::Reduced)),
    ] {
        let (mut harness, stage) = harness(controls::english(scenes::start()), [1280.0, 720.0]);
        harness.get_by_label(opener).click();
        harness.run_steps(3);
        harness.get_by_label(label).click();
        harness.run_steps(2);
        let asked = stage.borrow_mut().commands.split_off(0);
        assert_eq!(asked, [Command::Set(setting)], "{label}");
    }
    let mut largest = controls::english(scenes::start());
    set(&mut largest, Setting::Zoom(150));
    let (mut harness, _) = harness(largest, [1280.0, 720.0]);
    harness.get_by_label(opener).click();
    harness.run_steps(3);
    let why = "150 % is the most that fits into this window: make the window larger first";
    assert_eq!(controls::description(&harness, "Larger"), why);
}

#[test]
fn the_window_says_in_words_what_it_shows_in_every_scene() {
    for (name, scene) in SCENES {
        for language in [Language::English, Language::Chinese] {
            let mut stage = Stage::new(scene(), language, Look::Light);
            stage.desk.show(Some(Overlay::Keys));
            let (harness, _) = harness(stage, [1280.0, 720.0]);
            let (mode, gap) = match language {
                Language::English => (
                    ["Live, step", "Looking back at", "The lab is gone, after"],
                    "  ",
                ),
                Language::Chinese => (["实况，第", "正在回看：第", "实验已不在，停在"], " 。"),
            };
            let root = harness.root();
            let nodes = root.children_recursive();
            // A label's words are its value.
            let labels = nodes.filter_map(|node| {
                let node = node.accesskit_node();
                node.label().or_else(|| node.value())
            });
            let said: Vec<String> = labels
                .filter(|label| mode.iter().any(|mode| label.starts_with(mode)))
                .collect();
            // Once for readers, once in the help for everybody.
            let same = said.iter().filter(|each| said.first() == Some(each));
            assert_eq!(same.count(), 2, "{name} {language:?}: {said:?}");
            assert!(
                !said[0].contains(gap) && !said[0].contains(".."),
                "{}",
                said[0]
            );
            assert!(!said[0].contains("%{"), "{}", said[0]);
        }
    }
    let stage = controls::english(scenes::syn_ack_held());
    let (harness, _) = harness(stage, [1280.0, 720.0]);
    harness.get_by_label(
        "Live, step 9. Server is blocked in accept(); its host's sockets: LISTEN, SYN_RECV. \
         Client is blocked in connect(); its host's sockets: SYN_SENT. Held on the wire: SYN·ACK \
         from Server. Next: Delivers the oldest held segment: SYN·ACK.",
    );
}

#[test]
fn presenting_fills_the_screen_and_leaving_gives_it_back() {
    let (mut harness, stage) = harness(controls::english(scenes::start()), SMALL);
    for presents in [true, false] {
        set(&mut stage.borrow_mut(), Setting::Presents(presents));
        harness.step();
        let viewport = harness.output().viewport_output.values().next();
        let commands = &viewport.expect("one viewport").commands;
        let asked = commands.contains(&ViewportCommand::Fullscreen(presents));
        assert!(asked, "{presents}: {commands:?}");
        harness.run_steps(2);
    }
}

#[test]
fn zooming_makes_everything_larger_at_once() {
    let (mut harness, stage) = harness(controls::english(scenes::start()), SMALL);
    let mut settings = stage.borrow().desk.settings.clone();
    for (percent, factor) in [(150, 1.5), (80, 0.8), (100, 1.0)] {
        settings.set(Setting::Zoom(percent));
        harness.set_size(vec2(1280.0, 720.0) / harness.ctx.zoom_factor());
        harness.run_steps(2);
        sockstep::ui::prepare(&harness.ctx, &settings);
        harness.run_steps(2);
        let shown = harness.ctx.zoom_factor();
        assert!((shown - factor).abs() < 0.01, "{percent} %: {shown}");
    }
}

/// The bottoms of all painted texts that begin so.
fn bottoms(harness: &Harness<'_>, begins: &str) -> Vec<f32> {
    fn look(shape: &Shape, begins: &str, found: &mut Vec<f32>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| look(shape, begins, found)),
            Shape::Text(TextShape { pos, galley, .. }) if galley.text().starts_with(begins) => {
                found.push(pos.y + galley.size().y);
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for clipped in &harness.output().shapes {
        look(&clipped.shape, begins, &mut found);
    }
    found
}

#[test]
fn what_lies_below_an_overlay_is_not_explained_on_top_of_it() {
    let hint = {
        let (harness, _) = harness(controls::english(scenes::start()), SMALL);
        controls::description(&harness, "Restart")
    };
    for overlay in [Overlay::Tour(0), Overlay::Keys, Overlay::Open] {
        let (mut harness, stage) = harness(controls::english(scenes::start()), SMALL);
        harness.get_by_label("Restart").hover();
        harness.run_steps(6);
        assert_eq!(bottoms(&harness, &hint).len(), 1, "pointed at");
        stage.borrow_mut().desk.show(Some(overlay));
        harness.run_steps(4);
        assert!(bottoms(&harness, &hint).is_empty(), "{overlay:?}");
        // What is above everything else is explained again.
        stage.borrow_mut().desk.show(None);
        harness.run_steps(6);
        assert_eq!(bottoms(&harness, &hint).len(), 1, "{overlay:?} is gone");
    }
}

/// The rest of the height is the stage's.
#[test]
fn captions_are_as_tall_as_their_text() {
    for (language, begins) in [
        (Language::Chinese, "服务端内核已经"),
        (Language::English, "The server's kernel has put"),
    ] {
        for width in (850..1300).step_by(50) {
            let size = [width as f32, 600.0];
            let mut stage = Stage::new(scenes::syn_ack_held(), language, Look::Light);
            set(&mut stage, Setting::Presents(true));
            let (harness, _) = harness(stage, size);
            let bottom = bottoms(&harness, begins).into_iter().reduce(f32::max);
            let transport = 600.0 - 76.0;
            let below = transport - bottom.expect("the passage is shown");
            assert!(
                (4.0..16.0).contains(&below),
                "{size:?} {language:?}: {below}"
            );
        }
    }
}
