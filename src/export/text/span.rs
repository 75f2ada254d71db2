//! Text with roles. No escape codes in it, whatever a program printed or a file holds.

/// One line, with no line end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub role: Role,
}

/// Who sits at a lifeline: what colours go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    Server,
    /// From left to right.
    Client(usize),
}

/// What a piece of text is. Each differs in its words or its shape, too, and not by colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    #[default]
    Plain,
    Time,
    Lifeline,
    /// A host's name.
    Host(Seat),
    /// A call with its arguments; what it gave.
    Call,
    Result,
    Failed,
    /// What a program printed, asked or was told.
    Said,
    /// A kernel's word on a socket.
    State,
    /// An arrow, and a segment's name on it.
    Arrow(Seat),
    Segment(Seat),
    /// The name of one that resets.
    Reset,
    Dropped,
    /// An arrow that nobody saw.
    Inferred,
    Note,
    Dim,
}

impl Line {
    pub fn push(&mut self, text: &str, role: Role) {
        match self.spans.last_mut() {
            Some(last) if last.role == role => last.text.push_str(text),
            Some(_) | None => self.spans.push(Span {
                text: text.to_owned(),
                role,
            }),
        }
    }

    /// The same without roles.
    pub fn plain(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}
