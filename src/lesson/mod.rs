//! Markdown in, lesson out.
