//! A new lesson passes at once, and nothing is ever overwritten.

use std::fs;

use super::{said, sockstep};
use crate::lab::is_wire_there;

#[test]
fn a_new_lesson_passes_at_once_in_both_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    let course = folder.path().to_str().expect("UTF-8");
    for (name, made) in [
        ("hello", "01-hello"),
        ("again", "02-again"),
        ("19-udp", "19-udp"),
        ("last", "20-last"),
    ] {
        let output = sockstep(&["new", name, "--in", course]);
        assert!(output.status.success(), "{name}");
        let told = said(&output);
        assert!(
            told.contains(&format!("sockstep check {course}/{made}")),
            "{told}"
        );
        for file in ["en.md", "zh.md"] {
            let text = fs::read_to_string(folder.path().join(made).join(file)).expect("a file");
            assert!(!text.contains("@ID@"), "{text}");
        }
    }
    if !is_wire_there() {
        return;
    }
    let output = sockstep(&["check", course, "--lang", "zh"]);
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.ends_with("全部正确。\n"), "{told}");
}

#[test]
fn a_lesson_that_cannot_be_made_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let course = folder.path().to_str().expect("UTF-8");
    let nowhere = folder.path().join("no/such");
    let nowhere = nowhere.to_str().expect("UTF-8");
    fs::create_dir(folder.path().join("05-mine")).expect("a folder");
    fs::write(folder.path().join("05-mine/notes.txt"), "dear diary").expect("a file");
    let first = sockstep(&["new", "taken", "--in", course]);
    assert!(first.status.success());
    for (name, course, language, message) in [
        ("Hello", course, "en", "'Hello' cannot be a lesson's name"),
        ("../up", course, "en", "cannot be a lesson's name"),
        ("三次握手", course, "zh", "不能作课的名字"),
        ("5-mine", course, "en", "05-mine is there already"),
        (
            "taken",
            course,
            "en",
            "another lesson in this folder has the id \"taken\"",
        ),
        ("hello", nowhere, "en", "there is no folder"),
        ("hello", nowhere, "zh", "没有文件夹"),
    ] {
        let output = sockstep(&["new", name, "--in", course, "--lang", language]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(message), "{name}: {told}");
        assert_eq!(output.status.code(), Some(2), "{name}");
    }
    let left = fs::read_dir(folder.path().join("05-mine")).expect("a folder");
    assert_eq!(left.count(), 1, "nothing was added");
}
