//! What was known of a socket at the stop before this one.
//!
//! In: the trace, and the moment of that stop. Out: the newest facts and buffers told until then.
//! They are looked for in the events, not folded: a look costs no state.

use eframe::egui::{Id, Ui};

use crate::session::View;
use crate::trace::{BufferFacts, Event, Key, Moment, Name, SocketFacts, What};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Before {
    /// `None` when it did not exist, or nobody had told of it.
    pub facts: Option<SocketFacts>,
    pub buffers: Option<BufferFacts>,
}

/// Looked for once for each stop and socket. `None` at the very beginning.
pub fn before(ui: &Ui, view: &View<'_>, host: &Name, key: Key) -> Option<Before> {
    type Looked = (u64, Moment, Name, Key);
    let moment = view.timeline.previous_stop()?;
    let looked: Looked = (view.timeline.run(), moment, host.clone(), key);
    let id = Id::unique("a socket at the previous stop");
    let kept = ui.data(|data| data.get_temp::<(Looked, Before)>(id));
    if let Some((_, before)) = kept.filter(|(of, _)| *of == looked) {
        return Some(before);
    }
    let events = view.timeline.trace().events();
    let before = found(&events[..moment.0.min(events.len())], host, key);
    ui.data_mut(|data| data.insert_temp(id, (looked, before.clone())));
    Some(before)
}

fn found(events: &[Event], host: &Name, key: Key) -> Before {
    let mut before = Before::default();
    for event in events.iter().rev() {
        if let What::Socket(facts) = &event.what
            && facts.host == *host
            && facts.key == key
        {
            before.facts.get_or_insert_with(|| (**facts).clone());
        }
        if let What::Buffers(buffers) = &event.what
            && buffers.host == *host
            && buffers.key == key
        {
            before.buffers.get_or_insert_with(|| (**buffers).clone());
        }
        if before.facts.is_some() && before.buffers.is_some() {
            break;
        }
    }
    before
}
