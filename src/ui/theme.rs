//! Every colour and size of the window, light and dark.
//!
//! Client blue, server vermilion and wire purple stay apart for the common kinds of colour
//! blindness (after Okabe and Ito), and no colour is ever the only signal: each comes with a word
//! or a shape. The tests below hold every text to WCAG AA contrast on what it stands on.

use eframe::egui;
use eframe::egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Rangef, Stroke, TextStyle};

use crate::session::{Look, Motion};

/// The radius of cards and panels' inner boxes.
pub const CARD_RADIUS: u8 = 10;
/// The radius of buttons, pills' boxes and fields.
pub const CONTROL_RADIUS: u8 = 7;
pub const CARD_MARGIN: Margin = Margin::symmetric(12, 9);
/// Between cards, and around them in a column.
pub const GAP: f32 = 10.0;
/// Between things that belong together.
pub const SMALL_GAP: f32 = 5.0;

pub const TOP_BAR: f32 = 44.0;
pub const TRANSPORT: f32 = 76.0;
/// The drawer takes this share of the height at first, the lesson this share of the width.
pub const DRAWER_SHARE: f32 = 0.35;
pub const LESSON_SHARE: f32 = 0.235;
pub const DRAWER: Rangef = Rangef {
    min: 150.0,
    max: 330.0,
};
pub const CONTROL_HEIGHT: f32 = 38.0;
pub const LESSON: Rangef = Rangef {
    min: 236.0,
    max: 400.0,
};
/// The ladder needs this much with two hosts, or state names collide with arrows.
pub const LADDER_WIDTH: f32 = 398.0;
/// A column of hosts.
pub const HOSTS: Rangef = Rangef {
    min: 186.0,
    max: 430.0,
};
/// And this much more with each further host.
pub const LADDER_HOST: f32 = 120.0;

pub const TEXT: f32 = 13.5;
pub const LESSON_TEXT: f32 = 14.5;
pub const SMALL: f32 = 12.0;
pub const TINY: f32 = 11.0;
/// State names beside the lifelines.
pub const STATE: f32 = 10.5;
pub const CODE: f32 = 13.0;
pub const TITLE: f32 = 15.5;
pub const HEADING: f32 = 21.0;
/// Around what has the focus, in points, and how far it may reach beyond what clips its panel.
pub const RING: f32 = 2.0;
pub const RING_ROOM: f32 = 4.0;
/// The handle of a pane that is put away.
pub const HANDLE: f32 = 30.0;
/// The top bar while presenting.
pub const SLIM_BAR: f32 = 38.0;
/// The captions below the stage take no more than this share of the height.
pub const CAPTIONS_SHARE: f32 = 0.28;
pub const CAPTION_LEADING: f32 = 1.5;
/// The height of a line of prose, as a multiple of its size: hanzi need air.
pub const LEADING: f32 = 1.65;
pub const CODE_LEADING: f32 = 1.5;

/// Beside rows that scroll.
pub const SCROLL_BAR: f32 = 12.0;
/// A packet of a capture, a row of the table's head, a conversation.
pub const PACKET_ROW: f32 = 22.0;
pub const PACKET_HEAD: f32 = 26.0;
pub const CONVERSATION_ROW: f32 = 68.0;

/// The colours of one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    pub look: Look,
    /// Behind the cards and the ladder.
    pub stage: Color32,
    /// Bars, the lesson, the drawer.
    pub panel: Color32,
    pub card: Color32,
    pub code: Color32,
    /// An empty bar, an empty slot, a quiet button under the pointer.
    pub trough: Color32,
    pub border: Color32,
    /// The border of what can be clicked or typed into.
    pub outline: Color32,
    pub text: Color32,
    pub muted: Color32,
    /// What has been read, or is yet to come.
    pub faint: Color32,
    pub client: Color32,
    pub client_soft: Color32,
    pub server: Color32,
    pub server_soft: Color32,
    pub wire: Color32,
    pub wire_soft: Color32,
    pub good: Color32,
    pub good_soft: Color32,
    pub warn: Color32,
    pub warn_soft: Color32,
    pub bad: Color32,
    pub bad_soft: Color32,
    pub slate: Color32,
    pub slate_soft: Color32,
    pub closing: Color32,
    pub closing_soft: Color32,
    /// The one loud button, and what is written on it.
    pub primary: Color32,
    pub on_primary: Color32,
    /// The ring around what has the focus.
    pub focus: Color32,
    /// Over the stage while something lies on it.
    pub veil: Color32,
    /// Over what the spotlight does not fall on.
    pub shade: Color32,
    /// Text on `client`, `server`, `wire`, `good`, `warn`, `bad`, `slate`, `closing`.
    pub on_strong: Color32,
    pub keyword: Color32,
    pub function: Color32,
    pub string: Color32,
    pub number: Color32,
    pub comment: Color32,
}

