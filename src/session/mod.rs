//! One learner, one run: commands in, orders out.
//!
//! [`Session::update`] is the only place where something changes because of a click;
//! [`Session::drain`] the only one where something changes because of the lab. Neither waits.
//! Panels get a [`View`] and push [`Command`]s.

mod aside;
mod capturing;
mod command;
mod course;
mod desk;
mod driving;
mod editing;
mod gallery;
mod kept;
mod loading;
mod opening;
mod own;
mod puzzling;
mod recents;
mod recorded;
mod reload;
mod rerun;
mod saving;
mod sharing;
mod shelving;
mod start;
mod watch;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use capturing::{Arranged, Column, Form, MOST_ON_STAGE, Of, Pending, Survey, Surveying};
pub use command::{Command, Notice, Refusal, View};
pub use course::Course;
pub use desk::{Desk, Draft, Drafts, Edit};
pub use desk::{Drive, Driving, Goal, Halt, Play, Speed, Towards};
pub use desk::{Ending, Puzzles, Solve, Solving};
pub use desk::{Entry, Guessed, Progress, Reached, Resume, Shelf, Shelving, Titles};
pub use desk::{Lens, Look, Motion, Numbers, Overlay, Setting, Settings, Sheet};
pub use desk::{Open, Opening, Recent, RecentKind, Save, Saving, UnderWay};
pub use desk::{Share, Sharing, Wireshark};
pub use editing::FileRemark;
pub use kept::{Kept, KeptRemark, learner_file};
pub use loading::{Unopened, is_shown};
pub use recorded::{Origin, Recorded};
pub use reload::Reloaded;
pub use rerun::Rerun;

use aside::Aside;
use kept::Keeper;
use loading::Loading;
use recorded::Replay;

use crate::director::{Director, Next, WhyNot};
pub use crate::disk::{Dialog, NotPut, Trouble, Unreadable};
pub use crate::lab::{Demise, How};
use crate::lab::{FromLab, Handle};
use crate::lesson::{BeatWatch, Case, Lesson, Pixels};
use crate::model::{Activity, State};
use crate::timeline::Timeline;
use crate::trace::{
    By, Event, Header, Moment, Name, Order, Ordered, SegmentId, Setup, What, WireKind,
};

/// What the lab says is taken in for so long at a time: a frame is drawn in between.
const SLICE: Duration = Duration::from_millis(8);

/// Called from the lab's threads when there is something to drain.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

pub struct Session {
    binary: PathBuf,
    wake: Wake,
    course: Course,
    desk: Desk,
    /// What was asked for; the setup has what is had.
    wire: WireKind,
    setup: Setup,
    timeline: Timeline,
    watch: BeatWatch,
    guesses: BTreeMap<usize, usize>,
    selected: Option<SegmentId>,
    notice: Option<Notice>,
    lab: Option<Handle>,
    /// Labs that were told to end; kept until nothing of them is left.
    leaving: Vec<Handle>,
    /// When the lab's clock was at `zero_us`, for "blocked for 6.4 s".
    clock: Option<(Instant, u64)>,
    director: Director,
    /// `Next` was asked for while things still moved.
    wants_next: bool,
    /// How many orders the lab had read when Auto or Run to last gave one.
    given_at: Option<usize>,
    /// Recorded orders are being given again.
    going: Option<rerun::Going>,
    /// Fresh labs begin as this recorded run did, and not as the lesson says.
    model: Option<Setup>,
    /// What is on the stage is a recorded run; there is no lab then.
    recorded: Option<Replay>,
    /// The live run meanwhile.
    aside: Option<Box<Aside>>,
    /// Files on their way; only the last is still wanted.
    loading: Vec<Loading>,
    /// Where runs are recorded; `None` records nothing.
    runs: Option<PathBuf>,
    /// The file of the run that is live.
    recording: Option<PathBuf>,
    /// Write the run for others, beside the window.
    errands: Vec<sharing::Errand>,
    /// Where programs are looked for, if not in `PATH`.
    programs: Option<std::ffi::OsString>,
    /// Looks what was recorded lately.
    looking: Vec<gallery::Gallery<(), Vec<Recent>>>,
    /// `None`: there is no thread to keep things with.
    keeper: Option<Keeper>,
    /// Sees to it that an edited lesson is shown; a course that is built in has none.
    files: Option<watch::Watch>,
    /// Decode pictures; the last is the open lesson's.
    galleries: Vec<gallery::Gallery<String, Pixels>>,
    /// Read the runs of puzzles; the last is the open lesson's.
    cases: Vec<gallery::Gallery<usize, Case>>,
    /// Put a capture's conversations in order and make runs of them; the last is the open one's.
    clerks: Vec<capturing::Clerk>,
}

