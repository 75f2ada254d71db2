//! Every key of the window, in the order the help shows them. A new key is a new entry here.

use eframe::egui::{Context, Key, Popup, ViewportCommand};

use super::{Entry, Group, Press, Reach};
use crate::lesson::Language;
use crate::session::{Command, Lens, Numbers, Overlay, Setting, View};
use crate::ui::controls::{self, Offer};
use crate::ui::drawer::Tab;
use crate::ui::text::say;
use crate::ui::{driving, focus, host, layout, open, presenter, save, transport, wire};

pub(super) const fn plain(key: Key, cap: &'static str) -> Press {
    Press {
        key,
        with_command: false,
        cap,
    }
}

const fn with_command(key: Key, cap: &'static str) -> Press {
    Press {
        key,
        with_command: true,
        cap,
    }
}

pub const TABLE: &[Entry] = &[
    // The run.
    Entry {
        group: Group::Run,
        presses: &[
            plain(Key::Space, "Space"),
            plain(Key::ArrowRight, "→"),
            plain(Key::PageDown, "PgDn"),
        ],
        says: |language| say!(language, "keys.next").into_owned(),
        does: |_, view| Some(controls::next(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::ArrowLeft, "←"), plain(Key::PageUp, "PgUp")],
        says: |language| say!(language, "keys.back").into_owned(),
        does: |_, view| Some(controls::back(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::C, "C")],
        says: |language| say!(language, "keys.client").into_owned(),
        does: |_, view| controls::client_in_turn(view).map(|name| controls::step(view, &name)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::S, "S")],
        says: |language| say!(language, "keys.server").into_owned(),
        does: |_, view| controls::server_in_turn(view).map(|name| controls::step(view, &name)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::L, "L")],
        says: |language| say!(language, "keys.leave").into_owned(),
        does: |_, view| Some(controls::live(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::R, "R")],
        says: |language| say!(language, "keys.restart").into_owned(),
        does: |_, view| Some(controls::restart(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::B, "B")],
        says: |language| say!(language, "keys.rerun").into_owned(),
        does: |_, view| (!view.desk.settings.presents).then(|| controls::rerun(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::E, "E")],
        says: |language| say!(language, "keys.edit").into_owned(),
        does: host::editor::key,
        reach: Reach::Stage,
    },
    // What plays by itself.
    Entry {
        group: Group::Run,
        presses: &[plain(Key::P, "P")],
        says: |language| say!(language, "keys.auto").into_owned(),
        does: |_, view| Some(driving::auto(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::OpenBracket, "[")],
        says: |language| say!(language, "keys.slower").into_owned(),
        does: |_, view| Some(driving::slower(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::CloseBracket, "]")],
        says: |language| say!(language, "keys.faster").into_owned(),
        does: |_, view| Some(driving::faster(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::G, "G")],
        says: |language| say!(language, "keys.run_to").into_owned(),
        does: toggle_run_to,
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::Home, "Home")],
        says: |language| say!(language, "keys.first").into_owned(),
        does: |_, view| Some(controls::first(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::End, "End")],
        says: |language| say!(language, "keys.last").into_owned(),
        does: |_, view| Some(controls::last(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[plain(Key::O, "O")],
        says: |language| say!(language, "keys.open").into_owned(),
        does: |_, _| Some(open::offer(None)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Run,
        presses: &[with_command(Key::S, "Ctrl S")],
        says: |language| say!(language, "keys.save").into_owned(),
        does: |_, view| Some(save::offer(view)),
        reach: Reach::Stage,
    },
    // The wire.
    Entry {
        group: Group::Wire,
        presses: &[plain(Key::D, "D")],
        says: |language| say!(language, "keys.deliver").into_owned(),
        does: |_, view| on_wire(view, "D"),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Wire,
        presses: &[plain(Key::X, "X")],
        says: |language| say!(language, "keys.drop").into_owned(),
        does: |_, view| on_wire(view, "X"),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Wire,
        presses: &[plain(Key::A, "A")],
        says: |language| say!(language, "keys.deliver_all").into_owned(),
        does: |_, view| Some(wire::deliver_all(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Wire,
        presses: &[plain(Key::U, "U")],
        says: |language| say!(language, "keys.duplicate").into_owned(),
        does: |_, view| on_wire(view, "U"),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Wire,
        presses: &[plain(Key::K, "K")],
        says: |language| say!(language, "keys.corrupt").into_owned(),
        does: |_, view| on_wire(view, "K"),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Wire,
        presses: &[plain(Key::Y, "Y")],
        says: |language| say!(language, "keys.delay").into_owned(),
        does: |_, view| on_wire(view, "Y"),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Wire,
        presses: &[plain(Key::H, "H")],
        says: |language| say!(language, "keys.holds").into_owned(),
        does: toggle_holds,
        reach: Reach::Stage,
    },
    // How it looks.
    Entry {
        group: Group::Look,
        presses: &[plain(Key::N, "N")],
        says: |language| say!(language, "keys.numbers").into_owned(),
        does: |_, view| {
            let other = match view.desk.settings.numbers {
                Numbers::Relative => Numbers::Absolute,
                Numbers::Absolute => Numbers::Relative,
            };
            Some(Ok(Command::Set(Setting::Numbers(other))))
        },
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[plain(Key::V, "V")],
        says: |language| say!(language, "keys.lens").into_owned(),
        does: |_, view| {
            let next = match view.desk.settings.lens {
                Lens::Utf8 => Lens::Gbk,
                Lens::Gbk => Lens::Hex,
                Lens::Hex => Lens::Utf8,
            };
            Some(Ok(Command::Set(Setting::Lens(next))))
        },
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[plain(Key::T, "T")],
        says: |language| say!(language, "keys.lesson").into_owned(),
        does: |ctx, view| Some(Ok(layout::toggle_lesson(ctx, view))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[plain(Key::I, "I")],
        says: |language| say!(language, "keys.inspector").into_owned(),
        does: |ctx, view| Some(Ok(layout::toggle_drawer(ctx, view))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[plain(Key::Num1, "1")],
        says: |language| Tab::Segment.hint(language),
        does: |ctx, view| Some(Ok(Tab::Segment.show(ctx, view))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[plain(Key::Num2, "2")],
        says: |language| Tab::Socket.hint(language),
        does: |ctx, view| Some(Ok(Tab::Socket.show(ctx, view))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[plain(Key::Num3, "3")],
        says: |language| Tab::Diagram.hint(language),
        does: |ctx, view| Some(Ok(Tab::Diagram.show(ctx, view))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[plain(Key::Num4, "4")],
        says: |language| Tab::Bytes.hint(language),
        does: |ctx, view| Some(Ok(Tab::Bytes.show(ctx, view))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[plain(Key::Num5, "5")],
        says: |language| Tab::Graph.hint(language),
        does: |ctx, view| Some(Ok(Tab::Graph.show(ctx, view))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Look,
        presses: &[
            with_command(Key::Plus, "Ctrl +"),
            with_command(Key::Equals, "Ctrl ="),
        ],
        says: |language| say!(language, "keys.larger").into_owned(),
        does: |ctx, view| Some(zoom(ctx, view, Zoom::In)),
        reach: Reach::Everywhere,
    },
    Entry {
        group: Group::Look,
        presses: &[with_command(Key::Minus, "Ctrl −")],
        says: |language| say!(language, "keys.smaller").into_owned(),
        does: |ctx, view| Some(zoom(ctx, view, Zoom::Out)),
        reach: Reach::Everywhere,
    },
    Entry {
        group: Group::Look,
        presses: &[with_command(Key::Num0, "Ctrl 0")],
        says: |language| say!(language, "keys.usual_size").into_owned(),
        does: |ctx, view| Some(zoom(ctx, view, Zoom::Usual)),
        reach: Reach::Everywhere,
    },
    // The window and the class.
    Entry {
        group: Group::Window,
        presses: &[plain(Key::M, "M")],
        says: |language| say!(language, "keys.contents").into_owned(),
        does: |_, view| Some(Ok(toggle(view, Overlay::Contents))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Window,
        presses: &[plain(Key::F5, "F5")],
        says: |language| say!(language, "keys.present").into_owned(),
        does: |_, view| Some(Ok(presenter::toggle(view))),
        reach: Reach::Everywhere,
    },
    Entry {
        group: Group::Window,
        presses: &[plain(Key::Period, "."), plain(Key::B, "B")],
        says: |language| say!(language, "keys.black").into_owned(),
        does: |_, _| Some(presenter::black()),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Window,
        presses: &[plain(Key::F, "F")],
        says: |language| say!(language, "keys.spotlight").into_owned(),
        does: |_, view| Some(presenter::toggle_spotlight(view)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Window,
        presses: &[plain(Key::Z, "Z")],
        says: |language| say!(language, "keys.language").into_owned(),
        does: |_, view| Some(Ok(other_language(view))),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Window,
        presses: &[plain(Key::F6, "F6")],
        says: |language| say!(language, "keys.next_pane").into_owned(),
        does: |ctx, _| {
            focus::to_next_pane(ctx);
            None
        },
        reach: Reach::Everywhere,
    },
    Entry {
        group: Group::Window,
        presses: &[plain(Key::Questionmark, "?"), plain(Key::F1, "F1")],
        says: |language| say!(language, "keys.help").into_owned(),
        does: |_, view| Some(Ok(toggle(view, Overlay::Keys))),
        reach: Reach::Everywhere,
    },
    Entry {
        group: Group::Window,
        presses: &[plain(Key::Escape, "Esc")],
        says: |language| say!(language, "keys.close").into_owned(),
        does: close,
        reach: Reach::Everywhere,
    },
    Entry {
        group: Group::Window,
        presses: &[with_command(Key::Q, "Ctrl Q")],
        says: |language| say!(language, "keys.quit").into_owned(),
        does: |ctx, _| {
            ctx.send_viewport_cmd(ViewportCommand::Close);
            None
        },
        reach: Reach::Everywhere,
    },
];

fn other_language(view: &View<'_>) -> Command {
    Command::Set(Setting::Language(match view.language {
        Language::Chinese => Language::English,
        Language::English => Language::Chinese,
    }))
}

/// The wire's own actions have their keys with them.
fn on_wire(view: &View<'_>, key: &str) -> Option<Offer> {
    let mut actions = wire::WITH_KEY.into_iter();
    let action = actions.find(|action| action.key() == Some(key))?;
    Some(action.offer(view, wire::target(view)))
}

fn toggle_holds(ctx: &Context, view: &View<'_>) -> Option<Offer> {
    match wire::reachable(view) {
        Ok(()) => {
            Popup::toggle_id(ctx, wire::popup_id());
            None
        }
        Err(reason) => Some(Err(reason)),
    }
}

fn toggle_run_to(ctx: &Context, view: &View<'_>) -> Option<Offer> {
    match driving::can_run_to(view) {
        Ok(()) => {
            Popup::toggle_id(ctx, transport::run_to_popup_id());
            None
        }
        Err(reason) => Some(Err(reason)),
    }
}

fn toggle(view: &View<'_>, overlay: Overlay) -> Command {
    let is_there = view.desk.overlay == Some(overlay);
    Command::Show((!is_there).then_some(overlay))
}

/// What lies uppermost goes first: a popup by itself, an overlay, what plays, a notice, then
/// presenting.
fn close(ctx: &Context, view: &View<'_>) -> Option<Offer> {
    if Popup::is_any_open(ctx) {
        return None;
    }
    if view.desk.overlay.is_some() {
        return Some(Ok(Command::Show(None)));
    }
    if !view.desk.drive.is_still() {
        return Some(driving::stop(view));
    }
    if view.notice.is_some() {
        return Some(Ok(Command::Dismiss));
    }
    let presents = view.desk.settings.presents;
    presents.then_some(Ok(Command::Set(Setting::Presents(false))))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    In,
    Out,
    Usual,
}

/// In percent: a step of the zoom keys.
const STEP: u16 = 10;

/// The next size, or why there is none.
pub fn zoom(ctx: &Context, view: &View<'_>, to: Zoom) -> Offer {
    let now = view.desk.settings.zoom;
    let most = layout::most_zoom(ctx, view);
    let wanted = match to {
        Zoom::In if now >= most => {
            return Err(say!(view.language, "off.largest", percent = most).into_owned());
        }
        Zoom::In => (now / STEP * STEP + STEP).min(most),
        Zoom::Out if now <= layout::LEAST_ZOOM => {
            return Err(say!(view.language, "off.smallest").into_owned());
        }
        Zoom::Out => (now.min(most).div_ceil(STEP) * STEP - STEP).max(layout::LEAST_ZOOM),
        Zoom::Usual => 100,
    };
    Ok(Command::Set(Setting::Zoom(wanted)))
}
