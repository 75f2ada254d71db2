//! A trace and where we look.
//!
//! In: events as they come, and moves of the cursor. Out: the [`State`] at the cursor. The past
//! is read-only: whoever wants to give an order asks [`Timeline::is_live`] first. A recorded run
//! is all past, its end too.
//!
//! States along the way are kept, so that a look at any moment folds few events: a state shares
//! with its clones all that did not change since (`model::shared`), and there is a most of them.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::State;
use crate::trace::{Event, Header, Moment, Trace, What};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    Live,
    Fixed(Moment),
}

/// Which run, and how far: two timelines with the same stamp show the same state. What is dear to
/// work out from a state can be kept for as long as its stamp stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    run: u64,
    moment: Moment,
}

/// So many events lie between two kept states at first: folding them takes less than a frame.
const APART: usize = 1024;
/// With more kept states than this, every other one goes, and the next ones lie twice as far
/// apart. The longest run, 250 000 events, comes to 61 states with 4096 events between.
const MOST_KEPT: usize = 64;
/// The same with more than so many bytes that kept states share with no other. A run of a lesson
/// comes to a fraction of it; a file may be made to come to anything.
const MOST_WEIGHT: usize = 64 << 20;

#[derive(Clone, Debug)]
pub struct Timeline {
    /// No other timeline of this process has it.
    run: u64,
    trace: Trace,
    cursor: Cursor,
    /// Nothing comes any more, and there is no lab to order anything of.
    is_recorded: bool,
    /// The newest state, kept so that an event costs one `apply`.
    newest: State,
    /// The state at a fixed cursor.
    past: Option<State>,
    /// States on the way, oldest first, each `apart` events after the one before; the first is
    /// the empty one. Each with its own weight.
    kept: Vec<(State, usize)>,
    apart: usize,
    /// Moments at which the run stood still: what `Back` and `Forward` go by.
    stops: Vec<Moment>,
    /// Something worth a stop has happened since the last one.
    has_news: bool,
}

impl Timeline {
    pub fn new(header: Header) -> Self {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let newest = State::new(&header);
        Self {
            run: RUNS.fetch_add(1, Ordering::Relaxed),
            trace: Trace::new(header),
            cursor: Cursor::Live,
            is_recorded: false,
            past: None,
            kept: vec![(newest.clone(), newest.weight())],
            apart: APART,
            newest,
            stops: Vec::new(),
            has_news: true,
        }
    }

    pub fn of(trace: Trace) -> Self {
        let mut timeline = Self::new(trace.header().clone());
        for event in trace.into_events() {
            timeline.push(event);
        }
        timeline
    }

    /// Nothing is added to it any more: it is looked at, from its beginning.
    pub fn into_recorded(mut self) -> Self {
        self.is_recorded = true;
        self.go_to(Moment(0));
        self
    }

    pub fn push(&mut self, event: Event) {
        let before = self.newest.moment;
        self.newest.apply(&event);
        self.has_news |= is_news(&event.what);
        if matches!(event.what, What::Rest | What::Ended { .. }) {
            let moment = self.newest.moment;
            match self.stops.last_mut() {
                // A copy behind a held segment, a timer set anew: no step of its own.
                Some(last) if !self.has_news => *last = moment,
                Some(_) | None => self.stops.push(moment),
            }
            self.has_news = false;
        } else if let What::Order(ordered) = &event.what
            && ordered.order.is_only_said()
            && let Some(last) = self.stops.last_mut().filter(|last| **last == before)
        {
            // A guess while all stands still is no step of its own, either.
            *last = self.newest.moment;
        }
        self.trace.push(event);
        self.keep();
    }

    fn keep(&mut self) {
        if !self.newest.moment.0.is_multiple_of(self.apart) {
            return;
        }
        let weight = self.newest.weight();
        self.kept.push((self.newest.clone(), weight));
        let weight =
            |kept: &Vec<(State, usize)>| kept.iter().map(|(_, weight)| weight).sum::<usize>();
        while self.kept.len() > MOST_KEPT
            || (self.kept.len() > 1 && weight(&self.kept) > MOST_WEIGHT)
        {
            let mut is_even = false;
            self.kept.retain(|_| {
                is_even = !is_even;
                is_even
            });
            self.apart *= 2;
        }
    }

    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// What we look at is now, and a lab goes on from there.
    pub fn is_live(&self) -> bool {
        self.is_at_end() && !self.is_recorded
    }

