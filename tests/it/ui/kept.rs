//! Pictures that are kept in `tests/it/pictures`, and how a new one differs.
//!
//! `UPDATE_PICTURES=1 cargo test ui::pictures` keeps the new ones. Colours are rounded before
//! they are written: the files stay small, and the last bits of a floating-point unit do not count.

use std::path::{Path, PathBuf};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbImage, RgbaImage};

/// A channel may be off by this much.
const CLOSE: u8 = 24;
/// So many pixels may be off by more.
const STRAY: usize = 40;

/// `None` when the picture is as kept; otherwise what is wrong, and where the new one lies.
pub fn difference(name: &str, picture: &RgbaImage) -> Option<String> {
    let new = rounded(picture);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/pictures/{name}.png"));
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        write(&new, &kept);
        return None;
    }
    let problem = match image::open(&kept) {
        Err(error) => format!("{} cannot be read: {error}", kept.display()),
        Ok(old) => {
            let old = old.to_rgb8();
            if old.dimensions() == new.dimensions() {
                let stray = stray(&old, &new);
                if stray <= STRAY {
                    return None;
                }
                format!("{name} differs in {stray} pixels")
            } else {
                format!(
                    "{name} is {:?} and was {:?}",
                    new.dimensions(),
                    old.dimensions()
                )
            }
        }
    };
    let shown = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
    write(&new, &shown);
    Some(format!("{problem}; the new one is {}", shown.display()))
}

fn stray(old: &RgbImage, new: &RgbImage) -> usize {
    let is_far = |(old, new): &(&image::Rgb<u8>, &image::Rgb<u8>)| {
        let channels = old.0.iter().zip(new.0);
        channels
            .into_iter()
            .any(|(old, new)| old.abs_diff(new) > CLOSE)
    };
    old.pixels().zip(new.pixels()).filter(is_far).count()
}

/// Thirty-two steps a channel, and no alpha.
fn rounded(picture: &RgbaImage) -> RgbImage {
    let round = |channel: u8| (u16::from(channel >> 3) * 255 / 31) as u8;
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let [red, green, blue, _] = picture.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(round))
    })
}

fn write(picture: &RgbImage, path: &Path) {
    let file = std::fs::File::create(path).expect("the folder exists");
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::NoFilter);
    let (width, height) = picture.dimensions();
    encoder
        .write_image(picture, width, height, ExtendedColorType::Rgb8)
        .expect("a sound picture");
}
