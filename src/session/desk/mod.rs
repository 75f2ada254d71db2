//! What lies on a learner's desk besides the run itself: how the window is set, what lies over
//! it, and whatever else the panels show that is not in the trace.
//!
//! In: the learner's commands. Out: what the panels read through `View::desk`. Each part has a
//! file of its own, with the commands it understands; the session changes it, panels never do.

mod auto;
mod drafts;
mod opening;
mod puzzles;
mod settings;
mod sharing;
mod shelf;

pub use auto::{Drive, Driving, Goal, Halt, Play, Speed, Towards, is_timer_running};
pub use drafts::{Draft, Drafts, Edit, TooLong};
pub use opening::{Open, Opening, Recent, RecentKind, Save, Saving, UnderWay};
pub use puzzles::{Ending, Puzzles, Solve, Solving};
pub use settings::{Lens, Look, Motion, Numbers, Setting, Settings};
pub use sharing::{Share, Sharing, Wireshark};
pub use shelf::{Entry, Guessed, Progress, Reached, Resume, Shelf, Shelving, Titles};

use super::capturing::Survey;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    pub settings: Settings,
    /// What lies over the window, if anything does.
    pub overlay: Option<Overlay>,
    /// The lessons, and how far one has come in each.
    pub shelf: Shelf,
    /// What plays by itself.
    pub drive: Drive,
    pub drafts: Drafts,
    pub opening: Opening,
    /// A capture that was made elsewhere, and what is looked at of it.
    pub survey: Option<Survey>,
    pub saving: Saving,
    pub sharing: Sharing,
}

/// Something that lies over the whole window; Escape takes it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// Every key and what it does.
    Keys,
    /// The lessons, and how far one has come in each.
    Contents,
    /// One of the lesson's pictures, counted from 0 in the order of their names.
    Picture(usize),
    /// The guided tour of the window, at this stop, counted from 0.
    Tour(usize),
    /// Nothing: the class is to look at the teacher.
    Black,
    /// Which file to open, and as which program.
    Open,
    /// Where the run shall be saved.
    Save,
    /// A file is read: how far it has come.
    Loading,
    /// A pane that has no room beside the others.
    Sheet(Sheet),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Lesson,
    Inspector,
}

impl Desk {
    /// Lays something over the window, or takes it away. Whoever leaves the tour knows the window.
    pub fn show(&mut self, overlay: Option<Overlay>) {
        let is_tour = |overlay: Option<Overlay>| matches!(overlay, Some(Overlay::Tour(_)));
        if is_tour(self.overlay) && !is_tour(overlay) {
            self.settings.set(Setting::KnowsTheWindow(true));
        }
        self.overlay = overlay;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_leaves_the_tour_knows_the_window() {
        let mut desk = Desk::default();
        desk.show(Some(Overlay::Tour(0)));
        desk.show(Some(Overlay::Tour(1)));
        assert!(!desk.settings.knows_the_window);
        desk.show(None);
        assert!(desk.settings.knows_the_window);
        assert_eq!(desk.overlay, None);
    }
}
