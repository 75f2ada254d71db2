//! Markdown to blocks, through pulldown-cmark.
//!
//! In: the text after the front matter. Out: [`Piece`]s in order, each with its line: ordinary
//! [`Block`]s, and fenced blocks that `parse` gives their meaning. No recursion, so that depth
//! in the text is not depth on the stack.

use std::ops::Range;

use pulldown_cmark::{
    Alignment as Column, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
};

use super::comment::Comment;
use super::inline::{Runs, with_markers, without_markers};
use super::lines::Lines;
use super::problem::Problems;
use super::types::{Alignment, Block, Inline, Link, Look};
use super::{callout, link};

/// Lists in quotes in lists: nobody reads deeper.
pub(super) const DEEPEST: usize = 16;

/// What may be written after the fence of a block that is just shown.
pub(super) const PLAIN: &[&str] = &[
    "", "text", "python", "c", "rust", "sh", "bash", "console", "json", "toml", "http", "markdown",
];
pub(super) const UNCLOSED: &str = "the block is not closed";

/// What the text mentions that lies outside its file, each with its line.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub pictures: Vec<(String, usize)>,
    pub lessons: Vec<(String, usize)>,
}

/// Something at the left margin.
#[derive(Debug)]
pub(super) struct Piece {
    pub line: usize,
    pub what: PieceKind,
}

#[derive(Debug)]
pub(super) enum PieceKind {
    Block(Block),
    /// ```` ```info ```` … ```` ``` ````, where `info` is none of [`PLAIN`].
    Fence {
        info: String,
        text: String,
        /// Where its first line of text stands.
        text_line: usize,
        /// Whether the closing fence is there.
        is_closed: bool,
        /// Inside a list or a quote.
        is_nested: bool,
    },
}

/// What is open and waits for its end.
enum Frame {
    Quote(Vec<Block>),
    List {
        first: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Item(Vec<Block>),
}

#[derive(Default)]
struct Table {
    alignment: Vec<Alignment>,
    header: Vec<Vec<Inline>>,
    rows: Vec<Vec<Vec<Inline>>>,
    row: Vec<Vec<Inline>>,
}

struct Fence {
    info: String,
    text: String,
    start: usize,
}

/// A picture whose description is being read.
struct Picture {
    name: String,
    alt: String,
    start: usize,
}

struct Reader<'a> {
    text: &'a str,
    lines: Lines,
    problems: &'a mut Problems,
    pieces: Vec<Piece>,
    frames: Vec<Frame>,
    /// How many containers were too deep to open.
    too_deep: usize,
    runs: Runs,
    runs_start: usize,
    look: Look,
    bold: usize,
    italic: usize,
    link: Option<Link>,
    /// A picture may not stand in a heading.
    in_heading: bool,
    picture: Option<Picture>,
    table: Option<Table>,
    fence: Option<Fence>,
    comment: Comment,
    mentions: Mentions,
}

/// Reads the prose; `lines_before` is how many lines of the file stand before it.
pub(super) fn read(
    prose: &str,
    lines_before: usize,
    problems: &mut Problems,
) -> (Vec<Piece>, Mentions) {
    let marked = with_markers(prose);
    let mut reader = Reader::new(&marked, lines_before, problems);
    for (event, range) in Parser::new_ext(&marked, Options::ENABLE_TABLES).into_offset_iter() {
        reader.see(event, range);
    }
    reader.end_paragraph();
    (reader.pieces, reader.mentions)
}

