//! Whole ladders, to be read: what has changed is seen at a glance. With `UPDATE_TEXTS` set they
//! are written anew.

use sockstep::export::text::{Look, ladder};
use sockstep::lesson::Language;

use super::{look, root, run};

#[track_caller]
fn check(run_file: &str, kept: &str, look: &Look) {
    let trace = run(&root().join(run_file));
    let lines = ladder(&trace, look).expect("wide enough");
    let told: String = lines.iter().map(|line| line.plain() + "\n").collect();
    let path = root().join("tests/it/text").join(kept);
    if std::env::var_os("UPDATE_TEXTS").is_some() {
        std::fs::write(&path, &told).expect("it can be written");
    }
    let expected = std::fs::read_to_string(&path).expect("a kept ladder");
    let differs = told.lines().zip(expected.lines()).find(|(a, b)| a != b);
    assert!(told == expected, "{kept}: {differs:#?}\n{told}");
}

#[test]
fn a_lost_third_ack_at_80_columns() {
    let run = "lessons/04-handshake/lost-ack.jsonl";
    check(run, "lost-ack-80-en.txt", &look(80, Language::English));
    check(run, "lost-ack-80-zh.txt", &look(80, Language::Chinese));
}

#[test]
fn a_flight_with_a_gap_at_120_columns() {
    let run = "lessons/23-congestion/fast-retransmit.jsonl";
    check(run, "flight-120-zh.txt", &look(120, Language::Chinese));
}

#[test]
fn three_hosts_with_faults_at_80_and_at_120_columns() {
    let run = "tests/it/text/three.jsonl";
    check(run, "three-80-en.txt", &look(80, Language::English));
    check(run, "three-120-zh.txt", &look(120, Language::Chinese));
}

#[test]
fn datagrams_in_ascii() {
    let look = Look {
        is_ascii: true,
        has_bytes: true,
        ..look(80, Language::English)
    };
    check("tests/it/text/udp.jsonl", "udp-80-ascii.txt", &look);
}

#[test]
fn loopback_is_dashed() {
    let run = "tests/it/text/loopback.jsonl";
    check(run, "loopback-80-en.txt", &look(80, Language::English));
}
