//! The lab report: what was run, what happened, what was asked and answered.

use super::Source;

pub fn html(_source: &Source<'_>) -> String {
    String::new()
}

pub fn markdown(_source: &Source<'_>) -> String {
    String::new()
}
