//! No word is cut off and none stands on another: in every scene, language and size.
//!
//! Looks at what was painted, row by row of each text. What an opaque box covers is hidden, not
//! in the way. Exceptions, because they scroll: code may end at its card's right edge; what is
//! in a scroll area may be cut at the area's upper and lower edge; a ladder of many hosts at its
//! sides.

use eframe::egui::epaint::{ClippedShape, RectShape, TextShape};
use eframe::egui::{FontFamily, Rect, Shape, vec2};
use egui_kittest::Harness;
use sockstep::lesson::Language;
use sockstep::session::Look;

use super::looks::{self, PROJECTOR};
use super::pictures::SCENES;
use super::stage::{Stage, harness};

/// A row of painted text.
#[derive(Clone, Debug)]
struct Row {
    text: String,
    /// Where its letters are; without the air above and below.
    rect: Rect,
    clip: Rect,
    is_code: bool,
    /// How many opaque boxes were painted before it.
    boxes: usize,
}

/// What was painted: rows, and the opaque boxes that hide what is under them.
#[derive(Default)]
struct Painted {
    rows: Vec<Row>,
    boxes: Vec<Rect>,
}

impl Row {
    fn seen(&self) -> Rect {
        self.rect.intersect(self.clip)
    }
}

fn painted(harness: &Harness<'_>) -> Painted {
    let screen = harness.ctx.content_rect();
    let mut painted = Painted::default();
    for ClippedShape {
        clip_rect, shape, ..
    } in &harness.output().shapes
    {
        painted.look_at(shape, clip_rect.intersect(screen));
    }
    painted
}

impl Painted {
    fn look_at(&mut self, shape: &Shape, clip: Rect) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.look_at(shape, clip)),
            Shape::Text(text) => self.rows.extend(rows_of(text, clip, self.boxes.len())),
            Shape::Rect(RectShape { rect, fill, .. }) if fill.is_opaque() => {
                self.boxes.push(rect.intersect(clip));
            }
            // Circles, lines and meshes cover no word.
            _ => {}
        }
    }

    /// Whether a box that was painted after so many lies there.
    fn is_covered(&self, after: usize, until: usize, rect: Rect) -> bool {
        let mut boxes = self.boxes[after..until].iter();
        boxes.any(|each| each.contains(rect.center()))
    }
}

fn rows_of(text: &TextShape, clip: Rect, boxes: usize) -> Vec<Row> {
    if text.angle != 0.0 {
        return Vec::new(); // a handle's name, turned
    }
    let sections = &text.galley.job.sections;
    let is_code = sections
        .iter()
        .any(|section| section.format.font_id.family == FontFamily::Monospace);
    let rows = text.galley.rows.iter().map(|row| {
        let mut rect = row.rect().translate(text.pos.to_vec2());
        // What begins behind other words of its line starts with a gap for them.
        let glyphs = row
            .row
            .glyphs
            .iter()
            .filter(|glyph| !glyph.chr.is_whitespace());
        let mut glyphs = glyphs.map(|glyph| glyph.pos.x);
        let right = rect.right();
        if let Some(first) = glyphs.next() {
            rect.set_left((text.pos.x + row.pos.x + first).min(right));
        }
        let text = row.row.text();
        // A dot of the hex view is as wide as a hanzi, and most of that is air.
        let beside = if text == "·" { 0.3 } else { 0.0 };
        let air = vec2(rect.width() * beside, rect.height() * 0.22);
        Row {
            text,
            rect: rect.shrink2(air),
            clip,
            is_code,
            boxes,
        }
    });
    let is_seen = |row: &Row| !row.text.trim().is_empty() && row.seen().is_positive();
    rows.filter(is_seen).collect()
}

