//! A lesson's front matter: TOML between two lines of `+++`.
//!
//! In: the whole text. Out: what the front matter says and where the prose begins. Every field is
//! looked at, so that one mistake does not hide the next.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::letters;
use super::problem::Problems;
use super::trigger;
use super::types::Prints;
use crate::trace::{HostSetup, LowPorts, Timers, crossable};

const FENCE: &str = "+++";
const EXAMPLE: &str =
    "begin with +++, then id = \"handshake\", title, goal, minutes, [[hosts]], and +++";
const HOST_EXAMPLE: &str =
    "write [[hosts]], then name = \"server\" and addresses = [\"192.168.131.62\"]";
const MOST_HOSTS: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Front {
    pub id: String,
    pub title: String,
    pub goal: String,
    pub minutes: u32,
    pub timers: Timers,
    pub low_ports: LowPorts,
    pub hosts: Vec<HostSetup>,
    pub after: Vec<String>,
    pub prints: Prints,
    /// The line of each field.
    pub lines: BTreeMap<String, usize>,
}

/// Where the front matter and the prose lie in the text.
pub(super) struct Split<'a> {
    front: &'a str,
    pub prose: &'a str,
    /// How many lines stand before the prose.
    pub lines_before: usize,
}

/// `None` when there is no front matter; that is noted as a problem.
pub(super) fn split<'a>(text: &'a str, problems: &mut Problems) -> Option<Split<'a>> {
    let mut lines = text.split_inclusive('\n');
    if lines.next().map(str::trim_end) != Some(FENCE) {
        problems.add(1, "no front matter", EXAMPLE);
        return None;
    }
    let start = text.len() - lines.clone().map(str::len).sum::<usize>();
    let mut end = start;
    for (index, line) in lines.enumerate() {
        if line.trim_end() == FENCE {
            return Some(Split {
                front: &text[start..end],
                prose: &text[end + line.len()..],
                lines_before: index + 2,
            });
        }
        end += line.len();
    }
    problems.add(
        1,
        "the front matter is not closed",
        "add a line +++ after it",
    );
    None
}

pub(super) fn read(split: &Split<'_>, problems: &mut Problems) -> Front {
    let mut reader = Reader {
        text: split.front,
        problems,
    };
    let (table, errors) = DeTable::parse_recoverable(split.front);
    for error in errors {
        let line = error.span().map_or(1, |span| reader.line(&span));
        let message = format!("the front matter is not TOML: {}", error.message());
        let remedy = "write each field as name = \"text\" or name = 10";
        reader.problems.add(line, message, remedy);
    }
    reader.front(table.get_ref())
}

