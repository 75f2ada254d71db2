//! A real window, on a display without a screen.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

/// A child that is killed and reaped when the test ends, whichever way.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = bounded(1024);
    let read = move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            sender.send(line).ok();
        }
    };
    let thread = std::thread::Builder::new().name("lines".to_owned());
    thread.spawn(read).expect("a thread can start");
    lines
}

/// A display of its own for a test. In CI there must be one.
fn display() -> Option<(Ended, String)> {
    let xvfb = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut xvfb = match xvfb {
        Ok(child) => child,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no Xvfb: {error}");
            eprintln!("SKIPPED: no Xvfb here: {error}");
            return None;
        }
    };
    let number = lines(xvfb.stdout.take().expect("piped"));
    let xvfb = Ended(xvfb);
    let number = number
        .recv_timeout(Duration::from_secs(20))
        .expect("Xvfb starts");
    Some((xvfb, format!(":{number}")))
}

#[test]
fn the_window_opens_and_paints() {
    let Some((_xvfb, display)) = display() else {
        return;
    };
    let home = tempfile::tempdir().expect("a folder");
    let mut window = Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .args(["--report-frames", "--lang", "zh"])
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env("XDG_DATA_HOME", home.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let said = lines(window.stdout.take().expect("piped"));
    let window = Ended(window);
    let first = said.recv_timeout(Duration::from_secs(60));
    assert_eq!(first.as_deref(), Ok("first frame"));
    drop(window);
}

#[test]
fn a_lesson_that_cannot_be_read_is_named_with_what_to_do() {
    let output = Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .arg("lessons/99-nowhere")
        .env("DISPLAY", ":0")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("99-nowhere") && said.contains("give a lesson's folder"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
}
