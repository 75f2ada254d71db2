//! How long the lab's loop waits for what. The held wire and the loopback mode keep the same pace.

use std::time::Duration;

/// A program that computes longer than this counts as being at rest, so that the learner can act.
/// Processor time, because a program that only waits for its turn is not at rest.
pub const PATIENCE: Duration = Duration::from_millis(100);
/// A program that neither computes nor calls for this long waits for something we do not see.
pub const LIMIT: Duration = Duration::from_millis(2000);
/// A call that does not wait answers within this; longer, and the loop stops waiting for it.
pub const ANSWER: Duration = Duration::from_millis(20);
/// A timer that ran out shows its effect a moment later (`jiffies`).
pub const AFTER_TIMER: Duration = Duration::from_millis(8);
/// Timers are looked at no more often than this.
pub const TICK: Duration = Duration::from_millis(100);
/// How much mail is read before the packets, or the kernel, have their turn.
pub const MAILS: usize = 256;
