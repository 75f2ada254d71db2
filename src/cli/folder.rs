//! A folder that `sockstep export --folder` has made, or somebody by hand: `run.toml`, the programs
//! and a script.
//!
//! In: a folder. Out: a [`Prepared`], or what is wrong: file, line and what to do. Nothing outside
//! the folder is read: a file in it has a plain name, and is no link.

use std::fs;
use std::net::IpAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::programs::Prepared;
use crate::director::{Script, ScriptError};
use crate::disk;
use crate::export::folder::{ABOUT, FORMAT};
use crate::lesson::is_plain_name;
use crate::trace::{HostSetup, LowPorts, Name, ProgramSetup, Setup, Timers, WireKind, crossable};

/// `run.toml` and the script, in bytes.
const ABOUT_BYTES: usize = 64 << 10;
const SCRIPT_BYTES: usize = 1 << 20;
/// As many as a lesson may have.
const MOST_HOSTS: usize = 16;
const MOST_PROGRAMS: usize = 64;

/// Whether it is such a folder, and no lesson.
pub fn is_one(path: &Path) -> bool {
    fs::symlink_metadata(path.join(ABOUT)).is_ok()
}

pub fn read(folder: &Path) -> Result<Prepared, String> {
    let path = folder.join(ABOUT);
    let bytes = plain(&path)
        .and_then(|()| disk::read(&path, ABOUT_BYTES).map_err(|trouble| trouble.to_string()));
    let bytes = bytes.map_err(|why| format!("{why}: {}", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
        format!(
            "{}:{line}: it is not UTF-8; save it as UTF-8",
            path.display()
        )
    })?;
    let reader = Reader {
        folder,
        path,
        text: &text,
    };
    reader.read()
}

/// It is a file of the folder itself: whoever made the folder may not lead out of it.
fn plain(path: &Path) -> Result<(), String> {
    match fs::symlink_metadata(path) {
        Ok(facts) if facts.is_symlink() => Err(
            "it is a link, and nothing outside the folder is read; put the file itself here"
                .to_owned(),
        ),
        Ok(_) => Ok(()),
        Err(error) => Err(disk::Trouble::from(error).to_string()),
    }
}

#[derive(Deserialize)]
struct Version {
    sockstep_run: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    #[serde(rename = "sockstep_run")]
    _version: u32,
    lesson: Option<Spanned<String>>,
    /// For people.
    #[serde(rename = "title")]
    _title: Option<String>,
    attempt: Option<String>,
    #[serde(default)]
    timers: Timers,
    #[serde(default)]
    low_ports: LowPorts,
    #[serde(default)]
    wire: Wire,
    script: Option<Spanned<String>>,
    hosts: Spanned<Vec<Host>>,
    programs: Spanned<Vec<Program>>,
}

/// What a run can be played on; a capture cannot be played.
#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wire {
    #[default]
    Held,
    Loopback,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    name: Spanned<String>,
    addresses: Spanned<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    name: Spanned<String>,
    host: Spanned<String>,
    file: Spanned<String>,
    shown_as: Option<Spanned<String>>,
    coding: Option<Spanned<String>>,
}

struct Reader<'a> {
    folder: &'a Path,
    path: PathBuf,
    text: &'a str,
}

