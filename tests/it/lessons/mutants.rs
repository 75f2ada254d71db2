//! Lessons that nobody wrote: the course's own, cut, doubled, mixed and misspelt by chance.
//!
//! Whatever the text, it is read in bearable time or refused with lines that are there and with
//! remedies, and what is read can be watched. The chance is the same each time; `MUTANTS=100000`
//! tries more of them.

use std::fs;
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};
use sockstep::lesson::{BeatWatch, Language, Trigger, parse};
use sockstep::trace::Trace;

/// More than what is needed for a million bytes in a debug build on a busy machine.
const MOST_MILLIS: i64 = 3_000;

/// Chance that is the same each time (Marsaglia's xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What is put anywhere.
const BITS: &[&str] = &[
    "```",
    "````",
    "~~~",
    "+++",
    "```when\n",
    "```expect\n",
    "```quiz\n",
    "```try\n",
    "```myth\n",
    "```puzzle\n",
    "```director\n",
    "```python server\n",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\t",
    "\u{0}",
    "\u{202e}",
    "\u{feff}",
    "\u{e0f0}",
    "\u{fffd}",
    "# ",
    "## ",
    "### ",
    "> ",
    "> [!NOTE]\n",
    "- ",
    "1. ",
    "- [",
    "]",
    "[",
    "(",
    ")",
    "![x](",
    "[x](lesson:",
    "|",
    "|-|-|\n",
    "**",
    "*",
    "`",
    "_",
    "\\",
    "&#x202e;",
    "&amp;",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "<kbd>",
    "script:",
    "expect:",
    "in server:",
    "replace line 99999999999999999999 with x",
    "program server:\n",
    "hint:",
    "because:",
    "shows:",
    "提示：",
    "“",
    "”",
    "\"",
    "'",
    " and ",
    " and not ",
    " then ",
    " before ",
    " within 2s",
    "never",
    "always",
    "99999999999999999999",
    "0",
    "-1",
    "is at least",
    "byte 18446744073709551615 of client read",
    "id = ",
    "after = [\"x\"]",
    "minutes = 1e9",
    "[[hosts]]",
    "=",
    "👩‍🏫",
    "界",
    "\u{301}",
];

fn texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the lessons")
        .flat_map(|entry| {
            let folder = entry.expect("an entry").path();
            ["en.md", "zh.md"].map(|file| folder.join(file))
        })
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    let texts = paths.iter().map(fs::read_to_string);
    texts.map(|text| text.expect("UTF-8")).collect()
}

/// One change. `other` is another lesson.
fn change(text: &str, other: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.is_empty() {
        return other.to_owned();
    }
    let at = chance.below(lines.len());
    let end = (at + 1 + chance.below(12)).min(lines.len());
    match chance.below(11) {
        0 => drop(lines.drain(at..end)),
        1 => {
            let block = lines[at..end].to_vec();
            let to = chance.below(lines.len());
            lines.splice(to..to, block);
        }
        2 => lines.swap(at, end - 1),
        3 => {
            let others: Vec<&str> = other.split_inclusive('\n').collect();
            let from = chance.below(others.len());
            let block = &others[from..(from + 12).min(others.len())];
            lines.splice(at..at, block.iter().copied());
        }
        4 => return text.chars().take(chance.below(text.len())).collect(),
        5 => {
            let line = lines[at];
            let times = 1 << chance.below(8);
            lines.splice(at..at, vec![line; times]);
        }
        6 => {
            let depth = 1 << chance.below(8);
            let deep = format!(
                "{}{}",
                chance.one_of(&["> ", "- ", "  ", "* ", "["]).repeat(depth),
                lines[at]
            );
            return replace_line(&lines, at, &deep);
        }
        7 => {
            let mut words: Vec<&str> = lines[at].split(' ').collect();
            let (one, two) = (chance.below(words.len()), chance.below(words.len()));
            words.swap(one, two);
            return replace_line(&lines, at, &words.join(" "));
        }
        8 => {
            let mut chars: Vec<char> = lines[at].chars().collect();
            let place = chance.below(chars.len());
            if !chars.is_empty() {
                chars.remove(place);
            }
            return replace_line(&lines, at, &chars.into_iter().collect::<String>());
        }
        _ => {
            let chars: Vec<char> = lines[at].chars().collect();
            let place = chance.below(chars.len() + 1);
            let bit = chance.one_of(BITS).repeat(1 + chance.below(3));
            let (before, after) = chars.split_at(place);
            let line: String = before
                .iter()
                .copied()
                .chain(bit.chars())
                .chain(after.iter().copied())
                .collect();
            return replace_line(&lines, at, &line);
        }
    }
    lines.concat()
}

fn replace_line(lines: &[&str], at: usize, with: &str) -> String {
    let mut lines = lines.to_vec();
    if let Some(line) = lines.get_mut(at) {
        *line = with;
    }
    lines.concat()
}

fn run() -> Trace {
    let recorded = include_str!("handshake.jsonl");
    sockstep::trace::load(recorded).expect("a recording").trace
}

fn millis() -> i64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}

