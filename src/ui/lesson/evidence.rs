//! What decided a quiz or answered a myth: the kernel's event in a sentence, when and where it
//! was, and the way there.

use eframe::egui::Ui;

use super::inline::{self, Ink};
use super::page::Page;
use crate::lesson::{Inline, Look};
use crate::model::State;
use crate::session::{Command, View};
use crate::trace::{CallId, Event, Moment, Returned, SegmentId, SocketFacts, What};
use crate::ui::parts::{Button, Icon};
use crate::ui::segment;
use crate::ui::text::{host_word, say};

/// The sentence, the time, and a button that looks at the moment. `trigger` stands for an event
/// that has no sentence.
pub fn evidence_ui(ui: &mut Ui, page: &mut Page<'_, '_>, moment: Moment, trigger: &str) {
    let (language, theme) = (page.view.language, page.theme);
    let Some(event) = event_at(page.view, moment) else {
        return;
    };
    let ink = Ink::body(theme.text).small();
    let sentence = match in_words(page.view, event) {
        Some(sentence) => super::plain(&sentence),
        None => {
            let mut runs = super::plain(&say!(language, "quiz.by_state"));
            runs.push(code(trigger));
            runs
        }
    };
    inline::inlines_ui(ui, page, &sentence, ink);
    let place = super::plain(&place(page.view, event));
    inline::inlines_ui(ui, page, &place, Ink::body(theme.muted).small());
    let button = Button {
        icon: Some(Icon::Clock),
        hint: say!(language, "quiz.see_hint").into_owned(),
        height: 28.0,
        ..Button::new(say!(language, "quiz.see"), theme)
    };
    if button.show(ui, theme).clicked() {
        page.ask(Command::GoTo(moment));
    }
}

/// The event before a moment.
fn event_at<'v>(view: &View<'v>, moment: Moment) -> Option<&'v Event> {
    view.timeline.trace().events().get(moment.0.checked_sub(1)?)
}

fn code(text: &str) -> Inline {
    Inline {
        text: text.to_owned(),
        look: Look {
            code: true,
            ..Look::default()
        },
        link: None,
    }
}

/// "After 2.413 s, in line 4 of client.py".
fn place(view: &View<'_>, event: &Event) -> String {
    let language = view.language;
    let us = event.at_us;
    let seconds = format!("{}.{:03}", us / 1_000_000, us % 1_000_000 / 1_000);
    let mut line = None;
    if let What::Return { program, call, .. } | What::Blocked { program, call } = &event.what {
        let program = view.timeline.newest().programs.get(program);
        line = program.and_then(|program| Some((&program.file, program.call(*call)?.line)));
    }
    match line {
        Some((file, line)) => say!(
            language,
            "quiz.at_line",
            seconds = seconds,
            file = file,
            line = line
        ),
        None => say!(language, "quiz.at", seconds = seconds),
    }
    .into_owned()
}

fn in_words(view: &View<'_>, event: &Event) -> Option<String> {
    let (language, state) = (view.language, view.timeline.newest());
    let who = |name: &str| host_word(language, state, name);
    let kind = |id: SegmentId| kind(state, id);
    let said = match &event.what {
        What::Return {
            program,
            call,
            returned,
            ..
        } => {
            let call = call_name(state, program, *call);
            return Some(return_in_words(view, (&who(program), call), returned));
        }
        What::Blocked { program, call } => {
            let call = call_name(state, program, *call);
            say!(language, "quiz.by_block", who = who(program), call = call)
        }
        What::Sent {
            segment,
            from,
            copy_of: Some(_),
            ..
        } => {
            let kind = kind(*segment);
            say!(language, "quiz.by_resend", who = who(from), kind = kind)
        }
        What::Sent { segment, from, .. } => {
            let kind = kind(*segment);
            say!(language, "quiz.by_segment", who = who(from), kind = kind)
        }
        What::Delivered { segment } => {
            say!(language, "quiz.by_delivery", kind = kind(*segment))
        }
        What::Dropped { segment } => say!(language, "quiz.by_loss", kind = kind(*segment)),
        What::Duplicated { segment, .. } => {
            say!(language, "quiz.by_twin", kind = kind(*segment))
        }
        What::Corrupted { segment, .. } => {
            say!(language, "quiz.by_damage", kind = kind(*segment))
        }
        What::Delayed { segment, .. } => say!(language, "quiz.by_delay", kind = kind(*segment)),
        What::Print { program, text } => {
            let text = short(text);
            say!(language, "quiz.by_output", who = who(program), text = text)
        }
        What::Ask { program, .. } => say!(language, "quiz.by_input", who = who(program)),
        What::Exit { program, .. } => say!(language, "quiz.by_end", who = who(program)),
        What::Socket(facts) => return socket_in_words(view, facts, event.at_us),
        What::Gone { host, .. } => say!(language, "quiz.by_leaving", who = who(host)),
        What::Answer { .. }
        | What::Call { .. }
        | What::Line { .. }
        | What::Thread { .. }
        | What::Inferred { .. }
        | What::Buffers(_)
        | What::Counters { .. }
        | What::Note { .. }
        | What::Rest
        | What::Order(_)
        | What::Ended { .. }
        | What::Unknown => return None,
    };
    Some(said.into_owned())
}

/// The state it came into just then; of a listener, what waits for accept().
fn socket_in_words(view: &View<'_>, facts: &SocketFacts, at_us: u64) -> Option<String> {
    let (language, state) = (view.language, view.timeline.newest());
    let who = host_word(language, state, &facts.host);
    let host = state.hosts.get(&facts.host)?;
    let socket = host.sockets.get(&facts.key)?;
    let mut states = socket.states.iter();
    let said = if states.any(|(since, name)| *since == at_us && *name == facts.state) {
        let state = &facts.state;
        match facts.fd {
            Some(_) => say!(language, "quiz.by_socket", who = who, state = state),
            None => say!(language, "quiz.by_kernels_socket", who = who, state = state),
        }
    } else {
        let waiting = facts.accept_queue.filter(|_| facts.state == "LISTEN")?;
        say!(language, "quiz.by_queue", who = who, count = waiting)
    };
    Some(said.into_owned())
}

fn return_in_words(view: &View<'_>, (who, call): (&str, &str), returned: &Returned) -> String {
    let language = view.language;
    match returned {
        Returned::Value { value } => {
            let value = short(value);
            say!(
                language,
                "quiz.by_return",
                who = who,
                call = call,
                value = value
            )
        }
        Returned::Failed {
            error, exception, ..
        } => {
            let why = error.as_deref().unwrap_or(exception);
            say!(
                language,
                "quiz.by_failure",
                who = who,
                call = call,
                why = why
            )
        }
    }
    .into_owned()
}

fn call_name<'a>(state: &'a State, program: &str, call: CallId) -> &'a str {
    let program = state.programs.get(program);
    let call = program.and_then(|program| program.call(call));
    call.map_or("", |call| call.name.as_str())
}

fn kind(state: &State, id: SegmentId) -> &'static str {
    let segment = state.segments.get(&id);
    let kind = segment.and_then(|segment| segment.kind());
    kind.map_or("", segment::plain_kind)
}

/// As much as fits into a sentence.
fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    let text = text.trim();
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
