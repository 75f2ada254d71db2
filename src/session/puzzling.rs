//! The open lesson's puzzles: their runs are read beside the window, and answers are counted.
//!
//! In: puzzles and the files of their runs. Out: cases on the shelf, one after the other. One
//! thread for one lesson, as for its pictures.

use super::Session;
use super::desk::{Shelf, Solve};
use super::gallery::{Gallery, Job};
use crate::lesson::Case;

impl Session {
    /// Takes in what is read, and has read what is missing.
    pub(super) fn open_puzzles(&mut self) {
        let lesson = self.course.lesson(self.desk.settings.language);
        let puzzles = &mut self.desk.shelf.puzzles;
        if puzzles.of != lesson.path {
            puzzles.of.clone_from(&lesson.path);
            puzzles.cases.clear();
            self.cases.iter().for_each(Gallery::stop);
            let jobs = (0..lesson.puzzles.len()).filter_map(|index| {
                let sealed = lesson.sealed_puzzle(index)?;
                let open = move || sealed.open().map(|(case, _)| case);
                let job: Job<Case> = Box::new(move || open().map_err(|p| p.to_string()));
                Some((index, job))
            });
            let jobs: Vec<(usize, Job<Case>)> = jobs.collect();
            if !jobs.is_empty() {
                match Gallery::start("puzzles", jobs, self.wake.clone()) {
                    Ok(gallery) => self.cases.push(gallery),
                    Err(error) => {
                        let why = error.to_string();
                        let all = 0..lesson.puzzles.len();
                        puzzles.cases.extend(all.map(|at| (at, Err(why.clone()))));
                    }
                }
            }
        }
        self.cases.retain_mut(|gallery| {
            let was_over = gallery.is_over();
            for (index, case) in gallery.take() {
                if let Some(puzzle) = lesson.puzzles.get(index) {
                    puzzles.take(index, &puzzle.skeleton(), case);
                }
            }
            !was_over && !gallery.has_given_all()
        });
    }

    pub(super) fn solve(&mut self, index: usize, solve: &Solve) {
        let lesson = self.course.lesson(self.desk.settings.language);
        let Some(seed) = lesson.puzzles.get(index).map(|puzzle| puzzle.skeleton()) else {
            return;
        };
        let shelf = &mut self.desk.shelf;
        if let Some(is_right) = shelf.puzzles.solve(index, &seed, solve) {
            shelf.mark_answer(index, is_right);
        }
    }

    /// Another lesson's are not wanted any more, nor those of one that was edited.
    pub(super) fn put_puzzles_away(&mut self) {
        self.desk.shelf.puzzles = Default::default();
        self.cases.iter().for_each(Gallery::stop);
    }
}

impl Shelf {
    fn mark_answer(&mut self, puzzle: usize, is_right: bool) {
        let Some(id) = self.entry().map(|entry| entry.id.clone()) else {
            return;
        };
        let reached = self.progress.lesson(&id);
        let answered = reached.puzzles.entry(puzzle).or_default();
        let count = match is_right {
            true => &mut answered.right,
            false => &mut answered.wrong,
        };
        *count = count.saturating_add(1);
    }
}
