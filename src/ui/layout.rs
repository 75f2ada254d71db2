//! Which panes stand where: what folds when the window, in points, becomes small.
//!
//! In: the window's size and the learner's settings. Out: a plan, and the zoom that still leaves
//! room for it. First the drawer folds, then the lesson; what is folded can be laid over the
//! stage, and a button says so.

use eframe::egui::{Context, Vec2, vec2};

use crate::session::{Command, Overlay, Setting, Settings, Sheet, View};

/// In points: smaller, and the three columns of the stage would not fit. A window of 1280×720
/// has this much at 150 %.
const SMALLEST: Vec2 = vec2(853.0, 480.0);
/// Narrower, and a lesson beside the stage would squeeze it.
const LESSON_FROM: f32 = 940.0;
/// Lower, and a drawer below the ladder would leave it no room.
const DRAWER_FROM: f32 = 560.0;
/// A class sits further away than a student.
const PRESENTING: f32 = 1.25;
/// In percent.
pub const LEAST_ZOOM: u16 = 50;
const MOST_ZOOM: u16 = 300;

/// Where a pane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Open,
    /// The learner put it away: a handle brings it back.
    Away,
    /// There is no room: a handle lays it over the stage.
    Folded,
    /// Not here at all, not even a handle.
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub lesson: Place,
    pub drawer: Place,
    pub has_captions: bool,
}

pub fn plan(window: Vec2, settings: &Settings) -> Plan {
    let lesson = match settings.has_lesson {
        _ if settings.presents => Place::Gone,
        true if window.x < LESSON_FROM => Place::Folded,
        true => Place::Open,
        false => Place::Away,
    };
    let has_captions = match lesson {
        Place::Gone => settings.has_captions,
        Place::Folded => true,
        Place::Open | Place::Away => false,
    };
    let drawer = match settings.has_drawer {
        // The class looks at the stage; a key lays the drawer over it.
        _ if settings.presents => Place::Gone,
        // Its button stands beside the captions then.
        true if window.y < DRAWER_FROM && has_captions => Place::Gone,
        true if window.y < DRAWER_FROM => Place::Folded,
        true => Place::Open,
        false => Place::Away,
    };
    Plan {
        lesson,
        drawer,
        has_captions,
    }
}

/// Of a whole window, whatever is drawn in it now.
pub fn plan_of(ctx: &Context, view: &View<'_>) -> Plan {
    plan(ctx.content_rect().size(), &view.desk.settings)
}

/// The lesson on or off; where it has no room, over the stage. Presenting, its captions.
pub fn toggle_lesson(ctx: &Context, view: &View<'_>) -> Command {
    let settings = &view.desk.settings;
    match plan_of(ctx, view).lesson {
        Place::Open => Command::Set(Setting::Lesson(false)),
        Place::Away => Command::Set(Setting::Lesson(true)),
        Place::Folded => Command::Show(Some(Overlay::Sheet(Sheet::Lesson))),
        Place::Gone => Command::Set(Setting::Captions(!settings.has_captions)),
    }
}

/// The inspector on or off; where it has no room, over the stage.
pub fn toggle_drawer(ctx: &Context, view: &View<'_>) -> Command {
    match plan_of(ctx, view).drawer {
        Place::Open => Command::Set(Setting::Drawer(false)),
        Place::Away => Command::Set(Setting::Drawer(true)),
        Place::Folded | Place::Gone => Command::Show(Some(Overlay::Sheet(Sheet::Inspector))),
    }
}

/// How large everything is drawn, so that nothing is cut off. `window` is its size at a zoom of 1.
pub fn zoom_factor(settings: &Settings, window: Vec2) -> f32 {
    let presenting = if settings.presents { PRESENTING } else { 1.0 };
    let wanted = f32::from(settings.zoom) / 100.0 * presenting;
    wanted.min(most(window))
}

/// The most zoom that leaves room, as a factor. A window that is small anyway is drawn as it is.
fn most(window: Vec2) -> f32 {
    (window.x / SMALLEST.x).min(window.y / SMALLEST.y).max(1.0)
}

/// The window's size at a zoom of 1.
pub fn usual_size(ctx: &Context) -> Vec2 {
    ctx.content_rect().size() * ctx.zoom_factor()
}

/// In percent.
pub fn most_zoom(ctx: &Context, view: &View<'_>) -> u16 {
    let presenting = if view.desk.settings.presents {
        PRESENTING
    } else {
        1.0
    };
    // Half a percent more, so that 1280 points by 853 are the 150 % that they are.
    let percent = most(usual_size(ctx)) / presenting * 100.0 + 0.5;
    (percent as u16).clamp(LEAST_ZOOM, MOST_ZOOM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_fold_when_the_window_becomes_small_and_come_back() {
        let settings = Settings::default();
        let large = plan(vec2(1280.0, 720.0), &settings);
        assert_eq!((large.lesson, large.drawer), (Place::Open, Place::Open));
        assert!(!large.has_captions);
        let low = plan(vec2(1280.0, 480.0), &settings);
        assert_eq!((low.lesson, low.drawer), (Place::Open, Place::Folded));
        let small = plan(vec2(853.0, 480.0), &settings);
        assert_eq!((small.lesson, small.drawer), (Place::Folded, Place::Gone));
        assert!(small.has_captions, "the lesson's passage is still there");
    }

    #[test]
    fn what_was_put_away_stays_away_at_every_size() {
        let settings = Settings {
            has_lesson: false,
            has_drawer: false,
            ..Settings::default()
        };
        for size in [vec2(1920.0, 1080.0), vec2(853.0, 480.0)] {
            let plan = plan(size, &settings);
            assert_eq!((plan.lesson, plan.drawer), (Place::Away, Place::Away));
            assert!(!plan.has_captions);
        }
    }

    #[test]
    fn a_class_sees_the_stage_and_captions() {
        let mut settings = Settings {
            presents: true,
            ..Settings::default()
        };
        let shown = plan(vec2(1280.0, 720.0), &settings);
        assert_eq!(shown.lesson, Place::Gone);
        assert!(shown.has_captions);
        settings.has_captions = false;
        assert!(!plan(vec2(1280.0, 720.0), &settings).has_captions);
    }

    #[test]
    fn the_zoom_stops_where_the_stage_would_be_cut() {
        let projector = vec2(1280.0, 720.0);
        for (zoom, presents, expected) in [
            (100, false, 1.0),
            (150, false, 1.5),
            (300, false, 1.5),
            (50, false, 0.5),
            (100, true, 1.25),
            (150, true, 1.5),
        ] {
            let settings = Settings {
                zoom,
                presents,
                ..Settings::default()
            };
            let factor = zoom_factor(&settings, projector);
            assert!(
                (factor - expected).abs() < 0.01,
                "{zoom} {presents}: {factor}"
            );
        }
        assert_eq!(zoom_factor(&Settings::default(), vec2(300.0, 200.0)), 1.0);
    }
}
