//! What a lab reads: a setup, then orders, one JSON line each.

use std::io::{self, BufRead as _, BufReader, Read as _};

use super::mail::Mail;
use crate::trace::{MOST_HOSTS, Ordered, Setup};

/// The longest line of input: a setup with 64 programs of 256 KiB each.
const INPUT_BYTES: u64 = 32 << 20;

pub type Input = BufReader<io::Stdin>;

pub fn read_setup(input: &mut Input) -> io::Result<Setup> {
    let mut line = String::new();
    input.take(INPUT_BYTES).read_line(&mut line)?;
    let setup: Setup = serde_json::from_str(&line)?;
    let knows = |name: &str| setup.hosts.iter().any(|host| host.name == name);
    if let Some(program) = setup.programs.iter().find(|p| !knows(&p.host)) {
        let message = format!("program {} has no host {}", program.name, program.host);
        return Err(io::Error::other(message));
    }
    let mut addresses: Vec<_> = setup.hosts.iter().flat_map(|h| &h.addresses).collect();
    addresses.sort_unstable();
    if let Some(twice) = addresses.windows(2).find(|pair| pair[0] == pair[1]) {
        let message = format!("two hosts cannot both be {}", twice[0]);
        return Err(io::Error::other(message));
    }
    if setup.hosts.len() > MOST_HOSTS || setup.programs.len() > MOST_HOSTS {
        let message = format!("more than {MOST_HOSTS} hosts or programs");
        return Err(io::Error::other(message));
    }
    Ok(setup)
}

/// The orders' reader: a thread, because reading standard input waits. The last mail it posts is
/// [`Mail::OrdersEnded`]; what `after` does comes after that.
pub fn read_orders(
    mut input: Input,
    give_up_rights: impl FnOnce() -> io::Result<()> + Send + 'static,
    post: impl Fn(Mail) + Send + 'static,
    after: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let read = move || {
        if give_up_rights().is_ok() {
            read_until_end(&mut input, &post);
        }
        post(Mail::OrdersEnded);
        after();
    };
    let named = std::thread::Builder::new().name("orders".to_owned());
    named.spawn(read).map(drop)
}

fn read_until_end(input: &mut Input, post: impl Fn(Mail)) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.take(INPUT_BYTES).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        post(match serde_json::from_slice::<Ordered>(&line) {
            Ok(ordered) => Mail::Order(ordered),
            Err(error) => Mail::BadOrder(error.to_string()),
        });
    }
}
