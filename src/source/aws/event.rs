//! A log event on its way into a capture.

use serde_json::{Value, json};

use crate::model::Timestamp;
use crate::text::mask_secrets;

/// A log event as `FilterLogEvents` or Live Tail tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct LogEvent {
    /// The service's id; Live Tail gives none.
    pub id: Option<String>,
    /// Event time.
    pub at: Timestamp,
    /// When the service took it in, in milliseconds since the epoch.
    pub ingested: Option<i64>,
    /// Log stream.
    pub stream: String,
    /// Text.
    pub message: String,
}

impl LogEvent {
    /// The same with its secrets masked.
    pub(super) fn redacted(mut self) -> Self {
        if let std::borrow::Cow::Owned(masked) = mask_secrets(&self.message) {
            self.message = masked;
        }
        self
    }

    /// The event as a record of a capture: what `FilterLogEvents` answers, and the log group.
    pub(super) fn record(&self, group: &str) -> Value {
        let mut record = json!({
            "logGroupName": group,
            "logStreamName": self.stream,
            "timestamp": self.at.0.div_euclid(1_000_000),
            "ingestionTime": self.ingested,
            "message": self.message,
        });
        if let Some(id) = &self.id {
            record["eventId"] = Value::from(id.as_str());
        }
        record
    }

    /// Reads a record back.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let record: Value = serde_json::from_slice(line).ok()?;
        let text = |key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: text("eventId"),
            at: Timestamp::from_millis(record.get("timestamp")?.as_i64()?)?,
            ingested: record.get("ingestionTime").and_then(Value::as_i64),
            stream: text("logStreamName")?,
            message: text("message")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_the_event() {
        let event = LogEvent {
            id: Some("38".to_owned()),
            at: Timestamp(1_790_000_000_123_000_000),
            ingested: Some(1_790_000_000_456),
            stream: "2026/11/20/[runtime-logs]x".to_owned(),
            message: "\u{1b}[31mline\n\"two\"".to_owned(),
        };
        let line = event.record("/aws/x").to_string();
        assert_eq!(LogEvent::read(line.as_bytes()), Some(event.clone()));
        let early = LogEvent { id: None, ..event };
        let line = early.record("/aws/x").to_string();
        assert!(!line.contains("eventId"), "a reader must not take a missing id for one that all share");
        assert_eq!(LogEvent::read(line.as_bytes()), Some(early));
    }

    #[test]
    fn secrets_are_masked() {
        let event = LogEvent {
            id: None,
            at: Timestamp(0),
            ingested: None,
            stream: "s".to_owned(),
            message: "key AKIAIOSFODNN7EXAMPLE".to_owned(),
        };
        assert_eq!(event.redacted().message, "key AKIA[redacted:access-key]");
    }
}
