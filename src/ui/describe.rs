//! What the window shows, in a few sentences: for those who cannot see it, and for the help.
//!
//! In: a view. Out: text. Pure, but for [`live_region_ui`], which has it read out when it changes.

use eframe::egui::{Id, Role, Sense, Ui, WidgetInfo, accesskit};

use super::text::{host_title, host_word, say};
use super::transport;
use super::{capture, segment};
use crate::lesson::Language;
use crate::model::{Activity, Program, State};
use crate::session::View;
use crate::trace::WireKind;

/// Nobody listens to the sockets of sixty-five hosts.
const MOST: usize = 4;

/// "Live, step 4. Client is blocked in connect(), SYN_SENT. …"
pub fn describe(view: &View<'_>) -> String {
    if let Some(said) = capture::described(view) {
        return said;
    }
    let state = view.timeline.state();
    let mut sentences = vec![when(view)];
    let programs: Vec<&Program> = state
        .program_order
        .iter()
        .filter_map(|name| state.programs.get(name))
        .collect();
    let shown = programs.iter().take(MOST);
    sentences.extend(shown.map(|program| program_words(view, state, program)));
    if programs.len() > MOST {
        let count = programs.len() - MOST;
        sentences.push(say!(view.language, "describe.more_programs", count = count).into_owned());
    }
    sentences.push(wire_words(view.language, state));
    sentences.extend(next(view));
    let gap = match view.language {
        Language::English => " ",
        Language::Chinese => "",
    };
    sentences.join(gap)
}

fn when(view: &View<'_>) -> String {
    let language = view.language;
    let step = view.timeline.step();
    let of = view.timeline.stops().len();
    if view.recorded.is_some() {
        say!(language, "describe.recorded", step = step, of = of)
    } else if !view.timeline.is_live() {
        say!(language, "describe.past", step = step, of = of)
    } else if view.timeline.newest().ended.is_some() {
        say!(language, "describe.gone", step = step)
    } else if view.rerun.is_some() {
        say!(language, "describe.rerun", step = step)
    } else {
        say!(language, "describe.live", step = step)
    }
    .into_owned()
}

/// What a program does, and what its kernel says of its host's sockets.
fn program_words(view: &View<'_>, state: &State, program: &Program) -> String {
    let language = view.language;
    let who = host_word(language, state, &program.name);
    let call = program.current_call().map_or("", |call| call.name.as_str());
    let does = match &program.activity {
        Activity::Ready(_) => say!(language, "describe.ready", who = who, call = call),
        Activity::InCall(_) => say!(language, "describe.in_call", who = who, call = call),
        Activity::Blocked(_) => say!(language, "describe.blocked", who = who, call = call),
        Activity::Running => say!(language, "describe.running", who = who),
        Activity::Asking(_) => say!(language, "describe.asking", who = who),
        Activity::Ended {
            traceback: None, ..
        } => say!(language, "describe.ended", who = who),
        Activity::Ended {
            traceback: Some(_), ..
        } => say!(language, "describe.failed", who = who),
    };
    let mut states: Vec<&str> = state
        .sockets(&program.host)
        .map(|socket| socket.facts.state.as_str())
        .filter(|state| !state.is_empty())
        .collect();
    states.dedup();
    states.truncate(MOST);
    if states.is_empty() {
        return say!(language, "describe.one", does = does).into_owned();
    }
    let separator = match language {
        Language::English => ", ",
        Language::Chinese => "、",
    };
    let states = states.join(separator);
    say!(language, "describe.one_with", does = does, states = states).into_owned()
}

fn wire_words(language: Language, state: &State) -> String {
    match state.wire {
        WireKind::Held => {}
        WireKind::Loopback => return say!(language, "describe.loopback").into_owned(),
        WireKind::Captured => return say!(language, "describe.captured").into_owned(),
    }
    let named = state.held.iter().take(MOST).map(|id| {
        let segment = segment::short_name(language, state, *id);
        let from = state.segments.get(id).map(|segment| segment.from.as_str());
        let from = host_title(language, state, from.unwrap_or_default());
        say!(
            language,
            "describe.segment_of",
            segment = segment,
            host = from
        )
        .into_owned()
    });
    let named: Vec<String> = named.collect();
    let separator = match language {
        Language::English => ", ",
        Language::Chinese => "、",
    };
    let named = named.join(separator);
    match state.held.len() {
        0 => say!(language, "describe.nothing_held"),
        1 => say!(language, "describe.held_one", segment = named),
        count => say!(language, "describe.held", count = count, segments = named),
    }
    .into_owned()
}

/// What `Next` would do, or why it can do nothing.
fn next(view: &View<'_>) -> Option<String> {
    let language = view.language;
    match super::controls::next(view) {
        Ok(_) => {
            let hint = transport::next_hint(view);
            (!hint.is_empty()).then(|| say!(language, "describe.next", hint = hint).into_owned())
        }
        Err(why) => Some(say!(language, "describe.no_next", why = why).into_owned()),
    }
}

/// A label that is only heard: politely, and when things stand still.
pub fn live_region_ui(ui: &mut Ui, view: &View<'_>) {
    let id = Id::unique("what the window shows, in words");
    let is_still = view.timeline.state().is_at_rest || !view.timeline.is_live();
    let kept = ui.data(|data| data.get_temp::<String>(id));
    let words = match kept {
        Some(words) if !is_still => words,
        Some(_) | None => {
            let words = describe(view);
            ui.data_mut(|data| data.insert_temp(id, words.clone()));
            words
        }
    };
    let spot = eframe::egui::Rect::from_min_size(ui.max_rect().min, eframe::egui::Vec2::splat(1.0));
    let response = ui.interact(spot, id.with("label"), Sense::empty());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_live(accesskit::Live::Polite);
    });
}
