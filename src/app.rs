//! eframe glue: drains events, runs commands, lays out the panels.
