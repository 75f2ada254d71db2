//! One end of a run as a packetdrill script: packetdrill plays the other end, and checks that this
//! host's kernel sends what it sent in the run, at the same times.
//!
//! In: a trace and a host. Out: the script, or the line of the trace that packetdrill has no words
//! for. It plays one program with one thread and one TCP connection. `call` knows the calls,
//! `segment` the segments; here is the order they come in, and the clock.
//!
//! Tried with packetdrill's newest source on Linux 6.18, in a namespace (`tests/it/cli/packetdrill.rs`
//! says how): both ends of lessons 4, 6, 7, 8, 10, 11, 17, 22 and 24, of their puzzles' lost, damaged
//! and doubled segments, of fast retransmit and of time-outs pass. Where a long write is cut into
//! segments, PSH stands where the kernel's own batches end, which depends on the device: the sender
//! of lesson 23 fails there, on the first of its ten segments.

mod call;
mod segment;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Refusal, Source};
use crate::lesson::Language;
use crate::model::{CallRecord, State};
use crate::trace::{CallId, Event, Header, Name, Order, SegmentId, Timers, What, WireKind};
use crate::words::say;
use segment::Flow;

/// Times are told in milliseconds, and a call after another that blocked begins so much later.
const GRAIN_US: u64 = 1_000;
/// A kernel that answers does so at once.
const AT_ONCE_US: u64 = 8_000;

pub fn script(source: &Source<'_>, host: &str) -> Result<String, Refusal> {
    let header = source.trace.header();
    if !header.hosts.iter().any(|known| known.name == host) {
        return Err(Refusal::NoSuchHost(host.to_owned()));
    }
    match header.wire {
        WireKind::Held => {}
        WireKind::Loopback => return Err(Refusal::NothingSeen),
        WireKind::Captured => return Err(Refusal::NoPrograms),
    }
    let mut drill = Drill::new(source, host);
    for (index, event) in source.trace.events().iter().enumerate() {
        // The header is line 1.
        drill.take(event).map_err(|why| Refusal::NotInPacketdrill {
            line: index + 2,
            why,
        })?;
    }
    let why = say!(source.language, "drill.no_calls").into_owned();
    match drill.has_called {
        true => Ok(head(header, host, &drill, source.language) + &drill.text),
        false => Err(Refusal::NotInPacketdrill { line: 1, why }),
    }
}

struct Drill<'a> {
    host: &'a str,
    header: &'a Header,
    language: Language,
    /// After the last event.
    all: State,
    /// Up to where it is told.
    now: State,
    program: Option<Name>,
    /// Of the only connection.
    flow: Option<Flow>,
    /// The sockets that the program has open.
    open: BTreeSet<i32>,
    /// What follows when a call has returned: a line of the script.
    after: BTreeMap<CallId, String>,
    has_called: bool,
    text: String,
    /// When the line before happens, in the run's clock.
    at_us: Option<u64>,
    /// No call may begin before.
    busy_until_us: u64,
}

impl<'a> Drill<'a> {
    fn new(source: &Source<'a>, host: &'a str) -> Self {
        let trace = source.trace;
        Self {
            host,
            header: trace.header(),
            language: source.language,
            all: State::at(trace, trace.end()),
            now: State::new(trace.header()),
            program: None,
            flow: None,
            open: BTreeSet::new(),
            after: BTreeMap::new(),
            has_called: false,
            text: String::new(),
            at_us: None,
            busy_until_us: 0,
        }
    }

    fn take(&mut self, event: &Event) -> Result<(), String> {
        if let What::Order(ordered) = &event.what
            && let Order::Step { program, thread } = &ordered.order
        {
            self.step(program, *thread, event.at_us)?;
        }
        self.now.apply(event);
        if let What::Return { call, .. } = &event.what
            && let Some(line) = self.after.remove(call)
        {
            self.busy_until_us += GRAIN_US;
            let at_us = event.at_us.max(self.busy_until_us);
            self.line(at_us, &line);
        }
        if let What::Exit { program, .. } = &event.what
            && self.program.as_ref() == Some(program)
        {
            self.exits(event.at_us);
        }
        if let What::Sent { segment, from, .. } = &event.what
            && from == self.host
        {
            self.sent(*segment, event.at_us)?;
        }
        if let What::Delivered { segment } = &event.what {
            self.arrived(*segment, event.at_us)?;
        }
        Ok(())
    }

