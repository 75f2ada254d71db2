//! The run for other programs and other people: which format, for what it is good, and where to.
//!
//! In: the desk's sharing. Out: commands. The run's own file is `save`'s; what is under way and
//! what came of it is the session's.

use eframe::egui::{Id, Ui};

use super::controls::Offer;
use super::open::{Field, field_ui, line_ui, path_of};
use super::parts::{self, Button, Weight};
use super::save;
use super::text::{host_title, say};
use super::theme::Theme;
use crate::export::{Format, Refusal};
use crate::lesson::Language;
use crate::session::{Command, Dialog, Share, View, Wireshark};
use crate::trace::{Name, WireKind};
use crate::words;

const BUTTON: f32 = 30.0;

/// Which format: the run itself, or one of the others.
pub fn formats_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let caption = say!(language, "share.formats");
    parts::caption(ui, theme, &caption);
    let chosen = view.desk.sharing.chosen.as_ref();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for format in formats(view) {
            let is_chosen = kind(chosen) == kind(format.as_ref());
            let button = Button {
                hint: purpose(language, format.as_ref()),
                ..choice(theme, &caption, title(language, format.as_ref()), is_chosen)
            };
            if button.show(ui, theme).clicked() {
                commands.push(Command::Share(Share::Choose(format)));
            }
        }
    });
    line_ui(ui, &purpose(language, chosen), theme.muted);
}

/// As the buttons stand. Those that speak of a host begin with the first.
fn formats(view: &View<'_>) -> [Option<Format>; 6] {
    let host = hosts(view).next().cloned().unwrap_or_default();
    [
        None,
        Some(Format::Pcapng { seen_by: None }),
        Some(Format::Html),
        Some(Format::Markdown),
        Some(Format::Folder),
        Some(Format::Packetdrill { host }),
    ]
}

/// The same for each host.
fn kind(format: Option<&Format>) -> Option<std::mem::Discriminant<Format>> {
    format.map(std::mem::discriminant)
}

fn hosts<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Name> {
    view.timeline.newest().host_order.iter()
}

fn title(language: Language, format: Option<&Format>) -> String {
    match format {
        None => say!(language, "share.run"),
        Some(Format::Pcapng { .. }) => say!(language, "share.capture"),
        Some(Format::Html) => say!(language, "share.html"),
        Some(Format::Markdown) => say!(language, "share.markdown"),
        Some(Format::Folder) => say!(language, "share.folder"),
        Some(Format::Packetdrill { .. }) => say!(language, "share.packetdrill"),
    }
    .into_owned()
}

/// One sentence.
fn purpose(language: Language, format: Option<&Format>) -> String {
    match format {
        None => say!(language, "share.run_for"),
        Some(Format::Pcapng { .. }) => say!(language, "share.capture_for"),
        Some(Format::Html) => say!(language, "share.html_for"),
        Some(Format::Markdown) => say!(language, "share.markdown_for"),
        Some(Format::Folder) => say!(language, "share.folder_for"),
        Some(Format::Packetdrill { .. }) => say!(language, "share.packetdrill_for"),
    }
    .into_owned()
}

fn choice(theme: &Theme, caption: &str, label: String, is_chosen: bool) -> Button {
    Button {
        name: format!("{caption}: {label}"),
        is_chosen: Some(is_chosen),
        weight: match is_chosen {
            true => Weight::Filled(theme.wire),
            false => Weight::Plain(theme.text),
        },
        height: BUTTON,
        ..Button::new(label, theme)
    }
}

/// Everything about the format that is chosen, where it is not the run itself.
pub fn format_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    format: &Format,
    commands: &mut Vec<Command>,
) {
    hosts_ui(ui, view, theme, format, commands);
    path_ui(ui, view, theme, format, commands);
    ui.horizontal_wrapped(|ui| {
        browse_ui(ui, view, theme, format, commands);
        if matches!(format, Format::Pcapng { .. }) {
            wireshark_ui(ui, view, theme, format, commands);
        }
    });
    let is_missing = view.desk.sharing.wireshark == Wireshark::Missing;
    if is_missing && matches!(format, Format::Pcapng { .. }) {
        let said = say!(view.language, "share.no_wireshark");
        line_ui(ui, &said, theme.muted);
    }
}

/// Whose eyes, or whose end.
fn hosts_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    format: &Format,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let title = |name: &Name| host_title(language, view.timeline.newest(), name);
    let (caption, choices): (_, Vec<(String, Format)>) = match format {
        Format::Pcapng { .. } => {
            let all = say!(language, "share.all").into_owned();
            let all = (all, Format::Pcapng { seen_by: None });
            let each = hosts(view).map(|name| {
                let seen_by = Some(name.clone());
                (title(name), Format::Pcapng { seen_by })
            });
            let choices = [all].into_iter().chain(each);
            (say!(language, "share.seen_by"), choices.collect())
        }
        Format::Packetdrill { .. } => {
            let each = hosts(view).map(|name| {
                let host = name.clone();
                (title(name), Format::Packetdrill { host })
            });
            (say!(language, "share.end_of"), each.collect())
        }
        Format::Html | Format::Markdown | Format::Folder => return,
    };
    parts::caption(ui, theme, &caption);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (label, other) in choices {
            let is_chosen = other == *format;
            let button = choice(theme, &caption, label, is_chosen);
            if button.show(ui, theme).clicked() {
                commands.push(Command::Share(Share::Choose(Some(other))));
            }
        }
    });
}

