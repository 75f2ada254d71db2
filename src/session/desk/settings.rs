//! How a learner likes the window. Kept from one run to the next.

use serde::{Deserialize, Serialize};

pub use crate::ladder::Numbers;
use crate::lesson::Language;

/// In percent of the window's usual size.
const ZOOM: std::ops::RangeInclusive<u16> = 50..=300;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub language: Language,
    pub look: Look,
    /// The size of everything, in percent.
    pub zoom: u16,
    /// The lesson stands at the left.
    pub has_lesson: bool,
    /// The inspector stands below the ladder.
    pub has_drawer: bool,
    pub motion: Motion,
    pub numbers: Numbers,
    pub lens: Lens,
    /// The guided tour was taken, or declined.
    pub knows_the_window: bool,
    /// The window is shown to a class. Not kept: it ends with the class.
    #[serde(skip)]
    pub presents: bool,
    /// While presenting: the lesson's current passage stands below the stage.
    pub has_captions: bool,
    /// While presenting: what the passage speaks of stands in a light of its own.
    pub has_spotlight: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::default(),
            look: Look::default(),
            zoom: 100,
            has_lesson: true,
            has_drawer: true,
            motion: Motion::default(),
            numbers: Numbers::default(),
            lens: Lens::default(),
            knows_the_window: false,
            presents: false,
            has_captions: true,
            has_spotlight: true,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    #[default]
    Light,
    Dark,
}

/// Whether things move across the stage, or are simply there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Motion {
    #[default]
    Full,
    Reduced,
}

/// How bytes in buffers and segments are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lens {
    #[default]
    Utf8,
    Gbk,
    Hex,
}

/// One setting, as a learner wants it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    Language(Language),
    Look(Look),
    /// In percent; what is out of range is brought into it.
    Zoom(u16),
    Lesson(bool),
    Drawer(bool),
    Motion(Motion),
    Numbers(Numbers),
    Lens(Lens),
    KnowsTheWindow(bool),
    Presents(bool),
    Captions(bool),
    Spotlight(bool),
}

impl Settings {
    pub fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Language(language) => self.language = language,
            Setting::Look(look) => self.look = look,
            Setting::Zoom(percent) => self.zoom = percent.clamp(*ZOOM.start(), *ZOOM.end()),
            Setting::Lesson(is_there) => self.has_lesson = is_there,
            Setting::Drawer(is_there) => self.has_drawer = is_there,
            Setting::Motion(motion) => self.motion = motion,
            Setting::Numbers(numbers) => self.numbers = numbers,
            Setting::Lens(lens) => self.lens = lens,
            Setting::KnowsTheWindow(knows) => self.knows_the_window = knows,
            Setting::Presents(presents) => self.presents = presents,
            Setting::Captions(are_there) => self.has_captions = are_there,
            Setting::Spotlight(is_on) => self.has_spotlight = is_on,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zoom_out_of_range_is_brought_into_it() {
        let mut settings = Settings::default();
        settings.set(Setting::Zoom(1));
        assert_eq!(settings.zoom, 50);
        settings.set(Setting::Zoom(9_000));
        assert_eq!(settings.zoom, 300);
    }
}
