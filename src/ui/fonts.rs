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

#[cfg(test)]
mod tests {
    use eframe::egui::{Context, FontId};

    use super::*;

    #[test]
    fn chinese_in_utf_8_that_is_read_as_gbk_is_drawn_in_every_family() {
        // The 3755 most common hanzi, as GB2312 lists them, wherever GBK begins to read.
        let common = (0xB0..0xD8).flat_map(|high| (0xA1..0xFF).map(move |low| [high, low]));
        let common: String = common
            .filter_map(|bytes| {
                let (text, had_errors) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
                (!had_errors).then(|| text.into_owned())
            })
            .filter(|text| text.chars().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)))
            .collect();
        let bytes = common.as_bytes();
        let garbled = (0..3).map(|skipped| {
            let (text, _) = encoding_rs::GBK.decode_without_bom_handling(&bytes[skipped..]);
            text.into_owned()
        });
        let mut garbled: Vec<char> = garbled.collect::<String>().chars().collect();
        garbled.sort_unstable();
        garbled.dedup();
        // What cannot be read is no hanzi, and neither is GBK's room for users.
        garbled.retain(|c| ('\u{4E00}'..='\u{9FFF}').contains(c));
        assert!(garbled.len() > 1_500, "{}", garbled.len());

        let ctx = Context::default();
        ctx.set_fonts(definitions(Language::Chinese));
        // Fonts are there from the first frame on.
        let mut output = ctx.run_ui(Default::default(), |_| {});
        output.textures_delta.clear();
        for family in [
            FontFamily::Proportional,
            FontFamily::Name("bold".into()),
            FontFamily::Monospace,
        ] {
            let font = FontId::new(14.0, family.clone());
            let missing = |c: &&char| !ctx.fonts_mut(|fonts| fonts.has_glyph(&font, **c));
            let missing: String = garbled.iter().filter(missing).collect();
            assert_eq!(missing, "", "{family:?}");
        }
    }
}
