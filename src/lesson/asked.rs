//! What a lesson asks and answers: quizzes, myths and puzzles, put where they belong.
//!
//! In: their blocks. Out: the beat's body, or what is wrong. What a block says, `quiz`, `myth` and
//! `puzzle` read.

use super::parse::{Assembly, Fence};
use super::types::Block;
use super::{myth, puzzle, quiz};

impl Assembly<'_> {
    pub(super) fn quiz(&mut self, fence: &Fence<'_>) {
        self.end_heading();
        let quiz = quiz::read(fence, &mut self.seen, self.problems);
        let is_quiz = |block: &Block| matches!(block, Block::Quiz(_));
        match self.beats.last_mut() {
            None => self.problems.add(
                fence.line,
                "a quiz before the first beat",
                "put it into the beat before the step it asks about",
            ),
            Some(beat) if beat.body.iter().any(is_quiz) => self.problems.add(
                fence.line,
                "a second quiz in one beat",
                "begin a new beat for it",
            ),
            Some(beat) => beat.body.push(Block::Quiz(quiz)),
        }
    }

    pub(super) fn puzzle(&mut self, fence: &Fence<'_>) {
        if self.puzzles.len() == puzzle::MOST_PUZZLES {
            let message = format!("more than {} `puzzle` blocks", puzzle::MOST_PUZZLES);
            self.problems
                .add(fence.line, message, "split the lesson into several");
            return;
        }
        if let Some(puzzle) = puzzle::read(fence, self.problems) {
            self.add(Block::Puzzle(self.puzzles.len()));
            self.puzzles.push(puzzle);
        }
    }

    pub(super) fn myth(&mut self, fence: &Fence<'_>) {
        self.end_heading();
        let myth = myth::read(fence, &mut self.seen, self.problems);
        let is_myth = |block: &Block| matches!(block, Block::Myth(_));
        match self.beats.last_mut() {
            None => self.problems.add(
                fence.line,
                "a `myth` block before the first beat",
                "put it into the beat in which the kernel answers",
            ),
            Some(beat) if beat.body.iter().any(is_myth) => self.problems.add(
                fence.line,
                "a second `myth` block in one beat",
                "begin a new beat for it",
            ),
            Some(beat) => beat.body.extend(myth.map(Block::Myth)),
        }
    }
}
