//! What is true at one moment: a pure fold over the trace.
