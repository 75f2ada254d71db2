//! The TCP connections of a run, and which of them the drawer looks at.
//!
//! In: the sockets that the kernels told of. Out: connections, oldest first, each with its two
//! ends, the one that opened it first; and a menu to choose one. What nobody chose follows the
//! selected segment, and else is the newest.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Id, Popup, RichText, ScrollArea, Ui};

use crate::lesson::Language;
use crate::model::{Socket, State};
use crate::session::View;
use crate::timeline::Stamp;
use crate::trace::{Key, Name};
use crate::ui::parts::{Button, Icon};
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

/// So many connections are in the menu.
const OFFERED: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The one that opened it comes first.
    pub ends: [End; 2],
    began_us: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Empty when no host has the address.
    pub host: Name,
    /// `None` while its kernel told of no socket.
    pub key: Option<Key>,
    pub address: String,
}

impl End {
    pub fn socket<'a>(&self, state: &'a State) -> Option<&'a Socket> {
        let host = state.hosts.get(&self.host)?;
        host.sockets.get(&self.key?).map(Arc::as_ref)
    }

    /// The host's title, or its address where there is no host.
    pub fn title(&self, language: Language, state: &State) -> String {
        if self.host.is_empty() {
            self.address.clone()
        } else {
            host_title(language, state, &self.host)
        }
    }
}

impl Connection {
    /// `Client :50070 → Server :8989`.
    pub fn title(&self, language: Language, state: &State) -> String {
        let ends = self.ends.each_ref().map(|end| {
            let port = end.address.rsplit(':').next().unwrap_or_default();
            format!("{} :{port}", end.title(language, state))
        });
        ends.join(" → ")
    }

    fn has(&self, host: &str, key: Key) -> bool {
        let mut ends = self.ends.iter();
        ends.any(|end| end.host == host && end.key == Some(key))
    }

    fn has_addresses(&self, one: &str, other: &str) -> bool {
        let [first, second] = self.ends.each_ref().map(|end| end.address.as_str());
        (first, second) == (one, other) || (first, second) == (other, one)
    }
}

/// All of them at the cursor, worked out once for each moment.
pub fn all(ui: &Ui, state: &State, stamp: Stamp) -> Arc<Vec<Connection>> {
    type Kept = (Stamp, Arc<Vec<Connection>>);
    let id = Id::unique("connections");
    let kept = ui.data(|data| data.get_temp::<Kept>(id));
    if let Some((_, all)) = kept.filter(|(of, _)| *of == stamp) {
        return all;
    }
    let all = Arc::new(found(state));
    ui.data_mut(|data| data.insert_temp(id, (stamp, Arc::clone(&all))));
    all
}

fn found(state: &State) -> Vec<Connection> {
    let mut by_pair: BTreeMap<(&str, &str), &Socket> = BTreeMap::new();
    let hosts = state.hosts.values();
    let sockets = hosts.flat_map(|host| host.sockets.values());
    let tcp = sockets.filter(|socket| socket.facts.protocol == "tcp");
    let connected = tcp.filter_map(|socket| {
        let pair = (
            socket.facts.local.as_deref()?,
            socket.facts.remote.as_deref()?,
        );
        Some((pair, socket))
    });
    let mut by_host: BTreeMap<(&str, &str, &str), &Socket> = BTreeMap::new();
    for (pair, socket) in connected {
        let own = (socket.facts.host.as_str(), pair.0, pair.1);
        let known = by_host.entry(own).or_insert(socket);
        if began(socket) >= began(known) {
            *known = socket;
        }
        // A pair of addresses can serve again: the newer socket counts.
        let known = by_pair.entry(pair).or_insert(socket);
        if began(socket) >= began(known) {
            *known = socket;
        }
    }
    let mut all: Vec<Connection> = by_host
        .iter()
        .filter_map(|(&(_, local, remote), socket)| {
            let other = by_pair.get(&(remote, local)).copied();
            let rank = |socket: &Socket, at: &str| (!opens(socket), began(socket), at.to_owned());
            let is_first = other.is_none_or(|other| rank(socket, local) < rank(other, remote));
            is_first.then(|| connection(state, socket, other, (local, remote)))
        })
        .collect();
    all.sort_by_key(|one| one.began_us);
    all
}