/// Why it cannot be written, as far as that is known before it is tried.
fn writable(view: &View<'_>, format: &Format) -> Result<(), String> {
    let language = view.language;
    let wire = view.timeline.trace().header().wire;
    let refusal = match (wire, format) {
        (WireKind::Loopback, Format::Pcapng { .. }) => Some(Refusal::NothingSeen),
        (WireKind::Captured, Format::Folder) => Some(Refusal::NoPrograms),
        (WireKind::Held | WireKind::Loopback | WireKind::Captured, _) => None,
    };
    if let Some(refusal) = refusal {
        return Err(words::refusal(language, &refusal));
    }
    match view.desk.sharing.is_writing {
        true => Err(say!(language, "save.writing").into_owned()),
        false => Ok(()),
    }
}

fn path_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    format: &Format,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let name = proposal(view, format);
    let (caption, label) = match format {
        Format::Folder => (
            say!(language, "share.folder_path"),
            say!(language, "share.folder_field"),
        ),
        Format::Pcapng { .. } | Format::Html | Format::Markdown | Format::Packetdrill { .. } => {
            (say!(language, "save.path"), say!(language, "save.field"))
        }
    };
    let field = Field {
        id: Id::unique(("where to share", view.timeline.run(), &name)),
        caption: &caption,
        label: &label,
        example: &name,
        proposal: Some(format!("~/{name}")),
    };
    let button = Button {
        weight: Weight::Primary,
        name: say!(language, "share.write_name").into_owned(),
        hint: say!(language, "share.write_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "save.save"), theme)
    };
    let offer = |path: &str| to(view, format, path);
    field_ui(ui, theme, field, button, offer, commands);
}

fn to(view: &View<'_>, format: &Format, path: &str) -> Offer {
    writable(view, format)?;
    match path_of(path) {
        Some(path) => Ok(Command::Share(Share::To {
            format: format.clone(),
            path,
            has_asked: false,
        })),
        None => Err(say!(view.language, "open.no_path").into_owned()),
    }
}

/// As the run's own file is called.
fn proposal(view: &View<'_>, format: &Format) -> String {
    let run = save::proposal(view);
    let stem = run.strip_suffix(".jsonl").unwrap_or(&run);
    let whose = match format {
        Format::Pcapng {
            seen_by: Some(host),
        }
        | Format::Packetdrill { host } => {
            format!("-{host}")
        }
        Format::Pcapng { seen_by: None } | Format::Html | Format::Markdown | Format::Folder => {
            String::new()
        }
    };
    match format.ending() {
        Some(ending) => format!("{stem}{whose}.{ending}"),
        None => format!("{stem}{whose}"),
    }
}

fn browse_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    format: &Format,
    commands: &mut Vec<Command>,
) {
    // A dialog saves files; a folder's path is typed.
    let Some(ending) = format.ending() else {
        return;
    };
    let language = view.language;
    let desk = view.desk;
    let is_browsing = desk.saving.is_browsing || desk.opening.is_browsing;
    let offer = writable(view, format).and_then(|()| {
        if is_browsing || desk.sharing.browsing.is_some() {
            return Err(say!(language, "open.browsing").into_owned());
        }
        Ok(Command::Share(Share::Browse {
            format: format.clone(),
            dialog: Dialog {
                title: say!(language, "save.title").into_owned(),
                filters: vec![(title(language, Some(format)), endings(ending))],
                save_as: Some(proposal(view, format)),
            },
        }))
    });
    let button = Button {
        name: say!(language, "open.browse_name").into_owned(),
        hint: say!(language, "open.browse_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "open.browse"), theme)
    };
    let (button, command) = button.offered(offer);
    if button.show(ui, theme).clicked() {
        commands.extend(command);
    }
}

fn endings(ending: &str) -> &'static [&'static str] {
    match ending {
        "pcapng" => &["pcapng"],
        "html" => &["html"],
        "md" => &["md"],
        _ => &["pkt"],
    }
}

fn wireshark_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    format: &Format,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let offer = writable(view, format).and_then(|()| match &view.desk.sharing.wireshark {
        Wireshark::There(_) => Ok(Command::Share(Share::Wireshark(format.clone()))),
        Wireshark::Unknown => Err(say!(language, "share.looking").into_owned()),
        Wireshark::Missing => Err(say!(language, "share.no_wireshark").into_owned()),
    });
    let button = Button {
        hint: say!(language, "share.wireshark_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "share.wireshark"), theme)
    };
    let (button, command) = button.offered(offer);
    if button.show(ui, theme).clicked() {
        commands.extend(command);
    }
}

/// What was written last can be looked at.
pub fn written_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let Some(path) = &view.desk.sharing.written else {
        return;
    };
    let button = Button {
        name: say!(language, "share.open_name", path = path.display()).into_owned(),
        hint: say!(language, "share.open_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "share.open"), theme)
    };
    if button.show(ui, theme).clicked() {
        commands.push(Command::Share(Share::OpenWritten));
    }
}
