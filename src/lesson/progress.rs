//! How far a run has come in its lesson: beats reached, quizzes judged, myths answered,
//! expectations met. Pure.
//!
//! In: each event, with the state after it. Out: newly reached beats; verdicts. A session feeds
//! it while the run is live; feeding a whole saved trace gives the same answers.

use std::collections::BTreeMap;

use super::trigger::Watcher;
use super::types::{Beat, Block, Lesson, Myth, Quiz};
use super::{Expect, Trigger};
use crate::model::State;
use crate::trace::{Event, Moment, Trace, What};

/// Beats are reached in order, each at the first event at which its trigger holds.
///
/// Two things may come a little early and still count, because a learner steps freely and a
/// teacher need not know the order of events inside a kernel: whatever *happens* within the step
/// that reaches the beat before (a step ends at the lab's rest), or while only that beat is
/// missing.
#[derive(Clone, Debug)]
pub struct BeatWatch {
    beats: Vec<WatchedBeat>,
    reached: Vec<Option<Moment>>,
    verdicts: BTreeMap<usize, usize>,
    /// The event that decided each quiz.
    evidence: BTreeMap<usize, Moment>,
    /// The event that answered each myth.
    myths: BTreeMap<usize, Moment>,
    /// Quizzes of which several options came true at the same event.
    ties: BTreeMap<usize, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct WatchedBeat {
    trigger: Trigger,
    watcher: Watcher,
    /// Its trigger held before its turn came, and that still counts.
    has_held: bool,
    /// The beat after it was reached, and that step is over.
    is_over: bool,
    /// One watcher an option; none without a quiz that the run judges.
    options: Vec<Watcher>,
    /// The right option, where the lesson says which it is.
    key: Option<usize>,
    expects: Vec<WatchedExpect>,
    /// What answers the beat's myth.
    myth: Option<WatchedExpect>,
}

#[derive(Clone, Debug)]
struct WatchedExpect {
    expect: Expect,
    watcher: Watcher,
    met: Option<Moment>,
}

impl BeatWatch {
    pub fn new(lesson: &Lesson) -> Self {
        Self {
            beats: lesson.beats.iter().map(WatchedBeat::new).collect(),
            reached: vec![None; lesson.beats.len()],
            verdicts: BTreeMap::new(),
            evidence: BTreeMap::new(),
            myths: BTreeMap::new(),
            ties: BTreeMap::new(),
        }
    }

    /// After a whole trace.
    pub fn of(lesson: &Lesson, trace: &Trace) -> Self {
        let mut watch = Self::new(lesson);
        let mut state = State::new(trace.header());
        for event in trace.events() {
            state.apply(event);
            watch.see(&state, event);
        }
        watch
    }

    /// Takes the next event and the state after it; gives the beats reached by it.
    pub fn see(&mut self, state: &State, event: &Event) -> Vec<(usize, Moment)> {
        self.judge_quizzes(state, event);
        let newly = self.reach(state, event);
        self.check_expects(state, event);
        self.answer_myths();
        if matches!(event.what, What::Rest | What::Ended { .. }) {
            self.end_step();
        }
        newly
    }

    /// When each beat was reached.
    pub fn reached(&self) -> &[Option<Moment>] {
        &self.reached
    }

    /// The option of a beat's quiz that the run has shown to be right.
    pub fn verdict(&self, beat: usize) -> Option<usize> {
        self.verdicts.get(&beat).copied()
    }

    /// A guess decides a quiz by key. Whether this beat has one that was open until now.
    pub fn judge_by_key(&mut self, beat: usize) -> bool {
        let Some(right) = self.beats.get(beat).and_then(|beat| beat.key) else {
            return false;
        };
        self.verdicts.insert(beat, right).is_none()
    }

    /// The right option of each quiz that is decided, by beat.
    pub fn verdicts(&self) -> &BTreeMap<usize, usize> {
        &self.verdicts
    }

    /// The moment after the event that decided each quiz, by beat.
    pub fn evidence(&self) -> &BTreeMap<usize, Moment> {
        &self.evidence
    }

    /// The moment after the event that answered each myth, by beat; of beats that were reached.
    pub fn myths(&self) -> &BTreeMap<usize, Moment> {
        &self.myths
    }

    /// The options of a quiz that came true at once, by beat: it asks for one of two right ones.
    pub fn ties(&self) -> &BTreeMap<usize, Vec<usize>> {
        &self.ties
    }

    /// What the lesson states and the run has not shown, by beat; what answers a myth included.
    pub fn unmet(&self) -> Vec<(usize, &Expect)> {
        let expects = self.beats.iter().enumerate().flat_map(|(index, beat)| {
            let all = beat.expects.iter().chain(&beat.myth);
            let unmet = all.filter(|expect| expect.met.is_none());
            unmet.map(move |unmet| (index, &unmet.expect))
        });
        expects.collect()
    }

    /// How many beats have been reached; also the index of the next one.
    fn current(&self) -> usize {
        let is_open = |moment: &Option<Moment>| moment.is_none();
        let open = self.reached.iter().position(is_open);
        open.unwrap_or(self.reached.len())
    }

