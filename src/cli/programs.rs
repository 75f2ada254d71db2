//! What a run is made of: a lesson's hosts and programs, or those of the command line.
//!
//! In: paths and addresses. Out: a [`Setup`] whose hosts can reach each other over the wire, or
//! what is wrong.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{files, literals};
use crate::director::Script;
use crate::lesson::{self, Language};
use crate::trace::{HostSetup, Name, ProgramSetup, Setup, Timers, WireKind, crossable};

const USUAL_SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
/// The next client has the next address.
const FIRST_CLIENT: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 11);

/// As the command line gives them.
pub struct Addresses {
    pub server: Option<IpAddr>,
    pub clients: Vec<IpAddr>,
}

/// Hosts and programs, and what was decided for the learner, in one sentence.
pub struct Prepared {
    pub setup: Setup,
    pub remark: Option<String>,
    /// The lesson's own.
    pub script: Option<Arc<Script>>,
}

pub fn of_lesson(path: &Path, language: Language) -> Result<Prepared, String> {
    if path.extension().is_some_and(|extension| extension == "py") {
        return Err("one program has nobody to talk to: name a server and a client".to_owned());
    }
    let lesson = lesson::load(path, language).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })?;
    let mut addresses = lesson.hosts.iter().flat_map(|host| &host.addresses);
    addresses.try_for_each(|address| crossable(*address))?;
    let setup = Setup {
        hosts: lesson.hosts,
        programs: lesson.programs,
        timers: lesson.timers,
        wire: WireKind::Held,
        low_ports: lesson.low_ports,
        lesson: Some(lesson.id),
        attempt: None,
    };
    Ok(Prepared {
        setup,
        remark: None,
        script: lesson.script,
    })
}

pub fn of_files(
    server: &Path,
    clients: &[PathBuf],
    addresses: &Addresses,
) -> Result<Prepared, String> {
    let mut programs = vec![program("server", server)?];
    let names: Vec<Name> = (1..=clients.len()).map(|n| format!("client{n}")).collect();
    for (name, file) in names.iter().zip(clients) {
        programs.push(program(name, file)?);
    }
    let (server_ip, remark) = match addresses.server {
        Some(address) => (address, None),
        None => server_address(&programs[1..]),
    };
    let mut hosts = vec![host("server", server_ip)];
    let mut given = addresses.clients.iter().copied();
    for (index, name) in names.iter().enumerate() {
        let usual = FIRST_CLIENT.to_bits() + index as u32;
        let address = given.next().unwrap_or(Ipv4Addr::from_bits(usual).into());
        hosts.push(host(name, address));
    }
    let mut all: Vec<IpAddr> = hosts.iter().flat_map(|h| h.addresses.clone()).collect();
    all.sort_unstable();
    if let Some(twice) = all.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("two hosts cannot both be {}", twice[0]));
    }
    let timers = Timers::default();
    let setup = Setup {
        hosts,
        programs,
        timers,
        wire: WireKind::Held,
        ..Setup::default()
    };
    Ok(Prepared {
        setup,
        remark,
        script: None,
    })
}

/// Where the clients look for the server.
fn server_address(clients: &[ProgramSetup]) -> (IpAddr, Option<String>) {
    let name = |host| move |client: &&ProgramSetup| literals::names(&client.source, host);
    let usual = USUAL_SERVER.to_string();
    let names_usual = clients.iter().any(|client| name(&usual)(&client));
    let mut local = clients
        .iter()
        .filter(|client| name("127.0.0.1")(client) || name("localhost")(client));
    match local.next() {
        Some(client) if !names_usual => {
            let local = Ipv4Addr::LOCALHOST;
            let remark = format!(
                "the server is {local}, because {} names it; --server-ip changes that",
                client.file
            );
            (local.into(), Some(remark))
        }
        Some(_) | None => (USUAL_SERVER.into(), None),
    }
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
        source: files::program(file)?,
    })
}

/// An address of the command line.
pub fn address(word: &str) -> Result<IpAddr, String> {
    let address: IpAddr = word
        .parse()
        .map_err(|_| format!("'{word}' is not an IPv4 or IPv6 address"))?;
    crossable(address).map(|()| address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_one_host_is_told_from_the_others() {
        for good in ["10.0.0.2", "127.0.0.1", "fd00::2", "192.168.131.62"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "::1",
            "::",
            "0.0.0.0",
            "0.0.0.7",
            "::ffff:10.0.0.2",
            "239.1.2.3",
            "ten",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_server_is_where_the_clients_look_for_it() {
        let client = |source: &str| ProgramSetup {
            name: "client1".to_owned(),
            host: "client1".to_owned(),
            file: "c.py".to_owned(),
            source: source.to_owned(),
        };
        for (sources, expected) in [
            (&["x = 1"][..], "10.0.0.2"),
            (&["x = '127.0.0.1'"], "127.0.0.1"),
            (&["x = 'localhost'"], "127.0.0.1"),
            (&["x = '127.0.0.1'", "x = '10.0.0.2'"], "10.0.0.2"),
            (&["x = '10.0.0.2' # not '127.0.0.1'"], "10.0.0.2"),
        ] {
            let clients: Vec<ProgramSetup> = sources.iter().map(|s| client(s)).collect();
            let (address, remark) = server_address(&clients);
            assert_eq!(address.to_string(), expected, "{sources:?}");
            assert_eq!(remark.is_some(), expected == "127.0.0.1", "{sources:?}");
        }
    }
}