struct Reader<'a> {
    text: &'a str,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn front(&mut self, table: &DeTable<'_>) -> Front {
        let mut front = Front::default();
        let known = [
            "id",
            "title",
            "goal",
            "minutes",
            "timers",
            "low_ports",
            "hosts",
            "after",
            "prints",
        ];
        self.refuse_unknown(table, &known, "field");
        let lines = table
            .keys()
            .map(|key| (key.get_ref().to_string(), self.line(&key.span())));
        front.lines = lines.collect();
        front.id = self.required(table, "id", 1);
        front.title = self.required(table, "title", 1);
        front.goal = self.required(table, "goal", 1);
        if !front.id.is_empty() && !is_plain_name(&front.id) {
            let line = self.line_of(table, "id");
            self.problems.add(
                line,
                format!("id \"{}\" has characters that are not allowed", front.id),
                "use a-z, 0-9, - and _, as in \"handshake\"",
            );
        }
        match table.get("minutes") {
            None => self.problems.add(1, "no minutes", "add e.g. minutes = 10"),
            Some(value) => front.minutes = self.minutes(value),
        }
        if let Some(value) = table.get("timers") {
            front.timers = self.timers(value);
        }
        if let Some(value) = table.get("low_ports") {
            front.low_ports = self.low_ports(value);
        }
        if let Some(value) = table.get("after") {
            front.after = self.after(value, &front.id);
        }
        if let Some(value) = table.get("prints") {
            front.prints = self.prints(value);
        }
        match table.get("hosts") {
            None => self.problems.add(1, "no hosts", HOST_EXAMPLE),
            Some(value) => front.hosts = self.hosts(value),
        }
        front
    }

    fn minutes(&mut self, value: &Spanned<DeValue<'_>>) -> u32 {
        let minutes = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().unwrap_or(0),
            _ => 0,
        };
        if !(1..=240).contains(&minutes) {
            let line = self.line(&value.span());
            let remedy = "write e.g. minutes = 10";
            self.problems
                .add(line, "minutes is not a number from 1 to 240", remedy);
        }
        minutes
    }

    fn timers(&mut self, value: &Spanned<DeValue<'_>>) -> Timers {
        match text_of(value) {
            Some("patient") => Timers::Patient,
            Some("natural") => Timers::Natural,
            Some("still") => Timers::Still,
            _ => {
                let line = self.line(&value.span());
                self.problems.add(
                    line,
                    "timers is none of \"patient\", \"natural\" and \"still\"",
                    "write timers = \"patient\", or \"natural\" for the kernel's own retry limits",
                );
                Timers::default()
            }
        }
    }

    fn low_ports(&mut self, value: &Spanned<DeValue<'_>>) -> LowPorts {
        match text_of(value) {
            Some("open") => LowPorts::Open,
            Some("guarded") => LowPorts::Guarded,
            _ => {
                let line = self.line(&value.span());
                self.problems.add(
                    line,
                    "low_ports is neither \"open\" nor \"guarded\"",
                    "write low_ports = \"guarded\" to let the kernel refuse ports below 1024",
                );
                LowPorts::default()
            }
        }
    }

    /// Whether there are such lessons is not known here.
    fn after(&mut self, value: &Spanned<DeValue<'_>>, own: &str) -> Vec<String> {
        const REMEDY: &str = "write the ids of earlier lessons, as in after = [\"handshake\"]";
        let line = self.line(&value.span());
        let DeValue::Array(array) = value.get_ref() else {
            self.problems.add(line, "after is not a list", REMEDY);
            return Vec::new();
        };
        let mut after: Vec<String> = Vec::new();
        for value in array {
            let line = self.line(&value.span());
            let id = text_of(value).unwrap_or_default();
            let wrong = match id {
                _ if !is_plain_name(id) => Some(format!("'{id}' in after is no lesson's id")),
                _ if id == own => Some(format!("the lesson '{id}' comes after itself")),
                _ if after.iter().any(|known| known == id) => {
                    Some(format!("'{id}' stands in after twice"))
                }
                _ => None,
            };
            match wrong {
                Some(message) => self.problems.add(line, message, REMEDY),
                None => after.push(id.to_owned()),
            }
        }
        after
    }

    fn prints(&mut self, value: &Spanned<DeValue<'_>>) -> Prints {
        match text_of(value) {
            Some("same") => Prints::Same,
            Some("vary") => Prints::Vary,
            _ => {
                let line = self.line(&value.span());
                let remedy = "write prints = \"vary\" where CPython may print something else, or \
                              leave the line out";
                self.problems
                    .add(line, "prints is neither \"same\" nor \"vary\"", remedy);
                Prints::default()
            }
        }
    }

    fn hosts(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<HostSetup> {
        let line = self.line(&value.span());
        let DeValue::Array(array) = value.get_ref() else {
            self.problems.add(line, "hosts is not a list", HOST_EXAMPLE);
            return Vec::new();
        };
        if array.is_empty() || array.len() > MOST_HOSTS {
            let message = format!("a lesson has 1 to {MOST_HOSTS} hosts, not {}", array.len());
            self.problems.add(line, message, HOST_EXAMPLE);
        }
        let mut hosts: Vec<HostSetup> = Vec::new();
        for value in array.iter().take(MOST_HOSTS) {
            let line = self.line(&value.span());
            let DeValue::Table(table) = value.get_ref() else {
                self.problems
                    .add(line, "a host is not a table", HOST_EXAMPLE);
                continue;
            };
            let host = self.host(table, line);
            if hosts.iter().any(|other| other.name == host.name) {
                let message = format!("two hosts are called '{}'", host.name);
                self.problems
                    .add(line, message, "give each host a name of its own");
            }
            for address in &host.addresses {
                if hosts.iter().any(|other| other.addresses.contains(address)) {
                    let message = format!("two hosts have the address {address}");
                    self.problems
                        .add(line, message, "give each host an address of its own");
                }
            }
            hosts.push(host);
        }
        hosts
    }

    fn host(&mut self, table: &DeTable<'_>, line: usize) -> HostSetup {
        self.refuse_unknown(table, &["name", "addresses"], "host field");
        let name = self.required(table, "name", line);
        if !name.is_empty() {
            let line = self.line_of(table, "name");
            check_name(&name, line, self.problems);
        }
        let addresses = match table.get("addresses") {
            Some(value) => self.addresses(value),
            None => {
                self.problems
                    .add(line, "a host without addresses", HOST_EXAMPLE);
                Vec::new()
            }
        };
        HostSetup { name, addresses }
    }

    fn addresses(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<IpAddr> {
        let line = self.line(&value.span());
        let array = match value.get_ref() {
            DeValue::Array(array) if !array.is_empty() => array,
            _ => {
                let remedy = "write addresses = [\"192.168.131.62\"]";
                self.problems
                    .add(line, "addresses is not a list of addresses", remedy);
                return Vec::new();
            }
        };
        let mut addresses = Vec::new();
        for value in array {
            let line = self.line(&value.span());
            let text = text_of(value).unwrap_or("");
            const REMEDY: &str =
                "write an IPv4 or IPv6 address in quotes, as in \"192.168.131.62\"";
            let parsed = text.parse::<IpAddr>();
            let parsed = parsed.map_err(|_| format!("'{text}' is not the address of a host"));
            match parsed.and_then(|address| crossable(address).map(|()| address)) {
                Ok(address) => addresses.push(address),
                Err(why) => self.problems.add(line, why, REMEDY),
            }
        }
        addresses
    }

    /// A text that must be there and must not be empty.
    fn required(&mut self, table: &DeTable<'_>, field: &str, line: usize) -> String {
        let remedy = format!("add {field} = \"…\"");
        let Some(value) = table.get(field) else {
            self.problems.add(line, format!("no {field}"), remedy);
            return String::new();
        };
        let line = self.line(&value.span());
        match text_of(value) {
            Some(text) if text.contains(|c| c == '\n' || letters::is_refused(c)) => {
                let message = format!("{field} has a character that nobody sees, or a second line");
                self.problems
                    .add(line, message, "write it in one line, without it");
                String::new()
            }
            Some(text) if !text.trim().is_empty() => text.trim().to_owned(),
            Some(_) => {
                self.problems.add(line, format!("{field} is empty"), remedy);
                String::new()
            }
            None => {
                self.problems
                    .add(line, format!("{field} is not a text in quotes"), remedy);
                String::new()
            }
        }
    }

    fn refuse_unknown(&mut self, table: &DeTable<'_>, known: &[&str], what: &str) {
        for key in table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let line = self.line(&key.span());
                let message = format!("unknown {what} '{}'", key.get_ref());
                let remedy = format!("the fields are {}", known.join(", "));
                self.problems.add(line, message, remedy);
            }
        }
    }

    fn line_of(&self, table: &DeTable<'_>, field: &str) -> usize {
        let value = table.get(field);
        value.map_or(1, |value| self.line(&value.span()))
    }

    /// The front matter's first line is the file's second.
    fn line(&self, span: &Range<usize>) -> usize {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        2 + before.iter().filter(|byte| **byte == b'\n').count()
    }
}

/// The name of a program or a host.
pub(super) fn check_name(name: &str, line: usize, problems: &mut Problems) {
    if !is_plain_name(name) {
        problems.add(
            line,
            format!("'{name}' cannot be a name"),
            "use a letter, then a-z, 0-9, - and _, at most 32, as in \"client1\"",
        );
    } else if trigger::is_reserved(name) {
        let message = format!("'{name}' is a word of the trigger language");
        problems.add(line, message, "choose another name, as in \"client1\"");
    }
}

/// A letter, then a-z, 0-9, `-` and `_`: an id, or the name of a program or a host.
pub fn is_plain_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(is_allowed)
}

fn text_of<'a>(value: &'a Spanned<DeValue<'_>>) -> Option<&'a str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.as_ref()),
        _ => None,
    }
}
