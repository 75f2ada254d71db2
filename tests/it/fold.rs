//! From events to states: the contract's lines, the fold, the cursor.

use etherparse::PacketBuilder;
use sockstep::model::{Activity, Fate, State};
use sockstep::timeline::{Cursor, Timeline};
use sockstep::trace::{
    By, Bytes, Event, Header, HostSetup, Moment, Order, Ordered, ProgramSetup, SegmentId, Setup,
    Timers, What, WireKind, event_line, load, parse_event, to_line,
};

fn header() -> Header {
    let host = |name: &str, last| HostSetup {
        name: name.to_owned(),
        addresses: vec![[10, 0, 0, last].into()],
    };
    let program = |name: &str| ProgramSetup {
        name: name.to_owned(),
        host: name.to_owned(),
        file: format!("{name}.py"),
        source: String::new(),
    };
    let setup = Setup {
        hosts: vec![host("server", 2), host("client", 1)],
        programs: vec![program("server"), program("client")],
        timers: Timers::Patient,
        wire: WireKind::Held,
        ..Setup::default()
    };
    Header::new(&setup, "6.18.44".to_owned(), WireKind::Held)
}

/// One of each, as the contract spells them.
const LINES: [&str; 34] = [
    r#"{"n":0,"at_us":5,"what":"call","program":"client","call":7,"line":4,"name":"connect","args":"('10.0.0.2', 80)","fd":3,"thread":0}"#,
    r#"{"n":1,"at_us":5,"what":"blocked","program":"client","call":7}"#,
    r#"{"n":2,"at_us":5,"what":"return","program":"client","call":7,"value":"None"}"#,
    r#"{"n":3,"at_us":5,"what":"return","program":"client","call":8,"errno":111,"error":"ECONNREFUSED","exception":"ConnectionRefusedError","message":""}"#,
    r#"{"n":4,"at_us":5,"what":"return","program":"client","call":9,"value":"2","bytes":"aGk="}"#,
    r#"{"n":5,"at_us":5,"what":"line","program":"client","line":4,"locals":{"c":"<socket>"}}"#,
    r#"{"n":6,"at_us":5,"what":"print","program":"client","text":"你好\n"}"#,
    r#"{"n":7,"at_us":5,"what":"ask","program":"client","prompt":"> ","thread":0}"#,
    r#"{"n":8,"at_us":5,"what":"answer","program":"client","text":"再见","thread":0}"#,
    r#"{"n":9,"at_us":5,"what":"exit","program":"client","traceback":null}"#,
    r#"{"n":10,"at_us":5,"what":"sent","segment":0,"from":"client","to":"server","bytes":"RQ==","copy_of":null,"absorbed":false}"#,
    r#"{"n":11,"at_us":5,"what":"delivered","segment":0}"#,
    r#"{"n":12,"at_us":5,"what":"dropped","segment":0}"#,
    r#"{"n":13,"at_us":5,"what":"duplicated","segment":0,"copy":1}"#,
    r#"{"n":14,"at_us":5,"what":"gone","host":"client","key":4097}"#,
    r#"{"n":15,"at_us":5,"what":"order","order":"step","program":"client","by":"learner"}"#,
    r#"{"n":16,"at_us":5,"what":"order","order":"deliver","segment":0,"by":"director"}"#,
    r#"{"n":17,"at_us":5,"what":"note","text":"a copy was absorbed"}"#,
    r#"{"n":18,"at_us":5,"what":"rest"}"#,
    r#"{"n":19,"at_us":5,"what":"ended","reason":"killed"}"#,
    r#"{"n":20,"at_us":5,"what":"socket","host":"client","key":4097,"program":"client","fd":3,"protocol":"tcp","state":"SYN_SENT","local":"10.0.0.1:5","remote":"10.0.0.2:80","recv_queue":0,"send_queue":1,"backlog":null,"accept_queue":null,"timer":{"kind":"retransmit","expires_ms":980,"retransmits":0},"info":{"rtt_us":0,"rttvar_us":0,"min_rtt_us":0,"rto_us":1000000,"cwnd":10,"ssthresh":2147483647,"snd_wnd":0,"rcv_wnd":0,"snd_mss":0,"rcv_mss":0,"bytes_sent":0,"bytes_acked":0,"bytes_received":0,"bytes_retransmitted":0,"notsent_bytes":0,"unacked":1,"sacked":0,"lost":0,"retransmits":0,"total_retransmits":0,"probes":0,"segs_out":1,"segs_in":0,"out_of_order":0,"phase":"Open","congestion":"reno"},"recv_buffer":131072,"send_buffer":16384,"listener":null,"drops":0}"#,
    r#"{"n":21,"at_us":5,"what":"sent","segment":1,"from":"client","to":"server","bytes":"RQ==","copy_of":0,"absorbed":true,"reason":"syn_retry"}"#,
    r#"{"n":22,"at_us":5,"what":"corrupted","segment":0,"byte":9,"was":1,"now":254}"#,
    r#"{"n":23,"at_us":5,"what":"delayed","segment":0,"ms":1200}"#,
    r#"{"n":24,"at_us":5,"what":"inferred","segment":2,"from":"client","to":"server","kind":"SYN+ACK","length":0}"#,
    r#"{"n":25,"at_us":5,"what":"buffers","host":"client","key":4097,"unread":2,"received":"aGk=","unacked":0,"unsent":0}"#,
    r#"{"n":26,"at_us":5,"what":"counters","host":"client","counters":{"TcpExt.ListenDrops":1}}"#,
    r#"{"n":27,"at_us":5,"what":"order","order":"step","program":"client","thread":2,"by":"learner"}"#,
    r#"{"n":28,"at_us":5,"what":"order","order":"hold","from":"client","kind":"SYN+ACK","on":false,"by":"lesson"}"#,
    r#"{"n":29,"at_us":5,"what":"order","order":"deliver_all","by":"learner"}"#,
    r#"{"n":30,"at_us":5,"what":"order","order":"corrupt","segment":0,"by":"learner"}"#,
    r#"{"n":31,"at_us":5,"what":"order","order":"delay","segment":0,"ms":1200,"by":"learner"}"#,
    r#"{"n":32,"at_us":5,"what":"call","program":"server","call":9,"line":4,"name":"send","args":"b'hi'","fd":3,"thread":0,"offers":2}"#,
    r#"{"n":33,"at_us":5,"what":"order","order":"guess","beat":2,"option":1,"question":"Which returns first?","answer":"accept()","by":"learner"}"#,
];

