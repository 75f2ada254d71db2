//! Why the held wire can't be had, and what to do about it.
//!
//! In: which step of setting up failed and with what errno, and facts of this machine. Out: a
//! sentence and a [`Remedy`], whose words are in both languages elsewhere. `sockstep doctor`
//! prints every check; a lab that cannot start says only the one that failed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

#[cfg(target_os = "linux")]
use super::host::{SetupError, Step};

/// A lab that could not start: its first and only line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// What the lab was doing: `open_tun`.
    pub refused: String,
    /// What the kernel said.
    pub why: String,
    pub remedy: Remedy,
}

/// What to do about it. The words, in both languages, are `remedy.*` of the locale texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    RaiseMaxUserNamespaces,
    EnableUsernsClone,
    KernelWithoutUserNamespaces,
    LeaveTheContainer,
    ContainerMayForbid,
    AppArmorProfile,
    SecurityModule,
    LoadTun,
    OpenTunToAll,
    GiveTheContainerTun,
    CheckAddresses,
    LoadSockDiag,
    UseSockstep,
    UseLinux,
    NewerKernel,
    NewerKernelIsBetter,
    Reinstall,
    Report,
}

/// One thing that doctor looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub name: &'static str,
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do, when it is not fine.
    pub remedy: Option<Remedy>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    /// The lab runs, with less.
    Less,
    Missing,
}

impl Refusal {
    #[cfg(target_os = "linux")]
    pub(super) fn of(error: &SetupError) -> Self {
        let errno = error.cause.raw_os_error().unwrap_or(0);
        let step = serde_json::to_value(error.step).ok();
        let step = step.and_then(|step| step.as_str().map(str::to_owned));
        Self {
            refused: step.unwrap_or_default(),
            why: format!("{}: {}", doing(error.step), error.cause),
            remedy: remedy(error.step, errno, &Facts::read()),
        }
    }

    pub(super) fn bad_setup(error: std::io::Error) -> Self {
        Self {
            refused: "setup".to_owned(),
            why: format!("the lab's first line is not a setup: {error}"),
            remedy: Remedy::UseSockstep,
        }
    }

    /// The machine lacks something that the held wire needs and the loopback mode does not.
    pub fn is_the_machines(&self) -> bool {
        !matches!(self.refused.as_str(), "setup" | "addresses" | "loopback")
    }

    /// Not even the loopback mode can be had.
    pub(super) fn no_loopback(error: &std::io::Error) -> Self {
        Self {
            refused: "loopback".to_owned(),
            why: format!("starting the loopback mode: {error}"),
            remedy: Remedy::Report,
        }
    }
}

#[cfg(target_os = "linux")]
fn doing(step: Step) -> &'static str {
    match step {
        Step::UserNamespace => "making a user namespace",
        Step::MapUser => "mapping the user into its namespace",
        Step::NetworkNamespace => "making a network namespace",
        Step::OpenTun => "opening /dev/net/tun",
        Step::AttachTun => "making a TUN device",
        Step::Addresses => "giving a host its addresses",
        Step::Diagnosis => "opening sock_diag",
        Step::Split => "splitting off the worker process",
        Step::GiveUpRights => "giving up rights",
        Step::StartPrograms => "starting the programs",
    }
}

/// What this machine says of itself.
#[derive(Clone, Debug, Default)]
struct Facts {
    has_seccomp_filter: bool,
    unprivileged_userns_clone: Option<String>,
    apparmor_restricts: Option<String>,
    max_user_namespaces: Option<String>,
}

