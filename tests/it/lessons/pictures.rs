//! Pictures: those in the lesson's folder are shown, and no other; the lesson opens all the same.

use std::path::Path;

use image::{DynamicImage, ImageFormat, RgbImage};
use sockstep::lesson::{Language, Lesson, load};

use super::{BEAT, FRONT, PROGRAM};

fn save(path: &Path, width: u32, height: u32, format: ImageFormat) {
    let picture = DynamicImage::ImageRgb8(RgbImage::new(width, height));
    picture.save_with_format(path, format).expect("a picture");
}

/// The lesson that shows this picture, in the folder.
fn with_picture(folder: &Path, name: &str) -> Lesson {
    let text = format!("{FRONT}{PROGRAM}{BEAT}![it]({name})\n");
    std::fs::write(folder.join("en.md"), text).expect("a file");
    load(folder, Language::English).expect("it opens")
}

/// What is wrong with the picture.
fn flaw(folder: &Path, name: &str) -> String {
    let lesson = with_picture(folder, name);
    let [flaw] = &lesson.flaws[..] else {
        panic!("{name}: {:?}", lesson.flaws);
    };
    let picture = lesson.pictures.values().next().expect("it is named");
    assert_eq!(picture.as_ref().err(), Some(flaw));
    assert!(!flaw.remedy.is_empty() && flaw.line == 20, "{flaw}");
    flaw.to_string()
}

#[test]
fn a_picture_in_the_folder_is_found_and_decoded() {
    let folder = tempfile::tempdir().expect("a folder");
    save(&folder.path().join("a.png"), 30, 20, ImageFormat::Png);
    save(&folder.path().join("b.jpg"), 3_000, 10, ImageFormat::Jpeg);
    std::fs::create_dir(folder.path().join("figures")).expect("a folder");
    save(
        &folder.path().join("figures/图.png"),
        1,
        1,
        ImageFormat::Png,
    );
    // The longest side that is shown is 2048.
    for (name, size, shown) in [
        ("a.png", (30, 20), (30, 20)),
        ("b.jpg", (3_000, 10), (2_048, 7)),
        ("figures/图.png", (1, 1), (1, 1)),
    ] {
        let lesson = with_picture(folder.path(), name);
        assert_eq!(lesson.flaws, [], "{name}");
        let file = lesson.pictures[name].as_ref().expect("it is sound");
        assert_eq!((file.width, file.height), size, "{name}");
        let pixels = file.decode().expect("it is sound");
        assert_eq!((pixels.width, pixels.height), shown, "{name}");
        assert_eq!(pixels.rgba.len(), (shown.0 * shown.1 * 4) as usize);
    }
}

#[test]
fn a_missing_or_hostile_picture_is_a_flaw_with_file_line_and_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let lesson = folder.path().join("07-small");
    std::fs::create_dir(&lesson).expect("a folder");
    save(&folder.path().join("outside.png"), 1, 1, ImageFormat::Png);
    save(&lesson.join("wide.png"), 4_097, 1, ImageFormat::Png);
    std::fs::write(lesson.join("text.png"), "not a picture").expect("a file");
    std::fs::write(lesson.join("heavy.png"), vec![0; (4 << 20) + 1]).expect("a file");
    std::fs::create_dir(lesson.join("folder.png")).expect("a folder");
    for (name, part) in [
        ("none.png", "there is no picture 'none.png'"),
        ("../outside.png", "is not in the lesson's folder"),
        ("/etc/passwd", "is not in the lesson's folder"),
        ("C:\\\\x.png", "is not in the lesson's folder"),
        ("https://example.org/x.png", "is not in the lesson's folder"),
        ("text.png", "it is neither PNG nor JPEG"),
        (
            "wide.png",
            "is 4097 × 1 pixels; make it at most 4096 × 4096",
        ),
        ("heavy.png", "is larger than 4 MB"),
        ("folder.png", "is not a plain file"),
    ] {
        let told = flaw(&lesson, name);
        assert!(told.contains("en.md:20: ") && told.contains(part), "{told}");
    }
    #[cfg(unix)]
    {
        let link = lesson.join("link.png");
        std::os::unix::fs::symlink("../outside.png", &link).expect("a link");
        assert!(flaw(&lesson, "link.png").contains("leads out of the lesson's folder"));
        std::os::unix::fs::symlink("/dev/zero", lesson.join("zero.png")).expect("a link");
        assert!(flaw(&lesson, "zero.png").contains("leads out of the lesson's folder"));
    }
}

#[test]
fn a_picture_that_is_cut_off_says_so_when_it_is_decoded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut.png");
    save(&path, 300, 300, ImageFormat::Png);
    let whole = std::fs::read(&path).expect("it is there");
    std::fs::write(&path, &whole[..60]).expect("a file");
    let lesson = with_picture(folder.path(), "cut.png");
    let file = lesson.pictures["cut.png"]
        .as_ref()
        .expect("its size is known");
    assert!(!file.decode().expect_err("it is cut off").is_empty());
}
