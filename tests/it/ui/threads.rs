//! A program with several threads: each has a row, a mark in the code and a button of its own.

use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::session::Command;
use sockstep::trace::Order;

use super::controls::{SIZE, asked_by_click, description, english};
use super::rich;
use super::stage::harness;

#[test]
fn the_button_of_a_thread_steps_that_thread() {
    let asked = asked_by_click(english(rich::threads()), "Step Server, thread 1");
    let step = Order::Step {
        program: "server".to_owned(),
        thread: Some(1),
    };
    assert_eq!(asked, [Command::Order(step)]);
}

#[test]
fn a_thread_that_cannot_be_stepped_says_why() {
    for (thread, reason) in [
        (
            2,
            "Thread 2 is blocked in recv(): only its kernel can make it return",
        ),
        (
            3,
            "Thread 3 is computing and has not reached its next socket call",
        ),
        (
            4,
            "Thread 4 waits for another thread of its program: a lock or a join",
        ),
    ] {
        let (mut harness, stage) = harness(english(rich::threads()), SIZE);
        let label = format!("Step Server, thread {thread}");
        assert_eq!(description(&harness, &label), reason);
        let node = harness.get_by_label(&label);
        assert!(node.accesskit_node().is_disabled(), "{label}");
        node.click();
        harness.run_steps(2);
        assert_eq!(stage.borrow().commands, [], "{label}");
    }
}

#[test]
fn every_one_of_sixty_four_threads_has_its_row() {
    let (harness, _) = harness(english(rich::many_threads()), SIZE);
    assert!(harness.query_by_label("Threads: 64").is_some());
    for thread in [0, 31, 63] {
        let label = format!("Step Server, thread {thread}");
        assert!(harness.query_by_label(&label).is_some(), "{label}");
    }
}
