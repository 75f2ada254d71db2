//! A display without a screen, which ends with the test.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

/// A child that is killed and reaped when the test ends, whichever way.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// What a child says, line by line, until it closes its end.
pub fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    // More than any test's window has frames: nobody waits for the reader.
    let (sender, lines) = bounded(1 << 16);
    let read = move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            sender.send(line).ok();
        }
    };
    let thread = std::thread::Builder::new().name("lines".to_owned());
    thread.spawn(read).expect("a thread can start");
    lines
}

pub struct Screen {
    _xvfb: Ended,
    /// As `DISPLAY` has it.
    pub name: String,
}

/// A display of this size. In CI there must be one.
pub fn screen(width: u16, height: u16) -> Option<Screen> {
    let size = format!("{width}x{height}x24");
    let xvfb = Command::new("Xvfb")
        .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp"])
        .args(["-screen", "0", &size])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut xvfb = match xvfb {
        Ok(child) => child,
        Err(error) => {
            missing(&format!("no Xvfb: {error}"));
            return None;
        }
    };
    let number = lines(xvfb.stdout.take().expect("piped"));
    let xvfb = Ended(xvfb);
    let number = number
        .recv_timeout(Duration::from_secs(20))
        .expect("Xvfb starts");
    Some(Screen {
        _xvfb: xvfb,
        name: format!(":{number}"),
    })
}

/// What a test needs is not here: said aloud, and in CI a failure.
pub fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}");
    eprintln!("SKIPPED: {what}");
}
