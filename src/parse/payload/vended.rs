//! Vended logs of Runtime, Memory, Identity and the built-in tools (telemetry §2.1).

use serde_json::Value;

use super::{gateway, json, json_rpc};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Signal, Timestamp};

/// Reads one record of any resource but a gateway.
pub(super) fn read(record: Value) -> Signal {
    let (kind, layer) = writer(&record);
    let body = record.get("body").unwrap_or(&record);
    let is_error = body.get("isError").and_then(json::boolean) == Some(true);
    let outcome = outcome(&record, body, is_error);
    let mut message = String::new();
    for path in ["log", "message", "error.message", "error", "errorMessage"] {
        if let Some(text) = lookup(body, path).and_then(Value::as_str) {
            json::push_line(&mut message, text);
        }
    }
    if outcome == Outcome::Failed {
        push_failure(&mut message, body);
    }
    let ids = Ids {
        trace: json::trace(&record, &["trace_id", "traceId"]),
        span: json::span(&record, &["span_id", "spanId"]),
        request: json::text(
            &record,
            &["request_id", "attributes.aws.request.id", "attributes.aws.request_id", "body.requestId"],
        ),
        session: json::text(&record, &["session_id", "attributes.session.id", "session.id"]),
        resource: json::text(&record, &["resource_arn", "resource.id", "request.associated_resource"]),
        ..Ids::default()
    };
    Signal {
        kind,
        layer,
        timestamp: time(&record, kind),
        severity: gateway::severity(&record, outcome == Outcome::Failed),
        outcome,
        message,
        name: json::text(&record, &["operation", "attributes.aws.operation.name"]),
        ids,
        body: record,
        ..Signal::default()
    }
}

fn writer(record: &Value) -> (Kind, Layer) {
    let arn = record.get("resource_arn").and_then(Value::as_str).unwrap_or_default();
    let service = record.get("service_name").and_then(Value::as_str).unwrap_or_default();
    let is_runtime = arn.contains(":runtime/") || service == "AgentCoreCodeRuntime";
    if is_runtime && lookup(record, "body.request").is_none() {
        return (Kind::RuntimeVended, Layer::Runtime);
    }
    // Identity rows are delivered by the runtime or gateway that asked for a token.
    let layer = if arn.contains(":memory/") {
        Layer::Memory
    } else if [":code-interpreter", ":browser"].iter().any(|tool| arn.contains(tool))
        || service.starts_with("AgentCore")
    {
        Layer::Tool
    } else if lookup(record, "body.response.response_type")
        .or(lookup(record, "response.response_type"))
        .is_some()
        || [":workload-identity", ":token-vault"].iter().any(|part| arn.contains(part))
    {
        Layer::Identity
    } else {
        Layer::Unknown
    };
    (Kind::OtherVended, layer)
}

/// Usage records state seconds, log records the envelope's nanoseconds or milliseconds.
fn time(record: &Value, kind: Kind) -> Option<Timestamp> {
    match (kind, record.get("event_timestamp")) {
        (Kind::RuntimeVended, Some(stated)) if record.get("timeUnixNano").is_none() => json::time(stated),
        _ => gateway::time(record),
    }
}

fn outcome(record: &Value, body: &Value, is_error: bool) -> Outcome {
    let status = json::integer(record, "attributes.http.response.status_code");
    let has_error_type =
        json::text(record, &["error_type", "attributes.error_type", "attributes.error.type"]);
    if is_error || has_error_type.is_some() || status.is_some_and(|status| status >= 400) {
        return Outcome::Failed;
    }
    match lookup(body, "response.response_type").and_then(Value::as_str) {
        Some("Success") => Outcome::Ok,
        Some(_) => Outcome::Failed,
        None => Outcome::Unknown,
    }
}

/// The error text of a failed call's response; that of a success is never looked at.
fn push_failure(message: &mut String, body: &Value) {
    for path in ["response_payload", "response.response_payload"] {
        match lookup(body, path) {
            Some(Value::String(text)) => json::push_line(message, text),
            Some(payload @ Value::Object(_)) => {
                json::push_line(message, &json_rpc::error_text(payload));
                if let Some(text) =
                    json::text(payload, &["message", "Message", "errorMessage", "error.message"])
                {
                    json::push_line(message, &text);
                }
            }
            _ => {}
        }
    }
    if message.is_empty()
        && let Some(kind) = lookup(body, "response.response_type").and_then(Value::as_str)
    {
        json::push_line(message, kind);
    }
}
