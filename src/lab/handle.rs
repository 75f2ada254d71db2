//! The other end of a lab process: start it, send orders, receive events, let it go.
//!
//! In: a [`Setup`] and orders. Out: [`FromLab`] on a bounded channel, and a call of `wake` for
//! each batch, so that a window can sleep until something happens. Nothing here waits on the
//! caller's thread: spawning, writing, reading and reaping each have a thread of the handle's.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::doctor::Refusal;
use crate::trace::{Event, Header, Ordered, Setup, parse_event, to_line};

/// Events that may wait for the window; beyond this the lab waits.
const EVENTS: usize = 4096;
/// Orders that may wait for the lab; beyond this an order is refused.
const ORDERS: usize = 64;
/// The longest line a lab may say, in bytes: a header with every program's text fits.
const LONGEST_LINE: usize = 40 << 20;
/// How much of a lab's last words is kept, in bytes.
const LAST_WORDS: usize = 4096;

/// What comes out of a lab.
#[derive(Debug)]
pub enum FromLab {
    Started(Box<Header>),
    Event(Box<Event>),
    /// It could not start, and why.
    Refused(Refusal),
    /// It ended without being asked to.
    Ended(Demise),
    /// The run goes on, but is not written to its file any more.
    NotRecorded(String),
}

/// How a lab ended that was not asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demise {
    pub how: How,
    /// The telling line of what it said last, if it said anything.
    pub words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    NotStarted,
    Signal(i32),
    Code(i32),
    /// Its keeper was killed from outside.
    Killed,
    /// It said something that is not an event.
    Garbled,
    /// The run became as long as a run may be.
    Full,
}

impl std::fmt::Display for Demise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.how {
            How::NotStarted => write!(f, "the lab process could not be started"),
            How::Signal(signal) => write!(f, "the lab process was ended by signal {signal}"),
            How::Code(code) => write!(f, "the lab process ended with code {code}"),
            How::Killed => write!(f, "the lab process was killed"),
            How::Garbled => write!(f, "the lab said something that is not an event"),
            How::Full => write!(f, "the run became as long as a run may be"),
        }?;
        match self.words.as_str() {
            "" => Ok(()),
            words => write!(f, ": {words}"),
        }
    }
}

/// The lab takes no order now: too many wait already, or it is gone.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the lab takes no orders now")]
pub struct Busy;

/// Opens the file a run is written to, once the lab has started. Called on the handle's own
/// thread: opening may wait.
pub type Recording = Box<dyn FnOnce() -> io::Result<File> + Send>;

/// A running lab. Dropping it ends the lab and waits until nothing of it is left; a window hangs
/// up first and drops later, when [`Handle::is_over`].
pub struct Handle {
    orders: Option<Sender<Ordered>>,
    events: Receiver<FromLab>,
    pid: Arc<AtomicU32>,
    runner: Option<JoinHandle<()>>,
}

impl Handle {
    /// `binary` is this program: it is started again as `sockstep lab`. Every line it says is
    /// written to `recording` as it comes, so that a crash keeps the evidence.
    pub fn start(
        binary: &Path,
        setup: &Setup,
        recording: Option<Recording>,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (orders, waiting_orders) = bounded(ORDERS);
        let (sender, events) = bounded(EVENTS);
        let pid = Arc::new(AtomicU32::new(0));
        let run = Run {
            binary: binary.to_owned(),
            setup: to_line(setup),
            recording,
            orders: waiting_orders,
            events: sender,
            pid: pid.clone(),
        };
        let runner = named("lab events").spawn(move || run.attend_to_it(wake))?;
        Ok(Self {
            orders: Some(orders),
            events,
            pid,
            runner: Some(runner),
        })
    }

    /// Never waits.
    pub fn order(&self, ordered: Ordered) -> Result<(), Busy> {
        let orders = self.orders.as_ref().ok_or(Busy)?;
        orders.try_send(ordered).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Busy,
        })
    }

    /// What has come so far. Never waits.
    pub fn try_iter(&self) -> impl Iterator<Item = FromLab> {
        self.events.try_iter()
    }

    /// For whoever may wait: a terminal, a test.
    pub fn events(&self) -> &Receiver<FromLab> {
        &self.events
    }

    /// The lab process's id; `None` while it is not started.
    pub fn pid(&self) -> Option<u32> {
        Some(self.pid.load(Ordering::Acquire)).filter(|pid| *pid != 0)
    }

    /// Tells the lab to end. Never waits.
    pub fn hang_up(&mut self) {
        self.orders = None;
        // Nobody listens any more: what still comes is thrown away.
        self.events = crossbeam_channel::never();
    }

    /// Nothing of the lab is left: no process, no thread.
    pub fn is_over(&self) -> bool {
        self.runner.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.hang_up();
        if let Some(runner) = self.runner.take() {
            runner.join().ok();
        }
    }
}

