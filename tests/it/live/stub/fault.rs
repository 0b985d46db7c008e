//! What can go wrong with a call, and when.

use std::time::Duration;

/// What a caller meets instead of, or in the middle of, an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The service asks to slow down, in its own words.
    Throttled,
    /// 503.
    Unavailable,
    /// 500.
    Internal,
    /// The credentials were valid once.
    Expired,
    /// The credentials were never valid.
    InvalidToken,
    /// The permission is missing.
    Denied,
    /// There is no such thing.
    Missing,
    /// The connection is reset before the first byte.
    ResetBefore,
    /// The connection is reset after half of the answer.
    ResetWithin,
    /// The connection is closed in order after half of the answer.
    ClosedWithin,
    /// 200, but no words of the protocol.
    Garbage,
    /// A page with this status from somebody who is not AWS: a proxy, a captive portal.
    Foreign(u16),
    /// The right answer, spread over this time.
    Slow(Duration),
    /// No answer as long as the server runs.
    Hang,
}

/// A fault at chosen calls of one operation.
#[derive(Clone, Debug)]
pub(crate) struct Injection {
    operation: String,
    fault: Fault,
    skip: u64,
    times: u64,
}

impl Injection {
    /// The next call of `operation` fails; `*` is any.
    pub(crate) fn new(operation: &str, fault: Fault) -> Self {
        Self { operation: operation.to_owned(), fault, skip: 0, times: 1 }
    }

    /// Lets so many calls through first.
    pub(crate) fn after(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    /// Fails so many calls in a row.
    pub(crate) fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }

    /// Fails every call from there on.
    pub(crate) fn always(self) -> Self {
        self.times(u64::MAX)
    }
}

/// Every injection that is still waiting, in the order given.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    waiting: Vec<Injection>,
    /// Faults that were met.
    pub(crate) met: u64,
}

impl Plan {
    /// Adds one.
    pub(crate) fn add(&mut self, injection: Injection) {
        self.waiting.push(injection);
    }

    /// Forgets all that wait.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Whether every injection has had its calls.
    pub(crate) fn is_over(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The fault of this call of `operation`, if it is to have one.
    pub(crate) fn next(&mut self, operation: &str) -> Option<Fault> {
        let mut fault = None;
        for injection in &mut self.waiting {
            if injection.operation != "*" && injection.operation != operation {
                continue;
            }
            if injection.skip > 0 {
                injection.skip -= 1;
            } else if fault.is_none() {
                injection.times -= 1;
                fault = Some(injection.fault.clone());
            }
        }
        self.waiting.retain(|injection| injection.times > 0);
        self.met += u64::from(fault.is_some());
        fault
    }
}
