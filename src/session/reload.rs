//! A lesson that is edited while it is open.
//!
//! In: its course, read anew. Out: the new text in the place of the old one, and the run goes on;
//! a word when the run is not what the lesson now tells of. An edit with a mistake changes nothing
//! but what is said, until it is mended.

use super::course::{Course, Shelved};
use super::shelving::setup_of;
use super::watch::{Fresh, Watch};
use super::{Notice, Session};
use crate::lesson::{BeatWatch, Block, Lesson, Problem, quizzes};

/// What there is to say about an edited lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// The text is new; programs, hosts or script are not those that run.
    OtherRun,
    /// The edit cannot be used: file, line, remedy. The text is the one from before.
    Broken(String),
}

impl Session {
    /// A course from a folder is watched. Without a thread an edit shows when it is opened again.
    pub(super) fn watch_files(&mut self) {
        let path = self.course.path.clone();
        self.files = path.and_then(|path| Watch::start(path, self.wake.clone()).ok());
    }

    /// Takes in what was edited. True when something was.
    pub(super) fn reload(&mut self) -> bool {
        let Some(fresh) = self.files.as_ref().and_then(Watch::take) else {
            return false;
        };
        let before = self.lesson().clone();
        self.course.renew(fresh);
        self.stock_shelf();
        self.desk.shelf.revision += 1;
        self.follow_lesson(&before);
        self.say_what_changed();
        true
    }

    /// Whatever was found out about the old text is found out about the new one.
    fn follow_lesson(&mut self, before: &Lesson) {
        let now = self.course.lesson(self.desk.settings.language);
        let is_other = |name: &String| before.pictures.get(name) != now.pictures.get(name);
        let hung = self.desk.shelf.pictures.len();
        self.desk.shelf.pictures.retain(|name, _| !is_other(name));
        if hung != self.desk.shelf.pictures.len() {
            for gallery in &self.galleries {
                gallery.stop();
            }
        }
        if (&before.puzzles, &before.runs) != (&now.puzzles, &now.runs) {
            // Read again; what was answered stays where it still fits.
            self.desk.shelf.puzzles.of.clear();
        }
        if watched(before) == watched(now) {
            return;
        }
        self.watch = BeatWatch::of(now, self.timeline.trace());
        let sizes: Vec<_> = quizzes(now)
            .map(|(beat, quiz)| (beat, quiz.options.len()))
            .collect();
        let is_option = |beat: &usize, option: &mut usize| {
            sizes
                .iter()
                .any(|(of, options)| of == beat && *option < *options)
        };
        self.guesses.retain(is_option);
        for beat in self.guesses.keys() {
            self.watch.judge_by_key(*beat);
        }
        let shelf = &mut self.desk.shelf;
        shelf.evidence = self.watch.evidence().clone();
        shelf.myths = self.watch.myths().clone();
    }

    fn say_what_changed(&mut self) {
        let is_ours = |notice: &Notice| matches!(notice, Notice::Reloaded(_) | Notice::Lesson(_));
        let is_free = |notice: &Notice| notice.is_remark() || is_ours(notice);
        if !self.notice.as_ref().is_none_or(is_free) {
            return; // there is no lab, which matters more
        }
        let said = self.standing_remark().or_else(|| {
            let is_other = !self.is_recorded() && !self.runs_what_is_written();
            is_other.then_some(Notice::Reloaded(Reloaded::OtherRun))
        });
        if said.is_some() || self.notice.as_ref().is_some_and(is_ours) {
            self.notice = said;
        }
    }

    /// What is wrong with the open lesson's files.
    pub(super) fn standing_remark(&self) -> Option<Notice> {
        let broken = self.course.broken().map(Reloaded::Broken);
        let broken = broken.map(Notice::Reloaded);
        broken.or_else(|| self.course.problem().map(Notice::Lesson))
    }

    /// Whether a fresh lab would begin as this one has begun, in some language of the lesson.
    fn runs_what_is_written(&self) -> bool {
        self.course.languages().any(|lesson| self.runs(lesson))
    }