pub fn theme(look: Look) -> &'static Theme {
    match look {
        Look::Light => &LIGHT,
        Look::Dark => &DARK,
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where colours live")]
const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn black(alpha: u8) -> Color32 {
    Color32::from_black_alpha(alpha)
}

const LIGHT: Theme = Theme {
    look: Look::Light,
    stage: rgb(0xF5F7FB),
    panel: rgb(0xFFFFFF),
    card: rgb(0xFFFFFF),
    code: rgb(0xFAFBFD),
    trough: rgb(0xECF0F5),
    border: rgb(0xE1E6EE),
    outline: rgb(0xC9D1DD),
    text: rgb(0x18212D),
    muted: rgb(0x566173),
    faint: rgb(0x636E80),
    client: rgb(0x1868CE),
    client_soft: rgb(0xE3EEFD),
    server: rgb(0xB9480B),
    server_soft: rgb(0xFDEADF),
    wire: rgb(0x4C1FB4),
    wire_soft: rgb(0xF0EBFD),
    good: rgb(0x0B7443),
    good_soft: rgb(0xE4F6EC),
    warn: rgb(0x8F6006),
    warn_soft: rgb(0xFFF3CF),
    bad: rgb(0xBE2418),
    bad_soft: rgb(0xFDE9E7),
    slate: rgb(0x566173),
    slate_soft: rgb(0xE6EAF0),
    closing: rgb(0x9A3274),
    closing_soft: rgb(0xF9E6F1),
    primary: rgb(0x18212D),
    on_primary: rgb(0xFFFFFF),
    focus: rgb(0x1868CE),
    veil: black(110),
    shade: black(40),
    on_strong: rgb(0xFFFFFF),
    keyword: rgb(0x7A2FC2),
    function: rgb(0x1864C8),
    string: rgb(0x0B7443),
    number: rgb(0xA8430B),
    comment: rgb(0x606B7D),
};

const DARK: Theme = Theme {
    look: Look::Dark,
    stage: rgb(0x12161D),
    panel: rgb(0x181D26),
    card: rgb(0x1E2430),
    code: rgb(0x191F29),
    trough: rgb(0x2A3240),
    border: rgb(0x2B3341),
    outline: rgb(0x465164),
    text: rgb(0xE8ECF2),
    muted: rgb(0xA7B1C1),
    faint: rgb(0x8C97A9),
    client: rgb(0x5AA2FA),
    client_soft: rgb(0x1C3352),
    server: rgb(0xFF9A5C),
    server_soft: rgb(0x46291A),
    wire: rgb(0xC9B4FF),
    wire_soft: rgb(0x2C2550),
    good: rgb(0x55CF91),
    good_soft: rgb(0x163728),
    warn: rgb(0xEBC04D),
    warn_soft: rgb(0x413410),
    bad: rgb(0xFF8A7E),
    bad_soft: rgb(0x4A2220),
    slate: rgb(0xA7B1C1),
    slate_soft: rgb(0x2F3847),
    closing: rgb(0xF08CC6),
    closing_soft: rgb(0x45203A),
    primary: rgb(0xE8ECF2),
    on_primary: rgb(0x12161D),
    focus: rgb(0x7DB8FF),
    veil: black(150),
    shade: black(104),
    on_strong: rgb(0x12161D),
    keyword: rgb(0xC9A5FF),
    function: rgb(0x7DB8FF),
    string: rgb(0x6AD6A0),
    number: rgb(0xFFAD7A),
    comment: rgb(0x9AA5B7),
};

/// A strong colour and the soft one that goes with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    pub strong: Color32,
    pub soft: Color32,
}

impl Theme {
    pub fn client_tone(&self) -> Tone {
        tone(self.client, self.client_soft)
    }

    pub fn server_tone(&self) -> Tone {
        tone(self.server, self.server_soft)
    }

