//! What the lab, the director and a re-run have to say.
//!
//! In: what the lab, the director or a re-run found. Out: a sentence from `assets/locales`.

use crate::director::Stuck;
use crate::lab::{Demise, How, Remedy};
use crate::lesson::Language;
use crate::packet::Kind;
use crate::replay::{Calling, Passing, Sight};

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
        Remedy::AppArmorProfile => {
            let profile = app_armor_profile();
            t!(
                "remedy.app_armor_profile",
                locale = locale,
                profile = profile
            )
        }
        Remedy::SecurityModule => t!("remedy.security_module", locale = locale),
        Remedy::LoadTun => t!("remedy.load_tun", locale = locale),
        Remedy::OpenTunToAll => t!("remedy.open_tun_to_all", locale = locale),
        Remedy::GiveTheContainerTun => t!("remedy.give_the_container_tun", locale = locale),
        Remedy::CheckAddresses => t!("remedy.check_addresses", locale = locale),
        Remedy::LoadSockDiag => t!("remedy.load_sock_diag", locale = locale),
        Remedy::UseSockstep => t!("remedy.use_sockstep", locale = locale),
        Remedy::UseLinux => t!("remedy.use_linux", locale = locale),
        Remedy::UseLinuxVm => t!("remedy.use_linux_vm", locale = locale),
        Remedy::UseWsl2 => t!("remedy.use_wsl2", locale = locale),
        Remedy::InstallWsl2 => t!("remedy.install_wsl2", locale = locale),
        Remedy::LoadTunInWsl => t!("remedy.load_tun_in_wsl", locale = locale),
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

/// All of the file that lets this program, where it is, make user namespaces.
fn app_armor_profile() -> String {
    let binary = std::env::current_exe().ok();
    let binary = binary.map_or("/usr/bin/sockstep".to_owned(), |path| {
        path.display().to_string()
    });
    format!(
        "abi <abi/4.0>,\ninclude <tunables/global>\n\nprofile sockstep \"{binary}\" \
         flags=(unconfined) {{\n  userns,\n  include if exists <local/sockstep>\n}}"
    )
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
        How::Full => t!("gone.full", locale = locale),
    };
    match demise.words.as_str() {
        "" => how.into_owned(),
        words => format!("{how} ({words})"),
    }
}

/// What a re-run expected or found. `title` gives a program's name in the learner's words.
pub fn sight(language: Language, sight: &Sight, title: impl Fn(&str) -> String) -> String {
    let locale = language.tag();
    match sight {
        Sight::Call {
            program,
            line,
            call,
            seen,
        } => return calling(locale, (&title(program), *line, call), seen),
        Sight::Segment { from, kind, seen } => {
            return passing(locale, &title(from), *kind, *seen);
        }
        Sight::Asks { program } => t!("sight.asks", locale = locale, who = title(program)),
        Sight::Computes { program } => t!("sight.computes", locale = locale, who = title(program)),
        Sight::Printed { program, text } if text.is_empty() => {
            t!(
                "sight.printed_nothing",
                locale = locale,
                who = title(program)
            )
        }
        Sight::Printed { program, text } => {
            let (who, text) = (title(program), short(text));
            t!("sight.printed", locale = locale, who = who, text = text)
        }
        Sight::Ended {
            program,
            exception: None,
        } => t!("sight.ended", locale = locale, who = title(program)),
        Sight::Ended {
            program,
            exception: Some(exception),
        } => {
            let (who, exception) = (title(program), short(exception));
            t!(
                "sight.died",
                locale = locale,
                who = who,
                exception = exception
            )
        }
        Sight::Gone { reason } => t!("sight.gone", locale = locale, reason = reason),
    }
    .into_owned()
}

fn calling(locale: &str, (who, line, call): (&str, u32, &str), seen: &Calling) -> String {
    match seen {
        Calling::Before(args) => {
            let call = format!("{call}({})", short(args));
            t!(
                "sight.stands",
                locale = locale,
                who = who,
                line = line,
                call = call
            )
        }
        Calling::Waits => {
            t!(
                "sight.waits",
                locale = locale,
                who = who,
                line = line,
                call = call
            )
        }
        Calling::Returned(with) => {
            let with = short(with);
            t!(
                "sight.returned",
                locale = locale,
                who = who,
                line = line,
                call = call,
                with = with
            )
        }
    }
    .into_owned()
}

fn passing(locale: &str, who: &str, kind: Kind, seen: Passing) -> String {
    match seen {
        Passing::Sent(bytes) => {
            t!(
                "sight.sent",
                locale = locale,
                who = who,
                kind = kind,
                bytes = bytes
            )
        }
        Passing::NotSent => t!("sight.not_sent", locale = locale, who = who, kind = kind),
        Passing::OnWire => t!("sight.on_wire", locale = locale, who = who, kind = kind),
        Passing::NotOnWire => t!("sight.not_on_wire", locale = locale, who = who, kind = kind),
    }
    .into_owned()
}

/// As much of a program's text as a sentence can bear.
fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
