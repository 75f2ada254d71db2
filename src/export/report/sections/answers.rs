//! The lesson's questions: what was answered, and what the kernel then did.

use super::super::clean;
use super::super::document::{Answer, Block, Section, Verdict};
use super::super::run::Run;
use super::seconds;
use crate::lesson::{BeatWatch, Inline, Quiz, quizzes};
use crate::trace::Moment;
use crate::words::say;

const LONGEST: usize = 2_000;

pub fn section(run: &Run<'_>) -> Option<Section> {
    let language = run.language;
    let answers = answers(run);
    if answers.is_empty() {
        return None;
    }
    let mut section = Section::new("answers", say!(language, "report.answers"));
    let how = if run.lesson.is_some() {
        say!(language, "report.answers_read")
    } else {
        say!(language, "report.answers_unjudged")
    };
    section.blocks.push(Block::Aside(how.into_owned()));
    section
        .blocks
        .extend(answers.into_iter().map(Block::Answer));
    Some(section)
}

/// Of each question, in the lesson's order; without the lesson only of those that were answered.
pub fn answers(run: &Run<'_>) -> Vec<Answer> {
    let mut left: Vec<_> = run.guesses.iter().collect();
    let mut answers = Vec::new();
    if let (Some(lesson), Some(watch)) = (run.lesson, &run.watch) {
        for (beat, quiz) in quizzes(lesson) {
            let at = left.iter().position(|guess| guess.beat == beat);
            let option = at.map(|at| left.remove(at).option);
            answers.push(judged(run, watch, (beat, quiz), option));
        }
    }
    answers.extend(left.into_iter().map(|guess| Answer {
        question: clean::line(guess.question, LONGEST),
        answered: Some(clean::line(guess.answer, LONGEST)),
        verdict: Verdict::Open,
        then: Vec::new(),
    }));
    answers
}

fn judged(
    run: &Run<'_>,
    watch: &BeatWatch,
    (beat, quiz): (usize, &Quiz),
    option: Option<usize>,
) -> Answer {
    let language = run.language;
    // As the learner read it, where that is on record: a lesson may have been edited since.
    let guess = run.guesses.iter().find(|guess| guess.beat == beat);
    let question = guess.map_or_else(|| plain(&quiz.question), |guess| guess.question.to_owned());
    let answered = guess.map(|guess| clean::line(guess.answer, LONGEST));
    let is_by_key = quiz.key().is_some();
    // Whoever did not answer is not told the key.
    let right = watch
        .verdict(beat)
        .or(quiz.key().filter(|_| option.is_some()));
    let verdict = match (option, right) {
        (Some(option), Some(right)) if option == right => Verdict::Right,
        (Some(_), Some(_)) => Verdict::Wrong,
        (Some(_) | None, None) | (None, Some(_)) => Verdict::Open,
    };
    let mut then = Vec::new();
    if let Some(right) = right.and_then(|right| quiz.options.get(right)) {
        let fact = clean::line(&plain(&right.text), LONGEST);
        let evidence = watch.evidence().get(&beat).copied();
        let at = evidence.and_then(|moment| at(run, moment));
        then.push(
            match at {
                Some(at) if !is_by_key => say!(language, "report.kernel_did", at = at, fact = fact),
                Some(_) | None => say!(language, "report.lesson_says", fact = fact),
            }
            .into_owned(),
        );
        let because = quiz.because.as_deref().map(plain);
        then.extend(because.map(|because| clean::line(&because, LONGEST)));
    } else if option.is_some() {
        then.push(say!(language, "report.not_decided").into_owned());
    }
    Answer {
        question: clean::line(&question, LONGEST),
        answered,
        verdict,
        then,
    }
}

/// When the event before a moment happened.
fn at(run: &Run<'_>, moment: Moment) -> Option<String> {
    let event = run.trace.events().get(moment.0.checked_sub(1)?)?;
    Some(seconds(event.at_us))
}

fn plain(inlines: &[Inline]) -> String {
    inlines.iter().map(|part| part.text.as_str()).collect()
}
