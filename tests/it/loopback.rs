//! The loopback mode, against this machine's own kernel: the same programs, nothing held, nothing
//! that leaves the lab. Needs no rights, so nothing here is ever skipped.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::process::{Command, Output};
use std::time::Duration;

use sockstep::lab::FromLab;
use sockstep::lesson::Language;
use sockstep::packet::Kind;
use sockstep::session::{Command as SessionCommand, Course, Notice, Session};
use sockstep::trace::{
    Event, HostSetup, Mapping, Order, ProgramSetup, SegmentId, Setup, Timers, Trace, What,
    WireKind, load,
};

use crate::lab::is_wire_there;
use crate::lab::play::{Play, binary};

/// Plays to the end as a learner in a terminal would, and reads what was saved.
fn play(arguments: &[&str]) -> (Output, Trace) {
    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join("run.jsonl");
    let output = Command::new(binary())
        .arg("run")
        .args(arguments)
        .args(["--loopback", "--for", "20", "--save"])
        .arg(&saved)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it starts");
    let text = fs::read_to_string(&saved).expect("a saved run");
    (output, load(&text).expect("a trace").trace)
}

fn play_programs(server: &str, clients: &[&str]) -> (Output, Trace) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: String, source: &str| {
        let path = folder.path().join(name);
        fs::write(&path, source).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let mut files = vec![path("server.py".to_owned(), server)];
    for (index, source) in clients.iter().enumerate() {
        files.push(path(format!("client{index}.py"), source));
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    play(&files)
}

fn printed(trace: &Trace) -> String {
    let texts = trace.events().iter().map(|event| match &event.what {
        What::Print { text, .. } => text.as_str(),
        _ => "",
    });
    texts.collect()
}

fn notes(trace: &Trace) -> Vec<&str> {
    let notes = trace.events().iter().filter_map(|event| match &event.what {
        What::Note { text } => Some(text.as_str()),
        _ => None,
    });
    notes.collect()
}

/// `client SYN, server SYN+ACK`: every inferred segment that is no bare acknowledgment.
fn inferred(trace: &Trace) -> Vec<String> {
    let segments = trace.events().iter().filter_map(|event| match &event.what {
        What::Inferred {
            from, kind, length, ..
        } if *kind != Kind::Ack => Some(match length {
            0 => format!("{from} {kind}"),
            length => format!("{from} {kind} {length}"),
        }),
        _ => None,
    });
    segments.collect()
}

fn ended_well(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
}

/// A port that nobody has just now.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("it is bound").port()
}

fn server_on(port: u16) -> String {
    format!(
        "import socket\ns = socket.socket()\ns.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n\
         s.bind(('', {port}))\ns.listen()\nc, a = s.accept()\nprint(c.recv(100))\nc.sendall(b'pong')\n\
         c.close()\ns.close()\n"
    )
}

fn client_of(port: u16) -> String {
    format!(
        "import socket\ns = socket.socket()\ns.connect(('10.0.0.2', {port}))\ns.sendall(b'ping')\n\
         print(s.recv(100))\nprint(s.recv(100))\ns.close()\n"
    )
}

#[test]
fn a_lesson_plays_on_loopback_with_the_kernels_states_and_inferred_segments() {
    let port = free_port();
    let lesson = tempfile::tempdir().expect("a folder");
    for file in fs::read_dir("lessons/04-handshake")
        .expect("the lesson")
        .flatten()
    {
        let text = fs::read_to_string(file.path()).expect("its text");
        let text = text.replace("8989", &port.to_string());
        fs::write(lesson.path().join(file.file_name()), text).expect("a copy");
    }
    let (output, trace) = play(&[lesson.path().to_str().expect("UTF-8")]);
    ended_well(&output);
    let header = trace.header();
    assert_eq!(header.wire, WireKind::Loopback);
    let stands = |address: &str| Mapping {
        address: address.parse().expect("sound"),
        stands_for_it: Ipv4Addr::LOCALHOST.into(),
    };
    let mapping = [stands("192.168.131.62"), stands("192.168.131.10")];
    assert_eq!(header.mapping, mapping);
    let is_seen = |event: &Event| matches!(event.what, What::Sent { .. } | What::Delivered { .. });
    assert!(!trace.events().iter().any(is_seen), "nobody saw a segment");
    assert_eq!(
        inferred(&trace),
        [
            "client SYN",
            "server SYN+ACK",
            "client data 10",
            "server data 12",
            "client FIN",
            "server FIN",
        ]
    );
    let states = |host: &str| -> Vec<String> {
        let mut states: Vec<String> = Vec::new();
        for event in trace.events() {
            if let What::Socket(facts) = &event.what
                && facts.host == host
                && states.last() != Some(&facts.state)
            {
                states.push(facts.state.clone());
            }
        }
        states
    };
    let of_client = states("client");
    assert_eq!(of_client.first().map(String::as_str), Some("CLOSE"));
    assert!(
        of_client.contains(&"ESTABLISHED".to_owned()),
        "{of_client:?}"
    );
    assert_eq!(of_client.last().map(String::as_str), Some("TIME_WAIT"));
    let of_server = states("server");
    for state in ["LISTEN", "ESTABLISHED", "CLOSE_WAIT"] {
        assert!(of_server.contains(&state.to_owned()), "{of_server:?}");
    }
    assert!(
        notes(&trace).contains(&&*format!("192.168.131.62:{port} is 127.0.0.1:{port} here")),
        "{:?}",
        notes(&trace)
    );
}

