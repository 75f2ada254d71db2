//! What a host's kernel counts of its own: losses, refusals, resends, in plain words.
//!
//! Only counters that are not 0; each with the kernel's own name, by which it can be looked up.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Label, Ui};

use crate::lesson::Language;
use crate::model::Host;
use crate::session::View;
use crate::ui::parts;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

pub fn counters_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, host: &Host) {
    let counted = || host.counters.iter().filter(|(_, count)| **count > 0);
    if counted().next().is_none() {
        return;
    }
    let language = view.language;
    parts::card(theme).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        let title = parts::caption(ui, theme, &say!(language, "counter.title"));
        title.on_hover_text(say!(language, "counter.hint"));
        for (kernel_name, count) in counted() {
            let mut job = LayoutJob::default();
            let mut push = |text: &str, font, colour| {
                job.append(text, 0.0, TextFormat::simple(font, colour));
            };
            push(
                &format!("{count}× "),
                theme::bold_font(theme::SMALL),
                theme.text,
            );
            if let Some(name) = plain_name(language, kernel_name) {
                let name = format!("{name}  ");
                push(&name, theme::text_font(theme::SMALL), theme.text);
            }
            push(kernel_name, theme::code_font(theme::TINY), theme.muted);
            ui.add(Label::new(job).wrap());
        }
    });
}

/// What it counts. `None` for one that we know by the kernel's name only.
fn plain_name(language: Language, name: &str) -> Option<String> {
    // IPv6's own are called `Udp6NoPorts` and count the same.
    let own = match (name.strip_prefix("Udp6"), name.strip_prefix("Icmp6")) {
        (Some(rest), _) => format!("Udp.{rest}"),
        (None, Some(rest)) => format!("Icmp.{rest}"),
        (None, None) => name.to_owned(),
    };
    match own.split_once('.')? {
        ("TcpExt", name) => tcp_extra(language, name),
        (group, name) => basic(language, group, name),
    }
}

fn basic(language: Language, group: &str, name: &str) -> Option<String> {
    let text = match (group, name) {
        ("Ip", "InHdrErrors") => say!(language, "counter.ip_header"),
        ("Ip", "InAddrErrors") => say!(language, "counter.ip_address"),
        ("Ip", "InDiscards") => say!(language, "counter.ip_in_discards"),
        ("Ip", "OutDiscards") => say!(language, "counter.ip_out_discards"),
        ("Icmp", "InCsumErrors") => say!(language, "counter.icmp_checksum"),
        ("Icmp", "InDestUnreachs") => say!(language, "counter.unreachable_in"),
        ("Icmp", "OutDestUnreachs") => say!(language, "counter.unreachable_out"),
        ("Tcp", "AttemptFails") => say!(language, "counter.attempt_fails"),
        ("Tcp", "EstabResets") => say!(language, "counter.resets"),
        ("Tcp", "RetransSegs") => say!(language, "counter.resent"),
        ("Tcp", "InErrs") => say!(language, "counter.in_errors"),
        ("Tcp", "OutRsts") => say!(language, "counter.rst_sent"),
        ("Tcp", "InCsumErrors") => say!(language, "counter.tcp_checksum"),
        ("Udp", "NoPorts") => say!(language, "counter.udp_no_port"),
        ("Udp", "InErrors") => say!(language, "counter.udp_errors"),
        ("Udp", "RcvbufErrors") => say!(language, "counter.udp_full"),
        ("Udp", "SndbufErrors") => say!(language, "counter.udp_send_full"),
        ("Udp", "InCsumErrors") => say!(language, "counter.udp_checksum"),
        _ => return None,
    };
    Some(text.into_owned())
}

fn tcp_extra(language: Language, name: &str) -> Option<String> {
    let text = match name {
        "ListenOverflows" => say!(language, "counter.listen_overflows"),
        "ListenDrops" => say!(language, "counter.listen_drops"),
        "EmbryonicRsts" => say!(language, "counter.embryonic"),
        "PruneCalled" => say!(language, "counter.prune"),
        "TCPTimeouts" => say!(language, "counter.timeouts"),
        "TCPLossProbes" => say!(language, "counter.loss_probes"),
        "TCPFastRetrans" => say!(language, "counter.fast"),
        "TCPSlowStartRetrans" => say!(language, "counter.slow_start"),
        "TCPSynRetrans" => say!(language, "counter.syn_resent"),
        "TCPKeepAlive" => say!(language, "counter.keepalive"),
        "TCPWinProbe" => say!(language, "counter.window_probe"),
        "TCPDSACKRecv" => say!(language, "counter.dsack_in"),
        "TCPDSACKOldSent" => say!(language, "counter.dsack_out"),
        "TCPOFOQueue" => say!(language, "counter.out_of_order"),
        "TCPAbortOnData" => say!(language, "counter.abort_data"),
        "TCPAbortOnClose" => say!(language, "counter.abort_close"),
        "TCPAbortOnTimeout" => say!(language, "counter.abort_timeout"),
        "TCPAbortOnLinger" => say!(language, "counter.abort_linger"),
        "TCPBacklogDrop" => say!(language, "counter.backlog_drop"),
        "TCPRcvQDrop" => say!(language, "counter.receive_drop"),
        "TCPReqQFullDrop" => say!(language, "counter.half_open_full"),
        "TCPReqQFullDoCookies" => say!(language, "counter.cookies"),
        "TCPToZeroWindowAdv" => say!(language, "counter.zero_window"),
        "TCPFromZeroWindowAdv" => say!(language, "counter.window_opened"),
        "TCPChallengeACK" => say!(language, "counter.challenge"),
        _ => return None,
    };
    Some(text.into_owned())
}
