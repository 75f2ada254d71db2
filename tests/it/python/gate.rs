//! The gate of these tests: every call may go at once, and is written down.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use socket2::Socket;
use sockstep::python::{
    Announcement, CallTicket, ClosedBy, Ending, Gate, Idle, Interest, Outcome, Program,
    STACK_BYTES, Stopped, Stopper, Wake, run,
};

/// What a program did.
#[derive(Debug, Default, Clone)]
pub struct Record {
    pub printed: Vec<String>,
    /// `bind(('', 0)) -> None`
    pub calls: Vec<String>,
    pub announced: Vec<Announcement>,
    pub outcomes: Vec<Outcome>,
    /// What the threads reported of themselves.
    pub threads: Vec<String>,
    /// Descriptors that came and went.
    pub descriptors: Vec<String>,
}

pub struct OpenGate {
    record: Mutex<Record>,
    answers: Mutex<VecDeque<String>>,
    /// Hung up by whoever wants the program to stop.
    stop: Receiver<()>,
    is_ending: AtomicBool,
    /// Announces each call that has to wait, for a test that waits for just that.
    waits: Sender<&'static str>,
    last_wait: Mutex<Option<&'static str>>,
}

impl OpenGate {
    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().expect("no holder panics")
    }

    /// Tells the test, but not for every try of one call.
    fn now_waits_for(&self, what: &'static str) {
        let mut last = self.last_wait.lock().expect("no holder panics");
        if last.replace(what) != Some(what) {
            self.waits.try_send(what).ok();
        }
    }

    fn pause(&self, until: Option<Instant>) -> Result<Wake, Stopped> {
        if self.is_ending.load(Ordering::Acquire) {
            return Err(Stopped);
        }
        let short = Duration::from_millis(1);
        let left = until.map_or(short, |until| {
            until.saturating_duration_since(Instant::now())
        });
        match self.stop.recv_timeout(left.min(short)) {
            Err(RecvTimeoutError::Disconnected) => Err(Stopped),
            _ if until.is_some_and(|until| Instant::now() >= until) => Ok(Wake::TimedOut),
            _ => Ok(Wake::Ready),
        }
    }
}

impl Gate for OpenGate {
    fn enter(&self, call: Announcement) -> Result<CallTicket, Stopped> {
        let mut record = self.record();
        let ticket = CallTicket(record.announced.len() as u64);
        record.calls.push(format!("{}({})", call.name, call.args));
        record.announced.push(call);
        Ok(ticket)
    }

    fn wait(
        &self,
        _: CallTicket,
        _: &[(&Socket, Interest)],
        deadline: Option<Instant>,
    ) -> Result<Wake, Stopped> {
        self.now_waits_for("socket");
        self.pause(deadline)
    }

    fn sleep(&self, _: CallTicket, until: Instant) -> Result<(), Stopped> {
        self.now_waits_for("sleep");
        while self.pause(Some(until))? != Wake::TimedOut {}
        Ok(())
    }

    fn leave(&self, ticket: CallTicket, outcome: Outcome) {
        let mut record = self.record();
        let result = match &outcome.result {
            Ok(value) => value.clone(),
            Err(failure) => format!("{} {:?}", failure.exception, failure.error),
        };
        record.calls[ticket.0 as usize].push_str(&format!(" -> {result}"));
        record.outcomes.push(outcome);
    }

    fn opened(&self, _: &Socket) {
        self.record().descriptors.push("opened".to_owned());
    }

    fn established(&self, _: &Socket) {
        self.record().descriptors.push("established".to_owned());
    }

    fn closing(&self, _: &Socket, by: ClosedBy) {
        self.record().descriptors.push(format!("closed by {by:?}"));
    }

    fn set_option(&self, socket: &Socket, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
        let number = i32::from_ne_bytes(value.try_into().map_err(io::Error::other)?);
        match (level, name) {
            (1, 2) => socket.set_reuse_address(number != 0),
            (1, 6) => socket.set_broadcast(number != 0),
            (1, 7) => socket.set_send_buffer_size(number as usize),
            (1, 8) => socket.set_recv_buffer_size(number as usize),
            (1, 9) => socket.set_keepalive(number != 0),
            (6, 1) => socket.set_tcp_nodelay(number != 0),
            _ => Err(io::Error::from_raw_os_error(92)),
        }
    }