#[test]
fn datagrams_and_threads_work_on_loopback_too() {
    let port = free_port();
    let server = format!(
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.bind(('', {port}))\n\
         d, a = s.recvfrom(9)\ns.sendto(d + b'!', a)\ns.close()\n"
    );
    let client = format!(
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
         s.sendto(b'hi', ('10.0.0.2', {port}))\nprint(s.recvfrom(9)[0])\ns.close()\n"
    );
    let (output, trace) = play_programs(&server, &[&client]);
    ended_well(&output);
    assert_eq!(printed(&trace), "b'hi!'\n");
    assert_eq!(inferred(&trace), ["client1 UDP 2", "server UDP 3"]);

    let port = free_port();
    let server = format!(
        "import socket, threading\ndef serve(c):\n    c.sendall(c.recv(9).upper())\n    c.close()\n\
         s = socket.socket()\ns.bind(('', {port}))\ns.listen()\nfor i in range(2):\n    c, a = s.accept()\n    \
         threading.Thread(target=serve, args=(c,)).start()\ns.close()\n"
    );
    let client = client_of(port);
    let (output, trace) = play_programs(&server, &[&client, &client]);
    ended_well(&output);
    assert_eq!(printed(&trace), "b'PING'\nb''\n".repeat(2));
}

#[test]
fn a_port_of_another_program_of_this_machine_is_not_reached() {
    let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    stranger.set_nonblocking(true).expect("it is a socket");
    let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    datagrams.set_nonblocking(true).expect("it is a socket");
    let tcp = stranger.local_addr().expect("it is bound").port();
    let udp = datagrams.local_addr().expect("it is bound").port();
    let client = format!(
        "import socket\n\
         for host in ['10.0.0.2', '127.0.0.1', 'localhost', '', '0.0.0.0', '10.0.0.11']:\n\
         \x20   s = socket.socket()\n    print(s.connect_ex((host, {tcp})))\n    s.close()\n\
         u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
         for host in ['10.0.0.2', '127.0.0.1', '']:\n    u.sendto(b'x', (host, {udp}))\n\
         u.connect(('127.0.0.1', {udp}))\nu.send(b'x')\n\
         for host in ['8.8.8.8', '224.0.0.1', '10.0.0.77']:\n\
         \x20   try:\n        u.sendto(b'x', (host, 53))\n    except OSError as e:\n        print(e.errno)\n"
    );
    let (output, trace) = play_programs("print('up')\n", &[&client]);
    ended_well(&output);
    const ECONNREFUSED: &str = "111\n";
    const ENETUNREACH: &str = "101\n";
    let expected = format!("up\n{}{}", ECONNREFUSED.repeat(6), ENETUNREACH.repeat(3));
    assert_eq!(printed(&trace), expected);
    let seen = stranger.accept().expect_err("nobody came");
    assert_eq!(seen.kind(), ErrorKind::WouldBlock);
    let seen = datagrams.recv(&mut [0; 9]).expect_err("nothing came");
    assert_eq!(seen.kind(), ErrorKind::WouldBlock);
    let said = notes(&trace);
    let says = |part: &str| said.iter().any(|note| note.contains(part));
    assert!(
        says("Sockstep and not the kernel refuses 8.8.8.8:53"),
        "{said:?}"
    );
    assert!(
        says(&format!("no socket of server has 10.0.0.2:{tcp}")),
        "{said:?}"
    );
}

