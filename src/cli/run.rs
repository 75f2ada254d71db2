//! `sockstep run`: a lesson, or programs of one's own, played in the terminal.
//!
//! The same lab, the same events, the same director as in the window; only the picture is text.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use crossbeam_channel::RecvTimeoutError;

use super::programs::{self, Addresses, Prepared};
use super::{files, save, text};
use crate::director::{self, Next, Rule, WhyNot};
use crate::lab::{FromLab, Handle, Recording};
use crate::lesson::Language;
use crate::model::{Activity, State};
use crate::trace::{
    By, Event, Header, Name, Order, Ordered, ProgramSetup, Setup, TimerKind, Timers, What, to_line,
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
    /// The server's address. Default: 127.0.0.1 if a string in a client names it, else 10.0.0.2.
    #[arg(long, value_name = "ADDRESS", value_parser = programs::address)]
    server_ip: Option<IpAddr>,
    /// A client's address; repeat it for the next client. Default: 10.0.0.11, 10.0.0.12 …
    #[arg(long, value_name = "ADDRESS", value_parser = programs::address)]
    client_ip: Vec<IpAddr>,
    /// Lines for the server's input().
    #[arg(long, value_name = "FILE")]
    stdin_server: Option<PathBuf>,
    /// Lines for a client's input(); repeat it for the next client.
    #[arg(long, value_name = "FILE")]
    stdin_client: Vec<PathBuf>,
    /// Drop this segment: 'client SYN 1', 'client2 data 2', 'any FIN 1'. Repeatable.
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
    /// Write the run to this file, one event a line, as it happens. It may replace an older run.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Print events as JSON Lines.
    #[arg(long)]
    json: bool,
}

pub fn main(arguments: Arguments) -> ExitCode {
    let mut run = match Run::prepare(arguments) {
        Ok(run) => run,
        Err(message) => {
            complain(&message);
            return ExitCode::from(2);
        }
    };
    let ended = run.play();
    if let Ok(End::Done { .. } | End::Limit(_)) = ended {
        for (rule, _) in run.drop.iter().filter(|(_, has_matched)| !has_matched) {
            complain(&format!("--drop '{rule}' never matched"));
        }
    }
    match ended {
        Ok(End::Done { has_died: false } | End::Unread) => ExitCode::SUCCESS,
        Ok(End::Done { has_died: true }) => ExitCode::FAILURE,
        Ok(End::Limit(which)) => {
            complain(&format!("stopped by {which}"));
            ExitCode::from(3)
        }
        Err(message) => {
            complain(&message);
            ExitCode::FAILURE
        }
    }
}

/// On standard error, which may be closed: then nobody wants to know.
fn complain(message: &str) {
    writeln!(io::stderr(), "sockstep run: {message}").ok();
}

enum End {
    Done {
        has_died: bool,
    },
    /// The option that ended it.
    Limit(&'static str),
    /// Whoever read standard output went away, as `head` does.
    Unread,
}

struct Run {
    setup: Setup,
    /// By program: lines for `input()`.
    input: Vec<(Name, VecDeque<String>)>,
    /// Each with whether it has matched.
    drop: Vec<(Rule, bool)>,
    stagger: Option<Duration>,
    steps: usize,
    limit: Duration,
    save: Option<PathBuf>,
    is_json: bool,
    /// The learner knows that no client is left for a server that waits.
    has_said_who_waits: bool,
}

impl Run {
    fn prepare(arguments: Arguments) -> Result<Self, String> {
        let addresses = Addresses {
            server: arguments.server_ip,
            clients: arguments.client_ip,
        };
        let prepared = match &arguments.files[..] {
            [lesson] => programs::of_lesson(lesson, arguments.lang.unwrap_or_default())?,
            [server, clients @ ..] => programs::of_files(server, clients, &addresses)?,
            [] => return Err("name a lesson, or a server and a client".to_owned()),
        };
        let Prepared { mut setup, remark } = prepared;
        let hosts: Vec<&str> = setup.hosts.iter().map(|host| host.name.as_str()).collect();
        for rule in &arguments.drop {
            rule.check(&hosts)
                .map_err(|why| format!("--drop '{rule}': {why}"))?;
        }
        if let Some(timers) = arguments.timers {
            setup.timers = timers;
        }
        let mut input = Vec::new();
        let is_server = |p: &&ProgramSetup| p.name.starts_with("server");
        let servers = setup.programs.iter().filter(is_server);
        for (program, file) in servers.zip(&arguments.stdin_server) {
            input.push((program.name.clone(), files::lines(file)?));
        }
        let clients = setup.programs.iter().filter(|p| !is_server(p));
        for (program, file) in clients.zip(&arguments.stdin_client) {
            input.push((program.name.clone(), files::lines(file)?));
        }
        if let Some(path) = &arguments.save {
            save::check(path)?;
        }
        if let Some(remark) = remark.filter(|_| !arguments.json) {
            complain(&remark);
        }
        Ok(Self {
            setup,
            input,
            drop: arguments.drop.into_iter().map(|r| (r, false)).collect(),
            stagger: arguments.stagger.map(Duration::from_secs_f64),
            steps: arguments.steps.unwrap_or(usize::MAX),
            limit: Duration::from_secs_f64(arguments.limit.unwrap_or(LIMIT_SECONDS)),
            save: arguments.save,
            is_json: arguments.json,
            has_said_who_waits: false,
        })
    }

