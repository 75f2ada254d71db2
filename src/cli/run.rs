//! `sockstep run`: a lesson, or programs of one's own, played in the terminal.
//!
//! In: arguments. Out: an exit code, and a [`Play`] between the two. What cannot work is said
//! before anything runs.

use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;

use super::play::{End, Input, Pace, Play, Standing};
use super::programs::{self, Addresses, Prepared};
use super::terminal::Terminal;
use super::{files, folder, ladder, save};
use crate::director::{Director, Fault, Faults, Loss, Rule, Script, ScriptError, parse_delay};
use crate::lesson::Language;
use crate::trace::{ProgramSetup, Setup, Timers, WireKind};

/// A run without `--for` ends after this, in seconds: a server in a loop never ends by itself.
const LIMIT_SECONDS: f64 = 60.0;
/// So long a recorded run may wait for what a timer brought.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Args)]
pub struct Arguments {
    /// A lesson's folder, one that `sockstep export --folder` made, or SERVER.py and one or more
    /// CLIENT.py.
    #[arg(required = true, value_name = "LESSON | FOLDER | SERVER.py CLIENT.py")]
    files: Vec<PathBuf>,
    /// The lesson's language, and the ladder's: zh or en.
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
    /// Deliver this segment twice. Repeatable, as all of these.
    #[arg(long, value_name = "RULE", value_parser = Rule::parse)]
    duplicate: Vec<Rule>,
    /// Turn over the last byte of this segment: its receiver's kernel will throw it away.
    #[arg(long, value_name = "RULE", value_parser = Rule::parse)]
    corrupt: Vec<Rule>,
    /// Deliver this segment so many seconds later: 'client data 1 0.5'.
    #[arg(long, value_name = "RULE SECONDS", value_parser = parse_delay)]
    delay: Vec<(Rule, Fault)>,
    /// Lose this many of a hundred segments, by chance.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    loss: Option<f64>,
    /// The chance of --loss: the same number loses the same segments again. Default: told.
    #[arg(long, value_name = "N", requires = "loss")]
    seed: Option<u64>,
    /// Follow this script first, and then go on as usual; lessons/README.md has the grammar.
    #[arg(long, value_name = "FILE", conflicts_with = "auto")]
    script: Option<PathBuf>,
    /// Hold nothing: every segment passes at once, and no rule can reach it.
    #[arg(long)]
    auto: bool,
    /// Play on this machine's own loopback: nothing is held, and segments are inferred.
    #[arg(long, conflicts_with_all = ["drop", "duplicate", "corrupt", "delay", "loss"])]
    loopback: bool,
    /// Clients do not wait for each other.
    #[arg(long, conflicts_with = "stagger")]
    together: bool,
    /// Start each client this long after the one before, instead of when that has ended.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    stagger: Option<f64>,
    /// patient: the kernel waits while a segment is held. natural: as the kernel has it. still: as
    /// patient, and nothing in flight is sent again for two minutes.
    #[arg(long, value_parser = timers)]
    timers: Option<Timers>,
    /// Stop after this many orders.
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
    /// Stop after this long. Default: 60, and what the script of a recorded run waits for.
    #[arg(long = "for", value_name = "SECONDS", value_parser = seconds)]
    limit: Option<f64>,
    /// Write the run to this file, one event a line, as it happens. It may replace an older run.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Print events as JSON Lines.
    #[arg(long)]
    json: bool,
    /// Print one line an event. Default where standard output is no terminal.
    #[arg(long, conflicts_with = "json")]
    plain: bool,
    /// Print a ladder as it grows; `sockstep show --help` says how to read it. Default on a terminal.
    #[arg(long, conflicts_with_all = ["json", "plain"])]
    ladder: bool,
    #[command(flatten)]
    manner: ladder::Manner,
}

