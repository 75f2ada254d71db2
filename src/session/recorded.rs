//! A recorded run on the stage: looked at like any other, from its beginning, and never changed.
//!
//! In: a timeline that is read-only. Out: what the panels tell of it, and the lesson beside it as
//! far as the cursor has come. The live run is set aside meanwhile: its lab is asked for nothing,
//! and what it says waits until it is looked at again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Notice, Session};
use crate::lesson::{BeatWatch, quizzes};
use crate::timeline::Timeline;
use crate::trace::{LoadError, Moment, Name, Order, ProgramSetup, What};

/// What is known of the run that is looked at, besides its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The file it is from.
    pub path: PathBuf,
    pub origin: Origin,
    /// Where the file stops being sound; what is before it is shown.
    pub cut_short: Option<LoadError>,
    /// A lesson of the course tells of it.
    pub has_lesson: bool,
    /// Programs that are not as the lesson has them.
    pub edited: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A lab's own record: it has programs, and can be run again.
    Run,
    /// Packets that were captured elsewhere: there are no programs.
    Capture,
}

/// What the session keeps of it, beside what the panels see.
pub(super) struct Replay {
    pub shown: Recorded,
    /// What was guessed, when, by beat.
    pub guesses: Vec<(Moment, usize, usize)>,
    /// The beats that the cursor has passed, as `BeatWatch::reached` has them.
    pub beats: Vec<Option<Moment>>,
    /// The verdicts that the cursor has passed.
    pub verdicts: BTreeMap<usize, usize>,
}

impl Session {
    /// Puts a run on the stage, read-only, from its beginning. `watch` has seen all of it, if the
    /// course has its lesson; `lesson` is that one's id.
    pub(super) fn show_recorded(
        &mut self,
        timeline: Timeline,
        told: Option<(String, BeatWatch)>,
        shown: Recorded,
    ) {
        self.set_aside();
        self.put_capture_away();
        self.timeline = timeline.into_recorded();
        let header = self.timeline.trace().header();
        self.setup = super::rerun::setup_of(header);
        self.guesses.clear();
        self.selected = None;
        self.desk.drive.stop();
        self.desk.drafts.begin("", &[]); // what is recorded is not edited
        let told = told.filter(|(id, _)| self.course.turn_to(id));
        let has_lesson = told.is_some();
        let attempt = self.attempt();
        match told {
            Some((_, watch)) => self.watch = watch,
            None => {
                self.course.invite(shown.origin, &self.setup);
                self.watch = BeatWatch::new(self.lesson());
            }
        }
        let edited = match has_lesson {
            true => self.edited_in(attempt),
            false => Vec::new(),
        };
        let path = shown.path.clone();
        let cut_short = shown.cut_short.clone();
        self.notice = cut_short.map(|at| Notice::CutShort { path, at });
        let guesses = self.guessed();
        for (_, beat, _) in &guesses {
            self.watch.judge_by_key(*beat);
        }
        self.recorded = Some(Replay {
            shown: Recorded {
                has_lesson,
                edited,
                ..shown
            },
            guesses,
            beats: Vec::new(),
            verdicts: BTreeMap::new(),
        });
        self.shelf_shows_another();
        self.desk.shelf.trying = attempt.filter(|_| has_lesson);
        self.follow_cursor();
    }

    /// Which of the open lesson's tries it was, by its label in any language.
    fn attempt(&self) -> Option<usize> {
        let label = self.timeline.trace().header().attempt.as_ref()?;
        let mut languages = self.course.languages();
        languages.find_map(|lesson| {
            lesson
                .tries
                .iter()
                .position(|wanted| wanted.label == *label)
        })
    }

    /// The programs that are not as the lesson, or its try, has them in any language.
    fn edited_in(&self, attempt: Option<usize>) -> Vec<Name> {
        let programs = self.timeline.trace().header().programs.iter();
        let is_written = |program: &ProgramSetup| {
            self.course.languages().any(|lesson| {
                let wanted = attempt.and_then(|index| lesson.tries.get(index));
                let written = wanted.map_or(&lesson.programs, |wanted| &wanted.programs);
                let mut same = written.iter().filter(|other| other.name == program.name);
                same.any(|other| other.source == program.source)
            })
        };
        let edited = programs.filter(|program| !is_written(program));
        edited.map(|program| program.name.clone()).collect()
    }

    /// What the learner guessed, and when, as far as the lesson has such questions.
    fn guessed(&self) -> Vec<(Moment, usize, usize)> {
        let lesson = self.lesson();
        let events = self.timeline.trace().events().iter().enumerate();
        let guesses = events.filter_map(|(index, event)| {
            let What::Order(ordered) = &event.what else {
                return None;
            };
            let Order::Guess { beat, option, .. } = &ordered.order else {
                return None;
            };
            Some((Moment(index + 1), *beat as usize, *option as usize))
        });
        let is_asked = |(_, beat, option): &(Moment, usize, usize)| {
            let mut quizzes = quizzes(lesson);
            quizzes.any(|(of, quiz)| of == *beat && *option < quiz.options.len())
        };
        guesses.filter(is_asked).collect()
    }

    /// Pictures, puzzles, hints: those of the lesson that stands beside the run now.
    fn shelf_shows_another(&mut self) {
        self.stock_shelf();
        let shelf = &mut self.desk.shelf;
        shelf.begin_anew();
        shelf.trying = None;
        shelf.resume = None;
        self.take_pictures_down();
    }

    /// The lesson beside a recorded run tells what had happened by the moment that is looked at.
    pub(super) fn follow_cursor(&mut self) {
        let now = self.timeline.moment();
        let Some(replay) = &mut self.recorded else {
            return;
        };
        let reached = self.watch.reached().iter();
        let passed = reached.map(|at| at.filter(|at| *at <= now));
        replay.beats = passed.collect();
        let guesses = replay.guesses.iter().filter(|(at, ..)| *at <= now);
        self.guesses = guesses.map(|(_, beat, option)| (*beat, *option)).collect();
        let evidence = self.watch.evidence();
        let has_come = |beat: &usize| match evidence.get(beat) {
            Some(at) => *at <= now,
            None => self.guesses.contains_key(beat), // by its key
        };
        let verdicts = self.watch.verdicts().iter();
        let verdicts = verdicts.filter(|(beat, _)| has_come(beat));
        replay.verdicts = verdicts.map(|(beat, right)| (*beat, *right)).collect();
        let by_now = |moments: &BTreeMap<usize, Moment>| {
            let come = moments.iter().filter(|(_, at)| **at <= now);
            come.map(|(beat, at)| (*beat, *at)).collect()
        };
        self.desk.shelf.evidence = by_now(evidence);
        self.desk.shelf.myths = by_now(self.watch.myths());
    }

    /// Nothing of a recorded run can be ordered, answered or guessed.
    pub(super) fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }
}
