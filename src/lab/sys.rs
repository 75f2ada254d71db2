//! The only unsafe code: system calls that no safe library of ours covers.
//!
//! Each function is one call with safe types around it. What a failed step means to a learner is
//! `host`'s and `doctor`'s business; here an error is an [`io::Error`].
#![allow(unsafe_code)]

mod queues;

pub use queues::queues;

use std::fs::File;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

/// Descriptors from here on belong to the lab; a program's own start at 3.
pub const LAB_FDS: RawFd = 900;

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

fn owned(result: libc::c_int) -> io::Result<OwnedFd> {
    let fd = check(result)?;
    // SAFETY: the kernel has just made this descriptor for us, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Effective user and group.
pub fn user_and_group() -> (u32, u32) {
    // SAFETY: these calls take nothing and cannot fail.
    unsafe { (libc::geteuid(), libc::getegid()) }
}

/// A new user namespace for this process. EINVAL once a second thread exists (user_namespaces(7)).
pub fn unshare_user() -> io::Result<()> {
    // SAFETY: changes only what namespaces this process is in.
    check(unsafe { libc::unshare(libc::CLONE_NEWUSER) }).map(drop)
}

/// A new network namespace for this thread.
pub fn unshare_net() -> io::Result<()> {
    // SAFETY: changes only what namespaces this thread is in.
    check(unsafe { libc::unshare(libc::CLONE_NEWNET) }).map(drop)
}

/// Takes this thread into a network namespace. Needs `CAP_SYS_ADMIN` there.
pub fn enter_net(namespace: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: the descriptor is borrowed, so it is open; only this thread moves.
    check(unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) }).map(drop)
}

/// Gives this thread a descriptor table of its own, in which only 0 to 2 and the lab's own from
/// [`LAB_FDS`] on are open: its program's first socket is descriptor 3, as in a process.
pub fn own_descriptors(keep: &[RawFd]) -> io::Result<()> {
    // SAFETY: the table is copied; other threads keep theirs.
    check(unsafe { libc::unshare(libc::CLONE_FILES) })?;
    let mut first = 3;
    let mut sorted = keep.to_vec();
    sorted.sort_unstable();
    for fd in sorted.into_iter().chain([RawFd::MAX]) {
        if first < fd {
            // SAFETY: this table is ours alone since the call above, and no object of this
            // thread owns a descriptor in the closed ranges.
            let closed = unsafe {
                libc::syscall(
                    libc::SYS_close_range,
                    first as libc::c_uint,
                    (fd - 1) as libc::c_uint,
                    0,
                )
            };
            check(closed as libc::c_int)?;
        }
        first = fd.saturating_add(1);
    }
    Ok(())
}

/// The same open file under a number of at least [`LAB_FDS`].
pub fn move_high(fd: OwnedFd) -> io::Result<OwnedFd> {
    // SAFETY: F_DUPFD_CLOEXEC makes a new descriptor and leaves the old one alone.
    owned(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, LAB_FDS) })
}

pub enum Forked {
    Parent { child: libc::pid_t },
    Child,
}

/// Splits the process. Only while it has one thread.
pub fn fork() -> io::Result<Forked> {
    // SAFETY: the caller has one thread, so the child's copy of memory is consistent.
    match check(unsafe { libc::fork() })? {
        0 => Ok(Forked::Child),
        child => Ok(Forked::Parent { child }),
    }
}

/// A descriptor that becomes readable when the process ends (Linux 5.3).
pub fn pidfd(pid: libc::pid_t) -> io::Result<OwnedFd> {
    // SAFETY: takes two numbers, gives a new descriptor.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as libc::c_int)
}

pub fn kill(pid: libc::pid_t) {
    // SAFETY: the pid is of our own child that has not been waited for, so it cannot be reused.
    unsafe { libc::kill(pid, libc::SIGKILL) };
}

/// Waits for a child. Gives what `wait` status it ended with.
pub fn wait_for(pid: libc::pid_t) -> io::Result<libc::c_int> {
    let mut status = 0;
    loop {
        // SAFETY: `status` lives across the call.
        match check(unsafe { libc::waitpid(pid, &mut status, 0) }) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => return Ok(status),
        }
    }
}

/// Ends the process at once: other threads may be in the middle of anything.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: never returns; the kernel frees everything.
    unsafe { libc::_exit(code) }
}

