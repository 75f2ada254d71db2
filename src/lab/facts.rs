//! What this machine says of itself, and what follows from it.
//!
//! Read once and then only looked at, so that a test can say what any machine would.

use std::fs;

use super::doctor::Remedy;
#[cfg(target_os = "linux")]
use super::host::Step;

#[derive(Clone, Debug)]
pub struct Facts {
    pub system: System,
    /// The kernel's version.
    pub release: String,
    pub has_seccomp_filter: bool,
    pub unprivileged_userns_clone: Option<String>,
    pub apparmor_restricts: Option<String>,
    pub max_user_namespaces: Option<String>,
    /// What opening `/dev/net/tun` gave: an errno.
    pub tun: Result<(), i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Linux,
    /// Calls are translated: no TUN, no namespaces.
    Wsl1,
    /// A Linux kernel in a virtual machine.
    Wsl2,
    MacOs,
    Windows,
    Other,
}

impl Default for Facts {
    /// A Linux where nothing stands in the way.
    fn default() -> Self {
        Self {
            system: System::Linux,
            release: String::new(),
            has_seccomp_filter: false,
            unprivileged_userns_clone: None,
            apparmor_restricts: None,
            max_user_namespaces: None,
            tun: Ok(()),
        }
    }
}

impl Facts {
    pub fn read() -> Self {
        let line = |path: &str| fs::read_to_string(path).ok().map(|s| s.trim().to_owned());
        let status = line("/proc/self/status").unwrap_or_default();
        let release = line("/proc/sys/kernel/osrelease").unwrap_or_default();
        let tun = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/net/tun");
        Self {
            system: System::here(&release),
            release,
            has_seccomp_filter: status.lines().any(|line| line == "Seccomp:\t2"),
            unprivileged_userns_clone: line("/proc/sys/kernel/unprivileged_userns_clone"),
            apparmor_restricts: line("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            max_user_namespaces: line("/proc/sys/user/max_user_namespaces"),
            tun: tun
                .map(drop)
                .map_err(|error| error.raw_os_error().unwrap_or(0)),
        }
    }

    /// What to do about a TUN device that cannot be opened.
    pub fn tun_remedy(&self, errno: i32) -> Remedy {
        const EPERM: i32 = 1;
        const EACCES: i32 = 13;
        match errno {
            EACCES => Remedy::OpenTunToAll,
            EPERM => Remedy::GiveTheContainerTun,
            _ if self.system == System::Wsl2 => Remedy::LoadTunInWsl,
            _ => Remedy::LoadTun,
        }
    }
}

impl System {
    fn here(release: &str) -> Self {
        match std::env::consts::OS {
            "linux" => Self::of_linux(release),
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::Other,
        }
    }

    /// WSL says `4.4.0-19041-Microsoft`, WSL 2 `5.15.167.4-microsoft-standard-WSL2`.
    fn of_linux(release: &str) -> Self {
        let release = release.to_ascii_lowercase();
        match release.contains("microsoft") {
            false => Self::Linux,
            true if release.contains("wsl2") || !release.starts_with("4.4.") => Self::Wsl2,
            true => Self::Wsl1,
        }
    }
}

#[cfg(target_os = "linux")]
pub fn remedy(step: Step, errno: i32, facts: &Facts) -> Remedy {
    let is_restricted = facts.apparmor_restricts.as_deref() == Some("1");
    let is_switched_off = facts.unprivileged_userns_clone.as_deref() == Some("0");
    match (step, errno) {
        (_, _) if facts.system == System::Wsl1 => Remedy::UseWsl2,
        (Step::UserNamespace | Step::NetworkNamespace, libc::ENOSPC) => {
            Remedy::RaiseMaxUserNamespaces
        }
        (Step::UserNamespace, libc::EINVAL | libc::ENOSYS) => Remedy::KernelWithoutUserNamespaces,
        (Step::UserNamespace, _) if is_switched_off => Remedy::EnableUsernsClone,
        (Step::UserNamespace, _) if facts.has_seccomp_filter => Remedy::LeaveTheContainer,
        (Step::MapUser | Step::NetworkNamespace, _) if is_restricted => Remedy::AppArmorProfile,
        (Step::UserNamespace | Step::MapUser | Step::NetworkNamespace, _) => Remedy::SecurityModule,
        (Step::OpenTun, errno) => facts.tun_remedy(errno),
        (Step::Addresses, _) => Remedy::CheckAddresses,
        (Step::Diagnosis, _) => Remedy::LoadSockDiag,
        (Step::AttachTun | Step::Split | Step::GiveUpRights | Step::StartPrograms, _) => {
            Remedy::Report
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wsl_is_known_by_its_kernels_name() {
        for (release, expected) in [
            ("4.4.0-19041-Microsoft", System::Wsl1),
            ("5.15.167.4-microsoft-standard-WSL2", System::Wsl2),
            ("4.19.104-microsoft-standard", System::Wsl2),
            ("6.8.0-45-generic", System::Linux),
        ] {
            assert_eq!(System::of_linux(release), expected, "{release}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn each_step_that_failed_has_the_remedy_of_this_machine() {
        let sound = Facts::default();
        let restricted = Facts {
            apparmor_restricts: Some("1".to_owned()),
            ..Facts::default()
        };
        let filtered = Facts {
            has_seccomp_filter: true,
            ..Facts::default()
        };
        let translated = Facts {
            system: System::Wsl1,
            ..Facts::default()
        };
        for (step, errno, facts, expected) in [
            (
                Step::UserNamespace,
                libc::EPERM,
                &filtered,
                Remedy::LeaveTheContainer,
            ),
            (
                Step::UserNamespace,
                libc::EPERM,
                &sound,
                Remedy::SecurityModule,
            ),
            (
                Step::UserNamespace,
                libc::ENOSPC,
                &sound,
                Remedy::RaiseMaxUserNamespaces,
            ),
            (
                Step::MapUser,
                libc::EACCES,
                &restricted,
                Remedy::AppArmorProfile,
            ),
            (
                Step::NetworkNamespace,
                libc::EPERM,
                &restricted,
                Remedy::AppArmorProfile,
            ),
            (Step::OpenTun, libc::ENOENT, &sound, Remedy::LoadTun),
            (
                Step::OpenTun,
                libc::EPERM,
                &sound,
                Remedy::GiveTheContainerTun,
            ),
            (
                Step::UserNamespace,
                libc::EINVAL,
                &translated,
                Remedy::UseWsl2,
            ),
        ] {
            assert_eq!(
                remedy(step, errno, facts),
                expected,
                "{step:?} {errno} {facts:?}"
            );
        }
    }
}
