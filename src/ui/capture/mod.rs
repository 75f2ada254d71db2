//! A capture that was made elsewhere: its conversations in the lesson's place, its packets row by
//! row in the stage's, and what the keys do there.
//!
//! In: the desk's survey. Out: commands. On the stage, a conversation is drawn as every run is.

mod bands;
mod bar;
mod columns;
mod conversation;
mod list;
mod notice;
mod pane;
mod scroll;
mod side;
mod words;

use eframe::egui::Context;

pub use self::bar::begin_number;
pub use self::list::list_ui;
pub use self::pane::pane_ui;
pub use self::side::side_ui;

use super::controls::Offer;
use super::layout::{self, Place};
use super::text::say;
use crate::session::{Command, Form, MOST_ON_STAGE, Of, Survey, Surveying, View};
use crate::trace::WireKind;

/// The survey whose packets stand row by row in the stage's place.
pub fn listed<'a>(view: &View<'a>) -> Option<&'a Survey> {
    let survey = view.desk.survey.as_ref()?;
    (survey.form == Form::List).then_some(survey)
}

/// Whether what is shown was captured elsewhere: then states are inferred, and nobody knows of
/// programs, queues and timers.
pub fn is_captured(view: &View<'_>) -> bool {
    view.timeline.trace().header().wire == WireKind::Captured
}

/// Whether the keys of a capture count now: the list of packets has the focus, or nothing has.
pub fn takes_keys(ctx: &Context, view: &View<'_>) -> bool {
    let focused = ctx.memory(|memory| memory.focused());
    view.desk.survey.is_some() && focused.is_none_or(|id| id == list::focus_id())
}

/// The filter line has the keyboard from now on; where the conversations are put away, a word.
pub fn key_filter(ctx: &Context, view: &View<'_>) -> Option<Offer> {
    view.desk.survey.as_ref()?;
    match layout::plan_of(ctx, view).lesson {
        Place::Open => {
            pane::focus_filter(ctx);
            None
        }
        Place::Away | Place::Folded | Place::Gone => Some(Ok(layout::toggle_lesson(ctx, view))),
    }
}

/// The row that is selected, counted from 1, of how many; where packets stand row by row.
pub fn place(view: &View<'_>) -> Option<(usize, usize)> {
    let survey = listed(view)?;
    let row = survey.selected_row().map_or(0, |row| row + 1);
    Some((row, survey.len()))
}

/// The selected packet, in words; where packets stand row by row.
pub fn described(view: &View<'_>) -> Option<String> {
    let survey = listed(view)?;
    let capture = &survey.capture;
    let packet = survey.selected?;
    let row = words::sentence(view.language, capture, packet, &capture.row(packet));
    Some(say!(view.language, "capture.now", row = row).into_owned())
}

/// What is odd about the selected packet; where packets stand row by row.
pub fn remarks(view: &View<'_>) -> Option<Vec<String>> {
    let survey = listed(view)?;
    let row = survey.selected.map(|packet| survey.capture.row(packet));
    let said = row.map(|row| words::remarks(view.language, &row));
    Some(said.filter(|said| !said.is_empty()).into_iter().collect())
}

/// So many rows on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Rows(isize),
    Pages(isize),
    First,
    Last,
}

/// Another packet, or why there is none; `None` where there are no rows of packets.
pub fn step(ctx: &Context, view: &View<'_>, step: Step) -> Option<Offer> {
    let page = scroll::page(ctx, list::scroll_id());
    stepped(view, step, page)
}

/// The packet of the row after this one, or before it.
pub fn neighbour(view: &View<'_>, rows: isize) -> Option<Offer> {
    stepped(view, Step::Rows(rows), 1)
}

fn stepped(view: &View<'_>, step: Step, page: usize) -> Option<Offer> {
    let survey = listed(view)?;
    let language = view.language;
    let Some(last) = survey.len().checked_sub(1) else {
        return Some(Err(say!(language, "capture.no_packets").into_owned()));
    };
    let here = survey.selected_row().unwrap_or(0).min(last);
    // One row of the page before is still there.
    let page = page.max(2) as isize - 1;
    let row = match step {
        Step::Rows(rows) => here.saturating_add_signed(rows),
        Step::Pages(pages) => here.saturating_add_signed(pages * page),
        Step::First => 0,
        Step::Last => last,
    };
    let row = row.min(last);
    if row == here && survey.selected_row() == Some(row) {
        let why = match row {
            0 => say!(language, "capture.at_first"),
            _ => say!(language, "capture.at_last"),
        };
        return Some(Err(why.into_owned()));
    }
    let packet = survey.packet_at(row)?;
    Some(Ok(Command::Survey(Surveying::Select(packet))))
}

/// Puts the selected packet's conversation on the stage, or says why not.
pub fn conversation_on_stage(view: &View<'_>, survey: &Survey) -> Offer {
    let conversation = survey
        .selected
        .and_then(|packet| survey.capture.row(packet).conversation);
    match conversation {
        Some(conversation) => on_stage(view, survey, Of::One(conversation)),
        None => Err(say!(view.language, "capture.off_alone").into_owned()),
    }
}

/// These packets on the stage, or why not.
pub fn on_stage(view: &View<'_>, survey: &Survey, of: Of) -> Offer {
    let language = view.language;
    if survey.fits_stage(of) {
        return Ok(Command::Survey(Surveying::Show(of)));
    }
    let count = survey.count(of);
    let why = match of {
        _ if count > MOST_ON_STAGE => {
            let most = MOST_ON_STAGE;
            say!(language, "capture.off_large", count = count, most = most)
        }
        Of::All => say!(language, "capture.off_many"),
        Of::One(_) => say!(language, "capture.no_packets"),
    };
    Err(why.into_owned())
}

pub fn all_packets() -> Command {
    Command::Survey(Surveying::List(Of::All))
}

/// One step back from where a learner went in: from the stage to the rows, from the rows of one
/// conversation to all.
pub fn out(view: &View<'_>) -> Option<Offer> {
    let survey = view.desk.survey.as_ref()?;
    Some(match (survey.form, survey.of) {
        (Form::Stage, of) => Ok(Command::Survey(Surveying::List(of))),
        (Form::List, Of::One(_)) => Ok(all_packets()),
        (Form::List, Of::All) => Err(say!(view.language, "capture.off_all").into_owned()),
    })
}
