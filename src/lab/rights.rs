//! What the lab gives up once its hosts stand: lessons are untrusted.
//!
//! The worker: every file (Landlock), new privileges, all rights but the two it needs, and memory
//! beyond a bound. Each program's thread: the rest.

use std::io;

use caps::{CapSet, Capability, CapsHashSet};
use landlock::{Access as _, AccessFs, Ruleset, RulesetAttr as _, RulesetError};

use super::sys;

/// Enough for 64 interpreters and 10 MB transfers; a program that eats memory ends the lab here
/// and not the machine.
const MEMORY_BYTES: u64 = 2 << 30;

/// Before the first thread of the worker, which all later ones inherit from.
pub fn give_up_most() -> io::Result<()> {
    sys::no_new_privileges()?;
    sys::bound_memory(MEMORY_BYTES)?;
    // Kernels before 5.13 lack Landlock; programs have no way to a file in any case.
    close_files().ok();
    // To enter a host's namespace, and to destroy sockets when the lab ends.
    keep(&[Capability::CAP_SYS_ADMIN, Capability::CAP_NET_ADMIN])
}

/// Once every program sits: what remains is for destroying sockets.
pub fn keep_for_sweeping() -> io::Result<()> {
    keep(&[Capability::CAP_NET_ADMIN])
}

/// In a program's own thread.
pub fn give_up_all() -> io::Result<()> {
    keep(&[])
}

fn keep(wanted: &[Capability]) -> io::Result<()> {
    let wanted: CapsHashSet = wanted.iter().copied().collect();
    for set in [CapSet::Effective, CapSet::Permitted] {
        let have = caps::read(None, set).map_err(io::Error::other)?;
        let kept: CapsHashSet = have.intersection(&wanted).copied().collect();
        caps::set(None, set, &kept).map_err(io::Error::other)?;
    }
    Ok(())
}

/// No file can be opened from here on.
fn close_files() -> Result<(), RulesetError> {
    let all = AccessFs::from_all(landlock::ABI::V1);
    let ruleset = Ruleset::default().handle_access(all)?.create()?;
    ruleset.restrict_self().map(drop)
}
