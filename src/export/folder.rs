//! The programs of a run and what was done, as files that `sockstep run` plays again.

use std::path::PathBuf;

use super::{Refusal, Source};

pub fn folder(_source: &Source<'_>) -> Result<Vec<(PathBuf, Vec<u8>)>, Refusal> {
    Err(Refusal::NoPrograms)
}
