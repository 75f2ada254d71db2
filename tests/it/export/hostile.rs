//! A trace may come from anybody: whatever it says, a capture of it is sound. These would not even
//! be read from a file, and what exports them has to bear them all the same.

use pcap_parser::traits::PcapReaderIterator as _;
use pcap_parser::{Block, PcapBlockOwned, PcapError, PcapNGReader};
use sockstep::trace::{Trace, parse_event};

use super::pcapng;

/// What a reader that is not ours finds in it: for each packet its length and its comments.
fn packets(capture: &[u8]) -> Vec<(usize, Vec<String>)> {
    let mut reader = PcapNGReader::new(1 << 21, capture).expect("a section");
    let mut packets = Vec::new();
    loop {
        match reader.next() {
            Ok((offset, block)) => {
                if let PcapBlockOwned::NG(Block::EnhancedPacket(packet)) = block {
                    let comments = packet.options.iter().filter(|option| option.code.0 == 1);
                    let comments = comments.map(|option| option.as_str().unwrap().to_owned());
                    packets.push((packet.caplen as usize, comments.collect()));
                }
                reader.consume(offset);
            }
            Err(PcapError::Eof) => return packets,
            Err(PcapError::Incomplete(_)) => reader.refill().expect("there is more"),
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn trace(events: &[String]) -> Trace {
    let header = r#"{"sockstep":1,"version":"v\u0000","kernel":"6","wire":"held","hosts":[{"name":"a\u0000b","addresses":["10.0.0.1","fd00::1"]}],"started_us":18446744073709551615}"#;
    let events = events.iter().enumerate().map(|(n, event)| {
        format!(
            "{{\"n\":{n},\"at_us\":{},{event}}}",
            if n % 2 == 0 { u64::MAX } else { 0 }
        )
    });
    let mut trace = Trace::new(serde_json::from_str(header).expect("a header"));
    for event in events {
        trace.push(parse_event(&event).expect("an event"));
    }
    trace
}

fn sent(id: u64, bytes: &[u8]) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!(
        r#""what":"sent","segment":{id},"from":"nobody","to":"a\u0000b","bytes":"{bytes}","copy_of":{id}"#
    )
}

fn of(what: &str, id: u64, more: &str) -> String {
    format!(r#""what":"{what}","segment":{id}{more}"#)
}

#[test]
fn whatever_a_trace_says_its_capture_can_be_read() {
    let mut events = vec![
        sent(0, b""),
        sent(0, b"\x45"),
        sent(1, &vec![0x45; 300_000]),
        sent(2, b"neither"),
        of("duplicated", 2, r#","copy":2"#),
        of("duplicated", 2, r#","copy":3"#),
        of("duplicated", 9, r#","copy":8"#),
        of("dropped", 2, ""),
        of("delivered", 3, ""),
        of("delivered", 3, ""),
        of("corrupted", 1, r#","byte":4294967295,"was":0,"now":1"#),
        of("delayed", 1, r#","ms":4294967295"#),
        of("delivered", 77, ""),
    ];
    let args = "'\\n\\u0000|重'".repeat(5000);
    events.push(format!(
        r#""what":"call","program":"p","call":0,"line":0,"name":"connect","args":"{args}","fd":null"#
    ));
    events.extend((0..100).map(|_| of("corrupted", 1, r#","byte":3,"was":0,"now":1"#)));
    events.extend((0..40).map(|n| of("duplicated", 1, &format!(r#","copy":{}"#, 100 + n))));
    let trace = trace(&events);
    let found = packets(&pcapng(&trace, None).unwrap());
    let lengths: Vec<usize> = found.iter().map(|(length, _)| *length).collect();
    assert_eq!(lengths, [0, 1, 262_144, 7]);
    assert!(found.iter().all(|(_, comments)| comments.len() < 40));
    let seen = packets(&pcapng(&trace, Some("a\0b")).unwrap());
    assert_eq!(seen.len(), 2, "what was delivered there");
}
