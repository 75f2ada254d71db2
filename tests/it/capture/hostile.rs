//! Files that are wrong: what is sound before is there, nothing panics, nothing grows.

use super::files::{Blocks, Flow, pcap};
use super::*;

fn whole() -> [Vec<u8>; 2] {
    let mut flow = Flow::default();
    flow.handshake().data(b"hello").answer(b"hi!").close();
    let mut blocks = Blocks::new(false);
    blocks.interface(1, 0, &[(2, b"eth0"), (9, &[6])]);
    for (at, frame) in flow.frames.iter().enumerate() {
        blocks.packet(0, at as u64 * 1000, frame, &[(1, b"a comment")]);
    }
    blocks.simple(&flow.frames[0], 54);
    [pcap(&flow.frames), blocks.file]
}

/// Everything that can be asked of a capture.
fn ask(capture: &Capture) {
    for packet in 0..capture.len() {
        let row = capture.row(packet);
        assert!(capture.bytes(packet).len() < 1 << 24);
        assert!(capture.comments(packet).all(|text| text.len() < 1 << 24));
        assert!(
            row.conversation
                .is_none_or(|id| id < capture.conversations().len())
        );
        capture.twin_of(packet);
    }
    let of_all: usize = (0..capture.conversations().len())
        .map(|id| capture.packets_of(id).len())
        .sum();
    assert!(of_all <= capture.len());
}

/// And the run that is told of it, by the fold that shows it.
fn fold(capture: &Capture) {
    let (trace, _) = capture.trace(Which::All, 100);
    let state = sockstep::model::State::at(&trace, trace.end());
    assert_eq!(state.moment.0, trace.events().len());
}

#[test]
fn a_file_that_ends_anywhere_opens_as_far_as_it_goes() {
    for file in whole() {
        let count = sound(&file).len();
        let mut most = 0;
        for length in 0..file.len() {
            match read(&file[..length]) {
                Ok(capture) => {
                    ask(&capture);
                    assert!(capture.len() <= count);
                    most = most.max(capture.len());
                    let reason = capture.cut_short().map(|cut| &cut.reason);
                    assert!(
                        matches!(reason, None | Some(Reason::EndsInside)),
                        "{reason:?}"
                    );
                }
                Err(Problem::Empty) => assert_eq!(length, 0),
                Err(Problem::NotACapture) => assert!(length < 8),
                Err(Problem::Broken(cut)) => assert_eq!(cut.packet, 1),
                Err(other) => panic!("{other:?} at {length}"),
            }
        }
        assert_eq!(most, count - 1);
    }
}

#[test]
fn no_flipped_bit_and_no_wild_byte_breaks_anything() {
    for file in whole() {
        for at in 0..file.len() {
            for change in [0x01, 0xff, file[at]] {
                let mut changed = file.clone();
                changed[at] ^= change;
                if let Ok(capture) = read(&changed) {
                    ask(&capture);
                }
            }
        }
    }
}

/// A small generator, the same each time (xorshift).
fn chance(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn no_mix_of_changes_breaks_anything() {
    let mut seed = 0x5eed_0006;
    for file in whole() {
        for _ in 0..500 {
            let mut changed = file.clone();
            for _ in 0..=chance(&mut seed) % 8 {
                let at = chance(&mut seed) as usize % changed.len();
                match chance(&mut seed) % 4 {
                    0 => changed[at] = chance(&mut seed) as u8,
                    1 => changed.truncate(at.max(32)),
                    2 => {
                        let until = (at + 8).min(changed.len());
                        changed[at..until].fill([0, 0xff][(seed & 1) as usize]);
                    }
                    _ => {
                        let again = changed[at..].to_vec();
                        changed.extend(again);
                    }
                }
            }
            if let Ok(capture) = read(&changed) {
                ask(&capture);
                fold(&capture);
            }
        }
    }
}

#[test]
fn lengths_that_cannot_be_are_named_and_not_believed() {
    let [mut file, _] = whole();
    let second = 24 + 16 + 54;
    file[second + 8..second + 12].fill(0xff);
    let capture = read(&file).expect("its first packet");
    let cut = capture.cut_short().expect("the rest is not sound");
    assert_eq!(
        (cut.packet, cut.offset, capture.len()),
        (2, second as u64, 1)
    );
    let length = u64::from(u32::MAX);
    assert!(matches!(cut.reason, Reason::AbsurdLength { length: found, .. } if found == length));
    for length in [0_u32, 4, 13, u32::MAX] {
        let mut blocks = Blocks::new(false);
        blocks.interface(1, 0, &[]);
        blocks.packet(0, 0, &Flow::default().handshake().frames[0], &[]);
        let at = blocks.file.len();
        blocks.file.extend(6_u32.to_le_bytes());
        blocks.file.extend(length.to_le_bytes());
        blocks.file.extend([0; 64]);
        let capture = read(&blocks.file).expect("its first packet");
        let cut = capture.cut_short().expect("the rest is not sound");
        assert_eq!((cut.packet, cut.offset), (2, at as u64), "{length}");
        assert!(
            matches!(cut.reason, Reason::AbsurdLength { .. }),
            "{length}"
        );
    }
}

#[test]
fn what_is_no_capture_is_refused_with_a_reason() {
    for (start, problem) in [
        (&b""[..], Problem::Empty),
        (b"GET / HTTP/1.1\r\n", Problem::NotACapture),
        (
            &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0],
            Problem::Compressed("gzip"),
        ),
        (
            &[0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0],
            Problem::Compressed("zstd"),
        ),
    ] {
        assert_eq!(read(start).err(), Some(problem));
    }
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let gone = Capture::read(Broken, &Limits::default(), &mut |_| {
        ControlFlow::Continue(())
    });
    let why = "the disk is gone".to_owned();
    assert_eq!(gone.err(), Some(Problem::Unreadable(why)));
}