/// How long this process has computed, on all its threads together.
pub fn computed() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the kernel writes one `timespec`, which lives across the call.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The process's name in `ps`, at most 15 bytes.
pub fn rename(name: &std::ffi::CStr) {
    // SAFETY: the kernel copies up to 16 bytes of a string that ends in zero.
    unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
}

/// Lets this process read and write its own files in /proc, also when its binary may only be
/// executed (`prctl(2)`, `PR_SET_DUMPABLE`). Core files are forbidden elsewhere.
pub fn own_proc_files() {
    // SAFETY: takes only numbers.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) };
}

/// Makes room for descriptors from [`LAB_FDS`] on, as far as the hard limit allows.
pub fn room_for_descriptors() -> io::Result<()> {
    const WANTED: libc::rlim_t = 1024;
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the kernel writes one `rlimit`, which lives across the call.
    check(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) })?;
    if limit.rlim_cur < WANTED {
        limit.rlim_cur = WANTED.min(limit.rlim_max);
        // SAFETY: the kernel reads one `rlimit`, which lives across the call.
        check(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) })?;
    }
    Ok(())
}

/// No program this process could start will ever have more rights than it has.
pub fn no_new_privileges() -> io::Result<()> {
    // SAFETY: takes only numbers.
    check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }).map(drop)
}

/// Bounds data the process may allocate, in bytes (`RLIMIT_DATA`), and forbids core files.
pub fn bound_memory(bytes: u64) -> io::Result<()> {
    let data = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: bytes,
    };
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: both structs live across the calls, which only read them.
    check(unsafe { libc::setrlimit(libc::RLIMIT_DATA, &data) })?;
    // SAFETY: as above.
    check(unsafe { libc::setrlimit(libc::RLIMIT_CORE, &none) }).map(drop)
}

/// A TUN device in this thread's network namespace: IP packets, no extra header, non-blocking.
pub fn open_tun(name: &str) -> Result<File, TunError> {
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open("/dev/net/tun")
        .map_err(TunError::Open)?;
    // SAFETY: `ifreq` is plain data, for which all zeros is a value.
    let mut request: libc::ifreq = unsafe { zeroed() };
    for (to, from) in request.ifr_name.iter_mut().take(15).zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
    // SAFETY: TUNSETIFF reads and writes one `ifreq`, which lives across the call.
    check(unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF as _, &mut request) })
        .map_err(TunError::Attach)?;
    Ok(file)
}

pub enum TunError {
    Open(io::Error),
    Attach(io::Error),
}

/// One number that wakes whoever waits on it.
pub fn eventfd() -> io::Result<File> {
    // SAFETY: takes only numbers, gives a new descriptor.
    owned(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) }).map(File::from)
}

/// Both ends of a pipe, reading end first.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    Ok((owned(ends[0])?, owned(ends[1])?))
}

/// Waits until one of the descriptors is readable or hung up, or the time is over.
pub fn poll(fds: &[(RawFd, libc::c_short)], timeout: Option<Duration>) -> io::Result<Vec<bool>> {
    let mut polled: Vec<libc::pollfd> = fds
        .iter()
        .map(|&(fd, events)| libc::pollfd {
            fd,
            events,
            revents: 0,
        })
        .collect();
    let millis = timeout.map_or(-1, |t| t.as_millis().min(1 << 30) as libc::c_int);
    // SAFETY: pointer and length are of one vector that lives across the call.
    let result = unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, millis) };
    match check(result) {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
        _ => Ok(polled.iter().map(|p| p.revents != 0).collect()),
    }
}