    pub fn wire_tone(&self) -> Tone {
        tone(self.wire, self.wire_soft)
    }

    pub fn good_tone(&self) -> Tone {
        tone(self.good, self.good_soft)
    }

    pub fn warn_tone(&self) -> Tone {
        tone(self.warn, self.warn_soft)
    }

    pub fn bad_tone(&self) -> Tone {
        tone(self.bad, self.bad_soft)
    }

    pub fn slate_tone(&self) -> Tone {
        tone(self.slate, self.slate_soft)
    }

    /// Servers are vermilion, everybody else is blue.
    pub fn host_tone(&self, host: &str) -> Tone {
        if host.starts_with("server") {
            self.server_tone()
        } else {
            self.client_tone()
        }
    }

    /// Opening, open, closing, waiting: the four parts of a connection's life.
    pub fn state_tone(&self, state: &str) -> Tone {
        match state {
            "SYN_SENT" | "SYN_RECV" => self.warn_tone(),
            "ESTABLISHED" => self.good_tone(),
            "FIN_WAIT1" | "FIN_WAIT2" | "CLOSE_WAIT" | "LAST_ACK" | "CLOSING" => {
                tone(self.closing, self.closing_soft)
            }
            _ => self.slate_tone(),
        }
    }

    pub fn border_stroke(&self) -> Stroke {
        Stroke::new(1.0, self.border)
    }

    pub fn outline_stroke(&self) -> Stroke {
        Stroke::new(1.0, self.outline)
    }
}

fn tone(strong: Color32, soft: Color32) -> Tone {
    Tone { strong, soft }
}

pub fn text_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

pub fn bold_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("bold".into()))
}

pub fn code_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// Sets egui's own widgets to the theme: tooltips, scroll bars, fields, plain labels.
pub fn apply(ctx: &egui::Context, look: Look, motion: Motion) {
    let theme = theme(look);
    let animation_time = match motion {
        Motion::Full => 0.1,
        Motion::Reduced => 0.0,
    };
    ctx.set_theme(match look {
        Look::Light => egui::Theme::Light,
        Look::Dark => egui::Theme::Dark,
    });
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Body, text_font(TEXT)),
            (TextStyle::Button, text_font(TEXT)),
            (TextStyle::Small, text_font(SMALL)),
            (TextStyle::Heading, bold_font(HEADING)),
            (TextStyle::Monospace, code_font(CODE)),
        ]
        .into();
        style.spacing.item_spacing = egui::vec2(8.0, SMALL_GAP);
        style.spacing.button_padding = egui::vec2(10.0, 5.0);
        style.spacing.scroll = egui::style::ScrollStyle::thin();
        style.spacing.tooltip_width = 380.0;
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.25;
        style.animation_time = animation_time;
        style.scroll_animation = egui::style::ScrollAnimation::none();
        visuals(&mut style.visuals, theme);
    });
}

fn visuals(visuals: &mut egui::Visuals, theme: &Theme) {
    visuals.dark_mode = theme.look == Look::Dark;
    visuals.panel_fill = theme.panel;
    visuals.window_fill = theme.card;
    visuals.window_stroke = theme.outline_stroke();
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(CONTROL_RADIUS);
    visuals.extreme_bg_color = theme.panel;
    visuals.text_edit_bg_color = Some(theme.panel);
    visuals.weak_text_color = Some(theme.muted);
    visuals.hyperlink_color = theme.client;
    visuals.selection.bg_fill = theme.client_soft;
    visuals.selection.stroke = Stroke::new(1.5, theme.client);
    visuals.disabled_alpha = 0.55;
    let widgets = &mut visuals.widgets;
    for (each, stroke) in [
        (&mut widgets.noninteractive, theme.border),
        (&mut widgets.inactive, theme.outline),
        (&mut widgets.hovered, theme.muted),
        (&mut widgets.active, theme.text),
        (&mut widgets.open, theme.outline),
    ] {
        each.bg_stroke = Stroke::new(1.0, stroke);
        each.fg_stroke = Stroke::new(1.0, theme.text);
        each.corner_radius = CornerRadius::same(CONTROL_RADIUS);
        each.bg_fill = theme.trough;
        each.weak_bg_fill = theme.card;
        each.expansion = 0.0;
    }
}

#[cfg(test)]
mod tests;