#[test]
fn every_event_of_the_contract_is_read_and_written_the_same() {
    for line in LINES {
        let event = parse_event(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(to_line(&event), line);
        assert_eq!(event_line(&event), line);
    }
}

#[test]
fn a_line_of_an_older_version_is_read() {
    let line = r#"{"n":20,"at_us":5,"what":"socket","host":"client","key":4097,"program":"client","fd":3,"protocol":"tcp","state":"SYN_SENT","local":"10.0.0.1:5","remote":"10.0.0.2:80","recv_queue":0,"send_queue":1,"backlog":null,"accept_queue":null,"timer":{"kind":"retransmit","expires_ms":980,"retransmits":0},"info":{"rtt_us":0,"rto_us":1000000,"cwnd":10,"snd_wnd":0,"rcv_wnd":0,"bytes_acked":0,"bytes_received":0,"retransmits":0},"recv_buffer":131072,"send_buffer":16384,"listener":null}"#;
    let event = parse_event(line).unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(event.what, What::Socket(facts) if facts.drops.is_none()));
}

#[test]
fn a_header_says_when_the_lab_started_and_what_it_plays_and_an_older_one_does_not() {
    let older = to_line(&header());
    assert!(!older.contains("started_us") && !older.contains("lesson"));
    let newer = Header {
        started_us: Some(1_790_000_000_000_000),
        lesson: Some("handshake".to_owned()),
        attempt: Some("Drop the third ACK".to_owned()),
        ..header()
    };
    for header in [header(), newer] {
        let loaded = load(&to_line(&header)).expect("it is sound");
        assert_eq!(*loaded.trace.header(), header);
    }
}

