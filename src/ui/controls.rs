//! What each control would do now, or why it is off. Pure: buttons and keys both ask here.

use super::capture;
use super::saved;
use super::text::{host_word, say};
use crate::director::{Next, WhyNot};
pub use crate::ladder::is_server;
use crate::lesson::Language;
use crate::model::{Activity, Program};
use crate::session::{Command, Origin, Refusal, View};
use crate::trace::{Moment, Name, Order};

/// A command, or the reason in the learner's words.
pub type Offer = Result<Command, String>;

/// `Next`, or one stop forward while we look at the past.
pub fn next(view: &View<'_>) -> Offer {
    if let Some(offer) = capture::neighbour(view, 1) {
        return offer;
    }
    if view.timeline.is_live() && view.rerun.is_some() {
        return Err(say!(view.language, "off.rerunning").into_owned());
    }
    match &view.next {
        Next::Forward if view.timeline.is_recorded() && view.timeline.is_at_end() => {
            let origin = view.recorded.map(|recorded| recorded.origin);
            Err(saved::ends(view.language, origin))
        }
        Next::Forward => Ok(Command::Forward),
        // Pressed early, it is done as soon as things stand still.
        Next::Give(_) | Next::Not(WhyNot::Moving) => Ok(Command::Next),
        Next::Wait { until_us } => Err(waits(view.language, *until_us)),
        Next::Not(why) => Err(why_not(view, why)),
    }
}

pub fn back(view: &View<'_>) -> Offer {
    if let Some(offer) = capture::neighbour(view, -1) {
        return offer;
    }
    if view.timeline.previous_stop().is_some() {
        Ok(Command::Back)
    } else {
        Err(say!(view.language, "off.at_start").into_owned())
    }
}

/// To before the first event.
pub fn first(view: &View<'_>) -> Offer {
    back(view).map(|_| Command::GoTo(Moment(0)))
}

/// To the present; from a recorded run back to the live one.
pub fn live(view: &View<'_>) -> Offer {
    match view.recorded {
        Some(_) => Ok(Command::LeaveRecorded),
        None => last(view),
    }
}

/// To the end of what has happened.
pub fn last(view: &View<'_>) -> Offer {
    if view.timeline.is_recorded() && view.timeline.is_at_end() {
        let origin = view.recorded.map(|recorded| recorded.origin);
        return Err(saved::ends(view.language, origin));
    }
    if view.timeline.is_live() {
        Err(say!(view.language, "off.is_live").into_owned())
    } else {
        Ok(Command::GoLive)
    }
}

/// A fresh lab from the start.
pub fn restart(view: &View<'_>) -> Offer {
    match view.recorded.map(|recorded| recorded.origin) {
        Some(Origin::Capture) => Err(say!(view.language, "off.no_programs").into_owned()),
        Some(Origin::Run) | None => Ok(Command::Restart),
    }
}

/// A fresh lab up to the moment we look at; live, the whole run again.
pub fn rerun(view: &View<'_>) -> Offer {
    if let Some(recorded) = view.recorded {
        return match recorded.origin {
            Origin::Run => Ok(Command::ReRun),
            Origin::Capture => Err(say!(view.language, "off.no_programs").into_owned()),
        };
    }
    if view.rerun.is_some() {
        Err(say!(view.language, "off.rerunning").into_owned())
    } else if view.timeline.state().orders == 0 {
        Err(say!(view.language, "off.nothing_to_rerun").into_owned())
    } else {
        Ok(Command::ReRun)
    }
}

pub fn step(view: &View<'_>, name: &Name) -> Offer {
    let language = view.language;
    present(view)?;
    let state = view.timeline.state();
    let title = host_word(language, state, name);
    let Some(program) = state.programs.get(name) else {
        return Err(say!(language, "off.no_program").into_owned());
    };
    let why = match &program.activity {
        Activity::Ready(_) => return Ok(Command::Step(name.clone())),
        Activity::Blocked(id) | Activity::InCall(id) => {
            let call = program.call(*id).map_or("", |call| call.name.as_str());
            say!(language, "off.blocked", program = title, call = call)
        }
        Activity::Running => say!(language, "off.computing", program = title),
        Activity::Asking(_) => say!(language, "off.asking", program = title),
        Activity::Ended { .. } => say!(language, "off.ended", program = title),
    };
    Err(why.into_owned())
}

