//! Why the held wire can't be had, and what to do about it.
//!
//! In: which step of setting up failed and with what errno, and facts of this machine. Out: a
//! sentence and a [`Remedy`], whose words are in both languages elsewhere. `sockstep doctor`
//! prints every check; a lab that cannot start says only the one that failed.

use std::path::Path;
use std::process::Stdio;

use serde::{Deserialize, Serialize};

use super::facts::{Facts, System};
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
    UseLinuxVm,
    UseWsl2,
    InstallWsl2,
    LoadTunInWsl,
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
            remedy: super::facts::remedy(error.step, errno, &Facts::read()),
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

/// Looks at everything the held wire needs, last of all by starting a lab.
pub fn examine(binary: &Path) -> Vec<Check> {
    let mut checks = judge(&Facts::read());
    checks.push(trial(binary));
    checks
}

/// What the facts say, before anything is tried.
fn judge(facts: &Facts) -> Vec<Check> {
    let elsewhere = match facts.system {
        System::Linux | System::Wsl2 => None,
        System::Wsl1 => Some(("WSL 1", Remedy::UseWsl2)),
        System::MacOs => Some(("macOS", Remedy::UseLinuxVm)),
        System::Windows => Some(("Windows", Remedy::InstallWsl2)),
        System::Other => Some((std::env::consts::OS, Remedy::UseLinux)),
    };
    if let Some((name, remedy)) = elsewhere {
        return vec![poor("system", Verdict::Missing, name, remedy)];
    }
    let mut checks = vec![kernel(&facts.release)];
    checks.extend(switches(facts));
    checks.push(tun(facts));
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

/// What came to the kernel, with which version. Without the first ones there is no held wire.
const CAME_WITH: [((u32, u32), &str); 5] = [
    ((5, 3), "pidfd_open"),
    ((5, 9), "close_range"),
    ((5, 13), "Landlock"),
    ((6, 8), "listing sockets that are only bound"),
    ((6, 15), "TCP_RTO_MAX_MS"),
];

fn kernel(release: &str) -> Check {
    let mut numbers = release
        .split(['.', '-'])
        .map_while(|n| n.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let lacking = CAME_WITH.iter().filter(|(came, _)| version < *came);
    let lacking: Vec<String> = lacking
        .map(|((major, minor), what)| format!("{what} ({major}.{minor})"))
        .collect();
    if lacking.is_empty() {
        return fine("kernel", release);
    }
    let found = format!("{release}, without {}", lacking.join(", "));
    match version < (5, 9) {
        true => poor("kernel", Verdict::Missing, found, Remedy::NewerKernel),
        false => poor("kernel", Verdict::Less, found, Remedy::NewerKernelIsBetter),
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

fn tun(facts: &Facts) -> Check {
    const NAME: &str = "/dev/net/tun";
    match facts.tun {
        Ok(()) => fine(NAME, "can be opened"),
        Err(errno) => {
            let found = std::io::Error::from_raw_os_error(errno).to_string();
            poor(NAME, Verdict::Missing, found, facts.tun_remedy(errno))
        }
    }
}

/// Starts a lab with two hosts and no programs: the check that counts.
fn trial(binary: &Path) -> Check {
    const NAME: &str = "a lab with two hosts";
    const SETUP: &str = r#"{"hosts":[{"name":"server","addresses":["10.0.0.2"]},{"name":"client","addresses":["10.0.0.1"]}],"programs":[]}"#;
    let output = super::handle::command_of(binary)
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
        Err(_) if line.contains(r#""wire":"held""#) => fine(NAME, "starts and ends"),
        Err(_) if line.contains(r#""wire":"loopback""#) => {
            poor(NAME, Verdict::Less, "loopback mode only", Remedy::UseLinux)
        }
        Err(_) => poor(NAME, Verdict::Missing, "it said nothing", Remedy::Report),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checks that are not fine, as `name: remedy`.
    fn complaints(facts: &Facts) -> Vec<(&'static str, Remedy)> {
        let checks = judge(facts).into_iter();
        let poor = checks.filter_map(|check| Some((check.name, check.remedy?)));
        poor.collect()
    }

    #[test]
    fn each_fact_that_stands_in_the_way_has_its_remedy() {
        const CLONE: &str = "kernel.unprivileged_userns_clone";
        const APPARMOR: &str = "kernel.apparmor_restrict_unprivileged_userns";
        const MOST: &str = "user.max_user_namespaces";
        const TUN: &str = "/dev/net/tun";
        let some = |value: &str| Some(value.to_owned());
        let sound = Facts {
            release: "6.18.4".to_owned(),
            ..Facts::default()
        };
        type Change<'a> = &'a dyn Fn(&mut Facts);
        let cases: [(Change<'_>, &[(&str, Remedy)]); 14] = [
            (&|_| {}, &[]),
            (
                &|f| f.max_user_namespaces = some("0"),
                &[(MOST, Remedy::RaiseMaxUserNamespaces)],
            ),
            (
                &|f| f.unprivileged_userns_clone = some("0"),
                &[(CLONE, Remedy::EnableUsernsClone)],
            ),
            (
                &|f| f.apparmor_restricts = some("1"),
                &[(APPARMOR, Remedy::AppArmorProfile)],
            ),
            (&|f| f.apparmor_restricts = some("0"), &[]),
            (
                &|f| f.has_seccomp_filter = true,
                &[("seccomp filter", Remedy::ContainerMayForbid)],
            ),
            (&|f| f.tun = Err(2), &[(TUN, Remedy::LoadTun)]),
            (&|f| f.tun = Err(13), &[(TUN, Remedy::OpenTunToAll)]),
            (&|f| f.tun = Err(1), &[(TUN, Remedy::GiveTheContainerTun)]),
            (
                &|f| f.release = "5.4.0-90".to_owned(),
                &[("kernel", Remedy::NewerKernel)],
            ),
            (
                &|f| f.release = "6.1.0-9".to_owned(),
                &[("kernel", Remedy::NewerKernelIsBetter)],
            ),
            (&|f| f.system = System::Wsl1, &[("system", Remedy::UseWsl2)]),
            (
                &|f| (f.system, f.tun) = (System::Wsl2, Err(2)),
                &[(TUN, Remedy::LoadTunInWsl)],
            ),
            (
                &|f| f.system = System::MacOs,
                &[("system", Remedy::UseLinuxVm)],
            ),
        ];
        for (index, (change, expected)) in cases.iter().enumerate() {
            let mut facts = sound.clone();
            change(&mut facts);
            assert_eq!(complaints(&facts), *expected, "case {index}: {facts:?}");
        }
    }

    #[test]
    fn an_old_kernel_is_told_what_it_lacks() {
        let found = kernel("5.10.0-30-amd64").found;
        assert!(
            found.contains("Landlock (5.13)") && !found.contains("close_range"),
            "{found}"
        );
    }
}
