//! Pictures of a capture in the window, to look at: with `SOCKSTEP_PICTURES` set to a folder.

use std::sync::Arc;

use eframe::egui::Key;
use sockstep::capture::Capture;
use sockstep::lesson::Language::{Chinese, English};
use sockstep::session::Look::{Dark, Light};

use super::fixture::{File, SERVER, connection, many, one, various};
use super::{SIZE, Window};

type Arrange = fn(&mut Window);
type Make = fn() -> Arc<Capture>;

#[test]
fn every_sight_of_a_capture_can_be_drawn() {
    let folder = std::env::var("SOCKSTEP_PICTURES").ok();
    let cases: [(&str, Make, Arrange); 10] = [
        (
            "rows",
            || many(5_000),
            |window| {
                window.write("1234");
                window.press(Key::Enter);
            },
        ),
        ("rows_of_one", various, |window| {
            window.press(Key::Backspace);
            window.press(Key::Home);
            window.press(Key::Enter);
            window.press(Key::Backspace);
        }),
        ("stage", one, |window| window.press(Key::End)),
        ("stage_sockets", one, |window| {
            window.press(Key::End);
            window.press(Key::Num2);
        }),
        ("stage_states", one, |window| {
            window.press(Key::End);
            window.press(Key::Num3);
        }),
        ("stage_bytes", one, |window| {
            window.press(Key::End);
            window.press(Key::Num4);
        }),
        ("stage_graph", one, |window| {
            window.press(Key::End);
            window.press(Key::Num5);
        }),
        ("various", various, |_| {}),
        ("keys", various, |window| window.press(Key::F1)),
        ("cut", cut, |_| {}),
    ];
    let ways = [
        (English, Light),
        (Chinese, Light),
        (English, Dark),
        (Chinese, Dark),
    ];
    let only = std::env::var("SOCKSTEP_ONLY").unwrap_or_default();
    for (name, capture, arrange) in cases {
        if !name.contains(&only) {
            continue;
        }
        for (language, look) in ways {
            let mut window = Window::shown(capture(), language, look, SIZE);
            arrange(&mut window);
            let picture = window
                .harness
                .render()
                .expect("the rasteriser draws everything");
            if let Some(folder) = &folder {
                let file = format!("{folder}/capture-{name}-{language:?}-{look:?}.png");
                picture
                    .save(file.to_lowercase())
                    .expect("the folder exists");
            }
            if folder.is_none() {
                break; // one of each tells whether it panics
            }
        }
    }
}

fn cut() -> std::sync::Arc<sockstep::capture::Capture> {
    let mut file = File::new();
    for last in 1..40 {
        connection(&mut file, (([10, 0, 0, last], 50_000), SERVER));
    }
    file.cut(30);
    file.read()
}
