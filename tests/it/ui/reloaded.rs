//! What the window says of a lesson that was edited while it was open.

use eframe::egui::Key;
use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::{Command, Look, Notice, Reloaded};

use super::legible::faults_of;
use super::scenes;
use super::stage::{Stage, harness};

const SIZE: [f32; 2] = [1280.0, 720.0];
const PROBLEM: &str =
    "lessons/04-handshake/zh.md:61: unknown trigger word 'lissens'; write 'server listens'";

fn stage(language: Language, reloaded: Reloaded) -> Stage {
    let mut stage = Stage::new(scenes::syn_ack_held(), language, Look::Light);
    stage.notice = Some(Notice::Reloaded(reloaded));
    stage
}

#[test]
fn another_run_than_the_lesson_tells_of_can_be_begun_anew_by_button_and_key() {
    for (language, restart) in [
        (Language::English, "Restart the lab"),
        (Language::Chinese, "重新开始实验"),
    ] {
        let (mut harness, stage) = harness(stage(language, Reloaded::OtherRun), SIZE);
        assert_eq!(faults_of(&harness, 2), [""; 0]);
        harness.get_by_label(restart).click();
        harness.run_steps(2);
        harness.key_press(Key::R);
        harness.run_steps(2);
        assert_eq!(
            stage.borrow().commands,
            [Command::Restart, Command::Restart]
        );
        save(&mut harness, "other-run", language);
    }
}

#[test]
fn a_broken_edit_is_told_with_its_place_and_can_be_put_away() {
    for (language, said) in [
        (Language::English, "so the text from before stays"),
        (Language::Chinese, "先保留改动前的课文"),
    ] {
        let broken = Reloaded::Broken(PROBLEM.to_owned());
        let (mut harness, stage) = harness(stage(language, broken), SIZE);
        assert_eq!(faults_of(&harness, 2), [""; 0]);
        harness.get_by_label_contains(said);
        harness.get_by_label_contains(PROBLEM);
        let close = match language {
            Language::English => "Close this notice",
            Language::Chinese => "关闭这条提示",
        };
        harness.get_by_label(close).click();
        harness.run_steps(2);
        assert_eq!(stage.borrow().commands, [Command::Dismiss]);
        save(&mut harness, "broken", language);
    }
}

/// With `SOCKSTEP_PICTURES` set to a folder, to look at.
fn save(harness: &mut egui_kittest::Harness<'_>, name: &str, language: Language) {
    if let Ok(folder) = std::env::var("SOCKSTEP_PICTURES") {
        let picture = harness.render().expect("the rasteriser draws everything");
        let file = format!("{folder}/{name}-{}.png", language.tag());
        picture.save(file).expect("the folder exists");
    }
}