#[test]
fn nothing_a_program_binds_can_be_reached_from_outside_of_this_machine() {
    let client = "import socket\n\
         a = socket.socket()\na.bind(('', 0))\na.listen()\n\
         b = socket.socket()\nb.listen()\n\
         c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nc.sendto(b'', ('10.0.0.2', 9))\n\
         d = socket.socket(socket.AF_INET6)\nd.bind(('::', 0))\nd.listen()\n\
         for s in [a, b, c, d]:\n    print(s.getsockname()[0])\n\
         try:\n    socket.socket().bind(('192.0.2.1', 0))\nexcept OSError as e:\n    print(e.errno)\n";
    let (output, trace) = play_programs("print('up')\n", &[client]);
    ended_well(&output);
    let expected = "up\n127.0.0.1\n127.0.0.1\n127.0.0.1\n::1\n99\n";
    assert_eq!(printed(&trace), expected);
}

fn setup(port: u16) -> Setup {
    let sources = [("server", server_on(port)), ("client", client_of(port))];
    let host = |(index, (name, _)): (usize, &(&str, String))| HostSetup {
        name: (*name).to_owned(),
        addresses: vec![[10, 0, 0, 2 - index as u8].into()],
    };
    let program = |(name, source): &(&str, String)| ProgramSetup {
        name: (*name).to_owned(),
        host: (*name).to_owned(),
        file: format!("{name}.py"),
        source: source.clone(),
    };
    Setup {
        hosts: sources.iter().enumerate().map(host).collect(),
        programs: sources.iter().map(program).collect(),
        timers: Timers::Patient,
        wire: WireKind::Loopback,
        ..Setup::default()
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[test]
fn an_order_about_a_segment_is_refused_with_the_reason() {
    let mut play = Play::start_as(&setup(free_port()));
    play.step_until_blocked("server");
    let segment = SegmentId(0);
    for order in [
        Order::Deliver { segment },
        Order::Drop { segment },
        Order::DeliverAll,
    ] {
        play.order(order.clone());
        let said = notes(&play.trace).last().map(|note| (*note).to_owned());
        let said = said.unwrap_or_default();
        assert!(
            said.starts_with("refused: this is loopback mode"),
            "{order:?}: {said}"
        );
    }
    play.play_on();
    assert_eq!(play.output("client"), "b'pong'\nb''\n");
}

#[test]
fn a_blocked_call_goes_on_only_after_the_kernel_was_looked_at() {
    let mut play = Play::start_as(&setup(free_port()));
    play.step_until_blocked("server");
    assert_eq!(play.call("server"), "accept");
    play.step("client");
    play.step("client");
    let full = play.place(
        "a connection that waits for accept",
        |what| matches!(what, What::Socket(facts) if facts.accept_queue == Some(1)),
    );
    let taken = play.place(
        "accept's return",
        |what| matches!(what, What::Return { program, new_fd: Some(4), .. } if program == "server"),
    );
    assert!(full < taken);
    assert_eq!(play.call("server"), "recv");
}

#[test]
fn of_two_labs_with_one_port_the_kernel_refuses_the_second() {
    let port = free_port();
    let mut first = Play::start_as(&setup(port));
    first.step_until_blocked("server");
    let mut second = Play::start_as(&setup(port));
    second.step_until_blocked("server");
    second.place("bind's EADDRINUSE", |what| {
        matches!(what, What::Return { returned: sockstep::trace::Returned::Failed { error, .. }, .. }
            if error.as_deref() == Some("EADDRINUSE"))
    });
    let said = notes(&second.trace).join("\n");
    assert!(said.contains(&format!("port {port} is taken")), "{said}");
    // The second lab's client must not reach the first lab's server.
    second.step_until_blocked("client");
    assert!(second.output("client").is_empty());
    first.play_on();
    assert_eq!(first.output("client"), "b'pong'\nb''\n");
}

#[test]
fn a_connection_from_outside_of_the_lab_is_said_to_be_one() {
    let port = free_port();
    let mut play = Play::start_as(&setup(port));
    play.step_until_blocked("server");
    let stranger = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    let own = stranger.local_addr().expect("it is bound");
    while !notes(&play.trace)
        .iter()
        .any(|note| note.contains("another program of this machine"))
    {
        play.take(Duration::from_secs(5));
    }
    assert!(
        notes(&play.trace)
            .iter()
            .any(|note| note.starts_with(&own.to_string()))
    );
    assert!(
        inferred(&play.trace).is_empty(),
        "it has no host to come from"
    );
}

#[test]
fn a_lab_on_loopback_that_is_dismissed_or_killed_leaves_no_port_and_no_process() {
    for is_killed in [false, true] {
        let port = free_port();
        let mut play = Play::start_as(&setup(port));
        play.step_until_blocked("server");
        assert!(!is_free(port), "the server listens");
        let pid = play.lab.pid().expect("it runs").to_string();
        if is_killed {
            let killed = Command::new("kill").args(["-9", &pid]).status();
            assert!(killed.expect("kill is there").success());
            let said = play.lab.events().recv_timeout(Duration::from_secs(5));
            assert!(matches!(said, Ok(FromLab::Ended(_))), "{said:?}");
        }
        drop(play);
        assert!(is_free(port), "killed: {is_killed}");
        assert!(
            !fs::exists(format!("/proc/{pid}")).expect("/proc"),
            "killed: {is_killed}"
        );
    }
}

#[test]
fn programs_on_loopback_have_no_rights_and_no_files_either() {
    let mut play = Play::start_as(&setup(free_port()));
    play.step_until_blocked("server");
    let pid = play.lab.pid().expect("it runs");
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))
        .expect("it runs")
        .flatten();
    let statuses = tasks.filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    let mut programs = 0;
    for status in statuses {
        let value = |key: &str| {
            let mut lines = status.lines().filter_map(|line| line.split_once(":\t"));
            let found = lines.find(|(name, _)| *name == key);
            found
                .map(|(_, value)| value.trim().to_owned())
                .unwrap_or_default()
        };
        let is_program = ["server", "client"].contains(&&*value("Name"));
        programs += u32::from(is_program);
        for key in ["CapEff", "CapPrm"] {
            assert_eq!(value(key).trim_matches('0'), "", "{status}");
        }
        assert_eq!(value("NoNewPrivs"), "1");
        assert!(!is_program || value("Seccomp") == "2", "{status}");
    }
    assert_eq!(programs, 2);
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).expect("it runs");
    let data = limits
        .lines()
        .find(|line| line.starts_with("Max data size"));
    assert!(!data.expect("a limit").contains("unlimited"));
}

