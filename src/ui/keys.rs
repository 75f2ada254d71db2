//! The keyboard: each key does what the button with its cap does, and nothing while a field is
//! being typed into.

use eframe::egui;
use eframe::egui::{Event, Key, Popup};

use super::controls::{self, Offer};
use super::wire;
use crate::session::{Command, View};

pub fn keys(ctx: &egui::Context, view: &View<'_>, commands: &mut Vec<Command>) {
    if ctx.text_edit_focused() {
        return;
    }
    // A focused button takes Space and the arrows for itself.
    let has_focus = ctx.memory(|memory| memory.focused().is_some());
    for key in pressed(ctx) {
        let moves_focus = matches!(key, Key::Space | Key::ArrowLeft | Key::ArrowRight);
        if has_focus && moves_focus {
            continue;
        }
        if key == Key::H {
            match wire::reachable(view) {
                Ok(()) => Popup::toggle_id(ctx, wire::popup_id()),
                Err(reason) => commands.push(Command::Explain(reason)),
            }
        }
        // A key that can do nothing says why, as its button does when pointed at.
        let offer = offer(view, key);
        commands.extend(offer.map(|offer| offer.unwrap_or_else(Command::Explain)));
    }
}

/// Keys that went down now. A key held down counts once: a step is a decision.
fn pressed(ctx: &egui::Context) -> Vec<Key> {
    ctx.input(|input| {
        let keys = input.events.iter().filter_map(|event| match event {
            Event::Key {
                key,
                pressed: true,
                repeat: false,
                modifiers,
                ..
            } if !modifiers.command && !modifiers.alt && !modifiers.ctrl => Some(*key),
            _ => None,
        });
        keys.collect()
    })
}

fn offer(view: &View<'_>, key: Key) -> Option<Offer> {
    match key {
        Key::Space | Key::ArrowRight | Key::PageDown => Some(controls::next(view)),
        Key::ArrowLeft | Key::PageUp => Some(controls::back(view)),
        Key::C => controls::client_in_turn(view).map(|name| controls::step(view, &name)),
        Key::S => controls::server_in_turn(view).map(|name| controls::step(view, &name)),
        Key::D | Key::X | Key::U | Key::K | Key::Y => {
            let mut actions = wire::WITH_KEY.into_iter();
            let action = actions.find(|action| action.key() == Some(key.name()));
            action.map(|action| action.offer(view, wire::target(view)))
        }
        Key::A => Some(wire::deliver_all(view)),
        Key::R => Some(Ok(Command::Restart)),
        Key::B => Some(controls::rerun(view)),
        Key::L => Some(controls::live(view)),
        _ => None,
    }
}
