//! The key caps: each one that is painted on a button in any scene is a key of the help, and
//! pressing it asks for what the button asks for; and each key of the help does something.

use std::collections::BTreeSet;

use eframe::egui::epaint::RectShape;
use eframe::egui::{Color32, FontFamily, Key, Modifiers, Pos2, Rect, Shape};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use sockstep::lesson::Language;
use sockstep::session::{Command, Look, Overlay, Setting};

use super::pictures::{SCENES, staged};
use super::stage::{Stage, harness};
use super::{looks, scenes};

const SIZE: [f32; 2] = [1280.0, 720.0];

/// What is printed on a key, and the key.
fn key_of(cap: &str) -> Option<(Modifiers, Key)> {
    let (modifiers, name) = match cap.strip_prefix("Ctrl ") {
        Some(name) => (Modifiers::CTRL, name),
        None => (Modifiers::NONE, cap),
    };
    let key = match name {
        "→" => Key::ArrowRight,
        "←" => Key::ArrowLeft,
        "PgDn" => Key::PageDown,
        "PgUp" => Key::PageUp,
        "Esc" => Key::Escape,
        "⏎" => Key::Enter,
        "+" => Key::Plus,
        "−" => Key::Minus,
        name => Key::from_name(name)?,
    };
    Some((modifiers, key))
}

/// A small frame with a word in it, and where.
fn caps(harness: &Harness<'_>) -> Vec<(String, Pos2)> {
    fn look(shape: &Shape, clip: Rect, before: &mut Option<Rect>, caps: &mut Vec<(String, Pos2)>) {
        match shape {
            Shape::Vec(shapes) => {
                let each = shapes.iter();
                each.for_each(|shape| look(shape, clip, before, caps));
            }
            Shape::Rect(RectShape {
                rect, fill, stroke, ..
            }) => {
                let is_frame = *fill == Color32::TRANSPARENT
                    && stroke.width == 1.0
                    && rect.height() == 18.0
                    && clip.contains(rect.center());
                *before = is_frame.then_some(*rect);
            }
            Shape::Text(text) => {
                let centre = text.visual_bounding_rect().center();
                let sections = &text.galley.job.sections;
                let is_code = sections
                    .iter()
                    .all(|section| section.format.font_id.family == FontFamily::Monospace);
                if let Some(frame) = before.take()
                    && is_code
                    && frame.contains(centre)
                {
                    caps.push((text.galley.job.text.clone(), frame.center()));
                }
            }
            _ => *before = None,
        }
    }
    let (mut before, mut caps) = (None, Vec::new());
    for clipped in &harness.output().shapes {
        look(&clipped.shape, clipped.clip_rect, &mut before, &mut caps);
    }
    caps
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Capped {
    cap: String,
    button: String,
    /// Why it is off.
    off: Option<String>,
}

/// The buttons with a cap on them. A button below an overlay is not meant.
fn capped(harness: &Harness<'_>) -> Vec<(Capped, Pos2)> {
    let root = harness.root();
    let found = caps(harness).into_iter().filter_map(|(cap, at)| {
        let buttons = root.children_recursive().filter_map(|node| {
            let node = node.accesskit_node();
            let bounds = node.bounding_box()?;
            let is_there = bounds.contains(eframe::egui::accesskit::Point {
                x: f64::from(at.x),
                y: f64::from(at.y),
            });
            let is_button = node.role() == eframe::egui::accesskit::Role::Button;
            (is_there && is_button && bounds.height() < 60.0).then(|| Capped {
                cap: cap.clone(),
                button: node.label().unwrap_or_default(),
                off: node
                    .is_disabled()
                    .then(|| node.description().unwrap_or_default()),
            })
        });
        Some((buttons.last()?, at))
    });
    found.collect()
}

fn press(stage: Stage, cap: &str) -> Vec<Command> {
    let (modifiers, key) = key_of(cap).unwrap_or_else(|| panic!("no such key: {cap}"));
    let (mut harness, stage) = harness(stage, SIZE);
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(2);
    stage.borrow_mut().commands.split_off(0)
}

fn click(stage: Stage, at: Pos2) -> Vec<Command> {
    let (mut harness, stage) = harness(stage, SIZE);
    harness.hover_at(at);
    harness.run_steps(1);
    for pressed in [true, false] {
        harness.event(eframe::egui::Event::PointerButton {
            pos: at,
            button: eframe::egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        harness.run_steps(1);
    }
    harness.run_steps(1);
    stage.borrow_mut().commands.split_off(0)
}

/// Each scene, and what can lie over one.
fn each_stage(mut look: impl FnMut(&str, &dyn Fn() -> Stage)) {
    // In a field that waits for a line or a path, keys type.
    let types = ["asking", "opening"];
    for (name, scene) in SCENES.into_iter().filter(|(name, _)| !types.contains(name)) {
        look(name, &|| {
            staged(name, scene(), Language::English, Look::Light)
        });
    }
    for (name, case) in looks::CASES {
        look(name, &|| {
            let mut stage = Stage::new(scenes::syn_ack_held(), Language::English, Look::Light);
            case(&mut stage);
            stage
        });
    }
}

/// The caps of the help.
fn helped() -> BTreeSet<String> {
    let mut stage = Stage::new(scenes::start(), Language::English, Look::Light);
    stage.desk.show(Some(Overlay::Keys));
    let (harness, _) = harness(stage, [1280.0, 1600.0]);
    caps(&harness).into_iter().map(|(cap, _)| cap).collect()
}

#[test]
fn a_cap_on_a_button_is_a_key_of_the_help_that_does_what_the_button_does() {
    let helped = helped();
    assert!(helped.len() > 40, "{helped:?}");
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    each_stage(|name, stage| {
        let (harness, _) = harness(stage(), SIZE);
        for (each, at) in capped(&harness) {
            // The editor's own, while one types.
            let is_own = each.cap == "Ctrl ⏎";
            if !is_own && !helped.contains(&each.cap) {
                wrong.push(format!("{name}: {each:?} is not in the help"));
            }
            if is_own || !seen.insert(each.clone()) {
                continue;
            }
            let mut by_key = press(stage(), &each.cap);
            // The tour's button has the focus, and is pressed by the same key: twice the same.
            by_key.dedup();
            let wanted = match &each.off {
                Some(reason) => vec![Command::Explain(reason.clone())],
                None => click(stage(), at),
            };
            if by_key != wanted {
                wrong.push(format!("{name}: {each:?}: {by_key:?}, not {wanted:?}"));
            }
        }
    });
    assert!(seen.len() > 20, "{seen:#?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_key_of_the_help_does_something_or_says_why_not() {
    // What they do, a window system or a popup does, or the focus: no command.
    let without_command = ["F6", "Ctrl Q", "H", "G", "E"];
    for cap in helped() {
        let mut stage = Stage::new(scenes::syn_ack_held(), Language::English, Look::Light);
        if cap == "Esc" {
            stage.desk.settings.set(Setting::Presents(true));
        }
        let asked = press(stage, &cap);
        if !without_command.contains(&cap.as_str()) {
            assert_eq!(asked.len(), 1, "{cap}: {asked:?}");
        }
    }
}
