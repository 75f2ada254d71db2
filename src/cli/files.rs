//! The files a learner names: programs, and lines for `input()`.
//!
//! In: a path. Out: text, or one sentence that says what is wrong with it. `disk` does the reading.

use std::collections::VecDeque;
use std::fmt::Display;
use std::path::Path;

use crate::disk;

/// The most lines for `input()`, in bytes.
const LINES_BYTES: usize = 1 << 20;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A program's text, in the encoding that its first two lines name (PEP 263).
pub fn program(path: &Path) -> Result<String, String> {
    disk::program(path).map_err(|error| in_file(error, path))
}

/// Lines for `input()`.
pub fn lines(path: &Path) -> Result<VecDeque<String>, String> {
    Ok(text(path)?.lines().map(str::to_owned).collect())
}

/// A text that is no program.
pub fn text(path: &Path) -> Result<String, String> {
    let bytes = disk::read(path, LINES_BYTES).map_err(|trouble| in_file(trouble, path))?;
    let bytes = bytes.strip_prefix(BOM).unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        in_file(format!("line {line} is not UTF-8; save it as UTF-8"), path)
    });
    text.map(str::to_owned)
}

fn in_file(what: impl Display, path: &Path) -> String {
    format!("{what}: {}", path.display())
}
