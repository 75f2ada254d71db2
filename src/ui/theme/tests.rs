//! Contrast and colour blindness, computed: no palette is kept that somebody cannot read.

use super::*;

fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

fn luminance(colour: Color32) -> f64 {
    0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: Color32, other: Color32) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_meets_wcag_aa_on_what_it_stands_on() {
    let mut bad = Vec::new();
    for look in [Look::Light, Look::Dark] {
        let t = theme(look);
        let grounds = [
            ("stage", t.stage),
            ("panel", t.panel),
            ("card", t.card),
            ("code", t.code),
        ];
        let inks = [
            ("text", t.text),
            ("muted", t.muted),
            ("faint", t.faint),
            ("client", t.client),
            ("server", t.server),
            ("wire", t.wire),
            ("good", t.good),
            ("warn", t.warn),
            ("bad", t.bad),
            ("closing", t.closing),
            ("keyword", t.keyword),
            ("function", t.function),
            ("string", t.string),
            ("number", t.number),
            ("comment", t.comment),
        ];
        let mut pairs: Vec<(&str, Color32, &str, Color32)> = Vec::new();
        for (ink_name, ink) in inks {
            pairs.extend(grounds.map(|(name, ground)| (ink_name, ink, name, ground)));
        }
        let tones = [
            ("client", t.client_tone()),
            ("server", t.server_tone()),
            ("wire", t.wire_tone()),
            ("good", t.good_tone()),
            ("warn", t.warn_tone()),
            ("bad", t.bad_tone()),
            ("slate", t.slate_tone()),
            ("closing", tone(t.closing, t.closing_soft)),
        ];
        for (name, each) in tones {
            pairs.push((name, each.strong, "its soft", each.soft));
            pairs.push(("on_strong", t.on_strong, name, each.strong));
            pairs.push(("text", t.text, name, each.soft));
        }
        pairs.push(("on_primary", t.on_primary, "primary", t.primary));
        pairs.push(("muted", t.muted, "trough", t.trough));
        pairs.push(("text", t.text, "trough", t.trough));
        // A button of a host or of the wire, under the pointer.
        for (name, each) in &tones[..3] {
            pairs.push((*name, each.strong, "trough", t.trough));
        }
        pairs.push(("muted", t.muted, "wire_soft", t.wire_soft));
        // The current line of code.
        for (name, ink) in &inks[10..] {
            pairs.push((*name, *ink, "warn_soft", t.warn_soft));
        }
        for (ink_name, ink, name, ground) in pairs {
            let ratio = contrast(ink, ground);
            if ratio < 4.5 {
                bad.push(format!("{look:?}: {ink_name} on {name} is {ratio:.2}"));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn the_ring_around_the_focus_is_seen_on_everything_it_stands_on() {
    for look in [Look::Light, Look::Dark] {
        let t = theme(look);
        for (name, ground) in [
            ("stage", t.stage),
            ("panel", t.panel),
            ("card", t.card),
            ("trough", t.trough),
            ("wire_soft", t.wire_soft),
            ("warn_soft", t.warn_soft),
            ("bad_soft", t.bad_soft),
        ] {
            // WCAG 2.2, 1.4.11: what is not text.
            let ratio = contrast(t.focus, ground);
            assert!(ratio >= 3.0, "{look:?}: focus on {name} is {ratio:.2}");
        }
    }
}

/// What a kind of colour blindness makes of linear RGB.
type Blindness = [[f64; 3]; 3];

/// Machado, Oliveira and Fernandes 2009, at full strength.
const BLINDNESS: [(&str, Blindness); 4] = [
    ("none", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

fn times(matrix: &Blindness, colour: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(colour).map(|(a, b)| a * b).sum())
}

/// The colour as such an eye sees it, in Oklab: there a distance is how different two look.
fn seen(colour: Color32, blindness: &Blindness) -> [f64; 3] {
    let linear = [colour.r(), colour.g(), colour.b()].map(linear);
    let seen = times(blindness, linear).map(|value| value.clamp(0.0, 1.0));
    let cones = times(
        &[
            [0.412_221, 0.536_333, 0.051_446],
            [0.211_903, 0.680_700, 0.107_397],
            [0.088_302, 0.281_719, 0.629_979],
        ],
        seen,
    );
    times(
        &[
            [0.210_454, 0.793_618, -0.004_072],
            [1.977_998, -2.428_592, 0.450_594],
            [0.025_904, 0.782_772, -0.808_676],
        ],
        cones.map(f64::cbrt),
    )
}

fn distance(one: [f64; 3], other: [f64; 3]) -> f64 {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The rest, good, warn, bad, closing and slate, always comes with a word or a shape of its own:
/// a state's name, a tick, a cross, a triangle.
#[test]
fn client_server_and_wire_stay_apart_for_every_eye() {
    // Some four times what one can just tell apart side by side.
    const APART: f64 = 0.08;
    for look in [Look::Light, Look::Dark] {
        let t = theme(look);
        for (eye, blindness) in &BLINDNESS {
            for (names, one, other) in [
                ("client and server", t.client, t.server),
                ("client and wire", t.client, t.wire),
                ("server and wire", t.server, t.wire),
            ] {
                let apart = distance(seen(one, blindness), seen(other, blindness));
                assert!(
                    apart >= APART,
                    "{look:?} {eye}: {names} are {apart:.3} apart"
                );
            }
        }
    }
}
