//! What lies in a socket's buffers now, and whether the ledger can say so.
//!
//! In: a socket of the state. Out: strips to draw, or why there are none. Kept for as long as the
//! state stays the same.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{Context, Id};

use super::{Strip, Whereabouts, plain, strip};
use crate::model::{Check, Place, Socket, State, Stream, Unchecked};
use crate::session::{Lens, View};
use crate::timeline::Stamp;
use crate::trace::{Key, Name};

/// One buffer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    pub strip: Strip,
    /// Sent and not acknowledged; not sent yet. Of a receive buffer: in order; behind a hole.
    pub counts: [u64; 2],
    /// A call waits that still offers so many bytes.
    pub offered: u64,
    /// Why no strip is drawn, or what has to be said of it.
    pub why: Option<Why>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The kernel's own numbers do not agree with what we counted.
    Differs,
    /// They were not compared yet: something is under way. It is drawn all the same.
    NotCompared,
    /// Segments cross no wire that we see: only what the kernel let us peek at.
    NotSeen,
    Urgent,
}

/// What waits in a UDP socket: where it came from, and its bytes.
pub struct Waiting {
    pub from: String,
    pub strip: Strip,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Which {
    Sending,
    Received,
}

/// The strips of one state, read through one lens.
#[derive(Clone, Default)]
struct Kept {
    of: Option<(Stamp, Lens)>,
    contents: HashMap<(Name, Key, Which), Arc<Content>>,
}

pub fn sending(ctx: &Context, view: &View<'_>, socket: &Socket) -> Arc<Content> {
    kept(ctx, view, socket, Which::Sending)
}

pub fn received(ctx: &Context, view: &View<'_>, socket: &Socket) -> Arc<Content> {
    kept(ctx, view, socket, Which::Received)
}

fn kept(ctx: &Context, view: &View<'_>, socket: &Socket, which: Which) -> Arc<Content> {
    let of = Some((view.timeline.stamp(), view.desk.settings.lens));
    let facts = &socket.facts;
    let key = (facts.host.clone(), facts.key, which);
    let id = Id::unique("contents of buffers");
    let found = ctx.data_mut(|data| {
        let kept: &mut Kept = data.get_temp_mut_or_default(id);
        if kept.of != of {
            *kept = Kept {
                of,
                contents: HashMap::new(),
            };
        }
        kept.contents.get(&key).cloned()
    });
    found.unwrap_or_else(|| {
        let content = content(
            view.timeline.state(),
            socket,
            which,
            view.desk.settings.lens,
        );
        let content = Arc::new(content);
        ctx.data_mut(|data| {
            let kept: &mut Kept = data.get_temp_mut_or_default(id);
            kept.contents.insert(key, Arc::clone(&content));
        });
        content
    })
}

fn content(state: &State, socket: &Socket, which: Which, lens: Lens) -> Content {
    let facts = &socket.facts;
    let Some([own, other]) = state.streams_of(&facts.host, facts.key) else {
        return Content::default();
    };
    let stream = match which {
        Which::Sending => own,
        Which::Received => other,
    };
    let why = match &stream.check {
        Check::Reconciled => None,
        Check::Off(_) => Some(Why::Differs),
        Check::Unknown(Unchecked::InStep | Unchecked::NoSocket) => Some(Why::NotCompared),
        Check::Unknown(Unchecked::NotSeen) => Some(Why::NotSeen),
        Check::Unknown(Unchecked::Urgent) => Some(Why::Urgent),
    };
    match (which, why) {
        (Which::Received, Some(Why::Differs | Why::NotSeen | Why::Urgent)) => Content {
            why,
            strip: peeked(socket, lens),
            ..Content::default()
        },
        (Which::Sending, Some(Why::Differs | Why::NotSeen | Why::Urgent)) => Content {
            why,
            ..Content::default()
        },
        (Which::Sending, None | Some(Why::NotCompared)) => {
            let parts = unacknowledged(&stream);
            Content {
                counts: [Whereabouts::Sent, Whereabouts::Unsent].map(|place| count(&parts, place)),
                offered: stream.count(Place::Program),
                strip: strip(state, &stream, &parts, lens),
                why,
            }
        }
        (Which::Received, None | Some(Why::NotCompared)) => {
            let parts = unread(&stream);
            Content {
                counts: [Whereabouts::Arrived, Whereabouts::Beyond]
                    .map(|place| count(&parts, place)),
                offered: 0,
                strip: strip(state, &stream, &parts, lens),
                why,
            }
        }
    }
}

fn count(parts: &[(Range<u64>, Whereabouts)], wanted: Whereabouts) -> u64 {
    let parts = parts.iter().filter(|(_, place)| *place == wanted);
    parts.map(|(range, _)| range.end - range.start).sum()
}

/// What the sending kernel still keeps: it lets go of a byte when it hears that it arrived.
fn unacknowledged(stream: &Stream) -> Vec<(Range<u64>, Whereabouts)> {
    let parts = stream.parts.iter().filter_map(|part| {
        let range = part.range.start.max(stream.acknowledged)..part.range.end;
        let place = match part.place {
            Place::Program | Place::Lost => return None,
            Place::Unsent => Whereabouts::Unsent,
            Place::Read | Place::Received | Place::OutOfOrder | Place::Wire | Place::Sent => {
                Whereabouts::Sent
            }
        };
        (range.start < range.end).then_some((range, place))
    });
    parts.collect()
}

fn unread(stream: &Stream) -> Vec<(Range<u64>, Whereabouts)> {
    let parts = stream.parts.iter().filter_map(|part| {
        let place = match part.place {
            Place::Received => Whereabouts::Arrived,
            Place::OutOfOrder => Whereabouts::Beyond,
            Place::Read | Place::Wire | Place::Sent | Place::Unsent | Place::Program => {
                return None;
            }
            Place::Lost => return None,
        };
        Some((part.range.clone(), place))
    });
    parts.collect()
}

/// What the owner's descriptor showed, if nothing has come or gone since.
fn peeked(socket: &Socket, lens: Lens) -> Strip {
    let Some((_, buffers)) = &socket.buffers else {
        return Strip::default();
    };
    if socket.facts.recv_queue != buffers.unread {
        return Strip::default();
    }
    plain(&buffers.received.0, u64::from(buffers.unread), lens)
}

/// So many datagrams are shown; the rest are counted.
const DATAGRAMS: usize = 4;

/// The datagrams in a socket's receive buffer, the next one first, and how many there are.
pub fn waiting_datagrams(view: &View<'_>, socket: &Socket) -> (Vec<Waiting>, usize) {
    let (state, lens) = (view.timeline.state(), view.desk.settings.lens);
    let facts = &socket.facts;
    let all = state.waiting_datagrams(&facts.host, facts.key);
    let count = all.len();
    let shown = all.into_iter().take(DATAGRAMS).filter_map(|datagram| {
        let packet = state.segments.get(&datagram.segment)?.packet.as_ref()?;
        let payload = packet.payload();
        Some(Waiting {
            from: datagram.from.to_string(),
            strip: plain(payload, payload.len() as u64, lens),
        })
    });
    (shown.collect(), count)
}
