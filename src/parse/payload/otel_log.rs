//! OTel log records of a runtime (telemetry §2.4): log lines, GenAI content events, Bedrock call events.

use serde_json::{Value, json};

use super::{json, json_rpc, sdk_log, traceback};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Severity, Signal};

/// How deep tool results are looked for inside GenAI content, JSON in strings included.
const MAX_DEPTH: usize = 12;

/// Reads one record in the shape in which CloudWatch stores it.
pub(super) fn read(record: Value) -> Signal {
    let event = json::text(&record, &["eventName", "attributes.event.name"]);
    let number = json::integer(&record, "severityNumber").map_or(Severity::Unset, Severity::from_number);
    let text =
        json::text(&record, &["severityText"]).map_or(Severity::Unset, |text| Severity::from_level(&text));
    let signal = Signal {
        kind: Kind::OtelLog,
        layer: Layer::Runtime,
        timestamp: json::nanos(&record, "timeUnixNano")
            .or_else(|| json::nanos(&record, "observedTimeUnixNano")),
        severity: if number == Severity::Unset { text } else { number },
        logger: json::text(&record, &["scope.name", "instrumentationScope.name"]),
        name: event,
        ids: Ids {
            trace: json::trace(&record, &["traceId", "attributes.otelTraceID", "trace_id"]),
            span: json::span(&record, &["spanId", "attributes.otelSpanID", "span_id"]),
            request: json::text(
                &record,
                &["attributes.aws.request_id", "attributes.aws.request.id", "attributes.requestId"],
            ),
            session: json::text(&record, &["attributes.session.id", "attributes.sessionId"]),
            resource: json::text(&record, &["resource.attributes.cloud.resource_id"]),
            ..Ids::default()
        },
        ..Signal::default()
    };
    match record.get("body").cloned().unwrap_or_default() {
        Value::String(line) => read_line(signal, record, &line),
        body => match body.get("message").and_then(Value::as_str).filter(|_| !is_gen_ai(&signal)) {
            Some(line) => read_line(signal, record, line),
            None => read_event(signal, record, &body),
        },
    }
}

/// Whether the record belongs to the GenAI conventions, whose bodies are conversation content.
fn is_gen_ai(signal: &Signal) -> bool {
    signal.name.as_deref().is_some_and(|name| name.starts_with("gen_ai."))
}

fn read_line(mut signal: Signal, mut record: Value, line: &str) -> Signal {
    let kind = json::text(&record, &["attributes.exception.type"]);
    let text = json::text(&record, &["attributes.exception.message"]);
    let stack = json::text(&record, &["attributes.exception.stacktrace"]).unwrap_or_default();
    // Some exporters leave the message out; the stack trace has it.
    let text = text.or_else(|| message_in_stack(kind.as_deref()?, &stack));
    line.trim_end().clone_into(&mut signal.message);
    json::push_line(&mut signal.message, &json::exception_line(kind.as_deref(), text.as_deref()));
    json::push_line(&mut signal.message, &stack);
    let exception = traceback::exception(&stack)
        .or_else(|| Some((kind?, text.unwrap_or_default())))
        .or_else(|| traceback::exception(line));
    if let Some((kind, text)) = exception {
        json::add(&mut record, "exception", json!({"type": kind, "message": text}));
    }
    if let Some(file) = json::text(&record, &["attributes.code.file.path", "attributes.code.filepath"]) {
        let at = json::integer(&record, "attributes.code.line.number")
            .or_else(|| json::integer(&record, "attributes.code.lineno"));
        json::add(&mut record, "code", json!({"file": file, "line": at}));
    }
    if signal.logger.as_deref() == Some("bedrock_agentcore.app") {
        signal.outcome = sdk_log::invocation_outcome(line);
    }
    signal.body = record;
    signal
}

/// The message that a stack trace prints for the exception of type `kind`.
fn message_in_stack(kind: &str, stack: &str) -> Option<String> {
    let (printed, message) = traceback::exception(stack)?;
    let same = printed.rsplit('.').next() == kind.rsplit('.').next();
    (same && !message.is_empty()).then_some(message)
}

/// Content of a conversation: only what a tool answered with an error is text for rules.
fn read_event(mut signal: Signal, record: Value, body: &Value) -> Signal {
    signal.kind = Kind::GenAiEvent;
    signal.outcome = Outcome::Unknown;
    push_tool_errors(&mut signal.message, body, 0);
    signal.body = record;
    signal
}

/// Appends the texts of tool results whose status is `error`, wherever the content holds them.
fn push_tool_errors(message: &mut String, value: &Value, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Object(map) => {
            let is_result = map.contains_key("toolUseId")
                || map.contains_key("tool_call_id")
                || map.contains_key("content");
            if is_result && map.get("status").and_then(Value::as_str) == Some("error") {
                json_rpc::push_content(message, map.get("content"));
                return;
            }
            map.values().for_each(|member| push_tool_errors(message, member, depth + 1));
        }
        Value::Array(items) => items.iter().for_each(|item| push_tool_errors(message, item, depth + 1)),
        Value::String(text) if text.contains("\"error\"") => {
            if let Some(inner) = json::parse(text) {
                push_tool_errors(message, &inner, depth + 1);
            }
        }
        _ => {}
    }
}

/// The exception that a record's `attributes` state, for spans' exception events too.
pub(super) fn stated_exception(attributes: &Value) -> (Option<String>, Option<String>) {
    let read = |path: &str| lookup(attributes, path).and_then(json::scalar);
    (read("exception.type"), read("exception.message"))
}
