//! Nothing that can be clicked or typed into is nameless, and nothing is off without a reason,
//! in any scene, under any overlay, in either language.

use eframe::egui;
use eframe::egui::accesskit::{Action, Role};
use egui_kittest::kittest::NodeT;
use egui_kittest::{Harness, Node};
use sockstep::lesson::Language;
use sockstep::session::{Look, Overlay, Setting};

use super::pictures::{SCENES, staged};
use super::scenes;
use super::stage::{Stage, harness};

const LARGE: [f32; 2] = [1920.0, 1080.0];
const SMALLEST: [f32; 2] = [960.0, 600.0];
const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];

/// What a reader would be told too little of.
fn problems(harness: &Harness<'_>) -> Vec<String> {
    let root = harness.root();
    let nodes = root.children_recursive();
    nodes.filter_map(|node| problem(&node)).collect()
}

fn problem(node: &Node<'_>) -> Option<String> {
    let node = node.accesskit_node();
    let data = node.data();
    let is_reachable = [Action::Click, Action::Focus]
        .into_iter()
        .any(|action| data.supports_action(action));
    let role = node.role();
    // The toolkit's own, with a role that tells all; readers pass over them.
    let is_furniture = [Role::Splitter, Role::ScrollBar].contains(&role);
    if is_furniture || !is_reachable && !is_control(role) {
        return None;
    }
    let name = node.label().unwrap_or_default();
    let at = node.bounding_box().map(|b| (b.x0, b.y0, b.x1, b.y1));
    if !is_control(role) && role != Role::Label {
        return Some(format!(
            "{name:?} at {at:?} is reachable, but what is a {role:?}?"
        ));
    }
    let says = |text: &str| text.chars().any(char::is_alphanumeric);
    if role != Role::Label && !says(&name) {
        return Some(format!("{role:?} at {at:?} is named {name:?}"));
    }
    let reason = node.description().unwrap_or_default();
    if node.is_disabled() && !says(&reason) {
        return Some(format!("{role:?} {name:?} is off and does not say why"));
    }
    None
}

fn is_control(role: Role) -> bool {
    [
        Role::Button,
        Role::CheckBox,
        Role::ComboBox,
        Role::Link,
        Role::ListBox,
        Role::ListBoxOption,
        Role::MenuItem,
        Role::MultilineTextInput,
        Role::RadioButton,
        Role::Slider,
        Role::SpinButton,
        Role::Tab,
        Role::TextInput,
    ]
    .contains(&role)
}

/// Draws it, and says what is wrong with it.
fn look(name: &str, stage: Stage, size: [f32; 2], wrong: &mut Vec<String>) {
    let (harness, _) = harness(stage, size);
    let found = problems(&harness).into_iter();
    wrong.extend(found.map(|problem| format!("{name}: {problem}")));
}

#[test]
fn every_control_of_every_scene_has_a_name_and_says_why_it_is_off() {
    let mut wrong = Vec::new();
    for (name, scene) in SCENES {
        for (language, size) in LANGUAGES.into_iter().zip([SMALLEST, LARGE]) {
            let stage = staged(name, scene(), language, Look::Light);
            look(name, stage, size, &mut wrong);
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_control_that_lies_over_the_window_has_a_name_too() {
    let overlays = [
        Overlay::Keys,
        Overlay::Contents,
        Overlay::Tour(0),
        Overlay::Tour(1),
        Overlay::Open,
        Overlay::Black,
    ];
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        for overlay in overlays {
            let mut stage = Stage::new(scenes::syn_ack_held(), language, Look::Light);
            stage.desk.overlay = Some(overlay);
            look(&format!("{overlay:?}"), stage, LARGE, &mut wrong);
        }
        let mut stage = Stage::new(scenes::syn_ack_held(), language, Look::Light);
        stage.desk.settings.set(Setting::Presents(true));
        look("presenting", stage, LARGE, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_has_no_name_no_role_or_no_reason_is_told() {
    let harness = Harness::new_ui(|ui| {
        ui.allocate_response(egui::vec2(20.0, 20.0), egui::Sense::click());
        ui.add(egui::Button::new("×"));
        ui.add_enabled(false, egui::Button::new("Off"));
        ui.add(egui::Button::new("On"));
        ui.label("Only text");
    });
    let told = problems(&harness);
    let [role, name, reason] = &told[..] else {
        panic!("{told:?}");
    };
    assert!(role.contains("what is a"), "{role}");
    assert!(name.contains("named \"×\""), "{name}");
    assert!(reason.contains("\"Off\" is off"), "{reason}");
}
