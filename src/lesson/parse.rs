//! The text of a lesson file to a [`Lesson`]. Pure.
//!
//! In: text, and the path it came from (only to name it). Out: the lesson, or everything that is
//! wrong with it. A broken block does not hide what is wrong with the rest.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::front::{self, Front, Split};
use super::letters;
use super::problem::{Problem, Problems};
use super::program;
use super::prose::{self, PLAIN, Piece, PieceKind, UNCLOSED};
use super::puzzle::Puzzle;
use super::quiz::Seen;
use super::tries::{self, TryFence};
use super::trigger::{self, Trigger};
use super::types::{Beat, Block, Expect, Inline, Language, Lesson, Places, Try};
use crate::director::{Script, ScriptError};
use crate::trace::ProgramSetup;

/// The largest lesson file, in bytes. Lessons may come from anybody.
pub(super) const LARGEST_FILE: usize = 1 << 20;
const MOST_BEATS: usize = 200;
const MOST_TRIES: usize = 64;
/// In one beat.
const MOST_EXPECTS: usize = 64;

const OURS: &str = "when, expect, quiz, myth, puzzle, try, director, python NAME";
const WHEN_EXAMPLE: &str = "write one trigger in it, e.g. server sends SYN+ACK";

/// Reads no picture, and knows of no other lesson.
pub fn parse(text: &str, path: &Path, language: Language) -> Result<Lesson, Vec<Problem>> {
    read(text, path, language).map(|(lesson, _)| lesson)
}

/// Pictures that the text names, each with its line.
pub(super) type Named = Vec<(String, usize)>;

/// The lesson, and its pictures.
pub(super) fn read(
    text: &str,
    path: &Path,
    language: Language,
) -> Result<(Lesson, Named), Vec<Problem>> {
    let mut problems = Problems::new(path);
    if text.len() > LARGEST_FILE {
        let message = format!("the file is larger than {LARGEST_FILE} bytes");
        problems.add(0, message, "split the lesson into several");
        return Err(problems.into_sorted());
    }
    let Some(text) = letters::clean(text, &mut problems) else {
        return Err(problems.into_sorted());
    };
    let split = front::split(&text, &mut problems);
    let front = split
        .as_ref()
        .map_or_else(Front::default, |split| front::read(split, &mut problems));
    let (prose, lines_before) = match &split {
        Some(Split {
            prose,
            lines_before,
            ..
        }) => (*prose, *lines_before),
        // Unclosed front matter would read as prose full of mistakes.
        None if text.starts_with("+++") => ("", 0),
        None => (text.as_str(), 0),
    };
    let (pieces, mentions) = prose::read(prose, lines_before, &mut problems);
    let mut assembly = Assembly::new(&front, &mut problems);
    for piece in pieces {
        assembly.take(piece);
    }
    let Assembled {
        opening,
        beats,
        programs,
        script,
        tries,
        places,
        puzzles,
    } = assembly.finish();
    if !problems.is_empty() {
        return Err(problems.into_sorted());
    }
    let lesson = Lesson {
        id: front.id,
        number: number_of(&folder_of(path)),
        language,
        title: front.title,
        goal: front.goal,
        minutes: front.minutes,
        hosts: front.hosts,
        programs,
        timers: front.timers,
        low_ports: front.low_ports,
        opening,
        beats,
        script,
        tries,
        after: front.after,
        prints: front.prints,
        places,
        puzzles,
        runs: BTreeMap::new(),
        pictures: BTreeMap::new(),
        links: mentions.lessons,
        flaws: Vec::new(),
        path: path.to_owned(),
    };
    Ok((lesson, mentions.pictures))
}

/// `04-handshake` is lesson 4.
pub fn number_of(folder: &str) -> u32 {
    let digits: String = folder.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

fn folder_of(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name);
    folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A heading that is a beat's if a `when` block comes next.
struct OpenHeading {
    level: u8,
    text: Vec<Inline>,
}

/// A fenced block of ours.
pub(super) struct Fence<'a> {
    pub line: usize,
    pub text: &'a str,
    pub text_line: usize,
}

struct Assembled {
    opening: Vec<Block>,
    beats: Vec<Beat>,
    programs: Vec<ProgramSetup>,
    script: Option<Arc<Script>>,
    tries: Vec<Try>,
    places: Places,
    puzzles: Vec<Puzzle>,
}

pub(super) struct Assembly<'a> {
    front: &'a Front,
    pub problems: &'a mut Problems,
    heading: Option<OpenHeading>,
    opening: Vec<Block>,
    pub beats: Vec<Beat>,
    programs: Vec<ProgramSetup>,
    script: Option<Script>,
    tries: Vec<TryFence>,
    pub puzzles: Vec<Puzzle>,
    /// Every trigger, so that its names can be checked once all programs are known.
    pub seen: Vec<Seen>,
    places: Places,
}