    fn reach(&mut self, state: &State, event: &Event) -> Vec<(usize, Moment)> {
        let mut next = self.current();
        for beat in &mut self.beats[next..] {
            let holds_now = beat.watcher.see(state, event);
            // What is only so for a while must be so when its turn comes.
            beat.has_held = holds_now || beat.has_held && !beat.watcher.is_condition();
        }
        let mut newly = Vec::new();
        while self.beats.get(next).is_some_and(|beat| beat.has_held) {
            self.reached[next] = Some(state.moment);
            newly.push((next, state.moment));
            next += 1;
            self.use_up(next);
        }
        newly
    }

    /// What reached a beat does not reach a later one with the same trigger: that waits for the
    /// next time.
    fn use_up(&mut self, next: usize) {
        let (reached, later) = self.beats.split_at_mut(next);
        for beat in later {
            if reached
                .last()
                .is_some_and(|last| last.trigger.rule == beat.trigger.rule)
            {
                beat.forget_trigger();
            }
        }
    }

    /// Watches only what comes after a beat was reached: `see` asks before it reaches.
    fn judge_quizzes(&mut self, state: &State, event: &Event) {
        let reached = self.current();
        for (index, beat) in self.beats[..reached].iter_mut().enumerate() {
            if self.verdicts.contains_key(&index) {
                continue;
            }
            let mut came = Vec::new();
            for (option, watcher) in beat.options.iter_mut().enumerate() {
                if watcher.see(state, event) {
                    came.push(option);
                }
            }
            let right = came.first().copied();
            if came.len() > 1 {
                self.ties.insert(index, came);
            }
            self.verdicts.extend(right.map(|option| (index, option)));
            self.evidence.extend(right.map(|_| (index, state.moment)));
        }
    }

    /// From the step that reached the beat before it, to the step that reached the beat after it.
    fn check_expects(&mut self, state: &State, event: &Event) {
        for beat in self.beats.iter_mut().filter(|beat| !beat.is_over) {
            for expect in beat.expects.iter_mut().chain(&mut beat.myth) {
                expect.see(state, event);
            }
        }
    }

    /// Before its passage is reached, an answer is not told.
    fn answer_myths(&mut self) {
        for (index, beat) in self.beats[..self.current()].iter().enumerate() {
            let met = beat.myth.as_ref().and_then(|myth| myth.met);
            self.myths.extend(met.map(|moment| (index, moment)));
        }
    }

    /// What held in this step no longer counts for beats whose turn is far off.
    fn end_step(&mut self) {
        let current = self.current();
        for (index, beat) in self.beats.iter_mut().enumerate() {
            if index + 1 < current {
                beat.is_over = true;
            }
            if index > current + 1 {
                beat.forget_trigger();
            }
            if index > current {
                beat.forget_expects();
            }
        }
    }
}

impl WatchedBeat {
    fn new(beat: &Beat) -> Self {
        let quiz = quiz_of(&beat.body);
        let options = quiz.map_or(&[][..], |quiz| &quiz.options).iter();
        let triggers = options.filter_map(|option| option.judged.trigger());
        Self {
            trigger: beat.trigger.clone(),
            watcher: Watcher::new(&beat.trigger),
            has_held: false,
            is_over: false,
            options: triggers.map(Watcher::new).collect(),
            key: quiz.and_then(Quiz::key),
            expects: beat.expects.iter().map(WatchedExpect::new).collect(),
            myth: myth_of(&beat.body).map(|myth| WatchedExpect::new(&myth.shows)),
        }
    }

    fn forget_trigger(&mut self) {
        self.watcher = Watcher::new(&self.trigger);
        self.has_held = false;
    }

    fn forget_expects(&mut self) {
        for expect in self.expects.iter_mut().chain(&mut self.myth) {
            *expect = WatchedExpect::new(&expect.expect);
        }
    }
}

impl WatchedExpect {
    fn new(expect: &Expect) -> Self {
        Self {
            expect: expect.clone(),
            watcher: Watcher::new(&expect.trigger),
            met: None,
        }
    }

    fn see(&mut self, state: &State, event: &Event) {
        let holds = self.watcher.see(state, event);
        if holds && self.met.is_none() {
            self.met = Some(state.moment);
        }
    }
}

/// The lesson's quizzes, each with its beat.
pub fn quizzes(lesson: &Lesson) -> impl Iterator<Item = (usize, &Quiz)> {
    let beats = lesson.beats.iter().enumerate();
    beats.filter_map(|(index, beat)| quiz_of(&beat.body).map(|quiz| (index, quiz)))
}

fn quiz_of(body: &[Block]) -> Option<&Quiz> {
    body.iter().find_map(|block| {
        if let Block::Quiz(quiz) = block {
            Some(quiz)
        } else {
            None
        }
    })
}

fn myth_of(body: &[Block]) -> Option<&Myth> {
    body.iter().find_map(|block| {
        if let Block::Myth(myth) = block {
            Some(myth)
        } else {
            None
        }
    })
}
