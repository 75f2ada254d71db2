//! `sockstep run`: a lesson, or programs of one's own, played in the terminal.
//!
//! The same lab, the same events, the same director as in the window; only the picture is text.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use crossbeam_channel::RecvTimeoutError;

use super::text;
use crate::director::{self, Next, Rule, WhyNot};
use crate::lab::{FromLab, Handle, Recording};
use crate::lesson::{self, Language};
use crate::model::{Activity, State};
use crate::trace::{
    By, Event, Header, HostSetup, Name, Order, Ordered, ProgramSetup, Setup, Timers, What, to_line,
};

/// A run without `--for` ends after this, in seconds: a server in a loop never ends by itself.
const LIMIT_SECONDS: f64 = 60.0;

#[derive(Args)]
pub struct Arguments {
    /// A lesson's folder, or SERVER.py and one or more CLIENT.py.
    #[arg(required = true, value_name = "LESSON | SERVER.py CLIENT.py")]
    files: Vec<PathBuf>,
    /// The lesson's language: zh or en.
    #[arg(long, value_parser = super::language)]
    lang: Option<Language>,
    /// The server's address. Default: 127.0.0.1 if a client names it, else 10.0.0.2.
    #[arg(long, value_name = "ADDRESS")]
    server_ip: Option<IpAddr>,
    /// A client's address; repeat it for the next client. Default: 10.0.0.11, 10.0.0.12 …
    #[arg(long, value_name = "ADDRESS")]
    client_ip: Vec<IpAddr>,
    /// Lines for the server's input().
    #[arg(long, value_name = "FILE")]
    stdin_server: Option<PathBuf>,
    /// Lines for a client's input(); repeat it for the next client.
    #[arg(long, value_name = "FILE")]
    stdin_client: Vec<PathBuf>,
    /// Drop this segment: 'client SYN 1', 'server data 2', 'any FIN 1'. Repeatable.
    #[arg(long, value_name = "RULE", value_parser = Rule::parse)]
    drop: Vec<Rule>,
    /// Start each client this long after the one before, instead of when that has ended.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    stagger: Option<f64>,
    /// patient: the kernel waits while a segment is held. natural: as the kernel has it.
    #[arg(long, value_parser = timers)]
    timers: Option<Timers>,
    /// Stop after this many orders.
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
    /// Stop after this long. Default: 60.
    #[arg(long = "for", value_name = "SECONDS", value_parser = seconds)]
    limit: Option<f64>,
    /// Write the run to this file, one event a line, as it happens.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Print events as JSON Lines.
    #[arg(long)]
    json: bool,
}

pub fn main(arguments: Arguments) -> ExitCode {
    let run = match Run::prepare(arguments) {
        Ok(run) => run,
        Err(message) => {
            eprintln!("sockstep run: {message}");
            return ExitCode::from(2);
        }
    };
    match run.play() {
        Ok(End::Done { has_died: false }) => ExitCode::SUCCESS,
        Ok(End::Done { has_died: true }) => ExitCode::FAILURE,
        Ok(End::Limit(which)) => {
            eprintln!("sockstep run: stopped by {which}");
            ExitCode::from(3)
        }
        Err(message) => {
            eprintln!("sockstep run: {message}");
            ExitCode::FAILURE
        }
    }
}

enum End {
    Done {
        has_died: bool,
    },
    /// The option that ended it.
    Limit(&'static str),
}

struct Run {
    setup: Setup,
    /// By program: lines for `input()`.
    input: Vec<(Name, VecDeque<String>)>,
    drop: Vec<Rule>,
    stagger: Option<Duration>,
    steps: usize,
    limit: Duration,
    save: Option<PathBuf>,
    is_json: bool,
}

impl Run {
    fn prepare(arguments: Arguments) -> Result<Self, String> {
        let mut setup = match &arguments.files[..] {
            [lesson] => lesson_setup(lesson, arguments.lang.unwrap_or_default())?,
            [server, clients @ ..] => programs_setup(server, clients, &arguments)?,
            [] => return Err("name a lesson, or a server and a client".to_owned()),
        };
        if let Some(timers) = arguments.timers {
            setup.timers = timers;
        }
        let mut input = Vec::new();
        let is_server = |p: &&ProgramSetup| p.name.starts_with("server");
        let servers = setup.programs.iter().filter(is_server);
        for (program, file) in servers.zip(&arguments.stdin_server) {
            input.push((program.name.clone(), lines(file)?));
        }
        let clients = setup.programs.iter().filter(|p| !is_server(p));
        for (program, file) in clients.zip(&arguments.stdin_client) {
            input.push((program.name.clone(), lines(file)?));
        }
        Ok(Self {
            setup,
            input,
            drop: arguments.drop,
            stagger: arguments.stagger.map(Duration::from_secs_f64),
            steps: arguments.steps.unwrap_or(usize::MAX),
            limit: Duration::from_secs_f64(arguments.limit.unwrap_or(LIMIT_SECONDS)),
            save: arguments.save,
            is_json: arguments.json,
        })
    }

