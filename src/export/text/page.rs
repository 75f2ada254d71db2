//! Which columns everything stands in, and what stands above and below the ladder.
//!
//! From left to right: the time, states of the leftmost host, its lifeline, what passes, … the
//! rightmost lifeline and its host's states. States of hosts between stand beside their lifelines.

use super::canvas::Canvas;
use super::glyphs::{Glyphs, clean, glyphs, width_of};
use super::ink::Ink;
use super::span::{Line, Role, Seat};
use super::{Look, TooNarrow};
use crate::ladder::{host_order, is_server};
use crate::model::{Segment, State};
use crate::trace::{Header, Name, WireKind};
use crate::words::host::host_title;
use crate::words::say;
use crate::words::segment;

/// `  0.0470` and a blank.
const TIME: usize = 9;
/// `ESTABLISHED`, the longest state.
const STATE: usize = 11;
/// Between two lifelines at least: `SYN·ACK` on its arrow, and a state beside a lifeline.
const LEAST_GAP: usize = 20;
/// And at most: longer arrows read no better.
const MOST_GAP: usize = 64;

pub struct Page {
    pub look: Look,
    pub glyphs: &'static Glyphs,
    pub width: usize,
    /// Those with a lifeline, from left to right.
    pub hosts: Vec<Name>,
    titles: Vec<String>,
    addresses: Vec<String>,
    seats: Vec<Seat>,
    /// The column of each lifeline.
    pub xs: Vec<usize>,
    /// The first of them whose states stand to its right.
    pub first_right: usize,
    /// The last column that arrows reach, where there is only one lifeline.
    pub edge: usize,
}

impl Page {
    pub fn new(state: &State, look: Look) -> Result<Self, TooNarrow> {
        let mut hosts = host_order(state);
        let is_shown = |name: &Name| look.only.is_empty() || look.only.contains(name);
        hosts.retain(is_shown);
        let gaps = hosts.len().saturating_sub(1).max(1);
        let fixed = TIME + STATE + 1 + hosts.len().max(1) + 1 + STATE;
        let gap = look.width.saturating_sub(fixed) / gaps;
        if gap < LEAST_GAP {
            let least = fixed + LEAST_GAP * gaps;
            return Err(TooNarrow { least });
        }
        let gap = gap.min(MOST_GAP);
        let first = TIME + STATE + 1;
        let xs: Vec<usize> = (0..hosts.len())
            .map(|nth| first + nth * (gap + 1))
            .collect();
        let server = hosts.iter().position(|name| is_server(name));
        let mut clients = 0;
        let seats = hosts.iter().map(|name| {
            if is_server(name) {
                return Seat::Server;
            }
            clients += 1;
            Seat::Client(clients - 1)
        });
        let addresses = hosts.iter().map(|name| {
            let addresses = state.hosts.get(name).map(|host| host.addresses.join(", "));
            clean(&addresses.unwrap_or_default(), look.is_ascii)
        });
        let titles = hosts.iter().map(|name| {
            clean(&host_title(look.language, state, name), look.is_ascii).replace('\n', " ")
        });
        Ok(Self {
            glyphs: glyphs(look.is_ascii),
            width: fixed + gap * gaps,
            titles: titles.collect(),
            addresses: addresses.collect(),
            seats: seats.collect(),
            first_right: server.unwrap_or(hosts.len().saturating_sub(1)).max(
                // The leftmost host's states have their place to its left.
                usize::from(hosts.len() > 1),
            ),
            edge: first + gap + 1,
            xs,
            hosts,
            look,
        })
    }

    pub fn index(&self, name: &str) -> Option<usize> {
        self.hosts.iter().position(|host| host == name)
    }

    pub fn seat(&self, host: usize) -> Seat {
        self.seats.get(host).copied().unwrap_or(Seat::Server)
    }

    pub fn stands_right(&self, host: usize) -> bool {
        host >= self.first_right
    }

