//! What a learner can do to the wire: each action on a segment, what it is called, and why it is
//! off; what is held at all. Pure, but for the menu and the bar in the files below.
//!
//! In: a view. Out: offers, which tokens, menus, the drawer and keys share.

mod holds;
mod menu;

pub use holds::{bar_ui, popup_id};
pub use menu::{actions_ui, context_menu, menu_at};

use eframe::egui::Ui;

use super::controls::{self, Offer};
use super::text::say;
use crate::lesson::Language;
use crate::session::{Command, View};
use crate::trace::{Order, SegmentId, Traffic, WireKind};

/// One thing to do to a segment on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Deliver,
    Drop,
    Duplicate,
    Corrupt,
    /// For so many milliseconds.
    Delay(u32),
}

/// What the key and the drawer's button mean by "delay", in milliseconds.
const USUAL_DELAY: u32 = 1_000;

/// In the order of the menu.
pub const ACTIONS: [Action; 8] = [
    Action::Deliver,
    Action::Drop,
    Action::Duplicate,
    Action::Corrupt,
    Action::Delay(USUAL_DELAY / 2),
    Action::Delay(USUAL_DELAY),
    Action::Delay(2_000),
    Action::Delay(10_000),
];

/// Those with a key: each that there is, once.
pub const WITH_KEY: [Action; 5] = [
    Action::Deliver,
    Action::Drop,
    Action::Duplicate,
    Action::Corrupt,
    Action::Delay(USUAL_DELAY),
];

impl Action {
    pub fn label(self, language: Language) -> String {
        match self {
            Self::Deliver => say!(language, "control.deliver"),
            Self::Drop => say!(language, "control.drop"),
            Self::Duplicate => say!(language, "control.duplicate"),
            Self::Corrupt => say!(language, "control.corrupt"),
            Self::Delay(ms) => say!(language, "control.delay", time = short_seconds(ms)),
        }
        .into_owned()
    }

    /// The label with the segment's name: what a reader hears.
    pub fn name(self, language: Language, segment: &str) -> String {
        match self {
            Self::Deliver => say!(language, "control.deliver_name", segment = segment),
            Self::Drop => say!(language, "control.drop_name", segment = segment),
            Self::Duplicate => say!(language, "control.duplicate_name", segment = segment),
            Self::Corrupt => say!(language, "control.corrupt_name", segment = segment),
            Self::Delay(ms) => {
                let time = short_seconds(ms);
                say!(
                    language,
                    "control.delay_name",
                    segment = segment,
                    time = time
                )
            }
        }
        .into_owned()
    }

    pub fn hint(self, language: Language) -> String {
        match self {
            Self::Deliver => say!(language, "hint.deliver"),
            Self::Drop => say!(language, "hint.drop"),
            Self::Duplicate => say!(language, "hint.duplicate"),
            Self::Corrupt => say!(language, "hint.corrupt"),
            Self::Delay(ms) => say!(language, "hint.delay", time = short_seconds(ms)),
        }
        .into_owned()
    }

    pub fn key(self) -> Option<&'static str> {
        match self {
            Self::Deliver => Some("D"),
            Self::Drop => Some("X"),
            Self::Duplicate => Some("U"),
            Self::Corrupt => Some("K"),
            Self::Delay(USUAL_DELAY) => Some("Y"),
            Self::Delay(_) => None,
        }
    }

    /// `None` is no segment at all.
    pub fn offer(self, view: &View<'_>, segment: Option<SegmentId>) -> Offer {
        let language = view.language;
        reachable(view)?;
        let nothing = || say!(language, "off.nothing_held").into_owned();
        let segment = segment.ok_or_else(nothing)?;
        let segments = &view.timeline.state().segments;
        if !segments.get(&segment).is_some_and(|s| s.is_on_wire()) {
            return Err(say!(language, "off.not_held").into_owned());
        }
        Ok(match self {
            Self::Deliver => Command::Deliver(segment),
            Self::Drop => Command::Drop(segment),
            Self::Duplicate => Command::Order(Order::Duplicate { segment }),
            Self::Corrupt => Command::Order(Order::Corrupt {
                segment,
                byte: None,
            }),
            Self::Delay(ms) => Command::Order(Order::Delay { segment, ms }),
        })
    }
}

/// One byte of the learner's choice.
pub fn corrupt(view: &View<'_>, segment: SegmentId, byte: u32) -> Offer {
    Action::Corrupt.offer(view, Some(segment))?;
    let byte = Some(byte);
    Ok(Command::Order(Order::Corrupt { segment, byte }))
}

/// `0.5 s`, `10 s`.
fn short_seconds(ms: u32) -> String {
    if ms.is_multiple_of(1_000) {
        format!("{} s", ms / 1_000)
    } else {
        format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
    }
}

/// The segment that the keys mean: the selected one if it is on the wire, or else the oldest held.
pub fn target(view: &View<'_>) -> Option<SegmentId> {
    let state = view.timeline.state();
    let is_on_wire = |id: &SegmentId| state.segments.get(id).is_some_and(|s| s.is_on_wire());
    view.selected
        .filter(is_on_wire)
        .or_else(|| state.oldest_held())
}

pub fn deliver_all(view: &View<'_>) -> Offer {
    reachable(view)?;
    if view.timeline.state().held.is_empty() {
        return Err(say!(view.language, "off.nothing_held").into_owned());
    }
    Ok(Command::Order(Order::DeliverAll))
}

/// Holds such traffic, or lets it pass.
pub fn hold(view: &View<'_>, traffic: Traffic, on: bool) -> Offer {
    reachable(view)?;
    Ok(Command::Order(Order::Hold { traffic, on }))
}

/// Whether orders can reach a wire that holds anything.
pub fn reachable(view: &View<'_>) -> Result<(), String> {
    match view.timeline.trace().header().wire {
        WireKind::Held => controls::present(view),
        WireKind::Loopback => Err(say!(view.language, "off.loopback").into_owned()),
        WireKind::Captured => Err(say!(view.language, "off.captured").into_owned()),
    }
}

/// True in the first pass that shows a popup: its first control takes the focus then, so that the
/// keyboard goes on from there.
pub fn has_just_opened(ui: &Ui) -> bool {
    let id = ui.scope_id().with("last shown in pass");
    let now = ui.ctx().cumulative_pass_nr();
    let before = ui.data_mut(|data| {
        let before = data.get_temp::<u64>(id);
        data.insert_temp(id, now);
        before
    });
    before.is_none_or(|before| before + 1 < now)
}
