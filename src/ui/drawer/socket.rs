//! A socket in full: everything that the kernel said of it, and what is in its buffers.
//!
//! In: the sockets of the state, and what was known at the stop before. Out: a list to choose from,
//! facts in named parts with what changed marked, a field to filter them, the meaning and source of
//! the one that is pointed at, and the bytes that wait. Names and values are made in `facts`.

use eframe::egui::{
    Id, Label, Margin, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, UiBuilder, vec2,
};

use super::before::{self, Before};
use super::cells::{self, Cell, Group, Ink, Pointed};
use super::choice;
use super::facts::{self, Fact, Part, Told};
use crate::model::Socket;
use crate::session::View;
use crate::trace::BufferFacts;
use crate::ui::parts::{self, Button, Icon};
use crate::ui::text::{say, since};
use crate::ui::theme::{self, Theme};

/// The list on the left takes so much, but no more than a third.
const LIST: f32 = 196.0;
const GAP: f32 = 12.0;
const FIELD: f32 = 130.0;
const CONTROL: f32 = 22.0;
/// A line of an explanation, and above it.
const EXPLAINED: f32 = 17.0;
const ABOVE: f32 = 3.0;
/// A table that is lower needs all its room.
const LOW: f32 = 110.0;
/// A narrower head leaves out how old this is.
const NARROW: f32 = 560.0;
/// So many received bytes are shown one by one.
const MOST_BYTES: usize = 1024;

/// A fact, and what became of it since the stop before.
struct Shown {
    fact: Fact,
    change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Same,
    /// What it was.
    From(String),
    /// It was not given.
    New,
    /// It is not given any more; the fact holds what it was.
    NoMore,
}

pub fn socket_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let sockets = choice::sockets(view);
    if sockets.is_empty() {
        parts::caption(ui, theme, &say!(view.language, "socket.none"));
        return;
    }
    let whole = ui.available_rect_before_wrap();
    let list = whole.with_max_x(whole.left() + LIST.min(whole.width() / 3.0));
    let rest = whole.with_min_x(list.right() + GAP);
    let mut left = ui.new_child(UiBuilder::new().max_rect(list).id_salt("sockets"));
    let shown = choice::list_ui(&mut left, view, theme, &sockets);
    let mut right = ui.new_child(UiBuilder::new().max_rect(rest).id_salt("facts"));
    if let Some(socket) = shown.and_then(|index| sockets.get(index)) {
        told_ui(&mut right, view, theme, socket);
    }
    ui.advance_cursor_after_rect(whole);
}

/// All about one of them.
fn told_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, socket: &Socket) {
    ui.spacing_mut().item_spacing.y = 2.0;
    let before = before::before(ui, view, &socket.facts.host, socket.facts.key);
    let all = compared(view, socket, before.as_ref());
    let is_new = before.is_none_or(|before| before.facts.is_none());
    let changes = all.iter().filter(|it| it.change != Change::Same).count();
    let text = ui
        .horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
            let text = filter_ui(ui, view, theme);
            head_ui(ui, view, theme, socket, (changes, is_new));
            text
        })
        .inner;
    let wanted = text.trim().to_lowercase();
    let all: Vec<Shown> = all.into_iter().filter(|it| fits(it, &wanted)).collect();
    let body = ui.available_rect_before_wrap();
    let explained = body.with_min_y(body.bottom() - EXPLAINED - ABOVE);
    // In a low drawer the line lies over the table, and only while something is pointed at.
    let is_low = body.height() < LOW;
    let body = match is_low {
        true => body,
        false => body.with_max_y(explained.top() - 2.0),
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("table"));
    let mut pointed = None;
    let area = ScrollArea::vertical()
        .auto_shrink(false)
        .min_scrolled_height(0.0);
    area.id_salt((&socket.facts.host, socket.facts.key.0))
        .show(&mut child, |ui| {
            if all.is_empty() {
                let words = say!(view.language, "sockets.no_match", text = text.trim());
                parts::caption(ui, theme, &words);
            }
            pointed = table_ui(ui, view, theme, &all);
            if wanted.is_empty() {
                buffers_ui(ui, view, theme, socket);
            }
        });
    let pointed = pointed.and_then(|at| all.get(at));
    if pointed.is_some() || !is_low {
        explanation_ui(ui, view, theme, explained, pointed);
    }
}

