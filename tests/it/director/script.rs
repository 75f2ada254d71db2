//! Scripts: what a line may say, and how a run is followed.

use std::sync::Arc;

use sockstep::director::{Director, Next, Script, Stuck, WhyNot};
use sockstep::packet::Kind;
use sockstep::trace::{By, Order, Ordered, ProgramSetup, SegmentId, ThreadState, What};

use super::fixture::Fixture;
use super::{ordered, said};

/// And a part of what is said of those that are wrong.
const LINES: &[(&str, Result<(), &str>)] = &[
    ("server until blocked", Ok(())),
    ("client until ends  # at last", Ok(())),
    ("client connect()", Ok(())),
    ("client2 step 3", Ok(())),
    ("deliver SYN", Ok(())),
    ("Deliver any syn-ack 2", Ok(())),
    ("deliver all", Ok(())),
    ("drop client ACK 1", Ok(())),
    ("duplicate server data", Ok(())),
    ("corrupt client UDP 1", Ok(())),
    ("delay client data 1 by 0.5s", Ok(())),
    ("hold client data", Ok(())),
    ("release all", Ok(())),
    ("release server", Ok(())),
    ("wait 1.2s", Ok(())),
    ("answer client “张三 # 1”", Ok(())),
    ("answer client 'He said \"hi\"'", Ok(())),
    ("answer client「“你好”」", Ok(())),
    ("answer client end", Ok(())),
    ("wait for server data 2", Ok(())),
    ("wait for client SYN 1 again 2", Ok(())),
    ("wait for client data 1 delivered", Ok(())),
    ("wait for server recv", Ok(())),
    ("wait for server thread 2 recv()", Ok(())),
    ("server thread 1 recv", Ok(())),
    ("server thread 0 step 3", Ok(())),
    ("server thread 2 until blocked", Ok(())),
    ("deliver client data 2 original", Ok(())),
    ("drop client data 2 again", Ok(())),
    ("deliver client data 2 copy 2", Ok(())),
    ("delay client data 2 copy by 0.5s", Ok(())),
    ("corrupt client data 1 byte 40", Ok(())),
    ("as usual", Ok(())),
    (
        "server thread recv",
        Err("write e.g. \"server thread 1 recv\""),
    ),
    ("wait for", Err("no segment is named")),
    ("wait for client HELLO", Err("not a kind of segment")),
    (
        "corrupt client data 1 byte last",
        Err("\"byte\" without its place"),
    ),
    ("drop client data 2 again 0", Err("'0' is not 1, 2, 3")),
    (
        "drop client data 2 again 1 1",
        Err("'1' is one word too many"),
    ),
    ("answer client 'hello", Err("a quote is not closed")),
    ("", Err("the script says nothing")),
    ("# only a remark", Err("the script says nothing")),
    ("server until accept", Err("write \"server until blocked\"")),
    ("server", Err("'server' begins no line that is known")),
    ("server step 0", Err("'0' is not a number of calls")),
    ("server Connect!", Err("begins no line")),
    ("deliver", Err("no segment is named")),
    ("deliver client HELLO", Err("known are SYN, SYN+ACK")),
    ("deliver client SYN 1 2", Err("'2' is one word too many")),
    ("drop client ACK none", Err("'none' is not 1, 2, 3")),
    (
        "delay client data 1",
        Err("write e.g. \"delay client data 1 by 0.5s\""),
    ),
    (
        "delay client data 1 by soon",
        Err("'soon' is not a number of seconds"),
    ),
    ("hold", Err("write e.g. \"hold all\"")),
    ("wait", Err("write e.g. \"wait 1.2s\"")),
    (
        "answer client hello",
        Err("write e.g. answer client \"hello\""),
    ),
    ("answer client \"hello", Err("a quote is not closed")),
    ("deliver \"SYN\"", Err("stands where no text belongs")),
    (
        "as usual\nclient connect",
        Err("make \"as usual\" the last line"),
    ),
];

