//! Whether a changed packet's checksums still hold (RFC 1071): a kernel throws it away if not.

/// Of an IP packet with TCP or UDP in it. What is cut short is wrong.
pub fn is_right(packet: &[u8]) -> bool {
    verdict(packet).unwrap_or(false)
}

fn verdict(packet: &[u8]) -> Option<bool> {
    let (header, addresses, protocol) = match packet.first()? >> 4 {
        4 => {
            let header = usize::from(packet[0] & 15) * 4;
            if sum(packet.get(..header)?) != 0xffff {
                return Some(false);
            }
            (header, packet.get(12..20)?, *packet.get(9)?)
        }
        6 => (40, packet.get(8..40)?, *packet.get(6)?),
        _ => return Some(false),
    };
    let body = packet.get(header..)?;
    // UDP over IPv4 may go without one (RFC 768).
    if protocol == 17 && body.get(6..8)? == [0, 0] {
        return Some(true);
    }
    let mut covered = addresses.to_vec();
    covered.extend([0, protocol]);
    covered.extend((body.len() as u16).to_be_bytes());
    covered.extend(body);
    Some(sum(&covered) == 0xffff)
}

fn sum(bytes: &[u8]) -> u32 {
    let words = bytes.chunks(2);
    let mut sum: u32 = words
        .map(|word| u32::from(word[0]) << 8 | word.get(1).map_or(0, |low| u32::from(*low)))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::PacketBuilder;

    #[test]
    fn one_changed_byte_anywhere_is_found_but_for_those_that_no_sum_covers() {
        let mut bytes = Vec::new();
        PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
            .tcp(50070, 8989, 7, 65160)
            .write(&mut bytes, b"hello")
            .expect("a vector takes all");
        assert!(is_right(&bytes));
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] = !changed[place];
            assert!(!is_right(&changed), "byte {place}");
        }
        for cut in 0..bytes.len() {
            assert!(!is_right(&bytes[..cut]), "cut at {cut}");
        }
    }
}