/// Of now, each with what became of it; and what is no longer given, in its place.
fn compared(view: &View<'_>, socket: &Socket, before: Option<&Before>) -> Vec<Shown> {
    let language = view.language;
    let kernel = view.timeline.state().kernel.as_str();
    let told = |facts, buffers| Told {
        facts,
        buffers,
        kernel,
        wire: view.timeline.state().wire,
    };
    let buffers = socket.buffers.as_ref().map(|(_, buffers)| buffers);
    let now = facts::facts(language, told(&socket.facts, buffers));
    // Of a socket that is new, everything is: nothing stands out.
    let was = before.and_then(|before| {
        let of = told(before.facts.as_ref()?, before.buffers.as_ref());
        Some(facts::facts(language, of))
    });
    let Some(was) = was else {
        let same = |fact| Shown {
            fact,
            change: Change::Same,
        };
        return now.into_iter().map(same).collect();
    };
    let lost: Vec<Fact> = was
        .iter()
        .filter(|old| now.iter().all(|fact| fact.field != old.field))
        .cloned()
        .collect();
    let compare = |fact: Fact| {
        let old = was.iter().find(|old| old.field == fact.field);
        let change = match old {
            None => Change::New,
            Some(old) if old.value == fact.value => Change::Same,
            Some(old) => Change::From(old.value.clone()),
        };
        Shown { fact, change }
    };
    let mut all: Vec<Shown> = now.into_iter().map(compare).collect();
    all.extend(lost.into_iter().map(|fact| Shown {
        fact,
        change: Change::NoMore,
    }));
    all.sort_by_key(|it| it.fact.part as usize);
    all
}

fn fits(shown: &Shown, wanted: &str) -> bool {
    let fact = &shown.fact;
    let texts = [fact.name, &fact.value, fact.source];
    wanted.is_empty()
        || texts
            .iter()
            .any(|text| text.to_lowercase().contains(wanted))
}

/// The field and the button that clears it; what stands in it.
fn filter_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) -> String {
    let language = view.language;
    let id = Id::unique("filter of a socket's facts");
    let mut text = ui
        .data(|data| data.get_temp::<String>(id))
        .unwrap_or_default();
    let label = say!(language, "sockets.filter");
    let field = TextEdit::singleline(&mut text)
        .id(id.with("field"))
        .desired_width(FIELD)
        .margin(Margin::symmetric(6, 1))
        .min_size(vec2(0.0, CONTROL))
        .char_limit(64)
        .hint_text(say!(language, "sockets.filter_short").as_ref())
        .font(theme::text_font(theme::SMALL));
    let field = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(field.id, |node| node.set_label(label.as_ref()));
    field.on_hover_text(say!(language, "sockets.filter_hint"));
    let is_on = !text.is_empty();
    let hint = match is_on {
        true => say!(language, "sockets.clear_hint"),
        false => say!(language, "sockets.clear_off"),
    };
    let clear = Button {
        icon: Some(Icon::Cross),
        name: say!(language, "sockets.clear").into_owned(),
        hint: hint.into_owned(),
        is_on,
        height: CONTROL,
        ..Button::new("", theme)
    };
    if clear.show(ui, theme).clicked() {
        text.clear();
    }
    ui.data_mut(|data| data.insert_temp(id, text.clone()));
    text
}

/// How old this is, and how much of it is news.
fn head_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    socket: &Socket,
    (changes, is_new): (usize, bool),
) {
    let language = view.language;
    let age = match choice::gone_at(socket) {
        Some(time) => say!(language, "sockets.gone_facts", time = time),
        None => {
            let age = since(ui, view, socket.read_at_us);
            say!(language, "sockets.read", age = age)
        }
    };
    if socket.gone_at_us.is_some() || ui.max_rect().width() >= NARROW {
        parts::caption(ui, theme, &age);
    }
    let news = match (is_new, changes) {
        (true, _) => say!(language, "sockets.new"),
        (false, 0) => say!(language, "sockets.same"),
        (false, count) => say!(language, "sockets.changed", count = count),
    };
    if is_new || changes > 0 {
        let (rect, _) = ui.allocate_exact_size(vec2(10.0, 14.0), Sense::hover());
        cells::paint_change(ui.painter(), rect.center(), theme);
    }
    let news = RichText::new(news).font(theme::bold_font(theme::SMALL));
    ui.label(news.color(theme.text));
}

/// Gives the one that is pointed at.
fn table_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, all: &[Shown]) -> Option<usize> {
    let groups: Vec<Group> = Part::ALL
        .iter()
        .map(|part| Group {
            title: part.title(view.language),
            tone: theme.slate_tone(),
        })
        .collect();
    let cells: Vec<Cell> = all.iter().map(|shown| cell(view, theme, shown)).collect();
    match cells::table_ui(ui, theme, "socket facts", (&groups, &cells))? {
        Pointed::Cell(index) => Some(index),
        Pointed::Group(_) => None,
    }
}

fn cell(view: &View<'_>, theme: &Theme, shown: &Shown) -> Cell {
    let fact = &shown.fact;
    let value = value(view, shown);
    let remark = remark(view, shown);
    let said = remark.as_deref().map(|it| format!(" ({it})"));
    let group = Part::ALL.iter().position(|part| *part == fact.part);
    Cell {
        group: group.expect("all parts are there"),
        name: fact.name.to_owned(),
        label: format!(
            "{} = {value}{}. {} [{}]",
            fact.name,
            said.unwrap_or_default(),
            fact.meaning,
            fact.source
        ),
        value,
        value_colour: theme.text,
        meaning: fact.meaning.clone(),
        remark: remark.map(|words| (words, theme.wire)),
        is_faint: false,
        is_lit: false,
        source: fact.source.to_owned(),
        is_changed: shown.change != Change::Same,
    }
}

