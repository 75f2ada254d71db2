//! Pictures from a lesson's own folder: found, judged and decoded, and nothing outside it.
//!
//! In: a name as the text has it, and the folder. Out: a [`PictureFile`] whose size is known, or
//! what is wrong with it. [`PictureFile::decode`] takes a while and is left to a thread.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufReader, Cursor, Read as _};
use std::path::{Component, Path, PathBuf};

use image::{ImageFormat, ImageReader, Limits};
use include_dir::Dir;

/// The largest file, in bytes, and the longest side, in pixels.
const LARGEST: u64 = 4 << 20;
const LONGEST_SIDE: u32 = 4096;
/// What is shown has no longer side: a projector has no more, and a graphics card takes it.
const SHOWN_SIDE: u32 = 2048;
/// In one lesson.
pub(super) const MOST_PICTURES: usize = 64;

/// A message and a remedy.
pub(super) type Wrong = (String, String);

/// A picture that can be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureFile {
    data: Data,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, PartialEq)]
enum Data {
    BuiltIn(&'static [u8]),
    OnDisk(PathBuf),
}

/// Decoded: four bytes a pixel, row by row.
#[derive(Clone, PartialEq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// Where a lesson's pictures lie.
pub(super) enum Place<'a> {
    BuiltIn(&'static Dir<'static>),
    Folder(&'a Path),
}

impl PictureFile {
    pub(super) fn find(place: &Place<'_>, name: &str) -> Result<Self, Wrong> {
        let path = inside(name)?;
        let data = match place {
            Place::BuiltIn(dir) => {
                let file = dir
                    .get_file(dir.path().join(&path))
                    .ok_or_else(|| missing(name))?;
                Data::BuiltIn(file.contents())
            }
            Place::Folder(folder) => on_disk(folder, &path, name)?,
        };
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
        let bytes = match &self.data {
            Data::BuiltIn(bytes) => bytes.to_vec(),
            Data::OnDisk(path) => read(path)?,
        };
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

/// A name that cannot lead out of the folder.
fn inside(name: &str) -> Result<PathBuf, Wrong> {
    let path = Path::new(name);
    let is_plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let is_odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
    if name.is_empty() || name.contains(is_odd) || !is_plain {
        let message = format!(
            "the picture '{}' is not in the lesson's folder",
            name.escape_debug()
        );
        let remedy = "put it there and write its name alone, as in ![…](queue.png)";
        return Err((message, remedy.to_owned()));
    }
    Ok(path.to_owned())
}

fn on_disk(folder: &Path, path: &Path, name: &str) -> Result<Data, Wrong> {
    let real = |path: &Path| path.canonicalize().map_err(|_| missing(name));
    let file = real(&folder.join(path))?;
    if !file.starts_with(real(folder)?) {
        let message =
            format!("the picture '{name}' is a link that leads out of the lesson's folder");
        return Err((message, "put the file itself into the folder".to_owned()));
    }
    let facts = fs::metadata(&file).map_err(|_| missing(name))?;
    if !facts.is_file() {
        let message = format!("'{name}' is not a plain file");
        return Err((message, "give a PNG or JPEG file".to_owned()));
    }
    if facts.len() > LARGEST {
        let message = format!("the picture '{name}' is larger than {} MB", LARGEST >> 20);
        return Err((message, "save it smaller".to_owned()));
    }
    Ok(Data::OnDisk(file))
}

fn missing(name: &str) -> Wrong {
    let message = format!("there is no picture '{name}'");
    (message, "put it into the lesson's folder".to_owned())
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
        Data::OnDisk(path) => {
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

/// The file may have changed since it was judged.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let is_plain = fs::symlink_metadata(path).is_ok_and(|facts| facts.is_file());
    if !is_plain {
        return Err("it is no longer a plain file".to_owned());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    match bytes.len() as u64 > LARGEST {
        true => Err(format!("it is larger than {} MB", LARGEST >> 20)),
        false => Ok(bytes),
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::OnDisk(path) => write!(f, "{}", path.display()),
        }
    }
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {} pixels", self.width, self.height)
    }
}