/// This program as it runs, even when its file was replaced meanwhile: the new one may speak
/// another language than this end does.
pub(super) fn command_of(binary: &Path) -> Command {
    #[cfg(target_os = "linux")]
    {
        // The name of a file that is gone ends so (`d_path`, `fs/d_path.c`).
        const GONE: &str = " (deleted)";
        let image = Path::new("/proc/self/exe");
        let now = std::fs::read_link(image).unwrap_or_default();
        let now = now.to_string_lossy();
        let (now, binary) = (now.strip_suffix(GONE), binary.to_string_lossy());
        let was = binary.strip_suffix(GONE).unwrap_or(&binary);
        if now == Some(was) {
            let mut command = Command::new(image);
            std::os::unix::process::CommandExt::arg0(&mut command, was);
            return command;
        }
    }
    Command::new(binary)
}

fn named(name: &str) -> Builder {
    Builder::new().name(name.to_owned())
}

/// What the runner thread needs.
struct Run {
    binary: PathBuf,
    setup: String,
    recording: Option<Recording>,
    orders: Receiver<Ordered>,
    events: Sender<FromLab>,
    pid: Arc<AtomicU32>,
}

impl Run {
    fn attend_to_it(mut self, wake: impl Fn()) {
        match self.spawn() {
            Ok(child) => self.attend(child, &wake),
            Err(error) => self.say(FromLab::Ended(Demise {
                how: How::NotStarted,
                words: error.to_string(),
            })),
        }
        wake();
    }

    /// Without a receiver nobody wants to know, and that is fine.
    fn say(&self, said: FromLab) {
        self.events.send(said).ok();
    }

    fn spawn(&self) -> io::Result<Child> {
        let mut command = command_of(&self.binary);
        command
            .arg("lab")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Ctrl-C goes to a whole process group. The lab is in one of its own: it ends when its
        // orders do, and cleans up first.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn()?;
        self.pid.store(child.id(), Ordering::Release);
        Ok(child)
    }

    /// Until the lab is gone and the handle has hung up.
    fn attend(&mut self, mut child: Child, wake: &impl Fn()) {
        let stdin = child.stdin.take().expect("stdin is piped");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let (setup, orders) = (self.setup.clone(), self.orders.clone());
        let (hung_up, was_asked) = bounded::<()>(1);
        let write = move || write_orders(stdin, &setup, &orders, &hung_up);
        let writer = named("lab orders").spawn(write);
        let keep = move || {
            let mut words = Vec::new();
            stderr.read_to_end(&mut words).ok();
            words.drain(..words.len().saturating_sub(LAST_WORDS));
            String::from_utf8_lossy(&words).trim().to_owned()
        };
        let words = named("lab stderr").spawn(keep);
        let last = self.read_events(BufReader::new(stdout), wake);
        let status = child.wait();
        let words = words.ok().and_then(|thread| thread.join().ok());
        let is_explained = last == Last::Explained;
        if was_asked.try_recv().is_err() && !is_explained {
            self.say(FromLab::Ended(demise(status, &words.unwrap_or_default())));
            wake();
        }
        if let Ok(writer) = writer {
            writer.join().ok();
        }
    }

    fn open_recording(&mut self) -> Option<File> {
        let opened = self.recording.take()?();
        let failed = |error: &io::Error| self.say(FromLab::NotRecorded(error.to_string()));
        opened.inspect_err(failed).ok()
    }

    /// Until the lab's output ends, or is not worth reading.
    fn read_events(&mut self, mut lab: BufReader<impl io::Read>, wake: &impl Fn()) -> Last {
        let mut recording = None;
        let mut last = Last::Open;
        while let Some(line) = next_line(&mut lab) {
            let said = line.as_deref().map_or_else(too_long, understand);
            if matches!(said, FromLab::Started(_)) {
                recording = self.open_recording();
            }
            if let (Some(file), Some(line)) = (&mut recording, &line)
                && let Err(error) = file.write_all(format!("{line}\n").as_bytes())
            {
                self.say(FromLab::NotRecorded(error.to_string()));
                recording = None;
            }
            if matches!(said, FromLab::Refused(_)) || line.is_none() {
                last = Last::Explained;
            }
            self.say(said);
            wake();
            if line.is_none() {
                break; // the lab notices that its output is closed
            }
        }
        last
    }
}