    fn runs(&self, lesson: &Lesson) -> bool {
        let (programs, script) = match self.desk.shelf.trying {
            None => (&lesson.programs, lesson.script.as_deref()),
            Some(index) => match lesson.tries.get(index) {
                Some(wanted) => (&wanted.programs, wanted.script.as_deref()),
                None => return false,
            },
        };
        let fresh = setup_of(lesson, self.wire);
        let (ours, theirs) = (&self.setup, &fresh);
        *programs == self.desk.drafts.originals()
            && self.director.follows(script)
            && ours.hosts == theirs.hosts
            && (ours.timers, ours.low_ports) == (theirs.timers, theirs.low_ports)
    }
}

impl Course {
    /// Every language that the open lesson has.
    pub(super) fn languages(&self) -> impl Iterator<Item = &Lesson> {
        let open = self
            .guest
            .as_deref()
            .or_else(|| self.lessons.get(self.open));
        open.into_iter().flat_map(Shelved::sound)
    }

    /// What is wrong with the files of the open lesson since they were edited.
    fn broken(&self) -> Option<String> {
        let open = self
            .guest
            .as_deref()
            .or_else(|| self.lessons.get(self.open));
        let broken = open?.broken.first();
        broken.map(ToString::to_string)
    }

    /// The lessons as they are now. Of the one that is open, what cannot be used stays as it was.
    fn renew(&mut self, fresh: Fresh) {
        let open = self.lessons.remove(self.open);
        let folder = open.folder.clone();
        match fresh {
            Ok(fresh) => {
                self.lessons = fresh;
                let at = self
                    .lessons
                    .iter()
                    .position(|lesson| lesson.folder == folder);
                match at {
                    Some(at) => {
                        let new = self.lessons.remove(at);
                        self.lessons.insert(at, new.or_else(open));
                    }
                    None => self.put_back(open),
                }
            }
            Err(problem) => {
                let broken = vec![problem];
                self.put_back(Shelved { broken, ..open });
            }
        }
        let at = self
            .lessons
            .iter()
            .position(|lesson| lesson.folder == folder);
        self.open = at.expect("it was just put there");
    }

    /// The open one is not among them any more.
    fn put_back(&mut self, mut open: Shelved) {
        if open.broken.is_empty() {
            let path = self.path.clone().unwrap_or_default();
            open.broken.push(Problem {
                path: path.join(&open.folder),
                line: 0,
                message: "the lesson's folder is not there any more".to_owned(),
                remedy: "put it back, or open another lesson".to_owned(),
            });
        }
        let place = self
            .lessons
            .partition_point(|other| other.folder < open.folder);
        self.lessons.insert(place, open);
    }
}

impl Shelved {
    /// What is wrong here is taken from what it was before.
    fn or_else(mut self, before: Self) -> Self {
        let pairs = [
            (&mut self.english, before.english),
            (&mut self.chinese, before.chinese),
        ];
        for (now, before) in pairs {
            if let (Err(problems), Ok(_)) = (&mut *now, &before) {
                self.broken.append(problems);
                *now = before;
            }
        }
        self
    }
}

/// All that a run is watched for, in words: where it stands in the file does not matter.
fn watched(lesson: &Lesson) -> Vec<Vec<String>> {
    let of_block = |block: &Block| -> Vec<String> {
        match block {
            Block::Quiz(quiz) => {
                let options = quiz.options.iter();
                options.map(|option| option.judged.to_string()).collect()
            }
            Block::Myth(myth) => vec![myth.shows.trigger.text.clone()],
            Block::Heading { .. }
            | Block::Paragraph(_)
            | Block::List { .. }
            | Block::Quote(_)
            | Block::Callout { .. }
            | Block::Picture { .. }
            | Block::Code { .. }
            | Block::Table { .. }
            | Block::Puzzle(_)
            | Block::Try(_)
            | Block::Rule => Vec::new(),
        }
    };
    let beats = lesson.beats.iter().map(|beat| {
        let expects = beat.expects.iter().map(|expect| &expect.trigger);
        let triggers = std::iter::once(&beat.trigger).chain(expects);
        let texts = triggers.map(|trigger| trigger.text.clone());
        texts.chain(beat.body.iter().flat_map(of_block)).collect()
    });
    beats.collect()
}
