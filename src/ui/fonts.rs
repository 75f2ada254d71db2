//! The bundled fonts: Inter for Latin, Noto Sans SC for hanzi, Noto Sans Mono CJK for code.
//!
//! egui has no bold, so bold is a family of its own. In code the Noto font comes first: there a
//! hanzi is exactly two letters wide. Quotation marks, dashes and ellipses are as wide as a hanzi
//! in Chinese and narrow in English, so the order depends on the language.

use std::sync::Arc;

use eframe::egui::{FontData, FontDefinitions, FontFamily};

use crate::lesson::Language;

const FILES: [(&str, &[u8]); 7] = [
    (
        "inter",
        include_bytes!("../../assets/fonts/Inter-Regular.otf"),
    ),
    (
        "inter-bold",
        include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
    ),
    (
        "noto",
        include_bytes!("../../assets/fonts/NotoSansSC-Regular.otf"),
    ),
    (
        "noto-bold",
        include_bytes!("../../assets/fonts/NotoSansSC-Bold.otf"),
    ),
    (
        "marks",
        include_bytes!("../../assets/fonts/NotoSansSC-Regular-punctuation.otf"),
    ),
    (
        "marks-bold",
        include_bytes!("../../assets/fonts/NotoSansSC-Bold-punctuation.otf"),
    ),
    (
        "mono",
        include_bytes!("../../assets/fonts/NotoSansMonoCJKsc-Regular.otf"),
    ),
];

pub fn definitions(language: Language) -> FontDefinitions {
    // Of egui's own fonts the ones with pictures stay, as a last resort: a program may print 😀.
    // Rare hanzi come from the system's fonts, when it has any (`NativeOptions` of eframe).
    let mut fonts = FontDefinitions::default();
    let usual = fonts.families.remove(&FontFamily::Proportional);
    let is_picture = |name: &String| name.to_lowercase().contains("emoji");
    let pictures: Vec<String> = usual.into_iter().flatten().filter(is_picture).collect();
    fonts.font_data.retain(|name, _| pictures.contains(name));
    for (name, bytes) in FILES {
        let data = Arc::new(FontData::from_static(bytes));
        fonts.font_data.insert(name.to_owned(), data);
    }
    let (text, bold): (&[&str], &[&str]) = match language {
        Language::English => (&["inter", "noto"], &["inter-bold", "noto-bold"]),
        Language::Chinese => (
            &["marks", "inter", "noto"],
            &["marks-bold", "inter-bold", "noto-bold"],
        ),
    };
    for (family, names) in [
        (FontFamily::Proportional, text),
        (FontFamily::Name("bold".into()), bold),
        (FontFamily::Monospace, &["mono", "inter"]),
    ] {
        let own = names.iter().map(|name| (*name).to_owned());
        let names = own.chain(pictures.iter().cloned()).collect();
        fonts.families.insert(family, names);
    }
    fonts
}
