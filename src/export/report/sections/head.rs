//! What the report is about: the lesson, the time, the kernel, who took part.

use super::super::clean;
use super::super::document::{Block, Cell, Column, Document, Row, Section, Table, Verdict};
use super::super::run::Run;
use super::{answers, host, seconds};
use crate::model::Fate;
use crate::trace::{Timers, WireKind};
use crate::words::say;

/// So many hosts are listed.
const MOST_HOSTS: usize = 200;

pub fn document(run: &Run<'_>) -> Document {
    let language = run.language;
    let header = run.trace.header();
    let blanks = [
        say!(language, "report.name"),
        say!(language, "report.number"),
        say!(language, "report.class"),
    ];
    Document {
        title: title(run),
        subtitle: header.attempt.as_ref().map(|label| {
            let label = clean::line(label, 200);
            say!(language, "report.attempt", label = label).into_owned()
        }),
        blanks: blanks.into_iter().map(|blank| blank.into_owned()).collect(),
        facts: facts(run),
        sections: Vec::new(),
    }
}

fn title(run: &Run<'_>) -> String {
    let language = run.language;
    let header = run.trace.header();
    if let Some(lesson) = run.lesson {
        let title = clean::line(&lesson.title, 200);
        let number = lesson.number;
        return say!(language, "report.lesson", number = number, title = title).into_owned();
    }
    if let Some(id) = &header.lesson {
        let id = clean::line(id, 100);
        return say!(language, "report.lesson_id", id = id).into_owned();
    }
    let files = header.programs.iter().take(4);
    let files: Vec<String> = files.map(|p| clean::line(&p.file, 60)).collect();
    match files.is_empty() {
        true => say!(language, "report.no_programs").into_owned(),
        false => files.join(" · "),
    }
}

fn facts(run: &Run<'_>) -> Vec<(String, Vec<Cell>)> {
    let language = run.language;
    let header = run.trace.header();
    let mut facts = Vec::new();
    let mut add = |key: std::borrow::Cow<'_, str>, value: String| {
        facts.push((key.into_owned(), vec![Cell::Words(value)]));
    };
    let began = header.started_us.map(utc);
    let unknown = || say!(language, "report.not_recorded").into_owned();
    add(
        say!(language, "report.began"),
        began.unwrap_or_else(unknown),
    );
    let (took, events) = (seconds(run.state.at_us), run.trace.events().len());
    add(
        say!(language, "report.took"),
        say!(language, "report.took_is", seconds = took, events = events).into_owned(),
    );
    add(say!(language, "report.segments_fact"), counted(run));
    if let Some(marks) = marks(run) {
        add(say!(language, "report.answers"), marks);
    }
    let wire = match header.wire {
        WireKind::Held => say!(language, "report.wire_held"),
        WireKind::Loopback => say!(language, "report.wire_loopback"),
        WireKind::Captured => say!(language, "report.wire_captured"),
    };
    add(say!(language, "report.wire"), wire.into_owned());
    if !header.kernel.is_empty() {
        // Linux gives no more than its release.
        let is_release = header
            .kernel
            .starts_with(|char: char| char.is_ascii_digit());
        let system = if is_release { "Linux " } else { "" };
        let kernel = clean::line(&header.kernel, 80);
        add(say!(language, "report.kernel"), format!("{system}{kernel}"));
    }
    if header.wire.can_hold() {
        let timers = match header.timers {
            Timers::Patient => say!(language, "report.timers_patient"),
            Timers::Natural => say!(language, "report.timers_natural"),
            Timers::Still => say!(language, "report.timers_still"),
        };
        add(say!(language, "report.timers"), timers.into_owned());
    }
    let version = format!("Sockstep {}", clean::line(&header.version, 40));
    add(say!(language, "report.version"), version);
    if let Some(reason) = &run.state.ended {
        let reason = clean::line(reason, 300);
        let words = say!(language, "report.broke_off", reason = reason).into_owned();
        let title = say!(language, "report.end").into_owned();
        facts.push((title, vec![Cell::Bad(words)]));
    }
    facts
}

