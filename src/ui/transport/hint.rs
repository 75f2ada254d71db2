//! What `Next` would do, in words, before it is pressed.

use crate::director::Next;
use crate::session::View;
use crate::trace::Order;
use crate::ui::segment;
use crate::ui::text::{host_word, say};

/// What `Next` would do, so that pressing it holds no surprise.
pub fn next_hint(view: &View<'_>) -> String {
    match &view.next {
        Next::Give(order) => order_hint(view, order),
        Next::Forward | Next::Wait { .. } | Next::Not(_) => String::new(),
    }
}

fn order_hint(view: &View<'_>, order: &Order) -> String {
    let state = view.timeline.state();
    let language = view.language;
    let named = |segment| segment::short_name(language, state, segment);
    match order {
        Order::Step { program, .. } => {
            let call = state.programs.get(program).and_then(|p| p.current_call());
            let call = call.map_or("", |call| call.name.as_str());
            let title = host_word(language, state, program);
            say!(language, "hint.next_step", program = title, call = call)
        }
        Order::Deliver { segment } if state.oldest_held() == Some(*segment) => {
            say!(language, "hint.next_deliver", segment = named(*segment))
        }
        Order::Deliver { segment } => {
            say!(language, "hint.next_overtake", segment = named(*segment))
        }
        Order::Drop { segment } => {
            say!(language, "hint.next_drop", segment = named(*segment))
        }
        Order::Duplicate { segment } => {
            say!(language, "hint.next_duplicate", segment = named(*segment))
        }
        Order::Corrupt { segment, .. } => {
            say!(language, "hint.next_corrupt", segment = named(*segment))
        }
        Order::Delay { segment, ms } => {
            let time = format!("{} s", f64::from(*ms) / 1e3);
            let segment = named(*segment);
            say!(language, "hint.next_delay", segment = segment, time = time)
        }
        Order::Hold { on: true, .. } => say!(language, "hint.next_hold"),
        Order::Hold { on: false, .. } => say!(language, "hint.next_release"),
        Order::DeliverAll => say!(language, "hint.deliver_all"),
        Order::Answer { program, .. } => {
            let title = host_word(language, state, program);
            say!(language, "hint.next_answer", program = title)
        }
        // Only a learner guesses.
        Order::Guess { .. } => "".into(),
    }
    .into_owned()
}