    fn play(&mut self) -> Result<End, String> {
        let binary = super::own_binary().map_err(|error| error.to_string())?;
        let save = self.save.take();
        let save = save.map(|path| -> Recording { Box::new(move || save::open(&path)) });
        let lab = Handle::start(&binary, &self.setup, save, || {})
            .map_err(|error| format!("the lab could not be started: {error}"))?;
        let started = Instant::now();
        let mut state = None;
        let mut steps = 0;
        loop {
            let left = self.limit.saturating_sub(started.elapsed());
            let wait = self.until_stagger(started).unwrap_or(left).min(left);
            match lab.events().recv_timeout(wait) {
                Ok(FromLab::Started(header)) => {
                    state = Some(State::new(&header));
                    if let Err(error) = self.begin(&header) {
                        return not_written(&error);
                    }
                }
                Ok(FromLab::Event(event)) => {
                    let state = state.as_mut().ok_or("an event came before the header")?;
                    state.apply(&event);
                    if let Err(error) = self.show(&event, state) {
                        return not_written(&error);
                    }
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
                let mut is_meant = false;
                for (rule, has_matched) in &mut self.drop {
                    let means = rule.means(state, segment);
                    *has_matched |= means;
                    is_meant |= means;
                }
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
            Next::Not(WhyNot::Waiting) => {
                self.say_who_waits(state);
                None
            }
            Next::Not(_) | Next::Forward => None,
        }
    }

    /// Once, when nothing but a new client could wake the programs that are left.
    fn say_who_waits(&mut self, state: &State) {
        let has_ended = |name: &Name| state.programs.get(name).is_some_and(|p| p.has_ended());
        if self.has_said_who_waits || self.is_json || !self.clients().all(has_ended) {
            return;
        }
        let mut sockets = state.host_order.iter().flat_map(|host| state.sockets(host));
        let timers = sockets.find_map(|socket| match socket.facts.timer.as_ref()?.kind {
            TimerKind::Retransmit | TimerKind::Keepalive | TimerKind::Probe => Some(()),
            TimerKind::TimeWait | TimerKind::FinWait2 | TimerKind::Other => None,
        });
        let mut left = state.programs.values().filter(|p| !p.has_ended());
        if let (None, Some(server)) = (timers, left.next())
            && let Some(call) = server.current_call()
        {
            self.has_said_who_waits = true;
            complain(&format!(
                "all clients have ended; the {} still waits in {}(); stopping at --for {} s (Ctrl-C ends it now)",
                server.name,
                call.name,
                self.limit.as_secs_f64()
            ));
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

    fn begin(&self, header: &Header) -> io::Result<()> {
        if self.is_json {
            return print_line(&to_line(header));
        }
        print_line(&format!("Linux {}, held wire", header.kernel))?;
        for host in &header.hosts {
            let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
            print_line(&format!("{} is {}", host.name, addresses.join(", ")))?;
        }
        Ok(())
    }

    fn show(&self, event: &Event, state: &State) -> io::Result<()> {
        if self.is_json {
            print_line(&to_line(event))?;
        } else if let Some(line) = text::line(event, state) {
            print_line(&line)?;
        }
        if matches!(event.what, What::Rest) {
            io::stdout().flush()?;
        }
        Ok(())
    }
}

fn print_line(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// A reader that went away is no mistake, a full disk is one.
fn not_written(error: &io::Error) -> Result<End, String> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(End::Unread),
        _ => Err(format!("cannot write to standard output: {error}")),
    }
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
