//! What is said of a program's file, an edit, or what is kept: what is wrong, and what to do.

use std::path::Path;

use super::text::{host_word, say};
use crate::lesson::Language;
use crate::session::{FileRemark, KeptRemark, NotPut, Trouble, Unopened, Unreadable, View};
use crate::trace::Name;
use crate::words;

/// A sentence, and what to do about it.
pub fn remark(view: &View<'_>, remark: &FileRemark) -> (String, String) {
    let language = view.language;
    let (said, remedy) = match remark {
        FileRemark::Kept(KeptRemark::Damaged(path)) => (
            say!(language, "files.damaged", path = shown(path)),
            say!(language, "files.damaged_remedy"),
        ),
        FileRemark::Kept(KeptRemark::NotKept { path, why }) => {
            let why = trouble(language, why);
            (
                say!(language, "files.not_kept", path = shown(path), why = why),
                say!(language, "files.not_kept_remedy"),
            )
        }
        FileRemark::TooLong => (
            say!(language, "files.too_long"),
            say!(language, "files.too_long_remedy"),
        ),
        FileRemark::Edited(programs) => {
            let programs = titles(view, programs);
            (
                say!(language, "files.edited", programs = programs),
                say!(language, "files.edited_remedy"),
            )
        }
        FileRemark::Opened { program, file } => {
            let program = host_word(language, view.timeline.newest(), program);
            (
                say!(language, "files.opened", program = program, file = file),
                say!(language, "files.edited_remedy"),
            )
        }
        FileRemark::Unreadable { path, why } => {
            let (why, remedy) = unreadable(language, why);
            let said = say!(language, "files.unreadable", path = shown(path), why = why);
            return (said.into_owned(), remedy);
        }
        FileRemark::Unopened { path, why } => {
            let (why, remedy) = unopened(language, why);
            let said = say!(language, "files.unreadable", path = shown(path), why = why);
            return (said.into_owned(), remedy);
        }
        FileRemark::NoPlaceForProgram => (
            say!(language, "files.no_place"),
            say!(language, "files.no_place_remedy"),
        ),
        FileRemark::NoDialog => (
            say!(language, "files.no_dialog"),
            say!(language, "files.no_dialog_remedy"),
        ),
        FileRemark::NothingChosen => (
            say!(language, "files.nothing_chosen"),
            say!(language, "files.no_dialog_remedy"),
        ),
        FileRemark::Saved { path, bytes } => return saved(language, path, *bytes),
        FileRemark::NotSaved { path, why } => return not_saved(language, path, why),
        FileRemark::Shared { path, bytes } => {
            return (saved(language, path, *bytes).0, String::new());
        }
        FileRemark::NotExported(refusal) => {
            return (words::refusal(language, refusal), String::new());
        }
        FileRemark::ShownInWireshark(path) => return in_wireshark(language, path),
        FileRemark::NotStarted(why) => return not_started(language, why),
        FileRemark::Busy => (
            say!(language, "files.busy"),
            say!(language, "files.busy_remedy"),
        ),
    };
    (said.into_owned(), remedy.into_owned())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn in_wireshark(language: Language, path: &Path) -> (String, String) {
    let said = say!(language, "share.shown", path = shown(path));
    let remedy = say!(language, "share.shown_remedy");
    (said.into_owned(), remedy.into_owned())
}

fn not_started(language: Language, why: &str) -> (String, String) {
    let said = say!(language, "share.not_started", why = why);
    let remedy = say!(language, "share.not_started_remedy");
    (said.into_owned(), remedy.into_owned())
}

fn titles(view: &View<'_>, programs: &[Name]) -> String {
    let title = |name: &Name| host_word(view.language, view.timeline.newest(), name);
    let titles: Vec<String> = programs.iter().map(title).collect();
    titles.join(&say!(view.language, "files.and"))
}

fn trouble(language: Language, trouble: &Trouble) -> String {
    match trouble {
        Trouble::Gone => say!(language, "files.gone"),
        Trouble::Forbidden => say!(language, "files.forbidden"),
        Trouble::IsFolder => say!(language, "files.folder"),
        Trouble::NotPlain => say!(language, "files.not_plain"),
        Trouble::TooLarge(most) => say!(language, "files.too_large", most = most >> 10),
        Trouble::Other(words) => return words.clone(),
    }
    .into_owned()
}

fn size(bytes: usize) -> String {
    match bytes {
        0..10_240 => format!("{bytes} B"),
        10_240..10_485_760 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

fn saved(language: Language, path: &Path, bytes: usize) -> (String, String) {
    let (path, size) = (shown(path), size(bytes));
    let said = say!(language, "save.saved", path = path, size = size);
    let remedy = say!(language, "save.saved_remedy");
    (said.into_owned(), remedy.into_owned())
}

fn not_saved(language: Language, path: &Path, why: &NotPut) -> (String, String) {
    let (why, remedy) = match why {
        NotPut::AnotherKind => (
            say!(language, "save.another_kind").into_owned(),
            say!(language, "save.another_kind_remedy"),
        ),
        NotPut::NotEmpty => (
            say!(language, "share.not_empty").into_owned(),
            say!(language, "share.not_empty_remedy"),
        ),
        NotPut::Trouble(Trouble::Gone) => (
            say!(language, "save.no_folder").into_owned(),
            say!(language, "save.place_remedy"),
        ),
        NotPut::Trouble(why) => (trouble(language, why), say!(language, "save.place_remedy")),
    };
    let said = say!(language, "save.not_saved", path = shown(path), why = why);
    (said.into_owned(), remedy.into_owned())
}

/// Why a file is not shown, and what to do.
fn unopened(language: Language, why: &Unopened) -> (String, String) {
    let (why, remedy) = match why {
        Unopened::Trouble(why) => {
            return unreadable(language, &Unreadable::Trouble(why.clone()));
        }
        Unopened::Run(at) => {
            let (reason, remedy) = words::wrong(language, &at.wrong);
            let said = say!(language, "files.bad_run", line = at.line, reason = reason);
            return (said.into_owned(), remedy);
        }
        Unopened::Capture(why) => (
            say!(language, "files.bad_capture", why = why),
            say!(language, "files.bad_capture_remedy"),
        ),
        Unopened::Packed => (
            say!(language, "files.packed"),
            say!(language, "files.packed_remedy"),
        ),
        Unopened::Unknown => (
            say!(language, "files.unknown_kind"),
            say!(language, "files.unknown_kind_remedy"),
        ),
    };
    (why.into_owned(), remedy.into_owned())
}

/// Why a file is no program, and what to do.
fn unreadable(language: Language, why: &Unreadable) -> (String, String) {
    let (why, remedy) = match why {
        Unreadable::Trouble(why) => {
            let remedy = match why {
                Trouble::Gone => say!(language, "files.gone_remedy"),
                Trouble::Forbidden => say!(language, "files.forbidden_remedy"),
                Trouble::IsFolder | Trouble::NotPlain => say!(language, "files.plain_remedy"),
                Trouble::TooLarge(_) => say!(language, "files.too_long_remedy"),
                Trouble::Other(_) => say!(language, "files.other_remedy"),
            };
            return (trouble(language, why), remedy.into_owned());
        }
        Unreadable::UnknownCoding(name) => (
            say!(language, "files.unknown_coding", name = name),
            say!(language, "files.coding_remedy"),
        ),
        Unreadable::TwoCodings(name) => (
            say!(language, "files.two_codings", name = name),
            say!(language, "files.two_codings_remedy"),
        ),
        Unreadable::NotInCoding { line, coding } => (
            say!(language, "files.not_in_coding", line = line, name = coding),
            say!(language, "files.coding_remedy"),
        ),
        Unreadable::NotText { line } => (
            say!(language, "files.not_text", line = line),
            say!(language, "files.plain_remedy"),
        ),
    };
    (why.into_owned(), remedy.into_owned())
}
