//! OTel spans in the shape in which CloudWatch stores them (telemetry §4.1, §4.2).

use serde_json::{Value, json};

use super::{http_outcome, json, otel_log, tool_name, traceback};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Severity, Signal, Timestamp};

/// Prefix of the Gateway's CLIENT spans, whose name ends with the tool.
const GATEWAY_CALL: &str = "AgentCore.Gateway.InvokeTool.";

/// Reads one span.
pub(super) fn read(mut record: Value) -> Signal {
    let timestamp = json::nanos(&record, "startTimeUnixNano");
    let end = json::nanos(&record, "endTimeUnixNano")
        .or_else(|| Some(Timestamp(timestamp?.0.saturating_add(json::integer(&record, "durationNano")?))));
    let name = json::text(&record, &["name"]);
    let outcome = outcome(&record);
    let (message, exception) = message(&record);
    let is_error = lookup(&record, "status.code").and_then(Value::as_str) == Some("ERROR");
    let ids = ids(&record, name.as_deref().unwrap_or_default());
    if let Some((kind, text)) = exception {
        json::add(&mut record, "exception", json!({"type": kind, "message": text}));
    }
    Signal {
        kind: Kind::Span,
        layer: Layer::Span,
        timestamp,
        end,
        severity: if is_error || outcome == Outcome::Failed { Severity::Error } else { Severity::Unset },
        outcome,
        message,
        name,
        logger: json::text(&record, &["scope.name"]),
        ids,
        body: record,
        ..Signal::default()
    }
}

fn ids(record: &Value, name: &str) -> Ids {
    let attribute = |names: &[&str]| {
        let attributes = record.get("attributes")?;
        json::text(attributes, names)
    };
    let mut ids = Ids {
        trace: json::trace(record, &["traceId"]),
        span: json::span(record, &["spanId"]),
        parent_span: json::span(record, &["parentSpanId"]),
        request: attribute(&["aws.request.id", "aws.request_id"]),
        session: attribute(&["session.id"]),
        mcp_session: attribute(&["mcp.session.id"]),
        rpc: attribute(&["jsonrpc.request.id"]),
        resource: attribute(&["aws.resource.arn"])
            .or_else(|| json::text(record, &["resource.attributes.cloud.resource_id"])),
        ..Ids::default()
    };
    let tool = attribute(&["tool.name", "gen_ai.tool.name"]);
    if let Some(tool) = tool.as_deref().or_else(|| name.strip_prefix(GATEWAY_CALL)) {
        tool_name::note(&mut ids, tool);
    }
    if ids.target.is_none() {
        ids.target = attribute(&["targetId", "target.id"]);
    }
    ids
}

/// Only a span that stands for a whole call states its outcome: a SERVER span, or one without a parent.
fn outcome(record: &Value) -> Outcome {
    let is_server = record.get("kind").and_then(Value::as_str) == Some("SERVER");
    if !is_server && json::span(record, &["parentSpanId"]).is_some() {
        return Outcome::Unknown;
    }
    if is_notification(record) {
        return Outcome::Unknown;
    }
    let Some(attributes) = record.get("attributes") else { return status_outcome(record) };
    let status = ["http.response.status_code", "http.status_code"]
        .iter()
        .find_map(|name| json::integer(attributes, name));
    if let Some(status) = status {
        let method = json::text(attributes, &["http.request.method", "http.method"]).unwrap_or_default();
        let path = path(attributes).unwrap_or_default();
        let by_status = http_outcome::of(&method, &path, status);
        if by_status != Outcome::Ok {
            return by_status;
        }
    }
    let stated = ["error.type", "error_type", "errorType", "jsonrpc.error.code"];
    if json::text(attributes, &stated).is_some() {
        return Outcome::Failed;
    }
    status_outcome(record)
}

/// Whether the span is about an MCP notification, which nobody answers.
fn is_notification(record: &Value) -> bool {
    let method = json::text(record, &["attributes.mcp.method.name", "name"]).unwrap_or_default();
    method.starts_with("notifications/") || method.contains("Gateway.Notifications")
}

fn status_outcome(record: &Value) -> Outcome {
    match lookup(record, "status.code").and_then(Value::as_str) {
        Some("ERROR") => Outcome::Failed,
        _ => Outcome::Ok,
    }
}

fn path(attributes: &Value) -> Option<String> {
    let path = json::text(attributes, &["url.path", "http.target", "http.route"]);
    path.or_else(|| {
        let url = json::text(attributes, &["http.url", "url.full"])?;
        let (_, rest) = url.split_once("://")?;
        Some(rest[rest.find('/')?..].to_owned())
    })
}

/// Status message, exception events, stack traces; and the innermost exception of the last event.
fn message(record: &Value) -> (String, Option<(String, String)>) {
    let mut message = json::text(record, &["status.message"]).unwrap_or_default();
    let (mut stacks, mut innermost) = (String::new(), None);
    for event in record.get("events").and_then(Value::as_array).into_iter().flatten() {
        let Some(attributes) = event.get("attributes") else { continue };
        let (kind, text) = otel_log::stated_exception(attributes);
        if kind.is_none() && text.is_none() {
            continue;
        }
        let stack = json::text(attributes, &["exception.stacktrace"]).unwrap_or_default();
        json::push_line(&mut message, &json::exception_line(kind.as_deref(), text.as_deref()));
        json::push_line(&mut stacks, &stack);
        innermost =
            traceback::exception(&stack).or(Some((kind.unwrap_or_default(), text.unwrap_or_default())));
    }
    json::push_line(&mut message, &stacks);
    (message, innermost)
}