/// Whether the last that was read says why there is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Explained,
    Open,
}

/// `Some(None)`: the line is too long.
fn next_line(lab: &mut impl io::BufRead) -> Option<Option<String>> {
    let mut line = Vec::new();
    let mut lab = lab.take(LONGEST_LINE as u64 + 1);
    let read = lab.read_until(b'\n', &mut line).ok()?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    let is_short = line.len() <= LONGEST_LINE;
    (read > 0).then(|| is_short.then(|| String::from_utf8_lossy(&line).into_owned()))
}

fn too_long() -> FromLab {
    FromLab::Ended(Demise {
        how: How::Garbled,
        words: format!("a line is longer than {} MiB", LONGEST_LINE >> 20),
    })
}

fn understand(line: &str) -> FromLab {
    match parse_event(line) {
        Ok(event) => FromLab::Event(Box::new(event)),
        Err(error) => first_line(line).unwrap_or_else(|| {
            FromLab::Ended(Demise {
                how: How::Garbled,
                words: error.to_string(),
            })
        }),
    }
}

fn first_line(line: &str) -> Option<FromLab> {
    let header = serde_json::from_str(line).map(|header| FromLab::Started(Box::new(header)));
    let refusal = || serde_json::from_str(line).map(FromLab::Refused);
    header.or_else(|_| refusal()).ok()
}

/// Ends when the handle hangs up, and closes the lab's standard input by that.
fn write_orders(
    mut stdin: ChildStdin,
    setup: &str,
    orders: &Receiver<Ordered>,
    hung_up: &Sender<()>,
) {
    let mut write = |line: &str| writeln!(stdin, "{line}").and_then(|()| stdin.flush());
    if write(setup).is_ok() {
        for ordered in orders {
            if write(&to_line(&ordered)).is_err() {
                return; // the lab is gone; its reader says so
            }
        }
        hung_up.try_send(()).ok();
    }
}

fn demise(status: io::Result<ExitStatus>, words: &str) -> Demise {
    let how = match status.as_ref().map(ExitStatus::code) {
        Ok(Some(code)) if code > 128 => How::Signal(code - 128),
        Ok(Some(super::FULL)) => How::Full,
        Ok(Some(code)) => How::Code(code),
        Ok(None) | Err(_) => How::Killed,
    };
    // A backtrace may follow what matters.
    let mut lines = words.lines();
    let telling = lines
        .clone()
        .find(|line| line.contains("memory allocation"));
    Demise {
        how,
        words: telling.or(lines.next()).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    const HEADER: &str = r#"{"sockstep":1,"version":"","kernel":"","wire":"held","hosts":[]}"#;
    const REST: &str = r#"{"n":0,"at_us":0,"what":"rest"}"#;

    /// What the handle makes of a lab's output, and whether it opened the recording.
    fn heard(output: &[u8]) -> (Vec<FromLab>, Last, bool) {
        let (_orders, orders) = bounded(1);
        let (sender, events) = bounded(8);
        let was_opened = Arc::new(AtomicBool::new(false));
        let opens = was_opened.clone();
        let recording: Recording = Box::new(move || {
            opens.store(true, Ordering::Release);
            Err(io::Error::other("a full disk"))
        });
        let mut run = Run {
            binary: PathBuf::new(),
            setup: String::new(),
            recording: Some(recording),
            orders,
            events: sender,
            pid: Arc::default(),
        };
        let last = run.read_events(BufReader::new(output), &|| {});
        drop(run);
        let was_opened = was_opened.load(Ordering::Acquire);
        (events.iter().collect(), last, was_opened)
    }

    #[test]
    fn a_line_without_end_is_cut_off_and_said() {
        let mut output = format!("{REST}\n").into_bytes();
        output.resize(output.len() + LONGEST_LINE + 1, b'x');
        let (said, last, _) = heard(&output);
        assert!(
            matches!(&said[..], [FromLab::Event(_), FromLab::Ended(demise)]
                if demise.how == How::Garbled && demise.words.contains("40 MiB")),
            "{said:?}"
        );
        assert_eq!(last, Last::Explained);
    }

    #[test]
    fn the_recording_is_opened_when_the_header_has_come() {
        for (output, expected) in [
            (format!("{HEADER}\n{REST}\n"), true),
            (format!("{REST}\n"), false),
            (String::new(), false),
        ] {
            let (_, last, was_opened) = heard(output.as_bytes());
            assert_eq!(was_opened, expected, "{output}");
            assert_eq!(last, Last::Open);
        }
    }
}
