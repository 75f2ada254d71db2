//! What decided a quiz: the kernel's event in a sentence, and the way there.

use crate::lesson::Quiz;
use crate::model::State;
use crate::session::View;
use crate::trace::{CallId, Moment, Returned, SegmentId, What};
use crate::ui::segment;
use crate::ui::text::{host_word, say};

/// The sentence, and the moment to look at.
pub fn of(view: &View<'_>, beat: usize, quiz: &Quiz, right: usize) -> Option<(String, Moment)> {
    let moment = *view.desk.shelf.evidence.get(&beat)?;
    let event = view
        .timeline
        .trace()
        .events()
        .get(moment.0.checked_sub(1)?)?;
    let sentence = in_words(view, &event.what).or_else(|| {
        let option = quiz.options.get(right)?;
        let said = say!(view.language, "quiz.by_state", trigger = option.judged);
        Some(said.into_owned())
    });
    Some((sentence?, moment))
}

fn in_words(view: &View<'_>, what: &What) -> Option<String> {
    let (language, state) = (view.language, view.timeline.newest());
    let who = |name: &str| host_word(language, state, name);
    let said = match what {
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
        What::Sent { segment, from, .. } => {
            let kind = kind(state, *segment);
            say!(language, "quiz.by_segment", who = who(from), kind = kind)
        }
        What::Delivered { segment } => {
            say!(language, "quiz.by_delivery", kind = kind(state, *segment))
        }
        What::Dropped { segment } => {
            say!(language, "quiz.by_loss", kind = kind(state, *segment))
        }
        What::Print { program, text } => {
            let text = short(text);
            say!(language, "quiz.by_output", who = who(program), text = text)
        }
        What::Exit { program, .. } => say!(language, "quiz.by_end", who = who(program)),
        What::Ask { .. }
        | What::Answer { .. }
        | What::Call { .. }
        | What::Line { .. }
        | What::Thread { .. }
        | What::Duplicated { .. }
        | What::Inferred { .. }
        | What::Corrupted { .. }
        | What::Delayed { .. }
        | What::Gone { .. }
        | What::Socket(_)
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
