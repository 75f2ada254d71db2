//! Ports where nobody listens, for calls whose own port may be somebody else's.
//!
//! A program that connects to a port which no socket of its lab has must hear from the kernel that
//! nobody is there, and must not reach what this machine has on that port. So the call goes to a
//! port that the lab keeps for it: bound, so that nobody else can take it, and not answering.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::{Domain, Socket, Type};

#[derive(Default)]
pub struct Closed {
    kept: BTreeMap<(IpAddr, bool), (Socket, SocketAddr)>,
}

impl Closed {
    /// A port of this loopback address that refuses whatever comes.
    pub fn at(&mut self, ip: IpAddr, is_stream: bool) -> io::Result<SocketAddr> {
        if let Some((_, address)) = self.kept.get(&(ip, is_stream)) {
            return Ok(*address);
        }
        let kind = if is_stream { Type::STREAM } else { Type::DGRAM };
        let any_port = SocketAddr::new(ip, 0);
        let socket = Socket::new(Domain::for_address(any_port), kind, None)?;
        socket.bind(&any_port.into())?;
        let address = socket.local_addr()?.as_socket();
        let address = address.ok_or(io::ErrorKind::InvalidData)?;
        if !is_stream {
            // A datagram socket with a peer, itself, takes nothing from others: the kernel
            // answers them as it does for a port without a socket.
            socket.connect(&address.into())?;
        }
        self.kept.insert((ip, is_stream), (socket, address));
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream, UdpSocket};

    use super::*;

    #[test]
    fn the_kernel_refuses_a_connection_and_a_datagram_to_a_closed_port() {
        let mut closed = Closed::default();
        let ip = Ipv4Addr::LOCALHOST.into();
        let stream = closed.at(ip, true).expect("a port");
        assert_eq!(closed.at(ip, true).expect("the same"), stream);
        let refused = TcpStream::connect(stream).expect_err("nobody listens");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);

        let datagram = closed.at(ip, false).expect("a port");
        let socket = UdpSocket::bind((ip, 0)).expect("a socket");
        socket.connect(datagram).expect("it sends nothing");
        socket.send(b"hi").expect("it leaves");
        let refused = socket.send(b"hi").expect_err("ICMP has said so");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}
