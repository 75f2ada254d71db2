//! What stands along a lifeline: the states of its sockets as bands, and the names of states and
//! calls on the side away from the arrows.

use maud::{Markup, html};

use super::super::clean;
use super::place::{SMALL, fitting};
use super::{BAND, Drawing, LANE, MOST_LANES, n};
use crate::ladder::{Band, Tick, Way, is_server};

/// So many bands can be told apart in one picture.
const MOST_BANDS: usize = 200;

pub fn bands(drawing: &Drawing<'_>, (top, bottom): (f32, f32)) -> Markup {
    let bands = drawing.plan.bands_in(top, bottom);
    let bands = bands.filter(|band| band.lane <= MOST_LANES);
    html! {
        @for band in bands.take(MOST_BANDS) {
            @let x = drawing.xs[band.host] + drawing.side(band.host) * LANE * band.lane as f32;
            // One that goes on in the next picture has no end in this one.
            @let from = band.y_from.max(top - 12.0);
            @let end = band.y_to.map_or(bottom + 12.0, |y| (y - 2.0).max(band.y_from + 4.0));
            @let to = end.min(bottom + 12.0);
            @if to > from {
                rect.band.(tone(&band.state)) x=(n(x - BAND / 2.0)) y=(n(from))
                    width=(n(BAND)) height=(n(to - from)) rx="4.5" {}
            }
        }
    }
}

/// Opening, open, closing, waiting: the four parts of a connection's life.
fn tone(state: &str) -> &'static str {
    match state {
        "SYN_SENT" | "SYN_RECV" => "opening",
        "ESTABLISHED" => "open",
        "FIN_WAIT1" | "FIN_WAIT2" | "CLOSE_WAIT" | "LAST_ACK" | "CLOSING" => "closing",
        _ => "other",
    }
}

pub fn names(drawing: &Drawing<'_>, (top, bottom): (f32, f32)) -> Markup {
    let is_here = |y: f32| top <= y + 5.0 && y + 5.0 < bottom;
    let ticks = drawing.plan.ticks_in(top - 10.0, bottom);
    let bands = drawing.plan.bands_in(top - 10.0, bottom);
    html! {
        @for band in bands.filter(|band| is_here(band.y_name)) {
            (state_name(drawing, band))
        }
        @for tick in ticks.filter(|tick| is_here(tick.y)) {
            (call_name(drawing, tick))
        }
    }
}

fn state_name(drawing: &Drawing<'_>, band: &Band) -> Markup {
    let (edge, side) = (drawing.outside(band.host), drawing.side(band.host));
    let name = clean::line(&band.state, 20);
    let name = fitting(&name, SMALL * 1.1, drawing.room(band.host) - 8.0);
    html! {
        text.state.(tone(&band.state)).left[side < 0.0]
            x=(n(edge + side * 6.0)) y=(n(band.y_name + 9.0)) { (name) }
    }
}

/// A triangle into the kernel, one out of it, both, or a cross when the kernel refused.
fn call_name(drawing: &Drawing<'_>, tick: &Tick) -> Markup {
    let (edge, side) = (drawing.outside(tick.host), drawing.side(tick.host));
    let (x, y) = (edge + side * 5.0, tick.y + 5.0);
    let at = |dx: f32, dy: f32| format!("{} {}", n(x + side * dx * 3.5), n(y + dy * 3.5));
    let shape = if tick.has_failed {
        format!(
            "M{}L{}M{}L{}",
            at(-1.0, -1.0),
            at(1.0, 1.0),
            at(-1.0, 1.0),
            at(1.0, -1.0)
        )
    } else {
        match tick.way {
            Way::In => format!("M{}L{}L{}Z", at(-1.0, 0.0), at(1.0, -1.0), at(1.0, 1.0)),
            Way::Out => format!("M{}L{}L{}Z", at(1.0, 0.0), at(-1.0, -1.0), at(-1.0, 1.0)),
            Way::Through => {
                let (left, right) = (at(-1.0, 0.0), at(1.0, 0.0));
                format!("M{left}L{}L{right}L{}Z", at(0.0, -1.0), at(0.0, 1.0))
            }
        }
    };
    let kind = match (tick.has_failed, tick.way) {
        (true, _) => "failed",
        (false, Way::Out) => "out",
        (false, Way::In | Way::Through) => "in",
    };
    let name = fitting(&label(tick), SMALL * 1.15, drawing.room(tick.host) - 16.0);
    let is_server = is_server(&drawing.plan.hosts[tick.host]);
    html! {
        g.call.(kind).v[is_server] {
            path d=(shape) {}
            text.left[side < 0.0] x=(n(x + side * 7.0)) y=(n(tick.y + 9.0)) { (name) }
        }
    }
}

/// `connect()`, `recv() ×3`, `socket() +2`.
fn label(tick: &Tick) -> String {
    let name = clean::line(&tick.name, 20);
    match (tick.calls.len(), tick.is_mixed) {
        (0 | 1, _) => format!("{name}()"),
        (count, false) => format!("{name}() ×{count}"),
        (count, true) => format!("{name}() +{}", count - 1),
    }
}
