//! Presenting, the help, the menu, the notices: in every language, look and size they must bear.

use sockstep::lab::{Refusal, Remedy};
use sockstep::lesson::Language;
use sockstep::session::{Demise, How, Look, Notice, Overlay, Setting, Sheet};

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
