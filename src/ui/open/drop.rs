//! Files that are dropped on the window.
//!
//! In: what hovers over the window, and what was dropped. Out: commands: each file becomes the
//! program whose card it fell on or whose name it bears; where neither tells, the panel asks.

use std::path::{Path, PathBuf};

use eframe::egui::{Area, Context, Event, Frame, Id, Label, Margin, Order, RichText, Vec2, vec2};

use super::path_id;
use crate::session::{Command, Open, View};
use crate::trace::Name;
use crate::ui::host::editor;
use crate::ui::text::{host_word, say};
use crate::ui::theme;

/// So many files are looked at: there are not more programs than this.
const MOST: usize = 64;

pub fn drop_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let (hovering, dropped) = ctx.input(|input| {
        let paths = input.raw.hovered_files.iter().map(|file| file.path.clone());
        let hovering: Vec<Option<PathBuf>> = paths.take(MOST).collect();
        let paths = input.raw.dropped_files.iter();
        let dropped = paths.map(|file| file.path().to_owned());
        (hovering, dropped.take(MOST).collect::<Vec<PathBuf>>())
    });
    let names: Vec<&Name> = view.desk.drafts.names().collect();
    if !dropped.is_empty() {
        take(ctx, &names, dropped, commands);
    } else if !hovering.is_empty() {
        hover_ui(ctx, view, &names, &hovering);
    }
}

/// Which program each file shall be.
fn take(ctx: &Context, names: &[&Name], dropped: Vec<PathBuf>, commands: &mut Vec<Command>) {
    // One file may be anything. Of several, a run or a capture is opened alone.
    let told = dropped.iter().find(|path| is_told_by_name(path));
    if let Some(path) = told.or(dropped.first().filter(|_| dropped.len() == 1)) {
        let card = card_below(ctx, names);
        let program = card.or_else(|| meant(names, path)).cloned();
        if program.is_none() {
            let path = path.to_string_lossy().into_owned();
            ctx.data_mut(|data| data.insert_temp(path_id(), path));
        }
        let path = path.clone();
        return commands.push(Command::Open(Open::File { path, program }));
    }
    let mut taken: Vec<(Name, PathBuf)> = Vec::new();
    let mut left = Vec::new();
    for path in dropped {
        let name = meant(names, &path);
        match name.filter(|name| !taken.iter().any(|(other, _)| other == *name)) {
            Some(name) => taken.push((name.clone(), path)),
            None => left.push(path),
        }
    }
    if let Some(path) = left.into_iter().next() {
        let path = path.to_string_lossy().into_owned();
        ctx.data_mut(|data| data.insert_temp(path_id(), path));
        commands.push(Command::Open(Open::As(None)));
    }
    if !taken.is_empty() {
        commands.push(Command::Open(Open::Files(taken)));
    }
}

/// Among several files only the names tell.
fn is_told_by_name(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("jsonl" | "pcap" | "pcapng" | "cap"))
}

/// Most desktops do not say where files hover; the pointer is known only once it has moved.
fn card_below<'a>(ctx: &Context, names: &[&'a Name]) -> Option<&'a Name> {
    let place = ctx.input(|input| {
        let mut events = input.events.iter().rev();
        events.find_map(|event| match event {
            Event::PointerMoved(place) => Some(*place),
            _ => None,
        })
    })?;
    editor::card_at(ctx, names.iter().copied(), place)
}

/// By its name: `server.py`, `my_client2.py`. With one program there is no question.
fn meant<'a>(names: &[&'a Name], path: &Path) -> Option<&'a Name> {
    if let [only] = names {
        return Some(only);
    }
    let file = path.file_stem()?.to_string_lossy().to_lowercase();
    let in_it = |name: &&&'a Name| file.contains(&name.to_lowercase());
    // `client12` is in it, and so is `client1`.
    let longest = names.iter().filter(in_it).max_by_key(|name| name.len());
    let kind = |name: &&&'a Name| {
        let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
        file.contains(&kind.to_lowercase())
    };
    longest.or_else(|| names.iter().find(kind)).copied()
}

/// Says where each file will go, before it is let go.
fn hover_ui(ctx: &Context, view: &View<'_>, names: &[&Name], hovering: &[Option<PathBuf>]) {
    let theme = theme::theme(view.look);
    let language = view.language;
    let window = ctx.content_rect();
    let area = Area::new(Id::unique("files over the window"))
        .order(Order::Foreground)
        .fixed_pos(window.min)
        .interactable(false);
    area.show(ctx, |ui| {
        ui.painter().rect_filled(window, 0, theme.veil);
        let room = vec2(window.width(), window.height() * 0.35);
        ui.allocate_space(room);
        ui.vertical_centered(|ui| {
            let frame = Frame::new()
                .fill(theme.card)
                .stroke(theme.outline_stroke())
                .corner_radius(theme::CARD_RADIUS)
                .inner_margin(Margin::symmetric(24, 16));
            frame.show(ui, |ui| {
                ui.spacing_mut().item_spacing = Vec2::splat(6.0);
                ui.set_max_width(420.0);
                let title = RichText::new(say!(language, "open.drop_title"));
                let title = title.font(theme::bold_font(theme::HEADING));
                ui.add(Label::new(title.color(theme.text)).wrap());
                for path in hovering {
                    let name = path.as_deref().and_then(|path| meant(names, path));
                    let file = path.as_deref().and_then(Path::file_name);
                    let file = file.unwrap_or_default().to_string_lossy();
                    let is_told = path.as_deref().is_some_and(is_told_by_name);
                    let words = match name {
                        _ if is_told => say!(language, "open.drop_shows", file = file),
                        Some(name) => {
                            let title = host_word(language, view.timeline.newest(), name);
                            say!(language, "open.drop_as", file = file, program = title)
                        }
                        None => say!(language, "open.drop_asks", file = file),
                    };
                    let words = RichText::new(words).font(theme::text_font(theme::TEXT));
                    ui.add(Label::new(words.color(theme.text)).wrap());
                }
                let anew = RichText::new(say!(language, "open.drop_anew"));
                let anew = anew.font(theme::text_font(theme::SMALL));
                ui.add(Label::new(anew.color(theme.muted)).wrap());
            });
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_program_whose_name_it_bears() {
        let names: Vec<Name> = ["server", "client1", "client12"]
            .map(str::to_owned)
            .to_vec();
        let names: Vec<&Name> = names.iter().collect();
        let check = |path: &str, expected: Option<&str>| {
            let meant = meant(&names, Path::new(path)).map(String::as_str);
            assert_eq!(meant, expected, "{path}");
        };
        check("/a/server.py", Some("server"));
        check("my_Server_v2.py", Some("server"));
        check("client12.py", Some("client12"));
        check("client1.py", Some("client1"));
        check("client.py", Some("client1"));
        check("echo.py", None);
        check("/", None);
    }
}
