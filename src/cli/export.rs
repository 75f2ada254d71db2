//! `sockstep export`: a saved run for other programs, and for people without this one.
//!
//! In: a saved run, and where each format shall go. Out: files, each whole or not at all, and an
//! exit code: 1 when one could not be written, 2 when the run could not be read. What is in them is
//! `export`'s work.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgGroup, Args};

use crate::disk::{self, NotPut, Trouble};
use crate::export::{Format, Product, Source, export};
use crate::lesson::{self, Language, Lesson};
use crate::trace::{self, Header, Loaded, Name};
use crate::words;

#[derive(Args)]
#[command(group(ArgGroup::new("formats").required(true).multiple(true)
    .args(["pcapng", "html", "markdown", "folder", "packetdrill"])))]
pub struct Arguments {
    /// A saved run; - is standard input.
    #[arg(value_name = "RUN.jsonl")]
    run: PathBuf,
    /// Every segment that a kernel sent, for Wireshark and tshark; - is standard output, here and
    /// below.
    #[arg(long, value_name = "OUT")]
    pcapng: Option<PathBuf>,
    /// In --pcapng only what this host saw: what it sent, and what arrived there.
    #[arg(long, value_name = "HOST", requires = "pcapng")]
    seen_by: Option<Name>,
    /// A report as one HTML file.
    #[arg(long, value_name = "OUT")]
    html: Option<PathBuf>,
    /// The same report as Markdown.
    #[arg(long, value_name = "OUT")]
    markdown: Option<PathBuf>,
    /// The programs and what was done, in a new or empty folder: 'sockstep run DIR' plays it again.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// A packetdrill script of one end.
    #[arg(long, value_name = "OUT", requires = "host")]
    packetdrill: Option<PathBuf>,
    /// Whose end: the host that the script's kernel stands for.
    #[arg(long, value_name = "HOST", requires = "packetdrill")]
    host: Option<Name>,
    /// The language of reports: zh or en. Default: the system's.
    #[arg(long, value_parser = super::language)]
    lang: Option<Language>,
    /// Replace files of another kind too, and write into a folder that is not empty.
    #[arg(long)]
    force: bool,
}

pub fn main(arguments: Arguments) -> ExitCode {
    let wanted = arguments.wanted();
    if wanted.iter().filter(|(_, path)| is_stream(path)).count() > 1 {
        complain("standard output has room for one format; give the others files");
        return ExitCode::from(2);
    }
    let run = match read(&arguments.run) {
        Ok(run) => run,
        Err(message) => {
            complain(&message);
            return ExitCode::from(2);
        }
    };
    if let Some(cut) = &run.cut_short {
        complain(&format!(
            "{cut}; exported up to there: {}",
            arguments.run.display()
        ));
    }
    let language = arguments.lang.unwrap_or_else(super::system_language);
    let lesson = lesson_of(run.trace.header(), language);
    let source = Source {
        trace: &run.trace,
        lesson: lesson.as_ref(),
        language,
    };
    let mut code = ExitCode::SUCCESS;
    for (format, path) in wanted {
        if let Err(message) = write(&source, &format, &path, arguments.force) {
            complain(&message);
            code = ExitCode::FAILURE;
        }
    }
    code
}

impl Arguments {
    fn wanted(&self) -> Vec<(Format, PathBuf)> {
        let seen_by = self.seen_by.clone();
        let host = self.host.clone().unwrap_or_default();
        let formats = [
            (Format::Pcapng { seen_by }, &self.pcapng),
            (Format::Html, &self.html),
            (Format::Markdown, &self.markdown),
            (Format::Folder, &self.folder),
            (Format::Packetdrill { host }, &self.packetdrill),
        ];
        let wanted = formats.into_iter();
        wanted
            .filter_map(|(format, path)| Some((format, path.clone()?)))
            .collect()
    }
}

fn is_stream(path: &Path) -> bool {
    path == "-"
}

fn read(path: &Path) -> Result<Loaded, String> {
    let cancels = &mut |_| ControlFlow::Continue(());
    let loaded = match is_stream(path) {
        true => trace::read(io::stdin().lock(), cancels),
        false => {
            let file = File::open(path);
            let file = file.map_err(|e| format!("cannot read it: {e}: {}", path.display()))?;
            trace::read(BufReader::new(file), cancels)
        }
    };
    loaded.map_err(|error| format!("{error}: {}", path.display()))
}

/// The lesson that was played: one of ./lessons, or else of those that are built in.
fn lesson_of(header: &Header, language: Language) -> Option<Lesson> {
    let id = header.lesson.as_deref()?;
    let here = Some(Path::new("lessons")).filter(|folder| folder.is_dir());
    let places = [here, None].into_iter();
    let sources = places.filter_map(|place| lesson::sources(place).ok());
    let mut lessons = sources
        .flatten()
        .filter_map(|each| each.read(language).ok());
    lessons.find(|lesson| lesson.id == id)
}

fn write(source: &Source<'_>, format: &Format, path: &Path, force: bool) -> Result<(), String> {
    let product = export(source, format);
    let product = product.map_err(|refusal| {
        let why = words::refusal(Language::English, &refusal);
        format!("{why} {}", path.display())
    })?;
    match product {
        Product::File(bytes) if is_stream(path) => {
            let is_text = !matches!(format, Format::Pcapng { .. });
            let mut out = io::stdout();
            if out.is_terminal() && !is_text {
                return Err("a capture is no text: give it a file or a pipe".to_owned());
            }
            let written = out.write_all(&bytes).and_then(|()| out.flush());
            written.map_err(|error| format!("cannot write it: {error}"))
        }
        Product::File(bytes) => {
            let may_replace = |start: &[u8]| force || format.is_older(start);
            let put = disk::put(path, &bytes, may_replace);
            put.map_err(|error| said(&error, path))?;
            complain(&format!("wrote {}, {}", path.display(), size(bytes.len())));
            Ok(())
        }
        Product::Folder(_) if is_stream(path) => {
            Err("a folder cannot go to standard output".to_owned())
        }
        Product::Folder(files) => {
            let put = disk::put_folder(path, &files, force);
            let bytes = put.map_err(|error| said(&error, path))?;
            let (path, count, size) = (path.display(), files.len(), size(bytes));
            complain(&format!("wrote {path}, {count} files, {size}"));
            Ok(())
        }
    }
}

fn said(error: &NotPut, path: &Path) -> String {
    let why = match error {
        NotPut::AnotherKind => {
            "something else is there; choose another name, or say --force".to_owned()
        }
        NotPut::NotEmpty => "the folder is not empty; choose another, or say --force".to_owned(),
        NotPut::Trouble(Trouble::Gone) => "cannot write it: there is no such folder".to_owned(),
        NotPut::Trouble(Trouble::Forbidden) => "cannot write it: permission denied".to_owned(),
        NotPut::Trouble(Trouble::IsFolder) => "cannot write it: it is a directory".to_owned(),
        NotPut::Trouble(Trouble::Other(words)) => format!("cannot write it: {words}"),
        NotPut::Trouble(trouble @ (Trouble::NotPlain | Trouble::TooLarge(_))) => {
            trouble.to_string()
        }
    };
    format!("{why}: {}", path.display())
}

fn size(bytes: usize) -> String {
    match bytes {
        0..10_240 => format!("{bytes} bytes"),
        10_240..10_485_760 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

/// On standard error, which may be closed: then nobody wants to know.
fn complain(message: &str) {
    writeln!(io::stderr(), "sockstep export: {message}").ok();
}
