//! A run as text on standard output: a ladder, a line for each event, or JSON Lines.
//!
//! In: what [`super::play`] tells its audience. Out: lines. The picture is text; everything else is
//! as in the window.

use std::io::{self, Write as _};
use std::time::Duration;

use super::ladder::{Live, Manner, too_narrow};
use super::play::Audience;
use super::run::complain;
use super::text;
use crate::export::text::{Look, TooNarrow};
use crate::model::State;
use crate::trace::{Event, Header, What, WireKind, event_line, to_line};

pub enum Terminal {
    Json,
    /// One readable line an event.
    Lines,
    /// Before the run has begun; what it looks like.
    Ladder(Look, Manner),
    Live(Box<Live>),
}

impl Audience for Terminal {
    fn begin(&mut self, header: &Header, holds_nothing: bool) -> io::Result<()> {
        match self {
            Self::Json => return print_line(&to_line(header)),
            Self::Lines | Self::Live(_) => {}
            Self::Ladder(look, manner) => {
                let width = look.width;
                match Live::begin(header, look.clone(), manner.painter()) {
                    Ok(mut live) => {
                        live.head(header)?;
                        *self = Self::Live(Box::new(live));
                        return Ok(());
                    }
                    Err(TooNarrow { least }) => {
                        complain(&too_narrow(width, least));
                        *self = Self::Lines;
                    }
                }
            }
        }
        let passes = match holds_nothing {
            true => " that lets everything pass",
            false => "",
        };
        let is_linux = header.kernel.starts_with(|c: char| c.is_ascii_digit());
        let system = if is_linux { "Linux " } else { "" };
        let wire = match header.wire {
            WireKind::Held => format!("held wire{passes}"),
            WireKind::Loopback => "loopback: nothing is held, segments are inferred".to_owned(),
            WireKind::Captured => "captured elsewhere: states are inferred".to_owned(),
        };
        print_line(&format!("{system}{}, {wire}", header.kernel))?;
        for host in &header.hosts {
            let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
            print_line(&format!("{} is {}", host.name, addresses.join(", ")))?;
        }
        Ok(())
    }

    fn see(&mut self, event: &Event, state: &State) -> io::Result<()> {
        match self {
            Self::Json => print_line(&event_line(event))?,
            Self::Live(live) => return live.see(event, state),
            Self::Lines | Self::Ladder(..) => {
                if let Some(line) = text::line(event, state) {
                    print_line(&line)?;
                }
            }
        }
        if matches!(event.what, What::Rest) {
            io::stdout().flush()?;
        }
        Ok(())
    }

    fn remark(&mut self, words: &str) {
        complain(words);
    }

    fn is_content(&self) -> bool {
        false
    }

    fn patience(&self) -> Option<Duration> {
        match self {
            Self::Live(live) => live.patience(),
            Self::Json | Self::Lines | Self::Ladder(..) => None,
        }
    }

    fn settle(&mut self) -> io::Result<()> {
        match self {
            Self::Live(live) => live.settle(),
            Self::Json | Self::Lines | Self::Ladder(..) => Ok(()),
        }
    }

    fn end(&mut self, state: &State) -> io::Result<()> {
        match self {
            Self::Live(live) => live.end(state),
            Self::Json | Self::Lines | Self::Ladder(..) => Ok(()),
        }
    }
}

fn print_line(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
