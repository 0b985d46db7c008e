//! Live sources against the wire protocols of AWS: a stand-in on the loopback, the unmodified SDK, and this crate.

mod engine;
mod environment;
mod faults;
mod follow;
mod protocol;
mod run;
mod soak;
#[allow(dead_code, reason = "it stands for whole services; not every test needs all of it")]
pub(crate) mod stub;

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// For deadlines.
#[allow(clippy::disallowed_methods, reason = "the stand-in lives outside the program and has a clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Milliseconds since 1970, for the times of events.
#[allow(clippy::disallowed_methods, reason = "the stand-in lives outside the program and has a clock")]
pub(crate) fn millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}
