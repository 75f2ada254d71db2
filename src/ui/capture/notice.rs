//! What is to be said of a capture before it is believed: where its file stops being sound, what
//! of it is not taken apart, what was captured twice.

use eframe::egui::{Align, Frame, Label, Layout, Margin, RichText, Sense, Ui, vec2};

use crate::capture::{Capture, CutShort, Other, Reason};
use crate::lesson::Language;
use crate::session::{Survey, View};
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

/// So many kinds of packets are named.
const MOST: usize = 3;

pub fn notice_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, survey: &Survey) {
    let said = sentences(view.language, &survey.capture);
    if said.is_empty() {
        return;
    }
    let is_cut = survey.capture.cut_short().is_some();
    let (tone, icon) = match is_cut {
        true => (theme.warn_tone(), Icon::Warning),
        false => (theme.slate_tone(), Icon::Info),
    };
    let frame = Frame::new()
        .fill(tone.soft)
        .corner_radius(theme::CONTROL_RADIUS)
        .inner_margin(Margin::symmetric(8, 6));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.with_layout(Layout::left_to_right(Align::TOP), |ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(15.0, 16.0), Sense::hover());
            parts::paint_icon(ui.painter(), icon, rect.center(), 13.0, tone.strong);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 3.0;
                for sentence in said {
                    let text = RichText::new(sentence).font(theme::text_font(theme::SMALL));
                    ui.add(Label::new(text.color(theme.text)).wrap());
                }
            });
        });
    });
}

fn sentences(language: Language, capture: &Capture) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(cut) = capture.cut_short() {
        said.push(cut_short(language, cut));
    }
    let others = capture.others();
    if !others.is_empty() {
        let count: usize = others.values().sum();
        let mut most: Vec<(&Other, &usize)> = others.iter().collect();
        most.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let kinds = most.iter().take(MOST).map(|(other, _)| other.to_string());
        let mut kinds = kinds.collect::<Vec<String>>().join(separator(language));
        if most.len() > MOST {
            kinds.push('…');
        }
        let words = say!(language, "capture.others", count = count, kinds = kinds);
        said.push(words.into_owned());
    }
    if capture.twins() > 0 {
        said.push(say!(language, "capture.twins", count = capture.twins()).into_owned());
    }
    said
}

fn separator(language: Language) -> &'static str {
    match language {
        Language::English => ", ",
        Language::Chinese => "、",
    }
}

/// Where, why, and what is shown nevertheless.
fn cut_short(language: Language, cut: &CutShort) -> String {
    let why = match &cut.reason {
        Reason::EndsInside => say!(language, "capture.ends_inside"),
        Reason::AbsurdLength { length, most } => {
            say!(language, "capture.absurd", length = length, most = most)
        }
        Reason::LengthsDisagree => say!(language, "capture.disagree"),
        Reason::Malformed => say!(language, "capture.malformed"),
        Reason::NoSuchInterface(interface) => {
            say!(language, "capture.no_interface", interface = interface)
        }
        Reason::Unreadable(why) => say!(language, "capture.unreadable", why = why),
        Reason::MoreBytes(most) => say!(language, "capture.more_bytes", most = most),
        Reason::MorePackets(most) => say!(language, "capture.more_packets", most = most),
    };
    say!(
        language,
        "capture.cut_short",
        packet = cut.packet,
        offset = cut.offset,
        why = why,
        shown = cut.packet.saturating_sub(1)
    )
    .into_owned()
}
