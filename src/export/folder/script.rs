//! The recorded orders as a director's script, by what they mean.
//!
//! In: a trace. Out: what the lines say, and for each whether all would have gone so anyway. An
//! order that did nothing, as a second click does, and a guess, which moves nothing, are left out.
//! What came by itself before the next order, by a timer, a delay or a time-out, is waited for.

use super::lines::Said;
use crate::director::{self, Next, quoted, words_for};
use crate::lesson::is_plain_name;
use crate::model::{Activity, Fate, Program, State};
use crate::trace::{CallId, Event, Name, Order, Resent, SegmentId, Trace, Traffic, What};

/// So many orders are told: a script has room for far fewer lines.
const MOST_ORDERS: usize = 10_000;

/// A kernel that answers does so at once; after such a pause, in microseconds, a timer has sent it
/// (`TCP_DELACK_MIN` is 40 ms, and a busy machine may be late in saying that all is at rest).
const PAUSE_US: u64 = 5_000;

/// One thing to say.
#[derive(Debug, PartialEq)]
pub struct Entry {
    pub said: Said,
    /// Without a script it would have gone so, too.
    pub is_usual: bool,
}

/// All that was ordered, and how many orders there was no room for.
pub fn told(trace: &Trace) -> (Vec<Entry>, usize) {
    let mut telling = Telling {
        state: State::new(trace.header()),
        entries: Vec::new(),
        orders: 0,
        began_us: 0,
        has_rested: false,
        came: Vec::new(),
    };
    for event in trace.events() {
        telling.take(event);
    }
    telling.close_steps();
    let left_out = telling.orders.saturating_sub(MOST_ORDERS);
    (telling.entries, left_out)
}

struct Telling {
    state: State,
    entries: Vec<Entry>,
    orders: usize,
    /// When the newest order was given.
    began_us: u64,
    /// All was at rest after it.
    has_rested: bool,
    /// What came by itself after that rest: for whom, and the line that waits for it.
    came: Vec<(String, String)>,
}

impl Telling {
    fn take(&mut self, event: &Event) {
        if let What::Order(ordered) = &event.what {
            self.order(&ordered.order, event.at_us);
        }
        let was_timed = self.was_timed(event);
        let is_late = self.is_late(event);
        self.state.apply(event);
        if self.has_rested || is_late {
            self.note_coming(event, was_timed);
        }
        self.has_rested |= event.what == What::Rest;
    }

    /// A guess only is written down, and what does nothing is no order.
    fn order(&mut self, order: &Order, at_us: u64) {
        let Some(said) = self.said(order) else {
            return;
        };
        self.orders += 1;
        if self.orders > MOST_ORDERS {
            return;
        }
        self.close_steps();
        let came = std::mem::take(&mut self.came);
        self.entries.extend(came.into_iter().map(|(_, line)| Entry {
            said: Said::Line(line),
            // A slower machine would do something else before it comes, and a faster one after.
            is_usual: false,
        }));
        let is_usual = self.is_usual(order);
        let last = said.len();
        let entries = said.into_iter().map(|said| Entry {
            said,
            is_usual: is_usual && last == 1,
        });
        self.entries.extend(entries);
        self.began_us = at_us;
        self.has_rested = false;
    }

    fn is_usual(&self, order: &Order) -> bool {
        let Next::Give(usual) = director::next(&self.state) else {
            return false;
        };
        match (order, &usual) {
            (
                Order::Step { program, thread },
                Order::Step {
                    program: other,
                    thread: of_other,
                },
            ) => {
                let Some(found) = self.state.programs.get(program) else {
                    return false;
                };
                program == other && ready(found, *thread) == ready(found, *of_other)
            }
            (order, usual) => order == usual,
        }
    }

    /// The lines for an order, a single one but for *deliver all*; `None` when it does nothing.
    fn said(&self, order: &Order) -> Option<Vec<Said>> {
        let one = |said| Some(vec![said]);
        match order {
            Order::Step { program, thread } => one(self.step(program, *thread)?),
            Order::Answer { program, text } => {
                if !asks(self.state.programs.get(program)?) {
                    return None;
                }
                one(answer(program, text.as_deref()))
            }
            Order::Deliver { segment } => one(self.about("deliver", *segment, "")?),
            Order::Drop { segment } => one(self.about("drop", *segment, "")?),
            Order::Duplicate { segment } => one(self.about("duplicate", *segment, "")?),
            Order::Corrupt { segment, byte } => {
                let byte = byte.map(|byte| format!(" byte {byte}"));
                one(self.about("corrupt", *segment, &byte.unwrap_or_default())?)
            }
            Order::Delay { segment, ms } => {
                let by = format!(" by {}s", f64::from(*ms) / 1_000.0);
                one(self.about("delay", *segment, &by)?)
            }
            Order::DeliverAll => {
                let held = self.state.held.iter();
                let lines = held.filter_map(|id| self.about("deliver", *id, ""));
                let lines: Vec<Said> = lines.collect();
                (!lines.is_empty()).then_some(lines)
            }
            Order::Hold { traffic, on } => one(hold(traffic, *on)),
            Order::Guess { .. } => None,
        }
    }

    fn step(&self, name: &Name, thread: Option<u32>) -> Option<Said> {
        let program = self.state.programs.get(name)?;
        let (thread, call) = ready(program, thread)?;
        let call = program.call(call)?.name.clone();
        if !is_sayable(name) {
            return Some(Said::Wordless {
                order: format!("{name} {call}"),
            });
        }
        let is_alone = program.threads.len() == 1 && thread == 0;
        Some(Said::Step {
            program: name.clone(),
            thread: (!is_alone).then_some(thread),
            call,
            then: None,
        })
    }

