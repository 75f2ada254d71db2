//! What `Next` means: from a state to the next order. Pure.
