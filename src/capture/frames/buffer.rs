//! As much of a file as one record needs.
//!
//! In: anything that reads. Out: the next bytes, as many as are asked for, in one piece. It grows
//! only as far as bytes really come.

use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;

use super::{Reason, Stop};

/// So much is read at once; also, so often progress is told.
const CHUNK: usize = 256 << 10;

pub struct Buffer<'p, R, P> {
    from: R,
    progress: &'p mut P,
    bytes: Vec<u8>,
    /// What of `bytes` is not consumed.
    begins: usize,
    ends: usize,
    /// Bytes consumed, and read.
    consumed: u64,
    read: u64,
    most: u64,
    is_at_end: bool,
}

impl<'p, R: Read, P: FnMut(u64) -> ControlFlow<()>> Buffer<'p, R, P> {
    pub fn new(from: R, most: u64, progress: &'p mut P) -> Self {
        Self {
            from,
            progress,
            bytes: vec![0; 2 * CHUNK],
            begins: 0,
            ends: 0,
            consumed: 0,
            read: 0,
            most,
            is_at_end: false,
        }
    }

    /// Where in the file the next byte lies.
    pub fn offset(&self) -> u64 {
        self.consumed
    }

    pub fn consume(&mut self, bytes: usize) {
        let bytes = bytes.min(self.ends - self.begins);
        self.begins += bytes;
        self.consumed += bytes as u64;
    }

    /// So many bytes; fewer only where the file ends.
    pub fn peek(&mut self, bytes: usize) -> Result<&[u8], Stop> {
        while self.ends - self.begins < bytes && !self.is_at_end {
            self.fill()?;
        }
        let ends = self.ends.min(self.begins + bytes);
        Ok(&self.bytes[self.begins..ends])
    }

    /// So many bytes, or the file ends too early.
    pub fn whole(&mut self, bytes: usize) -> Result<&[u8], Stop> {
        if self.peek(bytes)?.len() < bytes {
            return Err(Reason::EndsInside.into());
        }
        Ok(&self.bytes[self.begins..self.begins + bytes])
    }

    fn fill(&mut self) -> Result<(), Stop> {
        if self.read >= self.most {
            return Err(Reason::MoreBytes(self.most).into());
        }
        if self.bytes.len() - self.ends < CHUNK {
            self.bytes.copy_within(self.begins..self.ends, 0);
            self.ends -= self.begins;
            self.begins = 0;
        }
        if self.bytes.len() - self.ends < CHUNK {
            self.bytes.resize(self.ends + CHUNK, 0);
        }
        let room = usize::try_from(self.most - self.read).unwrap_or(CHUNK);
        let until = self.ends + CHUNK.min(room);
        let count = loop {
            match self.from.read(&mut self.bytes[self.ends..until]) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Reason::Unreadable(error.to_string()).into()),
            }
        };
        self.ends += count;
        self.read += count as u64;
        self.is_at_end = count == 0;
        match (self.progress)(self.read) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Cancelled),
        }
    }
}