    /// The columns between a lifeline and the next one, where what its host does stands: on the
    /// side of its arrows, away from its states.
    pub fn inside(&self, host: usize) -> (usize, usize) {
        let x = self.xs[host];
        if self.stands_right(host) && host > 0 {
            (self.xs[host - 1] + 1, x)
        } else {
            (x + 1, self.xs.get(host + 1).copied().unwrap_or(self.edge))
        }
    }

    /// From the first lifeline to the last.
    pub fn whole(&self) -> (usize, usize) {
        let first = self.xs.first().copied().unwrap_or(TIME);
        let last = self.xs.last().copied().filter(|_| self.xs.len() > 1);
        (first, last.unwrap_or(self.edge))
    }

    /// A line with nothing on it but lifelines.
    pub fn canvas(&self) -> Canvas {
        let mut canvas = Canvas::new(self.width);
        for x in &self.xs {
            canvas.put(*x, self.glyphs.lifeline, Role::Lifeline);
        }
        canvas
    }

    pub fn head(&self, header: &Header) -> Vec<Line> {
        let language = self.look.language;
        let is_linux = header.kernel.starts_with(|c: char| c.is_ascii_digit());
        let system = if is_linux { "Linux " } else { "" };
        let wire = match header.wire {
            WireKind::Held => say!(language, "terminal.held"),
            WireKind::Loopback => say!(language, "terminal.loopback"),
            WireKind::Captured => say!(language, "terminal.captured"),
        };
        let mut head = Vec::new();
        let told = match header.kernel.as_str() {
            "" => wire.into_owned(),
            kernel => format!("{system}{kernel} · {wire}"),
        };
        for stroke in Ink::new(told, Role::Dim).strokes(self.width, (3, 0), self.look.is_ascii) {
            let mut line = Line::default();
            for (letter, role) in stroke.letters {
                line.push(letter.encode_utf8(&mut [0; 4]), role);
            }
            head.push(line);
        }
        head.push(Line::default());
        head.push(self.names());
        head.push(self.across(&self.addresses, |_| Role::Dim));
        head.push(self.canvas().line());
        head
    }

    pub fn foot(&self, state: &State) -> Vec<Line> {
        let mut foot = vec![self.canvas().line(), self.names()];
        let segments = state.segments.values();
        let left: Vec<&Segment> = segments.filter(|segment| segment.is_on_wire()).collect();
        if !left.is_empty() {
            let name = |segment: &&Segment| {
                let name = segment::bare(self.look.language, segment);
                format!("#{} {name}", segment.id)
            };
            let names: Vec<String> = left.iter().take(20).map(name).collect();
            let mut names = names.join(", ");
            if left.len() > 20 {
                names.push_str(" …");
            }
            let told = say!(self.look.language, "terminal.on_wire", segments = names);
            let ink = Ink::new(told.into_owned(), Role::Note);
            for stroke in ink.strokes(self.width, (4, 0), self.look.is_ascii) {
                let mut line = Line::default();
                for (letter, role) in stroke.letters {
                    line.push(letter.encode_utf8(&mut [0; 4]), role);
                }
                foot.push(line);
            }
        }
        foot
    }

    fn names(&self) -> Line {
        self.across(&self.titles, |host| Role::Host(self.seat(host)))
    }

    /// A text for each lifeline, in its middle as far as its neighbours let it be.
    fn across(&self, texts: &[String], role: impl Fn(usize) -> Role) -> Line {
        let mut canvas = Canvas::new(self.width);
        let mut free = 0;
        for (host, (text, x)) in texts.iter().zip(&self.xs).enumerate() {
            let next = self.xs.get(host + 1).copied();
            let most = next.map_or(self.width, |next| (x + next) / 2);
            let room = most.saturating_sub(free);
            let wide = width_of(text).min(room);
            let from = (x + 1).saturating_sub(wide.div_ceil(2)).max(free);
            let from = from.min(most - wide);
            let mut column = from;
            for letter in text.chars() {
                if column + super::glyphs::width(letter) > most {
                    break;
                }
                column = canvas.put(column, letter, role(host));
            }
            free = column + 1;
        }
        canvas.line()
    }
}
