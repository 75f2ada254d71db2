//! The embedded interpreter: one program on one thread, held at each socket call.