/// As editors count them.
fn lines_of(text: &str) -> usize {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.split('\n').count()
}

fn judge(seed: u64, text: &str, run: &Trace, is_watched: bool) {
    let began = millis();
    let read = parse(text, "lessons/01-x/en.md".as_ref(), Language::English);
    let passed = millis() - began;
    let bytes = text.len();
    assert!(
        passed < MOST_MILLIS,
        "seed {seed}: {passed} ms for {bytes} bytes"
    );
    match read {
        Ok(lesson) if is_watched => {
            let watch = BeatWatch::of(&lesson, run);
            assert_eq!(watch.reached().len(), lesson.beats.len(), "seed {seed}");
        }
        Ok(_) => {}
        Err(problems) => {
            let last = lines_of(text);
            assert!(!problems.is_empty(), "seed {seed}: refused, and no reason");
            for problem in problems {
                let is_there = problem.line <= last;
                assert!(is_there, "seed {seed}: {problem} has {last} lines");
                let says = !problem.message.trim().is_empty() && !problem.remedy.trim().is_empty();
                assert!(says, "seed {seed}: {problem}");
                let is_short = problem.to_string().len() < 4_000;
                assert!(is_short, "seed {seed}: {problem}");
            }
        }
    }
}

fn how_many(usual: u64) -> u64 {
    let asked = std::env::var("MUTANTS").ok();
    asked
        .and_then(|number| number.parse().ok())
        .unwrap_or(usual)
}

#[test]
fn no_text_makes_the_reader_panic_hang_or_fall_silent() {
    let (texts, run) = (texts(), run());
    for seed in 1..=how_many(1500) {
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut text = chance.one_of(&texts).clone();
        for _ in 0..1 + chance.below(4) {
            let other = chance.one_of(&texts);
            text = change(&text, other, &mut chance);
        }
        judge(seed, &text, &run, seed % 16 == 0);
    }
}

#[test]
fn what_is_made_to_be_slow_is_read_in_bearable_time() {
    let front = &texts()[0];
    let front = &front[..front[3..].find("+++\n").expect("its end") + 7];
    for (index, (bit, tail)) in [
        ("[", ""),
        ("![", "](a.png)"),
        ("[x](", ")"),
        ("**a", ""),
        ("*a _b ", ""),
        ("`", ""),
        ("> ", "x"),
        ("- ", "x"),
        ("<b", ""),
        ("<!--", ""),
        ("&#", ";"),
        ("|", "\n|-|\n"),
        ("|a\n", ""),
        ("# x\n", ""),
        ("```x\n```\n", ""),
        ("```when\n", ""),
        ("```quiz\nq\n- [never] a\n", "```"),
        ("重点**：“*", ""),
        ("\\", ""),
        ("a\n", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!("{front}\n{}{tail}\n", bit.repeat(200_000 / bit.len()));
        judge(index as u64, &text, &run(), false);
    }
}

/// The trigger language's.
const WORDS: &[&str] = &[
    "server",
    "client",
    "any",
    "sends",
    "resends",
    "SYN",
    "ACK",
    "data",
    "duplicate",
    "window",
    "zero",
    "probe",
    "update",
    "of",
    "at",
    "least",
    "most",
    "is",
    "are",
    "no",
    "not",
    "and",
    "then",
    "before",
    "within",
    "after",
    "2s",
    "400ms",
    "1",
    "2",
    "0",
    "bytes",
    "byte",
    "returns",
    "fails",
    "blocked",
    "accept",
    "recv",
    "send",
    "buffer",
    "queue",
    "receive",
    "cwnd",
    "rto",
    "has",
    "threads",
    "ESTABLISHED",
    "TIME_WAIT",
    "CLOSE",
    "without",
    "descriptor",
    "\"x\"",
    "prints",
    "held",
    "nothing",
    "segments",
    "delivered",
    "on",
    "the",
    "wire",
    "in",
    "read",
    "lost",
    "exits",
    "with",
    "TimeoutError",
    "ECONNRESET",
    "by",
    "timeout",
    "announces",
    "acknowledges",
    "packet",
    "socket",
    "gone",
    "less",
    "than",
    "offered",
    "always",
    "never",
    "18446744073709551615",
];

/// Words in any order: a sentence of the trigger language, or a reason why not.
#[test]
fn no_row_of_words_makes_the_trigger_language_panic() {
    let run = run();
    let mut sound = 0;
    for seed in 1..=how_many(40_000) {
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let words: Vec<&str> = (0..1 + chance.below(9))
            .map(|_| *chance.one_of(WORDS))
            .collect();
        let text = words.join(" ");
        match Trigger::parse(&text) {
            Ok(trigger) => {
                sound += 1;
                if sound % 8 == 0 {
                    trigger.first_moment(&run);
                }
            }
            Err(error) => {
                let says = !error.message.is_empty() && !error.remedy.is_empty();
                assert!(says && error.to_string().len() < 1_000, "{text}: {error}");
            }
        }
    }
    assert!(sound > 100, "only {sound} of them were triggers");
}
