//! Gateway APPLICATION_LOGS (telemetry §3), whole records and bodies pasted alone.

use serde_json::Value;

use super::{json, json_rpc, tool_name};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Severity, Signal, Timestamp};

/// Reads one row.
pub(super) fn read(mut record: Value) -> Signal {
    let row = record.get("body").filter(|body| body.is_object()).unwrap_or(&record);
    let request = row.get("requestBody").and_then(json_rpc::body);
    let response = row.get("responseBody").and_then(json_rpc::body);
    let log = row.get("log").and_then(Value::as_str).unwrap_or_default();
    let is_error = row.get("isError").and_then(json::boolean) == Some(true);

    let mut ids = Ids {
        trace: json::trace(&record, &["trace_id", "traceId"]),
        span: json::span(&record, &["span_id", "spanId"]),
        request: json::text(
            &record,
            &["request_id", "attributes.aws.request.id", "attributes.aws.request_id"],
        ),
        session: json::text(&record, &["session_id", "attributes.session.id"]),
        rpc: json::text(row, &["id"]),
        resource: json::text(&record, &["resource_arn", "gateway_id"]),
        ..Ids::default()
    };
    if let Some(request) = &request {
        json_rpc::note_request(&mut ids, request);
    }
    if ids.tool.is_none() {
        tool_name::note_from_log(&mut ids, log);
    }

    let mut message = log.trim_end().to_owned();
    let mut outcome = Outcome::Unknown;
    if let Some(response) = &response {
        json::push_line(&mut message, &json_rpc::error_text(response));
        outcome = json_rpc::outcome(response);
    }
    if is_error {
        outcome = Outcome::Failed;
    }
    let severity = severity(&record, is_error);
    let name = request.as_ref().and_then(|request| json::text(request, &["method"]));
    for (key, tree) in [("request", request), ("response", response)] {
        if let Some(tree) = tree {
            json::add(&mut record, key, tree);
        }
    }
    Signal {
        kind: Kind::GatewayLog,
        layer: Layer::Gateway,
        timestamp: time(&record),
        severity,
        outcome,
        message,
        name,
        ids,
        body: record,
        ..Signal::default()
    }
}

/// Event time of a vended record: the OTel envelope is finer than `event_timestamp`, which is milliseconds.
pub(super) fn time(record: &Value) -> Option<Timestamp> {
    json::nanos(record, "timeUnixNano")
        .or_else(|| json::integer(record, "event_timestamp").and_then(Timestamp::from_millis))
        .or_else(|| json::time(lookup(record, "timestamp")?))
}

/// The record's own severity, raised to error by `isError`.
pub(super) fn severity(record: &Value, is_error: bool) -> Severity {
    let number = json::integer(record, "severityNumber").map_or(Severity::Unset, Severity::from_number);
    let text =
        json::text(record, &["severityText"]).map_or(Severity::Unset, |text| Severity::from_level(&text));
    let stated = if number == Severity::Unset { text } else { number };
    if is_error { stated.max(Severity::Error) } else { stated }
}