    fn get_option(&self, socket: &Socket, level: i32, name: i32, _: usize) -> io::Result<Vec<u8>> {
        let number = match (level, name) {
            (1, 2) => i32::from(socket.reuse_address()?),
            (1, 3) => i32::from(socket.r#type()?),
            (1, 4) => socket
                .take_error()?
                .and_then(|error| error.raw_os_error())
                .unwrap_or(0),
            (1, 7) => socket.send_buffer_size()? as i32,
            (1, 8) => socket.recv_buffer_size()? as i32,
            (6, 1) => i32::from(socket.tcp_nodelay()?),
            _ => return Err(io::Error::from_raw_os_error(92)),
        };
        Ok(number.to_ne_bytes().to_vec())
    }

    fn thread_started(&self, thread: u32) {
        self.record().threads.push(format!("{thread} starts"));
    }

    fn thread_ended(&self, thread: u32) {
        self.record().threads.push(format!("{thread} ends"));
    }

    fn idle(&self, thread: u32, idle: Idle) {
        self.record()
            .threads
            .push(format!("{thread} idle {idle:?}"));
        if idle == Idle::Begins {
            self.now_waits_for("idle");
        }
    }

    fn print(&self, text: &str) {
        self.now_waits_for("print");
        self.record().printed.push(text.to_owned());
    }

    fn ask(&self, thread: u32, prompt: &str) -> Result<Option<String>, Stopped> {
        self.record().printed.push(prompt.to_owned());
        self.record().threads.push(format!("{thread} asks"));
        if !prompt.is_empty() {
            self.now_waits_for("input");
        }
        let answer = self.answers.lock().expect("no holder panics").pop_front();
        match answer.as_deref() {
            // An answer that never comes.
            Some("...") => {
                while self.pause(None).is_ok() {}
                Err(Stopped)
            }
            _ => Ok(answer),
        }
    }

    fn ending(&self) {
        self.is_ending.store(true, Ordering::Release);
    }
}

/// A program on its way.
pub struct Running {
    pub gate: Arc<OpenGate>,
    pub stopper: Stopper,
    /// Names each wait, once the program begins one.
    pub waits: Receiver<&'static str>,
    hold: Sender<()>,
    thread: JoinHandle<Ending>,
}

pub fn start(file: &str, source: &str, answers: &[&str]) -> Running {
    let (hold, stop) = bounded(1);
    let (waits, waiting) = bounded(64);
    let gate = Arc::new(OpenGate {
        record: Mutex::default(),
        answers: Mutex::new(answers.iter().map(|&answer| answer.to_owned()).collect()),
        stop,
        is_ending: AtomicBool::new(false),
        waits,
        last_wait: Mutex::default(),
    });
    let (give, stopper) = bounded(1);
    let program = Program {
        source: source.to_owned(),
        file: file.to_owned(),
    };
    let its_gate: Arc<dyn Gate> = gate.clone();
    let thread = Builder::new()
        .name(file.to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            run(&program, its_gate, |stopper| {
                give.send(stopper).expect("the test waits for it")
            })
        })
        .expect("a thread starts");
    Running {
        gate,
        stopper: stopper.recv().expect("the program starts"),
        waits: waiting,
        hold,
        thread,
    }
}

impl Running {
    /// Waits for its end.
    pub fn end(self) -> Played {
        let ending = self.thread.join().expect("the program's thread ends");
        // The gate's channel stays up until here: hanging up would stop the program.
        drop(self.hold);
        let record = self.gate.record().clone();
        Played {
            printed: record.printed.concat(),
            calls: record.calls.clone(),
            record,
            ending,
        }
    }

    /// Stops it, and waits for its end.
    pub fn stop(self) -> Played {
        self.stopper.stop();
        let Self {
            gate, hold, thread, ..
        } = self;
        drop(hold);
        let ending = thread.join().expect("the program's thread ends");
        let record = gate.record().clone();
        Played {
            printed: record.printed.concat(),
            calls: record.calls.clone(),
            record,
            ending,
        }
    }
}

#[derive(Debug)]
pub struct Played {
    pub printed: String,
    pub calls: Vec<String>,
    pub record: Record,
    pub ending: Ending,
}

impl Played {
    /// What a terminal would show.
    pub fn output(&self) -> String {
        format!(
            "{}{}",
            self.printed,
            self.ending.traceback.as_deref().unwrap_or_default()
        )
    }
}

pub fn play(source: &str) -> Played {
    start("server.py", source, &[]).end()
}
