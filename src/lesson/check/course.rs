//! Whether the lessons of one course fit each other: their ids, their links, what comes after what.
//!
//! In: every lesson that could be read, with its folder. Out: findings. One lesson alone has no
//! others, so nothing is known of its links.

use std::collections::BTreeMap;

use super::super::types::Lesson;
use super::{Finding, Wrong};

/// Each with the name of its folder; both languages of it, or the one that there is.
pub fn course(lessons: &[(&str, Vec<&Lesson>)]) -> Vec<Finding> {
    let mut found = twins(lessons);
    if lessons.len() < 2 {
        return found;
    }
    let is_there = |word: &str| {
        lessons.iter().any(|(folder, languages)| {
            let by_folder = *folder == word || without_number(folder) == word;
            by_folder || languages.iter().any(|lesson| lesson.id == word)
        })
    };
    // The id of a lesson that cannot be read is most likely its folder's name.
    let is_id = |id: &str| {
        lessons.iter().any(|(folder, all)| match &all[..] {
            [] => without_number(folder) == id,
            all => all.iter().any(|lesson| lesson.id == id),
        })
    };
    for lesson in lessons.iter().flat_map(|(_, languages)| languages) {
        for (to, line) in lesson.links.iter().filter(|(to, _)| !is_there(to)) {
            let wrong = Wrong::DeadLink(to.clone());
            found.push(Finding::new(&lesson.path, *line, wrong));
        }
        for id in lesson.after.iter().filter(|id| !is_id(id)) {
            let wrong = Wrong::AfterNobody(id.clone());
            found.push(Finding::new(&lesson.path, line_of_after(lesson), wrong));
        }
    }
    found.extend(circles(lessons));
    found
}

fn line_of_after(lesson: &Lesson) -> usize {
    let line = lesson.places.front.get("after");
    line.copied().unwrap_or(1)
}

fn without_number(folder: &str) -> &str {
    folder.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-')
}

/// Two lessons of one id would share one progress, and a link could mean either.
fn twins(lessons: &[(&str, Vec<&Lesson>)]) -> Vec<Finding> {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for (folder, languages) in lessons {
        let Some(lesson) = languages.first() else {
            continue;
        };
        if let Some(first) = known.get(lesson.id.as_str()) {
            let line = lesson.places.front.get("id").copied().unwrap_or(1);
            let wrong = Wrong::Twin {
                id: lesson.id.clone(),
                folder: (*first).to_owned(),
            };
            found.push(Finding::new(&lesson.path, line, wrong));
        } else {
            known.insert(&lesson.id, folder);
        }
    }
    found
}

/// Each once, told at the lesson of it that comes first in the course.
fn circles(lessons: &[(&str, Vec<&Lesson>)]) -> Vec<Finding> {
    let firsts = lessons
        .iter()
        .filter_map(|(_, languages)| languages.first());
    let mut by_id: BTreeMap<&str, &Lesson> = BTreeMap::new();
    for lesson in firsts {
        // A twin's id means the first.
        by_id.entry(&lesson.id).or_insert(lesson);
    }
    let mut told: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for lesson in by_id.values().copied() {
        if told.contains(&lesson.id.as_str()) {
            continue;
        }
        if let Some(circle) = circle_from(&lesson.id, &by_id) {
            told.extend(&circle);
            let mut names: Vec<String> = circle.iter().map(|id| (*id).to_owned()).collect();
            names.push(lesson.id.clone());
            let line = line_of_after(lesson);
            found.push(Finding::new(&lesson.path, line, Wrong::Circle(names)));
        }
    }
    found
}

/// The way from a lesson back to itself, by what comes after what.
fn circle_from<'a>(start: &str, by_id: &BTreeMap<&'a str, &'a Lesson>) -> Option<Vec<&'a str>> {
    let (start, _) = by_id.get_key_value(start)?;
    let mut seen = vec![*start];
    let mut ways = vec![vec![*start]];
    while let Some(way) = ways.pop() {
        let last = by_id.get(way.last()?)?;
        for id in &last.after {
            if id == start {
                return Some(way);
            }
            if let Some((id, _)) = by_id.get_key_value(id.as_str())
                && !seen.contains(id)
            {
                seen.push(id);
                ways.push([way.clone(), vec![*id]].concat());
            }
        }
    }
    None
}
