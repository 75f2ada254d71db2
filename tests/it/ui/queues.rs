//! The queue room of a listener, and what the kernel keeps after a program has closed it.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::Look;

use super::controls::english;
use super::room;
use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

const TALL: [f32; 2] = [1280.0, 1400.0];

fn window(story: Story) -> Harness<'static> {
    harness(english(story), TALL).0
}

fn count(harness: &Harness<'_>, words: &str) -> usize {
    harness.query_all_by_label(words).count()
}

#[test]
fn each_connection_that_waits_has_one_card_in_the_order_of_the_queue() {
    let harness = window(room::full_queue());
    let tops: Vec<f32> = ["20", "21", "22"]
        .map(|last| {
            let remote = format!("192.168.131.{last}:50070");
            assert_eq!(count(&harness, &remote), 1, "{remote} is shown once");
            harness.get_by_label(&remote).rect().top()
        })
        .into();
    assert!(tops.is_sorted(), "{tops:?}");
    assert_eq!(count(&harness, "accept() takes it next"), 1);
    assert_eq!(count(&harness, "12 B waiting already"), 1);
    assert_eq!(count(&harness, "SYN_RECV"), 1);
    let timer = harness.query_all_by_label_contains("retransmit in");
    assert_eq!(timer.count(), 1, "of the half-open one");
}

#[test]
fn the_place_beyond_the_backlog_is_named_when_it_is_taken() {
    let full = "Full: 3 wait, one more than the backlog of 2. A further SYN is dropped";
    let harness = window(room::queues(2, 3, 0));
    assert_eq!(count(&harness, full), 1);
    assert_eq!(count(&harness, "3 / 2"), 1);
    let harness = window(room::queues(2, 2, 0));
    assert_eq!(harness.query_all_by_label_contains("Full:").count(), 0);
}

#[test]
fn what_was_turned_away_is_counted_in_the_room() {
    let harness = window(room::full_queue());
    let words = "Turned away: 2, of which the accept queue was full: 2";
    assert_eq!(count(&harness, words), 1);
    let harness = window(room::queues(2, 3, 0));
    assert_eq!(
        harness.query_all_by_label_contains("Turned away").count(),
        0
    );
}

#[test]
fn of_many_that_wait_the_first_are_shown_and_the_rest_counted() {
    let harness = window(room::queues(128, 40, 0));
    assert_eq!(count(&harness, "and 34 more"), 1);
    assert_eq!(count(&harness, "40 / 128"), 1);
}

#[test]
fn the_connection_that_accept_took_is_named() {
    let words = "accept() took 192.168.131.10:50070 → fd 4";
    let harness = window(room::connected());
    assert_eq!(count(&harness, words), 1);
    let harness = window(scenes::syn_ack_held());
    assert_eq!(
        harness.query_all_by_label_contains("accept() took").count(),
        0
    );
}

#[test]
fn what_outlives_its_program_is_in_a_group_of_its_own_and_counts_down() {
    let harness = window(scenes::closing());
    let title = "Left in the kernel after the program closed them";
    assert_eq!(count(&harness, title), 2, "on both hosts");
    let timer = harness.query_all_by_label_contains("forgotten in 5");
    assert_eq!(timer.count(), 1, "TIME_WAIT counts down");
    let chinese = Stage::new(scenes::closing(), Language::Chinese, Look::Dark);
    let (harness, _) = self::harness(chinese, TALL);
    assert_eq!(count(&harness, "程序关闭之后，还留在内核里的"), 2);
}
