//! What a report is made of, whoever writes it down. All texts in it are clean already.

#[derive(Debug, Default)]
pub struct Document {
    pub title: String,
    pub subtitle: Option<String>,
    /// Lines to fill in by hand, each with what belongs there.
    pub blanks: Vec<String>,
    pub facts: Vec<(String, Vec<Cell>)>,
    pub sections: Vec<Section>,
}

#[derive(Debug)]
pub struct Section {
    /// Unique in the report: links inside it lead here.
    pub id: &'static str,
    pub title: String,
    pub blocks: Vec<Block>,
    /// Printed, it begins a page.
    pub is_long: bool,
}

#[derive(Debug)]
pub enum Block {
    Heading(String),
    Words(String),
    /// How to read what follows, and what it cannot tell.
    Aside(String),
    Points(Vec<String>),
    Table(Table),
    Listing(Listing),
    Console(Vec<Said>),
    Answer(Answer),
    Ladder,
}

#[derive(Debug, Default)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

#[derive(Debug)]
pub struct Column {
    pub title: String,
    /// Figures stand below each other.
    pub is_number: bool,
}

#[derive(Debug)]
pub enum Row {
    Cells(Vec<Cell>),
    /// What the rows below it have in common, or a word on rows that are not there.
    Head(String),
}

/// Some words, one below the other where there are several.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Words(String),
    Code(String),
    /// What went wrong, or was made to go wrong: it has a mark of its own.
    Bad(String),
    /// Who it is about: a host or a program.
    Host {
        title: String,
        is_server: bool,
    },
    Lines(Vec<Cell>),
}

/// A program, line by line from 1.
#[derive(Debug, Default)]
pub struct Listing {
    pub lines: Vec<String>,
    /// The line that an exception came from, and what stands beside it.
    pub marked: Option<(usize, String)>,
}

/// What a program and its user said, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Printed(String),
    Typed(String),
    Traceback(String),
    /// So many pieces, about a line each, are not there.
    LeftOut(usize),
}

#[derive(Debug)]
pub struct Answer {
    pub question: String,
    pub answered: Option<String>,
    pub verdict: Verdict,
    /// What the kernel then did, or why the right option is right.
    pub then: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    Wrong,
    /// The run did not come so far, or there was nothing to judge.
    Open,
}

impl Cell {
    pub fn words(text: impl Into<String>) -> Self {
        Self::Words(text.into())
    }

    pub fn number(number: impl ToString) -> Self {
        Self::Words(number.to_string())
    }
}

impl Column {
    pub fn words(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            is_number: false,
        }
    }

    pub fn number(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            is_number: true,
        }
    }
}

impl Section {
    pub fn new(id: &'static str, title: impl Into<String>) -> Self {
        Self {
            id,
            title: title.into(),
            blocks: Vec::new(),
            is_long: false,
        }
    }
}
