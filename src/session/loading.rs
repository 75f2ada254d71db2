//! A file on its way into the window, read on a thread of its own.
//!
//! In: a path, and what the lessons watch for. Out: what the file is, ready to be shown, or why it
//! cannot be; meanwhile how far it has come, and a call of `wake` now and then. What it is, is told
//! by its first bytes, never by its name. The thread ends when all is read, or soon after its
//! [`Loading`] was told to stop; nobody waits for it but a window that closes, and not for long.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::Wake;
use crate::capture::{Capture, Limits, Problem};
use crate::disk::{self, Trouble};
use crate::lesson::BeatWatch;
use crate::timeline::Timeline;
use crate::trace::{self, Header, LoadError, Loaded, Name, Trace, Unread};

/// How long a closing window waits for a disk that does not answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// So many events are taken in between two looks at whether they are still wanted.
const AT_ONCE: usize = 1_024;
/// Of a thousand: what reading takes; the rest is taking in the events.
const READING: u64 = 700;

/// What a file turned out to be.
pub(super) enum Opened {
    Run(Box<OpenedRun>),
    Capture(Arc<Capture>),
    /// A text, as its bytes.
    Program(Vec<u8>),
}

/// A recorded run, as far as it is sound.
pub(super) struct OpenedRun {
    pub timeline: Timeline,
    /// How far the run came in its lesson, if the course has that.
    pub watch: Option<BeatWatch>,
    pub cut_short: Option<LoadError>,
}

/// Why a file is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unopened {
    Trouble(Trouble),
    /// Not even its first line is sound.
    Run(LoadError),
    Capture(Problem),
    /// It has to be unpacked first.
    Packed,
    /// Neither a run nor a capture nor a text.
    Unknown,
}

impl From<io::Error> for Unopened {
    fn from(error: io::Error) -> Self {
        Self::Trouble(error.into())
    }
}

/// What the lessons watch for, by their ids.
pub(super) type Watches = BTreeMap<String, Watched>;

pub(super) struct Watched {
    /// The programs of a run of this lesson.
    pub programs: Vec<Name>,
    pub watch: BeatWatch,
}

pub(super) struct Loading {
    pub path: PathBuf,
    /// What it shall be if it is a program.
    pub program: Option<Name>,
    progress: Arc<Progress>,
    arrived: Receiver<Result<Opened, Unopened>>,
    is_over: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

struct Progress {
    permille: AtomicU32,
    should_stop: AtomicBool,
}

impl Loading {
    pub(super) fn start(
        path: PathBuf,
        program: Option<Name>,
        watches: Watches,
        wake: Wake,
    ) -> io::Result<Self> {
        let progress = Arc::new(Progress {
            permille: AtomicU32::new(0),
            should_stop: AtomicBool::new(false),
        });
        let (sender, arrived) = bounded(1);
        let (over, is_over) = bounded::<()>(0);
        let teller = Teller {
            progress: progress.clone(),
            wake: wake.clone(),
        };
        let file = path.clone();
        let thread = Builder::new().name("opening".to_owned()).spawn(move || {
            let _over = over; // it hangs up when the thread ends, however it ends
            if let Some(opened) = open(&file, watches, &teller).transpose() {
                sender.send(opened).ok();
                wake();
            }
        })?;
        Ok(Self {
            path,
            program,
            progress,
            arrived,
            is_over,
            thread: Some(thread),
        })
    }

    /// Never waits; `None` while it is on its way.
    pub(super) fn take(&self) -> Option<Result<Opened, Unopened>> {
        self.arrived.try_recv().ok()
    }

    pub(super) fn permille(&self) -> u32 {
        self.progress.permille.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.progress.should_stop.store(true, Ordering::Relaxed);
    }

    /// Dropping it takes no time.
    pub(super) fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        self.stop();
        self.arrived = crossbeam_channel::never(); // nobody listens: an answer must not wait
        let waited = self.is_over.recv_timeout(PATIENCE);
        let thread = self.thread.take();
        // One that hangs in a dead disk is left to the end of the process.
        if waited == Err(crossbeam_channel::RecvTimeoutError::Disconnected)
            && let Some(thread) = thread
        {
            thread.join().ok();
        }
    }
}

/// The thread's end of the progress.
struct Teller {
    progress: Arc<Progress>,
    wake: Wake,
}

impl Teller {
    /// Of a thousand; a hundredth more is worth a frame. Whether it is still wanted.
    fn tell(&self, permille: u64) -> bool {
        let now = u32::try_from(permille.min(1_000)).expect("it is at most 1000");
        let before = self.progress.permille.swap(now, Ordering::Relaxed);
        if now / 10 != before / 10 {
            (self.wake)();
        }
        !self.progress.should_stop.load(Ordering::Relaxed)
    }
}

