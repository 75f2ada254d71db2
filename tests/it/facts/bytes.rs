//! Bytes are not characters, sends are not receives, and sent is not read.

use super::{doing, run, socket};
use crate::lab::is_wire_there;

#[test]
fn two_chinese_characters_are_six_bytes_in_utf_8_and_four_in_gbk() {
    if !is_wire_there() {
        return;
    }
    let run = run("encoding_server.py encoding_client.py");
    assert_eq!(run.output("client1"), "6\n4\n");
}

/// UTF-8 read as GBK is other characters, and nobody complains; the other way round it fails.
#[test]
fn the_wrong_encoding_is_silent_one_way_and_an_error_the_other_way() {
    if !is_wire_there() {
        return;
    }
    let run = run("encoding_server.py encoding_client.py");
    assert_eq!(
        run.output("server"),
        "e4 bd a0 e5 a5 bd 浣犲ソ\n\
         c4 e3 ba c3 'utf-8' codec can't decode byte 0xc4 in position 0: invalid continuation byte\n"
    );
}

#[test]
fn two_sends_may_be_one_recv() {
    if !is_wire_there() {
        return;
    }
    let run = run("late_server.py two_sends_client.py --stdin-server enter_twice.txt");
    let segments = ["client data 1", "client data 2"].map(|rule| run.segment(rule));
    let lengths = segments.map(|id| run.end.segments[&id].packet.as_ref().unwrap().payload.len());
    assert_eq!(lengths, [3, 3], "each crossed the wire by itself");
    assert_eq!(run.output("server"), "b'AAABBB'\nb''\n");
}

#[test]
fn a_recv_of_four_bytes_cuts_a_character() {
    if !is_wire_there() {
        return;
    }
    let run = run("short_recv_server.py nihao_client.py");
    assert_eq!(
        run.output("server"),
        "e4 bd a0 e5 'utf-8' codec can't decode byte 0xe5 in position 3: unexpected end of data\n\
         a5 bd 'utf-8' codec can't decode byte 0xa5 in position 0: invalid start byte\n"
    );
}

#[test]
fn two_datagrams_are_two_receives_and_what_has_no_room_is_lost() {
    if !is_wire_there() {
        return;
    }
    let run = run("udp_server.py udp_client.py --stdin-server enter.txt");
    let output = "1024 b'AAA'\n3 b'BBB'\n1024 b'CCC'\n";
    assert_eq!(run.output("server"), output);
}

/// Over loopback 3,910,656 bytes were sent to a peer that had not read one, 113,152 of them in its
/// buffer. On this wire segments are small, and the sender's buffer has grown less by then: about
/// 190,000 bytes, and again about 113,000 in the peer's buffer.
#[test]
fn send_takes_what_nobody_reads_until_both_buffers_are_full() {
    if !is_wire_there() {
        return;
    }
    let run = run("unread_server.py flooding_client.py --stdin-server enter.txt");
    let full = run.asked("server", 1);
    assert_eq!(doing(&full, "client1"), "blocked in send");
    let calls = &full.programs["client1"].calls;
    let sends = calls.iter().filter(|call| call.name == "send");
    let returned = sends.filter(|call| call.resolved.is_some()).count() as u32 * 65_536;
    assert!(returned >= 65_536, "at least one send has returned");
    let unread = socket(&full, "server", "ESTABLISHED").recv_queue;
    let client = socket(&full, "client1", "ESTABLISHED");
    assert!(unread > 65_536, "{unread} bytes arrived");
    assert!(client.send_queue > 0, "and not all of them");
    let taken = unread + client.send_queue;
    assert!(
        (returned..returned + 65_536).contains(&taken),
        "the sends that returned gave {returned}, and the kernels have {taken}"
    );
    let window = client.info.as_ref().expect("it is connected").snd_wnd;
    assert!(window < 1_448, "there is no room for a segment: {window}");
}
