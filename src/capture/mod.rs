//! Captures made elsewhere: pcap and pcapng files, read within bounds and told as a trace.
