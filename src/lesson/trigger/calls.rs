//! What programs do: calls that wait, return and fail; threads; what is printed.

use super::rule::{Answer, Subject};
use crate::model::{Activity, CallRecord, State};
use crate::trace::{CallId, Event, Returned, What};

pub(super) fn is_blocked(subject: &Subject, state: &State, call: &str, nth: Option<u32>) -> bool {
    let is_meant = |id: CallId| nth.is_none() || state.tally().wait(id) == nth;
    let mut programs = state.programs.values();
    programs.any(|program| {
        subject.is_program(state, &program.name)
            && !program.has_ended()
            // Asked at every event: not of all calls ever made.
            && program.threads.values().flatten().any(|doing| match doing {
                Activity::Blocked(id) => {
                    program.call(*id).is_some_and(|record| record.name == call) && is_meant(*id)
                }
                Activity::Running
                | Activity::Ready(_)
                | Activity::InCall(_)
                | Activity::Asking(_)
                | Activity::Ended { .. } => false,
            })
    })
}

/// How many threads live in the programs that are meant, the main one included.
pub(super) fn threads(subject: &Subject, state: &State) -> u64 {
    let programs = state.programs.values();
    let meant =
        programs.filter(|program| subject.is_program(state, &program.name) && !program.has_ended());
    meant.map(|program| program.threads.len() as u64).sum()
}

fn record<'a>(
    subject: &Subject,
    state: &'a State,
    program: &str,
    id: CallId,
    call: &str,
) -> Option<&'a CallRecord> {
    if !subject.is_program(state, program) {
        return None;
    }
    let record = state.programs.get(program)?.call(id)?;
    (record.name == call).then_some(record)
}

pub(super) fn returned(
    subject: &Subject,
    state: &State,
    event: &Event,
    call: &str,
    answer: &Answer,
) -> bool {
    let What::Return {
        program,
        call: id,
        returned: Returned::Value { value },
        bytes,
        ..
    } = &event.what
    else {
        return false;
    };
    let Some(record) = record(subject, state, program, *id, call) else {
        return false;
    };
    let number = || match bytes {
        Some(bytes) => Some(bytes.0.len() as u64),
        None if value == "b''" => Some(0),
        None => value.parse().ok(),
    };
    match answer {
        Answer::Any => true,
        Answer::Nth(nth) => state.tally().returned(program, call) == *nth,
        Answer::Bytes(count) => number().is_some_and(|number| count.fits(number)),
        Answer::LessThanOffered => {
            let offered = record.offers;
            offered.is_some_and(|offered| number().is_some_and(|number| number < offered))
        }
        Answer::Text(wanted) => {
            let is_in_bytes = |bytes: &[u8]| {
                let mut windows = bytes.windows(wanted.len());
                windows.any(|window| window == wanted.as_bytes())
            };
            value.contains(wanted.as_str())
                || bytes.as_ref().is_some_and(|bytes| is_in_bytes(&bytes.0))
        }
    }
}

pub(super) fn failed(
    subject: &Subject,
    state: &State,
    event: &Event,
    call: &str,
    wanted: Option<&str>,
    nth: Option<u32>,
) -> bool {
    let What::Return {
        program,
        call: id,
        returned: Returned::Failed {
            error, exception, ..
        },
        ..
    } = &event.what
    else {
        return false;
    };
    let is_wanted = |name: &str| wanted.is_none_or(|wanted| wanted == name);
    record(subject, state, program, *id, call).is_some()
        && (is_wanted(exception) || error.as_deref().is_some_and(is_wanted))
        && nth.is_none_or(|nth| state.tally().failed(program, call, wanted) == nth)
}

/// Output comes in fragments: does this one finish the wanted text?
pub(super) fn completes(state: &State, program: &str, text: &str, wanted: &str) -> bool {
    let Some(program) = state.programs.get(program) else {
        return false;
    };
    let Some(before) = program.output.strip_suffix(text) else {
        return false;
    };
    // What ends in the new text begins at most this far before it; the rest was looked at before.
    let mut from = before.len().saturating_sub(wanted.len().saturating_sub(1));
    while !program.output.is_char_boundary(from) {
        from -= 1;
    }
    let ends = program.output[from..].match_indices(wanted);
    ends.map(|(start, found)| from + start + found.len())
        .any(|end| end > before.len())
}

/// A traceback's last line starts with the exception's name, perhaps with its module before it.
pub(super) fn ends_with(traceback: Option<&str>, wanted: Option<&str>) -> bool {
    let Some(wanted) = wanted else {
        return true;
    };
    let last = traceback.and_then(|text| text.trim_end().lines().last());
    let name = last.map(|line| line.split([':', ' ']).next().unwrap_or_default());
    name.is_some_and(|name| name == wanted || name.rsplit('.').next() == Some(wanted))
}
