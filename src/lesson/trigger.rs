//! "server sends SYN+ACK": what must happen, in words a teacher writes.

/// Holds at the first event that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// As written in the lesson.
    pub text: String,
}
