//! `sockstep open`: programs of one's own in the window.

use super::{file, sockstep, text};

#[test]
fn what_cannot_be_opened_is_said_before_there_is_a_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let sound = file(folder.path(), "server.py", "print('你好')\n");
    let long = file(folder.path(), "long.py", &"# x\n".repeat(70_000));
    for (arguments, message) in [
        (&[][..], "required arguments were not provided"),
        (&[&*sound], "name the server's and at least one client's"),
        (&["nowhere.jsonl"], "there is no such file: nowhere.jsonl"),
        (
            &[&*sound, "nowhere.py"],
            "there is no such file: nowhere.py",
        ),
        (&[&*sound, "tests"], "it is a directory: tests"),
        (&[&*sound, &*long], "longer than 256 KiB"),
        (
            &[&*sound, &*sound, "--client-ip", "10.0.0.2"],
            "two hosts cannot both be 10.0.0.2",
        ),
    ] {
        let arguments: Vec<&str> = ["open"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        let output = sockstep(&arguments);
        let said = text(&output.stderr);
        assert!(said.contains(message), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let output = sockstep(&["open", &sound, &sound]);
    let said = text(&output.stderr);
    assert!(
        said.contains("no display") && said.contains("sockstep run"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
}
