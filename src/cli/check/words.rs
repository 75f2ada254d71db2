//! What `sockstep check` says, in both languages.
//!
//! In: lessons and what is wrong with them. Out: lines of text from `assets/locales/check.toml`.
//! What a lesson's parser says, and a run's events, stay as they are: they quote the file.

use std::time::Duration;

use super::judge::{Ending, Missed, Stand, Trouble, What};
use super::plan::Subject;
use crate::lesson::check::{Finding, Part, Side, Weight, Wrong};
use crate::lesson::{Language, quizzes};
use crate::trace::WireKind;

/// No line of a lesson is quoted longer than this.
const LONGEST: usize = 160;

pub struct Summary {
    pub lessons: usize,
    pub runs: usize,
    pub left_out: usize,
    pub errors: usize,
    pub warnings: usize,
    pub took: Duration,
    pub wire: WireKind,
}

/// One line: what was played of it, and how long that took.
pub fn lesson(language: Language, subject: &Subject, took: Duration) -> String {
    let locale = language.tag();
    let is_wrong = subject.troubles.iter().map(Trouble::weight).max();
    let mark = match is_wrong {
        None => t!("check.ok", locale = locale),
        Some(Weight::Warning) => t!("check.warned", locale = locale),
        Some(Weight::Error) => t!("check.failed", locale = locale),
    };
    let Some(lesson) = subject.lessons.first() else {
        let unread = t!("check.unread", locale = locale);
        return format!("{mark}  {:16}  {unread}", subject.folder);
    };
    let played = t!(
        "check.played",
        locale = locale,
        beats = counted(locale, Counted::Beats, lesson.beats.len()),
        quizzes = counted(locale, Counted::Quizzes, quizzes(lesson).count()),
        tries = counted(locale, Counted::Tries, lesson.tries.len()),
        puzzles = counted(locale, Counted::Puzzles, lesson.puzzles.len())
    );
    let seconds = took.as_secs_f64();
    format!("{mark}  {:16}  {played}  {seconds:.1} s", subject.folder)
}

pub fn summary(language: Language, summary: &Summary) -> String {
    let locale = language.tag();
    let seconds = format!("{:.1}", summary.took.as_secs_f64());
    let wire = match summary.wire {
        // Nothing is ever checked on a capture.
        WireKind::Held | WireKind::Captured => t!("check.on_held", locale = locale),
        WireKind::Loopback => t!("check.on_loopback", locale = locale),
    };
    let mut said = t!(
        "check.summary",
        locale = locale,
        lessons = counted(locale, Counted::Lessons, summary.lessons),
        runs = counted(locale, Counted::Runs, summary.runs),
        wire = wire,
        seconds = seconds
    )
    .into_owned();
    if summary.left_out > 0 {
        let left_out = t!(
            "check.left_out",
            locale = locale,
            runs = counted(locale, Counted::Runs, summary.left_out)
        );
        said.push_str(&left_out);
    }
    let warnings = counted(locale, Counted::Warnings, summary.warnings);
    let result = match (summary.errors, summary.warnings) {
        (0, 0) => t!("check.all_well", locale = locale),
        (0, _) => t!("check.only_warnings", locale = locale, warnings = warnings),
        (errors, _) => t!(
            "check.wrong",
            locale = locale,
            errors = counted(locale, Counted::Errors, errors),
            warnings = warnings
        ),
    };
    format!("\n{said}\n{result}")
}

#[derive(Clone, Copy)]
enum Counted {
    Beats,
    Quizzes,
    Tries,
    Puzzles,
    Lessons,
    Runs,
    Errors,
    Warnings,
}

/// "1 beat", "2 beats".
fn counted(locale: &str, what: Counted, n: usize) -> String {
    match (what, n) {
        (Counted::Beats, 1) => t!("check.one_beat", locale = locale),
        (Counted::Beats, n) => t!("check.beats", locale = locale, n = n),
        (Counted::Quizzes, 1) => t!("check.one_quiz", locale = locale),
        (Counted::Quizzes, n) => t!("check.quizzes", locale = locale, n = n),
        (Counted::Tries, 1) => t!("check.one_try", locale = locale),
        (Counted::Tries, n) => t!("check.tries", locale = locale, n = n),
        (Counted::Puzzles, 1) => t!("check.one_puzzle", locale = locale),
        (Counted::Puzzles, n) => t!("check.puzzles", locale = locale, n = n),
        (Counted::Lessons, 1) => t!("check.one_lesson", locale = locale),
        (Counted::Lessons, n) => t!("check.lessons", locale = locale, n = n),
        (Counted::Runs, 1) => t!("check.one_run", locale = locale),
        (Counted::Runs, n) => t!("check.runs_played", locale = locale, n = n),
        (Counted::Errors, 1) => t!("check.one_error", locale = locale),
        (Counted::Errors, n) => t!("check.errors", locale = locale, n = n),
        (Counted::Warnings, 1) => t!("check.one_warning", locale = locale),
        (Counted::Warnings, n) => t!("check.warnings", locale = locale, n = n),
    }
    .into_owned()
}

