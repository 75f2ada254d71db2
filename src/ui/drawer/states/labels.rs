//! The words beside the edges of the figure: the RFC's, and at the newest step what really caused
//! it, in that end's colour, instead of the RFC's.
//!
//! In: the figure's place and the ways taken. Out: labels painted where they cover nothing.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Align, Color32, FontId, Galley, Id, Painter, Pos2, Rect, Ui, Vec2, pos2, vec2};

use super::figure::{self, EDGES, Edge, Label, NODES};
use super::places::{self, Around, Found, Want};
use super::{Place, Step, Walked, line};
use crate::ui::theme::{self, Theme};

/// One label with its place.
pub struct Laid {
    pub rect: Rect,
    galley: Arc<Galley>,
    ground: Color32,
    ink: Color32,
}

#[cfg(test)]
impl Laid {
    pub fn text(&self) -> &str {
        self.galley.text()
    }
}

/// What must stay free besides the boxes of the states.
pub struct Scene<'a> {
    pub place: &'a Place,
    pub rects: &'a [Rect],
    pub whole: Rect,
    /// Hosts' names, remarks.
    pub taken: &'a [Rect],
}

pub fn labels_ui(
    ui: &Ui,
    theme: &Theme,
    scene: &Scene<'_>,
    newest: Option<(&Walked, &Step, String)>,
) {
    for laid in laid(ui.painter(), theme, scene, newest) {
        let ground = laid.rect.expand2(vec2(2.0, -1.5));
        ui.painter().rect_filled(ground, 3, laid.ground);
        let at = pos2(laid.rect.center().x, laid.rect.top());
        ui.painter().galley(at, laid.galley, laid.ink);
    }
}

/// All labels; those that the newest one would cover are left out.
pub fn laid(
    painter: &Painter,
    theme: &Theme,
    scene: &Scene<'_>,
    newest: Option<(&Walked, &Step, String)>,
) -> Vec<Laid> {
    let at = (scene.place, scene.rects);
    let lines: Vec<[Pos2; 2]> = EDGES.iter().map(|it| line(at, it.from, it.to)).collect();
    let boxes: Vec<Rect> = scene.rects.iter().chain(scene.taken).copied().collect();
    let around = Around {
        bounds: scene.whole,
        boxes: &boxes,
        lines: &lines,
    };
    let (mut owners, mut wants, mut galleys) = (Vec::new(), Vec::new(), Vec::new());
    for (edge, line) in EDGES.iter().zip(&lines) {
        for (texts, middle) in parts(edge, *line, scene.place.scale) {
            let font = scene.place.font();
            let own = texts.map(|text| galley(painter, &text, font.clone(), theme.muted));
            let own: Vec<Arc<Galley>> = own.into_iter().collect();
            wants.push(Want {
                line: *line,
                sizes: own.iter().map(|it| it.size()).collect(),
                middle,
            });
            galleys.push(own);
            owners.push((edge.from, edge.to));
        }
    }
    let found = kept(painter, &wants, &around);
    let newest = newest.map(|newest| newest_laid(painter, theme, scene, &around, newest));
    let own = newest.as_ref().map(|(_, own)| *own);
    let newest = newest.map(|(laid, _)| laid);
    let plain = found.into_iter().zip(galleys).zip(owners);
    let plain = plain.filter(|((found, _), owner)| {
        let is_free = |newest: &Laid| !newest.rect.expand2(vec2(2.0, 0.0)).intersects(found.rect);
        own != Some(*owner) && newest.as_ref().is_none_or(is_free)
    });
    let plain = plain.map(|((found, mut galleys), _)| Laid {
        rect: found.rect,
        galley: galleys.swap_remove(found.size),
        ground: theme.panel,
        ink: theme.muted,
    });
    let mut all: Vec<Laid> = plain.collect();
    all.extend(newest);
    all
}