fn value(view: &View<'_>, shown: &Shown) -> String {
    match &shown.change {
        Change::NoMore => say!(view.language, "sockets.no_more").into_owned(),
        Change::Same | Change::From(_) | Change::New => shown.fact.value.clone(),
    }
}

fn remark(view: &View<'_>, shown: &Shown) -> Option<String> {
    let was = match &shown.change {
        Change::Same => return None,
        Change::New => return Some(say!(view.language, "sockets.was_absent").into_owned()),
        Change::From(was) => was,
        Change::NoMore => &shown.fact.value,
    };
    Some(say!(view.language, "sockets.was", value = was).into_owned())
}

/// What the one that is pointed at means, and where it was read.
fn explanation_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, rect: Rect, shown: Option<&Shown>) {
    let lines = shown.map_or(1, |shown| lines(ui, view, shown, rect.width()));
    // More than a line lies over the table for as long as it is read.
    let rect = rect.with_min_y(rect.bottom() - ABOVE - EXPLAINED * lines as f32);
    ui.painter().rect_filled(rect, 0, theme.panel);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("explained"));
    child
        .painter()
        .hline(rect.x_range(), rect.top(), theme.border_stroke());
    child.add_space(2.0);
    let Some(shown) = shown else {
        parts::caption(&mut child, theme, &say!(view.language, "sockets.point"));
        return;
    };
    let (value, remark) = (value(view, shown), remark(view, shown));
    let sentences = [
        (remark.as_deref().unwrap_or_default(), Ink::Source),
        (shown.fact.meaning.as_str(), Ink::Words),
        (shown.fact.source, Ink::Code),
    ];
    let tone = theme.slate_tone();
    let said = (shown.fact.name, value.as_str());
    cells::explanation_ui(&mut child, theme, tone, said, &sentences);
}

/// How many lines an explanation takes, rather too many than too few.
fn lines(ui: &Ui, view: &View<'_>, shown: &Shown, width: f32) -> usize {
    let fact = &shown.fact;
    let (value, remark) = (value(view, shown), remark(view, shown));
    let remark = remark.unwrap_or_default();
    let texts = [fact.name, &value, &remark, &fact.meaning, fact.source].join("    ");
    let font = theme::code_font(theme::SMALL);
    let galley = ui
        .painter()
        .layout_no_wrap(texts, font, theme::theme(view.look).text);
    (galley.size().x / width).ceil().clamp(1.0, 4.0) as usize
}

/// Why nobody could look into its buffers, or the bytes in them.
fn buffers_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, socket: &Socket) {
    let language = view.language;
    let Some((at_us, buffers)) = &socket.buffers else {
        let why = match (socket.facts.fd, socket.facts.state.as_str()) {
            (None, _) => say!(language, "buffer.none"),
            (Some(_), "LISTEN") => say!(language, "buffer.listener"),
            (Some(_), _) => say!(language, "buffer.unknown"),
        };
        parts::caption(ui, theme, &why);
        return;
    };
    let age = since(ui, view, *at_us);
    let title = say!(language, "buffer.title", age = age);
    parts::caption(ui, theme, &title).on_hover_text(say!(language, "buffer.hint"));
    received_ui(ui, view, theme, buffers);
}

/// What `recv` would find, as text where it is some, and as bytes.
fn received_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, buffers: &BufferFacts) {
    const PER_ROW: usize = 8;
    let bytes = &buffers.received.0;
    let code = |text: String, colour| {
        let text = RichText::new(text).font(theme::code_font(theme::SMALL));
        Label::new(text.color(colour))
    };
    let few = &bytes[..bytes.len().min(MOST_BYTES)];
    if let Some(text) = facts::as_text(bytes).filter(|_| few.len() == bytes.len()) {
        ui.add(code(text, theme.good).wrap());
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    for (row, bytes) in few.chunks(PER_ROW).enumerate() {
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let letters: String = bytes.iter().map(|byte| letter(*byte)).collect();
        let offset = row * PER_ROW;
        let hex = hex.join(" ");
        let line = format!("{offset:04x}  {hex:<23}  {letters}");
        ui.add(code(line, theme.text).extend());
    }
    if few.len() < bytes.len() {
        let count = bytes.len() - few.len();
        parts::caption(
            ui,
            theme,
            &say!(view.language, "sockets.more_bytes", count = count),
        );
    }
}

fn letter(byte: u8) -> char {
    if byte.is_ascii_graphic() {
        char::from(byte)
    } else {
        '·'
    }
}
