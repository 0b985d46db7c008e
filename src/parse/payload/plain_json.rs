//! JSON of no known shape: lines of structured loggers, error answers, rows of Logs Insights.

use serde_json::{Value, json};

use super::{json, traceback};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Severity, Signal};

/// Where structured loggers and error answers keep their text.
const TEXTS: [&str; 11] = [
    "message",
    "msg",
    "@message",
    "log",
    "event",
    "error.message",
    "Error.Message",
    "Message",
    "errorMessage",
    "error",
    "detail",
];
const LEVELS: [&str; 7] =
    ["level", "severity", "levelname", "log_level", "severityText", "loglevel", "log.level"];
const TIMES: [&str; 7] = ["timestamp", "@timestamp", "time", "ts", "asctime", "date", "datetime"];
const STACKS: [&str; 6] = ["stackTrace", "stack_trace", "stacktrace", "exc_info", "exception", "stack"];

/// Reads an object. Its message is what a logger or an error answer would say, never the whole record.
pub(super) fn read(mut record: Value) -> Signal {
    let mut message = json::text(&record, &TEXTS).unwrap_or_default();
    let stack = STACKS.iter().find_map(|key| match lookup(&record, key)? {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => Some(lines.iter().filter_map(Value::as_str).collect()),
        _ => None,
    });
    let stack = stack.unwrap_or_default();
    json::push_line(&mut message, &stack);
    let level = json::text(&record, &LEVELS).unwrap_or_default();
    let severity = match level.parse() {
        // Both count in tens, Python from DEBUG and pino (as bunyan) from trace; what pino says stands in `msg`.
        Ok(number @ 10..=60) if record.get("msg").is_some() => python_level(number - 10),
        Ok(number @ 10..=60) => python_level(number),
        Ok(number) => Severity::from_number(number),
        Err(_) => Severity::from_level(&level),
    };
    if let Some((kind, text)) = traceback::exception(&stack).filter(|_| record.get("exception").is_none()) {
        json::add(&mut record, "exception", json!({"type": kind, "message": text}));
    }
    Signal {
        kind: Kind::Json,
        timestamp: TIMES.iter().find_map(|key| json::time(lookup(&record, key)?)),
        severity,
        message,
        logger: json::text(&record, &["logger", "logger_name", "name"]),
        ids: Ids {
            trace: json::trace(
                &record,
                &[
                    "trace_id",
                    "traceId",
                    "otelTraceID",
                    "dd.trace_id",
                    "xray_trace_id",
                    "attributes.otelTraceID",
                ],
            ),
            span: json::span(&record, &["span_id", "spanId", "otelSpanID"]),
            request: json::text(
                &record,
                &[
                    "request_id",
                    "requestId",
                    "aws.request.id",
                    "aws.request_id",
                    "aws_request_id",
                    "requestID",
                    "function_request_id",
                    "attributes.aws.request.id",
                    "attributes.aws.request_id",
                ],
            ),
            session: json::text(&record, &["session_id", "sessionId", "session.id", "attributes.session.id"]),
            resource: json::text(&record, &["resource_arn", "resource.attributes.cloud.resource_id"]),
            ..Ids::default()
        },
        body: record,
        ..Signal::default()
    }
}

/// From a level of Python's logging (<https://docs.python.org/3/library/logging.html#levels>). Those of pino are ten more
/// (<https://getpino.io/#/docs/api?id=loggerlevels-object>).
fn python_level(number: i64) -> Severity {
    match number {
        ..10 => Severity::Trace,
        10..20 => Severity::Debug,
        20..30 => Severity::Info,
        30..40 => Severity::Warn,
        40..50 => Severity::Error,
        _ => Severity::Fatal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_words_or_numbers_of_either_scale() {
        let level = |record: Value| read(record).severity;
        assert_eq!(level(json!({"level": "warning", "msg": "m"})), Severity::Warn);
        assert_eq!(level(json!({"level": 30, "msg": "of pino"})), Severity::Info);
        assert_eq!(level(json!({"level": 60, "msg": "of pino"})), Severity::Fatal);
        assert_eq!(level(json!({"level": 10, "msg": "of pino"})), Severity::Trace);
        assert_eq!(level(json!({"level": 30, "message": "of Python"})), Severity::Warn);
        assert_eq!(level(json!({"severity": 9, "message": "of OpenTelemetry"})), Severity::Info);
    }
}
