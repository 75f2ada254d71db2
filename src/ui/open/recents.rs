//! What was recorded, opened or saved lately: a row each, to be opened again.
//!
//! In: the desk's recents. Out: commands. Tab comes to every row, and Enter opens it.

use eframe::egui::{CursorIcon, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::lesson::Language;
use crate::session::{Command, Open, Recent, RecentKind, View};
use crate::ui::parts::{self, Icon};
use crate::ui::saved::file_name;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const ROW: f32 = 30.0;

pub fn recents_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    parts::caption(ui, theme, &say!(language, "recent.title"));
    let recents = &view.desk.opening.recents;
    if recents.is_empty() {
        super::line_ui(ui, &say!(language, "recent.none"), theme.faint);
    }
    ui.spacing_mut().item_spacing.y = 3.0;
    for recent in recents.iter() {
        row_ui(ui, view, theme, recent, commands);
    }
}

fn row_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    recent: &Recent,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let is_missing = recent.kind == RecentKind::Missing;
    let sense = if is_missing {
        Sense::hover()
    } else {
        Sense::click()
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), sense);
    let painter = ui.painter();
    let edge = Stroke::new(1.0, theme.border);
    let fill = if response.hovered() && !is_missing {
        theme.trough
    } else {
        theme.panel
    };
    painter.rect(rect, theme::CONTROL_RADIUS, fill, edge, StrokeKind::Inside);
    let (icon, ink) = match recent.kind {
        RecentKind::Run { .. } => (Icon::Clock, theme.wire),
        RecentKind::Capture => (Icon::Down, theme.text),
        RecentKind::Missing => (Icon::Cross, theme.muted),
    };
    let centre = pos2(rect.left() + 15.0, rect.center().y);
    parts::paint_icon(painter, icon, centre, 13.0, ink);
    let (title, about) = (title(view, recent), about(language, recent));
    let ink = if is_missing { theme.muted } else { theme.text };
    let right = painter.layout_no_wrap(about.clone(), theme::text_font(theme::SMALL), theme.muted);
    let room = rect.width() - right.size().x - 52.0;
    let font = theme::text_font(theme::TEXT);
    let left = parts::cut(painter, &title, font, ink, room);
    let y = |galley: &eframe::egui::Galley| rect.center().y - galley.size().y / 2.0;
    let places = (
        pos2(rect.left() + 30.0, y(&left)),
        pos2(rect.right() - right.size().x - 10.0, y(&right)),
    );
    painter.galley(places.0, left, ink);
    painter.galley(places.1, right, theme.muted);
    parts::focus_ring(ui, theme, &response, rect);
    let name = say!(language, "recent.open", title = title, about = about);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, !is_missing, &name));
    let hint = match is_missing {
        true => say!(
            language,
            "recent.missing_hint",
            path = recent.path.display()
        ),
        false => say!(language, "recent.hint", path = recent.path.display()),
    };
    let cursor = if is_missing {
        CursorIcon::Default
    } else {
        CursorIcon::PointingHand
    };
    let response = response.on_hover_text(hint).on_hover_cursor(cursor);
    if response.clicked() {
        let path = recent.path.clone();
        let program = None;
        commands.push(Command::Open(Open::File { path, program }));
    }
}

/// The lesson and its try; or else the programs, or the file.
fn title(view: &View<'_>, recent: &Recent) -> String {
    let language = view.language;
    let RecentKind::Run {
        lesson,
        attempt,
        programs,
        ..
    } = &recent.kind
    else {
        return file_name(&recent.path);
    };
    let entry = lesson.as_deref().and_then(|id| view.desk.shelf.find(id));
    let titled = entry.and_then(|entry| Some((entry.number, entry.titles(language)?)));
    let title = match (titled, lesson) {
        (Some((number, titles)), _) => format!("{number:02}  {}", titles.title),
        (None, Some(id)) => id.clone(),
        (None, None) if programs.is_empty() => file_name(&recent.path),
        (None, None) => programs.join(", "),
    };
    match attempt {
        Some(attempt) => format!("{title} · {attempt}"),
        None => title,
    }
}

/// How long it was, and how long ago.
fn about(language: Language, recent: &Recent) -> String {
    let lasted = match &recent.kind {
        RecentKind::Run { lasted_us, .. } => *lasted_us,
        RecentKind::Capture => None,
        RecentKind::Missing => return say!(language, "recent.missing").into_owned(),
    };
    let lasted = lasted.map(|us| {
        let seconds = format!("{:.1}", us as f64 / 1e6);
        say!(language, "recent.lasted", seconds = seconds).into_owned()
    });
    let age = recent.age_s.map(|seconds| age(language, seconds));
    let both: Vec<String> = lasted.into_iter().chain(age).collect();
    both.join(" · ")
}

fn age(language: Language, seconds: u64) -> String {
    match seconds {
        0..60 => say!(language, "recent.now"),
        60..3_600 => say!(language, "recent.minutes", count = seconds / 60),
        3_600..86_400 => say!(language, "recent.hours", count = seconds / 3_600),
        _ => say!(language, "recent.days", count = seconds / 86_400),
    }
    .into_owned()
}
