//! A program's card: its code, what it is doing, its last call, what it printed, its variables.

use eframe::egui;
use eframe::egui::epaint::RectShape;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Frame, Id, Margin, Rect, RichText, Sense, Shape, Stroke, Ui, vec2};

use super::{code, editor, locals, output, threads};
use crate::model::{Activity, CallRecord, Program};
use crate::session::{Command, View};
use crate::trace::Returned;
use crate::ui::hot::{self, Light, Thing};
use crate::ui::parts::{self, Icon};
use crate::ui::spot::{self, Spot};
use crate::ui::text::{marked, now_us, say, since};
use crate::ui::theme::{self, CARD_RADIUS, Theme};

/// How much room a card has.
#[derive(Clone, Copy)]
pub enum Fit {
    /// Its share of a column that scrolls.
    Share(f32),
    /// It is to fit into the first, if it can; its whole column is as high as the second.
    Within(f32, f32),
}

/// In a lower column each call is said in one row.
const LOW: f32 = 460.0;

impl Fit {
    fn height(self) -> f32 {
        let (Self::Share(height) | Self::Within(height, _)) = self;
        height
    }

    fn is_low(self) -> bool {
        let (Self::Share(column) | Self::Within(_, column)) = self;
        column < LOW
    }
}

/// What the card needs besides its code: as it was last.
fn rest_id(program: &Program) -> Id {
    Id::unique(("rest of the card", &program.name))
}

fn rest(ui: &Ui, program: &Program) -> f32 {
    let known = ui.data(|data| data.get_temp::<f32>(rest_id(program)));
    known.unwrap_or(90.0)
}

/// How high the card would like to be.
pub fn natural_height(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    (program, width): (&Program, f32),
) -> f32 {
    code::natural_height(ui, view, theme, program, width - 2.0) + rest(ui, program)
}

/// In less, it would have to scroll.
pub fn least_height(ui: &Ui, program: &Program) -> f32 {
    code::least_height() + rest(ui, program)
}

fn code_height(ui: &Ui, program: &Program, fit: Fit) -> f32 {
    match fit {
        Fit::Share(height) => (height * 0.45).clamp(134.0, 460.0),
        Fit::Within(room, _) => (room - rest(ui, program)).max(code::least_height()),
    }
}

/// Gives where the field for an answer stands, if the program asks.
pub fn program_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    fit: Fit,
    commands: &mut Vec<Command>,
) -> Option<Rect> {
    let height = fit.height();
    let frame = Frame::new()
        .fill(theme.card)
        .stroke(theme.border_stroke())
        .corner_radius(CARD_RADIUS);
    let mut code_takes = 0.0;
    let shown = frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        editor::head_ui(ui, view, theme, program, commands);
        let top = ui.cursor().top();
        if editor::is_open(view, program) {
            let height = (height * 0.6).clamp(160.0, 560.0);
            editor::field_ui(ui, view, theme, program, height, commands);
        } else {
            let code_height = code_height(ui, program, fit);
            code::code_ui(ui, view, theme, (program, code_height), commands);
        }
        code_takes = ui.cursor().top() - top;
        line_ui(ui, theme);
        if threads::has_several(program) {
            section(ui, |ui| {
                threads::threads_ui(ui, view, theme, program, commands);
            });
        } else {
            status_ui(ui, view, theme, program);
        }
        let shown_calls = if height < 480.0 { 1 } else { 2 };
        calls_ui(ui, view, theme, program, (shown_calls, fit.is_low()));
        traceback_ui(ui, view, theme, program);
        let field = output::output_ui(ui, view, theme, program, commands);
        locals_ui(ui, view, theme, program);
        field
    });
    let now = shown.response.rect.height() - code_takes;
    if (now - rest(ui, program)).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(rest_id(program), now));
        ui.ctx().request_repaint();
    }
    shown.inner
}

/// A hairline from edge to edge of the card.
pub fn line_ui(ui: &mut Ui, theme: &Theme) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    let stroke = Stroke::new(1.0, theme.border);
    ui.painter().hline(rect.x_range(), rect.center().y, stroke);
}

pub fn section<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 4));
    let shown = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        add(ui)
    });
    shown.inner
}

