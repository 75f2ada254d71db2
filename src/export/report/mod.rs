//! The lab report: what was run, what happened, what was asked and answered.
//!
//! In: a run. Out: one HTML file that needs no other, light enough to mail and fit to print; or the
//! same as Markdown. What is said is gathered once, as a [`Document`]; the two writers only decide
//! how it looks. Programs and traces may hold anything, so every text goes through [`clean`] and
//! everything has a bound.

mod clean;
mod document;
mod html;
mod ladder;
mod markdown;
mod run;
mod said;
mod sections;

#[cfg(test)]
mod tests;

use self::document::Document;
use self::run::Run;
use super::Source;

pub fn html(source: &Source<'_>) -> String {
    let run = Run::of(source);
    html::page(&run, &document(&run))
}

pub fn markdown(source: &Source<'_>) -> String {
    let run = Run::of(source);
    markdown::file(&run, &document(&run))
}

fn document(run: &Run<'_>) -> Document {
    sections::document(run)
}
