//! `> [!NOTE]`: a quote whose first word says what it is about.
//!
//! In: the blocks of a quote. Out: a callout, or the quote as it was.

use super::problem::Problems;
use super::types::{Block, Callout};

const WORDS: [(&str, Callout); 4] = [
    ("NOTE", Callout::Note),
    ("TIP", Callout::Tip),
    ("WARNING", Callout::Warning),
    ("LINUX", Callout::Linux),
];

pub(super) fn of_quote(mut blocks: Vec<Block>, line: usize, problems: &mut Problems) -> Block {
    let Some(Block::Paragraph(runs)) = blocks.first_mut() else {
        return Block::Quote(blocks);
    };
    let Some(first) = runs.first_mut() else {
        return Block::Quote(blocks);
    };
    let marked = first.text.strip_prefix("[!");
    let Some((word, rest)) = marked.and_then(|text| text.split_once(']')) else {
        return Block::Quote(blocks);
    };
    let mut known = WORDS.into_iter();
    let Some((_, kind)) = known.find(|(known, _)| known.eq_ignore_ascii_case(word)) else {
        let message = format!("'[!{word}]' is no kind of note");
        let known = WORDS.map(|(word, _)| format!("[!{word}]")).join(", ");
        problems.add(line, message, format!("write one of {known}"));
        return Block::Quote(blocks);
    };
    first.text = rest.trim_start().to_owned();
    if first.text.is_empty() {
        runs.remove(0);
    }
    if runs.is_empty() {
        blocks.remove(0);
    }
    if blocks.is_empty() {
        let remedy = "write its text on the next line, after >";
        problems.add(line, "a note without a text", remedy);
    }
    Block::Callout { kind, blocks }
}
