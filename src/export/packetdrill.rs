//! One end of a run as a packetdrill script.

use super::Refusal;
use crate::trace::Trace;

pub fn script(_trace: &Trace, host: &str) -> Result<String, Refusal> {
    Err(Refusal::NoSuchHost(host.to_owned()))
}
