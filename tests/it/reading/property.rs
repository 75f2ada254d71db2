//! Real runs, damaged by chance: they open, or say where and why not, and what opens can be looked
//! at in each moment.

use sockstep::model::State;
use sockstep::replay::Plan;
use sockstep::timeline::Timeline;
use sockstep::trace::Moment;

use super::{read_all, real_runs};
use crate::ledger::property::Chance;

/// One thing that can become of a file.
fn damage(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let at = chance.below(bytes.len() as u64) as usize;
    match chance.below(7) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << chance.below(8),
        2 => bytes[at] = chance.below(256) as u8,
        3 => {
            let end = (at + chance.below(200) as usize).min(bytes.len());
            bytes.drain(at..end);
        }
        // A digit more or another one: numbers that are sound by themselves.
        4 => {
            let digit = bytes[at..].iter().position(u8::is_ascii_digit);
            if let Some(digit) = digit {
                bytes[at + digit] = b'0' + chance.below(10) as u8;
            }
        }
        5 => {
            let digit = bytes[at..].iter().position(u8::is_ascii_digit);
            if let Some(digit) = digit {
                bytes.insert(at + digit, b'1' + chance.below(9) as u8);
            }
        }
        _ => swap_lines(bytes, at, chance),
    }
}

/// Two lines change places; now and then with their numbers put right, as by somebody who means it.
fn swap_lines(bytes: &mut Vec<u8>, at: usize, chance: &mut Chance) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let one = text[..text.floor_char_boundary(at)]
        .lines()
        .count()
        .min(lines.len() - 1);
    let other = chance.below(lines.len() as u64) as usize;
    lines.swap(one, other);
    if chance.below(2) == 0 {
        for (n, line) in lines.iter_mut().enumerate().skip(1) {
            let what = line.find("\"what\"").map(|at| line[at..].to_owned());
            if let Some(what) = what {
                *line = format!("{{\"n\":{},\"at_us\":{},{what}", n - 1, n * 1000);
            }
        }
    }
    *bytes = lines.join("\n").into_bytes();
}

fn look_at(bytes: &[u8], chance: &mut Chance) -> usize {
    let trace = match read_all(bytes) {
        Ok(loaded) => loaded.trace,
        Err(error) => {
            assert!(error.line > 0 && !error.wrong.to_string().is_empty());
            return 0;
        }
    };
    let end = trace.end().0;
    let mut timeline = Timeline::of(trace.clone());
    for _ in 0..3 {
        let moment = Moment(chance.below(end as u64 + 1) as usize);
        timeline.go_to(moment);
        assert_eq!(timeline.state().moment, State::at(&trace, moment).moment);
        let state = timeline.state();
        // What panels ask for.
        for stream in state.streams() {
            state.contents(&stream, 0..stream.offered.min(1 << 20));
            state.byte(&stream, stream.offered / 2);
        }
        state.datagrams();
        timeline.back();
        timeline.forward();
    }
    timeline.go_live();
    let plan = Plan::of(timeline.trace(), timeline.moment());
    assert!(plan.orders() <= end);
    end
}

#[test]
fn whatever_becomes_of_a_run_it_opens_or_says_where_it_is_broken() {
    let runs = real_runs();
    let (mut chance, mut opened) = (Chance::new(6), 0);
    for round in 0..400 {
        let (_, text) = &runs[round % runs.len()];
        let mut bytes = text.clone().into_bytes();
        for _ in 0..=chance.below(3) {
            if bytes.is_empty() {
                break;
            }
            damage(&mut bytes, &mut chance);
        }
        opened += usize::from(look_at(&bytes, &mut chance) > 0);
    }
    assert!(
        opened > 200,
        "{opened}: nearly every one has something sound"
    );
}

#[test]
fn a_run_cut_off_anywhere_opens_up_to_there() {
    let (_, text) = &real_runs()[0];
    let head = text.find('\n').unwrap();
    for end in (head..text.len()).step_by(97) {
        let Some(text) = text.get(..end) else {
            continue;
        };
        let loaded = read_all(text.as_bytes()).expect("the header is sound");
        let whole = text.lines().count() - 1;
        let events = loaded.trace.events().len();
        assert!(
            events == whole || events + 1 == whole,
            "{events} of {whole}"
        );
        assert_eq!(loaded.cut_short.is_some(), events < whole);
    }
}
