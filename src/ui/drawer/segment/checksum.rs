//! Whether a packet's checksums fit its bytes, counted here (RFC 1071). Pure.

use std::net::IpAddr;

use crate::packet::Packet;

/// The sum that must be in the header, of a field at this place that was left out.
fn sum(parts: &[&[u8]], skip: (usize, usize)) -> u16 {
    let mut sum = 0_u32;
    for (index, part) in parts.iter().enumerate() {
        for (pair, bytes) in part.chunks(2).enumerate() {
            if (index, pair * 2) == skip {
                continue;
            }
            let low = bytes.get(1).copied().unwrap_or_default();
            sum += u32::from(u16::from_be_bytes([bytes[0], low]));
            // An end-around carry for each: a packet is at most 64 K long.
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
    }
    !(sum as u16)
}

/// What an IPv4 header's checksum must be (RFC 791 section 3.1).
pub fn ipv4(packet: &Packet) -> u16 {
    let header = packet.bytes.get(packet.ip_header.clone());
    sum(&[header.unwrap_or_default()], (0, 10))
}

/// What the checksum at this offset of the transport header must be: over the header, the data
/// and, where there is one, the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1).
pub fn transport(packet: &Packet, protocol: u8, offset: usize) -> u16 {
    let body = body(packet);
    sum(&[&pseudo(packet, body, protocol), body], (1, offset))
}

/// What Linux leaves in the field for a network card that counts the rest: the sum over the
/// pseudo header alone. On loopback no card ever does.
pub fn left_to_card(packet: &Packet, protocol: u8) -> u16 {
    let nothing = (usize::MAX, 0);
    !sum(&[&pseudo(packet, body(packet), protocol)], nothing)
}

fn body(packet: &Packet) -> &[u8] {
    let range = packet.transport_header.start..packet.payload.end;
    packet.bytes.get(range).unwrap_or_default()
}

fn pseudo(packet: &Packet, body: &[u8], protocol: u8) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    let mut pseudo = Vec::new();
    match (packet.source, packet.destination) {
        // ICMP for IPv4 has none (RFC 792).
        _ if protocol == 1 => {}
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            pseudo.extend(source.octets());
            pseudo.extend(destination.octets());
            pseudo.extend([0, protocol, length[2], length[3]]);
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            pseudo.extend(source.octets());
            pseudo.extend(destination.octets());
            pseudo.extend(length);
            pseudo.extend([0, 0, 0, protocol]);
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => {}
    }
    pseudo
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::parse;

    #[test]
    fn what_is_left_to_the_network_card_is_known_by_its_sum() {
        let mut bytes = Vec::new();
        etherparse::PacketBuilder::ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
            .tcp(50_070, 8_989, 1, 65_535)
            .syn()
            .write(&mut bytes, b"")
            .expect("a vector takes all");
        let packet = parse(&bytes).expect("a sound packet");
        // As tcpdump shows it on loopback, with 20 bytes of options less.
        assert_eq!(left_to_card(&packet, 6), 0xFE1C);
        assert_ne!(left_to_card(&packet, 6), transport(&packet, 6, 16));
    }
}
