//! Whether a fresh run has done what the recorded one did. Pure.
//!
//! In: the recording, the stage that was reached, the fresh run's state at rest. Out: a
//! [`Verdict`]. What programs did counts, and what the wire holds; the order of independent events
//! within one stage does not. A fresh run may be ahead, as the recorded one may have been given its
//! next order early; and behind, while a timer runs.

use std::collections::BTreeSet;

use super::meaning::{Index, Target, Words};
use super::recording::{Mark, Recording, Stage, Thread, calls};
use super::{Calling, Passing, Sight};
use crate::model::{Activity, CallRecord, Fate, Program, Resolved, State};
use crate::trace::{Name, Returned};

/// What was expected and what is there instead; and how long that may last, in microseconds.
pub type Lack = (Box<(Sight, Sight)>, u64);

pub enum Verdict {
    Same,
    /// It may still come.
    Lacks {
        missing: Box<(Sight, Sight)>,
        bound_us: u64,
    },
    /// Expected, and found.
    Differs(Sight, Sight),
}

/// Two runs side by side.
struct Pair<'a> {
    recording: &'a Recording,
    stage: &'a Stage,
    state: &'a State,
    index: &'a Index,
    /// It is the first rest of this stage: no timer has run out yet.
    is_fresh: bool,
}

/// What one look at one place finds.
enum Look {
    Same,
    Behind(Sight, Sight),
    Differs(Sight, Sight),
}

pub fn compare(
    recording: &Recording,
    stage: usize,
    state: &State,
    index: &Index,
    is_fresh: bool,
) -> Verdict {
    let pair = Pair {
        recording,
        stage: &recording.stages[stage],
        state,
        index,
        is_fresh,
    };
    let mut behind = None;
    let programs = &recording.all.program_order;
    let looks = pair
        .threads()
        .into_iter()
        .map(|thread| pair.thread(&thread))
        .chain(programs.iter().map(|name| pair.ending(name)))
        .chain(programs.iter().map(|name| pair.output(name)))
        .chain([pair.extra(), pair.lacking(), pair.landing()]);
    for look in looks {
        match look {
            Look::Same => {}
            Look::Behind(expected, found) => {
                behind.get_or_insert((expected, found));
            }
            Look::Differs(expected, found) => return Verdict::Differs(expected, found),
        }
    }
    match behind {
        None => Verdict::Same,
        Some(missing) => Verdict::Lacks {
            missing: Box::new(missing),
            bound_us: pair.stage.took_us,
        },
    }
}

