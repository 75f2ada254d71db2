//! The controls of the transport: each with its words, its key, what it offers, and how much it
//! matters now.

use eframe::egui::Ui;

use super::fold;
use super::hint::next_hint;
use crate::session::{Command, Driving, View};
use crate::trace::Name;
use crate::ui::capture;
use crate::ui::controls::{self, Offer, is_server};
use crate::ui::parts::{Button, Icon, Weight, keycap_size};
use crate::ui::text::{host_title, say};
use crate::ui::theme::Theme;
use crate::ui::{driving, wire};

/// More programs than this are in a list of their own.
const MOST_BUTTONS: usize = 3;

/// A control of the bar.
pub struct Item {
    /// 0 goes last where there is no room.
    pub rank: usize,
    pub kind: Kind,
    pub button: Button,
    pub offer: Offer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A click asks for what it offers.
    Plain,
    /// It opens something.
    Programs,
    Speed,
    RunTo,
}

impl Item {
    fn plain(rank: usize, button: Button, offer: Offer) -> Self {
        Self {
            rank,
            kind: Kind::Plain,
            button,
            offer,
        }
    }

    pub fn size(&self, ui: &Ui, has_caps: bool) -> fold::Size {
        let caps = match self.button.key {
            Some(key) if !has_caps => {
                keycap_size(ui.painter(), key).x + 8.0 // the gap before it
            }
            Some(_) | None => 0.0,
        };
        fold::Size {
            rank: self.rank,
            width: self.button.size(ui.painter()).x - caps,
        }
    }
}

/// All of them, in the order they stand.
pub fn items(view: &View<'_>, theme: &Theme) -> Vec<Item> {
    if capture::listed(view).is_some() {
        // Packet by packet, and the way out: nothing plays in a list.
        return vec![back(view, theme), next(view, theme), live(view, theme, 2)];
    }
    let is_live = view.timeline.is_live();
    // In the past nothing can be stepped; the ways out of it matter more.
    let rank = |live, past| if is_live { live } else { past };
    let mut items = vec![
        restart(view, theme, 4),
        back(view, theme),
        next(view, theme),
    ];
    items.extend(programs(view, theme, rank(2, 3)));
    items.push(auto(view, theme, rank(5, 6)));
    items.push(speed(view, theme, rank(10, 8)));
    items.push(run_to(view, theme, rank(6, 7)));
    items.push(live(view, theme, rank(13, 2)));
    items.push(rerun(view, theme, rank(9, 5)));
    for action in [wire::Action::Deliver, wire::Action::Drop] {
        items.push(on_wire(view, theme, action));
    }
    items
}

fn restart(view: &View<'_>, theme: &Theme, rank: usize) -> Item {
    let button = Button {
        icon: Some(Icon::Restart),
        key: Some("R"),
        name: say!(view.language, "control.restart").into_owned(),
        hint: match view.recorded {
            Some(_) => say!(view.language, "recorded.restart_hint"),
            None => say!(view.language, "hint.restart"),
        }
        .into_owned(),
        ..Button::new("", theme)
    };
    Item::plain(rank, button, controls::restart(view))
}

fn back(view: &View<'_>, theme: &Theme) -> Item {
    let button = Button {
        icon: Some(Icon::Back),
        hint: say!(view.language, "hint.back").into_owned(),
        ..Button::new(say!(view.language, "control.back"), theme)
    };
    Item::plain(1, button, controls::back(view))
}

fn next(view: &View<'_>, theme: &Theme) -> Item {
    let (label, hint) = if view.timeline.is_live() {
        (say!(view.language, "control.next"), next_hint(view))
    } else {
        (
            say!(view.language, "control.forward"),
            say!(view.language, "hint.forward").into_owned(),
        )
    };
    let button = Button {
        key: Some("Space"),
        weight: Weight::Primary,
        hint,
        ..Button::new(label, theme)
    };
    Item::plain(0, button, controls::next(view))
}

/// A button for each program where there is room, or else for those whose turn it is, and a list.
fn programs(view: &View<'_>, theme: &Theme, rank: usize) -> Vec<Item> {
    let all = all_programs(view);
    let has_many = all.len() > MOST_BUTTONS;
    let turns = [
        (controls::client_in_turn(view), "C"),
        (controls::server_in_turn(view), "S"),
    ];
    let key_of = |name: &Name| {
        let turn = turns.iter().find(|(turn, _)| turn.as_ref() == Some(name));
        turn.map(|(_, key)| *key)
    };
    let mut items = Vec::new();
    for name in &all {
        let key = key_of(name);
        if !has_many || key.is_some() {
            let rank = if key.is_some() { rank } else { 8 };
            items.push(program(view, theme, (name, key), rank));
        }
    }
    if has_many {
        let label = say!(view.language, "control.programs", count = all.len());
        let button = Button {
            icon: Some(Icon::Down),
            hint: say!(view.language, "hint.programs").into_owned(),
            ..Button::new(label, theme)
        };
        let nothing = String::new();
        items.push(Item {
            rank: 4,
            kind: Kind::Programs,
            button,
            offer: Ok(Command::Explain(nothing)),
        });
    }
    items
}

/// Clients first, as they stand on the stage.
pub fn all_programs<'a>(view: &View<'a>) -> Vec<&'a Name> {
    let names = || view.timeline.state().program_order.iter();
    let clients = names().filter(|name| !is_server(name));
    clients
        .chain(names().filter(|name| is_server(name)))
        .collect()
}