/// Steps one of a program's several threads.
pub fn step_thread(view: &View<'_>, program: &Program, thread: u32) -> Offer {
    let language = view.language;
    present(view)?;
    let why = match program.threads.get(&thread) {
        Some(Some(Activity::Ready(_))) => {
            return Ok(Command::Order(Order::Step {
                program: program.name.clone(),
                thread: Some(thread),
            }));
        }
        Some(Some(Activity::Blocked(id) | Activity::InCall(id))) => {
            let call = program.call(*id).map_or("", |call| call.name.as_str());
            say!(language, "off.thread_blocked", thread = thread, call = call)
        }
        Some(Some(Activity::Running)) => say!(language, "off.thread_computing", thread = thread),
        Some(Some(Activity::Asking(_))) => {
            let title = host_word(language, view.timeline.state(), &program.name);
            say!(language, "off.asking", program = title)
        }
        Some(None) => say!(language, "off.thread_waits", thread = thread),
        Some(Some(Activity::Ended { .. })) | None => {
            say!(language, "off.thread_ended", thread = thread)
        }
    };
    Err(why.into_owned())
}

/// The program that `C` steps: the first client that can run, or else the first client.
pub fn client_in_turn(view: &View<'_>) -> Option<Name> {
    let state = view.timeline.state();
    let clients = || state.program_order.iter().filter(|name| !is_server(name));
    let can_run = |name: &&Name| {
        let activity = state.programs.get(*name).map(|program| &program.activity);
        matches!(activity, Some(Activity::Ready(_)))
    };
    clients()
        .find(can_run)
        .or_else(|| clients().next())
        .cloned()
}

pub fn server_in_turn(view: &View<'_>) -> Option<Name> {
    let state = view.timeline.state();
    state
        .program_order
        .iter()
        .find(|name| is_server(name))
        .cloned()
}

/// The past is read-only, and so is a lab that is gone.
pub fn present(view: &View<'_>) -> Result<(), String> {
    if let Some(recorded) = view.recorded {
        return Err(saved::read_only(view.language, recorded));
    }
    if !view.timeline.is_live() {
        return Err(say!(view.language, "off.past").into_owned());
    }
    if view.timeline.newest().ended.is_some() {
        return Err(why_not(view, &WhyNot::LabGone));
    }
    if view.rerun.is_some() {
        return Err(say!(view.language, "off.rerunning").into_owned());
    }
    Ok(())
}

fn waits(language: Language, until_us: u64) -> String {
    let until = format!("{:.1}", until_us as f64 / 1e6);
    say!(language, "off.until", until = until).into_owned()
}

/// A sentence for each reason of the director.
pub fn why_not(view: &View<'_>, why: &WhyNot) -> String {
    let language: Language = view.language;
    let title = |name: &Name| host_word(language, view.timeline.state(), name);
    match why {
        WhyNot::Moving => say!(language, "off.moving"),
        WhyNot::Computing(name) => say!(language, "off.computing", program = title(name)),
        WhyNot::Asking(name) => say!(language, "off.asking", program = title(name)),
        WhyNot::Waiting => say!(language, "off.waiting"),
        WhyNot::AllEnded => say!(language, "off.all_ended"),
        WhyNot::LabGone => say!(language, "off.lab_gone"),
        WhyNot::ScriptStuck { line, text, why } => {
            let why = crate::words::stuck(language, why);
            say!(
                language,
                "off.script_stuck",
                line = line,
                text = text,
                why = why
            )
        }
    }
    .into_owned()
}

/// A sentence for each reason of the session.
pub fn refusal(view: &View<'_>, refusal: &Refusal) -> String {
    let language: Language = view.language;
    let title = |name: &Name| host_word(language, view.timeline.state(), name);
    match refusal {
        Refusal::Next(why) => return why_not(view, why),
        Refusal::Wait { until_us } => return waits(language, *until_us),
        Refusal::Past => say!(language, "off.past"),
        Refusal::Recorded => match view.recorded {
            Some(recorded) => return saved::read_only(language, recorded),
            None => say!(language, "off.recorded"),
        },
        Refusal::RecordingEnds => {
            return saved::ends(language, view.recorded.map(|recorded| recorded.origin));
        }
        Refusal::NoPrograms => say!(language, "off.no_programs"),
        Refusal::Blocked(name) => {
            let program = view.timeline.state().programs.get(name);
            let call = program.and_then(|program| program.current_call());
            let call = call.map_or("", |call| call.name.as_str());
            say!(language, "off.blocked", program = title(name), call = call)
        }
        Refusal::Asking(name) => say!(language, "off.asking", program = title(name)),
        Refusal::Running(name) => say!(language, "off.computing", program = title(name)),
        Refusal::Ended(name) => say!(language, "off.ended", program = title(name)),
        Refusal::NotHeld => say!(language, "off.not_held"),
        Refusal::Rerunning => say!(language, "off.rerunning"),
        Refusal::NothingToRerun => say!(language, "off.nothing_to_rerun"),
        Refusal::Busy => say!(language, "off.busy"),
        Refusal::Halted(halt) => return super::driving::halted(view, halt),
    }
    .into_owned()
}
