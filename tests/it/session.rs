//! A session with files: recorded runs that are opened, looked at, run again, saved.

mod live;
mod recorded;
mod saved;
mod seat;
mod shared;
