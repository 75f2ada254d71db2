//! Bytes to packets: IPv4, IPv6, TCP, UDP, ICMP, through etherparse. Pure.