    fn about(&self, verb: &str, id: SegmentId, how: &str) -> Option<Said> {
        let segment = self.state.segments.get(&id).filter(|s| s.is_on_wire())?;
        let words = words_for(&self.state, id).filter(|_| is_sayable(&segment.from));
        Some(match words {
            Some(words) => Said::Line(format!("{verb} {words}{how}")),
            None => Said::Wordless {
                order: format!("{verb} #{id}{how}"),
            },
        })
    }

    /// How the last step's thread stood when the next order came.
    fn close_steps(&mut self) {
        let Some(Entry {
            said:
                Said::Step {
                    program,
                    thread,
                    then,
                    ..
                },
            ..
        }) = self.entries.last_mut()
        else {
            return;
        };
        let Some(program) = self.state.programs.get(program) else {
            return;
        };
        let doing = program.threads.get(&thread.unwrap_or(0));
        let has_ended = match thread {
            None => program.has_ended(),
            Some(_) => doing.is_none(),
        };
        let is_blocked = matches!(doing, Some(Some(Activity::Blocked(_))))
            && (thread.is_some() || program.threads.len() == 1);
        *then = match (has_ended, is_blocked) {
            (true, _) => Some("until ends"),
            (false, true) => Some("until blocked"),
            (false, false) => None,
        };
    }

    /// Sent by a timer, although nobody has said that all was at rest.
    fn is_late(&self, event: &Event) -> bool {
        let What::Sent {
            copy_of, reason, ..
        } = &event.what
        else {
            return false;
        };
        let is_answer = *reason == Some(Resent::FastRetransmit);
        let pause_us = event.at_us.saturating_sub(self.state.at_us);
        (copy_of.is_some() && !is_answer) || pause_us >= PAUSE_US
    }

    /// Of a delivered segment: whether the wire did it at its own time. Of a socket that is gone:
    /// whether a timer ended it.
    fn was_timed(&self, event: &Event) -> bool {
        if let What::Delivered { segment } = &event.what {
            let segment = self.state.segments.get(segment);
            return segment.is_some_and(|s| matches!(s.fate, Fate::Delayed(_)));
        }
        let What::Gone { host, key } = &event.what else {
            return false;
        };
        let host = self.state.hosts.get(host);
        let socket = host.and_then(|host| host.sockets.get(key));
        socket.is_some_and(|s| matches!(s.facts.state.as_str(), "TIME_WAIT" | "FIN_WAIT2"))
    }

    /// All was at rest before: only time has brought it.
    fn note_coming(&mut self, event: &Event, was_timed: bool) {
        let Some((whose, line)) = self.coming(event, was_timed) else {
            return;
        };
        // The last of its kind is the last to come.
        self.came.retain(|(other, _)| *other != whose);
        self.came.push((whose, line));
    }

    /// Whose it is, and the line that waits for it.
    fn coming(&self, event: &Event, was_timed: bool) -> Option<(String, String)> {
        if let What::Return { program, call, .. } = &event.what {
            let call = self.state.programs.get(program)?.call(*call)?;
            let whose = match call.thread {
                0 => program.clone(),
                thread => format!("{program} thread {thread}"),
            };
            let line = format!("wait for {whose} {}", call.name);
            return Some((format!("call of {whose}"), line));
        }
        if let What::Sent {
            segment,
            from,
            absorbed: false,
            ..
        } = &event.what
        {
            let words = words_for(&self.state, *segment)?;
            return Some((from.clone(), format!("wait for {words}")));
        }
        if !was_timed {
            return None;
        }
        if let What::Delivered { segment } = &event.what {
            let words = words_for(&self.state, *segment)?;
            return Some((words.clone(), format!("wait for {words} delivered")));
        }
        let seconds = event.at_us.saturating_sub(self.began_us) as f64 / 1e6;
        Some(("time".to_owned(), format!("wait {seconds:.1}s")))
    }
}

/// The thread that an order means, and the call it stands before.
fn ready(program: &Program, wanted: Option<u32>) -> Option<(u32, CallId)> {
    let mut ready = program.ready();
    ready.find(|(thread, _)| wanted.is_none_or(|wanted| wanted == *thread))
}

fn asks(program: &Program) -> bool {
    let mut doing = program.threads.values().flatten();
    doing.any(|doing| matches!(doing, Activity::Asking(_)))
}

fn answer(program: &str, text: Option<&str>) -> Said {
    let text = match text {
        None => Some("end".to_owned()),
        Some(text) => quoted(text),
    };
    match text.filter(|_| is_sayable(program)) {
        Some(text) => Said::Line(format!("answer {program} {text}")),
        None => Said::Wordless {
            order: format!("answer {program} …"),
        },
    }
}

fn hold(traffic: &Traffic, on: bool) -> Said {
    let verb = if on { "hold" } else { "release" };
    let what = match (&traffic.from, &traffic.kind) {
        (None, None) => "all".to_owned(),
        (None, Some(kind)) => kind.to_string(),
        (Some(host), None) => host.clone(),
        (Some(host), Some(kind)) => format!("{host} {kind}"),
    };
    let line = format!("{verb} {what}");
    match traffic.from.as_deref().is_none_or(is_sayable) {
        true => Said::Line(line),
        false => Said::Wordless { order: line },
    }
}

/// What begins a line of a script, or stands for every host, cannot be a name in it.
fn is_sayable(name: &str) -> bool {
    const TAKEN: [&str; 22] = [
        "deliver",
        "drop",
        "duplicate",
        "corrupt",
        "delay",
        "hold",
        "release",
        "wait",
        "answer",
        "as",
        "rest",
        "any",
        "all",
        "syn",
        "ack",
        "data",
        "fin",
        "rst",
        "udp",
        "icmp",
        "ip",
        "thread",
    ];
    is_plain_name(name) && !TAKEN.contains(&name)
}
