//! Whether the two languages of a lesson tell the same: all but the prose.
//!
//! In: both. Out: for each part of the lesson, the first place where they differ. Each part is
//! flattened into entries with a line each, so that one comparison serves all of them.

use std::path::PathBuf;

use super::super::progress::quizzes;
use super::super::trigger::Trigger;
use super::super::types::{Block, Judged, Lesson, Prints};
use super::{Finding, Wrong};
use crate::trace::{LowPorts, ProgramSetup, Timers};

/// What of a lesson differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Id,
    Minutes,
    Timers,
    LowPorts,
    Prints,
    After,
    Hosts,
    Programs,
    Script,
    Beats,
    Expects,
    Quizzes,
    Myths,
    Tries,
    Puzzles,
    Pictures,
}

/// One language's side of a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    pub path: PathBuf,
    pub line: usize,
    /// `None`: it has no more there.
    pub text: Option<String>,
}

/// What is compared, what is shown of it, and its line.
struct Entry {
    key: String,
    text: String,
    line: usize,
}

/// The first difference of each part.
pub fn languages(one: &Lesson, other: &Lesson) -> Vec<Finding> {
    let parts = entries(one).into_iter().zip(entries(other));
    let mut found: Vec<Finding> = Vec::new();
    for ((part, ours), (_, theirs)) in parts {
        // With other beats, all that stands in beats differs by that alone.
        let hangs_on_beats = matches!(part, Part::Expects | Part::Quizzes | Part::Myths);
        let differs = |found: &Finding| matches!(&found.wrong, Wrong::Differs { part, .. } if *part == Part::Beats);
        if hangs_on_beats && found.iter().any(differs) {
            continue;
        }
        if let Some((here, there)) = first_difference((one, &ours), (other, &theirs)) {
            let (path, line) = (here.path.clone(), here.line);
            let wrong = Wrong::Differs { part, here, there };
            found.push(Finding::new(&path, line, wrong));
        }
    }
    found
}

fn first_difference(
    (one, ours): (&Lesson, &[Entry]),
    (other, theirs): (&Lesson, &[Entry]),
) -> Option<(Side, Side)> {
    let longest = ours.len().max(theirs.len());
    let key = |entries: &[Entry], at: usize| entries.get(at).map(|entry| entry.key.clone());
    let at = (0..longest).find(|at| key(ours, *at) != key(theirs, *at))?;
    let side = |lesson: &Lesson, entries: &[Entry]| Side {
        path: lesson.path.clone(),
        // Where one has no more, its last one is where the next would stand.
        line: entries
            .get(at)
            .or(entries.last())
            .map_or(0, |entry| entry.line),
        text: entries.get(at).map(|entry| entry.text.clone()),
    };
    Some((side(one, ours), side(other, theirs)))
}

fn entries(lesson: &Lesson) -> Vec<(Part, Vec<Entry>)> {
    let field = |name: &str, text: String| {
        let line = lesson.places.front.get(name).copied();
        vec![entry(text, line.unwrap_or(1))]
    };
    let timers = match lesson.timers {
        Timers::Patient => "patient",
        Timers::Natural => "natural",
        Timers::Still => "still",
    };
    let low_ports = match lesson.low_ports {
        LowPorts::Open => "open",
        LowPorts::Guarded => "guarded",
    };
    let prints = match lesson.prints {
        Prints::Same => "same",
        Prints::Vary => "vary",
    };
    vec![
        (Part::Id, field("id", lesson.id.clone())),
        (Part::Minutes, field("minutes", lesson.minutes.to_string())),
        (Part::Timers, field("timers", timers.to_owned())),
        (Part::LowPorts, field("low_ports", low_ports.to_owned())),
        (Part::Prints, field("prints", prints.to_owned())),
        (Part::After, field("after", lesson.after.join(", "))),
        (Part::Hosts, field("hosts", hosts(lesson))),
        (Part::Programs, programs(lesson)),
        (Part::Script, script(lesson)),
        (Part::Beats, beats(lesson)),
        (Part::Expects, expects(lesson)),
        (Part::Quizzes, quiz_entries(lesson)),
        (Part::Myths, myths(lesson)),
        (Part::Tries, tries(lesson)),
        (Part::Puzzles, puzzles(lesson)),
        (Part::Pictures, pictures(lesson)),
    ]
}

fn entry(text: String, line: usize) -> Entry {
    let key = text.clone();
    Entry { key, text, line }
}