#[test]
fn a_line_is_read_or_says_what_is_wrong_and_what_to_write() {
    for (line, expected) in LINES {
        match (Script::parse(line, 1), *expected) {
            (Ok(_), Ok(())) => {}
            (Err(errors), Err(part)) => {
                let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
                assert!(all.iter().any(|e| e.contains(part)), "{line}: {all:?}");
            }
            (got, _) => panic!("{line}: {got:?}"),
        }
    }
}

#[test]
fn an_error_names_its_line_in_the_file_and_hides_no_other() {
    let errors = Script::parse("client connect\n\nclient\nwait\n", 40).expect_err("two are wrong");
    let lines: Vec<usize> = errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [42, 43]);
}

#[test]
fn names_that_are_not_there_are_told_with_those_that_are() {
    let program = |name: &str| ProgramSetup {
        name: name.to_owned(),
        host: name.to_owned(),
        file: format!("{name}.py"),
        source: "s.connect(1)".to_owned(),
    };
    let programs = [program("server"), program("client1"), program("client2")];
    let hosts = ["server", "client1", "client2"];
    for (line, expected) in [
        ("client1 connect", None),
        ("hold client data", None),
        ("client2 close", None),
        ("client connect", Some("no one program is called 'client'")),
        (
            "clinet1 connect",
            Some("write one of server, client1, client2"),
        ),
        ("client1 conect", Some("client1 never calls conect()")),
        ("drop bogus SYN", Some("no host is called 'bogus'")),
        ("release client3", Some("no host is called 'client3'")),
    ] {
        let script = Script::parse(line, 1).expect("it is sound");
        let errors = script.check(&hosts, &programs);
        let found = errors.first().map(ToString::to_string);
        match (found, expected) {
            (None, None) => {}
            (Some(found), Some(part)) => assert!(found.contains(part), "{line}: {found}"),
            (found, _) => panic!("{line}: {found:?}"),
        }
    }
}

/// A run and a director that follows it.
struct Followed {
    run: Fixture,
    director: Director,
}

impl Followed {
    fn new(programs: &[&str], script: &str) -> Self {
        let script = Script::parse(script, 1).expect("it is sound");
        Self {
            run: Fixture::new(programs),
            director: Director::new(Some(Arc::new(script))),
        }
    }

    fn rest(&mut self) {
        self.run.rest();
        // Each event is seen with a state that has it and the later ones of its step: the fixture
        // makes no call twice.
        for event in std::mem::take(&mut self.run.news) {
            self.director.see(&event, &self.run.state);
        }
    }

    fn next(&self) -> Next {
        self.next_after(0)
    }

    fn next_after(&self, us: u64) -> Next {
        self.director
            .next(&self.run.state, self.run.state.at_us + us)
    }

