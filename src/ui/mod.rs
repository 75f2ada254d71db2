//! The panels: a timeline in, commands out.
