//! The keyboard: one table of every key, what it does and in which words. The keys act by it and
//! the help is drawn from it, so that the two cannot differ.
//!
//! In: key presses and a view. Out: commands. What a key does is what the button with its cap
//! does; nothing happens while a field is being typed into, but for keys that type nothing.

mod packets;
mod table;

use eframe::egui;
use eframe::egui::{Event, Key, Modifiers};

use super::capture;
use super::controls::Offer;
use super::lesson;
use super::tour;
use crate::lesson::Language;
use crate::session::{Command, Overlay, View};

use packets::PACKETS;
use table::TABLE;
pub use table::{Zoom, zoom};

/// Every line, in the order the help shows them.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().chain(PACKETS)
}

/// One line of the help: the keys, and what each of them does.
pub struct Entry {
    pub group: Group,
    pub presses: &'static [Press],
    pub says: fn(Language) -> String,
    /// `None`: this line does not speak for the key now, a later one may.
    pub does: fn(&egui::Context, &View<'_>) -> Option<Offer>,
    pub reach: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Run,
    Wire,
    Look,
    Window,
    /// Of an opened capture.
    Capture,
}

/// Where a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// On the stage: not under an overlay, and not while a field is being typed into.
    Stage,
    /// Everywhere: it types nothing.
    Everywhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    pub key: Key,
    /// With Ctrl, on a Mac with Command.
    pub with_command: bool,
    /// What is printed on it.
    pub cap: &'static str,
}

pub fn keys(ctx: &egui::Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let is_typing = ctx.text_edit_focused();
    let presses = pressed(ctx);
    if view.desk.overlay == Some(Overlay::Black) && !presses.is_empty() {
        // Whatever the clicker sends, the class gets its picture back first.
        commands.push(Command::Show(None));
        return;
    }
    // A focused button takes Space and the arrows for itself.
    let has_focus = ctx.memory(|memory| memory.focused().is_some());
    let takes_digits = lesson::takes_digits(ctx);
    for (key, modifiers, repeats) in presses {
        if takes_digits && quiz_key(key) {
            continue;
        }
        if let Some(Overlay::Tour(stop)) = view.desk.overlay
            && let Some(command) = tour::key(stop, key, modifiers)
        {
            commands.push(command);
            continue;
        }
        let moves_focus = matches!(key, Key::Space | Key::ArrowLeft | Key::ArrowRight);
        if has_focus && moves_focus {
            continue;
        }
        // A clicker's keys type nothing, so an answer that is being typed does not take them; in
        // a program's text they belong to the text.
        let is_free = !is_typing || is_page(key) && view.desk.drafts.editing.is_none();
        let is_for_stage = is_free && does_not_hold_up(view.desk.overlay);
        if is_for_stage && packet_key(ctx, view, (key, modifiers, repeats), commands) {
            continue;
        }
        if repeats {
            continue; // a step is a decision
        }
        let offer = TABLE.iter().find_map(|entry| {
            let counts = entry.reach == Reach::Everywhere || is_for_stage;
            let is_it = |press: &Press| is_it(*press, key, modifiers);
            if counts && entry.presses.iter().any(is_it) {
                (entry.does)(ctx, view)
            } else {
                None
            }
        });
        // A key that can do nothing says why, as its button does when pointed at.
        commands.extend(offer.map(|offer| offer.unwrap_or_else(Command::Explain)));
    }
}

/// Along the rows of a capture's packets keys mean something else, and one that is held down goes
/// on. True when it was one of those.
fn packet_key(
    ctx: &egui::Context,
    view: &View<'_>,
    (key, modifiers, repeats): (Key, Modifiers, bool),
    commands: &mut Vec<Command>,
) -> bool {
    if !capture::takes_keys(ctx, view) {
        return false;
    }
    let is_it = |press: &Press| is_it(*press, key, modifiers);
    let mut entries = PACKETS.iter();
    let Some(entry) = entries.find(|entry| entry.presses.iter().any(is_it)) else {
        return false;
    };
    let offer = (entry.does)(ctx, view);
    let is_taken = offer.is_some() || capture::listed(view).is_some();
    match offer {
        Some(Ok(command)) => commands.push(command),
        // Held down at the end, it says so once.
        Some(Err(why)) if !repeats => commands.push(Command::Explain(why)),
        Some(Err(_)) | None => {}
    }
    is_taken
}

/// The tour lets the stage go on underneath.
fn does_not_hold_up(overlay: Option<Overlay>) -> bool {
    match overlay {
        None | Some(Overlay::Tour(_)) => true,
        Some(
            Overlay::Keys
            | Overlay::Picture(_)
            | Overlay::Contents
            | Overlay::Black
            | Overlay::Open
            | Overlay::Save
            | Overlay::Loading
            | Overlay::Sheet(_),
        ) => false,
    }
}

/// What a clicker sends.
fn is_page(key: Key) -> bool {
    matches!(key, Key::PageDown | Key::PageUp)
}

/// A quiz whose option has the focus takes its digits for itself.
fn quiz_key(key: Key) -> bool {
    key.name().bytes().all(|byte| byte.is_ascii_digit())
}

fn is_it(press: Press, key: Key, modifiers: Modifiers) -> bool {
    let has_command = modifiers.command || modifiers.ctrl;
    press.key == key && press.with_command == has_command && !modifiers.alt
}

/// Keys that went down now, and whether they had been down already.
fn pressed(ctx: &egui::Context) -> Vec<(Key, Modifiers, bool)> {
    ctx.input(|input| {
        let keys = input.events.iter().filter_map(|event| match event {
            Event::Key {
                key,
                pressed: true,
                repeat,
                modifiers,
                ..
            } => Some((*key, *modifiers, *repeat)),
            _ => None,
        });
        keys.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_in_the_table_once_unless_presenting_changes_what_it_means() {
        let all = TABLE.iter().flat_map(|entry| entry.presses);
        let mut seen: Vec<Press> = Vec::new();
        let mut twice = Vec::new();
        for press in all {
            let is_same =
                |other: &&Press| other.key == press.key && other.with_command == press.with_command;
            if seen.iter().any(|other| is_same(&other)) {
                twice.push(press.cap);
            }
            seen.push(*press);
        }
        assert_eq!(
            twice,
            ["B"],
            "B re-runs, and blacks the screen while presenting"
        );
    }

    #[test]
    fn every_line_of_the_help_is_a_sentence_in_both_languages() {
        for entry in entries() {
            let [en, zh] = [Language::English, Language::Chinese].map(entry.says);
            assert!(!en.is_empty() && !zh.is_empty());
            assert_ne!(en, zh);
        }
    }
}
