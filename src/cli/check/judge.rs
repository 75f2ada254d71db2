//! Follows one run of a lesson, and says what it did not show.
//!
//! In: a [`Job`]. Out: [`Trouble`]s. The run is an ordinary one; what is looked for is what the
//! window looks for, through the same [`BeatWatch`] and [`Watcher`].

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::super::play::{Audience, End, NoEnd, Pace, Play, Standing};
use super::super::text;
use super::LIMIT;
use super::plan::Job;
use crate::director::{Director, Faults, Stuck};
use crate::lesson::check::{Finding, Weight};
use crate::lesson::{BeatWatch, Inline, Judged, Lesson, Problem, Quiz, Trigger, Watcher, quizzes};
use crate::model::{Activity, State};
use crate::trace::{Event, Header, Name, Trace, WireKind};

/// So many of the last things that a run did are told with what it did not do.
const TOLD: usize = 8;
/// So long a script may wait for a segment where nobody watches: a kernel sends again after 1 s,
/// 2 s, 4 s.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// It could not be read, or not all of it.
    Read(Problem),
    /// It can be seen without playing.
    Found(Finding),
    Played(Missed),
}

/// What a run did not show.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    pub path: PathBuf,
    pub line: usize,
    pub what: What,
    /// The label of the try that was played; `None`: the lesson itself.
    pub wanted: Option<String>,
    /// `None`: it is told with something else that the same run did not show.
    pub instead: Option<Instead>,
}

/// What happened instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Instead {
    pub ending: Ending,
    /// The last things the run did.
    pub last: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Beat {
        number: usize,
        title: String,
        trigger: String,
        /// How many beats after it were not reached, either.
        more: usize,
        /// When its trigger held all the same, in microseconds: too early.
        held_us: Option<u64>,
        /// When the beat before it was reached.
        before_us: Option<u64>,
    },
    Expect {
        number: usize,
        trigger: String,
        /// When it held, though not in its beat; in microseconds.
        held_us: Option<u64>,
        from_us: Option<u64>,
        to_us: Option<u64>,
    },
    /// No option came true.
    Undecided {
        number: usize,
    },
    /// More than one came true at once.
    Tied {
        number: usize,
        options: Vec<usize>,
    },
    TryExpect {
        trigger: String,
    },
    /// A line of the script.
    Stuck {
        text: String,
        why: Stuck,
    },
    /// Lines of the script that the run never came to.
    ScriptLeft {
        text: String,
    },
    Endless,
    NoLab {
        why: String,
    },
}

/// How the run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    Done(Vec<Stand>),
    Still(Vec<Stand>),
    Limit(Vec<Stand>),
    Stuck(Vec<Stand>),
    NoLab,
}

/// What one program, or the wire, was doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Stand {
    Blocked {
        program: Name,
        call: String,
        line: u32,
    },
    Asks {
        program: Name,
    },
    Runs {
        program: Name,
        line: u32,
    },
    Ready {
        program: Name,
        call: String,
        line: u32,
    },
    Ended {
        program: Name,
    },
    Died {
        program: Name,
        exception: String,
    },
    Held {
        segments: usize,
    },
}

impl Trouble {
    pub fn weight(&self) -> Weight {
        match self {
            Self::Read(_) | Self::Played(_) => Weight::Error,
            Self::Found(finding) => finding.weight,
        }
    }

    /// To tell them in the order of the files.
    pub fn place(&self) -> (PathBuf, usize) {
        match self {
            Self::Read(problem) => (problem.path.clone(), problem.line),
            Self::Found(finding) => (finding.path.clone(), finding.line),
            Self::Played(missed) => (missed.path.clone(), missed.line),
        }
    }
}

/// Plays it. Also whether it had to be left out, because nothing can be held here.
pub fn play(job: Job) -> (Vec<Trouble>, bool) {
    let needs_wire = job
        .script
        .as_ref()
        .is_some_and(|script| script.needs_wire());
    if job.setup.wire == WireKind::Loopback && needs_wire {
        return (Vec::new(), true);
    }
    let mut play = Play {
        audience: Judge::new(&job),
        setup: job.setup,
        input: Vec::new(),
        faults: Faults::new(Vec::new(), None),
        needs_wire,
        director: Director::new(job.script),
        holds_nothing: false,
        // As in the window.
        pace: Pace::Together,
        steps: usize::MAX,
        limit: LIMIT,
        save: job.save,
        ends_when_still: true,
        patience: PATIENCE,
        standing: Standing::new(true),
    };
    let end = play.play_once();
    let left = play.stands_at().map(|(line, text)| (line, text.to_owned()));
    (play.audience.troubles(end, left), false)
}

