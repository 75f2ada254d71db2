//! The report as one HTML file: its style within, nothing fetched, no script.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::document::{Answer, Block, Cell, Document, Listing, Row, Said, Section, Table, Verdict};
use super::ladder;
use super::run::Run;
use crate::lesson::Language;
use crate::words::say;

const STYLE: &str = include_str!("style.css");
/// Nothing is fetched and nothing runs, whatever is in the run.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub fn page(run: &Run<'_>, document: &Document) -> String {
    let language = run.language;
    let tag = match language {
        Language::English => "en",
        Language::Chinese => "zh-CN",
    };
    let markup = html! {
        (DOCTYPE)
        html lang=(tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content="Sockstep";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (document.title) " · " (say!(language, "report.kicker")) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(language, document))
                main {
                    @for section in &document.sections {
                        (section_markup(run, section))
                    }
                }
            }
        }
    };
    markup.into_string()
}

fn head(language: Language, document: &Document) -> Markup {
    html! {
        header {
            p.kicker { (say!(language, "report.kicker")) }
            h1 { (document.title) }
            @if let Some(subtitle) = &document.subtitle {
                p.subtitle { (subtitle) }
            }
            div.blanks {
                @for blank in &document.blanks {
                    p { span { (blank) } i {} }
                }
            }
            dl {
                @for (key, values) in &document.facts {
                    div {
                        dt { (key) }
                        @for value in values { dd { (cell(value)) } }
                    }
                }
            }
            nav aria-label=(say!(language, "report.contents")) {
                @for section in &document.sections {
                    a href={ "#" (section.id) } { (section.title) }
                }
            }
        }
    }
}

fn section_markup(run: &Run<'_>, section: &Section) -> Markup {
    html! {
        section id=(section.id) class=[section.is_long.then_some("long")] {
            h2 { (section.title) }
            @for block in &section.blocks { (block_markup(run, block)) }
        }
    }
}

fn block_markup(run: &Run<'_>, block: &Block) -> Markup {
    match block {
        Block::Heading(text) => html! { h3 { (text) } },
        Block::Words(text) => html! { p { (text) } },
        Block::Aside(text) => html! { p.aside { (text) } },
        Block::Points(points) => html! { ul { @for point in points { li { (point) } } } },
        Block::Table(table) => table_markup(table),
        Block::Listing(listing) => listing_markup(run.language, listing),
        Block::Console(said) => console(run.language, said),
        Block::Answer(answer) => answer_markup(run.language, answer),
        Block::Ladder => ladder::ladder(run),
    }
}

fn table_markup(table: &Table) -> Markup {
    let columns = table.columns.len();
    html! {
        div.wide {
            table aria-label=(table.name) {
                thead { tr {
                    @for column in &table.columns {
                        th scope="col" class=[column.is_number.then_some("num")] { (column.title) }
                    }
                } }
                tbody {
                    @for row in &table.rows {
                        @match row {
                            Row::Head(text) => tr.group { th colspan=(columns) scope="rowgroup" { (text) } },
                            Row::Cells(cells) => tr {
                                @for (cell_of, column) in cells.iter().zip(&table.columns) {
                                    td class=[column.is_number.then_some("num")] { (cell(cell_of)) }
                                }
                            },
                        }
                    }
                }
            }
        }
    }
}

fn cell(of: &Cell) -> Markup {
    match of {
        Cell::Words(text) => html! { (text) },
        Cell::Code(text) => html! { code { (text) } },
        Cell::Bad(text) => html! { span.bad { "✕ " (text) } },
        Cell::Host { title, is_server } => html! { span.who.v[*is_server] { (title) } },
        Cell::Lines(lines) => html! {
            @for (index, line) in lines.iter().enumerate() {
                @if index > 0 { br; }
                (cell(line))
            }
        },
    }
}

fn listing_markup(language: Language, listing: &Listing) -> Markup {
    let mark = |index: usize| {
        let marked = listing.marked.as_ref();
        marked
            .filter(|(line, _)| *line == index + 1)
            .map(|(_, what)| what)
    };
    html! {
        ol.code {
            @for (index, line) in listing.lines.iter().enumerate() {
                @match mark(index) {
                    Some(what) => li.hit { (line) " " mark { (say!(language, "report.died_here", what = what)) } },
                    None => li { (line) },
                }
            }
        }
    }
}

fn console(language: Language, said: &[Said]) -> Markup {
    html! {
        pre.console {
            @for piece in said {
                @match piece {
                    Said::Printed(text) => (text),
                    Said::Typed(text) => kbd { (text) },
                    Said::Traceback(text) => span.bad { (text) },
                    Said::LeftOut(count) => i { (say!(language, "report.lines_left_out", count = count)) "\n" },
                }
            }
        }
    }
}

fn answer_markup(language: Language, answer: &Answer) -> Markup {
    let (class, word) = match (&answer.answered, answer.verdict) {
        (None, _) => ("none", say!(language, "report.not_answered")),
        (Some(_), Verdict::Right) => ("right", say!(language, "report.right")),
        (Some(_), Verdict::Wrong) => ("wrong", say!(language, "report.wrong")),
        (Some(_), Verdict::Open) => ("open", say!(language, "report.open")),
    };
    html! {
        div.answer.(class) {
            p.question { (answer.question) }
            @if let Some(answered) = &answer.answered {
                p { b { (say!(language, "report.answered")) } " " (answered) }
            }
            p.verdict { (word) }
            @for then in &answer.then { p { (then) } }
        }
    }
}