/// Words that are cut off at a side, and words that stand on others.
fn faults(painted: &Painted, bars: [Rect; 2], scrolls_sideways: bool) -> Vec<String> {
    const SLACK: f32 = 1.5;
    let all = painted.boxes.len();
    let mut faults = Vec::new();
    for row in &painted.rows {
        if painted.is_covered(row.boxes, all, row.seen()) {
            continue;
        }
        let is_cut_at_side = row.rect.left() < row.clip.left() - SLACK
            || row.rect.right() > row.clip.right() + SLACK;
        let is_in_bar = bars.iter().any(|bar| bar.contains_rect(row.clip));
        let is_cut_above = row.rect.top() < row.clip.top() - SLACK
            || row.rect.bottom() > row.clip.bottom() + SLACK;
        if is_cut_at_side && !row.is_code && !scrolls_sideways {
            let (text, rect, clip) = (&row.text, row.rect, row.clip);
            faults.push(format!("cut at a side: {text:?} {rect:?} in {clip:?}"));
        }
        if is_in_bar && is_cut_above {
            faults.push(format!("cut above or below: {:?}", row.text));
        }
    }
    for (index, one) in painted.rows.iter().enumerate() {
        for other in &painted.rows[index + 1..] {
            let both = one.seen().intersect(other.seen());
            if both.width() <= 2.5 || both.height() <= 2.5 {
                continue;
            }
            // The same word twice in the same place is one word.
            let is_same = one.text == other.text && one.rect.contains(other.rect.center());
            let is_hidden = painted.is_covered(one.boxes, other.boxes, both)
                || painted.is_covered(other.boxes, all, both);
            if !is_same && !is_hidden {
                faults.push(format!(
                    "{:?} stands on {:?}: {:?} {:?}",
                    other.text, one.text, other.rect, one.rect
                ));
            }
        }
    }
    faults
}

/// Top bar and transport: nothing scrolls there.
fn bars(harness: &Harness<'_>) -> [Rect; 2] {
    let screen = harness.ctx.content_rect();
    let (mut top, mut bottom) = (screen, screen);
    top.set_height(44.0);
    bottom.set_top(screen.bottom() - 76.0);
    [top, bottom]
}

/// What is wrong with what the window shows now, with so many hosts on its stage.
pub fn faults_of(harness: &Harness<'_>, hosts: usize) -> Vec<String> {
    faults(&painted(harness), bars(harness), hosts > 2)
}

fn check(stage: Stage, name: &str, size: [f32; 2]) -> Vec<String> {
    let language = stage.language;
    let hosts = stage.story.timeline.state().host_order.len();
    let (harness, _) = harness(stage, size);
    let faults = faults_of(&harness, hosts);
    let with_place = |fault| format!("{name} {language:?} {}: {fault}", size[0]);
    faults.into_iter().map(with_place).collect()
}

#[test]
fn no_word_is_cut_off_or_covered_in_any_scene() {
    let only = std::env::var("SOCKSTEP_ONLY").unwrap_or_default();
    let mut bad = Vec::new();
    for (name, scene) in SCENES {
        for (language, size) in [
            (Language::Chinese, PROJECTOR),
            (Language::English, PROJECTOR),
            (Language::English, [960.0, 600.0]),
            (Language::Chinese, [1280.0, 720.0]),
            (Language::English, [1280.0, 720.0]),
        ] {
            if name.contains(&only) {
                let stage = Stage::new(scene(), language, Look::Light);
                bad.extend(check(stage, name, size));
            }
        }
    }
    assert!(bad.is_empty(), "{}\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn no_word_is_cut_off_or_covered_while_presenting_or_under_an_overlay() {
    let mut bad = Vec::new();
    for (name, case) in looks::CASES {
        for language in [Language::Chinese, Language::English] {
            for size in [PROJECTOR, [1024.0, 576.0], [1280.0, 720.0]] {
                let mut stage = Stage::new(super::scenes::syn_ack_held(), language, Look::Light);
                case(&mut stage);
                bad.extend(check(stage, name, size));
            }
        }
    }
    assert!(bad.is_empty(), "{}\n{}", bad.len(), bad.join("\n"));
}
