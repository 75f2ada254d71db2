//! Lines that are no trigger: the word at fault is quoted, and a remedy is given.

use sockstep::lesson::Trigger;

const WRONG: &[(&str, &str)] = &[
    ("", "stops short of a name"),
    ("server", "stops short of what it does"),
    (
        "server sendz SYN",
        "unknown trigger word 'sendz'; did you mean \"sends\"? write e.g.",
    ),
    (
        "server sends SNY",
        "unknown trigger word 'SNY'; did you mean \"SYN\"?",
    ),
    ("client retransmits data", "did you mean \"resends\"?"),
    ("server receives 5 bytes", "did you mean \"recv returns\"?"),
    ("server dies", "did you mean \"exits\"?"),
    ("client SYN arrives", "did you mean \"delivered\"?"),
    ("server sends", "stops short of SYN, SYN+ACK"),
    ("server sends SYN twice", "unknown trigger word 'twice'"),
    ("server sends SYN 0", "counted from 1"),
    ("server connect", "stops short of \"blocked\""),
    (
        "server recv returns at least 12",
        "stops short of \"bytes\"",
    ),
    ("server recv returns 0", "calls are counted from 1"),
    ("server recv returns \"\"", "an empty text"),
    (
        "server recv returns less",
        "stops short of \"than offered\"",
    ),
    (
        "server acept blocked",
        "unknown call 'acept'; did you mean \"accept\"?",
    ),
    (
        "server fly returns",
        "unknown call 'fly'; the calls are socket, ",
    ),
    (
        "server ESTABLISED",
        "unknown state 'ESTABLISED'; did you mean \"ESTABLISHED\"?",
    ),
    (
        "server HELLO",
        "unknown state 'HELLO'; the states are LISTEN, ",
    ),
    (
        "server bind fails EADRINUSE",
        "unknown errno 'EADRINUSE'; did you mean \"EADDRINUSE\"?",
    ),
    (
        "server bind fails ENOSUCH",
        "unknown errno 'ENOSUCH'; write an errno, as in",
    ),
    (
        "server recv fails TimoutError",
        "unknown exception 'TimoutError'; did you mean \"TimeoutError\"?",
    ),
    (
        "server exits with TimoutError",
        "unknown exception 'TimoutError'; did you mean \"TimeoutError\"?",
    ),
    ("server has many threads", "unknown trigger word 'many'"),
    ("server has 2", "stops short of what there are so many of"),
    ("server has 2 thread s", "unknown trigger word 's'"),
    ("server cwnd", "stops short of how many"),
    ("server cwnd is", "stops short of a number"),
    ("server cwnd is at", "stops short of \"least\" or \"most\""),
    (
        "server rto is 99999999999999999999",
        "unknown trigger word '9999",
    ),
    ("server rto is -1", "unknown trigger word '-1'"),
    ("server announces 0", "unknown trigger word '0'"),
    ("client sends data of 5", "stops short of \"bytes\""),
    (
        "client resends data by magic",
        "unknown trigger word 'magic'",
    ),
    ("client data is lost", "unknown trigger word 'lost'"),
    ("byte 5 of client", "stops short of where the byte is"),
    ("byte 0 of client read", "bytes are counted from 1"),
    ("byte of client read", "unknown trigger word 'of'"),
    ("2 segments fly", "unknown trigger word 'fly'"),
    ("any exits then any asks within", "no time after"),
    ("any exits then any asks within 2", "no time after"),
    ("any exits then any asks within 2 parsecs", "no time after"),
    ("any exits then any asks after 999999999s", "no time after"),
    ("not server LISTEN", "only says what is not so"),
    ("any exits and not any asks", "happens once"),
    ("server prints hello", "no text in quotes"),
    ("server prints \"hello", "not closed"),
    ("server SYN queue is many", "unknown trigger word 'many'"),
    (
        "any exits before any exits before any exits",
        "more than two",
    ),
    ("any exits and", "stops short"),
];

#[test]
fn a_trigger_that_is_no_trigger_says_what_to_write() {
    for (text, expected) in WRONG {
        let told = Trigger::parse(text).unwrap_err().to_string();
        assert!(told.contains(expected), "{text:?}: {told}");
    }
}
