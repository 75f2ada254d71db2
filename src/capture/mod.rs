//! Captures made elsewhere: pcap and pcapng files, read within bounds and told as a trace.
//!
//! In: the bytes of a file. Out: a [`Capture`]: every packet with its time and its bytes, the
//! conversations they belong to, and what can be inferred from what passed. A capture says what
//! passed the place where it was taken, not what arrived: states and remarks are inferred, and
//! whoever shows them says so. Reading takes at most 24 times the file's size and 16 MB of
//! memory, and usually no more than the file's size: the worst is a file of empty packets between
//! ever new ports. Left to others: opening files, threads, words.

mod conversation;
mod frames;
mod index;
mod link;
mod roles;
mod row;
mod state;
mod store;
mod tell;
mod twin;
mod way;

use std::io::Read;
use std::ops::ControlFlow;

pub use conversation::{Conversation, Opener, Protocol, Side};
pub use frames::{CutShort, Limits, Problem, Reason};
pub use link::{Other, Passing};
pub use row::{Content, Remark, Remarks, Row, TcpNumbers};
pub use state::TcpState;
pub use tell::Which;

use std::collections::BTreeMap;

use index::{Entry, Index, NONE};
use store::Store;

use crate::trace::{SegmentId, Trace};

/// A capture that was read. Nothing changes it any more.
#[derive(Debug)]
pub struct Capture {
    store: Store,
    entries: Vec<Entry>,
    conversations: Vec<Conversation>,
    /// The packets of each conversation, one conversation after the other.
    of_conversations: Vec<u32>,
    interfaces: Vec<Interface>,
    /// By packet, in order.
    comments: Vec<(u32, Box<str>)>,
    /// Packets that were captured twice, each with the first of its kind, in order.
    twins: Vec<(u32, u32)>,
    others: BTreeMap<Other, usize>,
    started_ns: Option<i64>,
    cut_short: Option<CutShort>,
}

/// Where packets were captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// `eth0`, as far as the file names it.
    pub name: Option<String>,
    /// The number of its link type, as tcpdump.org lists them.
    pub link: u32,
}

impl Capture {
    /// Reads a pcap or a pcapng file. `progress` is told how many bytes were read and may break
    /// off. What is sound before the first broken place is kept; [`Capture::cut_short`] says so.
    pub fn read(
        from: impl Read,
        limits: &Limits,
        progress: &mut impl FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Self, Problem> {
        let mut index = Index::default();
        let cut_short = frames::read(from, limits, progress, &mut index)?;
        Ok(index.finish(cut_short))
    }

    /// How many packets there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One packet. Panics where there is none, as a slice does.
    pub fn row(&self, packet: usize) -> Row {
        row::row(self, packet)
    }

    /// Its bytes from the IP header on; the whole frame, where there is no IP header.
    pub fn bytes(&self, packet: usize) -> &[u8] {
        let entry = &self.entries[packet];
        self.store.get(entry.place, entry.kept)
    }

    /// When it was captured, in nanoseconds since the first packet; before it, where clocks go
    /// backwards.
    pub fn at_ns(&self, packet: usize) -> i64 {
        self.entries[packet].at_ns
    }

    /// What the file itself says of a packet, in its order.
    pub fn comments(&self, packet: usize) -> impl Iterator<Item = &str> {
        let first = self
            .comments
            .partition_point(|(at, _)| (*at as usize) < packet);
        let rest = self.comments[first..].iter();
        rest.take_while(move |(at, _)| *at as usize == packet)
            .map(|(_, text)| &**text)
    }

    /// The packet that this one was captured a second time of, on another interface or on its way
    /// in after its way out.
    pub fn twin_of(&self, packet: usize) -> Option<usize> {
        let packet = u32::try_from(packet).ok()?;
        let found = self.twins.binary_search_by_key(&packet, |(twin, _)| *twin);
        found.ok().map(|at| self.twins[at].1 as usize)
    }

    /// How many packets were captured a second time.
    pub fn twins(&self) -> usize {
        self.twins.len()
    }

    /// In the order of their first packets.
    pub fn conversations(&self) -> &[Conversation] {
        &self.conversations
    }

    /// The packets of one conversation, oldest first.
    pub fn packets_of(&self, conversation: usize) -> &[u32] {
        let conversation = &self.conversations[conversation];
        &self.of_conversations[conversation.from..conversation.from + conversation.packets]
    }

    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// How many packets are not IP, by what they are.
    pub fn others(&self) -> &BTreeMap<Other, usize> {
        &self.others
    }

    /// When the first packet was captured, in nanoseconds since 1970 (UTC), if the file says so.
    pub fn started_ns(&self) -> Option<i64> {
        self.started_ns
    }

    /// What was wrong with the file; the packets before it are here.
    pub fn cut_short(&self) -> Option<&CutShort> {
        self.cut_short.as_ref()
    }

    /// The capture, or one conversation of it, as a run: at most so many of its packets, oldest
    /// first; also, how many are left out. What is not IP is not told; a packet that was captured
    /// a second time is told once.
    pub fn trace(&self, which: Which, most: usize) -> (Trace, Option<usize>) {
        tell::trace(self, which, most)
    }

    /// The packet that a segment of [`Capture::trace`] is. Its id is the packet's number, counted
    /// from 1 as other programs count.
    pub fn packet_of(&self, segment: SegmentId) -> Option<usize> {
        let packet = usize::try_from(segment.0.checked_sub(1)?).ok()?;
        (packet < self.len()).then_some(packet)
    }

    /// What the index takes of memory beside the packets' bytes.
    pub fn index_bytes(&self) -> usize {
        let comments: usize = self.comments.iter().map(|(_, text)| text.len() + 24).sum();
        self.entries.capacity() * size_of::<Entry>()
            + self.conversations.capacity() * size_of::<Conversation>()
            + self.of_conversations.capacity() * size_of::<u32>()
            + self.twins.capacity() * size_of::<(u32, u32)>()
            + comments
    }

    fn conversation_of(&self, entry: &Entry) -> Option<&Conversation> {
        (entry.conversation != NONE).then(|| &self.conversations[entry.conversation as usize])
    }
}