/// One line of text, as in a quiz: no blocks, only runs.
pub(super) fn read_line(text: &str, line: usize, problems: &mut Problems) -> Vec<Inline> {
    let marked = with_markers(text.trim());
    let mut reader = Reader::new(&marked, line.saturating_sub(1), problems);
    for (event, range) in Parser::new_ext(&marked, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            event => reader.see(event, range),
        }
    }
    let mentions = &reader.mentions;
    if let Some((what, line)) = mentions.pictures.iter().chain(&mentions.lessons).next() {
        let message = format!("'{what}' is a picture or a lesson, and stands inside a block");
        let remedy = "put it into the text above or below the block";
        reader.problems.add(*line, message, remedy);
    }
    let runs = reader.runs.take();
    let is_plain = reader.pieces.is_empty();
    if is_plain && !runs.is_empty() {
        return runs;
    }
    // A question like "1. …" is a list to markdown, and a sentence to its reader.
    vec![Inline {
        text: without_markers(text.trim()),
        look: Look::default(),
        link: None,
    }]
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, lines_before: usize, problems: &'a mut Problems) -> Self {
        Self {
            text,
            lines: Lines::new(text, lines_before),
            problems,
            pieces: Vec::new(),
            frames: Vec::new(),
            too_deep: 0,
            runs: Runs::default(),
            runs_start: 0,
            look: Look::default(),
            bold: 0,
            italic: 0,
            link: None,
            in_heading: false,
            picture: None,
            table: None,
            fence: None,
            comment: Comment::default(),
            mentions: Mentions::default(),
        }
    }

    fn see(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => match &mut self.fence {
                Some(fence) => fence.text.push_str(&text),
                None => self.text(&text, range),
            },
            Event::Code(text) => {
                self.look.code = true;
                self.text(&text, range);
                self.look.code = false;
            }
            Event::InlineHtml(tag) | Event::Html(tag) => self.html(&tag, range),
            Event::SoftBreak => self.runs.soft_break(),
            Event::HardBreak => self.runs.hard_break(),
            Event::Rule => {
                self.end_paragraph();
                self.add(Block::Rule, range.start);
            }
            // Their options are off.
            Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.end_paragraph(),
            Tag::Heading { .. } => {
                self.end_paragraph();
                self.in_heading = true;
            }
            Tag::BlockQuote(_) => self.open(Frame::Quote(Vec::new()), range),
            Tag::List(first) => {
                let items = Vec::new();
                self.open(Frame::List { first, items }, range);
            }
            Tag::Item => self.open(Frame::Item(Vec::new()), range),
            Tag::CodeBlock(kind) => {
                self.end_paragraph();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => without_markers(info.trim()),
                    CodeBlockKind::Indented => String::new(),
                };
                self.fence = Some(Fence {
                    info,
                    text: String::new(),
                    start: range.start,
                });
            }
            Tag::Table(columns) => {
                self.end_paragraph();
                let alignment = columns.into_iter().map(alignment).collect();
                self.table = Some(Table {
                    alignment,
                    ..Table::default()
                });
            }
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::Link { dest_url, .. } => self.open_link(&without_markers(&dest_url), range.start),
            Tag::Image { dest_url, .. } => {
                self.picture = Some(Picture {
                    name: without_markers(&dest_url),
                    alt: String::new(),
                    start: range.start,
                });
            }
            Tag::TableHead | Tag::TableRow | Tag::TableCell | Tag::HtmlBlock => {}
            // Their options are off.
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::Heading(level) => {
                let text = self.runs.take();
                let level = level_of(level);
                self.in_heading = false;
                self.add(Block::Heading { level, text }, range.start);
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.close(range.start),
            TagEnd::CodeBlock => self.end_fence(range),
            TagEnd::TableCell => {
                let cell = self.runs.take();
                self.with_table(|table| table.row.push(cell));
            }
            TagEnd::TableHead => {
                self.with_table(|table| table.header = std::mem::take(&mut table.row))
            }
            TagEnd::TableRow => self.with_table(|table| {
                let row = std::mem::take(&mut table.row);
                table.rows.push(row);
            }),
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    let block = Block::Table {
                        alignment: table.alignment,
                        header: table.header,
                        rows: table.rows,
                    };
                    self.add(block, range.start);
                }
            }
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Link => self.link = None,
            TagEnd::Image => self.end_picture(),
            TagEnd::HtmlBlock => {
                if self.comment.was_left_open() {
                    let line = self.lines.line(range.start);
                    self.problems
                        .add(line, "a comment that is not closed", "add --> after it");
                }
            }
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if let Some(picture) = &mut self.picture {
            return picture.alt.push_str(text);
        }
        let mut text = text;
        if self.runs.is_empty() {
            self.runs_start = range.start;
            text = text.trim_start(); // a picture stood before it
        }
        let look = Look {
            bold: self.bold > 0,
            italic: self.italic > 0,
            ..self.look
        };
        self.runs.push(text, look, self.link.as_ref());
    }

    fn html(&mut self, tag: &str, range: Range<usize>) {
        match tag.trim() {
            comment if self.comment.has(comment) => {}
            "<kbd>" => self.look.key = true,
            "</kbd>" => self.look.key = false,
            other => {
                let shown: String = without_markers(other).chars().take(40).collect();
                self.problems.add(
                    self.lines.line(range.start),
                    format!("HTML is not allowed here: {shown}"),
                    "use markdown; only <kbd>…</kbd> inside a line is allowed",
                );
            }
        }
    }

    fn open_link(&mut self, address: &str, start: usize) {
        let line = self.lines.line(start);
        match link::parse(address) {
            Ok(link) => {
                if let Link::Lesson(lesson) = &link {
                    self.mentions.lessons.push((lesson.clone(), line));
                }
                self.link = Some(link);
            }
            Err(message) => self.problems.add(line, message, link::REMEDY),
        }
    }

    /// A picture is a block: what stands before and after it in its line are paragraphs.
    fn end_picture(&mut self) {
        let Some(Picture { name, alt, start }) = self.picture.take() else {
            return;
        };
        let line = self.lines.line(start);
        let alt = without_markers(alt.trim());
        if alt.is_empty() {
            let remedy = "write ![what it shows](picture.png)";
            self.problems
                .add(line, "a picture without a description", remedy);
        }
        if self.in_heading || self.table.is_some() || self.link.is_some() {
            let message = "a picture inside a heading, a table or a link";
            let remedy = "put it on a line of its own";
            return self.problems.add(line, message, remedy);
        }
        self.end_paragraph();
        self.mentions.pictures.push((name.clone(), line));
        self.add(Block::Picture { alt, name, line }, start);
    }

    fn with_table(&mut self, change: impl FnOnce(&mut Table)) {
        if let Some(table) = &mut self.table {
            change(table);
        }
    }

    fn open(&mut self, frame: Frame, range: Range<usize>) {
        self.end_paragraph();
        if self.frames.len() < DEEPEST {
            return self.frames.push(frame);
        }
        if self.too_deep == 0 {
            self.problems.add(
                self.lines.line(range.start),
                format!("lists and quotes nested more than {DEEPEST} deep"),
                "bring the text closer to the margin",
            );
        }
        self.too_deep += 1;
    }

    fn close(&mut self, start: usize) {
        self.end_paragraph();
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        match self.frames.pop() {
            Some(Frame::Quote(blocks)) => {
                let line = self.lines.line(start);
                let block = callout::of_quote(blocks, line, self.problems);
                self.add(block, start);
            }
            Some(Frame::List { first, items }) => self.add(Block::List { first, items }, start),
            Some(Frame::Item(blocks)) => {
                if let Some(Frame::List { items, .. }) = self.frames.last_mut() {
                    items.push(blocks);
                }
            }
            None => {}
        }
    }

    /// Also ends the text of a tight list's item, which markdown gives no paragraph.
    fn end_paragraph(&mut self) {
        self.look.key = false;
        let runs = self.runs.take();
        if !runs.is_empty() {
            self.add(Block::Paragraph(runs), self.runs_start);
        }
    }

    fn end_fence(&mut self, range: Range<usize>) {
        let Some(fence) = self.fence.take() else {
            return;
        };
        let source = &self.text[range.start..range.end.min(self.text.len())];
        let last = source.trim_end().lines().last().unwrap_or("");
        let is_fenced = source.trim_start().starts_with(['`', '~']);
        let is_mark = |c: char| matches!(c, '`' | '~' | '>' | ' ');
        let is_closed = !is_fenced || (source.lines().count() > 1 && last.chars().all(is_mark));
        let start = self.lines.line(fence.start);
        let is_nested = !self.frames.is_empty() || self.too_deep > 0;
        let text = without_markers(&fence.text);
        if PLAIN.contains(&fence.info.as_str()) {
            if !is_closed {
                self.problems
                    .add(start, UNCLOSED, "add a line ``` after it");
            }
            let language = fence.info;
            return self.add(Block::Code { language, text }, fence.start);
        }
        let what = PieceKind::Fence {
            info: fence.info,
            text,
            text_line: start + usize::from(is_fenced),
            is_closed,
            is_nested,
        };
        self.pieces.push(Piece { line: start, what });
    }

    fn add(&mut self, block: Block, start: usize) {
        match self.frames.last_mut() {
            Some(Frame::Quote(blocks) | Frame::Item(blocks)) => blocks.push(block),
            // Markdown puts nothing between a list and its items.
            Some(Frame::List { .. }) => {}
            None => {
                let line = self.lines.line(start);
                let what = PieceKind::Block(block);
                self.pieces.push(Piece { line, what });
            }
        }
    }
}

fn alignment(column: Column) -> Alignment {
    match column {
        Column::None | Column::Left => Alignment::Left,
        Column::Center => Alignment::Centre,
        Column::Right => Alignment::Right,
    }
}

fn level_of(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