/// `file:line: what is wrong; what to do`, and below it what the run did instead.
pub fn trouble(language: Language, trouble: &Trouble) -> String {
    match trouble {
        Trouble::Read(problem) => problem.to_string(),
        Trouble::Found(finding) => found(language.tag(), finding),
        Trouble::Played(missed) => played(language.tag(), missed),
    }
}

fn at(path: &std::path::Path, line: usize) -> String {
    match line {
        0 => format!("{}:", path.display()),
        line => format!("{}:{line}:", path.display()),
    }
}

fn found(locale: &str, finding: &Finding) -> String {
    let said = match &finding.wrong {
        Wrong::Differs { part, here, there } => return differs(locale, *part, here, there),
        Wrong::NoQuiz => t!("check.no_quiz", locale = locale),
        Wrong::NoTry => t!("check.no_try", locale = locale),
        Wrong::NoHint => t!("check.no_hint", locale = locale),
        Wrong::Twin { id, folder } => {
            t!("check.twin", locale = locale, id = id, folder = folder)
        }
        Wrong::DeadLink(to) => t!("check.dead_link", locale = locale, to = to),
        Wrong::AfterNobody(id) => t!("check.after_nobody", locale = locale, id = id),
        Wrong::Circle(ids) => t!("check.circle", locale = locale, ids = ids.join(" → ")),
    };
    let warning = match finding.weight {
        Weight::Error => "".into(),
        Weight::Warning => t!("check.warning", locale = locale),
    };
    format!("{} {warning}{said}", at(&finding.path, finding.line))
}

fn differs(locale: &str, part: Part, here: &Side, there: &Side) -> String {
    let nothing = t!("check.nothing", locale = locale);
    let text = |side: &Side| {
        let text = side.text.as_deref().unwrap_or(&nothing);
        short(text.trim_end()).to_owned()
    };
    let differ = t!(
        "check.differ",
        locale = locale,
        part = part_word(locale, part)
    );
    format!(
        "{} {differ}\n    {} {}\n    {} {}",
        at(&here.path, here.line),
        at(&here.path, here.line),
        text(here),
        at(&there.path, there.line),
        text(there)
    )
}

fn short(text: &str) -> &str {
    let cut = text.char_indices().nth(LONGEST);
    cut.map_or(text, |(cut, _)| &text[..cut])
}

fn part_word(locale: &str, part: Part) -> String {
    match part {
        Part::Id => t!("check.part_id", locale = locale),
        Part::Minutes => t!("check.part_minutes", locale = locale),
        Part::Timers => t!("check.part_timers", locale = locale),
        Part::LowPorts => t!("check.part_low_ports", locale = locale),
        Part::Prints => t!("check.part_prints", locale = locale),
        Part::After => t!("check.part_after", locale = locale),
        Part::Hosts => t!("check.part_hosts", locale = locale),
        Part::Programs => t!("check.part_programs", locale = locale),
        Part::Script => t!("check.part_script", locale = locale),
        Part::Beats => t!("check.part_beats", locale = locale),
        Part::Expects => t!("check.part_expects", locale = locale),
        Part::Quizzes => t!("check.part_quizzes", locale = locale),
        Part::Myths => t!("check.part_myths", locale = locale),
        Part::Tries => t!("check.part_tries", locale = locale),
        Part::Puzzles => t!("check.part_puzzles", locale = locale),
        Part::Pictures => t!("check.part_pictures", locale = locale),
    }
    .into_owned()
}

fn played(locale: &str, missed: &Missed) -> String {
    let in_try = match &missed.wanted {
        Some(label) => t!("check.in_try", locale = locale, label = label),
        None => "".into(),
    };
    let said = what(locale, &missed.what);
    let mut text = format!("{} {in_try}{said}", at(&missed.path, missed.line));
    let Some(instead) = &missed.instead else {
        return text;
    };
    if let Some(ended) = ending(locale, &instead.ending) {
        text.push_str(&format!("\n    {ended}"));
    }
    let last = instead.last.iter().flat_map(|line| line.lines());
    for line in last {
        text.push_str("\n    | ");
        text.push_str(short(line));
    }
    text
}