impl Session {
    pub fn view(&self) -> View<'_> {
        View {
            timeline: &self.timeline,
            lesson: Some(self.lesson()),
            beats: match &self.recorded {
                Some(replay) => &replay.beats,
                None => self.watch.reached(),
            },
            guesses: &self.guesses,
            verdicts: match &self.recorded {
                Some(replay) => &replay.verdicts,
                None => self.watch.verdicts(),
            },
            selected: self.selected,
            language: self.desk.settings.language,
            look: self.desk.settings.look,
            desk: &self.desk,
            next: self.next(),
            now_us: self.now_us(),
            notice: self.notice.as_ref(),
            rerun: self.rerun_shown(),
            recorded: self.recorded.as_ref().map(|replay| &replay.shown),
        }
    }

    /// Takes what the lab has said so far. True when there was something.
    pub fn drain(&mut self) -> bool {
        self.leaving.retain(|lab| !lab.is_over());
        let mut came = self.hear_lab();
        if !came {
            self.rerun_on(); // what it waits for may be overdue
        }
        came |= self.reload();
        self.hang_pictures();
        self.open_puzzles();
        came |= self.hear_disk();
        came |= self.hear_loading();
        came |= self.hear_clerk();
        came |= self.hear_errands();
        self.hear_recents();
        if std::mem::take(&mut self.wants_next) {
            self.go_on();
        }
        self.drive_on();
        self.follow_cursor();
        self.keep();
        came
    }

    /// However much it says, the window draws a frame now and then.
    fn hear_lab(&mut self) -> bool {
        let until = Instant::now() + SLICE;
        let mut came = false;
        while let Some(said) = self.lab.as_ref().and_then(|lab| lab.try_iter().next()) {
            came = true;
            self.hear(said);
            self.rerun_on();
            if Instant::now() >= until {
                (self.wake)(); // after that frame it goes on
                break;
            }
        }
        came
    }

    pub fn update(&mut self, command: Command) {
        if !matches!(command, Command::Select(_) | Command::Set(_)) {
            self.forget_remark();
        }
        self.take_over(&command);
        match command {
            Command::Next => self.go_on(),
            Command::Back => self.timeline.back(),
            Command::Forward => self.timeline.forward(),
            Command::Step(program) => self.step(program),
            Command::Deliver(segment) => self.order(Order::Deliver { segment }),
            Command::Drop(segment) => self.order(Order::Drop { segment }),
            Command::Order(order) => self.order(order),
            Command::Answer { program, text } => {
                let text = Some(text);
                self.order(Order::Answer { program, text });
            }
            Command::GoTo(moment) => self.timeline.go_to(moment),
            Command::GoLive => self.timeline.go_live(),
            Command::Restart => self.begin_anew(),
            Command::ReRun => self.rerun(),
            Command::LeaveRecorded => self.come_back(),
            Command::Select(segment) => self.selected = segment,
            Command::Guess { .. } if self.is_recorded() => self.refuse(Refusal::Recorded),
            Command::Guess { beat, option } => {
                // A guess after the answer is not a guess.
                if self.watch.verdict(beat).is_none() {
                    self.guesses.insert(beat, option);
                    self.record_guess(beat, option);
                    self.judge_by_key(beat);
                }
            }
            Command::Set(setting) => {
                let is_in_words = matches!(self.notice, Some(Notice::Explained(_)));
                // Those words are of the language that was spoken then.
                if is_in_words && matches!(setting, Setting::Language(_)) {
                    self.notice = None;
                }
                self.desk.settings.set(setting);
            }
            Command::Drive(driving) => self.drive(driving),
            Command::Shelf(shelving) => self.shelve(shelving),
            Command::Edit(edit) => self.edit(edit),
            Command::Open(open) => self.open(open),
            Command::Save(save) => self.save(save),
            Command::Share(share) => self.share(share),
            Command::Show(overlay) => self.show(overlay),
            Command::Survey(surveying) => self.survey(surveying),
            Command::Explain(why) => self.remark(Notice::Explained(why)),
            Command::Dismiss => self.notice = None,
        }
        self.follow_cursor();
        self.keep();
    }

    /// The lab's process, for tests and curious users.
    pub fn lab_pid(&self) -> Option<u32> {
        self.lab.as_ref().and_then(Handle::pid)
    }

    /// Labs that are still on their way out.
    pub fn leaving(&self) -> usize {
        self.leaving.len()
    }

    fn lesson(&self) -> &Lesson {
        self.course.lesson(self.desk.settings.language)
    }

    fn next(&self) -> Next {
        if self.timeline.is_live() {
            self.director
                .next(self.timeline.state(), self.now_live_us())
        } else {
            Next::Forward
        }
    }

    /// The time of what we look at: it stands still in the past and when the lab is gone.
    fn now_us(&self) -> u64 {
        let state = self.timeline.state();
        if self.timeline.is_live() && state.ended.is_none() {
            self.now_live_us()
        } else {
            state.at_us
        }
    }

    /// What the lab's clock shows now.
    fn now_live_us(&self) -> u64 {
        self.clock
            .map_or(0, |(at, zero_us)| zero_us + at.elapsed().as_micros() as u64)
    }

    fn go_on(&mut self) {
        if self.going.is_some() && self.timeline.is_live() {
            return self.refuse(Refusal::Rerunning);
        }
        match self.next() {
            Next::Give(order) => {
                let by = self.director.by(self.timeline.state(), self.now_live_us());
                self.send(order, by);
            }
            Next::Forward if self.timeline.is_recorded() && self.timeline.is_at_end() => {
                self.refuse(Refusal::RecordingEnds);
            }
            Next::Forward => self.timeline.forward(),
            Next::Not(WhyNot::Moving) if self.lab.is_some() => self.wants_next = true,
            Next::Wait { until_us } => self.refuse(Refusal::Wait { until_us }),
            Next::Not(why) => self.refuse(Refusal::Next(why)),
        }
    }

    fn step(&mut self, program: Name) {
        if self.is_recorded() {
            return self.refuse(Refusal::Recorded);
        }
        let state = self.timeline.state();
        let activity = state.programs.get(&program).map(|p| &p.activity);
        let refusal = match activity {
            Some(Activity::Ready(_)) => {
                return self.order(Order::Step {
                    program,
                    thread: None,
                });
            }
            Some(Activity::Blocked(_)) => Refusal::Blocked(program),
            Some(Activity::Asking(_)) => Refusal::Asking(program),
            Some(Activity::Ended { .. }) | None => Refusal::Ended(program),
            Some(Activity::Running | Activity::InCall(_)) => Refusal::Running(program),
        };
        self.refuse(refusal);
    }

    fn order(&mut self, order: Order) {
        self.send(order, By::Learner);
    }

    fn send(&mut self, order: Order, by: By) {
        if self.is_recorded() {
            return self.refuse(Refusal::Recorded);
        }
        if !self.timeline.is_live() {
            return self.refuse(Refusal::Past);
        }
        if self.going.is_some() {
            return self.refuse(Refusal::Rerunning);
        }
        let segments = &self.timeline.state().segments;
        let is_gone = |id| segments.get(id).is_none_or(|segment| !segment.is_on_wire());
        match &order {
            Order::Deliver { segment }
            | Order::Drop { segment }
            | Order::Duplicate { segment }
            | Order::Corrupt { segment, .. }
            | Order::Delay { segment, .. }
                if is_gone(segment) =>
            {
                return self.refuse(Refusal::NotHeld);
            }
            Order::Deliver { .. }
            | Order::Drop { .. }
            | Order::Duplicate { .. }
            | Order::Corrupt { .. }
            | Order::Delay { .. }
            | Order::Hold { .. }
            | Order::DeliverAll
            | Order::Step { .. }
            | Order::Answer { .. }
            | Order::Guess { .. } => {}
        }
        let sent = self
            .lab
            .as_ref()
            .map(|lab| lab.order(Ordered { order, by }));
        match sent {
            Some(Ok(())) => {}
            Some(Err(_)) => self.refuse(Refusal::Busy),
            None => self.refuse(Refusal::Next(WhyNot::LabGone)),
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.remark(Notice::Refused(refusal));
    }

    /// What is wrong with the lab matters more than a key that did nothing.
    fn remark(&mut self, notice: Notice) {
        if self.notice.as_ref().is_none_or(Notice::is_remark) {
            self.notice = Some(notice);
        }
    }

    fn forget_remark(&mut self) {
        if self.notice.as_ref().is_some_and(Notice::is_remark) {
            self.notice = None;
        }
    }

    fn hear(&mut self, said: FromLab) {
        match said {
            FromLab::Started(header) => {
                self.timeline = Timeline::new(*header);
                self.clock = Some((Instant::now(), 0));
            }
            FromLab::Event(event) => self.push(*event),
            FromLab::Refused(refusal) => {
                let goes_on = refusal.is_the_machines() && self.setup.wire == WireKind::Held;
                self.notice = Some(Notice::NoWire(refusal));
                self.dismiss_lab();
                if goes_on {
                    self.setup.wire = WireKind::Loopback;
                    self.start_lab();
                }
            }
            FromLab::Ended(demise) => {
                let end = self.timeline.trace().end();
                let newest_us = self.timeline.newest().at_us;
                self.push(Event {
                    n: end.0 as u64,
                    at_us: self.now_live_us().max(newest_us),
                    what: What::Ended {
                        reason: demise.to_string(),
                    },
                });
                self.notice = Some(Notice::LabGone(demise));
                self.dismiss_lab();
            }
            FromLab::NotRecorded(why) => self.notice = Some(Notice::NotRecorded(why)),
        }
    }

    fn push(&mut self, event: Event) {
        // An event says what the lab's clock shows; reading it takes no time worth showing.
        if self.clock.is_none() || self.now_live_us() < event.at_us {
            self.clock = Some((Instant::now(), event.at_us));
        }
        self.timeline.push(event);
        let events = self.timeline.trace().events();
        if let Some(event) = events.last() {
            self.watch.see(self.timeline.newest(), event);
            self.director.see(event, self.timeline.newest());
            self.desk.drive.see(self.timeline.newest(), event);
        }
        self.mark_progress();
    }

    fn restart(&mut self) {
        self.give_up_aside();
        self.dismiss_lab();
        // What was missing may have been mended.
        self.setup.wire = self.wire;
        self.timeline = Timeline::new(blank(&self.setup));
        let lesson = self.course.lesson(self.desk.settings.language);
        self.watch = BeatWatch::new(lesson);
        self.director = Director::new(self.script());
        self.desk.shelf.begin_anew();
        self.desk.drive.stop();
        self.given_at = None;
        self.guesses.clear();
        self.selected = None;
        self.notice = None;
        self.clock = None;
        self.wants_next = false;
        self.going = None;
        self.start_lab();
    }

    fn start_lab(&mut self) {
        let wake = self.wake.clone();
        let recording = self.course.recording(self.runs.as_deref());
        let (file, recording) = recording.unzip();
        self.recording = file;
        match Handle::start(&self.binary, &self.setup, recording, move || wake()) {
            Ok(lab) => self.lab = Some(lab),
            Err(error) => {
                let (how, words) = (How::NotStarted, error.to_string());
                self.notice = Some(Notice::LabGone(Demise { how, words }));
            }
        }
    }

    fn dismiss_lab(&mut self) {
        if let Some(mut lab) = self.lab.take() {
            lab.hang_up();
            self.leaving.push(lab);
        }
    }
}

/// What is shown before the lab has said its first word.
fn blank(setup: &Setup) -> Header {
    Header::new(setup, String::new(), WireKind::Held)
}

/// The state a session's timeline shows; for tests.
impl Session {
    pub fn state(&self) -> &State {
        self.timeline.state()
    }

    pub fn moment(&self) -> Moment {
        self.timeline.moment()
    }
}
