//! The lab process: orders in, events out.
