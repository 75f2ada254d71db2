//! A run that is exported and opened again as a capture is the same run, as far as it passed.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sockstep::capture::{Capture, Limits, Which};
use sockstep::export::{Format, Product, Source, export};
use sockstep::lesson::Language;
use sockstep::model::State;
use sockstep::trace::{Trace, What, WireKind, load};

/// The runs that the lessons' puzzles are made of.
fn runs() -> Vec<PathBuf> {
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let files = entries(&lessons)
        .into_iter()
        .flat_map(|path| entries(&path));
    let mut runs: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    runs.sort();
    runs
}

fn loaded(path: &Path) -> Trace {
    let text = std::fs::read_to_string(path).expect("a run of the lessons");
    load(&text).expect("a sound run").trace
}

fn captured(trace: &Trace) -> Capture {
    let source = Source {
        trace,
        lesson: None,
        language: Language::English,
    };
    let format = Format::Pcapng { seen_by: None };
    let Ok(Product::File(file)) = export(&source, &format) else {
        panic!("a run of the lessons can be exported");
    };
    let goes_on = &mut |_| ControlFlow::Continue(());
    let capture = Capture::read(&file[..], &Limits::default(), goes_on).expect("our own file");
    assert_eq!(capture.cut_short(), None);
    capture
}

fn sent(trace: &Trace) -> Vec<&[u8]> {
    let events = trace.events().iter();
    let sent = events.filter_map(|event| match &event.what {
        What::Sent { bytes, .. } => Some(bytes.0.as_slice()),
        _ => None,
    });
    sent.collect()
}

/// Every TCP connection's end with its states, by its two addresses.
fn states(trace: &Trace) -> BTreeMap<(String, String), Vec<String>> {
    let state = State::at(trace, trace.end());
    let sockets = state.hosts.values().flat_map(|host| host.sockets.values());
    let mut found = BTreeMap::new();
    for socket in sockets {
        let facts = &socket.facts;
        let (Some(local), Some(remote)) = (&facts.local, &facts.remote) else {
            continue;
        };
        if facts.protocol != "tcp" || socket.states.iter().any(|(_, state)| state == "LISTEN") {
            continue;
        }
        let states = socket.states.iter().map(|(_, state)| state.clone());
        // A bound socket is told before it connects; that passes nowhere.
        let states: Vec<String> = states.skip_while(|state| state == "CLOSE").collect();
        found.insert((local.clone(), remote.clone()), states);
    }
    found
}

#[test]
fn an_exported_run_has_the_same_segments_as_a_capture() {
    let runs = runs();
    assert!(runs.len() > 10, "{} runs", runs.len());
    for path in &runs {
        let trace = loaded(path);
        let capture = captured(&trace);
        let (told, left_out) = capture.trace(Which::All, usize::MAX);
        assert_eq!(left_out, None);
        assert_eq!(sent(&told), sent(&trace), "{}", path.display());
        assert_eq!(told.header().wire, WireKind::Captured);
    }
}

#[test]
fn inferred_states_are_those_the_kernels_told() {
    let mut compared = 0;
    for path in &runs() {
        let trace = loaded(path);
        let is_disturbed = trace.events().iter().any(|event| {
            matches!(
                event.what,
                What::Dropped { .. } | What::Corrupted { .. } | What::Duplicated { .. }
            )
        });
        if is_disturbed {
            continue;
        }
        let (told, _) = captured(&trace).trace(Which::All, usize::MAX);
        let (inferred, kernel) = (states(&told), states(&trace));
        for (ends, kernel) in &kernel {
            let Some(inferred) = inferred.get(ends) else {
                panic!("{} tells nothing of {ends:?}", path.display());
            };
            // Where segments pass at once, nobody asks the kernel between two of them.
            let mut rest = inferred.iter();
            let is_among = kernel.iter().all(|state| rest.any(|each| each == state));
            let file = path.display();
            assert!(is_among, "{file} {ends:?}: {kernel:?} of {inferred:?}");
            compared += kernel.len();
        }
    }
    assert!(compared >= 20, "only {compared} states were compared");
}