impl Facts {
    fn read() -> Self {
        let line = |path: &str| fs::read_to_string(path).ok().map(|s| s.trim().to_owned());
        let status = line("/proc/self/status").unwrap_or_default();
        Self {
            has_seccomp_filter: status.lines().any(|line| line == "Seccomp:\t2"),
            unprivileged_userns_clone: line("/proc/sys/kernel/unprivileged_userns_clone"),
            apparmor_restricts: line("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            max_user_namespaces: line("/proc/sys/user/max_user_namespaces"),
        }
    }
}

#[cfg(target_os = "linux")]
fn remedy(step: Step, errno: i32, facts: &Facts) -> Remedy {
    let is_restricted = facts.apparmor_restricts.as_deref() == Some("1");
    let is_switched_off = facts.unprivileged_userns_clone.as_deref() == Some("0");
    match (step, errno) {
        (Step::UserNamespace | Step::NetworkNamespace, libc::ENOSPC) => {
            Remedy::RaiseMaxUserNamespaces
        }
        (Step::UserNamespace, libc::EINVAL | libc::ENOSYS) => Remedy::KernelWithoutUserNamespaces,
        (Step::UserNamespace, _) if is_switched_off => Remedy::EnableUsernsClone,
        (Step::UserNamespace, _) if facts.has_seccomp_filter => Remedy::LeaveTheContainer,
        (Step::MapUser | Step::NetworkNamespace, _) if is_restricted => Remedy::AppArmorProfile,
        (Step::UserNamespace | Step::MapUser | Step::NetworkNamespace, _) => Remedy::SecurityModule,
        (Step::OpenTun, libc::ENOENT | libc::ENODEV | libc::ENXIO) => Remedy::LoadTun,
        (Step::OpenTun, libc::EACCES) => Remedy::OpenTunToAll,
        (Step::OpenTun, libc::EPERM) => Remedy::GiveTheContainerTun,
        (Step::Addresses, _) => Remedy::CheckAddresses,
        (Step::Diagnosis, _) => Remedy::LoadSockDiag,
        (
            Step::OpenTun
            | Step::AttachTun
            | Step::Split
            | Step::GiveUpRights
            | Step::StartPrograms,
            _,
        ) => Remedy::Report,
    }
}

/// Looks at everything the held wire needs, last of all by starting a lab.
pub fn examine(binary: &Path) -> Vec<Check> {
    let mut checks = vec![kernel()];
    checks.extend(switches(&Facts::read()));
    checks.push(tun());
    checks.push(trial(binary));
    checks
}

fn fine(name: &'static str, found: impl Into<String>) -> Check {
    Check {
        name,
        verdict: Verdict::Fine,
        found: found.into(),
        remedy: None,
    }
}

fn poor(name: &'static str, verdict: Verdict, found: impl Into<String>, remedy: Remedy) -> Check {
    Check {
        name,
        verdict,
        found: found.into(),
        remedy: Some(remedy),
    }
}

fn kernel() -> Check {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = release.trim();
    let mut numbers = release
        .split(['.', '-'])
        .map_while(|n| n.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    match version {
        (0, _) => poor(
            "kernel",
            Verdict::Missing,
            std::env::consts::OS,
            Remedy::UseLinux,
        ),
        version if version < (5, 9) => {
            poor("kernel", Verdict::Missing, release, Remedy::NewerKernel)
        }
        version if version < (6, 15) => poor(
            "kernel",
            Verdict::Less,
            release,
            Remedy::NewerKernelIsBetter,
        ),
        _ => fine("kernel", release),
    }
}

fn switches(facts: &Facts) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut check = |name, value: &Option<String>, bad: &str, remedy| {
        if let Some(value) = value {
            checks.push(match value == bad {
                true => poor(name, Verdict::Missing, value, remedy),
                false => fine(name, value),
            });
        }
    };
    check(
        "user.max_user_namespaces",
        &facts.max_user_namespaces,
        "0",
        Remedy::RaiseMaxUserNamespaces,
    );
    check(
        "kernel.unprivileged_userns_clone",
        &facts.unprivileged_userns_clone,
        "0",
        Remedy::EnableUsernsClone,
    );
    check(
        "kernel.apparmor_restrict_unprivileged_userns",
        &facts.apparmor_restricts,
        "1",
        Remedy::AppArmorProfile,
    );
    checks.push(match facts.has_seccomp_filter {
        false => fine("seccomp filter", "none"),
        true => poor(
            "seccomp filter",
            Verdict::Less,
            "present",
            Remedy::ContainerMayForbid,
        ),
    });
    checks
}

fn tun() -> Check {
    let opened = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/net/tun");
    match opened {
        Ok(_) => fine("/dev/net/tun", "can be opened"),
        Err(error) => {
            #[cfg(target_os = "linux")]
            let remedy = {
                let errno = error.raw_os_error().unwrap_or(0);
                remedy(Step::OpenTun, errno, &Facts::read())
            };
            #[cfg(not(target_os = "linux"))]
            let remedy = Remedy::UseLinux;
            poor("/dev/net/tun", Verdict::Missing, error.to_string(), remedy)
        }
    }
}

/// Starts a lab with two hosts and no programs: the check that counts.
fn trial(binary: &Path) -> Check {
    const NAME: &str = "a lab with two hosts";
    const SETUP: &str = r#"{"hosts":[{"name":"server","addresses":["10.0.0.2"]},{"name":"client","addresses":["10.0.0.1"]}],"programs":[]}"#;
    let output = Command::new(binary)
        .arg("lab")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            use std::io::Write as _;
            let mut stdin = child.stdin.take().expect("stdin is piped");
            writeln!(stdin, "{SETUP}")?;
            drop(stdin);
            child.wait_with_output()
        });
    let first = match output {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => {
            return poor(NAME, Verdict::Missing, error.to_string(), Remedy::Reinstall);
        }
    };
    let line = first.lines().next().unwrap_or_default();
    match serde_json::from_str::<Refusal>(line) {
        Ok(refusal) => poor(NAME, Verdict::Missing, refusal.why, refusal.remedy),
        Err(_) if line.contains("\"sockstep\"") => fine(NAME, "starts and ends"),
        Err(_) => poor(NAME, Verdict::Missing, "it said nothing", Remedy::Report),
    }
}