/// Quotes and spaces may be others in another language: what it means is compared.
fn meant(place: &str, trigger: &Trigger, line: usize) -> Entry {
    Entry {
        key: format!("{place} {:?}", trigger.rule),
        text: format!("{place}{trigger}"),
        line,
    }
}

fn hosts(lesson: &Lesson) -> String {
    let hosts = lesson.hosts.iter().map(|host| {
        let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
        format!("{}: {}", host.name, addresses.join(", "))
    });
    hosts.collect::<Vec<_>>().join("; ")
}

fn programs(lesson: &Lesson) -> Vec<Entry> {
    let mut found = Vec::new();
    for (index, program) in lesson.programs.iter().enumerate() {
        let line = lesson.places.programs.get(index).copied().unwrap_or(0);
        let ProgramSetup { name, host, .. } = program;
        found.push(entry(format!("```python {name} on {host}"), line));
        let lines = program.source.lines().zip(line + 1..);
        found.extend(lines.map(|(text, line)| entry(text.to_owned(), line)));
    }
    found
}

fn script(lesson: &Lesson) -> Vec<Entry> {
    let lines = lesson.script.iter().flat_map(|script| script.lines());
    lines
        .map(|(line, text)| entry(text.to_owned(), line))
        .collect()
}

fn beats(lesson: &Lesson) -> Vec<Entry> {
    let beats = lesson.beats.iter();
    // The block's first line of text follows its fence.
    beats
        .map(|beat| meant("", &beat.trigger, beat.line + 1))
        .collect()
}

fn expects(lesson: &Lesson) -> Vec<Entry> {
    let beats = lesson.beats.iter().enumerate();
    let of = beats.flat_map(|(index, beat)| {
        let place = format!("{}: ", index + 1);
        let expects = beat.expects.iter();
        expects.map(move |expect| meant(&place, &expect.trigger, expect.line))
    });
    of.collect()
}

fn quiz_entries(lesson: &Lesson) -> Vec<Entry> {
    let of = quizzes(lesson).flat_map(|(beat, quiz)| {
        let place = format!("{}: ", beat + 1);
        let options = quiz.options.iter();
        options.map(move |option| match &option.judged {
            Judged::ByRun(when) => meant(&place, when, quiz.line),
            Judged::Right => entry(format!("{place}[right]"), quiz.line),
            Judged::Wrong => entry(format!("{place}[wrong]"), quiz.line),
        })
    });
    of.collect()
}

fn myths(lesson: &Lesson) -> Vec<Entry> {
    let mut found = Vec::new();
    for (index, beat) in lesson.beats.iter().enumerate() {
        for block in &beat.body {
            if let Block::Myth(myth) = block {
                let place = format!("{}: ", index + 1);
                found.push(meant(&place, &myth.shows.trigger, myth.shows.line));
            }
        }
    }
    found
}

fn tries(lesson: &Lesson) -> Vec<Entry> {
    let mut found = Vec::new();
    for (index, each) in lesson.tries.iter().enumerate() {
        let place = format!("{}: ", index + 1);
        found.push(Entry {
            key: place.clone(),
            text: each.label.clone(),
            line: each.line,
        });
        for (changed, own) in each.programs.iter().zip(&lesson.programs) {
            if changed.source != own.source {
                let lines = changed.source.lines();
                let shown = |text| entry(format!("{place}{}: {text}", own.name), each.line);
                found.extend(lines.map(shown));
            }
        }
        let lines = each.script.iter().flat_map(|script| script.lines());
        found.extend(lines.map(|(line, text)| entry(format!("{place}{text}"), line)));
        let expects = each.expects.iter();
        found.extend(expects.map(|expect| meant(&place, &expect.trigger, expect.line)));
    }
    found
}

fn puzzles(lesson: &Lesson) -> Vec<Entry> {
    let puzzles = lesson.puzzles.iter();
    puzzles
        .map(|puzzle| entry(puzzle.skeleton(), puzzle.line))
        .collect()
}

/// A picture with words in it may be another one: `queues-en.png` stands for `queues-zh.png`.
fn pictures(lesson: &Lesson) -> Vec<Entry> {
    let tag = lesson.language.tag();
    let names = lesson.pictures.keys().map(|name| {
        let key = ["-", "_", "."].iter().fold(name.clone(), |name, sign| {
            name.replace(&format!("{sign}{tag}."), ".")
        });
        Entry {
            key,
            text: name.clone(),
            line: 0,
        }
    });
    let mut found: Vec<Entry> = names.collect();
    found.sort_by(|one, other| one.key.cmp(&other.key));
    found
}
