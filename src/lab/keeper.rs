//! The keeper: makes the namespaces, splits off the worker, and cleans up after it.
//!
//! A worker may die of anything: memory, a bug, a signal. Sockets it leaves behind would keep its
//! namespaces alive, for an hour under patient timers. So the keeper, which runs no program and
//! has one thread, stays until the worker is gone and then destroys them. Each watches the other:
//! a worker whose keeper dies cleans up by itself.

use std::fs;
use std::io::{self, BufReader};
use std::net::IpAddr;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

use super::Refusal;
use super::epoll::Epoll;
use super::host::{Host, SetupError, Step, enter_user_namespace};
use super::input::{self, Input};
use super::inspect;
use super::loopback;
use super::mail::Mail;
use super::netlink::Netlink;
use super::record::Recorder;
use super::rights;
use super::seat::{self, Postbox};
use super::seats::Seat;
use super::sys::{self, Forked};
use super::wire::{End, Wire};
use crate::trace::{Header, Setup, WireKind, to_line};

/// How long a worker that was told to stop may take before it is killed.
const GRACE: Duration = Duration::from_millis(1000);
/// How many reports and orders may wait for the loop.
const MAILS: usize = 1024;

/// Runs the lab process, to be called while it has one thread. Gives the exit code.
pub fn main() -> i32 {
    sys::own_proc_files();
    sys::room_for_descriptors().ok(); // a lab without the room says which step failed
    let mut input = BufReader::new(io::stdin());
    let refuse = |refusal: &Refusal| {
        println!("{}", to_line(refusal));
        1
    };
    let setup = match input::read_setup(&mut input) {
        Ok(setup) => setup,
        Err(error) => return refuse(&Refusal::bad_setup(error)),
    };
    match setup.wire {
        WireKind::Loopback => loopback::main(&setup, input),
        WireKind::Held => match build(&setup) {
            Ok(hosts) => split(setup, hosts, input),
            Err(error) => refuse(&Refusal::of(&error)),
        },
        WireKind::Captured => {
            let why = "a capture cannot be played";
            refuse(&Refusal::bad_setup(std::io::Error::other(why)))
        }
    }
}

fn build(setup: &Setup) -> Result<Vec<Host>, SetupError> {
    enter_user_namespace()?;
    let build = |(index, host)| {
        let others = setup.hosts.iter().enumerate();
        let others: Vec<IpAddr> = others
            .filter(|(other, _)| *other != index)
            .flat_map(|(_, other)| other.addresses.iter().copied())
            .collect();
        Host::build(host, &others, (setup.timers, setup.low_ports))
    };
    setup.hosts.iter().enumerate().map(build).collect()
}

fn split(setup: Setup, mut hosts: Vec<Host>, input: Input) -> i32 {
    let forked = sys::pipe().and_then(|pipe| sys::fork().map(|forked| (pipe, forked)));
    match forked {
        Ok(((watched, held), Forked::Child)) => {
            drop(held);
            let code = work(&setup, hosts, input, watched);
            sys::exit_now(code)
        }
        Ok(((watched, held), Forked::Parent { child })) => {
            drop(watched);
            let sweeps: Vec<Netlink> = hosts.drain(..).map(|host| host.sweep).collect();
            let code = wait_for(child);
            for mut sweep in sweeps {
                inspect::destroy_all(&mut sweep).ok();
            }
            drop(held); // the worker's sign that we live: held until here
            code
        }
        Err(cause) => {
            let step = Step::Split;
            println!("{}", to_line(&Refusal::of(&SetupError { step, cause })));
            1
        }
    }
}

/// Waits until the worker is gone. Once nobody gives orders any more, it has [`GRACE`] to go.
fn wait_for(worker: libc::pid_t) -> i32 {
    let stdin = io::stdin().as_raw_fd();
    if let Ok(pidfd) = sys::pidfd(worker) {
        let mut watched = vec![(pidfd.as_raw_fd(), libc::POLLIN), (stdin, 0)];
        let mut timeout = None;
        loop {
            match sys::poll(&watched, timeout) {
                Ok(ready) if ready[0] => break,
                Ok(ready) if ready.get(1) == Some(&true) => {
                    watched.truncate(1);
                    timeout = Some(GRACE);
                }
                Ok(_) if timeout.is_none() => {} // a signal
                Ok(_) | Err(_) => {
                    sys::kill(worker);
                    break;
                }
            }
        }
    }
    let status = sys::wait_for(worker).unwrap_or(-1);
    match (libc::WIFEXITED(status), libc::WIFSIGNALED(status)) {
        (true, _) => libc::WEXITSTATUS(status),
        (_, true) => 128 + libc::WTERMSIG(status),
        (false, false) => 1,
    }
}

/// The worker. Gives its exit code.
fn work(setup: &Setup, hosts: Vec<Host>, input: Input, keeper: OwnedFd) -> i32 {
    sys::rename(c"sockstep-lab");
    let mut wire = match start(setup, hosts, input, &keeper) {
        Ok(wire) => wire,
        Err(error) => {
            println!("{}", to_line(&Refusal::of(&error)));
            return 1;
        }
    };
    let end = wire.run();
    wire.sweep();
    match end {
        Ok(End::Asked | End::Alone) => 0,
        Ok(End::Full) => super::FULL,
        Err(_) => 1,
    }
}

fn start(
    setup: &Setup,
    hosts: Vec<Host>,
    input: Input,
    keeper: &OwnedFd,
) -> Result<Wire<io::Stdout>, SetupError> {
    let at = |step| move |cause| SetupError { step, cause };
    let kernel = kernel_release();
    rights::give_up_most(setup.programs.len()).map_err(at(Step::GiveUpRights))?;
    let at_start = at(Step::StartPrograms);
    let (mail, mails) = bounded(MAILS);
    let wake = sys::eventfd()
        .and_then(|file| sys::move_high(file.into()))
        .map_err(at_start)?;
    let postbox = Postbox::new(mail.clone(), wake.into());
    let epoll = Arc::new(Epoll::new().map_err(at_start)?);
    let header = Header::new(setup, kernel, WireKind::Held);
    let record = Recorder::new(io::stdout(), &header);
    let mut seats = Vec::new();
    for (place, program) in setup.programs.iter().enumerate() {
        let found = hosts.iter().position(|host| host.name == program.host);
        let host = found.expect("read_setup checked that each program's host exists");
        let namespace = &hosts[host].namespace;
        seat::start(place, program, namespace, setup.timers, &postbox, &epoll).map_err(at_start)?;
        seats.push(Seat::new(program.name.clone(), host));
    }
    let orders = postbox.clone();
    let post = move |mail| orders.post(mail);
    input::read_orders(input, rights::give_up_all, post, || {}).map_err(at_start)?;
    let wire = Wire::new(hosts, seats, record, epoll, mails, &postbox, keeper.as_fd());
    drop::<Sender<Mail>>(mail);
    let wire = wire.map_err(at_start)?;
    rights::keep_for_sweeping().map_err(at(Step::GiveUpRights))?;
    Ok(wire)
}

pub(super) fn kernel_release() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.trim().to_owned()
}