/// A program that stands for ours on a machine without TUN devices.
fn without_the_wire(folder: &std::path::Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("sockstep");
    let refusal = r#"{"refused":"open_tun","why":"no such file","remedy":"load_tun"}"#;
    let script = format!(
        "#!/bin/sh\nread -r setup\ncase \"$setup\" in *'\"wire\":\"held\"'*) echo '{refusal}'; exit 1 ;; esac\n\
         {{ printf '%s\\n' \"$setup\"; cat; }} | '{}' lab\n",
        binary().display()
    );
    fs::write(&path, script).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

#[test]
fn a_window_without_the_held_wire_goes_on_in_loopback_mode_and_keeps_saying_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let binary = without_the_wire(folder.path());
    let lesson = std::path::Path::new("lessons/04-handshake");
    let course = Course::open(Some(lesson)).expect("the lesson");
    let (heard, hear) = crossbeam_channel::bounded(1);
    let wake = std::sync::Arc::new(move || {
        heard.try_send(()).ok();
    });
    let mut session = Session::start(binary, course, Language::English, None, wake);
    let is_told_again = |session: &mut Session| {
        while !session.state().is_at_rest {
            hear.recv_timeout(Duration::from_secs(10))
                .expect("it goes on");
            session.drain();
        }
        assert_eq!(session.state().wire, WireKind::Loopback);
        assert!(matches!(session.view().notice, Some(Notice::NoWire(_))));
    };
    is_told_again(&mut session);
    // Restart tries the held wire again: it may have been mended meanwhile.
    session.update(SessionCommand::Restart);
    assert_eq!(session.state().wire, WireKind::Held);
    is_told_again(&mut session);
}

#[test]
fn a_run_without_the_held_wire_says_so_and_plays_on_unless_it_needs_the_wire() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("quiet.py");
    fs::write(&path, "x = 1\n").expect("a file");
    // A user namespace that may have no network namespace.
    let script = "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$@\"";
    let run = |more: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "sh", "-c", script, "sh"]);
        let output = command
            .arg(binary())
            .arg("run")
            .args([&path, &path])
            .args(more)
            .output();
        let output = output.expect("util-linux has unshare");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    let (code, said) = run(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("going on in loopback mode") && said.contains('→'),
        "{said}"
    );
    let (code, said) = run(&["--drop", "client SYN 1"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(!said.contains("going on") && said.contains('→'), "{said}");
}
