//! What was done to the wire, by whom, and what followed.

use super::super::document::{Block, Cell, Column, Row, Section, Table};
use super::super::run::{Done, Fault, Run};
use super::{numbered, seconds, title};
use crate::model::{Cause, Fate, Named, Segment, Thing};
use crate::packet::Kind;
use crate::trace::{By, SegmentId, Traffic, WireKind};
use crate::words::{remark, say, segment};

/// So much of what followed from an arrival is told.
const MOST_EFFECTS: usize = 4;

pub fn section(run: &Run<'_>) -> Option<Section> {
    let language = run.language;
    match run.trace.header().wire {
        WireKind::Held => {}
        // Nothing could be done.
        WireKind::Loopback | WireKind::Captured => return None,
    }
    let mut section = Section::new("faults", say!(language, "report.faults"));
    if run.faults.is_empty() {
        let words = say!(language, "report.no_faults").into_owned();
        section.blocks.push(Block::Words(words));
        return Some(section);
    }
    let columns = vec![
        Column::number(say!(language, "report.time")),
        Column::words(say!(language, "report.done")),
        Column::words(say!(language, "report.by")),
        Column::words(say!(language, "report.followed")),
    ];
    let mut rows: Vec<Row> = run.faults.iter().map(|fault| row(run, fault)).collect();
    if run.faults_left_out > 0 {
        let more = say!(language, "report.more", count = run.faults_left_out);
        rows.push(Row::Head(more.into_owned()));
    }
    section.blocks.push(Block::Table(Table {
        name: section.title.clone(),
        columns,
        rows,
    }));
    let aside = say!(language, "report.faults_read").into_owned();
    section.blocks.push(Block::Aside(aside));
    Some(section)
}

fn row(run: &Run<'_>, fault: &Fault) -> Row {
    let language = run.language;
    let by = match fault.by {
        Some(By::Learner) => say!(language, "report.by_learner"),
        Some(By::Lesson) => say!(language, "report.by_lesson"),
        Some(By::Director) => say!(language, "report.by_director"),
        None => say!(language, "report.by_wire"),
    };
    let followed = followed(run, &fault.done).into_iter().map(Cell::Words);
    Row::Cells(vec![
        Cell::Words(seconds(fault.at_us)),
        done(run, &fault.done),
        Cell::Words(by.into_owned()),
        Cell::Lines(followed.collect()),
    ])
}

fn done(run: &Run<'_>, done: &Done) -> Cell {
    let language = run.language;
    let subject = subject(done);
    let segment = subject.map_or_else(String::new, |id| numbered(run, id));
    let from = subject.and_then(|id| run.state.segments.get(&id));
    let from = from.map_or_else(String::new, |found| title(run, &found.from));
    let words = match done {
        Done::Dropped(_) => say!(language, "report.dropped", segment = segment, from = from),
        Done::Duplicated { copy, .. } => {
            say!(
                language,
                "report.duplicated",
                segment = segment,
                from = from,
                copy = copy
            )
        }
        Done::Corrupted { byte, was, now, .. } => {
            let (was, now) = (format!("{was:02x}"), format!("{now:02x}"));
            say!(
                language,
                "report.corrupted",
                segment = segment,
                from = from,
                byte = byte,
                was = was,
                now = now
            )
        }
        Done::Delayed { ms, .. } => {
            let seconds = seconds(u64::from(*ms) * 1_000);
            say!(
                language,
                "report.delayed",
                segment = segment,
                from = from,
                seconds = seconds
            )
        }
        Done::Overtook { earlier, .. } => {
            let earlier = numbered(run, *earlier);
            say!(
                language,
                "report.overtook",
                segment = segment,
                from = from,
                earlier = earlier
            )
        }
        Done::Holding { traffic, on: true } => {
            say!(language, "report.holds", what = traffic_words(run, traffic))
        }
        Done::Holding { traffic, on: false } => {
            say!(
                language,
                "report.passes",
                what = traffic_words(run, traffic)
            )
        }
    };
    match done {
        Done::Dropped(_) | Done::Corrupted { .. } => Cell::Bad(words.into_owned()),
        Done::Duplicated { .. }
        | Done::Delayed { .. }
        | Done::Overtook { .. }
        | Done::Holding { .. } => Cell::Words(words.into_owned()),
    }
}

