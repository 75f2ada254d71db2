//! The report as Markdown, as GitHub reads it. The ladder is text; nothing in a run can become
//! markup.

use super::super::text::{self, Look};
use super::clean;
use super::document::{Answer, Block, Cell, Document, Listing, Row, Said, Table, Verdict};
use super::run::Run;
use crate::lesson::Language;
use crate::words::say;

/// Of the ladder, in columns; with many hosts it may be wider.
const WIDTH: usize = 100;
const WIDEST: usize = 400;
/// So many lines of it are shown.
const MOST_LINES: usize = 800;

pub fn file(run: &Run<'_>, document: &Document) -> String {
    let language = run.language;
    let mut out = String::new();
    let kicker = say!(language, "report.kicker");
    out.push_str(&format!(
        "# {} · {}\n\n",
        escaped(&kicker),
        escaped(&document.title)
    ));
    if let Some(subtitle) = &document.subtitle {
        out.push_str(&format!("*{}*\n\n", escaped(subtitle)));
    }
    for blank in &document.blanks {
        out.push_str(&format!(
            "{} \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\n\n",
            escaped(blank)
        ));
    }
    for (key, values) in &document.facts {
        let values: Vec<String> = values.iter().map(cell).collect();
        out.push_str(&format!("- **{}**: {}\n", escaped(key), values.join("; ")));
    }
    for section in &document.sections {
        out.push_str(&format!("\n## {}\n\n", escaped(&section.title)));
        for block in &section.blocks {
            out.push_str(&block_text(run, block));
            out.push('\n');
        }
    }
    out
}

fn block_text(run: &Run<'_>, block: &Block) -> String {
    let language = run.language;
    match block {
        Block::Heading(text) => format!("### {}\n", escaped(text)),
        Block::Words(text) => format!("{}\n", escaped(text)),
        Block::Aside(text) => format!("*{}*\n", escaped(text)),
        Block::Points(points) => points
            .iter()
            .map(|point| format!("- {}\n", escaped(point)))
            .collect(),
        Block::Table(of) => table(of),
        Block::Listing(of) => fenced(&listing(language, of)),
        Block::Console(said) => fenced(&console(language, said)),
        Block::Answer(of) => answer(language, of),
        Block::Ladder => ladder(run),
    }
}

/// As text: its beginning, where there is too much of it.
fn ladder(run: &Run<'_>) -> String {
    let language = run.language;
    let drawn = |width: usize| {
        let look = Look {
            width,
            language,
            ..Look::default()
        };
        text::ladder(run.trace, &look)
    };
    let lines = drawn(WIDTH).or_else(|narrow| drawn(narrow.least.min(WIDEST)));
    let Ok(lines) = lines else {
        return format!("{}\n", escaped(&say!(language, "report.ladder_in_table")));
    };
    let shown = lines.iter().take(MOST_LINES);
    let shown: Vec<String> = shown.map(|line| clean::long_line(&line.plain())).collect();
    let mut out = fenced(&shown.join("\n"));
    let left_out = lines.len().saturating_sub(MOST_LINES);
    if left_out > 0 {
        let words = say!(language, "report.lines_left_out", count = left_out);
        out.push_str(&format!("\n{}\n", escaped(&words)));
    }
    out
}

fn table(table: &Table) -> String {
    let titles: Vec<String> = table
        .columns
        .iter()
        .map(|column| in_row(&escaped(&column.title)))
        .collect();
    let rules: Vec<&str> = table
        .columns
        .iter()
        .map(|column| if column.is_number { "--:" } else { "---" })
        .collect();
    let mut out = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
    for row in &table.rows {
        let cells: Vec<String> = match row {
            Row::Cells(cells) => cells.iter().map(|of| in_row(&cell(of))).collect(),
            Row::Head(text) => {
                let mut cells = vec![String::new(); table.columns.len()];
                // Where there is room for words.
                let first = table.columns.iter().position(|column| !column.is_number);
                if let Some(cell) = cells.get_mut(first.unwrap_or(0)) {
                    *cell = format!("**{}**", in_row(&escaped(text)));
                }
                cells
            }
        };
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

fn cell(of: &Cell) -> String {
    match of {
        Cell::Words(text) => escaped(text),
        // A pipe in a table cannot be code: there it has to be written as an entity.
        Cell::Code(text) if text.contains('|') => escaped(text),
        Cell::Code(text) => code(text),
        Cell::Bad(text) => format!("✕ {}", escaped(text)),
        Cell::Host { title, .. } => escaped(title),
        Cell::Lines(lines) => {
            let lines: Vec<String> = lines.iter().map(cell).collect();
            lines.join("; ")
        }
    }
}

/// A row is one line, and a pipe would end the cell.
fn in_row(text: &str) -> String {
    text.replace('|', "&#124;").replace(['\n', '\r'], " ")
}

/// Between backticks enough.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let ticks = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{text}{space}{ticks}")
}

fn fenced(text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}text\n{text}{end}{fence}\n")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

fn listing(language: Language, listing: &Listing) -> String {
    let digits = listing.lines.len().to_string().len();
    let lines = listing.lines.iter().enumerate().map(|(index, line)| {
        let number = index + 1;
        let marked = listing.marked.as_ref().filter(|(line, _)| *line == number);
        let mark = marked.map(|(_, what)| {
            let words = say!(language, "report.died_here", what = what);
            format!("  {words}")
        });
        format!("{number:digits$}  {line}{}\n", mark.unwrap_or_default())
    });
    lines.collect()
}

fn console(language: Language, said: &[Said]) -> String {
    let said = said.iter().map(|piece| match piece {
        Said::Printed(text) | Said::Typed(text) | Said::Traceback(text) => text.clone(),
        Said::LeftOut(count) => {
            format!(
                "{}\n",
                say!(language, "report.lines_left_out", count = count)
            )
        }
    });
    said.collect()
}

fn answer(language: Language, answer: &Answer) -> String {
    let word = match (&answer.answered, answer.verdict) {
        (None, _) => say!(language, "report.not_answered"),
        (Some(_), Verdict::Right) => say!(language, "report.right"),
        (Some(_), Verdict::Wrong) => say!(language, "report.wrong"),
        (Some(_), Verdict::Open) => say!(language, "report.open"),
    };
    let mut out = format!("- **{}**\n", escaped(&answer.question));
    if let Some(answered) = &answer.answered {
        let title = say!(language, "report.answered");
        out.push_str(&format!("  - {} {}\n", escaped(&title), escaped(answered)));
    }
    out.push_str(&format!("  - **{}**\n", escaped(&word)));
    for then in &answer.then {
        out.push_str(&format!("  - {}\n", escaped(then)));
    }
    out
}

/// Words in which nothing is markup; always one line, never the beginning of a block.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (index, char) in text.chars().enumerate() {
        let is_mark = "\\`*_{}[]<>#~&!".contains(char);
        let begins = index == 0 && "-+=.".contains(char);
        match char {
            '\n' | '\r' => out.push(' '),
            _ => {
                if is_mark || begins {
                    out.push('\\');
                }
                out.push(char);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_markup() {
        assert_eq!(escaped("a*b_c|d<e>"), "a\\*b\\_c|d\\<e\\>");
        assert_eq!(escaped("- x"), "\\- x");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(fenced("x\n```\ny"), "````text\nx\n```\ny\n````\n");
        assert_eq!(
            in_row(&cell(&Cell::Code("a\\|b".to_owned()))),
            "a\\\\&#124;b"
        );
    }
}