/// How many segments there were, and what became of them; only of what there was.
fn counted(run: &Run<'_>) -> String {
    let language = run.language;
    let count = |is: fn(&Fate) -> bool| {
        let segments = run.state.segments.values();
        segments.filter(|segment| is(&segment.fate)).count()
    };
    let delivered = count(|fate| matches!(fate, Fate::Delivered(_)));
    let dropped = count(|fate| matches!(fate, Fate::Dropped(_)));
    let waiting = count(|fate| matches!(fate, Fate::Held | Fate::Delayed(_)));
    let absorbed = count(|fate| matches!(fate, Fate::Absorbed));
    let sent = run.state.segments.len();
    let mut parts = vec![match run.trace.header().wire {
        WireKind::Held => say!(language, "report.sent_count", count = sent),
        WireKind::Loopback => say!(language, "report.inferred_count", count = sent),
        WireKind::Captured => say!(language, "report.captured_count", count = sent),
    }];
    if delivered > 0 && delivered < sent {
        parts.push(say!(language, "report.delivered_count", count = delivered));
    }
    if dropped > 0 {
        parts.push(say!(language, "report.dropped_count", count = dropped));
    }
    if waiting > 0 {
        parts.push(say!(language, "report.waiting_count", count = waiting));
    }
    if absorbed > 0 {
        parts.push(say!(language, "report.absorbed_count", count = absorbed));
    }
    parts.join(&say!(language, "report.comma"))
}

/// How many of the questions were answered, and how many rightly.
fn marks(run: &Run<'_>) -> Option<String> {
    let language = run.language;
    let answers = answers::answers(run);
    let answered = answers.iter().filter(|answer| answer.answered.is_some());
    let answered = answered.count();
    if answered == 0 {
        return None;
    }
    let right = answers.iter();
    let right =
        right.filter(|answer| answer.answered.is_some() && answer.verdict == Verdict::Right);
    let (right, all) = (right.count(), answers.len());
    let words = if run.lesson.is_some() {
        say!(
            language,
            "report.marks",
            right = right,
            answered = answered,
            all = all
        )
    } else {
        say!(language, "report.marks_open", answered = answered)
    };
    Some(words.into_owned())
}

pub fn who(run: &Run<'_>) -> Section {
    let language = run.language;
    let header = run.trace.header();
    let mut section = Section::new("who", say!(language, "report.who"));
    let has_programs = !header.programs.is_empty();
    let mut columns = vec![
        Column::words(say!(language, "report.host")),
        Column::words(say!(language, "report.addresses")),
    ];
    if has_programs {
        columns.push(Column::words(say!(language, "report.programs")));
    }
    let hosts = header.hosts.iter().take(MOST_HOSTS);
    let mut rows: Vec<Row> = hosts
        .map(|each| {
            let addresses = each.addresses.iter().take(20).map(|address| {
                let mapped = header.mapping.iter().find(|map| map.address == *address);
                Cell::Code(match mapped {
                    Some(map) => format!("{address} → {}", map.stands_for_it),
                    None => address.to_string(),
                })
            });
            let mut cells = vec![host(run, &each.name), Cell::Lines(addresses.collect())];
            if has_programs {
                let programs = header.programs.iter().filter(|p| p.host == each.name);
                let programs = programs
                    .take(20)
                    .map(|p| Cell::Code(clean::line(&p.file, 60)));
                cells.push(Cell::Lines(programs.collect()));
            }
            Row::Cells(cells)
        })
        .collect();
    if let Some(more) = header
        .hosts
        .len()
        .checked_sub(MOST_HOSTS)
        .filter(|more| *more > 0)
    {
        rows.push(Row::Head(
            say!(language, "report.more", count = more).into_owned(),
        ));
    }
    section.blocks.push(Block::Table(Table {
        name: section.title.clone(),
        columns,
        rows,
    }));
    if !header.mapping.is_empty() {
        let words = say!(language, "report.mapped").into_owned();
        section.blocks.push(Block::Aside(words));
    }
    section
}

/// `2026-11-21 23:30:05 UTC`, from microseconds of Unix time. Days to a date as in the Gregorian
/// calendar, counted in eras of 400 years that begin with March.
fn utc(us: u64) -> String {
    let seconds = us / 1_000_000;
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn a_time_is_told_in_utc() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_868_799, "2000-02-29 23:59:59 UTC"),
            (1_795_303_805, "2026-11-21 23:30:05 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(seconds * 1_000_000), expected);
        }
        assert!(utc(u64::MAX).ends_with("UTC"));
    }
}