/// What it was done to.
fn subject(done: &Done) -> Option<SegmentId> {
    match done {
        Done::Dropped(segment)
        | Done::Duplicated { segment, .. }
        | Done::Corrupted { segment, .. }
        | Done::Delayed { segment, .. }
        | Done::Overtook { segment, .. } => Some(*segment),
        Done::Holding { .. } => None,
    }
}

fn traffic_words(run: &Run<'_>, traffic: &Traffic) -> String {
    let language = run.language;
    let kind = match traffic.kind {
        None => say!(language, "report.any_segment").into_owned(),
        Some(Kind::Data) => say!(language, "report.data_segment").into_owned(),
        Some(kind) => segment::plain_kind(kind).to_owned(),
    };
    match &traffic.from {
        None => kind,
        Some(from) => {
            let from = title(run, from);
            say!(language, "report.traffic_from", kind = kind, from = from).into_owned()
        }
    }
}

fn followed(run: &Run<'_>, done: &Done) -> Vec<String> {
    let language = run.language;
    match done {
        Done::Dropped(id) => vec![sent_again(run, *id)],
        Done::Corrupted { segment, .. } => {
            let mut said = arrived(run, *segment);
            said.push(sent_again(run, *segment));
            said
        }
        Done::Duplicated { copy, .. } => arrived(run, *copy),
        Done::Delayed { segment, .. } | Done::Overtook { segment, .. } => arrived(run, *segment),
        Done::Holding { .. } => vec![say!(language, "report.from_then").into_owned()],
    }
}

/// The first one like it that a kernel sent later, and why.
fn sent_again(run: &Run<'_>, id: SegmentId) -> String {
    let language = run.language;
    let lost = run.state.segments.get(&id);
    let Some(again) = lost.and_then(|lost| next_like(run, lost)) else {
        return say!(language, "report.never_again").into_owned();
    };
    let lost_at = lost.map_or(0, |lost| lost.sent_at_us);
    let (name, after) = (
        numbered(run, again.id),
        again.sent_at_us.saturating_sub(lost_at),
    );
    let after = seconds(after);
    match again.reason {
        Some(reason) => {
            let why = remark::word(language, reason);
            say!(
                language,
                "report.again_because",
                segment = name,
                after = after,
                why = why
            )
        }
        None => say!(language, "report.again", segment = name, after = after),
    }
    .into_owned()
}

fn next_like<'a>(run: &'a Run<'_>, lost: &Segment) -> Option<&'a Segment> {
    let first = run.state.segments.get(&lost.copy_of.unwrap_or(lost.id))?;
    let copies = std::iter::once(lost)
        .chain([first])
        .flat_map(|each| &each.copies);
    let copies = copies.filter_map(|(id, _)| run.state.segments.get(id));
    // What the wire made is no second try.
    let later =
        copies.filter(|copy| copy.sent_at_us > lost.sent_at_us && copy.duplicate_of().is_none());
    later.min_by_key(|copy| copy.sent_at_us)
}

/// When it arrived, how, and what its receiver did.
fn arrived(run: &Run<'_>, id: SegmentId) -> Vec<String> {
    let language = run.language;
    let Some(found) = run.state.segments.get(&id) else {
        return Vec::new();
    };
    let mut said = vec![match found.fate {
        Fate::Delivered(at_us) => {
            say!(language, "report.arrived", id = id, at = seconds(at_us)).into_owned()
        }
        Fate::Dropped(_) | Fate::Held | Fate::Absorbed | Fate::Delayed(_) => {
            let fate = segment::fate_of(language, found);
            say!(language, "report.did_not_arrive", id = id, fate = fate).into_owned()
        }
    }];
    let names = run.state.names().of(id).iter().copied();
    let names = names.filter(|name| {
        matches!(
            name,
            Named::OutOfOrder | Named::Overtaken | Named::NothingNew
        )
    });
    said.extend(names.map(|name| remark::named_word(language, name)));
    let effects = run.state.causes().effects(&Cause::Arrival(id)).iter();
    let answers = effects.filter_map(|thing| match thing {
        Thing::Segment(answer) => {
            let answer = numbered(run, *answer);
            Some(say!(language, "report.receiver_sent", segment = answer).into_owned())
        }
        Thing::Call(call) => {
            let call = super::call_name(run, *call)?;
            Some(say!(language, "report.returned", call = call).into_owned())
        }
        Thing::Socket { .. } | Thing::State { .. } => None,
    });
    said.extend(answers.take(MOST_EFFECTS));
    said
}