pub fn program(
    view: &View<'_>,
    theme: &Theme,
    (name, key): (&Name, Option<&'static str>),
    rank: usize,
) -> Item {
    let label = host_title(view.language, view.timeline.state(), name);
    let button = Button {
        key,
        weight: Weight::Plain(theme.host_tone(name).strong),
        name: say!(view.language, "control.step_name", program = label).into_owned(),
        hint: say!(view.language, "hint.step", program = label).into_owned(),
        ..Button::new(label.clone(), theme)
    };
    Item::plain(rank, button, controls::step(view, name))
}

fn auto(view: &View<'_>, theme: &Theme, rank: usize) -> Item {
    let language = view.language;
    let plays = view.desk.drive.is_auto();
    let (icon, label, name) = if plays {
        (
            Icon::Pause,
            say!(language, "drive.pause"),
            say!(language, "drive.pause_name"),
        )
    } else {
        (
            Icon::Play,
            say!(language, "drive.auto"),
            say!(language, "drive.auto_name"),
        )
    };
    let button = Button {
        icon: Some(icon),
        key: Some("P"),
        name: name.into_owned(),
        hint: say!(language, "drive.auto_hint").into_owned(),
        weight: match plays {
            true => Weight::Filled(theme.wire),
            false => Weight::Plain(theme.text),
        },
        ..Button::new(format!("{label} {}", view.desk.drive.speed.shown()), theme)
    };
    Item::plain(rank, button, driving::auto(view))
}

fn speed(view: &View<'_>, theme: &Theme, rank: usize) -> Item {
    let language = view.language;
    let speed = view.desk.drive.speed.shown();
    let button = Button {
        name: say!(language, "drive.speed_name", speed = speed).into_owned(),
        hint: say!(language, "drive.speed_hint").into_owned(),
        ..Button::new(speed, theme)
    };
    Item {
        rank,
        kind: Kind::Speed,
        button,
        offer: Ok(driving::speed(view.desk.drive.speed)),
    }
}

/// While it runs to something, it is the way to stop.
fn run_to(view: &View<'_>, theme: &Theme, rank: usize) -> Item {
    let language = view.language;
    let is_under_way = !view.desk.drive.is_still() && !view.desk.drive.is_auto();
    let (button, offer) = if is_under_way {
        let button = Button {
            key: Some("Esc"),
            name: say!(language, "drive.stop_name").into_owned(),
            hint: say!(language, "drive.stop_hint").into_owned(),
            weight: Weight::Filled(theme.wire),
            ..Button::new(say!(language, "drive.stop"), theme)
        };
        (button, driving::stop(view))
    } else {
        let button = Button {
            key: Some("G"),
            hint: say!(language, "run_to.hint").into_owned(),
            ..Button::new(say!(language, "run_to.label"), theme)
        };
        let offer = driving::can_run_to(view);
        (button, offer.map(|()| Command::Drive(Driving::Stop)))
    };
    Item {
        rank,
        kind: if is_under_way {
            Kind::Plain
        } else {
            Kind::RunTo
        },
        button,
        offer,
    }
}

fn live(view: &View<'_>, theme: &Theme, rank: usize) -> Item {
    let weight = if view.timeline.is_live() {
        Weight::Plain(theme.text)
    } else {
        Weight::Outlined(theme.bad)
    };
    if view.recorded.is_some() {
        let button = Button {
            key: Some("L"),
            weight,
            name: say!(view.language, "recorded.back_name").into_owned(),
            hint: say!(view.language, "recorded.back_hint").into_owned(),
            ..Button::new(say!(view.language, "recorded.back"), theme)
        };
        return Item::plain(rank, button, controls::live(view));
    }
    let button = Button {
        key: Some("L"),
        weight,
        hint: say!(view.language, "hint.live").into_owned(),
        ..Button::new(say!(view.language, "control.live"), theme)
    };
    Item::plain(rank, button, controls::live(view))
}

fn rerun(view: &View<'_>, theme: &Theme, rank: usize) -> Item {
    let button = Button {
        key: Some("B"),
        name: say!(view.language, "control.rerun_name").into_owned(),
        hint: match view.recorded {
            Some(_) => say!(view.language, "recorded.rerun_hint"),
            None => say!(view.language, "hint.rerun"),
        }
        .into_owned(),
        ..Button::new(say!(view.language, "control.rerun"), theme)
    };
    Item::plain(rank, button, controls::rerun(view))
}

/// The same as on the token, for the segment that the keys mean.
fn on_wire(view: &View<'_>, theme: &Theme, action: wire::Action) -> Item {
    let (name, ink, rank) = match action {
        wire::Action::Drop => (say!(view.language, "transport.drop"), theme.bad, 12),
        wire::Action::Deliver
        | wire::Action::Duplicate
        | wire::Action::Corrupt
        | wire::Action::Delay(_) => (say!(view.language, "transport.deliver"), theme.wire, 11),
    };
    let button = Button {
        key: action.key(),
        name: name.into_owned(),
        hint: action.hint(view.language),
        weight: Weight::Plain(ink),
        ..Button::new(action.label(view.language), theme)
    };
    Item::plain(rank, button, action.offer(view, wire::target(view)))
}
