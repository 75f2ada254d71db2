//! What the loop makes of addresses, refusals and datagrams: answers, notes and inferred segments.

use std::io;
use std::net::SocketAddr;

use super::gate::Heard;
use super::infer::Crossed;
use super::place::{Answer, Port, Purpose};
use super::round::Round;
use super::system;
use crate::lab::mail::Report;
use crate::packet::Kind;
use crate::trace::{SegmentId, What};

impl<W: io::Write> Round<W> {
    pub(super) fn hear_of(&mut self, heard: Heard) {
        match heard {
            Heard::Asks {
                place,
                key,
                is_stream,
                purpose,
                address,
                answer,
            } => {
                if purpose == Purpose::Reach {
                    let host = self.host_of(place, is_stream, address);
                    self.places.aim(key, host);
                }
                let said = self.stands_for(place, is_stream, purpose, address);
                answer.send(said).ok(); // the program has gone meanwhile
            }
            Heard::Named {
                place,
                key,
                is_stream,
                local,
                remote,
                is_listening,
            } => {
                let host = self.seats[place].host;
                let before = self.places.ports().get(&key);
                let is_listening = is_listening || before.is_some_and(|port| port.is_listening);
                let port = Port {
                    host,
                    is_stream,
                    local,
                    remote,
                    is_listening,
                };
                self.places.name(key, port);
            }
            Heard::Refused { place, address } => {
                let from = self.seats[place].host;
                let to = self.host_of(place, true, address);
                self.inferred(segment(from, to, Kind::Syn));
                self.inferred(segment(to, from, Kind::Rst));
            }
            Heard::Datagram {
                place,
                address,
                length,
            } => {
                let from = self.seats[place].host;
                let to = self.host_of(place, false, address);
                let length = u32::try_from(length).unwrap_or(u32::MAX);
                self.inferred(Crossed {
                    length,
                    ..segment(from, to, Kind::Datagram)
                });
            }
            Heard::NotBound {
                place,
                address,
                why,
            } => self.explain_not_bound(place, address, why),
            // The loop itself takes these.
            Heard::Mail(_) | Heard::Waits { .. } | Heard::Ready { .. } => {}
        }
    }

    /// Datagrams on a connected socket, whose address was named long ago, and what came of them.
    /// Streams too, where the kernel does not count their bytes.
    pub(super) fn hear_of_transfers(&mut self, place: usize, report: &Report) {
        let Report::Left { ticket, outcome } = report else {
            return;
        };
        let Some((name, Some(fd))) = self.seats[place].call_of(*ticket) else {
            return;
        };
        let mut descriptors = self.seats[place].descriptors.values();
        let key = descriptors.find(|d| d.fd == fd).map(|d| d.key);
        let port = key.and_then(|key| Some((key, *self.places.ports().get(&key)?)));
        let Some((key, port)) = port else {
            return;
        };
        let (Some(remote), false) = (port.remote, port.is_stream && cfg!(target_os = "linux"))
        else {
            return;
        };
        let from = port.host;
        let to = self.places.host_at(port.is_stream, remote);
        let to = to.or(self.places.aim_of(key)).unwrap_or(from);
        let kind = if port.is_stream {
            Kind::Data
        } else {
            Kind::Datagram
        };
        match (&outcome.result, &outcome.bytes) {
            (Ok(_), Some(bytes)) if matches!(name, "send" | "sendall") => {
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                self.inferred(Crossed {
                    length,
                    ..segment(from, to, kind)
                });
            }
            (Err(failure), _)
                if failure.exception == "ConnectionRefusedError" && !port.is_stream =>
            {
                self.inferred(segment(to, from, Kind::Icmp));
            }
            (Ok(_) | Err(_), _) => {}
        }
    }

    fn host_of(&self, place: usize, is_stream: bool, address: SocketAddr) -> usize {
        let own = self.seats[place].host;
        match self.places.find(own, is_stream, Purpose::Reach, address) {
            Answer::Nobody { host, .. } => host,
            Answer::Use(here) => self.places.host_at(is_stream, here).unwrap_or(own),
            Answer::NoAddress | Answer::NoHost => own,
        }
    }

    pub(super) fn inferred(&mut self, crossed: Crossed) {
        self.record.event(What::Inferred {
            segment: SegmentId(self.next_segment),
            from: self.hosts[crossed.from].clone(),
            to: self.hosts[crossed.to].clone(),
            kind: crossed.kind,
            length: crossed.length,
        });
        self.next_segment += 1;
    }

    fn stands_for(
        &mut self,
        place: usize,
        is_stream: bool,
        purpose: Purpose,
        address: SocketAddr,
    ) -> io::Result<SocketAddr> {
        let host = self.seats[place].host;
        let found = self.places.find(host, is_stream, purpose, address);
        let name = self.seats[place].name.clone();
        let is_new = self.places.tell(address);
        let mut tell = |text: String| {
            if is_new {
                self.record.note(text);
            }
        };
        match found {
            Answer::Use(here) => {
                if here != address {
                    tell(format!("{address} is {here} here"));
                }
                Ok(here)
            }
            Answer::Nobody { host, ip } => {
                let closed = self.closed.at(ip, is_stream);
                if let Ok(closed) = &closed {
                    tell(format!(
                        "no socket of {} has {address}: {name} is led to {closed}, where nobody \
                         answers, because port {} of this machine may be another program's",
                        self.hosts[host],
                        address.port()
                    ));
                }
                closed
            }
            Answer::NoAddress => {
                tell(format!(
                    "Sockstep and not the kernel refuses {address}: no host of this lab has it, \
                     and programs get no address of this machine but loopback"
                ));
                Err(system::no_address())
            }
            Answer::NoHost => {
                tell(format!(
                    "Sockstep and not the kernel refuses {address}: no host of this lab has it, \
                     and nothing may leave this machine"
                ));
                Err(system::no_route())
            }
        }
    }

    fn explain_not_bound(&mut self, place: usize, address: SocketAddr, why: io::ErrorKind) {
        let name = &self.seats[place].name;
        match why {
            io::ErrorKind::AddrInUse => self.record.note(format!(
                "{name}: in loopback mode all hosts, and all of this machine, share one set of \
                 ports; port {} is taken, perhaps by a connection of an earlier run that is still \
                 in TIME_WAIT",
                address.port()
            )),
            io::ErrorKind::PermissionDenied => self.record.note(format!(
                "{name}: in loopback mode the ports are this machine's own, and it gives port {} \
                 to no ordinary user",
                address.port()
            )),
            _ => {}
        }
    }
}

fn segment(from: usize, to: usize, kind: Kind) -> Crossed {
    Crossed {
        from,
        to,
        kind,
        length: 0,
    }
}