    pub fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// Nothing comes after what we look at.
    pub fn is_at_end(&self) -> bool {
        self.cursor == Cursor::Live
    }

    /// The moment we look at.
    pub fn moment(&self) -> Moment {
        match self.cursor {
            Cursor::Live => self.trace.end(),
            Cursor::Fixed(moment) => moment,
        }
    }

    /// Which run: the same while events come, another one after a restart.
    pub fn run(&self) -> u64 {
        self.run
    }

    pub fn stamp(&self) -> Stamp {
        Stamp {
            run: self.run,
            moment: self.state().moment,
        }
    }

    /// What is true at the cursor.
    pub fn state(&self) -> &State {
        self.past.as_ref().unwrap_or(&self.newest)
    }

    /// What is true now, wherever we look.
    pub fn newest(&self) -> &State {
        &self.newest
    }

    pub fn stops(&self) -> &[Moment] {
        &self.stops
    }

    /// How many stops lie at or before the cursor: "step 9".
    pub fn step(&self) -> usize {
        let moment = self.moment();
        self.stops.partition_point(|stop| *stop <= moment)
    }

    pub fn go_to(&mut self, moment: Moment) {
        if moment >= self.trace.end() {
            return self.go_live();
        }
        self.cursor = Cursor::Fixed(moment);
        let mut state = self.near(moment);
        let left = state.moment.0..moment.0;
        for event in &self.trace.events()[left] {
            state.apply(event);
        }
        self.past = Some(state);
    }

    /// The latest state at hand that is not after this moment.
    fn near(&mut self, moment: Moment) -> State {
        let kept = self
            .kept
            .partition_point(|(state, _)| state.moment <= moment);
        let (kept, _) = &self.kept[kept.saturating_sub(1)];
        match self.past.take() {
            Some(past) if (kept.moment..=moment).contains(&past.moment) => past,
            Some(_) | None => kept.clone(),
        }
    }

    /// To the newest there is; of a recorded run, to its end.
    pub fn go_live(&mut self) {
        self.cursor = Cursor::Live;
        self.past = None;
    }

    /// To the stop before this one; the very beginning counts as one.
    pub fn back(&mut self) {
        if let Some(moment) = self.previous_stop() {
            self.go_to(moment);
        }
    }

    pub fn forward(&mut self) {
        let moment = self.moment();
        let next = self.stops.partition_point(|stop| *stop <= moment);
        match self.stops.get(next).copied() {
            Some(stop) => self.go_to(stop),
            None => self.go_live(),
        }
    }

    /// Where `Back` would go; `None` at the beginning.
    pub fn previous_stop(&self) -> Option<Moment> {
        let moment = self.moment();
        // While things still move, the newest stop is the one before what moves.
        let before = self.stops.partition_point(|stop| *stop < moment);
        let before = before.checked_sub(1).map(|index| self.stops[index]);
        before.or((moment > Moment(0)).then_some(Moment(0)))
    }
}

fn is_news(what: &What) -> bool {
    match what {
        What::Sent { absorbed, .. } => !absorbed,
        What::Order(ordered) => !ordered.order.is_only_said(),
        What::Socket(_)
        | What::Buffers(_)
        | What::Counters { .. }
        | What::Note { .. }
        | What::Rest
        | What::Unknown => false,
        What::Call { .. }
        | What::Blocked { .. }
        | What::Return { .. }
        | What::Line { .. }
        | What::Print { .. }
        | What::Ask { .. }
        | What::Answer { .. }
        | What::Thread { .. }
        | What::Exit { .. }
        | What::Delivered { .. }
        | What::Dropped { .. }
        | What::Duplicated { .. }
        | What::Inferred { .. }
        | What::Corrupted { .. }
        | What::Delayed { .. }
        | What::Gone { .. }
        | What::Ended { .. } => true,
    }
}
