//! Pictures from a lesson's own folder: found, judged and decoded, and nothing outside it.
//!
//! In: a name as the text has it, and the folder. Out: a [`PictureFile`] whose size is known, or
//! what is wrong with it. [`PictureFile::decode`] takes a while and is left to a thread.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Cursor};

use image::{ImageFormat, ImageReader, Limits};

use super::beside::{Data, Place, Wanted, Wrong};

const PICTURE: Wanted = Wanted {
    noun: "picture",
    example: "as in ![…](queue.png)",
    form: "a PNG or JPEG file",
    smaller: "save it smaller",
    largest: 4 << 20,
};
/// The longest side, in pixels.
const LONGEST_SIDE: u32 = 4096;
/// What is shown has no longer side: a projector has no more, and a graphics card takes it.
const SHOWN_SIDE: u32 = 2048;
/// In one lesson.
pub(super) const MOST_PICTURES: usize = 64;

/// A picture that can be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureFile {
    data: Data,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

/// Decoded: four bytes a pixel, row by row.
#[derive(Clone, PartialEq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

impl PictureFile {
    pub(super) fn find(place: &Place<'_>, name: &str) -> Result<Self, Wrong> {
        let data = PICTURE.find(place, name)?;
        let (width, height) = size(&data, name)?;
        if width == 0 || height == 0 || width.max(height) > LONGEST_SIDE {
            let message = format!("the picture '{name}' is {width} × {height} pixels");
            let remedy = format!("make it at most {LONGEST_SIDE} × {LONGEST_SIDE}");
            return Err((message, remedy));
        }
        Ok(Self {
            data,
            width,
            height,
        })
    }

    /// How many pixels it has once it is decoded.
    pub fn shown_pixels(&self) -> u64 {
        let side = |side: u32| u64::from(side.min(SHOWN_SIDE));
        side(self.width) * side(self.height)
    }

    /// Takes long enough to be seen: not for the thread that draws. The error is part of a
    /// sentence.
    pub fn decode(&self) -> Result<Pixels, String> {
        let bytes = PICTURE.read(&self.data)?;
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|error| error.to_string())?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_SIDE);
        limits.max_image_height = Some(LONGEST_SIDE);
        limits.max_alloc = Some(256 << 20);
        reader.limits(limits);
        let mut picture = reader.decode().map_err(|error| error.to_string())?;
        if picture.width().max(picture.height()) > SHOWN_SIDE {
            picture = picture.thumbnail(SHOWN_SIDE, SHOWN_SIDE);
        }
        let picture = picture.into_rgba8();
        Ok(Pixels {
            width: picture.width(),
            height: picture.height(),
            rgba: picture.into_raw(),
        })
    }
}

/// Reads no more than its first part, where the size stands.
fn size(data: &Data, name: &str) -> Result<(u32, u32), Wrong> {
    let wrong = |why: String| {
        let message = format!("the picture '{name}' cannot be read: {why}");
        (message, "save it as PNG or JPEG".to_owned())
    };
    let guessed =
        |reader: &Option<ImageFormat>| matches!(reader, Some(ImageFormat::Png | ImageFormat::Jpeg));
    let unknown = || wrong("it is neither PNG nor JPEG".to_owned());
    match data {
        Data::BuiltIn(bytes) => {
            let reader = ImageReader::new(Cursor::new(*bytes));
            let reader = reader
                .with_guessed_format()
                .map_err(|e| wrong(e.to_string()))?;
            if !guessed(&reader.format()) {
                return Err(unknown());
            }
            reader.into_dimensions().map_err(|e| wrong(e.to_string()))
        }
        Data::OnDisk(path, _) => {
            let file = File::open(path).map_err(|e| wrong(e.to_string()))?;
            let reader = ImageReader::new(BufReader::new(file));
            let reader = reader
                .with_guessed_format()
                .map_err(|e| wrong(e.to_string()))?;
            if !guessed(&reader.format()) {
                return Err(unknown());
            }
            reader.into_dimensions().map_err(|e| wrong(e.to_string()))
        }
    }
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {} pixels", self.width, self.height)
    }
}
