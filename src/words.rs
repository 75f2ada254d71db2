//! Words that the window and the terminal share, in both languages.
//!
//! In: what the lab or the director found. Out: a sentence from `assets/locales`.

use crate::director::Stuck;
use crate::lab::{Demise, How, Remedy};
use crate::lesson::Language;

/// What to do when the held wire cannot be had.
pub fn remedy(language: Language, remedy: Remedy) -> String {
    let locale = language.tag();
    match remedy {
        Remedy::RaiseMaxUserNamespaces => t!("remedy.raise_max_user_namespaces", locale = locale),
        Remedy::EnableUsernsClone => t!("remedy.enable_userns_clone", locale = locale),
        Remedy::KernelWithoutUserNamespaces => {
            t!("remedy.kernel_without_user_namespaces", locale = locale)
        }
        Remedy::LeaveTheContainer => t!("remedy.leave_the_container", locale = locale),
        Remedy::ContainerMayForbid => t!("remedy.container_may_forbid", locale = locale),
        Remedy::AppArmorProfile => t!("remedy.app_armor_profile", locale = locale),
        Remedy::SecurityModule => t!("remedy.security_module", locale = locale),
        Remedy::LoadTun => t!("remedy.load_tun", locale = locale),
        Remedy::OpenTunToAll => t!("remedy.open_tun_to_all", locale = locale),
        Remedy::GiveTheContainerTun => t!("remedy.give_the_container_tun", locale = locale),
        Remedy::CheckAddresses => t!("remedy.check_addresses", locale = locale),
        Remedy::LoadSockDiag => t!("remedy.load_sock_diag", locale = locale),
        Remedy::UseSockstep => t!("remedy.use_sockstep", locale = locale),
        Remedy::UseLinux => t!("remedy.use_linux", locale = locale),
        Remedy::NewerKernel => t!("remedy.newer_kernel", locale = locale),
        Remedy::NewerKernelIsBetter => t!("remedy.newer_kernel_is_better", locale = locale),
        Remedy::Reinstall => t!("remedy.reinstall", locale = locale),
        Remedy::Report => t!("remedy.report", locale = locale),
    }
    .into_owned()
}

/// Why a line of a script cannot go on; part of a sentence.
pub fn stuck(language: Language, stuck: &Stuck) -> String {
    let locale = language.tag();
    match stuck {
        Stuck::NotOnWire => t!("stuck.not_on_wire", locale = locale),
        Stuck::Blocked { program, call } => t!(
            "stuck.blocked",
            locale = locale,
            program = program,
            call = call
        ),
        Stuck::Ended(program) => t!("stuck.ended", locale = locale, program = program),
        Stuck::AsksNothing(program) => {
            t!("stuck.asks_nothing", locale = locale, program = program)
        }
    }
    .into_owned()
}

/// How a lab ended that was not asked to.
pub fn demise(language: Language, demise: &Demise) -> String {
    let locale = language.tag();
    let how = match demise.how {
        How::NotStarted => t!("gone.not_started", locale = locale),
        How::Signal(signal) => t!("gone.signal", locale = locale, signal = signal),
        How::Code(code) => t!("gone.code", locale = locale, code = code),
        How::Killed => t!("gone.killed", locale = locale),
        How::Garbled => t!("gone.garbled", locale = locale),
    };
    match demise.words.as_str() {
        "" => how.into_owned(),
        words => format!("{how} ({words})"),
    }
}