/// The options whose value is plain bytes as long as the caller says. Others count in units of
/// their own or hold pointers (`SO_ATTACH_FILTER`, `SO_GET_FILTER`): the kernel would write past
/// a buffer, or read memory of ours. Every option that our `socket` module names is here.
const PLAIN_OPTIONS: &[(i32, &[i32])] = &[
    (
        libc::SOL_SOCKET,
        &[
            libc::SO_REUSEADDR,
            libc::SO_TYPE,
            libc::SO_ERROR,
            libc::SO_DONTROUTE,
            libc::SO_BROADCAST,
            libc::SO_SNDBUF,
            libc::SO_RCVBUF,
            libc::SO_KEEPALIVE,
            libc::SO_OOBINLINE,
            libc::SO_PRIORITY,
            libc::SO_LINGER,
            libc::SO_REUSEPORT,
            libc::SO_RCVLOWAT,
            libc::SO_SNDLOWAT,
            libc::SO_RCVTIMEO,
            libc::SO_SNDTIMEO,
            libc::SO_ACCEPTCONN,
            libc::SO_PROTOCOL,
            libc::SO_DOMAIN,
            libc::SO_COOKIE,
        ],
    ),
    (
        libc::IPPROTO_TCP,
        &[
            libc::TCP_NODELAY,
            libc::TCP_MAXSEG,
            libc::TCP_CORK,
            libc::TCP_KEEPIDLE,
            libc::TCP_KEEPINTVL,
            libc::TCP_KEEPCNT,
            libc::TCP_SYNCNT,
            libc::TCP_LINGER2,
            libc::TCP_DEFER_ACCEPT,
            libc::TCP_WINDOW_CLAMP,
            libc::TCP_INFO,
            libc::TCP_QUICKACK,
            libc::TCP_CONGESTION,
            libc::TCP_USER_TIMEOUT,
            libc::TCP_FASTOPEN,
            libc::TCP_NOTSENT_LOWAT,
            TCP_RTO_MAX_MS,
        ],
    ),
    (
        libc::IPPROTO_IP,
        &[
            libc::IP_TOS,
            libc::IP_TTL,
            libc::IP_MULTICAST_IF,
            libc::IP_MULTICAST_TTL,
            libc::IP_MULTICAST_LOOP,
            libc::IP_ADD_MEMBERSHIP,
            libc::IP_DROP_MEMBERSHIP,
        ],
    ),
    (
        libc::IPPROTO_IPV6,
        &[libc::IPV6_V6ONLY, libc::IPV6_UNICAST_HOPS],
    ),
];

/// The longest time between two retransmissions, in milliseconds (Linux 6.15).
pub const TCP_RTO_MAX_MS: i32 = 44;

fn check_plain(level: i32, name: i32) -> io::Result<()> {
    let mut levels = PLAIN_OPTIONS.iter();
    let is_plain = levels.any(|(known, names)| *known == level && names.contains(&name));
    if is_plain {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT))
    }
}

/// Reads a socket option into `value`; gives how many bytes the kernel wrote. ENOPROTOOPT for
/// options that are not plain bytes.
pub fn get_option(
    socket: BorrowedFd<'_>,
    level: i32,
    name: i32,
    value: &mut [u8],
) -> io::Result<usize> {
    check_plain(level, name)?;
    let mut len = value.len() as libc::socklen_t;
    // SAFETY: of a plain option the kernel writes at most `len` bytes into the slice, which lives
    // across the call.
    check(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            level,
            name,
            value.as_mut_ptr().cast(),
            &mut len,
        )
    })?;
    let written = len as usize;
    assert!(
        written <= value.len(),
        "option {level}/{name} is not plain bytes"
    );
    Ok(written)
}

/// ENOPROTOOPT for options that are not plain bytes.
pub fn set_option(socket: BorrowedFd<'_>, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
    check_plain(level, name)?;
    // SAFETY: of a plain option the kernel reads at most `len` bytes of the slice, which lives
    // across the call, and keeps no pointer to it.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            value.as_ptr().cast(),
            value.len() as libc::socklen_t,
        )
    })
    .map(drop)
}

/// The kernel's own name for a socket, the same that sock_diag reports.
pub fn cookie(socket: BorrowedFd<'_>) -> io::Result<u64> {
    let mut value = [0; size_of::<u64>()];
    get_option(socket, libc::SOL_SOCKET, libc::SO_COOKIE, &mut value)?;
    Ok(u64::from_ne_bytes(value))
}

/// The TCP state of a descriptor of the calling thread's table, if it still is the socket with
/// this cookie. UDP sockets have no `TCP_INFO`: gives `None`.
pub fn socket_state(fd: RawFd, expected_cookie: u64) -> Option<u8> {
    // SAFETY: the borrow ends with this function. If the number was closed or reused meanwhile,
    // the calls below fail or show another cookie; neither touches memory of ours.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    if cookie(fd).ok()? != expected_cookie {
        return None;
    }
    let mut state = [0];
    get_option(fd, libc::IPPROTO_TCP, libc::TCP_INFO, &mut state).ok()?;
    Some(state[0])
}
