//! The mode without a held wire: the same programs on this machine's own loopback.
//!
//! In: a setup and orders. Out: the events of a lab, whose header says which address stands for
//! which. Calls and states are the kernel's own, as on the held wire. Segments are not seen: `infer`
//! works out from what changed which must have crossed, and they are recorded as inferred. Nothing
//! can be held, and an order about a segment is refused.
//!
//! `round` is the loop, `gate` a program's side of it, `place` decides what an address stands for,
//! `kernel` asks for the states of this lab's sockets and no others.

mod closed;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod gate;
mod hear;
mod infer;
mod kernel;
mod place;
mod round;
mod system;

use std::io;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

use self::gate::Heard;
use self::kernel::Kernel;
use self::place::Places;
use self::round::{Ended, Round};
use super::Refusal;
use super::input::{self, Input};
use super::record::Recorder;
use super::seats::Seat;
use crate::trace::{Header, Setup, WireKind, to_line};

/// How many reports and orders may wait for the loop.
const MAILS: usize = 1024;
/// How long the loop may take to end once nobody gives orders any more.
const GRACE: Duration = Duration::from_millis(1000);

/// Where no kernel has what the held wire needs, every lab runs in this mode.
#[cfg(not(target_os = "linux"))]
pub fn main_elsewhere() -> i32 {
    let mut input = Input::new(io::stdin());
    match input::read_setup(&mut input) {
        Ok(setup) => main(&setup, input),
        Err(error) => {
            println!("{}", to_line(&Refusal::bad_setup(error)));
            1
        }
    }
}

/// Plays until the orders end. The process ends with this: its threads may be in the middle of
/// anything, and whatever sockets they have are closed by the kernel.
pub fn main(setup: &Setup, input: Input) -> i32 {
    let code = match start(setup, input) {
        Ok(mut round) => match round.run() {
            Ok(Ended::Asked) => 0,
            Ok(Ended::Full) => super::FULL,
            Err(_) => 1,
        },
        Err(error) => {
            println!("{}", to_line(&Refusal::no_loopback(&error)));
            1
        }
    };
    exit_now(code)
}

fn start(setup: &Setup, input: Input) -> io::Result<Round<io::Stdout>> {
    let mut header = Header::new(setup, kernel::release(), WireKind::Loopback);
    let kernel = Kernel::open()?;
    give_up_rights()?;
    let places = Places::new(&setup.hosts);
    header.mapping = places.mapping();
    let (post, mail) = bounded(MAILS);
    let record = Recorder::new(io::stdout(), &header);
    let mut seats = Vec::new();
    for (place, program) in setup.programs.iter().enumerate() {
        let hosts = setup.hosts.iter();
        let host = hosts
            .map(|host| &host.name)
            .position(|h| *h == program.host);
        let host = host.expect("read_setup checked that each program's host exists");
        gate::start(place, program, &post)?;
        seats.push(Seat::new(program.name.clone(), host));
    }
    read_orders(input, post)?;
    let hosts = setup.hosts.iter().map(|host| host.name.clone());
    Ok(Round::new(
        hosts.collect(),
        seats,
        record,
        mail,
        kernel,
        places,
    ))
}

fn read_orders(input: Input, post: Sender<Heard>) -> io::Result<()> {
    let post = move |mail| {
        post.send(Heard::Mail(mail)).ok(); // the loop is gone: the process is ending
    };
    // A loop that writes to nobody, or that waits for anything else, ends all the same.
    let end = || {
        crossbeam_channel::never::<()>().recv_timeout(GRACE).ok();
        exit_now(1)
    };
    input::read_orders(input, || Ok(()), post, end)
}

#[cfg(target_os = "linux")]
fn give_up_rights() -> io::Result<()> {
    super::rights::give_up_all_for_good()
}

/// There, walls behind the interpreter's own are missing.
#[cfg(not(target_os = "linux"))]
fn give_up_rights() -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn exit_now(code: i32) -> ! {
    super::sys::exit_now(code)
}

#[cfg(not(target_os = "linux"))]
fn exit_now(code: i32) -> ! {
    std::process::exit(code)
}
