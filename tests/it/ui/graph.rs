//! The drawer's "Graph": a transfer over time, from what was sent and what the kernel said.

use eframe::egui;
use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::{Command, Look};
use sockstep::trace::{SocketFacts, TcpFacts};

use super::controls::{SIZE, english};
use super::scenes::{self, ack};
use super::stage::{Stage, harness};
use super::story::{Story, end};

/// A transfer of some rounds, with one segment lost and sent again.
pub fn transfer() -> Story {
    let mut story = scenes::data_held();
    let greeting = story.timeline.newest().held[0];
    story.delivered(greeting);
    let mut seq = 11;
    for round in 1..=8_u32 {
        let mut last = None;
        for part in 0..round {
            let id = story.sent("client", ack(seq, 1), &[b'x'; 1000]);
            seq += 1000;
            if (round, part) == (5, 2) {
                story.dropped(id);
                last = Some(id);
            } else {
                story.delivered(id);
            }
            story.wait_ms(2);
        }
        if let Some(lost) = last {
            let again = story.sent_again(
                "client",
                ack(seq - 3000, 1),
                &[b'x'; 1000],
                Some(lost),
                false,
            );
            story.delivered(again);
        }
        let answer = story.sent("server", ack(1, seq), b"");
        story.wait_ms(20);
        story.delivered(answer);
        let info = TcpFacts {
            cwnd: 10 + if round < 5 { round * 2 } else { round - 5 },
            ssthresh: if round < 5 { 2_147_483_647 } else { 9 },
            unacked: round,
            ..TcpFacts::default()
        };
        story.socket(SocketFacts {
            info: Some(info),
            ..end("client", "ESTABLISHED", Some(3))
        });
    }
    story.rest();
    story
}

/// Lesson 4's ten bytes: the ACK is held, so the kernel's timer shrinks cwnd to 1 and back.
pub fn stairs() -> Story {
    let mut story = scenes::data_held();
    let greeting = story.timeline.newest().held[0];
    for cwnd in [10, 1, 10, 1] {
        for _ in 0..3 {
            let info = TcpFacts {
                cwnd,
                ssthresh: if cwnd == 1 { 5 } else { 2_147_483_647 },
                unacked: 1,
                ..TcpFacts::default()
            };
            story.socket(SocketFacts {
                info: Some(info),
                ..end("client", "ESTABLISHED", Some(3))
            });
            story.wait_ms(400);
        }
        let again = story.sent_again("client", ack(1, 1), b"0123456789", Some(greeting), false);
        story.dropped(again);
        story.wait_ms(20);
    }
    story.rest();
    story
}

fn graph(
    stage: Stage,
) -> (
    egui_kittest::Harness<'static>,
    std::rc::Rc<std::cell::RefCell<Stage>>,
) {
    let (mut harness, stage) = harness(stage, SIZE);
    harness.key_press(egui::Key::Num5);
    harness.run_steps(5);
    (harness, stage)
}

#[test]
fn a_transfer_has_its_lines_by_name_and_says_whose_the_waits_are() {
    let (harness, _) = graph(english(transfer()));
    for label in [
        "sent",
        "sent again",
        "lost on the wire",
        "acknowledged",
        "window edge",
        "cwnd",
        "ssthresh",
        "not acknowledged",
        "Direction of the graph: Client → Server",
    ] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
    let clock = harness.query_by_label_contains("the wait is yours");
    assert!(clock.is_some());
}

#[test]
fn a_click_in_the_plot_goes_to_that_moment() {
    let (mut harness, stage) = graph(english(transfer()));
    harness
        .get_by_label("Plot over time: bytes of the stream")
        .click();
    harness.run_steps(3);
    let commands = &stage.borrow().commands;
    let went = commands.iter().any(|it| matches!(it, Command::GoTo(_)));
    assert!(went, "{commands:?}");
}

/// A filled slope between two stairs was a hundred times as much ink.
#[test]
fn stairs_are_thin_lines_and_no_filled_shapes() {
    let (mut harness, _) = graph(english(stairs()));
    let plot = harness.get_by_label("Plot over time: segments").rect();
    let picture = harness.render().expect("the rasteriser draws everything");
    let mut own = 0;
    for y in plot.top() as u32..plot.bottom() as u32 {
        for x in plot.left() as u32..plot.right() as u32 {
            let [r, g, b, _] = picture.get_pixel(x, y).0.map(u32::from);
            // Purple, as only this line is.
            own += u32::from(b > 150 && r > g + 25 && b > r + 60);
        }
    }
    // Some lengths of the plot, two points wide.
    let most = (plot.width() + 3.0 * plot.height()) * 2.5;
    assert!((200..most as u32).contains(&own), "{own} of {most}");
}

#[test]
fn a_few_bytes_are_seen_below_a_window_that_is_far_above() {
    let (harness, _) = graph(english(stairs()));
    let far = harness.query_by_label_contains("far above");
    assert!(far.is_some(), "the window's edge is told in words");
    let near = graph(english(transfer())).0;
    assert!(near.query_by_label("window edge").is_some());
}

#[test]
fn the_other_direction_has_other_lines() {
    let (mut harness, _) = graph(english(transfer()));
    harness
        .get_by_label("Direction of the graph: Client → Server")
        .click();
    harness.run_steps(4);
    assert!(
        harness.query_by_label("cwnd").is_none(),
        "no facts of the server"
    );
    assert!(harness.query_by_label("sent again").is_none());
    harness.get_by_label("Zoom in on time").click();
    harness.get_by_label("Whole run").click();
    harness.run_steps(3);
}

#[test]
fn before_there_is_a_transfer_it_says_what_will_appear() {
    let (harness, _) = graph(Stage::new(scenes::start(), Language::Chinese, Look::Dark));
    assert!(
        harness
            .query_by_label_contains("还没有可画的内容")
            .is_some()
    );
}
