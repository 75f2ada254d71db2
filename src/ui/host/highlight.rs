//! Python in colours, by the token stream of the very parser that the interpreter uses.

use eframe::egui;
use eframe::egui::cache::{ComputerMut, FrameCache};
use eframe::egui::text::{LayoutJob, TextFormat};
use ruff_python_ast::token::TokenKind;
use ruff_text_size::Ranged as _;

use crate::session::Look;
use crate::ui::theme::{self, Theme};

#[derive(Default)]
struct Highlighter;

impl ComputerMut<(&str, bool), LayoutJob> for Highlighter {
    fn compute(&mut self, (source, is_dark): (&str, bool)) -> LayoutJob {
        let look = if is_dark { Look::Dark } else { Look::Light };
        highlight(source, theme::theme(look))
    }
}

/// The coloured source, computed once while it stays on screen.
pub fn highlighted(ctx: &egui::Context, source: &str, look: Look) -> LayoutJob {
    type Cache = FrameCache<LayoutJob, Highlighter>;
    ctx.memory_mut(|memory| {
        let cache = memory.caches.cache::<Cache>();
        cache.get((source, look == Look::Dark)).clone()
    })
}

fn highlight(source: &str, theme: &Theme) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    let mut done = 0;
    let mut push = |from: usize, to: usize, colour| {
        let font = theme::code_font(theme::CODE);
        let mut format = TextFormat::simple(font, colour);
        format.line_height = Some(row_height());
        job.append(&source[from..to], 0.0, format);
    };
    if super::nesting::is_too_deep(source) {
        push(0, source.len(), theme.text);
        return job;
    }
    let parsed = ruff_python_parser::parse_unchecked_source(source, Default::default());
    for token in parsed.tokens() {
        let (from, to) = (token.start().to_usize(), token.end().to_usize());
        if from < done || to > source.len() || from == to {
            continue;
        }
        push(done, from, theme.text);
        push(from, to, colour(token.kind(), &source[to..], theme));
        done = to;
    }
    push(done, source.len(), theme.text);
    job
}

/// Rows lie on whole points, so that the bar of the current line does too.
pub fn row_height() -> f32 {
    (theme::CODE * theme::CODE_LEADING).round()
}

fn colour(kind: TokenKind, after: &str, theme: &Theme) -> egui::Color32 {
    match kind {
        TokenKind::Comment => theme.comment,
        TokenKind::String
        | TokenKind::FStringStart
        | TokenKind::FStringMiddle
        | TokenKind::FStringEnd => theme.string,
        TokenKind::Int | TokenKind::Float | TokenKind::Complex => theme.number,
        TokenKind::Name if after.starts_with('(') => theme.function,
        kind if kind.is_keyword() || kind.is_singleton() => theme.keyword,
        _ => theme.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlighting_keeps_every_character_even_of_broken_programs() {
        for source in [
            "",
            "import socket\n\ns.connect((\"192.168.131.62\", 8989))\n",
            "print(\"没有结尾",
            "def f(:\n\treturn )",
            "数据 = f'{x!r} 好'\r\n",
            "if x:\n    pass\n  y",
            &"(".repeat(20_000),
        ] {
            let job = highlight(source, theme::theme(Look::Light));
            assert_eq!(job.text, source);
        }
    }

    #[test]
    fn calls_strings_and_keywords_have_colours_of_their_own() {
        let theme = theme::theme(Look::Light);
        let job = highlight("import x\nf('a', 1)  # c", theme);
        let colour_of = |text: &str| {
            let at = job.text.find(text).expect("it is there");
            let holds = |s: &&egui::text::LayoutSection| {
                s.byte_range.start.0 <= at && at < s.byte_range.end.0
            };
            job.sections.iter().find(holds).map(|s| s.format.color)
        };
        assert_eq!(colour_of("import"), Some(theme.keyword));
        assert_eq!(colour_of("f("), Some(theme.function));
        assert_eq!(colour_of("'a'"), Some(theme.string));
        assert_eq!(colour_of("1)"), Some(theme.number));
        assert_eq!(colour_of("# c"), Some(theme.comment));
    }
}