impl Pair<'_> {
    /// Of either run, in the order the run names the programs.
    fn threads(&self) -> Vec<Thread> {
        let mut threads = Vec::new();
        for name in &self.recording.all.program_order {
            let of = |state: &State| -> BTreeSet<u32> {
                let program = state.programs.get(name).into_iter();
                program
                    .flat_map(|p| &p.calls)
                    .map(|call| call.thread)
                    .collect()
            };
            let numbers = of(&self.recording.all).into_iter().chain(of(self.state));
            let numbers: BTreeSet<u32> = numbers.collect();
            threads.extend(numbers.into_iter().map(|number| (name.clone(), number)));
        }
        threads
    }

    fn thread(&self, thread: &Thread) -> Look {
        let name = &thread.0;
        let done = |mark: &Mark| mark.threads.get(thread).copied().unwrap_or_default();
        let end = done(&self.stage.end);
        let mut expected = calls(&self.recording.all, thread);
        let mut found = calls(self.state, thread);
        for nth in 0.. {
            let (old, new) = match (expected.next(), found.next()) {
                (Some(old), Some(new)) => (old, new),
                (Some(old), None) if nth < end.announced => {
                    let found = sight_of(self.state, thread);
                    let is_over = matches!(found, Sight::Ended { .. });
                    return match is_over {
                        true => Look::Differs(stands(name, old), found),
                        false => Look::Behind(stands(name, old), found),
                    };
                }
                (None, Some(new)) if has_ended(&self.recording.all, name) => {
                    let expected = sight_of(&self.recording.all, thread);
                    return Look::Differs(expected, stands(name, new));
                }
                // The recording does not say what comes next.
                (_, None) | (None, _) => return Look::Same,
            };
            if !self.is_same_call(old, new) {
                return Look::Differs(stands(name, old), stands(name, new));
            }
            match (&old.resolved, &new.resolved) {
                (Some(before), Some(now)) if !self.is_same_answer(before, now) => {
                    return Look::Differs(returned(name, old, before), returned(name, new, now));
                }
                (Some(before), None) if nth < end.resolved => {
                    return Look::Behind(returned(name, old, before), standing(name, new));
                }
                (_, Some(now))
                    if nth >= end.resolved && self.came_unasked(thread, nth, old, now) =>
                {
                    return Look::Differs(waits(name, old), returned(name, new, now));
                }
                _ => {}
            }
        }
        Look::Same
    }

    fn is_same_call(&self, old: &CallRecord, new: &CallRecord) -> bool {
        (old.line, &old.name) == (new.line, &new.name)
            && self.is_same_text(old.args.as_bytes(), new.args.as_bytes())
    }

    fn is_same_answer(&self, old: &Resolved, new: &Resolved) -> bool {
        let bytes = |answer: &Resolved| answer.bytes.clone().unwrap_or_default();
        let is_same = match (&old.returned, &new.returned) {
            (Returned::Value { value: old }, Returned::Value { value: new }) => {
                self.is_same_text(old.as_bytes(), new.as_bytes())
            }
            (Returned::Failed { .. }, Returned::Failed { .. }) => {
                answer_word(&old.returned) == answer_word(&new.returned)
            }
            (Returned::Value { .. }, Returned::Failed { .. })
            | (Returned::Failed { .. }, Returned::Value { .. }) => false,
        };
        is_same && self.is_same_text(&bytes(old), &bytes(new))
    }

    /// The recorded call still waited when all was at rest and when the next order was given; the
    /// fresh one has come back at once, and no clock made it.
    fn came_unasked(&self, thread: &Thread, nth: usize, old: &CallRecord, new: &Resolved) -> bool {
        let Some(rest) = self.stage.rest.as_ref().filter(|_| self.is_fresh) else {
            return false;
        };
        let was_waiting = old.blocked_at_us.is_some_and(|at_us| at_us <= rest.at_us)
            && rest
                .threads
                .get(thread)
                .is_some_and(|done| nth >= done.resolved);
        let has_own_pace = self.recording.has_delays || !self.state.holds.is_everything();
        let is_timed_out = matches!(&new.returned, Returned::Failed { error: None, .. });
        let may_time_out = matches!(old.name.as_str(), "sleep" | "select" | "poll");
        was_waiting && !has_own_pace && !is_timed_out && !may_time_out
    }

    fn is_same_text(&self, old: &[u8], new: &[u8]) -> bool {
        let (before, now) = (self.recording.index.words(), self.index.words());
        old == new || before.meant(old) == now.meant(new)
    }

    fn ending(&self, name: &Name) -> Look {
        if !self.stage.end.ended.contains(name) {
            return Look::Same;
        }
        let old = sight_of(&self.recording.all, &(name.clone(), 0));
        let new = sight_of(self.state, &(name.clone(), 0));
        match (&old, &new) {
            (
                Sight::Ended {
                    exception: before, ..
                },
                Sight::Ended { exception: now, .. },
            ) => {
                let text = |exception: &Option<String>| exception.clone().unwrap_or_default();
                match self.is_same_text(text(before).as_bytes(), text(now).as_bytes()) {
                    true => Look::Same,
                    false => Look::Differs(old, new),
                }
            }
            _ => Look::Behind(old, new),
        }
    }

    fn output(&self, name: &Name) -> Look {
        let output = |state: &State| {
            let program = state.programs.get(name);
            program.map(|p| p.output.clone()).unwrap_or_default()
        };
        let (old, new) = (output(&self.recording.all), output(self.state));
        let printed = self.stage.end.printed.get(name).copied().unwrap_or(0);
        let due = old.get(..printed).unwrap_or(&old);
        let words = (self.recording.index.words(), self.index.words());
        let (due, whole) = (lines(words.0, due), lines(words.0, &old));
        let new = lines(words.1, &new);
        let printed = |line: &[u8]| Sight::Printed {
            program: name.clone(),
            text: String::from_utf8_lossy(line).into_owned(),
        };
        // Threads print in any order.
        let has_threads = |state: &State| calls_of_others(state, name);
        if has_threads(&self.recording.all) || has_threads(self.state) {
            let mut left = new.clone();
            for line in &due {
                match left.iter().position(|other| other == line) {
                    Some(place) => drop(left.swap_remove(place)),
                    None => return Look::Behind(printed(line), printed(b"")),
                }
            }
            return Look::Same;
        }
        for (nth, line) in new.iter().enumerate() {
            // The newest line may not be whole yet, in either run.
            let is_last = nth + 1 == new.len() || nth + 1 == whole.len();
            match whole.get(nth) {
                Some(old) if old == line => {}
                Some(old) if is_last && (old.starts_with(line) || line.starts_with(old)) => {}
                Some(old) => return Look::Differs(printed(old), printed(line)),
                None => break,
            }
        }
        match due.get(new.len()) {
            Some(line) => Look::Behind(printed(line), printed(b"")),
            None => Look::Same,
        }
    }

    /// A segment on the wire that the recorded run never had.
    fn extra(&self) -> Look {
        let Some(rest) = self.stage.rest.as_ref().filter(|_| self.is_fresh) else {
            return Look::Same;
        };
        let held = self.state.held.iter();
        let mut held = held.filter_map(|id| self.index.target(*id));
        let is_extra =
            |target: &&Target| !target.is_again() && self.recording.index.ids(target).is_empty();
        let Some(target) = held.find(is_extra) else {
            return Look::Same;
        };
        // What was sent instead tells more than that this was not.
        let is_lacking = |target: &&Target| !target.is_again() && self.index.ids(target).is_empty();
        let expected = match rest.held.iter().find(is_lacking) {
            Some(lacking) => sent(lacking),
            None => not_sent(target),
        };
        Look::Differs(expected, sent(target))
    }

    /// A segment that the recorded run had on the wire, and that was never sent.
    fn lacking(&self) -> Look {
        let is_lacking = |target: &&Target| !target.is_again() && self.index.ids(target).is_empty();
        match self.stage.end.held.iter().find(is_lacking) {
            Some(target) => Look::Behind(sent(target), not_sent(target)),
            None => Look::Same,
        }
    }

    /// A delayed segment that had arrived by then.
    fn landing(&self) -> Look {
        let is_late = |target: &&Target| {
            let segments = self.index.ids(target).iter();
            let mut segments = segments.filter_map(|id| self.state.segments.get(id));
            segments.any(|segment| matches!(segment.fate, Fate::Delayed(_)))
        };
        match self.stage.end.landed.iter().find(is_late) {
            Some(target) => Look::Behind(
                passing(target, Passing::NotOnWire),
                passing(target, Passing::OnWire),
            ),
            None => Look::Same,
        }
    }
}

