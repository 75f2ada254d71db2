//! What was recorded, opened or saved lately, to be opened again.
//!
//! In: the folder of recorded runs, and files elsewhere. Out: for each what its first and last
//! lines say; read beside the window, each time the panel is opened.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Session;
use super::desk::{Recent, RecentKind};
use super::gallery::{Gallery, Job};
use super::loading::is_shown;
use crate::disk;
use crate::trace::{Header, parse_event};

/// So many recorded runs are shown.
const MOST_RUNS: usize = 12;
/// So many names in the folder of runs are looked at.
const MOST_NAMES: usize = 1_000;
/// What is read of a file's beginning and end, in bytes: a longer first line has no name to show.
const HEAD: u64 = 1 << 20;
const TAIL: u64 = 64 << 10;

impl Session {
    pub(super) fn look_for_recents(&mut self) {
        self.looking.iter().for_each(Gallery::stop);
        let runs = self.runs.clone();
        let elsewhere = self.desk.opening.elsewhere.clone();
        let present = self.recording.clone();
        let job: Job<Vec<Recent>> = Box::new(move || Ok(recents(runs, elsewhere, present)));
        // Without a thread the list stays as it was.
        let gallery = Gallery::start("recents", vec![((), job)], self.wake.clone());
        self.looking.extend(gallery.ok());
    }

    pub(super) fn hear_recents(&mut self) {
        self.looking.retain_mut(|gallery| {
            let was_over = gallery.is_over();
            for ((), recents) in gallery.take() {
                if let Ok(recents) = recents {
                    self.desk.opening.recents = recents;
                }
            }
            !was_over && !gallery.has_given_all()
        });
    }
}

/// Those elsewhere first: somebody chose them.
fn recents(
    runs: Option<PathBuf>,
    elsewhere: Vec<PathBuf>,
    present: Option<PathBuf>,
) -> Vec<Recent> {
    let mut own: Vec<PathBuf> = runs
        .into_iter()
        .flat_map(|runs| {
            let names = disk::list(&runs, MOST_NAMES).unwrap_or_default();
            let runs_only = names.into_iter().filter(|name| name.ends_with(".jsonl"));
            runs_only.map(move |name| runs.join(name))
        })
        .filter(|path| Some(path) != present.as_ref())
        .collect();
    own.reverse(); // names begin with the time
    own.truncate(MOST_RUNS);
    own.retain(|path| !elsewhere.contains(path));
    let now = SystemTime::now();
    let all = elsewhere.into_iter().chain(own);
    all.map(|path| recent(path, now)).collect()
}

fn recent(path: PathBuf, now: SystemTime) -> Recent {
    let looked = look(&path, now);
    let (kind, age_s) = looked.unwrap_or((RecentKind::Missing, None));
    Recent { path, kind, age_s }
}

/// `None`: it is not there, or cannot be read.
fn look(path: &Path, now: SystemTime) -> Option<(RecentKind, Option<u64>)> {
    let (mut file, length) = disk::open(path).ok()?;
    let facts = file.metadata().ok()?;
    let mut began = facts.modified().ok();
    let kind = match header(&mut file) {
        Some(header) => {
            let started = header.started_us.map(Duration::from_micros);
            began = started.and_then(|us| UNIX_EPOCH.checked_add(us)).or(began);
            RecentKind::Run {
                lesson: header.lesson,
                attempt: header.attempt,
                programs: header.programs.into_iter().map(|p| p.file).collect(),
                lasted_us: lasted(&mut file, length),
            }
        }
        None => match is_shown(path) {
            Ok(_) => RecentKind::Capture,
            Err(_) => RecentKind::Missing,
        },
    };
    let age = began.and_then(|began| now.duration_since(began).ok());
    Some((kind, age.map(|age| age.as_secs())))
}

fn header(file: &mut File) -> Option<Header> {
    let mut first = Vec::new();
    let mut head = BufReader::new(file.take(HEAD));
    head.read_until(b'\n', &mut first).ok()?;
    serde_json::from_slice(&first).ok()
}

/// When its last whole event was.
fn lasted(file: &mut File, length: u64) -> Option<u64> {
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))
        .ok()?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail).ok()?;
    let tail = String::from_utf8_lossy(&tail);
    let newest_first = tail.lines().rev().take(8);
    let mut events = newest_first.filter_map(|line| parse_event(line).ok());
    events.next().map(|event| event.at_us)
}
