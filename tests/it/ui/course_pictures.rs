//! For whoever writes a lesson: pictures of the window at each of its beats, from a real run.

use std::path::Path;

use sockstep::lesson::{BeatWatch, Language};
use sockstep::session::{Command, Course, Look, Setting};

use super::live::{Live, Went};
use crate::lab::is_wire_there;

const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];
const SMALL: [f32; 2] = [1280.0, 720.0];
const LARGE: [f32; 2] = [1920.0, 1080.0];
/// A lesson that needs more steps than that does not come to its end.
const MOST_STEPS: usize = 2_000;

/// `SOCKSTEP_LESSON=lessons/04-handshake SOCKSTEP_PICTURES=folder` puts a picture of each beat
/// and of the end into that folder, in both languages. With `SOCKSTEP_LOOKS=all` also dark, and
/// also larger. A beat that is not reached fails the test, after the pictures are there.
#[test]
fn a_lesson_at_each_of_its_beats() {
    let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (Some(lesson), Some(folder)) = (named("SOCKSTEP_LESSON"), named("SOCKSTEP_PICTURES"))
    else {
        println!("nothing to do: set SOCKSTEP_LESSON and SOCKSTEP_PICTURES to folders");
        return;
    };
    if !is_wire_there() {
        return;
    }
    let (lesson, folder) = (Path::new(&lesson), Path::new(&folder));
    std::fs::create_dir_all(folder).expect("a folder can be made");
    let ways: &[(Look, [f32; 2])] = match named("SOCKSTEP_LOOKS").as_deref() {
        Some("all") => &[
            (Look::Light, SMALL),
            (Look::Dark, SMALL),
            (Look::Light, LARGE),
        ],
        _ => &[(Look::Light, SMALL)],
    };
    let mut missing = Vec::new();
    for (look, size) in ways {
        let taken = take(lesson, folder, *look, *size);
        missing.extend(taken);
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

/// What went wrong, in words.
fn take(lesson: &Path, folder: &Path, look: Look, size: [f32; 2]) -> Vec<String> {
    let course = Course::open(Some(lesson)).unwrap_or_else(|problems| panic!("\n{problems}"));
    let mut wrong: Vec<String> = course.problem().into_iter().collect();
    let mut live = Live::start(course, Language::Chinese, size);
    live.ask(Command::Set(Setting::Look(look)));
    let number = live.look(|view| view.lesson.map_or(0, |lesson| lesson.number));
    let also = match (look, size[0] > SMALL[0]) {
        (Look::Light, false) => "",
        (Look::Dark, false) => "-dark",
        (Look::Light, true) => "-large",
        (Look::Dark, true) => "-large-dark",
    };
    let save = |live: &mut Live, what: &str| {
        for language in LANGUAGES {
            live.ask(Command::Set(Setting::Language(language)));
            let name = format!("{number:02}-{what}-{}{also}.png", language.tag());
            let picture = live.harness.render().expect("the rasteriser draws all");
            picture
                .save(folder.join(&name))
                .expect("the folder is there");
            println!("{name}");
        }
    };
    save(&mut live, "beat00");
    let mut shown = 0;
    let why = loop {
        let went = live.go_on();
        let reached = live.look(|view| view.beats.iter().flatten().count());
        while shown < reached {
            shown += 1;
            save(&mut live, &format!("beat{shown:02}"));
        }
        match went {
            Went::On if live.presses < MOST_STEPS => {}
            Went::On => break "too many steps".to_owned(),
            Went::Nowhere(why) => break format!("{why:?}"),
        }
    };
    save(&mut live, "end");
    wrong.extend(live.look(|view| unshown(view, &why)));
    wrong
}

/// The beats that were not reached and the facts that were not shown.
fn unshown(view: &sockstep::session::View<'_>, why: &str) -> Vec<String> {
    let lesson = view.lesson.expect("a lesson is open");
    let missing = lesson.beats.iter().zip(view.beats).enumerate();
    let missing = missing.filter(|(_, (_, moment))| moment.is_none());
    let mut words: Vec<String> = missing
        .map(|(index, (beat, _))| {
            let title: String = beat.title.iter().map(|run| run.text.as_str()).collect();
            let (number, when) = (index + 1, &beat.trigger.text);
            format!("beat {number} is not reached: {title} (when: {when})")
        })
        .collect();
    if !words.is_empty() {
        words.push(format!("the run ended there: {why}"));
    }
    if let Some(notice) = view.notice.filter(|notice| !notice.is_remark()) {
        words.push(format!("the window says: {notice:?}"));
    }
    let watch = BeatWatch::of(lesson, view.timeline.trace());
    words.extend(watch.unmet().into_iter().map(|(beat, unmet)| {
        let (line, fact) = (unmet.line, &unmet.trigger.text);
        format!(
            "line {line}: the kernel did not show at beat {}: {fact}",
            beat + 1
        )
    }));
    words
}