fn what(locale: &str, what: &What) -> String {
    match what {
        What::Beat { .. } => return beat(locale, what),
        What::Expect { .. } => return expect(locale, what),
        What::Undecided { number } => t!("check.undecided", locale = locale, number = number),
        What::Tied { number, options } => {
            let options: Vec<String> = options.iter().map(ToString::to_string).collect();
            let options = options.join(", ");
            t!(
                "check.tied",
                locale = locale,
                number = number,
                options = options
            )
        }
        What::TryExpect { trigger } => t!("check.try_expect", locale = locale, trigger = trigger),
        What::Stuck { text, why } => {
            let language = match locale {
                "zh" => Language::Chinese,
                _ => Language::English,
            };
            let why = crate::words::stuck(language, why);
            t!("check.stuck", locale = locale, text = text, why = why)
        }
        What::ScriptLeft { text } => t!("check.script_left", locale = locale, text = text),
        What::Endless => {
            let seconds = super::LIMIT.as_secs();
            t!("check.endless", locale = locale, seconds = seconds)
        }
        What::NoLab { why } => t!("check.no_lab", locale = locale, why = why),
    }
    .into_owned()
}

fn beat(locale: &str, what: &What) -> String {
    let What::Beat {
        number,
        title,
        trigger,
        more,
        held_us,
        before_us,
    } = what
    else {
        return String::new();
    };
    let mut said = t!(
        "check.beat",
        locale = locale,
        number = number,
        title = title,
        trigger = trigger
    )
    .into_owned();
    if let Some(held_us) = held_us {
        let held = t!(
            "check.beat_held",
            locale = locale,
            held = seconds(*held_us),
            before = before_us.map_or("-".to_owned(), seconds)
        );
        said.push_str(&held);
    }
    if *more > 0 {
        let more = t!("check.more_beats", locale = locale, more = more);
        said.push_str(&more);
    }
    said
}

fn expect(locale: &str, what: &What) -> String {
    let What::Expect {
        number,
        trigger,
        held_us,
        from_us,
        to_us,
    } = what
    else {
        return String::new();
    };
    let said = t!(
        "check.expect",
        locale = locale,
        number = number,
        trigger = trigger
    );
    let more = match held_us {
        None => t!("check.expect_never", locale = locale),
        Some(held) if is_within(*held, *from_us, *to_us) => t!(
            "check.expect_split",
            locale = locale,
            held = seconds(*held),
            from = from_us.map_or("0".to_owned(), seconds)
        ),
        Some(held) => t!(
            "check.expect_held",
            locale = locale,
            held = seconds(*held),
            from = from_us.map_or("0".to_owned(), seconds),
            to = to_us.map_or("…".to_owned(), seconds)
        ),
    };
    format!("{said}{more}")
}

fn is_within(held_us: u64, from_us: Option<u64>, to_us: Option<u64>) -> bool {
    from_us.is_none_or(|from| from <= held_us) && to_us.is_none_or(|to| held_us <= to)
}

fn seconds(us: u64) -> String {
    format!("{:.6}", us as f64 / 1e6)
}

fn ending(locale: &str, ending: &Ending) -> Option<String> {
    let said = match ending {
        Ending::NoLab => return None,
        Ending::Done(_) => t!("check.ended", locale = locale),
        Ending::Still(_) => t!("check.stood_still", locale = locale),
        Ending::Stuck(_) => t!("check.was_stuck", locale = locale),
        Ending::Limit(_) => {
            let seconds = super::LIMIT.as_secs();
            t!("check.limit", locale = locale, seconds = seconds)
        }
    };
    let stands = match ending {
        Ending::NoLab => &[][..],
        Ending::Done(stands)
        | Ending::Still(stands)
        | Ending::Stuck(stands)
        | Ending::Limit(stands) => stands,
    };
    let stands: Vec<String> = stands.iter().map(|each| stand(locale, each)).collect();
    let comma = t!("check.comma", locale = locale);
    Some(format!("{said}{}", stands.join(&comma)))
}

fn stand(locale: &str, stand: &Stand) -> String {
    match stand {
        Stand::Blocked {
            program,
            call,
            line,
        } => t!(
            "check.blocked",
            locale = locale,
            program = program,
            call = call,
            line = line
        ),
        Stand::Ready {
            program,
            call,
            line,
        } => t!(
            "check.ready",
            locale = locale,
            program = program,
            call = call,
            line = line
        ),
        Stand::Asks { program } => t!("check.asks", locale = locale, program = program),
        Stand::Runs { program, line } => {
            t!(
                "check.runs",
                locale = locale,
                program = program,
                line = line
            )
        }
        Stand::Ended { program } => t!("check.has_ended", locale = locale, program = program),
        Stand::Died { program, exception } => t!(
            "check.died",
            locale = locale,
            program = program,
            exception = exception
        ),
        Stand::Held { segments } => t!("check.held", locale = locale, segments = segments),
    }
    .into_owned()
}