#[test]
fn reading_can_be_broken_off_and_is_bounded() {
    let frames = vec![vec![0; 1000]; 2000];
    let file = pcap(&frames);
    let mut told = Vec::new();
    let broken_off = Capture::read(&file[..], &Limits::default(), &mut |bytes| {
        told.push(bytes);
        match bytes > 1_000_000 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    assert_eq!(broken_off.err(), Some(Problem::Cancelled));
    assert!(told.len() > 2 && told.is_sorted());
    let limits = |most_bytes, most_packets| Limits {
        most_bytes,
        most_packets,
    };
    let read = |limits| Capture::read(&file[..], &limits, &mut |_| ControlFlow::Continue(()));
    let few = read(limits(u64::MAX, 7)).expect("seven packets");
    assert_eq!(few.len(), 7);
    let reason = few.cut_short().map(|cut| cut.reason.clone());
    assert_eq!(reason, Some(Reason::MorePackets(7)));
    let few = read(limits(600_000, 10_000)).expect("some packets");
    assert_eq!(few.len(), (600_000 - 24) / 1016);
    let reason = few.cut_short().map(|cut| cut.reason.clone());
    assert_eq!(reason, Some(Reason::MoreBytes(600_000)));
}

/// Packets of the same form, each a little different, in a file of 4 MB.
fn many(link: u32, packet: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    let mut file = pcap_of(link, &[]);
    for index in 0.. {
        let packet = packet(index);
        let length = packet.len() as u32;
        for number in [index / 1000, index % 1000, length, length] {
            file.extend(number.to_le_bytes());
        }
        file.extend(packet);
        if file.len() > 4 << 20 {
            break;
        }
    }
    file
}

fn ip(protocol: u8, index: u32, over: &[u8]) -> Vec<u8> {
    let length = 20 + over.len() as u8;
    let [a, b, c, d] = index.to_be_bytes();
    let head = [
        69, 0, 0, length, 0, 0, 0, 0, 64, protocol, 0, 0, a, b, c, d, 2, 2, 2, 2,
    ];
    [&head[..], over].concat()
}

#[test]
fn memory_is_a_small_multiple_of_the_file_however_odd_it_is() {
    let mut tcp = vec![0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x10, 0, 1];
    tcp.extend([0; 4]);
    let cooked = |index: u32| {
        let header = [
            &[0, (index % 2) as u8 * 4, 3, 4, 0, 6][..],
            &[0; 8],
            &[8, 0],
        ]
        .concat();
        [header, ip(17, index, &[0, 1, 0, 2, 0, 8, 0, 0])].concat()
    };
    let gaps = |index: u32| {
        let mut tcp = tcp.clone();
        tcp[4..8].copy_from_slice(&(index / 1000 * 2).to_be_bytes());
        ip(6, index % 1000, &[tcp, vec![1]].concat())
    };
    let mut comments = Blocks::new(false);
    comments.interface(1, 0, &[]);
    while comments.file.len() < 4 << 20 {
        let empty: [(u16, &[u8]); 64] = [(1, b""); 64];
        comments.packet(0, 1, b"", &empty);
    }
    let mut options = Blocks::new(false);
    options.interface(1, 0, &[]);
    while options.file.len() < 4 << 20 {
        options.packet(0, 1, b"", &vec![(77, &b""[..]); 200_000]);
    }
    let mut interfaces = Blocks::new(false);
    while interfaces.file.len() < 1 << 20 {
        interfaces.interface(1, 0, &[(2, b"e")]);
    }
    for (what, file) in [
        ("nothing in them", many(1, |_| Vec::new())),
        (
            "ever new UDP",
            many(101, |at| ip(17, at, &[0, 1, 0, 2, 0, 8, 0, 0])),
        ),
        ("ever new TCP", many(101, |at| ip(6, at, &tcp))),
        ("gaps", many(101, gaps)),
        ("out and in", many(113, cooked)),
        ("comments", comments.file),
        ("options", options.file),
        ("interfaces", interfaces.file),
    ] {
        let info = allocation_counter::measure(|| {
            assert!(read(&file).map_or(0, |capture| capture.len()) < file.len());
        });
        let most = 24 * file.len() as u64 + (16 << 20);
        let found = info.bytes_max;
        println!("{what}: {:.1}", found as f64 / file.len() as f64);
        assert!(found < most, "{what}: {found} of {}", file.len());
    }
}

use super::files::pcap_of;