fn lines(words: &Words, text: &str) -> Vec<Vec<u8>> {
    text.lines()
        .map(|line| words.meant(line.as_bytes()))
        .collect()
}

fn calls_of_others(state: &State, name: &str) -> bool {
    let program = state.programs.get(name).into_iter();
    program.flat_map(|p| &p.calls).any(|call| call.thread != 0)
}

fn has_ended(state: &State, name: &str) -> bool {
    state.programs.get(name).is_some_and(Program::has_ended)
}

/// What a thread does now.
pub fn sight_of(state: &State, thread: &Thread) -> Sight {
    let program = thread.0.clone();
    let Some(found) = state.programs.get(&program) else {
        return Sight::Computes { program };
    };
    if let Activity::Ended { traceback, .. } = &found.activity {
        let exception = traceback.as_ref().map(|text| {
            let last = text.lines().rev().find(|line| !line.trim().is_empty());
            last.unwrap_or_default().to_owned()
        });
        return Sight::Ended { program, exception };
    }
    match found.threads.get(&thread.1) {
        Some(Some(Activity::Ready(id) | Activity::InCall(id) | Activity::Blocked(id))) => {
            let call = found.call(*id);
            call.map_or(Sight::Computes { program }, |call| {
                standing(&thread.0, call)
            })
        }
        Some(Some(Activity::Asking(_))) => Sight::Asks { program },
        Some(Some(Activity::Running | Activity::Ended { .. }) | None) | None => {
            Sight::Computes { program }
        }
    }
}

pub fn stands(program: &str, call: &CallRecord) -> Sight {
    seen(program, call, Calling::Before(call.args.clone()))
}

fn waits(program: &str, call: &CallRecord) -> Sight {
    seen(program, call, Calling::Waits)
}

fn returned(program: &str, call: &CallRecord, answer: &Resolved) -> Sight {
    let with = answer_word(&answer.returned);
    seen(program, call, Calling::Returned(with))
}

fn seen(program: &str, call: &CallRecord, seen: Calling) -> Sight {
    Sight::Call {
        program: program.to_owned(),
        line: call.line,
        call: call.name.clone(),
        seen,
    }
}

/// Before the call, or in it.
fn standing(program: &str, call: &CallRecord) -> Sight {
    match call.permitted_at_us {
        Some(_) => waits(program, call),
        None => stands(program, call),
    }
}

/// A value, or the errno's name, or the exception's where no errno is.
fn answer_word(returned: &Returned) -> String {
    match returned {
        Returned::Value { value } => value.clone(),
        Returned::Failed {
            error, exception, ..
        } => error.as_ref().unwrap_or(exception).clone(),
    }
}

fn sent(target: &Target) -> Sight {
    passing(target, Passing::Sent(target.meaning().payload.len()))
}

fn not_sent(target: &Target) -> Sight {
    passing(target, Passing::NotSent)
}

pub fn passing(target: &Target, seen: Passing) -> Sight {
    let meaning = target.meaning();
    Sight::Segment {
        from: meaning.from.clone(),
        kind: meaning.kind,
        seen,
    }
}
