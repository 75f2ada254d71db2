//! From an empty desk to a closed window, by keys.

use std::process::Command;

use super::driven::{Driven, open, open_as_a_learner};
use crate::lab::is_wire_there;
use sockstep::lesson::Language;
use sockstep::session::Course;

const HANDSHAKE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/04-handshake");
/// A host each for server and client.
const HOSTS: usize = 2;

/// The window's title, in this language.
fn title(language: Language) -> String {
    let course = Course::open(None).expect("the built-in lesson is sound");
    format!("Sockstep — {}", course.lesson(language).title)
}

fn rests(window: &Driven) -> usize {
    window.until("it rests", |window| {
        let state = window.state().filter(|state| state.is_at_rest)?;
        Some(state.orders)
    })
}

/// How many orders these keys make, of which the last one makes one.
fn orders(window: &Driven, keys: &[&str]) -> usize {
    let before = rests(window);
    for key in keys {
        window.press(key);
    }
    window.until("a step", |window| {
        let state = window.state().filter(|state| state.is_at_rest)?;
        (state.orders > before).then_some(state.orders - before)
    })
}

#[test]
fn a_lesson_is_stepped_to_its_end_by_keys_and_nothing_is_left() {
    if !is_wire_there() {
        return;
    }
    let Some(mut window) = open(&["--lang", "zh", HANDSHAKE]) else {
        return;
    };
    rests(&window);
    let family = window.family();
    assert!(family.namespaces() >= HOSTS, "{}", family.namespaces());
    window.step_to_the_end();
    let family = family.and(window.family());
    window.close();
    window.leaves_nothing(&family);
    the_run_is_sound(&window);
    nothing_else_is_written(&window);
}

/// Both programs said what they say, ended well, and the kernel keeps what it keeps.
fn the_run_is_sound(window: &Driven) {
    let [run] = window.runs().try_into().expect("one run");
    let text = std::fs::read_to_string(run).expect("it is there");
    let loaded = sockstep::trace::load(&text).expect("sound");
    assert_eq!(loaded.cut_short.map(|cut| cut.to_string()), None);
    let state = window.state().expect("there is a run");
    for (program, said) in [("server", "你好服务端\n"), ("client", "ok, 处理中…\n")] {
        let program = &state.programs[program];
        assert!(program.has_ended());
        assert_eq!(program.output, said);
    }
    let states: Vec<&str> = state
        .sockets("client")
        .map(|socket| socket.facts.state.as_str())
        .collect();
    assert_eq!(states, ["TIME_WAIT"]);
}

/// Besides the run: what a learner set, and the graphics driver's own cache.
fn nothing_else_is_written(window: &Driven) {
    let ours = window.folder().join("data/sockstep");
    let cache = window.folder().join("cache");
    let strays: Vec<_> = window
        .files()
        .into_iter()
        .filter(|path| !path.starts_with(&cache))
        .filter(|path| !path.starts_with(ours.join("runs")) && *path != ours.join("learner.json"))
        .collect();
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn the_first_window_opens_with_a_tour_that_escape_ends_for_good() {
    let Some(mut window) = open_as_a_learner(&["--lang", "en", "--loopback"]) else {
        return;
    };
    // The first one goes to the next stop of the tour, not to the run.
    assert_eq!(orders(&window, &["space", "Escape", "space"]), 1);
    window.press("z");
    let learner = window.folder().join("data/sockstep/learner.json");
    window.until("what is kept", |_| {
        let kept = std::fs::read_to_string(&learner).ok()?;
        let is_told = |entry: &str| kept.contains(entry);
        (is_told("\"knows_the_window\": true") && is_told("\"language\": \"Chinese\""))
            .then_some(())
    });
    let family = window.family();
    window.close();
    window.leaves_nothing(&family);
    nothing_else_is_written(&window);
}

#[test]
fn back_is_the_past_where_nothing_can_be_ordered_and_l_is_the_present() {
    if !is_wire_there() {
        return;
    }
    let Some(window) = open(&["--lang", "en"]) else {
        return;
    };
    for _ in 0..4 {
        assert_eq!(orders(&window, &["space"]), 1);
    }
    // In the past, C orders nothing and Space only goes forward; then there is one step.
    assert_eq!(
        orders(
            &window,
            &["Left", "Left", "Left", "c", "space", "l", "space"]
        ),
        1
    );
}

#[test]
fn the_language_changes_by_key_in_the_middle_of_a_run() {
    let Some(mut window) = open(&["--lang", "zh", "--loopback"]) else {
        return;
    };
    orders(&window, &["space"]);
    for language in [Language::Chinese, Language::English, Language::Chinese] {
        let wanted = title(language);
        window.until(&wanted, |window| (window.title() == wanted).then_some(()));
        window.press("z");
    }
    orders(&window, &["space"]);
    assert_eq!(window.runs().len(), 1);
    let family = window.family();
    window.press("ctrl+q");
    window.leaves_nothing(&family);
}

#[test]
fn a_lab_that_is_killed_takes_no_window_with_it_and_r_starts_another() {
    if !is_wire_there() {
        return;
    }
    let Some(mut window) = open(&["--lang", "en"]) else {
        return;
    };
    rests(&window);
    let before = window.colours();
    let first = window.lab().expect("it runs");
    let killed = Command::new("kill")
        .args(["-9", &first.to_string()])
        .status();
    assert!(killed.expect("kill is there").success());
    // The banner: a colour of its own, in a strip as wide as the window.
    window.until("the banner", |window| {
        let strip = |(colour, count): (&[u8; 3], &usize)| {
            let was = before.get(colour).copied().unwrap_or_default();
            *count > was + 1280 * 16
        };
        window.colours().iter().any(strip).then_some(())
    });
    assert_eq!(window.runs().len(), 1);
    window.press("r");
    let second = window.until("another lab", |window| {
        window.lab().filter(|lab| *lab != first)
    });
    window.until("another run", |window| {
        let is_new = window.runs().len() == 2;
        window.state().filter(|state| is_new && state.is_at_rest)
    });
    assert_eq!(window.lab(), Some(second));
    window.step_to_the_end();
    let family = window.family();
    window.close();
    window.leaves_nothing(&family);
}

#[test]
fn without_a_held_wire_the_window_steps_to_the_end_too() {
    let Some(mut window) = open(&["--lang", "zh", "--loopback", HANDSHAKE]) else {
        return;
    };
    window.step_to_the_end();
    let state = window.state().expect("a run");
    assert_eq!(state.programs["client"].output, "ok, 处理中…\n");
    let family = window.family();
    window.close();
    window.leaves_nothing(&family);
    nothing_else_is_written(&window);
}
