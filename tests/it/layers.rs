//! The import table of the design, and the shape of every file, read from the text.
//!
//! Comments and strings are taken out first; then every path that names one of our modules is
//! looked at, grouped imports and `super::super` included.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 500;

/// Our modules, and which of the others each may use. `None`: any.
const TABLE: &[(&str, Option<&[&str]>)] = &[
    ("packet", Some(&[])),
    ("trace", Some(&["packet"])),
    ("model", Some(&["packet", "trace"])),
    ("timeline", Some(&["packet", "trace", "model"])),
    ("python", Some(&["trace"])),
    ("lab", Some(&["packet", "trace", "python"])),
    (
        "lesson",
        Some(&["packet", "trace", "model", "timeline", "director"]),
    ),
    ("director", Some(&["trace", "model"])),
    ("replay", Some(&["packet", "trace", "model", "timeline"])),
    ("ladder", Some(&["packet", "trace", "model"])),
    ("capture", Some(&["packet", "trace"])),
    (
        "export",
        // Of `disk` only how a program's text is encoded.
        Some(&[
            "packet", "trace", "model", "timeline", "director", "lesson", "replay", "ladder",
            "words", "disk",
        ]),
    ),
    // It starts one thread, and one more while a file dialog is open: a disk may be slow, and a
    // person in a dialog is, and the window waits for neither.
    ("disk", Some(&[])),
    (
        "session",
        Some(&[
            "packet", "trace", "model", "timeline", "lab", "lesson", "director", "replay",
            "ladder", "capture", "export", "disk",
        ]),
    ),
    (
        "ui",
        Some(&[
            "packet", "trace", "model", "timeline", "lesson", "director", "replay", "ladder",
            "capture", "export", "session", "words",
        ]),
    ),
    (
        "words",
        Some(&[
            "packet", "trace", "model", "lab", "lesson", "director", "replay", "ladder", "capture",
            "export",
        ]),
    ),
    ("app", None),
    ("cli", None),
];

/// What a module must not name, of other crates and of the standard library.
const FORBIDDEN: &[(&[&str], &[&str], &str)] = &[
    (
        &[
            "packet", "trace", "model", "timeline", "lesson", "director", "replay", "session",
            "python", "lab", "disk", "ladder", "capture", "export", "words",
        ],
        &["egui", "eframe"],
        "only ui and app draw",
    ),
    (
        &[
            "packet", "trace", "model", "timeline", "lesson", "director", "replay", "session",
            "ui", "app", "disk", "ladder", "capture", "export", "words",
        ],
        &[
            "socket2",
            "libc",
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "rustpython_vm",
        ],
        "only lab and python touch sockets and the interpreter",
    ),
    (
        &[
            "packet", "model", "timeline", "director", "replay", "ladder", "capture", "export",
        ],
        &[
            "std::fs",
            "std::thread",
            "std::process",
            "Instant",
            "SystemTime",
        ],
        "a fold has no clock and no I/O",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, as a path from the project's root.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut waiting = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(
                    path.strip_prefix(root())
                        .expect("below the root")
                        .to_owned(),
                );
            }
        }
    }
    files.sort();
    files
}

fn text(path: &Path) -> String {
    fs::read_to_string(root().join(path)).expect("UTF-8")
}

/// `src/lab/wire.rs` is `["lab", "wire"]`; `src/lab/mod.rs` is `["lab"]`.
fn module_path(path: &Path) -> Vec<String> {
    let inside = path
        .strip_prefix("src")
        .expect("below src")
        .with_extension("");
    let mut parts: Vec<String> = inside
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if matches!(
        parts.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        parts.pop();
    }
    parts
}

