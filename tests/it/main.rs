//! All integration tests in one binary, so that they link once.

mod cli;
mod fold;
mod lab;
mod layers;
mod lessons;
mod python;
mod soft;
mod ui;
mod window;
