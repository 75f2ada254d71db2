//! What the lab gives up once its hosts stand: lessons are untrusted.
//!
//! The worker: every file (Landlock), new privileges, all rights but the two it needs, and memory
//! beyond a bound. Each program's thread: the rest, and the system calls that no program has a
//! use for (seccomp). A program has no way to make any of them; these are the walls behind that.

use std::collections::BTreeMap;
use std::io;

use caps::{CapSet, Capability, CapsHashSet};
use landlock::{Access as _, AccessFs, Ruleset, RulesetAttr as _, RulesetError};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use super::sys;

/// Enough for interpreters, 64 threads' stacks and 10 MB transfers; a program that eats memory ends
/// the lab here and not the machine.
const MEMORY_BYTES: u64 = 2 << 30;
/// A program's main thread has a stack of this size, most of which it never touches.
const MORE_FOR_EACH: u64 = 16 << 20;

/// Before the first thread of the worker, which all later ones inherit from.
pub fn give_up_most(programs: usize) -> io::Result<()> {
    sys::no_new_privileges()?;
    sys::bound_memory(MEMORY_BYTES + programs as u64 * MORE_FOR_EACH)?;
    // Kernels before 5.13 lack Landlock; programs have no way to a file in any case.
    close_files().ok();
    // To enter a host's namespace, and to destroy sockets when the lab ends.
    keep(&[Capability::CAP_SYS_ADMIN, Capability::CAP_NET_ADMIN])
}

/// The same without a namespace: then no right is needed at all.
pub fn give_up_all_for_good() -> io::Result<()> {
    sys::no_new_privileges()?;
    sys::bound_memory(MEMORY_BYTES)?;
    close_files().ok(); // as above
    give_up_all()
}

/// Once every program sits: what remains is for destroying sockets.
pub fn keep_for_sweeping() -> io::Result<()> {
    keep(&[Capability::CAP_NET_ADMIN])
}

/// In a thread that needs nothing any more.
pub fn give_up_all() -> io::Result<()> {
    keep(&[])
}

/// In a program's own thread; the threads it starts inherit it.
pub fn confine_program() -> io::Result<()> {
    give_up_all()?;
    // A kernel without seccomp still has the other walls.
    forbid_calls().ok();
    Ok(())
}

/// Processes, other processes' memory, namespaces, the kernel itself, and every socket that is not
/// IP: EPERM.
const FORBIDDEN: [libc::c_long; 31] = [
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_open_by_handle_at,
    libc::SYS_setrlimit,
    libc::SYS_prlimit64,
];

fn forbid_calls() -> Result<(), Box<dyn std::error::Error>> {
    let is_family_not = |family: i32| {
        let (first, size) = (0, SeccompCmpArgLen::Dword);
        SeccompCondition::new(first, size, SeccompCmpOp::Ne, family as u64)
    };
    let not_ip = SeccompRule::new(vec![
        is_family_not(libc::AF_INET)?,
        is_family_not(libc::AF_INET6)?,
    ])?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        FORBIDDEN.iter().map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_socket, vec![not_ip]);
    let filter: BpfProgram = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM as u32),
        std::env::consts::ARCH.try_into()?,
    )?
    .try_into()?;
    seccompiler::apply_filter(&filter)?;
    Ok(())
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