#[test]
fn a_newer_event_and_a_newer_field_are_passed_over() {
    let event = parse_event(r#"{"n":0,"at_us":1,"what":"teleported","segment":3}"#);
    assert_eq!(event.expect("it is kept in place").what, What::Unknown);
    let event = parse_event(r#"{"n":0,"at_us":1,"what":"rest","mood":"calm"}"#);
    assert_eq!(event.expect("it is ignored").what, What::Rest);
}

#[test]
fn a_saved_run_opens_up_to_the_first_broken_line_and_names_it() {
    let head = to_line(&header());
    for (text, events, problem) in [
        (format!("{head}\n{}\n{}\n", LINES[0], LINES[1]), 2, None),
        (
            format!("{head}\n{}\n{}", LINES[0], &LINES[1][..30]),
            1,
            Some("line 3: the file ends in the middle"),
        ),
        (
            format!("{head}\n{}\n", LINES[1]),
            0,
            Some("line 2: this is event 1, and 0 comes here"),
        ),
        (
            format!("{head}\nhello\n"),
            0,
            Some("line 2: this line is not an event (expected"),
        ),
    ] {
        let loaded = load(&text).expect("the header is sound");
        assert_eq!(loaded.trace.events().len(), events, "{text}");
        let said = loaded.cut_short.map(|error| error.to_string());
        match (said, problem) {
            (None, None) => {}
            (Some(said), Some(problem)) => assert!(said.starts_with(problem), "{said}"),
            (said, problem) => panic!("{said:?}, not {problem:?}"),
        }
    }
    for (text, problem) in [
        ("", "line 1: the file is empty"),
        ("[1, 2", "line 1: this is no saved run"),
        (
            &head.replace("\"sockstep\":1", "\"sockstep\":2"),
            "line 1: this run was saved by a newer Sockstep (0.1.0) in format 2",
        ),
    ] {
        let error = load(text).expect_err("no header").to_string();
        assert!(error.starts_with(problem), "{error}");
    }
}

fn events(whats: Vec<What>) -> Vec<Event> {
    let numbered = whats.into_iter().enumerate();
    let event = |(n, what)| Event {
        n: n as u64,
        at_us: n as u64 * 1000,
        what,
    };
    numbered.map(event).collect()
}

fn sent(segment: u64, copy_of: Option<u64>, absorbed: bool) -> What {
    What::Sent {
        segment: SegmentId(segment),
        from: "client".to_owned(),
        to: Some("server".to_owned()),
        bytes: Bytes(vec![0x45]),
        copy_of: copy_of.map(SegmentId),
        absorbed,
        reason: None,
    }
}

fn fold(whats: Vec<What>) -> State {
    let mut state = State::new(&header());
    for event in events(whats) {
        state.apply(&event);
    }
    state
}

#[test]
fn a_dropped_original_is_replaced_by_its_newest_copy() {
    let segment = SegmentId(0);
    let state = fold(vec![
        sent(0, None, false),
        sent(1, Some(0), true),
        sent(2, Some(0), true),
        What::Dropped { segment },
    ]);
    assert_eq!(state.held, [SegmentId(2)]);
    assert_eq!(state.segments[&SegmentId(0)].fate, Fate::Dropped(3000));
    assert_eq!(state.segments[&SegmentId(1)].fate, Fate::Absorbed);
}

#[test]
fn no_event_of_a_damaged_trace_can_break_the_fold() {
    let lines = LINES.iter().rev().chain(&LINES);
    let whats = lines.map(|line| parse_event(line).expect("sound").what);
    let state = fold(whats.collect());
    assert_eq!(state.moment, Moment(2 * LINES.len()));
    assert!(matches!(
        state.programs["client"].activity,
        Activity::Ended { .. }
    ));
}

#[test]
fn back_and_forward_go_from_stop_to_stop_and_the_end_is_live() {
    let mut timeline = Timeline::new(header());
    for event in events(vec![
        sent(0, None, false),
        What::Rest,
        What::Delivered {
            segment: SegmentId(0),
        },
        What::Rest,
    ]) {
        timeline.push(event);
    }
    let moments = |timeline: &Timeline| {
        (
            timeline.cursor(),
            timeline.step(),
            timeline.state().held.len(),
        )
    };
    assert_eq!(moments(&timeline), (Cursor::Live, 2, 0));
    timeline.back();
    assert_eq!(moments(&timeline), (Cursor::Fixed(Moment(2)), 1, 1));
    timeline.back();
    timeline.back();
    assert_eq!(moments(&timeline), (Cursor::Fixed(Moment(0)), 0, 0));
    timeline.forward();
    assert_eq!(moments(&timeline), (Cursor::Fixed(Moment(2)), 1, 1));
    timeline.forward();
    assert_eq!(moments(&timeline), (Cursor::Live, 2, 0));
}

#[test]
fn a_guess_moves_nothing_and_is_no_step() {
    let guess = || {
        What::Order(Ordered {
            order: Order::guess(0, 1, "Which?".to_owned(), "That.".to_owned()),
            by: By::Learner,
        })
    };
    let mut timeline = Timeline::new(header());
    for event in events(vec![sent(0, None, false), What::Rest, guess(), guess()]) {
        timeline.push(event);
    }
    let state = timeline.newest();
    assert_eq!((state.is_at_rest, state.orders), (true, 0));
    assert_eq!(timeline.stops(), [Moment(4)]);
    timeline.back();
    assert_eq!(timeline.cursor(), Cursor::Fixed(Moment(0)));
}

#[test]
fn a_copy_that_waits_behind_its_original_is_no_step_of_its_own() {
    let mut timeline = Timeline::new(header());
    for event in events(vec![
        What::Rest,
        sent(0, None, false),
        What::Rest,
        sent(1, Some(0), true),
        What::Rest,
    ]) {
        timeline.push(event);
    }
    assert_eq!(timeline.stops(), [Moment(1), Moment(5)]);
}

/// The same two ends again: the client took the port of its connection before.
#[test]
fn numbers_count_from_the_connection_of_the_segment_when_a_port_pair_serves_another() {
    let segment = |id: u64, seq: u32, is_syn: bool| {
        let tcp =
            PacketBuilder::ipv4([10, 0, 0, 3], [10, 0, 0, 2], 64).tcp(50_000, 8989, seq, 1024);
        let tcp = if is_syn { tcp.syn() } else { tcp.ack(1) };
        let mut bytes = Vec::new();
        tcp.write(&mut bytes, b"").expect("into memory");
        let What::Sent { from, to, .. } = sent(id, None, false) else {
            unreachable!("that is what it makes");
        };
        What::Sent {
            segment: SegmentId(id),
            from,
            to,
            bytes: Bytes(bytes),
            copy_of: None,
            absorbed: false,
            reason: None,
        }
    };
    let state = fold(vec![
        segment(0, 1_000, true),
        segment(1, 1_001, false),
        segment(2, 900_000, true),
        segment(3, 900_007, false),
    ]);
    let seq = |id| {
        let segment = state.segments.get(&SegmentId(id)).expect("it was sent");
        state.relative_numbers(segment).expect("TCP").0
    };
    assert_eq!([0, 1, 2, 3].map(seq), [0, 1, 0, 7]);
}
