//! A real window, on a display without a screen: opened, driven by keys alone, and closed.

mod driven;
mod left;
mod screen;
mod walk;

use std::process::Command;

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
