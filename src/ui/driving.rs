//! What plays by itself, in words: what Auto and Run to would do now or why they are off, what
//! they are at, and why they stopped. Pure: buttons, keys and the status ask here.

use super::controls::{self, Offer};
use super::text::{host_word, say};
use crate::director::{Next, WhyNot};
use crate::session::{Command, Driving, Goal, Halt, Origin, Play, Speed, View};

/// Auto on, or off again.
pub fn auto(view: &View<'_>) -> Offer {
    if view.desk.drive.is_auto() {
        return Ok(Command::Drive(Driving::Auto(false)));
    }
    can_go_on(view)?;
    Ok(Command::Drive(Driving::Auto(true)))
}

/// Whether there is a step to take, or will be without the learner.
fn can_go_on(view: &View<'_>) -> Result<(), String> {
    match &view.next {
        Next::Wait { .. } | Next::Not(WhyNot::Moving | WhyNot::Computing(_) | WhyNot::Waiting)
            if view.rerun.is_none() =>
        {
            Ok(())
        }
        Next::Give(_) | Next::Forward | Next::Wait { .. } | Next::Not(_) => {
            controls::next(view).map(|_| ())
        }
    }
}

pub fn faster(view: &View<'_>) -> Offer {
    let faster = view.desk.drive.speed.faster();
    let reason = || say!(view.language, "drive.fastest").into_owned();
    faster.map(speed).ok_or_else(reason)
}

pub fn slower(view: &View<'_>) -> Offer {
    let slower = view.desk.drive.speed.slower();
    let reason = || say!(view.language, "drive.slowest").into_owned();
    slower.map(speed).ok_or_else(reason)
}

pub fn speed(speed: Speed) -> Command {
    Command::Drive(Driving::Speed(speed))
}

/// Goes on until this holds.
pub fn run_to(view: &View<'_>, goal: Goal) -> Offer {
    can_run_to(view)?;
    Ok(Command::Drive(Driving::To(goal)))
}

/// Whether a line of a program may hold a socket call: it pauses nowhere else.
pub fn may_pause_at(text: &str) -> bool {
    let text = text.trim_start();
    text.contains('(') && !text.starts_with('#') && !text.starts_with("def ")
}

/// Whether it makes sense to choose a goal.
pub fn can_run_to(view: &View<'_>) -> Result<(), String> {
    can_go_on(view)
}

/// Whatever plays, stops.
pub fn stop(view: &View<'_>) -> Offer {
    if view.desk.drive.is_still() {
        Err(say!(view.language, "drive.nothing_plays").into_owned())
    } else {
        Ok(Command::Drive(Driving::Stop))
    }
}

/// What plays by itself now, in a sentence.
pub fn playing(view: &View<'_>) -> Option<String> {
    let language = view.language;
    match &view.desk.drive.play {
        Play::Still => None,
        Play::Auto { .. } => Some(match controls::next(view) {
            Err(why) => say!(language, "drive.waits_for", why = why).into_owned(),
            Ok(_) => {
                let speed = view.desk.drive.speed.shown();
                say!(language, "drive.playing", speed = speed).into_owned()
            }
        }),
        Play::To(towards) => {
            let (goal, steps) = (goal_words(view, &towards.goal), towards.steps);
            Some(say!(language, "drive.running", goal = goal, steps = steps).into_owned())
        }
    }
}

pub fn goal_words(view: &View<'_>, goal: &Goal) -> String {
    let language = view.language;
    let state = view.timeline.newest();
    match goal {
        Goal::Beat(index) => {
            say!(language, "goal.beat", title = title(view, *index))
        }
        Goal::Line { program, line } => {
            let program = state.programs.get(program);
            let file = program.map_or("", |program| program.file.as_str());
            say!(language, "goal.line", line = line, file = file)
        }
        Goal::State { host, state: name } => {
            let host = host_word(language, state, host);
            say!(language, "goal.state", state = name, host = host)
        }
        Goal::Trouble => say!(language, "goal.trouble"),
        Goal::End => say!(language, "goal.end"),
    }
    .trim_start()
    .to_owned()
}

/// A beat's title, without its marks.
pub fn title(view: &View<'_>, beat: usize) -> String {
    let beat = view.lesson.and_then(|lesson| lesson.beats.get(beat));
    let inlines = beat.into_iter().flat_map(|beat| &beat.title);
    inlines.map(|inline| inline.text.as_str()).collect()
}

/// A sentence for each way to stop.
pub fn halted(view: &View<'_>, halt: &Halt) -> String {
    let language = view.language;
    match halt {
        Halt::Arrived(goal) => {
            say!(language, "halt.arrived", goal = goal_words(view, goal))
        }
        Halt::Next(why) => {
            let why = controls::why_not(view, why);
            say!(language, "halt.next", why = why)
        }
        Halt::Quiz => say!(language, "halt.quiz"),
        Halt::Present => say!(language, "halt.present"),
        Halt::RecordingEnds => match view.recorded.map(|recorded| recorded.origin) {
            Some(Origin::Capture) => say!(language, "off.recording_ends_capture"),
            Some(Origin::Run) | None => say!(language, "halt.recording_ends"),
        },
        Halt::NotRecorded(goal) => {
            say!(language, "halt.not_recorded", goal = goal_words(view, goal))
        }
        Halt::TooFar(steps) => say!(language, "halt.too_far", steps = steps),
        Halt::Ended(program) => {
            let title = host_word(language, view.timeline.newest(), program);
            say!(language, "halt.ended", program = title)
        }
    }
    .into_owned()
}
