//! The ladder as pictures: one below the other they make one ladder, and a page can end between
//! any two of them.
//!
//! In: the plan of a run. Out: inline SVG, drawn by the classes of the report's style sheet. Shapes
//! and words say everything; colours only help. The table of all segments says the same in words.

mod cut;
mod place;
mod shape;
mod sides;

use maud::{Markup, html};

use self::cut::Piece;
use self::place::Label;
use super::clean;
use super::run::Run;
use crate::ladder::{Plan, is_server};
use crate::words::{host::host_title, say};

/// More hosts than these are a table's business.
pub const MOST_HOSTS: usize = 16;
/// For the times at the left, for names beside the outer lifelines, and for a lane.
const TIMES: f32 = 54.0;
const NAMES: f32 = 118.0;
const LANE: f32 = 12.0;
const BAND: f32 = 9.0;
/// Farther out than this no lane is drawn.
const MOST_LANES: usize = 8;
/// What two hosts fill, and what each further one needs.
const WIDTH: f32 = 720.0;
const APART: f32 = 256.0;
const HEADER: f32 = 40.0;

/// What all pictures of one ladder share.
struct Drawing<'a> {
    run: &'a Run<'a>,
    plan: &'a Plan,
    xs: Vec<f32>,
    width: f32,
    /// One for each arrow that is drawn.
    labels: Vec<Option<Label>>,
}

/// All of it; a sentence where there is too much.
pub fn ladder(run: &Run<'_>) -> Markup {
    let language = run.language;
    let plan = &run.plan;
    if plan.hosts.len() > MOST_HOSTS {
        let count = plan.hosts.len();
        return html! { p { (say!(language, "report.too_many_hosts", count = count)) } };
    }
    let (xs, width) = lifelines(plan);
    let mut drawing = Drawing {
        run,
        plan,
        xs,
        width,
        labels: Vec::new(),
    };
    drawing.labels = place::labels(&drawing, &cut::ranges(plan).0);
    let names = drawing.labels.iter().flatten().map(Label::heights);
    let pieces = cut::pieces(plan, &names.collect::<Vec<_>>());
    let is_strip = |piece: &&Piece| matches!(piece, Piece::Strip { .. });
    let count = pieces.iter().filter(is_strip).count();
    let number = |index: usize| pieces[..=index].iter().filter(is_strip).count();
    html! {
        p.aside { (say!(language, "report.ladder_read")) }
        div.ladder {
            table role="presentation" style={ "min-width:" (width * 0.8) "px;max-width:" (width * 1.2) "px" } {
                thead { tr { td { (header(&drawing)) } } }
                tbody {
                    @for (index, piece) in pieces.iter().enumerate() {
                        tr { td {
                            @match piece {
                                Piece::Strip { top, bottom } => {
                                    (shape::strip(&drawing, (*top, *bottom), (number(index), count)))
                                }
                                Piece::LeftOut(0) => p.gap { (say!(language, "report.rows_left_out")) },
                                Piece::LeftOut(segments) => p.gap {
                                    (say!(language, "report.arrows_left_out", count = segments))
                                },
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// The names of the hosts, which printed stand at the head of each page.
fn header(drawing: &Drawing<'_>) -> Markup {
    let run = drawing.run;
    let titles: Vec<String> = drawing
        .plan
        .hosts
        .iter()
        .map(|host| {
            let title = host_title(run.language, &run.state, host);
            clean::line(&title, 24)
        })
        .collect();
    let named = titles.join(", ");
    html! {
        svg viewBox={ "0 0 " (n(drawing.width)) " " (n(HEADER)) } role="img" {
            title { (say!(run.language, "report.lifelines", hosts = named)) }
            @for ((host, title), x) in drawing.plan.hosts.iter().zip(&titles).zip(&drawing.xs) {
                @let address = run.state.hosts.get(host).and_then(|host| host.addresses.first());
                text.host.v[is_server(host)] x=(n(*x)) y="16" { (title) }
                @if let Some(address) = address {
                    text.address x=(n(*x)) y="31" { (clean::line(address, 40)) }
                }
            }
        }
    }
}

/// Where the lifelines stand, and how wide all is.
fn lifelines(plan: &Plan) -> (Vec<f32>, f32) {
    let count = plan.hosts.len();
    let lanes = |host: Option<&usize>| LANE * host.copied().unwrap_or(0).min(MOST_LANES) as f32;
    let left = TIMES + NAMES + lanes(plan.outermost.first());
    let right = NAMES + lanes(plan.outermost.last().filter(|_| count > 1));
    let gaps = count.max(2) - 1;
    let least = APART * gaps as f32;
    let width = WIDTH.max(left + least + right);
    let step = (width - left - right) / gaps as f32;
    let xs = (0..count).map(|index| (left + step * index as f32).round());
    (xs.collect(), width)
}

impl Drawing<'_> {
    /// On which side of a lifeline its names stand: away from the arrows.
    fn side(&self, host: usize) -> f32 {
        if host < self.plan.first_right {
            -1.0
        } else {
            1.0
        }
    }

    /// The outer edge of the outermost lane.
    fn outside(&self, host: usize) -> f32 {
        let outermost = self.plan.outermost.get(host).copied().unwrap_or(0);
        let lanes = outermost.min(MOST_LANES) as f32;
        self.xs[host] + self.side(host) * (LANE * lanes + BAND / 2.0)
    }

    /// What there is for a name there.
    fn room(&self, host: usize) -> f32 {
        let outside = self.outside(host);
        let next = if self.side(host) < 0.0 {
            match host.checked_sub(1) {
                Some(left) => self.xs[left] + BAND,
                None => TIMES,
            }
        } else {
            self.xs
                .get(host + 1)
                .map_or(self.width, |right| right - BAND)
        };
        (next - outside).abs()
    }

    /// Both ends of an arrow, at the edges of the lifelines' bands.
    fn ends(&self, arrow: &crate::ladder::Arrow) -> (Point, Point) {
        let neighbour = if arrow.from + 1 < self.xs.len() {
            self.xs[arrow.from + 1]
        } else {
            let left = arrow.from.checked_sub(1);
            left.map_or(self.xs[arrow.from] + APART, |left| self.xs[left])
        };
        let from = self.xs[arrow.from];
        let to = arrow.to.map_or(neighbour, |to| self.xs[to]);
        let way = if to < from { -1.0 } else { 1.0 } * (BAND / 2.0 + 1.0);
        (
            Point {
                x: from + way,
                y: arrow.y_from,
            },
            Point {
                x: to - way,
                y: arrow.y_to,
            },
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    x: f32,
    y: f32,
}

impl Point {
    fn towards(self, to: Point, share: f32) -> Point {
        Point {
            x: self.x + (to.x - self.x) * share,
            y: self.y + (to.y - self.y) * share,
        }
    }
}

/// A coordinate in few characters.
fn n(number: f32) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
