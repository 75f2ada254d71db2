//! `sockstep open`: programs of one's own in the window, or a recorded run, or a capture.
//!
//! In: files and addresses, as `run` takes them. Out: an exit code: 2 when the files are no
//! programs or cannot be read, else the window's. What a file is, its content says.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::programs::{self, Addresses};
use super::{system_language, window};
use crate::app::Wanted;
use crate::lesson::Language;
use crate::session::is_shown;
use crate::trace::WireKind;

#[derive(Args)]
pub struct Arguments {
    /// The server's program; or a recorded run or a capture, alone.
    server: PathBuf,
    /// One program for each client.
    clients: Vec<PathBuf>,
    /// The window's language: zh or en. Default: the last one, else the system's.
    #[arg(long, value_parser = super::language)]
    lang: Option<Language>,
    /// The server's address. Default: 127.0.0.1 if a string in a client names it, else 10.0.0.2.
    #[arg(long, value_name = "ADDRESS", value_parser = programs::address)]
    server_ip: Option<IpAddr>,
    /// A client's address; repeat it for the next client. Default: 10.0.0.11, 10.0.0.12 …
    #[arg(long, value_name = "ADDRESS", value_parser = programs::address)]
    client_ip: Vec<IpAddr>,
    /// Use this machine's own loopback: nothing is held, and segments are inferred.
    #[arg(long)]
    loopback: bool,
    /// Print a line for each frame that is painted: for measuring.
    #[arg(long, hide = true)]
    report_frames: bool,
}

pub fn main(arguments: Arguments) -> ExitCode {
    if arguments.clients.is_empty() {
        return main_of_file(arguments);
    }
    let addresses = Addresses {
        server: arguments.server_ip,
        clients: arguments.client_ip,
    };
    let prepared = programs::of_files(&arguments.server, &arguments.clients, &addresses);
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(message) => {
            eprintln!("sockstep: {message}");
            return ExitCode::from(2);
        }
    };
    if let Some(remark) = prepared.remark {
        eprintln!("sockstep: {remark}");
    }
    window(Wanted {
        lesson: None,
        own: Some(prepared.setup),
        file: None,
        language: arguments.lang,
        system_language: system_language(),
        wire: match arguments.loopback {
            true => WireKind::Loopback,
            false => WireKind::Held,
        },
        reports_frames: arguments.report_frames,
    })
}

/// One file alone is a run or a capture.
fn main_of_file(arguments: Arguments) -> ExitCode {
    let file = arguments.server;
    let message = match shown(&file) {
        Ok(true) => {
            return window(Wanted {
                lesson: None,
                own: None,
                file: Some(file),
                language: arguments.lang,
                system_language: system_language(),
                wire: match arguments.loopback {
                    true => WireKind::Loopback,
                    false => WireKind::Held,
                },
                reports_frames: arguments.report_frames,
            });
        }
        Ok(false) => format!(
            "neither a recorded run nor a capture; for programs name the server's and at least \
             one client's: {}",
            file.display()
        ),
        Err(message) => message,
    };
    eprintln!("sockstep: {message}");
    ExitCode::from(2)
}

/// No lesson is called so, whether the file is there or not.
pub fn is_named_as_run(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("jsonl" | "pcap" | "pcapng" | "cap"))
}

/// Whether the window shows this file as a run or a capture; what is wrong with it is a sentence.
pub fn shown(file: &Path) -> Result<bool, String> {
    is_shown(file).map_err(|trouble| format!("{trouble}: {}", file.display()))
}
