//! The report as a whole: well formed, closed to the outside, bounded, complete.
