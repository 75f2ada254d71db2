//! One event and all around it: what it puts on rows.

use super::buffer::Buffer;
use super::ink::Ink;
use super::page::Page;
use super::row::{Body, End, Passage, Row, Said};
use super::said;
use super::span::Role;
use super::title::{bytes, notes, retitle};
use crate::model::{CallRecord, Cause, Segment, State};
use crate::trace::{CallId, Key, Name, Returned, SegmentId, What};
use crate::words::{say, segment};

/// Of one text, so many lines are shown: the first and the last.
const FEW: (usize, usize) = (3, 1);
const MANY: (usize, usize) = (12, 4);
/// Of a traceback the end matters more.
const TRACEBACK: (usize, usize) = (6, 24);

/// One event and all around it.
pub struct Scene<'a> {
    pub at_us: u64,
    pub state: &'a State,
    pub page: &'a Page,
    pub rows: &'a mut Buffer,
}

impl Scene<'_> {
    pub fn push(&mut self, body: Body) {
        if self.at_us >= self.page.look.from_us {
            self.rows.push(Row {
                at_us: self.at_us,
                touched_us: self.at_us,
                states: Vec::new(),
                body,
            });
        }
    }

    /// The lifeline of a program, where what programs do is shown.
    fn seat_of(&self, program: &Name) -> Option<usize> {
        let program = self.state.programs.get(program)?;
        let host = self.page.index(&program.host);
        host.filter(|_| !self.page.look.is_wire_only)
    }

    fn say(&mut self, program: &Name, ink: Ink, most: (usize, usize)) {
        if let Some(host) = self.seat_of(program) {
            self.push(Body::Said(Said {
                host,
                call: None,
                is_open: false,
                ink,
                most,
            }));
        }
    }

    pub fn of_program(&mut self, what: &What) {
        let language = self.page.look.language;
        match what {
            What::Blocked { call, .. } => self.blocked(*call),
            What::Return {
                program,
                call,
                returned,
                ..
            } => self.returned(program, *call, returned),
            What::Print { program, text } => self.say(program, said::print(text), MANY),
            What::Ask {
                program,
                prompt,
                thread,
            } => self.asks(program, said::ask(prompt, *thread)),
            What::Answer { program, text, .. } => self.answered(program, text.as_deref()),
            What::Thread {
                program,
                thread,
                state,
            } => {
                if let Some(ink) = said::thread(language, *thread, *state) {
                    self.say(program, ink, FEW);
                }
            }
            What::Exit {
                program, traceback, ..
            } => {
                let ink = said::exit(language, traceback.as_deref());
                self.say(program, ink, TRACEBACK);
            }
            What::Call { .. }
            | What::Line { .. }
            | What::Sent { .. }
            | What::Inferred { .. }
            | What::Delivered { .. }
            | What::Dropped { .. }
            | What::Duplicated { .. }
            | What::Corrupted { .. }
            | What::Delayed { .. }
            | What::Socket(_)
            | What::Buffers(_)
            | What::Counters { .. }
            | What::Gone { .. }
            | What::Order(_)
            | What::Note { .. }
            | What::Rest
            | What::Ended { .. }
            | What::Unknown => {}
        }
    }

    /// A program's call was let into its kernel just now.
    pub fn entered(&mut self, program: &Name) {
        let (state, at_us) = (self.state, self.at_us);
        let calls = state.programs.get(program).map(|program| &program.calls);
        let mut newest = calls
            .into_iter()
            .flat_map(|calls| calls.iter().rev().take(256));
        let is_it =
            |call: &&CallRecord| call.permitted_at_us == Some(at_us) && call.resolved.is_none();
        if let Some(host) = self.seat_of(program)
            && let Some(call) = newest.find(is_it)
        {
            self.push(Body::Said(Said {
                host,
                call: Some(call.id),
                is_open: true,
                ink: said::call(call),
                most: FEW,
            }));
        }
    }

    fn blocked(&mut self, call: CallId) {
        if let Some(said) = self.rows.go_on(|said| said.call == Some(call)) {
            said.shut();
        }
    }

    fn returned(&mut self, program: &Name, id: CallId, returned: &Returned) {
        let outcome = said::outcome(returned);
        if let Some(said) = self.rows.go_on(|said| said.call == Some(id)) {
            said.ink.add(outcome);
            said.is_open = false;
            return;
        }
        let state = self.state;
        let call = state.programs.get(program).and_then(|p| p.call(id));
        if let Some(host) = self.seat_of(program)
            && let Some(call) = call
        {
            let mut ink = match call.permitted_at_us {
                Some(_) => said::again(call),
                None => said::call(call),
            };
            ink.add(outcome);
            self.push(Body::Said(Said {
                host,
                call: Some(id),
                is_open: false,
                ink,
                most: FEW,
            }));
        }
    }

    fn asks(&mut self, program: &Name, ink: Ink) {
        if let Some(host) = self.seat_of(program) {
            self.push(Body::Said(Said {
                host,
                call: None,
                is_open: true,
                ink,
                most: FEW,
            }));
        }
    }

    fn answered(&mut self, program: &Name, text: Option<&str>) {
        let answer = said::answer(self.page.look.language, text);
        let Some(host) = self.seat_of(program) else {
            return;
        };
        let is_it = |said: &Said| said.host == host && said.call.is_none();
        if let Some(said) = self.rows.go_on(is_it) {
            said.ink.add(answer);
            said.is_open = false;
        } else {
            let mut ink = Ink::new("input()", Role::Call);
            ink.add(answer);
            self.say(program, ink, FEW);
        }
    }

    /// Something that happened to the wire.
    pub fn wire(&mut self, ink: Option<Ink>) {
        if let Some(ink) = ink {
            self.push(Body::Wire(ink));
        }
    }

    pub fn delayed(&mut self, id: SegmentId, ms: u32) {
        let language = self.page.look.language;
        let delayed = say!(language, "terminal.delayed", ms = ms).into_owned();
        if let Some(passage) = self.rows.under_way(id) {
            passage.notes.push(delayed);
        } else if let Some(segment) = self.state.segments.get(&id)
            && self.passage(segment, Vec::new()).is_some()
        {
            let name = segment::bare(language, segment);
            let mut ink = Ink::new(format!("#{id} {name}"), Role::Note);
            ink.push(&format!(": {delayed}"), Role::Note);
            self.wire(Some(ink));
        }
    }

    pub fn gone(&mut self, host: &Name, key: Key) {
        let (state, language) = (self.state, self.page.look.language);
        let sockets = state.hosts.get(host).map(|host| &host.sockets);
        let socket = sockets.and_then(|sockets| sockets.get(&key));
        let newest = socket.and_then(|socket| socket.states.last());
        if let Some(host) = self.page.index(host)
            && let Some((_, was)) = newest.filter(|(_, state)| !is_closed(state))
        {
            let mut ink = Ink::new(was, Role::State);
            ink.push(&format!(": {}", say!(language, "terminal.gone")), Role::Dim);
            self.push(Body::Said(Said {
                host,
                call: None,
                is_open: false,
                ink,
                most: FEW,
            }));
        }
    }

    /// `None` when neither end is shown.
    pub fn passage(&self, segment: &Segment, extra: Vec<String>) -> Option<Passage> {
        let (state, page) = (self.state, self.page);
        let end = |name: Option<&Name>| match name.and_then(|name| page.index(name)) {
            Some(host) => End::Lifeline(host),
            None => End::Beyond(name.cloned()),
        };
        let (from, to) = (end(Some(&segment.from)), end(segment.to.as_ref()));
        if matches!((&from, &to), (End::Beyond(_), End::Beyond(_))) {
            return None;
        }
        let made_by = match state.causes().of_segment(segment.id) {
            Some(Cause::Call(id)) => Some(*id),
            Some(
                Cause::Arrival(_) | Cause::Timer | Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown,
            )
            | None => None,
        };
        let mut all = extra;
        all.extend(notes(segment, state, page));
        let mut passage = Passage {
            segment: segment.id,
            from,
            to,
            title: Ink::default(),
            short: (Ink::default(), Ink::default()),
            has_left: false,
            fate: None,
            is_open: false,
            is_inferred: segment.inferred.is_some(),
            is_twin: segment.duplicate_of().is_some(),
            notes: all,
            bytes: page.look.has_bytes.then(|| bytes(segment)).flatten(),
            made_by,
        };
        retitle(&mut passage, segment, state, page);
        Some(passage)
    }
}

/// A socket that is neither listening nor connected.
pub fn is_closed(state: &str) -> bool {
    state == "CLOSE" || state == "CLOSED"
}
