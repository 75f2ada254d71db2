//! The lanes of the timeline: clients, the wire, servers, as they stand on the stage. Many of a
//! kind share one. Pure.

use eframe::egui::Color32;

use crate::session::View;
use crate::trace::Name;
use crate::ui::controls::is_server;
use crate::ui::text::{host_title, say};
use crate::ui::theme::Theme;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lane {
    One(Name),
    /// All together: there are too many for a lane each.
    Clients,
    Servers,
    Wire,
}

/// More of a kind than this share a lane.
const MOST: usize = 3;

impl Lane {
    pub fn is_of(&self, program: &str) -> bool {
        match self {
            Self::One(name) => name == program,
            Self::Clients => !is_server(program),
            Self::Servers => is_server(program),
            Self::Wire => false,
        }
    }

    pub fn title(&self, view: &View<'_>, theme: &Theme) -> (String, Color32) {
        let language = view.language;
        match self {
            Self::One(name) => (
                host_title(language, view.timeline.newest(), name),
                theme.host_tone(name).strong,
            ),
            Self::Clients => (
                say!(language, "timeline.clients").into_owned(),
                theme.client,
            ),
            Self::Servers => (
                say!(language, "timeline.servers").into_owned(),
                theme.server,
            ),
            Self::Wire => (say!(language, "timeline.wire").into_owned(), theme.wire),
        }
    }
}

pub fn lanes(view: &View<'_>) -> Vec<Lane> {
    let names = view.timeline.newest().program_order.iter();
    let (servers, clients): (Vec<&Name>, Vec<&Name>) = names.partition(|name| is_server(name));
    let lanes_of = |names: &[&Name], together: Lane| match names.len() {
        0..=MOST => names
            .iter()
            .map(|name| Lane::One((*name).clone()))
            .collect(),
        _ => vec![together],
    };
    let mut lanes = lanes_of(&clients, Lane::Clients);
    lanes.push(Lane::Wire);
    lanes.extend(lanes_of(&servers, Lane::Servers));
    lanes
}