    fn play(mut self) -> Result<End, String> {
        let binary = super::own_binary().map_err(|error| error.to_string())?;
        let save = self.save.take();
        let save = save.map(|path| -> Recording { Box::new(move || fs::File::create(path)) });
        let lab = Handle::start(&binary, &self.setup, save, || {})
            .map_err(|error| format!("the lab could not be started: {error}"))?;
        let started = Instant::now();
        let mut state = None;
        let mut steps = 0;
        loop {
            let left = self.limit.saturating_sub(started.elapsed());
            let wait = self.until_stagger(started).unwrap_or(left).min(left);
            match lab.events().recv_timeout(wait) {
                Ok(FromLab::Started(header)) => state = Some(self.begin(&header)),
                Ok(FromLab::Event(event)) => {
                    let state = state.as_mut().ok_or("an event came before the header")?;
                    state.apply(&event);
                    self.show(&event, state);
                }
                Ok(FromLab::Refused(refusal)) => {
                    let remedy = super::remedy(refusal.remedy);
                    return Err(format!("{}\n  → {remedy}", refusal.why));
                }
                Ok(FromLab::NotRecorded(why)) => return Err(format!("cannot save the run: {why}")),
                Ok(FromLab::Ended(demise)) => return Err(demise.to_string()),
                Err(RecvTimeoutError::Disconnected) => return Err("the lab is gone".to_owned()),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return Ok(End::Limit("--for"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            // More may have come: an order is given only to what is true now.
            let Some(state) = state.as_ref().filter(|_| lab.events().is_empty()) else {
                continue;
            };
            match self.next(state, started) {
                Some(Ok(_)) if steps == self.steps => return Ok(End::Limit("--steps")),
                Some(Ok(order)) => {
                    steps += 1;
                    let by = By::Director;
                    lab.order(Ordered { order, by })
                        .map_err(|error| error.to_string())?;
                }
                Some(Err(end)) => return Ok(end),
                None => {}
            }
        }
    }

    /// The next order, or the end, or nothing for now.
    fn next(&mut self, state: &State, started: Instant) -> Option<Result<Order, End>> {
        if !state.is_at_rest {
            return None;
        }
        let may_go = |name: &Name| self.may_go(state, name, started);
        match director::next_where(state, may_go) {
            Next::Give(Order::Deliver { segment }) => {
                let is_meant = self.drop.iter().any(|rule| rule.means(state, segment));
                Some(Ok(match is_meant {
                    true => Order::Drop { segment },
                    false => Order::Deliver { segment },
                }))
            }
            Next::Give(order) => Some(Ok(order)),
            Next::Not(WhyNot::Asking(program)) => {
                let mut input = self.input.iter_mut();
                let lines = input.find(|(name, _)| *name == program);
                let text = lines.and_then(|(_, lines)| lines.pop_front());
                Some(Ok(Order::Answer { program, text }))
            }
            Next::Not(WhyNot::AllEnded) => {
                let died = |activity: &Activity| {
                    matches!(
                        activity,
                        Activity::Ended {
                            traceback: Some(_),
                            ..
                        }
                    )
                };
                let has_died = state.programs.values().any(|p| died(&p.activity));
                Some(Err(End::Done { has_died }))
            }
            Next::Not(_) | Next::Forward => None,
        }
    }

    /// Clients start in order: each when the one before has ended, or when its time has come.
    fn may_go(&self, state: &State, name: &Name, started: Instant) -> bool {
        let place = self.clients().position(|client| client == name);
        let Some(place) = place.filter(|place| *place > 0) else {
            return true;
        };
        match self.stagger {
            Some(stagger) => started.elapsed() >= stagger * place as u32,
            None => self
                .clients()
                .take(place)
                .all(|earlier| state.programs.get(earlier).is_some_and(|p| p.has_ended())),
        }
    }

    fn clients(&self) -> impl Iterator<Item = &Name> {
        let names = self.setup.programs.iter().map(|program| &program.name);
        names.filter(|name| !name.starts_with("server"))
    }

    /// How long until the next client's time has come.
    fn until_stagger(&self, started: Instant) -> Option<Duration> {
        let stagger = self.stagger?;
        let elapsed = started.elapsed();
        let times = (1..self.clients().count() as u32).map(|place| stagger * place);
        times
            .filter(|time| *time > elapsed)
            .map(|time| time - elapsed)
            .min()
    }

    fn begin(&self, header: &Header) -> State {
        if self.is_json {
            print_line(&to_line(header));
        } else {
            print_line(&format!("Linux {}, held wire", header.kernel));
            for host in &header.hosts {
                let addresses: Vec<String> =
                    host.addresses.iter().map(ToString::to_string).collect();
                print_line(&format!("{} is {}", host.name, addresses.join(", ")));
            }
        }
        State::new(header)
    }

    fn show(&self, event: &Event, state: &State) {
        if self.is_json {
            print_line(&to_line(event));
        } else if let Some(line) = text::line(event, state) {
            print_line(&line);
        }
        if matches!(event.what, What::Rest) {
            io::stdout().flush().ok();
        }
    }
}

/// A reader that went away (`| head`) ends the run quietly at its limits, not with a panic.
fn print_line(line: &str) {
    writeln!(io::stdout(), "{line}").ok();
}

fn lesson_setup(path: &Path, language: Language) -> Result<Setup, String> {
    if path.extension().is_some_and(|extension| extension == "py") {
        return Err("one program has nobody to talk to: name a server and a client".to_owned());
    }
    let lesson = lesson::load(path, language).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })?;
    Ok(Setup {
        hosts: lesson.hosts,
        programs: lesson.programs,
        timers: lesson.timers,
    })
}

fn programs_setup(
    server: &Path,
    clients: &[PathBuf],
    arguments: &Arguments,
) -> Result<Setup, String> {
    let mut programs = vec![program("server", server)?];
    let names: Vec<Name> = (1..=clients.len()).map(|n| format!("client{n}")).collect();
    for (name, file) in names.iter().zip(clients) {
        programs.push(program(name, file)?);
    }
    let speaks_to_itself = programs[1..]
        .iter()
        .any(|p| p.source.contains("127.0.0.1") || p.source.contains("localhost"));
    let server_ip = arguments.server_ip.unwrap_or(match speaks_to_itself {
        true => Ipv4Addr::LOCALHOST.into(),
        false => Ipv4Addr::new(10, 0, 0, 2).into(),
    });
    let mut hosts = vec![host("server", server_ip)];
    let mut given = arguments.client_ip.iter().copied();
    for (index, name) in names.iter().enumerate() {
        let usual = Ipv4Addr::new(10, 0, 0, 11).to_bits() + index as u32;
        let address = given.next().unwrap_or(Ipv4Addr::from_bits(usual).into());
        hosts.push(host(name, address));
    }
    let mut addresses: Vec<IpAddr> = hosts.iter().flat_map(|h| h.addresses.clone()).collect();
    addresses.sort_unstable();
    if let Some(twice) = addresses.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("two hosts cannot both be {}", twice[0]));
    }
    Ok(Setup {
        hosts,
        programs,
        timers: Timers::default(),
    })
}

fn host(name: &str, address: IpAddr) -> HostSetup {
    HostSetup {
        name: name.to_owned(),
        addresses: vec![address],
    }
}

fn program(name: &str, file: &Path) -> Result<ProgramSetup, String> {
    let shown = file.file_name().unwrap_or(file.as_os_str());
    Ok(ProgramSetup {
        name: name.to_owned(),
        host: name.to_owned(),
        file: shown.to_string_lossy().into_owned(),
        source: read(file)?,
    })
}

fn lines(file: &Path) -> Result<VecDeque<String>, String> {
    Ok(read(file)?.lines().map(str::to_owned).collect())
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("cannot read it: {error}: {}", file.display()))
}

fn seconds(word: &str) -> Result<f64, String> {
    let seconds = word.parse().ok();
    let sound = seconds.filter(|seconds| (0.0..=86_400.0).contains(seconds));
    sound.ok_or_else(|| format!("'{word}' is not a number of seconds up to a day"))
}

fn timers(word: &str) -> Result<Timers, String> {
    match word {
        "patient" => Ok(Timers::Patient),
        "natural" => Ok(Timers::Natural),
        other => Err(format!("'{other}' is neither patient nor natural")),
    }
}
