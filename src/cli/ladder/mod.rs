//! The ladder in a terminal: how wide, with which signs, in which colours.
//!
//! In: what was asked for, and what the terminal and the environment say. Out: lines of
//! [`crate::export::text`] on standard output. Colours are never the only sign of anything.

mod live;
mod paint;
pub mod source;

use std::io::IsTerminal as _;

use clap::Args;

use crate::export::text::Look;
use crate::lesson::Language;

pub use live::Live;
pub use paint::{Painter, When};

/// So many columns where nobody says how many there are.
const USUAL_WIDTH: usize = 80;

#[derive(Args, Clone, Debug)]
pub struct Manner {
    /// So many columns. Default: the terminal's, else $COLUMNS, else 80.
    #[arg(long, value_name = "N", value_parser = width)]
    width: Option<usize>,
    /// Draw with ASCII alone. Default where the locale is not UTF-8.
    #[arg(long)]
    ascii: bool,
    /// auto: colours on a terminal, unless NO_COLOR is set. Or always, or never.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
}

impl Manner {
    /// `language`: what was asked for, if anything was.
    pub fn look(&self, language: Option<Language>) -> Look {
        let is_ascii = self.ascii || !is_utf8();
        let language = language.unwrap_or_else(|| match is_utf8() {
            true => super::system_language(),
            // Another encoding's terminal cannot show our Chinese.
            false => Language::English,
        });
        Look {
            width: self.width.unwrap_or_else(terminal_width),
            language,
            is_ascii,
            ..Look::default()
        }
    }

    pub fn painter(&self) -> Painter {
        Painter::new(self.color)
    }
}

/// Said once, before lines are printed in its place.
pub fn too_narrow(width: usize, least: usize) -> String {
    format!(
        "{width} columns are too few for a ladder, which needs {least}: one line an event instead"
    )
}

pub fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

fn terminal_width() -> usize {
    let asked = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let told = || std::env::var("COLUMNS").ok()?.trim().parse().ok();
    let found = asked.filter(|width| *width > 0).or_else(told);
    found.filter(|width| *width > 0).unwrap_or(USUAL_WIDTH)
}

/// As `locale(7)` has it. Windows and macOS write UTF-8 whatever the environment says.
fn is_utf8() -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    let set = ["LC_ALL", "LC_CTYPE", "LANG"];
    let set = set.iter().find_map(|name| {
        let value = std::env::var(name).ok();
        value.filter(|value| !value.is_empty())
    });
    set.is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}

fn width(word: &str) -> Result<usize, String> {
    let width = word.parse().ok();
    let sound = width.filter(|width| (20..=1_000).contains(width));
    sound.ok_or_else(|| format!("'{word}' is not a number of columns from 20 to 1000"))
}