impl<'a> Assembly<'a> {
    fn new(front: &'a Front, problems: &'a mut Problems) -> Self {
        Self {
            front,
            problems,
            heading: None,
            opening: Vec::new(),
            beats: Vec::new(),
            programs: Vec::new(),
            script: None,
            tries: Vec::new(),
            puzzles: Vec::new(),
            seen: Vec::new(),
            places: Places::default(),
        }
    }

    fn take(&mut self, piece: Piece) {
        let line = piece.line;
        match piece.what {
            PieceKind::Block(Block::Heading { level, text }) => {
                self.end_heading();
                self.heading = Some(OpenHeading { level, text });
            }
            PieceKind::Block(block) => self.add(block),
            PieceKind::Fence {
                info,
                text,
                text_line,
                is_closed,
                is_nested,
            } => {
                if !is_closed {
                    self.problems.add(line, UNCLOSED, "add a line ``` after it");
                }
                if is_nested {
                    let message = format!("a `{info}` block inside a list or a quote");
                    self.problems
                        .add(line, message, "move it to the left margin");
                }
                let text = &text;
                self.fence(
                    &info,
                    &Fence {
                        line,
                        text,
                        text_line,
                    },
                );
            }
        }
    }

    fn fence(&mut self, info: &str, fence: &Fence<'_>) {
        let words: Vec<&str> = info.split_whitespace().collect();
        match words.as_slice() {
            ["when"] => self.when(fence),
            ["expect"] => self.expect(fence),
            ["quiz"] => self.quiz(fence),
            ["myth"] => self.myth(fence),
            ["puzzle"] => self.puzzle(fence),
            ["director"] => self.director(fence),
            ["try"] => self.one_try(fence),
            ["python", name] => self.program(name, name, fence),
            ["python", name, "on", host] => self.program(name, host, fence),
            ["python", ..] => {
                let message = format!("`{info}` is not a program's name");
                self.problems.add(fence.line, message, program::EXAMPLE);
            }
            _ => {
                let plain = PLAIN[1..].join(", ");
                self.problems.add(
                    fence.line,
                    format!("unknown block `{info}`"),
                    format!("the blocks are {OURS}; code that is only shown: {plain}"),
                );
            }
        }
    }

    fn when(&mut self, fence: &Fence<'_>) {
        let Some(heading) = self.heading.take() else {
            self.problems.add(
                fence.line,
                "a `when` block that does not follow a heading",
                "put it right below the heading of its beat",
            );
            return;
        };
        let mut triggers = self.triggers(fence);
        if triggers.len() > 1 {
            let line = triggers[1].1;
            self.problems.add(
                line,
                "a second trigger in a `when` block",
                "join the two with \"and\"",
            );
        }
        // A broken trigger still begins a beat, so that what follows is not blamed for it.
        let broken = || {
            Trigger::parse("never")
                .map(|never| (never, fence.line))
                .ok()
        };
        let first = if triggers.is_empty() {
            broken()
        } else {
            Some(triggers.swap_remove(0))
        };
        let Some((trigger, _)) = first else {
            return;
        };
        if self.beats.len() == MOST_BEATS {
            let message = format!("more than {MOST_BEATS} beats");
            self.problems
                .add(fence.line, message, "split the lesson into several");
        }
        self.beats.push(Beat {
            title: heading.text,
            trigger,
            body: Vec::new(),
            expects: Vec::new(),
            line: fence.line,
        });
    }

    fn expect(&mut self, fence: &Fence<'_>) {
        self.end_heading();
        let triggers = self.triggers(fence);
        let Some(beat) = self.beats.last_mut() else {
            self.problems.add(
                fence.line,
                "an `expect` block before the first beat",
                "put it below the `when` block of the beat that states the fact",
            );
            return;
        };
        let expects = triggers.into_iter();
        beat.expects
            .extend(expects.map(|(trigger, line)| Expect { trigger, line }));
        if beat.expects.len() > MOST_EXPECTS {
            let message = format!("more than {MOST_EXPECTS} expectations in a beat");
            self.problems.add(fence.line, message, "split the beat");
        }
    }

    /// One trigger a line.
    fn triggers(&mut self, fence: &Fence<'_>) -> Vec<Seen> {
        let mut found = Vec::new();
        let mut is_empty = true;
        for (index, text) in fence.text.lines().enumerate() {
            if text.trim().is_empty() {
                continue;
            }
            is_empty = false;
            let line = fence.text_line + index;
            match Trigger::parse(text) {
                Ok(trigger) => found.push((trigger, line)),
                Err(error) => self.problems.add(line, error.message, error.remedy),
            }
        }
        if is_empty {
            self.problems
                .add(fence.line, "the block is empty", WHEN_EXAMPLE);
        }
        self.seen.extend(found.iter().cloned());
        found
    }