/// The same text with comments, strings and characters blanked; lines stay where they are.
fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let starts = |at: usize, with: &str| {
        with.chars()
            .enumerate()
            .all(|(i, c)| chars.get(at + i) == Some(&c))
    };
    while at < chars.len() {
        let end = if starts(at, "//") {
            (at..chars.len())
                .find(|i| chars[*i] == '\n')
                .unwrap_or(chars.len())
        } else if starts(at, "/*") {
            let close = (at + 2..chars.len()).find(|i| starts(*i, "*/"));
            close.map_or(chars.len(), |close| close + 2)
        } else if let Some(hashes) = raw_string(&chars, at) {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = at + hashes + 2;
            let end = (body..chars.len()).find(|i| starts(*i, &close));
            end.map_or(chars.len(), |end| end + close.len())
        } else if chars[at] == '"' {
            end_of_string(&chars, at)
        } else if chars[at] == '\'' && (starts(at + 1, "\\") || chars.get(at + 2) == Some(&'\'')) {
            let from = if starts(at + 1, "\\") { at + 3 } else { at + 2 };
            (from..chars.len())
                .find(|i| chars[*i] == '\'')
                .map_or(chars.len(), |i| i + 1)
        } else {
            out.push(chars[at]);
            at += 1;
            continue;
        };
        out.extend(
            chars[at..end]
                .iter()
                .map(|c| if *c == '\n' { '\n' } else { ' ' }),
        );
        at = end;
    }
    out
}

