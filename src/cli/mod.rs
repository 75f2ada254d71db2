//! The command line: run, doctor, and the window.
