//! What a session does with its shelf: opens lessons, runs tries, and marks how far one has come.
//!
//! In: [`Shelving`] commands, and each event of the run. Out: a fresh lab where one is wanted, and
//! the shelf's progress. What is kept on disk is others' to write.

use std::sync::Arc;

use super::desk::{Progress, Resume, Shelf, Shelving, is_timer_running};
use super::gallery::{Gallery, Job};
use super::{Notice, Session};
use crate::director::{Next, Script, WhyNot};
use crate::lesson::{Inline, Lesson, Pixels, Try, quizzes};
use crate::trace::{By, Order, Ordered, Setup, WireKind};

/// Of one lesson's pictures: 128 MB of them.
const MOST_PIXELS: u64 = 32 << 20;

impl Session {
    /// What the contents list, from the course.
    pub(super) fn stock_shelf(&mut self) {
        let shelf = &mut self.desk.shelf;
        shelf.entries = self.course.entries();
        shelf.open = self.course.opened();
    }

    pub(super) fn shelve(&mut self, shelving: Shelving) {
        match shelving {
            Shelving::Open(id) => self.open_lesson(&id),
            Shelving::Try(index) => self.run_try(index),
            Shelving::EndTry => self.end_try(),
            Shelving::ForgetPlace => self.desk.shelf.resume = None,
            Shelving::Hint(beat) => {
                let hints = &mut self.desk.shelf.hints;
                if !hints.remove(&beat) {
                    hints.insert(beat);
                }
            }
            Shelving::Puzzle(index, solve) => self.solve(index, &solve),
            Shelving::Kept(progress) => self.recall(progress),
            Shelving::Forget(id) => {
                let shelf = &mut self.desk.shelf;
                shelf.forgotten = Some(shelf.progress.forget(id.as_deref()));
                shelf.resume = None;
            }
            Shelving::Remember => {
                let shelf = &mut self.desk.shelf;
                if let Some(forgotten) = shelf.forgotten.take() {
                    shelf.progress.remember(forgotten);
                }
            }
        }
    }

    /// Another lesson on a fresh lab. What was reached in this one is kept.
    fn open_lesson(&mut self, id: &str) {
        if !self.course.turn_to(id) {
            return;
        }
        let shelf = &mut self.desk.shelf;
        shelf.open = self.course.opened();
        shelf.trying = None;
        shelf.has_said_finished = false;
        shelf.progress.last = Some(id.to_owned());
        shelf.offer_place();
        self.desk.show(None);
        self.take_pictures_down();
        self.model = None;
        self.begin();
    }

    /// What the block says, on a fresh lab.
    fn run_try(&mut self, index: usize) {
        let Some(wanted) = self.lesson().tries.get(index) else {
            return;
        };
        if wanted.needs_wire && self.setup.wire == WireKind::Loopback {
            return; // its button is off, and says why
        }
        let shelf = &mut self.desk.shelf;
        shelf.trying = Some(index);
        if let Some(id) = shelf.entry().map(|entry| entry.id.clone()) {
            shelf.progress.lesson(&id).tries.insert(index);
        }
        self.model = None;
        self.begin();
    }

    fn end_try(&mut self) {
        if self.desk.shelf.trying.take().is_some() {
            self.model = None;
            self.begin();
        }
    }

    /// A fresh lab with what the shelf has open.
    fn begin(&mut self) {
        self.begin_again();
        self.notice = self.standing_remark();
        self.greet_drafts();
    }

    /// The same from its beginning, as it is written now.
    pub(super) fn begin_again(&mut self) {
        if self.trying().is_none() {
            self.desk.shelf.trying = None; // an edit may have taken it away
        }
        self.setup = match &self.model {
            Some(model) => model.clone(),
            None => setup_of(self.lesson(), self.wire),
        };
        self.take_up_drafts();
        self.restart();
        let notice = self.standing_remark();
        self.notice = notice.filter(|notice| matches!(notice, Notice::Reloaded(_)));
    }

    /// What was kept from earlier runs of the window.
    fn recall(&mut self, progress: Progress) {
        let last = progress.last.clone();
        let shelf = &mut self.desk.shelf;
        shelf.progress.merge(progress);
        // Whoever has begun is not asked where to begin.
        if self.timeline.state().orders == 0 {
            let open = shelf.entry().map(|entry| entry.id.clone());
            shelf.offer_place_in(last.or(open));
        }
    }

