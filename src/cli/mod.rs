//! The command line: run, show, check, new, open, export, doctor, and the window.
//!
//! In: arguments. Out: an exit code: 0 when all went well, 1 when a program died of an exception
//! or something could not be done, 2 for bad arguments, 3 when a limit ended a run.

mod check;
mod doctor;
mod export;
mod files;
mod folder;
mod ladder;
mod literals;
mod new;
mod open;
mod play;
mod programs;
mod run;
mod save;
mod show;
mod terminal;
mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::Wanted;
use crate::lab::Remedy;
use crate::lesson::Language;
use crate::trace::WireKind;

const ABOUT: &str = "\
Watch a real client and a real server talk, one socket call and one TCP segment at a time.

Without a command, a window opens with the first lesson, or with LESSON. Both programs are real,
and so is every segment: on Linux the program is the wire between two hosts (network namespaces),
and each SYN, ACK and FIN waits until you deliver or drop it. No rights are needed, and nothing
leaves this machine.";

const EXAMPLES: &str = "\
Examples:
  sockstep                                        open the window
  sockstep lessons/04-handshake                   open it with this lesson
  sockstep lessons                                open it with every lesson of a folder
  sockstep open server.py client.py               open it with two programs of your own
  sockstep open run.jsonl                         look at a recorded run, or a capture
  sockstep run lessons/04-handshake               play a lesson in the terminal
  sockstep run server.py client.py                play two programs of your own
  sockstep run server.py a.py b.py --drop 'client1 SYN 1' --timers natural
  sockstep show run.jsonl                         print a saved run as a ladder
  sockstep check lessons                          does the kernel agree with every lesson?
  sockstep export run.jsonl --pcapng run.pcapng   a saved run, for Wireshark
  sockstep new udp --in lessons                   begin a lesson of your own
  sockstep doctor                                 can this machine hold the wire?";

#[derive(Parser)]
#[command(name = "sockstep", version, about = ABOUT, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct Cli {
    /// A lesson's folder, a folder of lessons, a recorded run or a capture, to open in the window.
    lesson: Option<PathBuf>,
    /// The window's language: zh or en. Default: the last one, else the system's.
    #[arg(long, value_parser = language)]
    lang: Option<Language>,
    /// Use this machine's own loopback: nothing is held, and segments are inferred.
    #[arg(long)]
    loopback: bool,
    /// Print a line for each frame that is painted: for measuring.
    #[arg(long, hide = true)]
    report_frames: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Play a lesson, or programs of your own, in the terminal.
    Run(Box<run::Arguments>),
    /// Print a saved run or a capture as a ladder: calls, segments and states, from top to bottom.
    Show(Box<show::Arguments>),
    /// Open the window with programs of your own, a recorded run or a capture.
    Open(Box<open::Arguments>),
    /// Play every lesson, try and quiz against the kernel, and say what does not hold.
    Check(Box<check::Arguments>),
    /// Make a small lesson in both languages, to begin with.
    New(new::Arguments),
    /// Write a saved run for other programs: pcapng, a report, a folder, a packetdrill script.
    Export(Box<export::Arguments>),
    /// Check what the held wire needs, and say what to do where something is missing.
    Doctor,
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Run(arguments)) => run::main(*arguments),
        Some(Command::Show(arguments)) => show::main(*arguments),
        Some(Command::Open(arguments)) => open::main(*arguments),
        Some(Command::Check(arguments)) => check::main(*arguments),
        Some(Command::New(arguments)) => new::main(arguments),
        Some(Command::Export(arguments)) => export::main(*arguments),
        Some(Command::Doctor) => doctor::main(),
        None => {
            // A lesson's file is a lesson; any other file is told by its content.
            let is_file = |path: &&Path| path.is_file() || open::is_named_as_run(path);
            let shown = cli.lesson.as_deref().filter(is_file);
            let (lesson, file) = match shown.map(open::shown).transpose() {
                Ok(Some(true)) => (None, cli.lesson),
                Ok(Some(false) | None) => (cli.lesson, None),
                Err(message) => {
                    eprintln!("sockstep: {message}");
                    return ExitCode::from(2);
                }
            };
            window(Wanted {
                lesson,
                own: None,
                file,
                language: cli.lang,
                system_language: system_language(),
                wire: match cli.loopback {
                    true => WireKind::Loopback,
                    false => WireKind::Held,
                },
                reports_frames: cli.report_frames,
            })
        }
    }
}

fn window(wanted: Wanted) -> ExitCode {
    match crate::app::open(wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sockstep: {error}");
            ExitCode::FAILURE
        }
    }
}

fn language(word: &str) -> Result<Language, String> {
    match word {
        "zh" => Ok(Language::Chinese),
        "en" => Ok(Language::English),
        other => Err(format!("'{other}' is neither zh nor en")),
    }
}

/// As the environment says: the variables of `locale(7)`, most important first.
fn system_language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match set.is_some_and(|value| value.starts_with("zh")) {
        true => Language::Chinese,
        false => Language::English,
    }
}

/// What to do, in the system's language.
fn remedy(remedy: Remedy) -> String {
    crate::words::remedy(system_language(), remedy)
}

/// This program, to be started again as a lab.
pub(crate) fn own_binary() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}
