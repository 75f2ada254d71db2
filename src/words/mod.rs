//! Words that the window, a report and the terminal share, in both languages.
//!
//! In: what a run holds, and what the lab, the director or a re-run found. Out: words and sentences
//! from `assets/locales`.

/// The text of a key of `assets/locales`, with `%{name}` filled in.
macro_rules! say {
    ($language:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        rust_i18n::t!($key, locale = $crate::lesson::Language::tag($language) $(, $name = $value)*)
    };
}
pub(crate) use say;

mod export;
pub mod host;
mod lab;
pub mod remark;
pub mod segment;
mod wrong;

pub use export::refusal;
pub use lab::{demise, remedy, sight, stuck};
pub use wrong::wrong;