/// The places follow from the boxes: while these stay, nothing is looked for again.
fn kept(painter: &Painter, wants: &[Want], around: &Around<'_>) -> Vec<Found> {
    type Kept = (Vec<Rect>, Vec<Found>);
    let id = Id::unique("places of the figure's labels");
    let before = painter.ctx().data(|data| data.get_temp::<Kept>(id));
    if let Some((_, found)) = before.filter(|(boxes, _)| boxes == around.boxes) {
        return found;
    }
    let found = places::places(wants, around);
    let kept: Kept = (around.boxes.to_vec(), found.clone());
    painter.ctx().data_mut(|data| data.insert_temp(id, kept));
    found
}

/// The newest step's words, on its edge, in its end's colour.
fn newest_laid(
    painter: &Painter,
    theme: &Theme,
    scene: &Scene<'_>,
    around: &Around<'_>,
    (whose, step, words): (&Walked, &Step, String),
) -> (Laid, (usize, usize)) {
    let line = line((scene.place, scene.rects), step.from, step.to);
    let label = figure::edge_of(step.from, step.to).map_or(Label::Above, |edge| edge.label);
    let font = theme::bold_font(theme::TINY * scene.place.scale);
    let texts = [words.replace(" / ", "\n"), words];
    let count = texts[0].lines().count();
    let galleys = texts.map(|text| galley(painter, &text, font.clone(), theme.on_strong));
    let want = Want {
        line,
        sizes: galleys.iter().map(|it| it.size()).collect(),
        middle: line[0].lerp(line[1], 0.5) + aside(label, count) * scene.place.scale,
    };
    let Found { size, rect } = places::place(&want, around, &[]);
    let [tall, wide] = galleys;
    let laid = Laid {
        rect,
        galley: if size == 0 { tall } else { wide },
        ground: whose.tone.strong,
        ink: theme.on_strong,
    };
    (laid, (step.from, step.to))
}

/// The labels of an edge, each in two lines and in one, and where it stands best.
fn parts(edge: &Edge, [start, end]: [Pos2; 2], scale: f32) -> Vec<([String; 2], Pos2)> {
    let lines = [edge.event, edge.action];
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let middle = start.lerp(end, 0.5);
    match edge.label {
        _ if lines.is_empty() => Vec::new(),
        Label::Around => {
            let half = vec2(0.0, 10.0 * scale);
            let places = [middle - half, middle + half];
            let parts = lines.into_iter().zip(places);
            let both = |text: &str| [text.to_owned(), text.to_owned()];
            parts.map(|(text, at)| (both(text), at)).collect()
        }
        Label::Above | Label::Below | Label::Aside(..) => {
            let place = middle + aside(edge.label, lines.len()) * scale;
            vec![([lines.join("\n"), lines.join(" ")], place)]
        }
    }
}

/// How far from the middle of its edge a label of so many lines stands.
fn aside(label: Label, lines: usize) -> Vec2 {
    let up = lines as f32 * 7.0 + 2.0;
    match label {
        Label::Around | Label::Above => vec2(0.0, -up),
        Label::Below => vec2(0.0, up),
        Label::Aside(x, y) => vec2(x, y),
    }
}

fn galley(painter: &Painter, text: &str, font: FontId, ink: Color32) -> Arc<Galley> {
    let mut job = LayoutJob {
        halign: Align::Center,
        ..LayoutJob::default()
    };
    job.append(text, 0.0, TextFormat::simple(font, ink));
    painter.layout_job(job)
}

/// Where the hosts' names may stand at the states: kept free whether they are there or not, so
/// that no label moves as they come and go.
pub fn tags(place: &Place, rects: &[Rect], width: f32) -> Vec<Rect> {
    let height = 15.0 * place.scale;
    let nodes = NODES.iter().zip(rects);
    nodes
        .map(|(node, rect)| {
            let y = match node.is_low() {
                true => rect.bottom() + height / 2.0,
                false => rect.top() - height / 2.0,
            };
            let width = width.max(rect.width());
            Rect::from_center_size(pos2(rect.center().x, y), vec2(width, height))
        })
        .collect()
}
