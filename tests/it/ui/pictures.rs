//! Pictures of the whole window, drawn on the CPU.

use sockstep::lesson::Language;
use sockstep::session::{Demise, How, Look, Notice};

use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

const SMALL: [f32; 2] = [1280.0, 720.0];
const LARGE: [f32; 2] = [1920.0, 1080.0];

#[test]
#[ignore = "writes pictures to look at into SOCKSTEP_PICTURES"]
fn write_pictures_to_look_at() {
    use Language::{Chinese, English};
    use Look::{Dark, Light};
    let folder = std::env::var("SOCKSTEP_PICTURES").unwrap_or_else(|_| ".".to_owned());
    let only = std::env::var("SOCKSTEP_ONLY").unwrap_or_default();
    type Scene = (&'static str, fn() -> Story);
    let scenes: [Scene; 8] = [
        ("start", scenes::start),
        ("syn_ack", scenes::syn_ack_held),
        ("data", scenes::data_held),
        ("closing", scenes::closing),
        ("refused", scenes::refused),
        ("dropped", scenes::syn_dropped),
        ("asking", scenes::asking),
        ("gone", scenes::lab_gone),
    ];
    for (name, scene) in scenes {
        for (language, look, size) in [
            (Chinese, Light, SMALL),
            (English, Light, SMALL),
            (Chinese, Dark, SMALL),
            (English, Dark, LARGE),
            (Chinese, Light, LARGE),
        ] {
            let file = format!("{name}-{language:?}-{look:?}-{}.png", size[0]).to_lowercase();
            if !file.contains(&only) {
                continue;
            }
            let mut stage = Stage::new(scene(), language, look);
            if name == "gone" {
                let (how, words) = (How::Signal(9), String::new());
                stage.notice = Some(Notice::LabGone(Demise { how, words }));
            }
            let (mut harness, _) = harness(stage, size);
            let picture = harness.render().expect("the rasteriser draws everything");
            picture
                .save(format!("{folder}/{file}"))
                .expect("the folder exists");
        }
    }
}