/// Follows the run for all languages at once.
struct Judge {
    lessons: Vec<Arc<Lesson>>,
    wanted: Option<usize>,
    watches: Vec<BeatWatch>,
    /// Of the try's expectations, by language: whether each has held.
    expects: Vec<Vec<(Watcher, bool)>>,
    trace: Option<Trace>,
    is_loopback: bool,
}

impl Audience for Judge {
    fn begin(&mut self, header: &Header, _: bool) -> io::Result<()> {
        self.trace = Some(Trace::new(header.clone()));
        Ok(())
    }

    fn see(&mut self, event: &Event, state: &State) -> io::Result<()> {
        match self.wanted {
            None => {
                for watch in &mut self.watches {
                    watch.see(state, event);
                }
            }
            Some(_) => {
                for (watcher, has_held) in self.expects.iter_mut().flatten() {
                    *has_held |= watcher.see(state, event);
                }
            }
        }
        if let Some(trace) = &mut self.trace {
            trace.push(event.clone());
        }
        Ok(())
    }

    fn remark(&mut self, _: &str) {}

    fn is_content(&self) -> bool {
        match self.wanted {
            Some(_) => self.expects.iter().flatten().all(|(_, has_held)| *has_held),
            None => {
                let mut each = self.lessons.iter().zip(&self.watches);
                each.all(|(lesson, watch)| {
                    let is_decided =
                        |(beat, quiz)| !is_by_run(quiz) || watch.verdict(beat).is_some();
                    watch.reached().iter().all(Option::is_some)
                        && watch.unmet().is_empty()
                        && quizzes(lesson).all(is_decided)
                })
            }
        }
    }
}

impl Judge {
    fn new(job: &Job) -> Self {
        let tries = job.lessons.iter().map(|lesson| {
            let wanted = job.wanted.and_then(|index| lesson.tries.get(index));
            let expects = wanted.map_or(&[][..], |wanted| &wanted.expects).iter();
            expects
                .map(|expect| (Watcher::new(&expect.trigger), false))
                .collect()
        });
        Self {
            expects: tries.collect(),
            watches: job.lessons.iter().map(|l| BeatWatch::new(l)).collect(),
            lessons: job.lessons.clone(),
            wanted: job.wanted,
            trace: None,
            is_loopback: job.setup.wire == WireKind::Loopback,
        }
    }

    fn troubles(&self, end: Result<End, NoEnd>, left: Option<(usize, String)>) -> Vec<Trouble> {
        let (stands, last) = self.what_happened();
        let mut whats: Vec<(usize, What)> = Vec::new();
        let ending = match end {
            Ok(End::Done { .. } | End::Unread) => Ending::Done(stands),
            Ok(End::Still) => Ending::Still(stands),
            Ok(End::Limit(_)) => Ending::Limit(stands),
            Ok(End::Stuck { line, text, why }) => {
                whats.push((line, What::Stuck { text, why }));
                Ending::Stuck(stands)
            }
            Err(no_end) => {
                let why = no_end.in_words();
                whats.push((0, What::NoLab { why }));
                Ending::NoLab
            }
        };
        let was_stopped = !matches!(ending, Ending::Done(_) | Ending::Still(_));
        if let (Some((line, text)), false) = (left, was_stopped) {
            whats.push((line, What::ScriptLeft { text }));
        }
        let mut found = Vec::new();
        for (index, lesson) in self.lessons.iter().enumerate() {
            let mut own = whats.clone();
            // What needs the held wire cannot be seen on loopback: there it only has to end.
            if ending != Ending::NoLab && !self.is_loopback {
                let missed = match self.wanted {
                    Some(wanted) => self.missed_in_try(index, wanted),
                    None => self.missed(index),
                };
                if missed.is_empty() && matches!(ending, Ending::Limit(_)) {
                    let line = self.wanted.and_then(|wanted| lesson.tries.get(wanted));
                    own.push((line.map_or(0, |wanted| wanted.line), What::Endless));
                }
                own.extend(missed);
            }
            let wanted = self.wanted.and_then(|wanted| lesson.tries.get(wanted));
            own.sort_by_key(|(line, _)| *line);
            for (line, what) in own {
                // How the run went is told once.
                let instead = found.is_empty().then(|| Instead {
                    ending: ending.clone(),
                    last: last.clone(),
                });
                found.push(Trouble::Played(Missed {
                    path: lesson.path.clone(),
                    line,
                    what,
                    wanted: wanted.map(|wanted| wanted.label.clone()),
                    instead,
                }));
            }
        }
        found
    }

    fn missed_in_try(&self, index: usize, wanted: usize) -> Vec<(usize, What)> {
        let expects = self.lessons[index].tries.get(wanted).map(|t| &t.expects);
        let unmet = expects.into_iter().flatten().zip(&self.expects[index]);
        let unmet = unmet.filter(|(_, (_, has_held))| !has_held);
        let trigger = |(expect, _): (&crate::lesson::Expect, _)| {
            let trigger = expect.trigger.to_string();
            (expect.line, What::TryExpect { trigger })
        };
        unmet.map(trigger).collect()
    }

