//! Each way a datagram can go.

use etherparse::PacketBuilder;
use sockstep::model::DatagramPlace;
use sockstep::trace::{CallId, SegmentId, SocketFacts, What};

use super::{Run, SERVER};

fn datagram(run: &mut Run, port: u16, payload: &[u8]) -> SegmentId {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
        .udp(5000, port)
        .write(&mut bytes, payload)
        .unwrap();
    run.leave("client", bytes)
}

fn bound(run: &mut Run, drops: u32) {
    run.apply(What::Socket(Box::new(SocketFacts {
        host: "server".to_owned(),
        key: SERVER,
        program: Some("server".to_owned()),
        fd: Some(4),
        protocol: "udp".to_owned(),
        state: "UNCONN".to_owned(),
        local: Some("0.0.0.0:80".to_owned()),
        drops: Some(drops),
        ..SocketFacts::default()
    })));
}

#[test]
fn each_datagram_is_in_one_place() {
    let mut run = Run::empty();
    bound(&mut run, 0);
    let ids: Vec<SegmentId> = [80, 80, 80, 81, 80, 80]
        .into_iter()
        .map(|port| datagram(&mut run, port, b"hello"))
        .collect();
    let places = |run: &Run| {
        let all = run.state.datagrams();
        all.into_iter()
            .map(|datagram| datagram.place)
            .collect::<Vec<_>>()
    };
    assert_eq!(places(&run), vec![DatagramPlace::Wire; 6]);
    // The second overtakes the first.
    for id in [ids[1], ids[0], ids[3]] {
        run.deliver(id);
    }
    run.lose(ids[2]);
    bound(&mut run, 0);
    let peek = run.call("server", "recvfrom", "9, MSG_PEEK", None);
    run.give_back("server", peek, "…", b"hello");
    run.read("server", b"hel");
    // No room for the last.
    run.deliver(ids[4]);
    bound(&mut run, 1);
    let waiting = DatagramPlace::Received("server".to_owned(), SERVER);
    assert_eq!(
        places(&run),
        [
            waiting,
            DatagramPlace::Read {
                call: CallId(1),
                lost: 2
            },
            DatagramPlace::Dropped,
            DatagramPlace::Refused,
            DatagramPlace::Refused,
            DatagramPlace::Wire,
        ]
    );
    run.apply(What::Gone {
        host: "server".to_owned(),
        key: SERVER,
    });
    run.deliver(ids[5]);
    let now = places(&run);
    assert_eq!(
        (&now[0], &now[5]),
        (&DatagramPlace::Lost, &DatagramPlace::Refused)
    );
}
