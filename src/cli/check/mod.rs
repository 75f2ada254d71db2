//! `sockstep check`: every lesson, try and quiz played against the kernel, in both languages.
//!
//! In: paths. Out: a line for each lesson, what is wrong with it, and an exit code: 0 when all is
//! well, 1 when something is not, 2 for bad arguments. [`plan`] says what is to be played,
//! [`judge`] follows a run and says what it did not show, [`words`] says it.

mod judge;
mod plan;
mod words;

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use crossbeam_channel::{Receiver, Sender, bounded};

use crate::lesson::Language;
use crate::lesson::check::Weight;
use crate::trace::WireKind;
use judge::Trouble;
use plan::{Job, Subject};

/// A run is stopped after this: a lesson's end should not have to be waited for.
pub(super) const LIMIT: Duration = Duration::from_secs(60);
/// Runs mostly wait for kernels' timers, so there may be more of them than cores.
const AT_ONCE: usize = 4;
const MOST_AT_ONCE: usize = 64;

#[derive(Args)]
pub struct Arguments {
    /// Lessons' folders, or folders of lessons. Default: ./lessons, else the built-in course.
    paths: Vec<PathBuf>,
    /// The language of what is said: zh or en. Default: the system's.
    #[arg(long, value_parser = super::language)]
    lang: Option<Language>,
    /// Play only on this machine's own loopback: only what needs no held wire.
    #[arg(long)]
    loopback: bool,
    /// Write each run to a file in this folder: NN-name.jsonl, and NN-name.try-1.jsonl for tries.
    #[arg(long, value_name = "FOLDER")]
    save: Option<PathBuf>,
    /// How many runs at once. Default: 4.
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
}

pub fn main(arguments: Arguments) -> ExitCode {
    let language = arguments.lang.unwrap_or_else(super::system_language);
    let started = Instant::now();
    let wire = match arguments.loopback {
        true => WireKind::Loopback,
        false => WireKind::Held,
    };
    let subjects = match plan::subjects(&arguments.paths) {
        Ok(subjects) => subjects,
        Err(problem) => {
            eprintln!("sockstep check: {problem}");
            return ExitCode::from(2);
        }
    };
    let at_once = match wire {
        WireKind::Held => arguments.jobs.unwrap_or(AT_ONCE).clamp(1, MOST_AT_ONCE),
        // There all programs share this machine's ports.
        WireKind::Loopback | WireKind::Captured => 1,
    };
    if let Some(folder) = &arguments.save
        && let Err(error) = fs::create_dir_all(folder)
    {
        let folder = folder.display();
        eprintln!("sockstep check: cannot make the folder {folder}: {error}");
        return ExitCode::from(2);
    }
    let mut report = Report::new(subjects, language, wire);
    report.save = arguments.save;
    let printed = report.play(at_once);
    let summed_up = printed.and_then(|()| report.sum_up(started.elapsed()));
    match (summed_up, report.errors) {
        (Ok(()), 0) => ExitCode::SUCCESS,
        // A reader that went away has seen enough; what is wrong stays wrong.
        (Ok(()) | Err(_), _) => ExitCode::FAILURE,
    }
}

/// What became of one run.
struct Outcome {
    subject: usize,
    troubles: Vec<Trouble>,
    took: Duration,
    /// It could not be played here at all.
    was_left_out: bool,
}

/// The lessons, and what is known of them so far.
struct Report {
    subjects: Vec<Subject>,
    language: Language,
    wire: WireKind,
    /// Where each run is written to.
    save: Option<PathBuf>,
    runs: usize,
    left_out: usize,
    errors: usize,
    warnings: usize,
    /// How many lessons have been told.
    told: usize,
    waiting: Vec<usize>,
    took: Vec<Duration>,
}

impl Report {
    fn new(subjects: Vec<Subject>, language: Language, wire: WireKind) -> Self {
        Self {
            took: vec![Duration::ZERO; subjects.len()],
            waiting: vec![0; subjects.len()],
            subjects,
            language,
            wire,
            save: None,
            runs: 0,
            left_out: 0,
            errors: 0,
            warnings: 0,
            told: 0,
        }
    }

    fn play(&mut self, at_once: usize) -> io::Result<()> {
        let jobs: Vec<Job> = plan::jobs(&self.subjects, self.wire, self.save.as_deref());
        for job in &jobs {
            self.waiting[job.subject] += 1;
        }
        let (sender, waiting) = bounded(jobs.len().max(1));
        let (told, outcomes) = bounded(jobs.len().max(1));
        for job in jobs {
            sender.send(job).ok();
        }
        drop(sender);
        thread::scope(|scope| {
            for number in 0..at_once {
                let (waiting, told) = (waiting.clone(), told.clone());
                let player = thread::Builder::new().name(format!("player {number}"));
                let spawned = player.spawn_scoped(scope, move || play_all(&waiting, &told));
                // With fewer players it takes longer, and that is all.
                if spawned.is_err() && number > 0 {
                    break;
                }
            }
            drop((waiting, told));
            self.tell_finished()?;
            for outcome in outcomes {
                self.take(outcome);
                self.tell_finished()?;
            }
            Ok(())
        })
    }

    fn take(&mut self, outcome: Outcome) {
        let index = outcome.subject;
        self.waiting[index] -= 1;
        self.took[index] += outcome.took;
        match outcome.was_left_out {
            true => self.left_out += 1,
            false => self.runs += 1,
        }
        self.subjects[index].troubles.extend(outcome.troubles);
    }

    /// In the course's order, as far as all of a lesson's runs are over.
    fn tell_finished(&mut self) -> io::Result<()> {
        while self.told < self.subjects.len() && self.waiting[self.told] == 0 {
            let (subject, took) = (&mut self.subjects[self.told], self.took[self.told]);
            subject.troubles.sort_by_key(Trouble::place);
            subject.troubles.dedup();
            for trouble in &subject.troubles {
                match trouble.weight() {
                    Weight::Error => self.errors += 1,
                    Weight::Warning => self.warnings += 1,
                }
            }
            let mut out = io::stdout().lock();
            writeln!(out, "{}", words::lesson(self.language, subject, took))?;
            for trouble in &subject.troubles {
                writeln!(out, "{}", words::trouble(self.language, trouble))?;
            }
            out.flush()?;
            self.told += 1;
        }
        Ok(())
    }

    fn sum_up(&self, took: Duration) -> io::Result<()> {
        let summary = words::Summary {
            lessons: self.subjects.len(),
            runs: self.runs,
            left_out: self.left_out,
            errors: self.errors,
            warnings: self.warnings,
            took,
            wire: self.wire,
        };
        writeln!(io::stdout(), "{}", words::summary(self.language, &summary))
    }
}

/// Until no run is left.
fn play_all(waiting: &Receiver<Job>, told: &Sender<Outcome>) {
    for job in waiting {
        let started = Instant::now();
        let subject = job.subject;
        let (troubles, was_left_out) = judge::play(job);
        let outcome = Outcome {
            subject,
            troubles,
            took: started.elapsed(),
            was_left_out,
        };
        if told.send(outcome).is_err() {
            return;
        }
    }
}
