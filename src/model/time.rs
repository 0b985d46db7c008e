//! Event time in nanoseconds since the Unix epoch. There is no `now` here: time is an argument.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

/// An instant in event time: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// From milliseconds since the epoch, the unit of every CloudWatch Logs API; `None` on overflow.
    pub fn from_millis(millis: i64) -> Option<Self> {
        millis.checked_mul(1_000_000).map(Self)
    }

    /// From float seconds since the epoch, the unit of X-Ray segment documents, rounded to microseconds
    /// because a double carries no more near 2^31 seconds.
    pub fn from_float_seconds(seconds: f64) -> Option<Self> {
        let micros = (seconds * 1e6).round();
        (micros.is_finite() && micros.abs() < 9.2e15).then(|| Self(micros as i64 * 1_000))
    }

    /// Reads RFC 3339 and its log relatives: `T` or space, `.` or `,` before the fraction, any fraction
    /// length, a zone or none (none is UTC, as in a container).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replacen(',', ".", 1).replacen(' ', "T", 1);
        let zoned = DateTime::parse_from_rfc3339(&text).or_else(|_| {
            DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z")
                .or_else(|_| DateTime::parse_from_rfc3339(&format!("{text}Z")))
        });
        zoned.ok()?.timestamp_nanos_opt().map(Self)
    }

    /// Time from `earlier` to `self`, negative when `self` is the earlier one, in nanoseconds.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This instant moved later by `by`, saturating at the end of time.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// This instant moved earlier by `by`, saturating at the beginning of time.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// As a chrono value, for formatting in a zone.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_nanos(self.0)
    }
}

/// Prints RFC 3339 in UTC with milliseconds: `2026-01-20T14:00:00.000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A closed interval of event time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeRange {
    /// First instant.
    pub start: Timestamp,
    /// Last instant, never before `start`.
    pub end: Timestamp,
}

impl TimeRange {
    /// The smallest range that holds `self` and `at`.
    #[must_use]
    pub fn including(self, at: Timestamp) -> Self {
        Self { start: self.start.min(at), end: self.end.max(at) }
    }

    /// Whether `at` lies in the range, both ends included.
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at <= self.end
    }

    /// Length in milliseconds.
    pub fn millis(self) -> f64 {
        self.end.since(self.start) as f64 / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_spellings_of_one_instant_agree() {
        let expected = Timestamp(1_763_423_917_517_000_000);
        for text in [
            "2025-11-17T23:58:37.517Z",
            "2025-11-17T23:58:37.517+00:00",
            "2025-11-17T23:58:37.517000+0000",
            "2025-11-17 23:58:37.517",
            "2025-11-17 23:58:37,517",
            "2025-11-18T00:58:37.517+01:00",
        ] {
            assert_eq!(Timestamp::parse(text), Some(expected), "{text}");
        }
        assert_eq!(expected.to_string(), "2025-11-17T23:58:37.517Z");
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn xray_seconds_keep_their_milliseconds() {
        assert_eq!(
            Timestamp::from_float_seconds(1.780_210_928_456E9),
            Some(Timestamp(1_780_210_928_456_000_000))
        );
        assert_eq!(Timestamp::from_float_seconds(f64::NAN), None);
        assert_eq!(Timestamp::from_float_seconds(1.8e84), None);
    }
}
