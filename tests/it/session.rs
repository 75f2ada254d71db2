//! A session with files: recorded runs that are opened, looked at, run again, saved.

mod recorded;
mod seat;