    /// The try that runs, and which it is.
    pub(super) fn trying(&self) -> Option<(usize, &Try)> {
        let index = self.desk.shelf.trying?;
        Some((index, self.lesson().tries.get(index)?))
    }

    /// What `Next` follows: a try's own script, or what is usual; else the lesson's.
    pub(super) fn script(&self) -> Option<Arc<Script>> {
        match self.trying() {
            Some((_, wanted)) => wanted.script.clone(),
            None => self.lesson().script.clone(),
        }
    }

    /// Another lesson's pictures are not wanted any more.
    pub(super) fn take_pictures_down(&mut self) {
        self.desk.shelf.pictures.clear();
        for gallery in &self.galleries {
            gallery.stop();
        }
        self.put_puzzles_away();
    }

    /// Takes in what is decoded, and has decoded what is missing.
    pub(super) fn hang_pictures(&mut self) {
        let lesson = self.course.lesson(self.desk.settings.language);
        self.galleries.retain_mut(|gallery| {
            let was_over = gallery.is_over();
            self.desk.shelf.pictures.extend(gallery.take());
            !was_over && !gallery.has_given_all()
        });
        if !self.galleries.is_empty() || lesson.pictures.is_empty() {
            return;
        }
        let hung = &mut self.desk.shelf.pictures;
        let mut room = MOST_PIXELS;
        let mut missing = Vec::new();
        for (name, file) in &lesson.pictures {
            let Ok(file) = file else { continue };
            let Some(left) = room.checked_sub(file.shown_pixels()) else {
                let why = "the lesson has more and larger pictures than can be shown";
                hung.entry(name.clone())
                    .or_insert_with(|| Err(why.to_owned()));
                continue;
            };
            room = left;
            if !hung.contains_key(name) {
                missing.push((name.clone(), file.clone()));
            }
        }
        if missing.is_empty() {
            return;
        }
        let names: Vec<String> = missing.iter().map(|(name, _)| name.clone()).collect();
        let jobs = missing.into_iter().map(|(name, file)| {
            let job: Job<Pixels> = Box::new(move || file.decode());
            (name, job)
        });
        match Gallery::start("pictures", jobs.collect(), self.wake.clone()) {
            Ok(gallery) => self.galleries.push(gallery),
            // Without the thread each shows its description and this reason.
            Err(error) => {
                let failed = names.into_iter().map(|name| (name, Err(error.to_string())));
                hung.extend(failed);
            }
        }
    }

    /// A quiz that no run can judge is judged by its key, as soon as somebody guesses.
    pub(super) fn judge_by_key(&mut self, beat: usize) {
        let shelf = &mut self.desk.shelf;
        if self.watch.judge_by_key(beat) && shelf.trying.is_none() {
            let guess = self.guesses.get(&beat);
            let right = self.watch.verdict(beat);
            shelf.mark_guess(beat, guess.map(|guess| Some(*guess) == right));
        }
    }

    /// The recorded run tells what the learner believed before it was seen. In the past, or while
    /// a run is done again, there is no lab to tell it to.
    pub(super) fn record_guess(&self, beat: usize, option: usize) {
        let lab = self.lab.as_ref().filter(|_| self.going.is_none());
        let Some(lab) = lab.filter(|_| self.timeline.is_live()) else {
            return;
        };
        let quiz = quizzes(self.lesson()).find(|(of, _)| *of == beat);
        let Some((_, quiz)) = quiz else { return };
        let words = |inlines: &[Inline]| inlines.iter().map(|part| part.text.as_str()).collect();
        let answer = quiz.options.get(option).map(|option| words(&option.text));
        let order = Order::guess(
            beat,
            option,
            words(&quiz.question),
            answer.unwrap_or_default(),
        );
        let by = By::Learner;
        // A lab with its hands full writes one guess less; the lesson has it all the same.
        lab.order(Ordered { order, by }).ok();
    }