impl Reader<'_> {
    fn read(&self) -> Result<Prepared, String> {
        let about = self.about()?;
        let hosts = self.hosts(&about.hosts)?;
        let programs = self.programs(&about.programs, &hosts)?;
        let script = match &about.script {
            Some(name) => self.script(name, &hosts, &programs)?,
            None => None,
        };
        if let Some(lesson) = &about.lesson
            && !is_plain_name(lesson.get_ref())
        {
            let remedy = "use a-z, 0-9, - and _, or leave the line out";
            return Err(self.wrong(lesson.span(), "this is no lesson's id", remedy));
        }
        // A label is one line of text.
        let attempt = about
            .attempt
            .filter(|label| !label.contains(char::is_control));
        Ok(Prepared {
            setup: Setup {
                hosts,
                programs,
                timers: about.timers,
                wire: match about.wire {
                    Wire::Held => WireKind::Held,
                    Wire::Loopback => WireKind::Loopback,
                },
                low_ports: about.low_ports,
                lesson: about.lesson.map(Spanned::into_inner),
                attempt,
            },
            remark: None,
            script,
        })
    }

    fn about(&self) -> Result<About, String> {
        let not_read = |error: toml::de::Error| {
            let span = error.span().unwrap_or(0..0);
            let remedy = "the fields are sockstep_run, lesson, title, attempt, timers, low_ports, \
                          wire, script, [[hosts]] and [[programs]]";
            self.wrong(span, error.message().trim().replace('\n', ", "), remedy)
        };
        let version: Version = toml::from_str(self.text).map_err(not_read)?;
        let number = *version.sockstep_run.get_ref();
        if number == 0 || number > FORMAT {
            let what = format!("the folder has format {number}, and this Sockstep reads {FORMAT}");
            return Err(self.wrong(version.sockstep_run.span(), what, "use a newer Sockstep"));
        }
        toml::from_str(self.text).map_err(not_read)
    }

    fn hosts(&self, written: &Spanned<Vec<Host>>) -> Result<Vec<HostSetup>, String> {
        let count = written.get_ref().len();
        if count == 0 || count > MOST_HOSTS {
            let what = format!("a run has 1 to {MOST_HOSTS} hosts, not {count}");
            return Err(self.wrong(written.span(), what, "write one [[hosts]] for each"));
        }
        let mut hosts: Vec<HostSetup> = Vec::new();
        for host in written.get_ref() {
            self.check_name(&host.name, hosts.iter().map(|host| &host.name))?;
            let mut addresses = Vec::new();
            for address in host.addresses.get_ref() {
                let wrong = |what| {
                    let remedy = "write an address of its own in quotes, as in \"192.168.131.62\"";
                    self.wrong(address.span(), what, remedy)
                };
                let text = address.get_ref();
                let parsed: IpAddr = text
                    .parse()
                    .map_err(|_| wrong(format!("'{text}' is not the address of a host")))?;
                crossable(parsed).map_err(&wrong)?;
                let mut others = hosts.iter().flat_map(|host| &host.addresses);
                if others.any(|other| *other == parsed) || addresses.contains(&parsed) {
                    return Err(wrong(format!("{text} stands here twice")));
                }
                addresses.push(parsed);
            }
            if addresses.is_empty() {
                let remedy = "write addresses = [\"192.168.131.62\"]";
                let what = "a host without addresses";
                return Err(self.wrong(host.addresses.span(), what, remedy));
            }
            hosts.push(HostSetup {
                name: host.name.get_ref().clone(),
                addresses,
            });
        }
        Ok(hosts)
    }

    fn programs(
        &self,
        written: &Spanned<Vec<Program>>,
        hosts: &[HostSetup],
    ) -> Result<Vec<ProgramSetup>, String> {
        let count = written.get_ref().len();
        if count == 0 || count > MOST_PROGRAMS {
            let what = format!("a run has 1 to {MOST_PROGRAMS} programs, not {count}");
            return Err(self.wrong(written.span(), what, "write one [[programs]] for each"));
        }
        let mut programs: Vec<ProgramSetup> = Vec::new();
        for program in written.get_ref() {
            self.check_name(&program.name, programs.iter().map(|other| &other.name))?;
            let host = program.host.get_ref();
            if !hosts.iter().any(|known| known.name == *host) {
                let known: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
                let what = format!("no host is called '{host}'");
                let remedy = format!("write one of {}", known.join(", "));
                return Err(self.wrong(program.host.span(), what, remedy));
            }
            let file = program.file.get_ref();
            let shown = program.shown_as.as_ref().map_or(file, Spanned::get_ref);
            if shown.contains(char::is_control) {
                let what = "shown_as has a character that nobody sees";
                return Err(self.wrong(program.file.span(), what, "write it without it"));
            }
            programs.push(ProgramSetup {
                name: program.name.get_ref().clone(),
                host: host.clone(),
                file: shown.clone(),
                source: self.source(program)?,
            });
        }
        Ok(programs)
    }

    fn source(&self, program: &Program) -> Result<String, String> {
        let path = self.inside(&program.file)?;
        let in_file = |why: String| format!("{why}: {}", path.display());
        let Some(coding) = &program.coding else {
            return disk::program(&path).map_err(|why| in_file(why.to_string()));
        };
        if coding.get_ref() != "utf-8" {
            let remedy = "write coding = \"utf-8\", or leave the line out and name the encoding in \
                          the program";
            let what = format!("coding is '{}'", coding.get_ref());
            return Err(self.wrong(coding.span(), what, remedy));
        }
        let bytes = disk::read(&path, disk::PROGRAM_BYTES);
        let bytes = bytes.map_err(|why| in_file(why.to_string()))?;
        let text = String::from_utf8(bytes)
            .ok()
            .filter(|text| !text.contains('\0'));
        text.ok_or_else(|| in_file("it is not UTF-8; save it as UTF-8".to_owned()))
    }

    fn script(
        &self,
        name: &Spanned<String>,
        hosts: &[HostSetup],
        programs: &[ProgramSetup],
    ) -> Result<Option<Arc<Script>>, String> {
        let path = self.inside(name)?;
        let in_file = |why: &dyn std::fmt::Display| format!("{why}: {}", path.display());
        let bytes = disk::read(&path, SCRIPT_BYTES).map_err(|why| in_file(&why))?;
        let text =
            String::from_utf8(bytes).map_err(|_| in_file(&"it is not UTF-8; save it as UTF-8"))?;
        let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
        let script =
            Script::parse(&text, 1).and_then(|script| match &script.check(&names, programs)[..] {
                [] => Ok(script),
                errors => Err(errors.to_vec()),
            });
        script
            .map(|script| Some(Arc::new(script)))
            .map_err(|errors| {
                let lines = errors.iter().map(|error| {
                    let ScriptError {
                        line,
                        message,
                        remedy,
                    } = error;
                    format!("{}:{line}: {message}; {remedy}", path.display())
                });
                lines.collect::<Vec<_>>().join("\n")
            })
    }

    /// The path of a file in the folder: a name and nothing else.
    fn inside(&self, name: &Spanned<String>) -> Result<PathBuf, String> {
        let text = name.get_ref();
        let is_name = !text.is_empty()
            && text.len() <= 255
            && !text.contains(['/', '\\', ':'])
            && !text.contains(char::is_control)
            && !["..", "."].contains(&text.as_str());
        if !is_name {
            let what = format!(
                "'{}' is not the name of a file in this folder",
                text.escape_debug()
            );
            let remedy = "write a name alone, as in \"server.py\"";
            return Err(self.wrong(name.span(), what, remedy));
        }
        let path = self.folder.join(text);
        plain(&path).map_err(|why| {
            let (what, remedy) = why.split_once("; ").unwrap_or((&why, "put the file here"));
            self.wrong(name.span(), format!("'{text}': {what}"), remedy)
        })?;
        Ok(path)
    }

    fn check_name<'a>(
        &self,
        name: &Spanned<String>,
        mut others: impl Iterator<Item = &'a Name>,
    ) -> Result<(), String> {
        let text = name.get_ref();
        if !is_plain_name(text) {
            let what = format!("'{}' cannot be a name", text.escape_debug());
            let remedy = "use a letter, then a-z, 0-9, - and _, at most 32, as in \"client1\"";
            return Err(self.wrong(name.span(), what, remedy));
        }
        if others.any(|other| other == text) {
            let what = format!("two are called '{text}'");
            return Err(self.wrong(name.span(), what, "give each a name of its own"));
        }
        Ok(())
    }

    fn wrong(
        &self,
        span: Range<usize>,
        what: impl std::fmt::Display,
        remedy: impl std::fmt::Display,
    ) -> String {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("{}:{line}: {what}; {remedy}", self.path.display())
    }
}