    fn missed(&self, index: usize) -> Vec<(usize, What)> {
        let (lesson, watch) = (&self.lessons[index], &self.watches[index]);
        let reached = watch.reached();
        let at_us = |beat: usize| self.time_of(reached.get(beat).copied().flatten()?);
        let mut found = Vec::new();
        let missed = reached.iter().position(Option::is_none);
        if let Some((at, beat)) = missed.and_then(|at| Some((at, lesson.beats.get(at)?))) {
            let what = What::Beat {
                number: at + 1,
                title: plain(&beat.title),
                trigger: beat.trigger.to_string(),
                more: reached.len() - at - 1,
                held_us: self.first_held(&beat.trigger),
                before_us: at.checked_sub(1).and_then(at_us),
            };
            found.push((beat.line + 1, what));
        }
        let is_reached = |beat: usize| reached.get(beat).is_some_and(Option::is_some);
        for (beat, expect) in watch.unmet() {
            if is_reached(beat) {
                let what = What::Expect {
                    number: beat + 1,
                    trigger: expect.trigger.to_string(),
                    held_us: self.first_held(&expect.trigger),
                    from_us: beat.checked_sub(1).and_then(at_us),
                    to_us: at_us(beat + 1),
                };
                found.push((expect.line, what));
            }
        }
        for (beat, quiz) in quizzes(lesson) {
            if is_reached(beat) && is_by_run(quiz) && watch.verdict(beat).is_none() {
                found.push((quiz.line, What::Undecided { number: beat + 1 }));
            }
            if let Some(options) = watch.ties().get(&beat) {
                let options = options.iter().map(|option| option + 1).collect();
                found.push((
                    quiz.line,
                    What::Tied {
                        number: beat + 1,
                        options,
                    },
                ));
            }
        }
        found
    }

    /// Wherever in the run.
    fn first_held(&self, trigger: &Trigger) -> Option<u64> {
        let moment = trigger.first_moment(self.trace.as_ref()?)?;
        self.time_of(moment)
    }

    fn time_of(&self, moment: crate::trace::Moment) -> Option<u64> {
        let event = self
            .trace
            .as_ref()?
            .events()
            .get(moment.0.checked_sub(1)?)?;
        Some(event.at_us)
    }

    /// Where everybody stood at the end, and the last lines.
    fn what_happened(&self) -> (Vec<Stand>, Vec<String>) {
        let Some(trace) = &self.trace else {
            return (Vec::new(), Vec::new());
        };
        let mut state = State::new(trace.header());
        let mut lines: Vec<String> = Vec::new();
        for event in trace.events() {
            state.apply(event);
            lines.extend(text::line(event, &state));
        }
        // What the kernel says of each socket would crowd out what was done.
        lines.retain(|line| !line.contains("  kernel: "));
        let last = lines.split_off(lines.len().saturating_sub(TOLD));
        (stands(&state), last)
    }
}

/// Or else by its key.
fn is_by_run(quiz: &Quiz) -> bool {
    let mut options = quiz.options.iter();
    options.all(|option| matches!(option.judged, Judged::ByRun(_)))
}

fn stands(state: &State) -> Vec<Stand> {
    let programs = state.program_order.iter();
    let programs = programs.filter_map(|name| state.programs.get(name));
    let mut stands: Vec<Stand> = programs
        .map(|program| {
            let name = program.name.clone();
            let call = program.current_call();
            let (call, line) = call.map_or((String::new(), 0), |c| (c.name.clone(), c.line));
            match &program.activity {
                Activity::Blocked(_) | Activity::InCall(_) => Stand::Blocked {
                    program: name,
                    call,
                    line,
                },
                Activity::Ready(_) => Stand::Ready {
                    program: name,
                    call,
                    line,
                },
                Activity::Asking(_) => Stand::Asks { program: name },
                Activity::Running => Stand::Runs {
                    program: name,
                    line: program.line.unwrap_or(0),
                },
                Activity::Ended {
                    traceback: None, ..
                } => Stand::Ended { program: name },
                Activity::Ended {
                    traceback: Some(text),
                    ..
                } => Stand::Died {
                    program: name,
                    exception: text.trim_end().lines().last().unwrap_or("").to_owned(),
                },
            }
        })
        .collect();
    if !state.held.is_empty() {
        let segments = state.held.len();
        stands.push(Stand::Held { segments });
    }
    stands
}

fn plain(title: &[Inline]) -> String {
    title.iter().map(|inline| inline.text.as_str()).collect()
}