/// How many `#` a raw string that begins here has.
fn raw_string(chars: &[char], at: usize) -> Option<usize> {
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    let is_inside_word = at > 0 && is_word(&chars[at - 1]) && chars[at - 1] != 'b';
    if chars[at] != 'r' || is_inside_word {
        return None;
    }
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

fn end_of_string(chars: &[char], at: usize) -> usize {
    let mut at = at + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// Every path in the code, with its line. `use crate::{a, b::{c, d}}` gives `crate::a`,
/// `crate::b::c` and `crate::b::d`.
fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_word(&tokens[at].1) {
            at = path_at(&tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Words, `::`, and every other character by itself; with lines counted from 1.
fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut tokens: Vec<(usize, String)> = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let length = if is_part(first) {
                rest.find(|c: char| !is_part(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push((index + 1, rest[..length].to_owned()));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads one path from `at` on, and what is grouped below it. Gives the place after it.
fn path_at(
    tokens: &[(usize, String)],
    mut at: usize,
    before: &[String],
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let token = |at: usize| tokens.get(at).map_or("", |(_, token)| token.as_str());
    let mut path = before.to_vec();
    let line = tokens[at].0;
    while is_word(token(at)) {
        path.push(token(at).to_owned());
        at += 1;
        if token(at) != "::" {
            break;
        }
        at += 1;
        if token(at) == "{" {
            at += 1;
            while at < tokens.len() && token(at) != "}" {
                at = if is_word(token(at)) {
                    path_at(tokens, at, &path, found)
                } else {
                    at + 1
                };
            }
            return at + 1;
        }
    }
    found.push((line, path));
    at
}

/// The top-level module that a path of ours leads to.
fn target(module: &[String], path: &[String]) -> Option<String> {
    let mut from: Vec<String> = match path.first()?.as_str() {
        "crate" | "sockstep" => return path.get(1).cloned(),
        "super" | "self" => module.to_vec(),
        _ => return None,
    };
    for (index, step) in path.iter().enumerate() {
        match step.as_str() {
            // A path in an inline `mod tests` has one more `super`, which only leads higher.
            "super" => drop(from.pop()),
            "self" => {}
            _ if from.is_empty() => return path.get(index).cloned(),
            _ => return from.first().cloned(),
        }
    }
    from.first().cloned()
}

/// What one file does against the tables, as "line: what".
fn disagreements(module: &[String], text: &str) -> Vec<String> {
    let Some(home) = module.first() else {
        return Vec::new(); // lib.rs and main.rs join everything.
    };
    let table: BTreeMap<_, _> = TABLE.iter().copied().collect();
    let Some(allowed) = table.get(home.as_str()) else {
        return vec![format!(
            "1: module '{home}' is not in the table of tests/it/layers.rs"
        )];
    };
    let mut found = Vec::new();
    for (line, path) in paths(&code_only(text)) {
        if let Some(to) = target(module, &path)
            && to != *home
            && table.contains_key(to.as_str())
            && allowed.is_some_and(|allowed| !allowed.contains(&to.as_str()))
        {
            found.push(format!(
                "{line}: {home} must not use {to} ({})",
                path.join("::")
            ));
        }
        for (homes, names, why) in FORBIDDEN {
            let joined = path.join("::");
            let is_named = |name: &&&str| {
                path.iter().any(|part| part == **name)
                    || joined == **name
                    || joined.starts_with(&format!("{name}::"))
            };
            if homes.contains(&home.as_str())
                && let Some(name) = names.iter().find(is_named)
            {
                found.push(format!("{line}: {home} must not use {name}: {why}"));
            }
        }
        if path.iter().any(|part| part == "unsafe") && !module.join("/").starts_with("lab/sys") {
            found.push(format!("{line}: unsafe outside lab/sys.rs"));
        }
    }
    found
}

#[test]
fn every_import_agrees_with_the_table() {
    let mut found = Vec::new();
    for path in rust_files("src") {
        let told = disagreements(&module_path(&path), &text(&path));
        found.extend(
            told.into_iter()
                .map(|told| format!("{}:{told}", path.display())),
        );
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    let mut found = Vec::new();
    for path in rust_files("src").into_iter().chain(rust_files("tests")) {
        let (shown, text) = (path.display(), text(&path));
        if !text.starts_with("//! ") {
            found.push(format!(
                "{shown}:1: begins without a //! that says what it is for"
            ));
        }
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            found.push(format!(
                "{shown}:{lines}: {lines} lines; at {LONGEST_FILE}, split it"
            ));
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_import_slips_past_the_table() {
    let check = |path: &str, code: &str, expected: &[&str]| {
        let found = disagreements(&module_path(Path::new(path)), code);
        assert_eq!(found, expected, "{path}: {code}");
    };
    let told = ["1: packet must not use trace (crate::trace::Event)"];
    check("src/packet.rs", "use crate::trace::Event;", &told);
    check(
        "src/packet.rs",
        "fn f() { crate :: trace\n:: Event; }",
        &told,
    );
    check(
        "src/packet.rs",
        "// use crate::trace::Event;\n/* crate::lab */ \"crate::lab\"",
        &[],
    );
    check(
        "src/packet.rs",
        "const Q: char = '\"'; r#\"crate::lab \" \"#; '\\''; crate::trace::Event",
        &told,
    );
    check(
        "src/trace/event.rs",
        "use super::order; use super::super::packet::SeqNo;",
        &[],
    );
    let told = ["2: trace must not use model (super::super::model::State)"];
    check(
        "src/trace/event.rs",
        "\nuse super::super::model::State;",
        &told,
    );
    let told = [
        "1: ui must not use lab (crate::lab)",
        "2: ui must not use python (crate::python::Gate)",
    ];
    check(
        "src/ui/mod.rs",
        "use crate::{lab, model::{State, Program},\npython::{Gate}};",
        &told,
    );
    check(
        "src/ui/wire.rs",
        "use crate::session::View; use std::net::IpAddr;",
        &[],
    );
    let told =
        ["1: ui must not use TcpStream: only lab and python touch sockets and the interpreter"];
    check(
        "src/ui/wire.rs",
        "use std::net::{IpAddr, TcpStream};",
        &told,
    );
    let told = ["1: lab must not use egui: only ui and app draw"];
    check("src/lab/mod.rs", "egui::Context::default()", &told);
    let told = ["1: model must not use std::fs: a fold has no clock and no I/O"];
    check("src/model/mod.rs", "use std::fs::File;", &told);
    check(
        "src/lab/wire.rs",
        "unsafe { f() }",
        &["1: unsafe outside lab/sys.rs"],
    );
    check("src/lab/sys.rs", "unsafe { f() }", &[]);
    check("src/lib.rs", "pub mod lab; use crate::lab;", &[]);
    check(
        "src/sim.rs",
        "",
        &["1: module 'sim' is not in the table of tests/it/layers.rs"],
    );
}
