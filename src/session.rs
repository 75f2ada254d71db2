//! One learner, one run: commands in, orders out.
