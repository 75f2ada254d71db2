//! The states of a conversation's two ends along the rows in sight, as what passed here tells
//! them: dashed, for nobody asked the kernels.

use eframe::egui::{Align2, Rect, Stroke, Ui, pos2};

use super::list::Drawn;
use super::scroll::InSight;
use crate::capture::{Row, TcpState};
use crate::ui::parts;
use crate::ui::theme;

const BAND: f32 = 9.0;
/// Between a band and its name.
const GAP: f32 = 9.0;

/// A state of one end, from one row to another.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    state: TcpState,
    from: usize,
    /// The last one.
    to: usize,
}

pub fn bands_ui(ui: &Ui, drawn: &Drawn<'_>, sight: &InSight, packets: &[(usize, usize, Row)]) {
    for (side, x) in drawn.lifelines().into_iter().enumerate() {
        let states = packets
            .iter()
            .map(|(row, _, what)| (*row, what.states[side]));
        for run in runs(states) {
            run_ui(ui, drawn, sight, (side, x), run);
        }
    }
}

/// Neighbours of the same state are one band.
fn runs(states: impl Iterator<Item = (usize, Option<TcpState>)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (row, state) in states {
        let Some(state) = state else { continue };
        match runs.last_mut() {
            Some(run) if run.state == state && run.to + 1 == row => run.to = row,
            Some(_) | None => runs.push(Run {
                state,
                from: row,
                to: row,
            }),
        }
    }
    runs
}

fn run_ui(ui: &Ui, drawn: &Drawn<'_>, sight: &InSight, (side, x): (usize, f32), run: Run) {
    let theme = drawn.theme;
    let (first, last) = (sight.rect(run.from), sight.rect(run.to));
    // After the packet that made it so, up to the one that changes it.
    let (mut top, mut bottom) = (first.center().y, last.bottom() + first.height() / 2.0);
    let goes_on = run.to + 1 == sight.rows.end && run.to + 1 < drawn.survey.len();
    if run.from == sight.rows.start && run.from > 0 {
        top = first.top() - 2.0 * BAND;
    }
    if goes_on {
        bottom += 2.0 * BAND;
    } else if run.to + 1 == drawn.survey.len() {
        bottom = last.bottom();
    }
    let name = run.state.name();
    let tone = theme.state_tone(name);
    let band = Rect::from_x_y_ranges(x - BAND / 2.0..=x + BAND / 2.0, top..=bottom - 1.0);
    ui.painter().rect_filled(band, BAND / 2.0, tone.soft);
    let stroke = Stroke::new(1.0, tone.strong);
    parts::paint_dashed_box(ui.painter(), band.shrink(0.5), BAND / 2.0 - 0.5, stroke);
    let font = theme::bold_font(theme::STATE);
    // Beside the row that made it so; of one that goes on from above, beside the first in sight.
    let y = first.center().y.max(sight.area.top() + 8.0);
    let (at, align) = match side {
        0 => (pos2(x - GAP, y), Align2::RIGHT_CENTER),
        _ => (pos2(x + GAP, y), Align2::LEFT_CENTER),
    };
    ui.painter().text(at, align, name, font, tone.strong);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_state_are_one_band() {
        use TcpState::{Established, SynSent};
        let states = [None, Some(SynSent), Some(Established), Some(Established)];
        let found = runs((7..).zip(states));
        let run = |state, from, to| Run { state, from, to };
        assert_eq!(found, [run(SynSent, 8, 8), run(Established, 9, 10)]);
    }
}
