//! The programs of a run and what was done, as files that `sockstep run` plays again.
//!
//! In: a trace, and its lesson, if any. Out: the files of a folder by their names: each program as
//! it was run, `run.toml` (who takes part), `script.txt` (what was ordered, by its meaning) and
//! `README.md`. `cli::folder` reads them back.

mod lines;
mod readme;
mod script;

use std::path::PathBuf;

use super::{Refusal, Source};
use crate::disk;
use crate::trace::{Header, LowPorts, ProgramSetup, Timers, WireKind};
use crate::words::say;

/// Of `run.toml`; a newer one is not read.
pub const FORMAT: u32 = 1;
pub const ABOUT: &str = "run.toml";
pub const SCRIPT: &str = "script.txt";
const README: &str = "README.md";

pub fn folder(source: &Source<'_>) -> Result<Vec<(PathBuf, Vec<u8>)>, Refusal> {
    let header = source.trace.header();
    if header.programs.is_empty() || header.wire == WireKind::Captured {
        return Err(Refusal::NoPrograms);
    }
    let names = file_names(&header.programs);
    let text = lines::text(script::told(source.trace), header, source.language);
    let mut files = Vec::new();
    let mut in_utf8 = Vec::new();
    for (program, name) in header.programs.iter().zip(&names) {
        let bytes = disk::encode(&program.source);
        in_utf8.push(bytes.is_none());
        let bytes = bytes.unwrap_or_else(|| program.source.clone().into_bytes());
        files.push((name.into(), bytes));
    }
    let about = about(source, &names, &in_utf8);
    let readme = readme::readme(source, &names, &text.left_out);
    files.push((ABOUT.into(), about.into_bytes()));
    files.push((SCRIPT.into(), text.script.into_bytes()));
    files.push((README.into(), readme.into_bytes()));
    Ok(files)
}

fn about(source: &Source<'_>, names: &[String], in_utf8: &[bool]) -> String {
    let (header, language) = (source.trace.header(), source.language);
    let mut text = lines::comment(&say!(language, "folder.about_head"));
    text.push_str(&format!("sockstep_run = {FORMAT}\n\n"));
    let lesson = [
        ("lesson", header.lesson.clone()),
        ("title", source.lesson.map(|lesson| lesson.title.clone())),
        ("attempt", header.attempt.clone()),
    ];
    if header.lesson.is_some() {
        text.push_str(&lines::comment(&say!(language, "folder.about_lesson")));
        for (field, value) in lesson {
            if let Some(value) = value {
                text.push_str(&format!("{field} = {}\n", quoted(&value)));
            }
        }
        text.push('\n');
    }
    text.push_str(&lines::comment(&say!(language, "folder.about_timers")));
    text.push_str(&format!("timers = \"{}\"\n", timers(header.timers)));
    text.push_str(&lines::comment(&say!(language, "folder.about_low_ports")));
    let low_ports = match header.low_ports {
        LowPorts::Open => "open",
        LowPorts::Guarded => "guarded",
    };
    text.push_str(&format!("low_ports = \"{low_ports}\"\n"));
    text.push_str(&lines::comment(&say!(language, "folder.about_wire")));
    text.push_str(&format!("wire = \"{}\"\n", wire(header)));
    text.push_str(&lines::comment(&say!(language, "folder.about_script")));
    text.push_str(&format!("script = \"{SCRIPT}\"\n\n"));
    text.push_str(&lines::comment(&say!(language, "folder.about_hosts")));
    for host in &header.hosts {
        let addresses = host
            .addresses
            .iter()
            .map(|address| format!("\"{address}\""));
        let addresses: Vec<String> = addresses.collect();
        text.push_str(&format!(
            "[[hosts]]\nname = {}\naddresses = [{}]\n\n",
            quoted(&host.name),
            addresses.join(", ")
        ));
    }
    text.push_str(&lines::comment(&say!(language, "folder.about_programs")));
    for ((program, name), in_utf8) in header.programs.iter().zip(names).zip(in_utf8) {
        text.push_str(&format!(
            "[[programs]]\nname = {}\nhost = {}\nfile = {}\n",
            quoted(&program.name),
            quoted(&program.host),
            quoted(name)
        ));
        if program.file != *name {
            text.push_str(&lines::comment(&say!(language, "folder.about_shown_as")));
            text.push_str(&format!("shown_as = {}\n", quoted(&program.file)));
        }
        if *in_utf8 {
            text.push_str(&lines::comment(&say!(language, "folder.about_coding")));
            text.push_str("coding = \"utf-8\"\n");
        }
        text.push('\n');
    }
    text
}

fn timers(timers: Timers) -> &'static str {
    match timers {
        Timers::Patient => "patient",
        Timers::Natural => "natural",
        Timers::Still => "still",
    }
}

fn wire(header: &Header) -> &'static str {
    match header.wire {
        WireKind::Held => "held",
        WireKind::Loopback => "loopback",
        WireKind::Captured => "captured",
    }
}

/// As TOML writes a text in one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A name for each program's file: its own, where that is safe everywhere and nobody else's.
fn file_names(programs: &[ProgramSetup]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        let wished = [&program.file, &program.name].map(|name| safe(name));
        let numbered = format!("program{}.py", index + 1);
        let is_free = |name: &String| {
            let lower = name.to_lowercase();
            // Two names that differ in capitals are one file on some systems.
            !names.iter().any(|taken| taken.to_lowercase() == lower)
        };
        let mut wished = wished.into_iter().flatten();
        let name = wished.find(is_free);
        names.push(name.unwrap_or(numbered));
    }
    names
}

/// The last part of a path, if it can be a file's name on every system and hides no module from
/// the programs beside it.
fn safe(name: &str) -> Option<String> {
    const MODULES: [&str; 12] = [
        "socket",
        "select",
        "selectors",
        "threading",
        "time",
        "struct",
        "sys",
        "errno",
        "random",
        "string",
        "codecs",
        "json",
    ];
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.strip_suffix(".py").unwrap_or(name);
    let is_allowed = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let lower = stem.to_lowercase();
    let is_safe = !stem.is_empty()
        && stem.len() <= 64
        && stem.chars().all(is_allowed)
        && !stem.starts_with(['.', '-'])
        && !stem.ends_with('.')
        && !MODULES.contains(&stem)
        && !DEVICES.contains(&lower.as_str());
    is_safe.then(|| format!("{stem}.py"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_that_is_safe_and_its_own() {
        let program = |name: &str, file: &str| ProgramSetup {
            name: name.to_owned(),
            host: name.to_owned(),
            file: file.to_owned(),
            source: String::new(),
        };
        let programs = [
            program("server", "server.py"),
            program("client1", "echo.py"),
            program("client2", "Echo.py"),
            program("client3", "../../etc/passwd"),
            program("client4", "socket.py"),
            program("client5", "聊天.py"),
            program("nul", "NUL.py"),
            program("client6", "..\\evil\\.hidden"),
        ];
        let expected = [
            "server.py",
            "echo.py",
            "client2.py",
            "passwd.py",
            "client4.py",
            "聊天.py",
            "program7.py",
            "client6.py",
        ];
        assert_eq!(file_names(&programs), expected);
    }
}
