//! Pictures that are kept in `tests/it/pictures`, and how a new one differs.
//!
//! `UPDATE_PICTURES=1 cargo test ui::moments` keeps the new ones. To stay small, a kept picture has
//! few levels a channel and a palette, and a large one is at half its size. The new one is not
//! rounded before the two are compared, so that a last bit never turns into a whole level.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage, RgbaImage};

/// Levels of a channel in a kept picture.
const LEVELS: u16 = 8;
/// So many colours, the most frequent, are kept as they are.
const EXACT: usize = 24;
/// A channel may be off by this much more than by what rounding to a level takes.
const CLOSE: u8 = 14;
const ROUNDED: u8 = (255 / (LEVELS - 1) / 2 + 1) as u8;
/// So many pixels may be off by more: a moved letter has more.
const STRAY: usize = 4;
/// A picture with more pixels than this is kept at half its size.
const MOST: u32 = 1280 * 800;

/// `None` when the picture is as kept; otherwise what is wrong, and where the new one lies.
pub fn difference(name: &str, picture: &RgbaImage) -> Option<String> {
    let new = small(picture);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/pictures/{name}.png"));
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        write(&new, &kept);
        return None;
    }
    let problem = match read(&kept) {
        Err(error) => format!("{} cannot be read: {error}", kept.display()),
        Ok(old) if old.dimensions() == new.dimensions() => match stray(&old, &new) {
            0..=STRAY => return None,
            stray => format!("{name} differs in {stray} pixels"),
        },
        Ok(old) => format!(
            "{name} is {:?} and was {:?}",
            new.dimensions(),
            old.dimensions()
        ),
    };
    let shown = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
    picture.save(&shown).expect("the folder exists");
    Some(format!("{problem}; the new one is {}", shown.display()))
}

/// Without alpha, and at half its size when it is large.
fn small(picture: &RgbaImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let scale = if width * height > MOST { 2 } else { 1 };
    RgbImage::from_fn(width / scale, height / scale, |x, y| {
        let mut sums = [0_u32; 3];
        for (dx, dy) in (0..scale).flat_map(|dx| (0..scale).map(move |dy| (dx, dy))) {
            let pixel = picture.get_pixel(x * scale + dx, y * scale + dy).0;
            sums.iter_mut()
                .zip(pixel)
                .for_each(|(sum, channel)| *sum += u32::from(channel));
        }
        Rgb(sums.map(|sum| (sum / (scale * scale)) as u8))
    })
}

fn level(channel: u8) -> u8 {
    let nearest = (u16::from(channel) * (LEVELS - 1) + 127) / 255;
    (nearest * 255 / (LEVELS - 1)) as u8
}

fn stray(kept: &RgbImage, new: &RgbImage) -> usize {
    let is_far = |(kept, new): &(&Rgb<u8>, &Rgb<u8>)| {
        let mut channels = kept.0.iter().zip(new.0);
        channels.any(|(kept, new)| kept.abs_diff(new) > ROUNDED + CLOSE)
    };
    kept.pixels().zip(new.pixels()).filter(is_far).count()
}

/// As a palette and one byte a pixel.
fn write(picture: &RgbImage, path: &Path) {
    let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    for pixel in picture.pixels() {
        *counts.entry(pixel.0).or_default() += 1;
    }
    let mut palette: Vec<[u8; 3]> = Vec::new();
    let mut places = BTreeMap::new();
    let mut by_count: Vec<_> = counts.into_iter().collect();
    by_count.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
    for (rank, (colour, _)) in by_count.into_iter().enumerate() {
        // Grounds and inks as they are; the edges of letters rounded.
        let kept = if rank < EXACT {
            colour
        } else {
            colour.map(level)
        };
        let place = palette.iter().position(|known| *known == kept);
        let place = place.unwrap_or_else(|| {
            palette.push(kept);
            palette.len() - 1
        });
        places.insert(
            colour,
            u8::try_from(place).expect("few colours of few levels"),
        );
    }
    let indices: Vec<u8> = picture.pixels().map(|pixel| places[&pixel.0]).collect();
    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    let file = File::create(path).expect("the folder exists");
    let mut encoder = png::Encoder::new(file, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().expect("a sound header");
    writer.write_image_data(&indices).expect("a sound picture");
}

fn read(path: &Path) -> Result<RgbImage, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let picture = image::load(BufReader::new(file), image::ImageFormat::Png);
    picture
        .map(|picture| picture.to_rgb8())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The picture as it would be read again.
    fn kept(picture: &RgbaImage) -> RgbImage {
        let file = tempfile::NamedTempFile::new().expect("a file");
        write(&small(picture), file.path());
        read(file.path()).expect("it was just written")
    }

    fn is_same(kept: &RgbImage, picture: &RgbaImage) -> bool {
        stray(kept, &small(picture)) <= STRAY
    }

    /// Two words on a large ground, in the colours of a faint remark.
    fn words(moved: u32, noise: u8) -> RgbaImage {
        words_of((640, 360), moved, noise)
    }

    fn words_of((width, height): (u32, u32), moved: u32, noise: u8) -> RgbaImage {
        const FAINT: [u8; 4] = [110, 118, 135, 255];
        const GROUND: [u8; 4] = [247, 248, 251, 255];
        RgbaImage::from_fn(width, height, |x, y| {
            // Strokes of letters: two pixels wide, ten tall, six apart.
            let is_in_word = (100..110).contains(&y) && (100..124).contains(&x);
            let shift = if (106..112).contains(&x) { moved } else { 0 };
            let is_ink = is_in_word && (x + shift) % 6 < 2;
            let colour = if is_ink { FAINT } else { GROUND };
            let odd = u8::from((x + y) % 2 == 0) * noise;
            image::Rgba([colour[0] - odd, colour[1] + odd / 2, colour[2] - odd, 255])
        })
    }

    #[test]
    fn a_letter_that_moved_by_a_pixel_is_noticed() {
        for size in [(640, 360), (1920, 1080)] {
            let kept = kept(&words_of(size, 0, 0));
            assert!(is_same(&kept, &words_of(size, 0, 0)));
            assert!(!is_same(&kept, &words_of(size, 1, 0)), "{size:?}");
        }
    }

    #[test]
    fn last_bits_do_not_count_wherever_a_colour_lies_between_two_levels() {
        for grey in 2..=253_u8 {
            let flat = |grey| RgbaImage::from_pixel(64, 64, image::Rgba([grey, grey, grey, 255]));
            let kept = kept(&flat(grey));
            for near in [grey - 2, grey + 2] {
                assert!(is_same(&kept, &flat(near)), "{grey} and {near}");
            }
        }
        assert!(is_same(&kept(&words(0, 0)), &words(0, 3)));
    }

    #[test]
    fn a_colour_that_changed_is_noticed() {
        let ground = |blue| RgbaImage::from_pixel(64, 64, image::Rgba([247, 248, blue, 255]));
        assert!(!is_same(&kept(&ground(251)), &ground(190)));
    }
}
