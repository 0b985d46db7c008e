//! JSON lines of the `bedrock_agentcore` SDK's logger (telemetry §2.2), and of loggers that write the same keys.

use serde_json::{Value, json};

use super::{json, traceback};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Severity, Signal};

/// Reads one line.
pub(super) fn read(mut record: Value) -> Signal {
    let text = |path: &str| json::text(&record, &[path]);
    let line = text("message").unwrap_or_default();
    let error_type = json::text(&record, &["errorType", "error_type"]);
    let error_message = json::text(&record, &["errorMessage", "error_message"]);
    let stack = stack(&record);

    let mut message = line.clone();
    json::push_line(&mut message, &json::exception_line(error_type.as_deref(), error_message.as_deref()));
    json::push_line(&mut message, &stack);

    let exception =
        traceback::exception(&stack).or_else(|| Some((error_type?, error_message.unwrap_or_default())));
    let signal = Signal {
        kind: Kind::SdkLog,
        layer: Layer::Runtime,
        timestamp: record.get("timestamp").and_then(json::time),
        severity: text("level").map_or(Severity::Unset, |level| Severity::from_level(&level)),
        outcome: invocation_outcome(&line),
        message,
        logger: text("logger"),
        ids: Ids {
            trace: json::trace(&record, &["trace_id", "traceId", "otelTraceID"]),
            span: json::span(&record, &["span_id", "spanId", "otelSpanID"]),
            request: json::text(&record, &["requestId", "request_id"]),
            session: json::text(&record, &["sessionId", "session_id"]),
            ..Ids::default()
        },
        ..Signal::default()
    };
    if let Some((kind, text)) = exception {
        json::add(&mut record, "exception", json!({"type": kind, "message": text}));
    }
    Signal { body: record, ..signal }
}

/// The stack as one text: an array of strings with line feeds inside, or a string.
fn stack(record: &Value) -> String {
    match lookup(record, "stackTrace").or(lookup(record, "stack_trace")) {
        Some(Value::Array(frames)) => frames.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

/// What the SDK's fixed sentences say of the invocation.
pub(super) fn invocation_outcome(line: &str) -> Outcome {
    if line.starts_with("Invocation completed successfully") {
        return Outcome::Ok;
    }
    if line.starts_with("Invocation failed") {
        return Outcome::Failed;
    }
    let status =
        line.strip_prefix("Invocation returned HTTP ").and_then(|rest| rest.get(..3)?.parse::<u16>().ok());
    match status {
        Some(400..) => Outcome::Failed,
        Some(200..300) => Outcome::Ok,
        _ => Outcome::Unknown,
    }
}
