//! A run as text: a line on standard output for each event.
//!
//! In: what [`super::play`] tells its audience. Out: lines to read, or JSON Lines. The picture is
//! text; everything else is as in the window.

use std::io::{self, Write as _};

use super::play::Audience;
use super::run::complain;
use super::text;
use crate::model::State;
use crate::trace::{Event, Header, What, WireKind, event_line, to_line};

pub struct Terminal {
    pub is_json: bool,
}

impl Audience for Terminal {
    fn begin(&mut self, header: &Header, holds_nothing: bool) -> io::Result<()> {
        if self.is_json {
            return print_line(&to_line(header));
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
        if self.is_json {
            print_line(&event_line(event))?;
        } else if let Some(line) = text::line(event, state) {
            print_line(&line)?;
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
}

fn print_line(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