    /// The program makes the call it stands before.
    fn step(&mut self, name: &Name, thread: Option<u32>, at_us: u64) -> Result<(), String> {
        let standing = self.now.programs.get(name);
        let Some(standing) = standing.filter(|program| program.host == self.host) else {
            return Ok(());
        };
        let is_meant = |(ready, _): &(u32, CallId)| thread.is_none_or(|wanted| wanted == *ready);
        let found = { standing.ready() }.find(is_meant);
        let Some((thread, call)) = found else {
            return Ok(());
        };
        if thread != 0 {
            return Err(say!(self.language, "drill.threads", program = name).into_owned());
        }
        if self.program.get_or_insert_with(|| name.clone()) != name {
            return Err(say!(self.language, "drill.programs").into_owned());
        }
        let made = self.all.programs.get(name).and_then(|p| p.call(call));
        let Some(made) = made.cloned() else {
            return Ok(());
        };
        let file = self.now.programs[name].file.clone();
        self.call(&made, &file, at_us)
    }

    fn call(&mut self, made: &CallRecord, file: &str, at_us: u64) -> Result<(), String> {
        let shown: String = made
            .args
            .chars()
            .filter(|c| !c.is_control())
            .take(60)
            .collect();
        let remark = format!("// {file}:{} {}({shown})", made.line, made.name);
        let told = call::told(made, self.language)?;
        let Some(line) = told.line else {
            let _ = writeln!(self.text, "\n{remark}  // {}", told.remark);
            return Ok(());
        };
        self.has_called = true;
        let _ = writeln!(self.text, "\n{remark}");
        let at_us = at_us.max(self.busy_until_us);
        match (&made.resolved, made.blocked_at_us) {
            (Some(answer), Some(_)) => {
                let begins = self.since(at_us);
                let lasts_us = answer.at_us.saturating_sub(at_us).div_ceil(GRAIN_US) * GRAIN_US;
                let ends = begins + lasts_us;
                let _ = writeln!(self.text, "+{}...{} {line}", seconds(begins), seconds(ends));
                self.pass(begins);
                self.busy_until_us = self.at_us.unwrap_or(0) + lasts_us;
            }
            _ => self.line(at_us, &line),
        }
        if let Some(fd) = told.opens {
            self.open.insert(fd);
        }
        if let Some(fd) = told.closes {
            self.open.remove(&fd);
        }
        // As the lab does, so that a held segment does not kill its connection.
        if let (Some(fd), true) = (told.connects, self.header.timers.are_patient()) {
            let longest_ms = match self.header.timers {
                Timers::Still => 120_000,
                Timers::Patient | Timers::Natural => 1_000,
            };
            let line = format!("setsockopt({fd}, SOL_TCP, 44, [{longest_ms}], 4) = 0");
            self.after.insert(made.id, line);
        }
        Ok(())
    }

    /// Its kernel closes what it has left open.
    fn exits(&mut self, at_us: u64) {
        for fd in std::mem::take(&mut self.open) {
            let remark = say!(self.language, "drill.exits");
            let at_us = at_us.max(self.busy_until_us);
            self.line(at_us, &format!("close({fd}) = 0  // {remark}"));
        }
    }

    fn sent(&mut self, id: SegmentId, at_us: u64) -> Result<(), String> {
        let mut line = match self.told(id, segment::Way::Out)? {
            Some(line) => line,
            None => return Ok(()),
        };
        if let Some(crate::model::Fate::Dropped(_)) = self.all.segments.get(&id).map(|s| s.fate) {
            let _ = write!(line, "  // {}", say!(self.language, "drill.dropped"));
        }
        // An answer comes in the same breath as what it answers.
        let since_us = self.since(at_us);
        let at_us = match since_us < AT_ONCE_US {
            true => self.at_us.unwrap_or(at_us),
            false => at_us,
        };
        self.line(at_us, &line);
        Ok(())
    }

