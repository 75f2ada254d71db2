//! Real kernels: everything here plays programs on the held wire.

mod chance;
mod conditions;
mod drafts;
mod driving;
mod facts;
mod faults;
mod learner;
mod leaving;
mod ledger;
mod many;
mod options;
pub mod play;
mod puzzles;
mod reload;
mod replay;
mod select;
mod shelf;
mod udp;
mod waiting;

pub use play::{Play, is_wire_there};
