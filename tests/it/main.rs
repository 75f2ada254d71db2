//! All integration tests in one binary, so that they link once.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop here"
)]

mod capture;
mod causes;
mod check;
mod cli;
mod director;
mod export;
mod facts;
mod fold;
mod lab;
mod layers;
mod ledger;
mod lessons;
mod loopback;
mod python;
mod reading;
mod replay;
mod session;
mod soft;
mod text;
mod timeline;
mod ui;
mod window;
