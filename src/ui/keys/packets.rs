//! The keys of a capture: along the list of its packets, and from it to the stage and back.

use eframe::egui::Key;

use super::table::plain;
use super::{Entry, Group, Reach};
use crate::ui::capture::{self, Step};
use crate::ui::text::say;

pub const PACKETS: &[Entry] = &[
    Entry {
        group: Group::Capture,
        presses: &[plain(Key::ArrowUp, "↑"), plain(Key::ArrowLeft, "←")],
        says: |language| say!(language, "capture.key_before").into_owned(),
        does: |ctx, view| capture::step(ctx, view, Step::Rows(-1)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        presses: &[
            plain(Key::ArrowDown, "↓"),
            plain(Key::ArrowRight, "→"),
            plain(Key::Space, "Space"),
        ],
        says: |language| say!(language, "capture.key_after").into_owned(),
        does: |ctx, view| capture::step(ctx, view, Step::Rows(1)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        presses: &[plain(Key::PageUp, "PgUp")],
        says: |language| say!(language, "capture.key_page_up").into_owned(),
        does: |ctx, view| capture::step(ctx, view, Step::Pages(-1)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        presses: &[plain(Key::PageDown, "PgDn")],
        says: |language| say!(language, "capture.key_page_down").into_owned(),
        does: |ctx, view| capture::step(ctx, view, Step::Pages(1)),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        presses: &[plain(Key::Home, "Home")],
        says: |language| say!(language, "capture.key_first").into_owned(),
        does: |ctx, view| capture::step(ctx, view, Step::First),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        presses: &[plain(Key::End, "End")],
        says: |language| say!(language, "capture.key_last").into_owned(),
        does: |ctx, view| capture::step(ctx, view, Step::Last),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        // One cap stands for all of them.
        presses: &[
            plain(Key::Num0, "0 … 9"),
            plain(Key::Num1, ""),
            plain(Key::Num2, ""),
            plain(Key::Num3, ""),
            plain(Key::Num4, ""),
            plain(Key::Num5, ""),
            plain(Key::Num6, ""),
            plain(Key::Num7, ""),
            plain(Key::Num8, ""),
            plain(Key::Num9, ""),
        ],
        says: |language| say!(language, "capture.key_number").into_owned(),
        does: |ctx, view| {
            capture::listed(view)?;
            // The digit itself is the field's, in this very frame.
            capture::begin_number(ctx);
            None
        },
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        presses: &[plain(Key::Enter, "⏎")],
        says: |language| say!(language, "capture.key_stage").into_owned(),
        does: |_, view| {
            let survey = capture::listed(view)?;
            Some(capture::conversation_on_stage(view, survey))
        },
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        presses: &[plain(Key::Backspace, "Backspace")],
        says: |language| say!(language, "capture.key_out").into_owned(),
        does: |_, view| capture::out(view),
        reach: Reach::Stage,
    },
    Entry {
        group: Group::Capture,
        presses: &[plain(Key::Slash, "/")],
        says: |language| say!(language, "capture.key_filter").into_owned(),
        does: |ctx, view| capture::key_filter(ctx, view),
        reach: Reach::Stage,
    },
];
