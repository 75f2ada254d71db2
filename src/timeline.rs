//! A trace and where we look.