fn status_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, program: &Program) {
    let language = view.language;
    let call = program.current_call().map_or("", |call| call.name.as_str());
    let (text, tone) = match &program.activity {
        Activity::Blocked(_) => {
            let time = since(ui, view, program.since_us);
            (
                say!(language, "status.blocked", call = call, time = time),
                theme.warn_tone(),
            )
        }
        Activity::Ready(_) => (
            say!(language, "status.ready", call = call),
            theme.client_tone(),
        ),
        Activity::InCall(_) => (
            say!(language, "status.in_call", call = call),
            theme.client_tone(),
        ),
        Activity::Running => (say!(language, "status.running"), theme.good_tone()),
        Activity::Asking(_) => (say!(language, "status.asking"), theme.wire_tone()),
        Activity::Ended {
            traceback: None, ..
        } => (say!(language, "status.finished"), theme.slate_tone()),
        Activity::Ended { .. } => (say!(language, "status.died"), theme.bad_tone()),
    };
    section(ui, |ui| {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 18.0), Sense::hover());
            let painter = ui.painter();
            match &program.activity {
                Activity::Ended {
                    traceback: Some(_), ..
                } => {
                    parts::paint_icon(painter, Icon::Cross, rect.center(), 11.0, tone.strong);
                }
                Activity::Ended { .. } => {
                    parts::paint_icon(painter, Icon::Check, rect.center(), 12.0, tone.strong);
                }
                Activity::Ready(_) => {
                    let stroke = Stroke::new(2.0, tone.strong);
                    painter.circle(rect.center(), 4.5, theme.card, stroke);
                }
                Activity::Blocked(_)
                | Activity::InCall(_)
                | Activity::Running
                | Activity::Asking(_) => {
                    painter.circle_filled(rect.center(), 7.0, tone.soft);
                    painter.circle_filled(rect.center(), 4.5, tone.strong);
                }
            }
            let job = marked(&text, theme::TEXT, theme, theme.text);
            let hint = status_hint(view, program);
            let label = ui.add(egui::Label::new(job).wrap());
            if let Some(hint) = hint {
                label.on_hover_text(hint);
            }
        });
    });
}

fn status_hint(view: &View<'_>, program: &Program) -> Option<String> {
    let text = match &program.activity {
        Activity::Blocked(_) => say!(view.language, "status.blocked_hint"),
        Activity::Ready(_) => say!(view.language, "status.ready_hint"),
        Activity::InCall(_) | Activity::Running | Activity::Asking(_) | Activity::Ended { .. } => {
            return None;
        }
    };
    Some(text.into_owned())
}

/// The newest calls. One that has only been announced says no more than the row above, so the
/// result before it is worth the room.
fn calls_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    (count, is_low): (usize, bool),
) {
    let is_ready = matches!(program.activity, Activity::Ready(_)) && program.calls.len() > 1;
    let skipped = usize::from(is_ready);
    let announced = program
        .calls
        .iter()
        .rev()
        .skip(skipped)
        .take(count)
        .collect::<Vec<_>>();
    if announced.is_empty() {
        return;
    }
    line_ui(ui, theme);
    section(ui, |ui| {
        for call in announced.into_iter().rev() {
            let is_current = call.resolved.is_none();
            let mut job = call_job(call, theme, is_current, usize::MAX);
            let whole = job.text.clone();
            if is_low {
                job = one_row(ui, &job, |most| call_job(call, theme, is_current, most));
            }
            let thing = Thing::Call(call.id);
            let behind = ui.painter().add(Shape::Noop);
            let label = ui.add(egui::Label::new(job).wrap().sense(Sense::hover()));
            if hot::light(ui.ctx(), view, &thing) == Light::Lit {
                // Tied to what is pointed at: a bar before it, and a ground behind it.
                let rect = label.rect.expand2(vec2(5.0, 1.0));
                let bar = rect.with_max_x(rect.left() + 3.0);
                let ground = RectShape::filled(rect, 3, theme.wire_soft);
                ui.painter().set(behind, ground);
                ui.painter().rect_filled(bar, 1, theme.wire);
            }
            hot::point(&label, view, thing);
            spot::mark(ui, Spot::Call(call.id), label.rect);
            let hint = match call.resolved.as_ref().map(|resolved| &resolved.returned) {
                Some(Returned::Failed { message, .. }) if !message.is_empty() => {
                    format!("{whole}\n{message}")
                }
                _ => format!("{whole}\n{}", time_of(view, call)),
            };
            label.on_hover_text(hint);
        }
    });
}