pub fn main(arguments: Arguments) -> ExitCode {
    let mut play = match prepare(arguments) {
        Ok(play) => play,
        Err(message) => {
            complain(&message);
            return ExitCode::from(2);
        }
    };
    let ended = play.play();
    if let Ok(End::Done { .. } | End::Limit(_)) = ended {
        if let Some((line, text)) = play.stands_at() {
            complain(&format!("the script stands at line {line}: {text}"));
        }
        for (fault, rule) in play.unmatched() {
            complain(&format!("--{} '{rule}' never matched", fault.name()));
        }
    }
    match ended {
        Ok(End::Done { has_died: false } | End::Unread) => ExitCode::SUCCESS,
        Ok(End::Done { has_died: true }) => ExitCode::FAILURE,
        Ok(End::Stuck { line, text, why }) => {
            let why = crate::words::stuck(Language::English, &why);
            complain(&format!(
                "the script is stuck at line {line} ({text}): {why}"
            ));
            ExitCode::FAILURE
        }
        Ok(End::Still) => {
            complain("what was recorded is done, and nothing moves any more");
            ExitCode::SUCCESS
        }
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
pub(super) fn complain(message: &str) {
    writeln!(io::stderr(), "sockstep run: {message}").ok();
}

fn prepare(arguments: Arguments) -> Result<Play<Terminal>, String> {
    let addresses = Addresses {
        server: arguments.server_ip,
        clients: arguments.client_ip.clone(),
    };
    let is_folder = matches!(&arguments.files[..], [path] if folder::is_one(path));
    let prepared = match &arguments.files[..] {
        [path] if is_folder => folder::read(path)?,
        [lesson] => programs::of_lesson(lesson, arguments.lang.unwrap_or_default())?,
        [server, clients @ ..] => programs::of_files(server, clients, &addresses)?,
        [] => return Err("name a lesson, or a server and a client".to_owned()),
    };
    let is_lesson = arguments.files.len() == 1;
    let Prepared {
        mut setup,
        remark,
        script,
    } = prepared;
    let script = match &arguments.script {
        Some(path) => Some(Arc::new(read_script(path, &setup)?)),
        // Where nothing is held, no line about a segment can come true.
        None => script.filter(|_| !arguments.auto),
    };
    let waits = script.as_ref().filter(|_| is_folder);
    let limit = LIMIT_SECONDS + waits.map_or(0.0, |script| script.longest_waits().as_secs_f64());
    let faults = faults(&arguments, &setup)?;
    if let Some(timers) = arguments.timers {
        setup.timers = timers;
    }
    if arguments.loopback {
        setup.wire = WireKind::Loopback;
    }
    let input = input(&arguments, &setup)?;
    if let Some(path) = &arguments.save {
        save::check(path)?;
    }
    if let Some(remark) = remark.filter(|_| !arguments.json) {
        complain(&remark);
    }
    let pace = match arguments.stagger {
        Some(seconds) => Pace::Staggered(Duration::from_secs_f64(seconds)),
        // A lesson's clients go as they do in the window.
        None if arguments.together || is_lesson => Pace::Together,
        None => Pace::OneByOne,
    };
    Ok(Play {
        audience: terminal(&arguments),
        setup,
        input,
        needs_wire: has_faults(&arguments),
        faults,
        director: Director::new(script),
        holds_nothing: arguments.auto && !arguments.loopback,
        pace,
        steps: arguments.steps.unwrap_or(usize::MAX),
        limit: Duration::from_secs_f64(arguments.limit.unwrap_or(limit)),
        save: arguments.save,
        // A recorded run is over when what was recorded is, and the rest stands still.
        ends_when_still: is_folder,
        patience: PATIENCE,
        // Nothing is said beside JSON.
        standing: Standing::new(arguments.json),
    })
}

fn terminal(arguments: &Arguments) -> Terminal {
    let is_ladder = arguments.ladder || (!arguments.plain && ladder::is_terminal());
    match (arguments.json, is_ladder) {
        (true, _) => Terminal::Json,
        (false, false) => Terminal::Lines,
        (false, true) => {
            let look = arguments.manner.look(arguments.lang);
            Terminal::Ladder(look, arguments.manner.clone())
        }
    }
}

/// Something is to happen to segments, which only the held wire can do.
fn has_faults(arguments: &Arguments) -> bool {
    let rules = [&arguments.drop, &arguments.duplicate, &arguments.corrupt];
    rules.iter().any(|rules| !rules.is_empty())
        || !arguments.delay.is_empty()
        || arguments.loss.is_some()
}

fn read_script(path: &Path, setup: &Setup) -> Result<Script, String> {
    let text = files::text(path)?;
    let hosts: Vec<&str> = setup.hosts.iter().map(|host| host.name.as_str()).collect();
    let read = Script::parse(&text, 1).and_then(|script| {
        let errors = script.check(&hosts, &setup.programs);
        match errors.is_empty() {
            true => Ok(script),
            false => Err(errors),
        }
    });
    read.map_err(|errors| {
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

fn faults(arguments: &Arguments, setup: &Setup) -> Result<Faults, String> {
    let each = |rules: &[Rule], fault| -> Vec<(Rule, Fault)> {
        rules.iter().map(|rule| (rule.clone(), fault)).collect()
    };
    let rules = [
        each(&arguments.drop, Fault::Drop),
        each(&arguments.duplicate, Fault::Duplicate),
        each(&arguments.corrupt, Fault::Corrupt { byte: None }),
        arguments.delay.clone(),
    ]
    .concat();
    let hosts: Vec<&str> = setup.hosts.iter().map(|host| host.name.as_str()).collect();
    for (rule, fault) in &rules {
        rule.check(&hosts)
            .map_err(|why| format!("--{} '{rule}': {why}", fault.name()))?;
    }
    let first = rules.first().map(|(_, fault)| fault.name());
    if let Some(name) = first.or(arguments.loss.map(|_| "loss"))
        && arguments.auto
    {
        return Err(format!(
            "--{name} reaches only a segment that is held, and --auto holds none: leave out one of them"
        ));
    }
    let loss = arguments.loss.map(|percent| {
        let seed = arguments.seed.unwrap_or_else(|| {
            let seed = some_seed();
            complain(&format!("--loss: chance began with --seed {seed}"));
            seed
        });
        Loss::new(percent, seed)
    });
    Ok(Faults::new(rules, loss))
}

/// Short enough to be typed again.
fn some_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.subsec_micros()).into()
}

fn input(arguments: &Arguments, setup: &Setup) -> Result<Input, String> {
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
    Ok(input)
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
        "still" => Ok(Timers::Still),
        other => Err(format!("'{other}' is none of patient, natural, still")),
    }
}

fn percent(word: &str) -> Result<f64, String> {
    let percent = word.strip_suffix('%').unwrap_or(word).parse().ok();
    let sound = percent.filter(|percent| (0.0..=100.0).contains(percent));
    sound.ok_or_else(|| format!("'{word}' is not a percentage from 0 to 100"))
}