    /// After each event: what it shows of the lesson.
    pub(super) fn mark_progress(&mut self) {
        let shelf = &mut self.desk.shelf;
        if shelf.myths.len() < self.watch.myths().len() {
            shelf.myths.clone_from(self.watch.myths());
        }
        if shelf.evidence.len() < self.watch.evidence().len() {
            for (beat, moment) in self.watch.evidence() {
                if shelf.evidence.insert(*beat, *moment).is_none() && shelf.trying.is_none() {
                    let guess = self.guesses.get(beat);
                    let right = self.watch.verdict(*beat);
                    shelf.mark_guess(*beat, guess.map(|guess| Some(*guess) == right));
                }
            }
        }
        if shelf.trying.is_some() {
            return;
        }
        let reached = self.watch.reached().iter().flatten().count();
        let beats = self.watch.reached().len();
        // Programs of one's own tell nothing, so there is nothing to finish.
        let is_over = beats > 0 && reached == beats && self.is_nothing_left();
        let shelf = &mut self.desk.shelf;
        shelf.is_over |= is_over;
        shelf.mark_beats(reached, shelf.is_over);
        if shelf.is_over && !shelf.has_said_finished {
            shelf.has_said_finished = true;
            self.remark(Notice::LessonFinished);
        }
    }

    /// The programs have ended, or wait for what only somebody else can bring: a server that serves
    /// for ever waits for the next client.
    fn is_nothing_left(&self) -> bool {
        let state = self.timeline.newest();
        match self.director.next(state, self.now_live_us()) {
            Next::Not(WhyNot::AllEnded | WhyNot::Asking(_)) => true,
            Next::Not(WhyNot::Waiting) => !is_timer_running(state),
            Next::Not(
                WhyNot::Moving
                | WhyNot::Computing(_)
                | WhyNot::LabGone
                | WhyNot::ScriptStuck { .. },
            )
            | Next::Give(_)
            | Next::Forward
            | Next::Wait { .. } => false,
        }
    }
}

impl Shelf {
    /// The same lesson from its beginning.
    pub(super) fn begin_anew(&mut self) {
        self.hints.clear();
        self.evidence.clear();
        self.is_over = false;
        self.myths.clear();
    }

    /// Whether to go on where one was in the lesson that is open.
    fn offer_place(&mut self) {
        let lesson = self.entry().map(|entry| entry.id.clone());
        self.resume = None;
        self.offer_place_in(lesson);
    }

    fn offer_place_in(&mut self, lesson: Option<String>) {
        let Some(entry) = lesson.and_then(|id| self.entries.iter().find(|e| e.id == id)) else {
            return;
        };
        let place = self.progress.lessons.get(&entry.id).and_then(|r| r.place);
        // The first passage is where one stands anyway.
        self.resume = place
            .filter(|place| (1..entry.beats).contains(place))
            .map(|beat| Resume {
                lesson: entry.id.clone(),
                beat,
            });
    }

    fn mark_guess(&mut self, beat: usize, is_right: Option<bool>) {
        let (Some(is_right), Some(id)) = (is_right, self.entry().map(|e| e.id.clone())) else {
            return;
        };
        let guessed = self.progress.lesson(&id).quizzes.entry(beat).or_default();
        let count = match is_right {
            true => &mut guessed.right,
            false => &mut guessed.wrong,
        };
        *count = count.saturating_add(1);
    }

    /// So many beats of this run are reached.
    fn mark_beats(&mut self, reached: usize, has_finished: bool) {
        let Some(entry) = self.entries.get(self.open) else {
            return;
        };
        if reached == 0 {
            return;
        }
        let own = self.progress.lesson(&entry.id);
        own.beats = own.beats.max(reached);
        own.finished |= has_finished;
        if self
            .resume
            .as_ref()
            .is_some_and(|r| r.lesson == entry.id && r.beat < reached)
        {
            self.resume = None;
        }
        // Whoever has finished begins at the beginning the next time.
        own.place = (!has_finished).then_some(reached - 1);
    }
}

pub(super) fn setup_of(lesson: &Lesson, wire: WireKind) -> Setup {
    Setup {
        hosts: lesson.hosts.clone(),
        programs: lesson.programs.clone(),
        timers: lesson.timers,
        wire,
        low_ports: lesson.low_ports,
        // Programs of one's own stand in a lesson that tells nothing.
        lesson: (!lesson.beats.is_empty()).then(|| lesson.id.clone()),
        attempt: None,
    }
}