    fn arrived(&mut self, id: SegmentId, at_us: u64) -> Result<(), String> {
        let Some(found) = self.now.segments.get(&id) else {
            return Ok(());
        };
        if found.to.as_deref() != Some(self.host) {
            return Ok(());
        }
        if !found.corrupted.is_empty() {
            let _ = writeln!(self.text, "// {}", say!(self.language, "drill.damaged"));
            return Ok(());
        }
        if let Some(line) = self.told(id, segment::Way::In)? {
            self.line(at_us, &line);
        }
        Ok(())
    }

    fn told(&mut self, id: SegmentId, way: segment::Way) -> Result<Option<String>, String> {
        let found = self.now.segments.get(&id);
        let Some(packet) = found.and_then(|segment| segment.packet.as_ref()) else {
            return Ok(None);
        };
        segment::told(packet, way, &mut self.flow, self.language).map(Some)
    }

    fn line(&mut self, at_us: u64, line: &str) {
        let since = self.since(at_us);
        let _ = writeln!(self.text, "+{} {line}", seconds(since));
        self.pass(since);
        if self.at_us.is_none() {
            self.at_us = Some(at_us);
        }
    }

    /// How long after the line before, in whole grains.
    fn since(&self, at_us: u64) -> u64 {
        let since_us = at_us.saturating_sub(self.at_us.unwrap_or(at_us));
        since_us / GRAIN_US * GRAIN_US
    }

    fn pass(&mut self, us: u64) {
        if let Some(at_us) = &mut self.at_us {
            *at_us += us;
        }
    }
}

fn seconds(us: u64) -> String {
    match us {
        0 => "0".to_owned(),
        _ => format!("{:.3}", us as f64 / 1e6),
    }
}

/// What a reader needs, and the settings of the lab's own hosts.
fn head(header: &Header, host: &str, drill: &Drill<'_>, language: Language) -> String {
    let file = format!("{host}.pkt");
    let about = say!(
        language,
        "drill.head",
        host = host,
        file = file,
        kernel = header.kernel.replace(char::is_control, " ")
    );
    let mut head: String = about
        .trim()
        .lines()
        .map(|l| format!("// {l}").trim_end().to_owned() + "\n")
        .collect();
    let is_ipv6 = drill.flow.as_ref().is_some_and(Flow::is_ipv6);
    head.push_str("--tolerance_usecs=100000\n");
    if is_ipv6 {
        head.push_str("--ip_version=ipv6\n");
    }
    head.push_str(&format!("\n`{}`\n", settings(header.timers).join("\n ")));
    head
}

/// As `lab::host` has them. One that may not be set is left as it is.
fn settings(timers: Timers) -> Vec<String> {
    let set = |name: &str, value: &str| {
        format!("sysctl -q -w net.ipv4.{name}={value} 2>/dev/null || true")
    };
    let mut settings = vec![
        // One packet for one segment.
        "ip link set dev tun0 gso_max_segs 1 2>/dev/null || true".to_owned(),
        set("tcp_no_metrics_save", "1"),
        set("tcp_invalid_ratelimit", "0"),
        set("tcp_congestion_control", "reno"),
    ];
    if timers.are_patient() {
        settings.extend([
            set("tcp_syn_retries", "127"),
            set("tcp_synack_retries", "127"),
            set("tcp_retries2", "255"),
            set("tcp_orphan_retries", "255"),
            set("tcp_early_retrans", "0"),
            set("tcp_retrans_collapse", "0"),
            set("tcp_slow_start_after_idle", "0"),
            set("tcp_fin_timeout", "3600"),
            // No acknowledgment is put off.
            "r=$(ip route show dev tun0 | grep via | head -n 1); \
             ip route change $r dev tun0 quickack 1 2>/dev/null || true"
                .to_owned(),
        ]);
    }
    settings
}