fn time_of(view: &View<'_>, call: &CallRecord) -> String {
    let language = view.language;
    match (call.permitted_at_us, &call.resolved) {
        (Some(from), Some(resolved)) => {
            let time = milliseconds(resolved.at_us.saturating_sub(from));
            say!(language, "call.took", line = call.line, time = time).into_owned()
        }
        (Some(from), None) => {
            let time = milliseconds(now_us(view).saturating_sub(from));
            say!(language, "call.takes", line = call.line, time = time).into_owned()
        }
        (None, _) => say!(language, "call.waits", line = call.line).into_owned(),
    }
}

fn milliseconds(us: u64) -> String {
    if us < 10_000 {
        format!("{:.2} ms", us as f64 / 1e3)
    } else {
        format!("{:.1} s", us as f64 / 1e6)
    }
}

/// `connect(3, ("192.168.131.62", 8989)) = -1 ECONNREFUSED (ConnectionRefusedError)`.
/// Of the arguments at most so many characters.
fn call_job(call: &CallRecord, theme: &Theme, is_current: bool, most: usize) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_rows = 3;
    let mut push = |text: &str, colour| {
        let font = theme::code_font(theme::SMALL);
        job.append(text, 0.0, TextFormat::simple(font, colour));
    };
    let ink = if is_current { theme.text } else { theme.muted };
    push(&call.name, ink);
    let fd = call.fd.map(|fd| fd.to_string());
    let args: Vec<&str> = fd
        .iter()
        .map(String::as_str)
        .chain([call.args.as_str()])
        .collect();
    let args = args
        .into_iter()
        .filter(|arg| !arg.is_empty())
        .collect::<Vec<_>>();
    let args = shortened(args.join(", "), most);
    push(&format!("({args}) =\u{a0}"), ink);
    match call.resolved.as_ref() {
        None => push("…", ink),
        Some(resolved) => match (&resolved.returned, resolved.new_fd) {
            (
                Returned::Failed {
                    error, exception, ..
                },
                _,
            ) => {
                let error = error.as_deref().unwrap_or("");
                push(&format!("-1 {error} ({exception})"), theme.bad);
            }
            (Returned::Value { .. }, Some(fd)) => push(&format!("fd {fd}"), theme.good),
            (Returned::Value { value }, None) => push(value, theme.good),
        },
    }
    job
}

fn shortened(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The arguments give way first, so that the result stays in sight; then its end does.
fn one_row(ui: &Ui, whole: &LayoutJob, job: impl Fn(usize) -> LayoutJob) -> LayoutJob {
    const LEAST: usize = 8;
    let room = ui.available_width();
    let too_long = |job: &LayoutJob| {
        let mut job = job.clone();
        job.wrap.max_width = f32::INFINITY;
        ui.painter().layout_job(job).size().x > room
    };
    let mut shown = whole.clone();
    // No row has room for more.
    let mut most = whole.text.chars().count().min(80);
    while too_long(&shown) && most > LEAST {
        most -= 1;
        shown = job(most);
    }
    shown.wrap.max_rows = 1;
    shown.wrap.break_anywhere = true;
    shown
}

fn traceback_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, program: &Program) {
    let Activity::Ended {
        traceback: Some(traceback),
        ..
    } = &program.activity
    else {
        return;
    };
    let frame = Frame::new()
        .fill(theme.bad_soft)
        .inner_margin(Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        let title = RichText::new(say!(view.language, "program.traceback"));
        ui.label(title.font(theme::bold_font(theme::SMALL)).color(theme.bad));
        let text = RichText::new(traceback.trim_end());
        let text = text.font(theme::code_font(theme::SMALL)).color(theme.text);
        ui.add(egui::Label::new(text).wrap().selectable(true));
    });
}

fn locals_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, program: &Program) {
    if program.has_ended() || locals::shown(program).next().is_none() {
        return;
    }
    line_ui(ui, theme);
    section(ui, |ui| locals::locals_ui(ui, view, theme, program));
}
