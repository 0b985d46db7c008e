//! What a service stores: a time, a place, and the text of one event.

use std::sync::Arc;

use chrono::DateTime;

pub(super) const MILLI: i64 = 1_000_000;
pub(super) const SECOND: i64 = 1_000 * MILLI;

/// Where a record is stored.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Store {
    /// A stream of a log group.
    Log { group: Arc<str>, stream: Arc<str> },
    /// The spans of all services.
    Spans,
    /// What a caller wrote down.
    Exchanges,
    /// A file of any kind, kept line by line.
    File(Arc<str>),
}

impl Store {
    pub(super) fn log(group: &str, stream: &str) -> Self {
        Self::Log { group: group.into(), stream: stream.into() }
    }

    /// Whether the order of lines with one time means something.
    pub(super) fn is_container(&self) -> bool {
        match self {
            Self::Log { stream, .. } => stream.contains("runtime-logs"),
            Self::File(_) => true,
            Self::Spans | Self::Exchanges => false,
        }
    }
}

/// Of which part of a capture a record is: the traffic that works, or the failure with its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Part {
    Healthy,
    Failure(usize),
}

/// One stored record.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Event time in nanoseconds.
    pub(super) at: i64,
    pub(super) store: Store,
    /// What was written, on one line.
    pub(super) text: String,
    pub(super) part: Part,
}

impl Record {
    pub(super) fn millis(&self) -> i64 {
        self.at.div_euclid(MILLI)
    }
}

/// A time as Python's `logging` prints it.
pub(super) fn python_time(at: i64) -> String {
    DateTime::from_timestamp_nanos(at).format("%Y-%m-%d %H:%M:%S,%3f").to_string()
}

/// A time as JSON loggers print it.
pub(super) fn iso_time(at: i64) -> String {
    DateTime::from_timestamp_nanos(at).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A time as `aws logs tail --format detailed` prints it.
pub(super) fn tail_time(at: i64) -> String {
    DateTime::from_timestamp_nanos(at).format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}