fn connection(
    state: &State,
    first: &Socket,
    second: Option<&Socket>,
    (local, remote): (&str, &str),
) -> Connection {
    let end = |socket: &Socket, address: &str| End {
        host: socket.facts.host.clone(),
        key: Some(socket.facts.key),
        address: address.to_owned(),
    };
    let missing = || End {
        host: host_with(state, remote),
        key: None,
        address: remote.to_owned(),
    };
    let other = second.map_or_else(missing, |socket| end(socket, remote));
    let mut ends = [end(first, local), other];
    // A server may be told of before its client.
    if second.is_none() && !opens(first) {
        ends.reverse();
    }
    Connection {
        ends,
        began_us: began(first),
    }
}

fn began(socket: &Socket) -> u64 {
    socket.states.first().map_or(0, |(at_us, _)| *at_us)
}

fn opens(socket: &Socket) -> bool {
    socket.states.iter().any(|(_, state)| state == "SYN_SENT")
}

fn host_with(state: &State, address: &str) -> Name {
    let ip = address.rsplit_once(':').map_or(address, |(ip, _)| ip);
    let ip = ip.trim_matches(['[', ']']);
    let mut hosts = state.hosts.iter();
    let found = hosts.find(|(_, host)| host.addresses.iter().any(|each| each == ip));
    found.map(|(name, _)| name.clone()).unwrap_or_default()
}

/// The chosen one.
pub fn shown(ui: &Ui, view: &View<'_>) -> Option<Connection> {
    let state = view.timeline.state();
    let all = all(ui, state, view.timeline.stamp());
    let chosen = ui.data(|data| data.get_temp::<(Name, Key)>(chosen_id()));
    if let Some((host, key)) = chosen
        && let Some(found) = all.iter().find(|each| each.has(&host, key))
    {
        return Some(found.clone());
    }
    let selected = view.selected.and_then(|id| state.segments.get(&id));
    let ends = selected.and_then(|segment| segment.packet.as_ref()?.endpoints());
    let of_selected = ends.and_then(|(from, to)| {
        let (from, to) = (from.to_string(), to.to_string());
        all.iter().rev().find(|each| each.has_addresses(&from, &to))
    });
    of_selected.or_else(|| all.last()).cloned()
}

fn chosen_id() -> Id {
    Id::unique("connection in the drawer")
}

/// The same, with a menu to choose another one.
pub fn chosen_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) -> Option<Connection> {
    let (language, state) = (view.language, view.timeline.state());
    let shown = shown(ui, view)?;
    let all = all(ui, state, view.timeline.stamp());
    let title = shown.title(language, state);
    if all.len() == 1 {
        ui.label(
            RichText::new(title)
                .font(theme::bold_font(theme::SMALL))
                .color(theme.text),
        );
        return Some(shown);
    }
    let menu = Button {
        icon: Some(Icon::Down),
        name: say!(language, "inspect.connection", title = title).into_owned(),
        hint: say!(language, "inspect.connection_hint").into_owned(),
        height: 22.0,
        ..Button::new(title, theme)
    };
    let opened = menu.show(ui, theme);
    Popup::menu(&opened).show(|ui| {
        let list = ScrollArea::vertical().max_height(300.0);
        list.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            // Endless runs make endless connections: the newest are the ones to look at.
            for each in all.iter().rev().take(OFFERED) {
                choice_ui(ui, (language, theme), state, each);
            }
        });
    });
    Some(shown)
}

fn choice_ui(ui: &mut Ui, (language, theme): (Language, &Theme), state: &State, each: &Connection) {
    let button = Button {
        height: 24.0,
        ..Button::new(each.title(language, state), theme)
    };
    let ends = each.ends.iter();
    let mut known = ends.filter_map(|end| Some((end.host.clone(), end.key?)));
    if button.show(ui, theme).clicked()
        && let Some(choice) = known.next()
    {
        ui.data_mut(|data| data.insert_temp(chosen_id(), choice));
        ui.close();
    }
}
