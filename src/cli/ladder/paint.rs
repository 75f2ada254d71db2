//! Roles as colours of a terminal's own palette, so that they suit a light one and a dark one.

use std::io::{self, Stdout, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Effects, Style};
use clap::ValueEnum;

use crate::export::text::{Line, Role, Seat};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// Standard output, with colours or without.
pub struct Painter {
    out: AutoStream<Stdout>,
}

impl Painter {
    pub fn new(when: When) -> Self {
        let choice = match when {
            When::Auto => AutoStream::choice(&io::stdout()),
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        };
        Self {
            out: AutoStream::new(io::stdout(), choice),
        }
    }

    /// All of them at once: a reader never sees half a line.
    pub fn print(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut text = String::new();
        for line in lines {
            for span in &line.spans {
                let style = style(span.role);
                text.push_str(&format!("{style}{}{style:#}", span.text));
            }
            text.push('\n');
        }
        self.out.write_all(text.as_bytes())
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn style(role: Role) -> Style {
    let plain = Style::new();
    let in_colour = |colour: AnsiColor| plain.fg_color(Some(colour.into()));
    let of_seat = |seat: Seat| in_colour(colour(seat));
    match role {
        Role::Plain | Role::Call => plain,
        Role::Time | Role::Dim | Role::Lifeline | Role::Inferred => plain.dimmed(),
        Role::Host(seat) | Role::Segment(seat) => of_seat(seat).bold(),
        Role::Arrow(seat) => of_seat(seat),
        Role::Result => plain.bold(),
        Role::Said => in_colour(AnsiColor::Green),
        Role::State => plain.bold(),
        Role::Failed | Role::Dropped => in_colour(AnsiColor::Red),
        Role::Reset => in_colour(AnsiColor::Red).bold(),
        Role::Note => plain.effects(Effects::ITALIC),
    }
}

/// The server's, and the clients' in turn.
fn colour(seat: Seat) -> AnsiColor {
    const CLIENTS: [AnsiColor; 3] = [AnsiColor::Cyan, AnsiColor::Blue, AnsiColor::Green];
    match seat {
        Seat::Server => AnsiColor::Magenta,
        Seat::Client(nth) => CLIENTS[nth % CLIENTS.len()],
    }
}
