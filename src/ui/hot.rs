//! What the pointer (or the keyboard's focus) is on, shared by all panels, so that a call, the
//! segments it made, the states they changed and the call they woke light up together.
//!
//! In: a panel says of each thing it draws whether it is pointed at ([`point`]), and asks how to
//! draw it ([`light`]). Out: [`Light`]: lit, dimmed, or as usual. How that looks is the panel's.
//!
//! ```ignore
//! let thing = Thing::Call(call.id);
//! let ink = match hot::light(ui.ctx(), view, &thing) {
//!     Light::Usual => ink,
//!     Light::Lit => theme.text,      // pointed at, or tied to what is pointed at
//!     Light::Dim => theme.faint,     // something else is pointed at
//! };
//! let response = ui.interact(rect, id, Sense::hover());
//! hot::point(&response, view, thing); // hovering and Tab to it do the same
//! ```
//!
//! What is pointed at is egui's memory, not the session's: it changes no order and no record. A
//! panel drawn before the one that is pointed at hears of it in the next pass, which [`settle`]
//! asks for once; while nothing changes, nothing is painted.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{Context, Id, Response};

pub use crate::model::Thing;
use crate::session::View;
use crate::timeline::Stamp;

/// How a thing stands to what is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// Nothing is pointed at.
    Usual,
    /// It is pointed at, or tied to what is.
    Lit,
    /// Something else is pointed at.
    Dim,
}

/// What is remembered from one pass to the next.
#[derive(Clone, Default)]
struct Memory {
    pass: u64,
    /// What the pass before this one found pointed at: what this one draws by.
    shown: Option<Thing>,
    /// What this pass has found so far; the pointer comes before the focus.
    found: Option<(Thing, By)>,
    /// All that is tied to `shown`, in the state of this stamp.
    ties: Option<(Stamp, Arc<BTreeSet<Thing>>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Pointer,
    Focus,
}

/// Says that this was drawn; it counts when the pointer is on it or it has the focus.
pub fn point(response: &Response, view: &View<'_>, thing: Thing) {
    let by = if response.hovered() {
        By::Pointer
    } else if response.has_focus() {
        By::Focus
    } else {
        return;
    };
    let ctx = &response.ctx;
    with_memory(ctx, view, |memory| {
        let is_pointed = matches!(memory.found, Some((_, By::Pointer)));
        if by == By::Pointer || !is_pointed {
            memory.found = Some((thing, by));
        }
    });
}

/// How to draw this.
pub fn light(ctx: &Context, view: &View<'_>, thing: &Thing) -> Light {
    with_memory(ctx, view, |memory| match &memory.ties {
        None => Light::Usual,
        Some((_, ties)) if ties.contains(thing) => Light::Lit,
        Some(_) => Light::Dim,
    })
}

/// At the end of a pass: another one is needed when what is pointed at has changed, for some
/// panels were drawn already.
pub fn settle(ctx: &Context, view: &View<'_>) {
    let has_changed = with_memory(ctx, view, |memory| {
        memory.found.as_ref().map(|(thing, _)| thing) != memory.shown.as_ref()
    });
    if has_changed {
        ctx.request_repaint();
    }
}

fn with_memory<R>(ctx: &Context, view: &View<'_>, ask: impl FnOnce(&mut Memory) -> R) -> R {
    let id = Id::unique("what is pointed at");
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| {
        let memory = data.get_temp_mut_or_default::<Memory>(id);
        if memory.pass != pass {
            let found = memory.found.take().map(|(thing, _)| thing);
            if memory.shown != found {
                memory.ties = None;
            }
            memory.shown = found;
            memory.pass = pass;
        }
        if let Some(thing) = &memory.shown {
            let stamp = view.timeline.stamp();
            if memory.ties.as_ref().is_none_or(|(of, _)| *of != stamp) {
                let state = view.timeline.state();
                let ties = Arc::new(state.causes().tied(state, thing));
                memory.ties = Some((stamp, ties));
            }
        }
        ask(memory)
    })
}
