//! The map of the crate.
//!
//! A run becomes a trace; a trace becomes a state; a state becomes a picture. Never the other way.
//!
//! ```text
//! programs, wire, kernels ─► Event ─► Trace ─► State ─► picture, text, checks
//!               lab ◄─ Order ◄─ Command ◄─ clicks, keys, command line
//! ```
//!
//! In reading order:
//!
//! 1. [`packet`]: bytes ⇄ IPv4, IPv6, TCP, UDP, ICMP.
//! 2. [`trace`]: [`trace::Event`], [`trace::Order`], [`trace::Moment`]; JSON Lines in and out.
//! 3. [`model`]: [`model::State`], a pure fold over events.
//! 4. [`timeline`]: a trace and where we look.
//! 5. [`python`]: one embedded interpreter per program, held at each socket call.
//! 6. [`lab`]: the process with the kernels, the wire and the programs; and the handle on it.
//! 7. [`director`]: what `Next` means; rules and scripts.
//! 8. [`lesson`]: markdown → lesson; triggers.
//! 9. [`replay`]: the recorded orders by their meaning, given again to a fresh lab.
//! 10. [`ladder`]: what stands where on a ladder, whoever draws it.
//! 11. [`capture`]: pcap and pcapng files made elsewhere, told as a trace.
//! 12. [`export`]: a run for others: captures, reports, scripts.
//! 13. [`disk`]: a learner's files, read and written on a thread of their own.
//! 14. [`session`]: one learner, one run.
//! 15. [`ui`], [`app`]: the window. [`cli`]: the terminal. [`words`]: what both say.
//!
//! Absent on purpose: an async runtime (threads and channels are what we teach), a packet
//! simulator (the kernel is the only authority), and any second road from a run to a picture.

#[macro_use]
extern crate rust_i18n;

i18n!("assets/locales", fallback = "en");

pub mod app;
pub mod capture;
pub mod cli;
pub mod director;
pub mod disk;
pub mod export;
pub mod lab;
pub mod ladder;
pub mod lesson;
pub mod model;
pub mod packet;
pub mod python;
pub mod replay;
pub mod session;
pub mod timeline;
pub mod trace;
pub mod ui;
pub mod words;