/// Whether the window can show this file: it can be read, and is a run or a capture. What is wrong
/// with a file is said before there is a window.
pub fn is_shown(path: &Path) -> Result<bool, Trouble> {
    let (mut file, _) = disk::open(path)?;
    let mut head = [0; HEAD];
    let read = read_some(&mut file, &mut head)?;
    Ok(match Kind::of(&head[..read]) {
        Kind::Run | Kind::Capture => true,
        Kind::Packed | Kind::Text | Kind::Unknown => false,
    })
}

/// `None`: it is not wanted any more.
fn open(path: &Path, watches: Watches, teller: &Teller) -> Result<Option<Opened>, Unopened> {
    let (mut file, length) = disk::open(path).map_err(Unopened::Trouble)?;
    let mut head = [0; HEAD];
    let read = read_some(&mut file, &mut head)?;
    file.rewind()?;
    match Kind::of(&head[..read]) {
        Kind::Run => run(file, length, watches, teller),
        Kind::Capture => capture(file, length, teller),
        Kind::Packed => Err(Unopened::Packed),
        Kind::Text => {
            let bytes = disk::read(path, disk::PROGRAM_BYTES).map_err(Unopened::Trouble)?;
            Ok(Some(Opened::Program(bytes)))
        }
        Kind::Unknown => Err(Unopened::Unknown),
    }
}

/// What is looked at to tell what a file is, in bytes.
const HEAD: usize = 4 << 10;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Run,
    Capture,
    Packed,
    Text,
    Unknown,
}

impl Kind {
    fn of(head: &[u8]) -> Self {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        /// pcap in either byte order, with micro- and nanoseconds; and pcapng.
        const CAPTURES: [[u8; 4]; 5] = [
            [0xa1, 0xb2, 0xc3, 0xd4],
            [0xd4, 0xc3, 0xb2, 0xa1],
            [0xa1, 0xb2, 0x3c, 0x4d],
            [0x4d, 0x3c, 0xb2, 0xa1],
            [0x0a, 0x0d, 0x0d, 0x0a],
        ];
        /// gzip, zstd, xz, zip.
        const PACKED: [&[u8]; 4] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"PK\x03\x04"];
        let text = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
        if CAPTURES.iter().any(|magic| head.starts_with(magic)) {
            Self::Capture
        } else if text.starts_with(b"{") {
            // No program begins so: what is wrong with it is told as of a run.
            Self::Run
        } else if PACKED.iter().any(|magic| head.starts_with(magic)) {
            Self::Packed
        } else if head.contains(&0) {
            Self::Unknown
        } else {
            Self::Text
        }
    }
}

/// As much as there is, up to the buffer's length.
fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn run(
    file: File,
    length: u64,
    mut watches: Watches,
    teller: &Teller,
) -> Result<Option<Opened>, Unopened> {
    let read = |done: u64| teller.tell(done * READING / length.max(1));
    let mut watch = |done: u64| match read(done) {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let Loaded { trace, cut_short } = match trace::read(BufReader::new(file), &mut watch) {
        Ok(loaded) => loaded,
        Err(Unread::Cancelled) => return Ok(None),
        Err(Unread::Broken(error)) => return Err(Unopened::Run(error)),
    };
    let watch = watch_of(trace.header(), &mut watches);
    let timeline = take_in(trace, watch, |done, all| {
        teller.tell(READING + (1_000 - READING) * done as u64 / all.max(1) as u64)
    });
    Ok(timeline.map(|(timeline, watch)| {
        Opened::Run(Box::new(OpenedRun {
            timeline,
            watch,
            cut_short,
        }))
    }))
}

fn capture(file: File, length: u64, teller: &Teller) -> Result<Option<Opened>, Unopened> {
    let limits = Limits::default();
    let mut progress = |done: u64| match teller.tell(done * 1_000 / length.max(1)) {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    match Capture::read(file, &limits, &mut progress) {
        Ok(capture) => Ok(Some(Opened::Capture(Arc::new(capture)))),
        Err(Problem::Cancelled) => Ok(None),
        Err(problem) => Err(Unopened::Capture(problem)),
    }
}

/// What its lesson watches for, if its programs are that lesson's.
fn watch_of(header: &Header, watches: &mut Watches) -> Option<BeatWatch> {
    let watched = watches.remove(header.lesson.as_ref()?)?;
    let programs = header.programs.iter().map(|program| &program.name);
    programs.eq(&watched.programs).then_some(watched.watch)
}

/// Every event, into the timeline and past whoever watches. `None`: it is not wanted any more.
fn take_in(
    trace: Trace,
    mut watch: Option<BeatWatch>,
    mut go_on: impl FnMut(usize, usize) -> bool,
) -> Option<(Timeline, Option<BeatWatch>)> {
    let mut timeline = Timeline::new(trace.header().clone());
    let all = trace.events().len();
    for (done, event) in trace.into_events().into_iter().enumerate() {
        if done % AT_ONCE == 0 && !go_on(done, all) {
            return None;
        }
        timeline.push(event);
        if let (Some(watch), Some(event)) = (&mut watch, timeline.trace().events().last()) {
            watch.see(timeline.newest(), event);
        }
    }
    Some((timeline.into_recorded(), watch))
}
