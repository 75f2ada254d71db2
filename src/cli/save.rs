//! The file that `--save` names. An old trace may be replaced; nothing else is.
//!
//! In: a path. Out: whether a run can be written there, and later the file. Nothing that was
//! there is lost before the run has begun.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek as _};
use std::path::Path;

/// How much of the first line is looked at, in bytes; ours begins with the format's version.
const GLANCE: u64 = 4096;

/// Before the run: would [`open`] succeed?
pub fn check(path: &Path) -> Result<(), String> {
    let cannot = |error: io::Error| format!("cannot write it: {error}: {}", path.display());
    match fs::metadata(path) {
        Ok(kind) if !kind.is_file() => Err(cannot(io::Error::other("it is not a regular file"))),
        Ok(_) => replaceable(path).map(drop).map_err(cannot),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Only making it tells whether it can be made. It goes again: the run may not begin.
            File::create_new(path).map_err(cannot)?;
            fs::remove_file(path).map_err(cannot)
        }
        Err(error) => Err(cannot(error)),
    }
}

/// When the run has begun.
pub fn open(path: &Path) -> io::Result<File> {
    match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mut file = replaceable(path)?;
            file.set_len(0)?;
            file.rewind()?;
            Ok(file)
        }
        created => created,
    }
}

/// The file as it is, when it holds a trace or nothing.
fn replaceable(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    match is_trace_or_empty(&mut file)? {
        true => Ok(file),
        false => Err(io::Error::other("it is not a Sockstep trace")),
    }
}

fn is_trace_or_empty(file: &mut impl Read) -> io::Result<bool> {
    let mut start = Vec::new();
    file.take(GLANCE).read_to_end(&mut start)?;
    let start_text = String::from_utf8_lossy(&start);
    let first = start_text.lines().next().unwrap_or_default().trim_start();
    let is_trace = first.starts_with('{') && first.contains("\"sockstep\"");
    Ok(start.is_empty() || is_trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_told_from_other_files_by_its_first_line() {
        for (content, expected) in [
            ("", true),
            ("{\"sockstep\":1,\"version\":\"0.1.0\"}\n", true),
            ("{ \"version\": \"0.1.0\", \"sockstep\": 1 }\n", true),
            ("\n{\"sockstep\":1}\n", false),
            ("print('hello')\n", false),
            ("# about \"sockstep\"\n", false),
        ] {
            let found = is_trace_or_empty(&mut content.as_bytes());
            assert_eq!(found.expect("it can be read"), expected, "{content}");
        }
    }
}
