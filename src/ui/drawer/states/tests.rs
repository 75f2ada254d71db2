//! Where the words of the figure stand.

use eframe::egui::{self, Rect, Vec2, pos2, vec2};

use super::figure::{EDGES, NODES};
use super::labels::{self, Scene};
use super::path::{Path, Step};
use super::{Place, Walked};
use crate::lesson::Language;
use crate::session::Look;
use crate::ui::{fonts, theme};

/// The figure's room in the drawer of windows of 1280×720 and 1920×1080, with a lesson and without.
const ROOMS: [Vec2; 5] = [
    vec2(955.0, 142.0),
    vec2(955.0, 172.0),
    vec2(1250.0, 142.0),
    vec2(1500.0, 270.0),
    vec2(1890.0, 270.0),
];

/// The longest that really comes about there.
fn words(step: Option<(usize, usize)>) -> String {
    let opens = step.is_some_and(|(_, to)| NODES[to].name.starts_with("SYN-"));
    let words = match opens {
        true => "rcv SYN / snd SYN·ACK",
        false => "rcv FIN·ACK / snd ACK",
    };
    words.to_owned()
}

fn walked(from: usize, to: usize) -> Walked {
    let step = Step {
        from,
        to,
        at_us: 0,
        event: String::new(),
        action: String::new(),
    };
    Walked {
        name: "Server".to_owned(),
        tone: theme::theme(Look::Light).host_tone("server"),
        path: Path {
            steps: vec![step],
            now: to,
        },
        is_second: true,
        remark: None,
    }
}

#[test]
fn no_label_lies_on_another_one_or_on_a_state() {
    let ctx = egui::Context::default();
    ctx.set_fonts(fonts::definitions(Language::English));
    // Fonts are there from the second pass on.
    let mut first = ctx.run_ui(egui::RawInput::default(), |_| {});
    first.textures_delta.clear();
    let mut wrong = Vec::new();
    let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
        for room in ROOMS {
            let whole = Rect::from_min_size(pos2(0.0, 0.0), room);
            let place = Place::of(whole);
            let rects: Vec<Rect> = NODES.iter().map(|node| place.rect(ui, node)).collect();
            let steps = EDGES.iter().map(|edge| Some((edge.from, edge.to)));
            for step in steps.chain([None]) {
                let walked = step.map(|(from, to)| walked(from, to));
                let taken = labels::tags(&place, &rects, 96.0 * place.scale);
                let scene = Scene {
                    place: &place,
                    rects: &rects,
                    whole,
                    taken: &taken,
                };
                let newest = walked
                    .as_ref()
                    .map(|each| (each, &each.path.steps[0], words(step)));
                let theme = theme::theme(Look::Light);
                let laid = labels::laid(ui.painter(), theme, &scene, newest);
                assert!(laid.len() > 20, "{room:?} {step:?}: {}", laid.len());
                for (index, one) in laid.iter().enumerate() {
                    let on = |other: &Rect| one.rect.shrink(0.5).intersects(*other);
                    let others = laid[..index].iter().any(|other| on(&other.rect));
                    let tags = step.and_then(|(_, to)| taken.get(to)).is_some_and(on);
                    let outside = !whole.expand(0.5).contains_rect(one.rect);
                    if others || rects.iter().any(on) || tags || outside {
                        let step = step.map(|(from, to)| (NODES[from].name, NODES[to].name));
                        let why = (others, tags, outside);
                        wrong.push(format!("{room:?} {step:?} {}: {why:?}", one.text()));
                    }
                }
            }
        }
    });
    output.textures_delta.clear();
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}