    fn director(&mut self, fence: &Fence<'_>) {
        self.end_heading();
        if self.script.is_some() {
            self.problems.add(
                fence.line,
                "a second `director` block",
                "put all lines of the script into one block",
            );
        }
        self.places.script = fence.line;
        match Script::parse(fence.text, fence.text_line) {
            Ok(script) => self.script = Some(script),
            Err(errors) => self.wrong_in_script(errors),
        }
    }

    /// Read at the end, when every program is known.
    fn one_try(&mut self, fence: &Fence<'_>) {
        if self.tries.len() == MOST_TRIES {
            let message = format!("more than {MOST_TRIES} `try` blocks");
            self.problems
                .add(fence.line, message, "split the lesson into several");
            return;
        }
        self.add(Block::Try(self.tries.len()));
        self.tries.push(TryFence {
            text: fence.text.to_owned(),
            line: fence.line,
            text_line: fence.text_line,
        });
    }

    fn wrong_in_script(&mut self, errors: Vec<ScriptError>) {
        for error in errors {
            self.problems.add(error.line, error.message, error.remedy);
        }
    }

    fn program(&mut self, name: &str, host: &str, fence: &Fence<'_>) {
        self.end_heading();
        let program = ProgramSetup {
            name: name.to_owned(),
            host: host.to_owned(),
            file: format!("{name}.py"),
            source: fence.text.to_owned(),
        };
        let hosts = self.front.hosts.iter().map(|host| host.name.as_str());
        let hosts: Vec<&str> = hosts.collect();
        program::check(
            &program,
            fence.line,
            (&hosts, &self.programs),
            self.problems,
        );
        self.places.programs.push(fence.line);
        self.programs.push(program);
    }

    pub fn add(&mut self, block: Block) {
        self.end_heading();
        self.body().push(block);
    }

    /// A heading that no `when` block followed is a heading and no more.
    pub fn end_heading(&mut self) {
        if let Some(OpenHeading { level, text }) = self.heading.take() {
            self.body().push(Block::Heading { level, text });
        }
    }

    fn body(&mut self) -> &mut Vec<Block> {
        match self.beats.last_mut() {
            Some(beat) => &mut beat.body,
            None => &mut self.opening,
        }
    }

    fn finish(mut self) -> Assembled {
        self.end_heading();
        let tries = self.read_tries();
        let hosts = self.front.hosts.iter().map(|host| host.name.as_str());
        let programs = self.programs.iter().map(|program| program.name.as_str());
        let mut known: Vec<&str> = Vec::new();
        for name in hosts.chain(programs) {
            if !known.contains(&name) {
                known.push(name);
            }
        }
        for (trigger, line) in &self.seen {
            for name in trigger.names() {
                if !known.contains(&name) {
                    let message =
                        format!("'{name}' is neither a program nor a host of this lesson");
                    let all = format!("write one of {}, or any", known.join(", "));
                    let near = trigger::nearest(name, known.iter().copied());
                    let remedy = near.map_or(all.clone(), |near| {
                        format!("did you mean \"{near}\"? {all}")
                    });
                    self.problems.add(*line, message, remedy);
                }
            }
        }
        if let Some(script) = &self.script {
            let hosts = self.front.hosts.iter().map(|host| host.name.as_str());
            let hosts: Vec<&str> = hosts.collect();
            let errors = script.check(&hosts, &self.programs);
            self.wrong_in_script(errors);
        }
        // With front matter missing altogether, this would only repeat it.
        if self.problems.is_empty() {
            if self.programs.is_empty() {
                self.problems.add(0, "no program", program::EXAMPLE);
            }
            if self.beats.is_empty() {
                self.problems
                    .add(0, "no beat", "put a ```when block below a heading");
            }
        }
        Assembled {
            opening: self.opening,
            beats: self.beats,
            programs: self.programs,
            script: self.script.map(Arc::new),
            tries,
            places: Places {
                front: self.front.lines.clone(),
                ..self.places
            },
            puzzles: self.puzzles,
        }
    }

    fn read_tries(&mut self) -> Vec<Try> {
        let hosts = self.front.hosts.iter().map(|host| host.name.as_str());
        let hosts: Vec<&str> = hosts.collect();
        let known = tries::Known {
            hosts: &hosts,
            programs: &self.programs,
        };
        let fences = self.tries.iter();
        fences
            .map(|fence| tries::read(fence, &known, &mut self.seen, self.problems))
            .collect()
    }
}