    fn order(&self) -> String {
        match self.next() {
            Next::Give(order @ Order::Step { .. }) => said(&Next::Give(order)),
            Next::Give(order) => ordered(&order),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_script_goes_before_what_is_usual_and_then_all_goes_as_usual() {
    let script = "client connect\ndrop client SYN 1\nhold server\nrelease all\nserver step";
    let mut it = Followed::new(&["server", "client"], script);
    it.run.ready("server", 0, "accept");
    it.run.ready("client", 0, "socket");
    it.rest();
    assert_eq!(it.order(), "step client");
    assert_eq!(it.director.by(&it.run.state, 0), By::Lesson);
    it.run.steps("client", 0);
    it.run.ready("client", 0, "connect");
    it.rest();
    assert_eq!(it.order(), "step client", "socket() is not connect()");
    it.run.blocks("client", 0);
    it.run.sends("client", Kind::Syn);
    it.rest();
    assert_eq!(it.order(), "drop 0");
    let segment = SegmentId(0);
    it.run.push(What::Dropped { segment });
    it.rest();
    for on in [true, false] {
        let Next::Give(Order::Hold { traffic, on: told }) = it.next() else {
            panic!("{:?}", it.next());
        };
        assert_eq!(told, on);
        assert_eq!(traffic.from.is_some(), on);
        it.run.ordered(Order::Hold { traffic, on }, By::Lesson);
        it.rest();
    }
    assert_eq!(it.order(), "step server");
    it.run.blocks("server", 0);
    it.rest();
    assert_eq!(it.director.stands_at(), None);
    assert_eq!(it.director.by(&it.run.state, 0), By::Director);
    it.run.sends("client", Kind::Syn);
    it.rest();
    assert_eq!(it.order(), "deliver 1");
}

#[test]
fn what_was_done_by_hand_is_not_asked_for_again() {
    let script = "client connect\ndeliver client SYN\nclient send\nserver until blocked";
    let mut it = Followed::new(&["server", "client"], script);
    it.run.ready("server", 0, "accept");
    it.run.ready("client", 0, "connect");
    it.rest();
    it.run.steps_by("client", 0, By::Learner);
    it.run.sends("client", Kind::Syn);
    it.run.ready("client", 0, "send");
    it.rest();
    assert_eq!(it.order(), "deliver 0");
    // Ahead of its line, and then the line before it.
    it.run.steps_by("client", 0, By::Learner);
    it.rest();
    assert_eq!(it.order(), "deliver 0");
    it.run.delivered(0);
    it.rest();
    assert_eq!(it.order(), "step server");
}

#[test]
fn what_the_script_let_happen_counts_for_one_line_only() {
    let mut it = Followed::new(
        &["server", "client"],
        "deliver client data\ndeliver client data",
    );
    it.run.sends("client", Kind::Data);
    it.run.sends("client", Kind::Data);
    it.rest();
    assert_eq!(it.order(), "deliver 0");
    it.run.ordered(
        Order::Deliver {
            segment: SegmentId(0),
        },
        By::Lesson,
    );
    it.run.delivered(0);
    it.rest();
    assert_eq!(it.order(), "deliver 1");

    // What passes by itself while another line is waited for is nobody's.
    let mut it = Followed::new(
        &["server", "client"],
        "deliver client FIN\ndeliver client data",
    );
    for kind in [Kind::Data, Kind::Fin, Kind::Data] {
        it.run.sends("client", kind);
    }
    it.run.delivered(0);
    it.rest();
    assert_eq!(it.order(), "deliver 1");
    it.run.delivered(1);
    it.rest();
    assert_eq!(it.order(), "deliver 2");
}

#[test]
fn a_line_that_cannot_come_true_says_why_and_never_hangs() {
    for (line, why) in [
        ("deliver server FIN", Stuck::NotOnWire),
        ("client until ends", blocked("client", "connect")),
        ("client send", blocked("client", "connect")),
        (
            "answer client \"x\"",
            Stuck::AsksNothing("client".to_owned()),
        ),
        ("server step 9", Stuck::Ended("server".to_owned())),
    ] {
        let mut it = Followed::new(&["server", "client"], &format!("\n{line}  # why"));
        it.run.ready("client", 0, "connect");
        it.run.blocks("client", 0);
        it.run.exits("server");
        it.rest();
        let Next::Wait { until_us } = it.next() else {
            panic!("{line}: a kernel may be late, but {:?}", it.next());
        };
        let late = it.director.next(&it.run.state, until_us);
        let stuck = WhyNot::ScriptStuck {
            line: 2,
            text: line.to_owned(),
            why,
        };
        assert_eq!(late, Next::Not(stuck), "{line}");
    }
}

fn blocked(program: &str, call: &str) -> Stuck {
    let (program, call) = (program.to_owned(), call.to_owned());
    Stuck::Blocked { program, call }
}

#[test]
fn once_the_learner_went_another_way_the_run_goes_on_as_usual() {
    let mut it = Followed::new(&["server", "client"], "deliver server FIN\nserver step");
    it.run.ready("client", 0, "connect");
    it.run.ready("server", 0, "accept");
    it.rest();
    it.run.steps_by("client", 0, By::Learner);
    it.run.ready("client", 0, "send");
    it.rest();
    let late = it.next_after(2_000_000);
    assert_eq!(said(&late), "step server");
    it.run.sends("server", Kind::Fin);
    it.rest();
    assert_eq!(it.order(), "deliver 0", "the line can come true again");
}

#[test]
fn what_is_ordered_when_a_wait_is_over_counts_for_the_line_after_it() {
    let script = "wait 1.2s\ndeliver client SYN\nclient step";
    let mut it = Followed::new(&["server", "client"], script);
    it.run.ready("client", 0, "send");
    it.run.sends("client", Kind::Syn);
    it.rest();
    let after = it.next_after(1_200_000);
    assert_eq!(
        said(&after),
        "deliver 0",
        "although nothing happened meanwhile"
    );
    let (segment, by) = (SegmentId(0), By::Lesson);
    let order = Order::Deliver { segment };
    let what = What::Order(Ordered { order, by });
    it.run.push_after(1_200_000, what);
    it.run.delivered(0);
    it.rest();
    assert_eq!(it.order(), "step client");
}

#[test]
fn waiting_is_counted_from_when_its_line_was_reached() {
    let mut it = Followed::new(&["server", "client"], "deliver all\nwait 1.2s\nclient step");
    it.run.ready("client", 0, "connect");
    it.rest();
    let reached = it.run.state.at_us;
    let until_us = reached + 1_200_000;
    assert_eq!(it.next(), Next::Wait { until_us });
    // An event meanwhile does not start it anew.
    let text = "tick".to_owned();
    it.run.push_after(500_000, What::Note { text });
    it.rest();
    assert_eq!(it.next(), Next::Wait { until_us });
    let after = it.director.next(&it.run.state, until_us);
    assert_eq!(said(&after), "step client");
}

#[test]
fn a_thread_is_told_from_the_others_of_its_program() {
    let script = "server thread 2 recv\nserver thread 0 step\nserver thread 1 until ends";
    let mut it = Followed::new(&["server"], script);
    for thread in 0..3 {
        it.run.ready("server", thread, "recv");
    }
    it.rest();
    for thread in [2, 0] {
        assert_eq!(it.order(), format!("step server {thread}"));
        it.run.steps("server", thread);
        it.rest();
    }
    assert_eq!(it.order(), "step server 1");
    it.run.steps("server", 1);
    it.run.ready("server", 2, "recv");
    it.rest();
    assert_eq!(it.director.stands_at().map(|(line, _)| line), Some(3));
    let (program, thread) = ("server".to_owned(), 1);
    let state = ThreadState::Ended;
    it.run.push(What::Thread {
        program,
        thread,
        state,
    });
    it.rest();
    assert_eq!(it.director.stands_at(), None);
}

#[test]
fn what_comes_by_itself_can_be_waited_for() {
    let script = "wait for client data 2\nwait for client data 2 delivered\n\
                  wait for server recv\nserver send";
    let mut it = Followed::new(&["server", "client"], script);
    it.run.ready("server", 0, "recv");
    let call = it.run.blocks("server", 0);
    it.run.sends("client", Kind::Data);
    it.run.exits("client");
    it.rest();
    let stands_at = |it: &Followed| it.director.stands_at().map(|(line, _)| line);
    assert!(matches!(it.next(), Next::Wait { .. }), "{:?}", it.next());
    it.run.sends("client", Kind::Data);
    it.rest();
    assert_eq!(stands_at(&it), Some(2));
    it.run.delivered(1);
    it.rest();
    assert_eq!(stands_at(&it), Some(3));
    it.run.returns("server", call);
    it.run.ready("server", 0, "send");
    it.rest();
    assert_eq!(it.order(), "step server");
}
