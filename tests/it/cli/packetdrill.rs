//! One end of a run as a packetdrill script: its syntax, and what is refused.
//!
//! Where the variable PACKETDRILL names the program, it plays the scripts too, each in a network
//! namespace of its own: `PACKETDRILL=/path/to/packetdrill cargo test --test it packetdrill`.

use std::path::Path;
use std::process::Command;

use sockstep::export::{Format, Product, Refusal, Source, export};
use sockstep::lesson::Language;
use sockstep::trace::load;

/// Each with both ends.
const RUNS: [&str; 12] = [
    "04-handshake/handshake-and-data",
    "04-handshake/lost-ack",
    "04-handshake/lost-syn-ack",
    "09-window/window",
    "10-reliability/damaged",
    "10-reliability/gap",
    "11-close/crossed",
    "11-close/half-close",
    "11-close/three-steps",
    "14-endings/unread",
    "22-nagle/two-writes",
    "23-congestion/fast-retransmit",
];

fn script(run: &str, host: &str, language: Language) -> Result<String, Refusal> {
    let path = Path::new("lessons").join(run).with_extension("jsonl");
    let text = std::fs::read_to_string(path).expect("a saved run");
    let trace = load(&text).expect("it is sound").trace;
    let source = Source {
        trace: &trace,
        lesson: None,
        language,
    };
    let host = host.to_owned();
    match export(&source, &Format::Packetdrill { host })? {
        Product::File(bytes) => Ok(String::from_utf8(bytes).expect("it is text")),
        Product::Folder(files) => panic!("{files:?}"),
    }
}

/// What is wrong with a line that happens at a time.
fn wrong(line: &str) -> Option<&'static str> {
    let line = line.split("  //").next().unwrap_or_default();
    let Some((time, what)) = line.strip_prefix('+').and_then(|rest| rest.split_once(' ')) else {
        return Some("no time");
    };
    let (begins, ends) = time.split_once("...").unwrap_or((time, time));
    let (Ok(begins), Ok(ends)) = (begins.parse::<f64>(), ends.parse::<f64>()) else {
        return Some("the time is no number");
    };
    if begins > ends {
        return Some("it ends before it begins");
    }
    match what.strip_prefix("> ").or(what.strip_prefix("< ")) {
        Some(segment) => wrong_segment(segment),
        None => match what.split_once(") = ") {
            Some((call, result))
                if call.contains('(')
                    && result
                        .starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) =>
            {
                None
            }
            _ => Some("no call with a result"),
        },
    }
}

fn wrong_segment(segment: &str) -> Option<&'static str> {
    let mut words = segment.split(' ');
    let flags = words.next().unwrap_or_default();
    if flags.is_empty() || !flags.chars().all(|c| "FSRPU.".contains(c)) {
        return Some("no flags");
    }
    let numbers = words.next().unwrap_or_default().trim_end_matches(')');
    let (numbers, length) = numbers.split_once('(').unwrap_or_default();
    let (from, to) = numbers.split_once(':').unwrap_or_default();
    let number = |word: &str| word.parse::<u32>().ok();
    let (Some(from), Some(to), Some(length)) = (number(from), number(to), number(length)) else {
        return Some("no numbers");
    };
    if from.wrapping_add(length) != to {
        return Some("the numbers are not as long as the payload");
    }
    let rest: Vec<&str> = words.collect();
    if flags.contains('.') != (rest.first() == Some(&"ack")) {
        return Some("the flag and the number of the acknowledgment differ");
    }
    let options = segment.split_once('<').map(|(_, options)| options);
    match options {
        Some(options) if !options.ends_with('>') => Some("the options are not closed"),
        Some(_) | None => None,
    }
}

#[test]
fn both_ends_of_a_run_are_written_as_packetdrill_reads_them() {
    for (run, host) in RUNS
        .iter()
        .flat_map(|run| [(run, "server"), (run, "client")])
    {
        for language in [Language::English, Language::Chinese] {
            let script = script(run, host, language).expect("it can be played");
            let (_, body) = script.rsplit_once("`\n").expect("the settings");
            let timed = body.lines().filter(|line| line.starts_with('+'));
            assert!(timed.clone().count() > 8, "{script}");
            for line in body.lines() {
                if line.is_empty() || line.starts_with("//") {
                    continue;
                }
                if let Some(wrong) = wrong(line) {
                    panic!("{run} {host}: {wrong}: {line}\n{script}");
                }
            }
            let syn = timed.clone().find(|line| line.contains("S 0:0(0)"));
            let way = if host == "client" { '>' } else { '<' };
            assert!(syn.is_some_and(|syn| syn.contains(way)), "{script}");
        }
    }
}

#[test]
fn a_segment_that_was_lost_is_expected_from_its_sender_and_not_played_to_its_receiver() {
    let run = "04-handshake/lost-syn-ack";
    let of = |host, what: &str| {
        let script = script(run, host, Language::English).expect("it can be played");
        script.lines().filter(|line| line.contains(what)).count()
    };
    assert!(of("server", "> S.") >= 2, "sent, lost and sent again");
    assert_eq!(of("server", "// dropped on the wire"), 1);
    assert_eq!(of("client", "< S."), 1);
}

#[test]
fn what_packetdrill_cannot_play_is_refused_with_line_and_reason() {
    for (run, host, expected) in [
        ("19-udp/missing", "client", "this is not TCP"),
        ("20-tcp-udp/both", "client", "two programs run on this host"),
    ] {
        match script(run, host, Language::English) {
            Err(Refusal::NotInPacketdrill { line, why }) => {
                assert!(why.contains(expected), "{why}");
                assert!(line > 1);
            }
            other => panic!("{run}: {other:?}"),
        }
    }
    let nobody = script("04-handshake/lost-ack", "router", Language::English);
    assert_eq!(nobody, Err(Refusal::NoSuchHost("router".to_owned())));
}

#[test]
fn packetdrill_finds_that_the_kernel_sends_the_same() {
    let Some(program) = std::env::var_os("PACKETDRILL") else {
        eprintln!("skipped: PACKETDRILL does not name the program");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (run, host) in RUNS
        .iter()
        .flat_map(|run| [(run, "server"), (run, "client")])
    {
        let text = script(run, host, Language::Chinese).expect("it can be played");
        let path = folder.path().join("end.pkt");
        std::fs::write(&path, &text).expect("a file");
        // Its memory is locked, so a thread's stack must be small for a user without rights.
        let play = "ulimit -s 512; ip link set lo up; exec \"$0\" \"$1\"";
        let output = Command::new("unshare")
            .args(["-Urn", "sh", "-c", play])
            .args([&program, path.as_os_str()])
            .output()
            .expect("unshare starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{run} {host}: {said}\n{text}");
    }
}
