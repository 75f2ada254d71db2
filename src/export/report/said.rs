//! What a program printed, what was typed for it, and how it died, in order: its first lines and
//! its last.

use std::collections::{BTreeMap, VecDeque};

use super::clean;
use super::document::Said;
use crate::trace::{Event, Name, What};

/// So many lines are kept at each end.
const FIRST: usize = 200;
const LAST: usize = 100;

#[derive(Default)]
pub struct Transcript {
    first: Vec<Said>,
    last: VecDeque<Said>,
    left_out: usize,
}

/// Takes the next event of a run.
pub fn hear<'a>(said: &mut BTreeMap<&'a str, Transcript>, event: &'a Event) {
    match &event.what {
        What::Print { program, text } => of(said, program).printed(text),
        What::Ask {
            program, prompt, ..
        } => of(said, program).printed(prompt),
        What::Answer {
            program,
            text: Some(text),
            ..
        } => of(said, program).typed(text),
        What::Exit {
            program,
            traceback: Some(traceback),
            ..
        } => of(said, program).died(traceback),
        What::Answer { text: None, .. }
        | What::Exit {
            traceback: None, ..
        }
        | What::Call { .. }
        | What::Blocked { .. }
        | What::Return { .. }
        | What::Line { .. }
        | What::Thread { .. }
        | What::Sent { .. }
        | What::Inferred { .. }
        | What::Delivered { .. }
        | What::Dropped { .. }
        | What::Duplicated { .. }
        | What::Corrupted { .. }
        | What::Delayed { .. }
        | What::Socket(_)
        | What::Buffers(_)
        | What::Counters { .. }
        | What::Gone { .. }
        | What::Order(_)
        | What::Note { .. }
        | What::Rest
        | What::Ended { .. }
        | What::Unknown => {}
    }
}

fn of<'a, 't>(
    said: &'t mut BTreeMap<&'a str, Transcript>,
    program: &'a Name,
) -> &'t mut Transcript {
    said.entry(program.as_str()).or_default()
}

impl Transcript {
    fn printed(&mut self, text: &str) {
        for piece in text.split_inclusive('\n') {
            let (line, end) = split(piece);
            let line = clean::long_line(line) + end;
            match self.newest() {
                Some(Said::Printed(open)) if !open.ends_with('\n') => {
                    // A line that is printed in pieces without end has one, too.
                    if open.chars().count() < clean::LINE || !end.is_empty() {
                        open.push_str(&line);
                    }
                }
                Some(_) | None => self.add(Said::Printed(line)),
            }
        }
    }

    fn typed(&mut self, text: &str) {
        self.add(Said::Typed(clean::line(text, clean::LINE) + "\n"));
    }

    fn died(&mut self, traceback: &str) {
        if let Some(Said::Printed(open)) = self.newest()
            && !open.ends_with('\n')
        {
            open.push('\n');
        }
        for line in traceback.lines() {
            self.add(Said::Traceback(clean::long_line(line) + "\n"));
        }
    }

    fn newest(&mut self) -> Option<&mut Said> {
        match self.last.back_mut() {
            Some(newest) => Some(newest),
            None => self.first.last_mut(),
        }
    }

    fn add(&mut self, said: Said) {
        if self.first.len() < FIRST {
            self.first.push(said);
            return;
        }
        self.last.push_back(said);
        if self.last.len() > LAST {
            self.last.pop_front();
            self.left_out += 1;
        }
    }

    pub fn all(self) -> Vec<Said> {
        let mut all = self.first;
        if self.left_out > 0 {
            all.push(Said::LeftOut(self.left_out));
        }
        all.extend(self.last);
        all
    }
}

/// A line, and what ends it.
fn split(piece: &str) -> (&str, &str) {
    match piece.strip_suffix('\n') {
        Some(line) => (line.strip_suffix('\r').unwrap_or(line), "\n"),
        None => (piece, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_line_stay_together_and_long_output_keeps_its_ends() {
        let mut said = Transcript::default();
        said.printed("name? ");
        said.typed("Ann");
        said.printed("hello ");
        said.printed("Ann\n");
        said.died("Traceback\nKeyError: 1");
        let printed = |text: &str| Said::Printed(text.to_owned());
        let died = |text: &str| Said::Traceback(text.to_owned());
        let expected = [
            printed("name? "),
            Said::Typed("Ann\n".to_owned()),
            printed("hello Ann\n"),
            died("Traceback\n"),
            died("KeyError: 1\n"),
        ];
        assert_eq!(said.all(), expected);
        let mut said = Transcript::default();
        for number in 0..1_000 {
            said.printed(&format!("{number}\n"));
        }
        let all = said.all();
        assert_eq!(all.len(), FIRST + 1 + LAST);
        assert_eq!(all[FIRST], Said::LeftOut(1_000 - FIRST - LAST));
        assert_eq!(all.last(), Some(&printed("999\n")));
    }

    #[test]
    fn a_line_that_never_ends_has_a_bound() {
        let mut said = Transcript::default();
        for _ in 0..100_000 {
            said.printed("x");
        }
        let all = said.all();
        let [Said::Printed(line)] = all.as_slice() else {
            panic!("{} pieces", all.len())
        };
        assert_eq!(line.len(), clean::LINE);
    }
}
