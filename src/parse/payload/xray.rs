//! X-Ray segment documents and trace summaries (telemetry §4.3).

use serde_json::{Map, Value, json};

use super::{http_outcome, json, tool_name};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Severity, Signal};

/// Reads a segment or subsegment; the envelope has merged the enclosing segment's `trace_id` and `parent_id`.
pub(super) fn read_segment(mut record: Value) -> Signal {
    let annotation = |keys: &[&str]| json::text(record.get("annotations")?, keys);
    let name = annotation(&["aws:span.name", "span.name"]).or_else(|| json::text(&record, &["name"]));
    let is_fault = is_flagged(&record, &["fault", "error", "throttle"]);
    let (message, exception) = exceptions(&record);
    let outcome = segment_outcome(&record, is_fault);
    let mut ids = Ids {
        trace: json::trace(&record, &["trace_id"]),
        span: json::span(&record, &["id"]),
        parent_span: json::span(&record, &["parent_id"]),
        request: json::text(&record, &["aws.request.id", "aws.request_id", "metadata.aws.request.id"]),
        session: json::text(
            &record,
            &["annotations.session.id", "annotations.aws:session.id", "metadata.session.id"],
        ),
        rpc: json::text(&record, &["metadata.jsonrpc.request.id"]),
        resource: json::text(
            &record,
            &["aws.resource.arn", "metadata.aws.resource.arn", "metadata.gateway.id", "resource_arn"],
        ),
        ..Ids::default()
    };
    if let Some(tool) = json::text(&record, &["metadata.tool.name", "metadata.gen_ai.tool.name"]) {
        tool_name::note(&mut ids, &tool);
    }
    if ids.target.is_none() {
        ids.target = json::text(&record, &["metadata.targetId"]);
    }
    if let Some((kind, text)) = exception {
        json::add(&mut record, "exception", json!({"type": kind, "message": text}));
    }
    Signal {
        kind: Kind::XraySegment,
        layer: Layer::Span,
        timestamp: record.get("start_time").and_then(json::time),
        end: record.get("end_time").and_then(json::time),
        severity: severity(is_fault || outcome == Outcome::Failed),
        outcome,
        message,
        name,
        ids,
        body: record,
        ..Signal::default()
    }
}

fn severity(is_error: bool) -> Severity {
    if is_error { Severity::Error } else { Severity::Unset }
}

fn is_flagged(record: &Value, flags: &[&str]) -> bool {
    flags.iter().any(|flag| record.get(flag).and_then(Value::as_bool) == Some(true))
}

/// A segment stands for a call. A subsegment is a part of one: its failure may have been handled.
fn segment_outcome(record: &Value, is_fault: bool) -> Outcome {
    let is_part = record.get("type").and_then(Value::as_str) == Some("subsegment")
        || record.get("trace_id").is_none()
        || record.get("inferred").and_then(Value::as_bool) == Some(true)
        || (record.get("origin").is_none()
            && (record.get("namespace").is_some() || record.get("parent_id").is_some()));
    if is_part {
        return Outcome::Unknown;
    }
    let error_type =
        json::text(record, &["metadata.error_type", "metadata.errorType", "metadata.jsonrpc.error.code"]);
    if is_fault || error_type.is_some() {
        return Outcome::Failed;
    }
    if record.get("in_progress").and_then(Value::as_bool) == Some(true) {
        return Outcome::Unknown;
    }
    let status = ["http.response.status", "metadata.http.response.status_code"]
        .iter()
        .find_map(|path| json::integer(record, path));
    let method = json::text(record, &["http.request.method"]).unwrap_or_default();
    let url = json::text(record, &["http.request.url"]).unwrap_or_default();
    let path = url.split_once("://").map_or("", |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    status.map_or(Outcome::Ok, |status| http_outcome::of(&method, path, status))
}

/// The exceptions of `cause`, outermost first as X-Ray lists them, and the last one.
fn exceptions(record: &Value) -> (String, Option<(String, String)>) {
    let (mut message, mut last) = (String::new(), None);
    let listed = lookup(record, "cause.exceptions").and_then(Value::as_array);
    for exception in listed.into_iter().flatten() {
        let kind = json::text(exception, &["type"]);
        let text = json::text(exception, &["message"]);
        let line = json::exception_line(kind.as_deref(), text.as_deref());
        json::push_line(&mut message, &line);
        last = Some((kind.unwrap_or_default(), text.unwrap_or_default()));
    }
    if message.is_empty() {
        message = json::text(record, &["cause.message"]).unwrap_or_default();
    }
    (message, last)
}

/// Reads an entry of `TraceSummaries`.
pub(super) fn read_summary(mut record: Value) -> Signal {
    let annotations = summary_annotations(&record);
    let text = |paths: &[&str]| json::text(&record, paths);
    let is_fault = is_flagged(&record, &["HasFault", "HasError", "HasThrottle"]);
    let timestamp = record.get("StartTime").and_then(json::time);
    let seconds = lookup(&record, "Duration").and_then(Value::as_f64);
    let length =
        seconds.filter(|seconds| (0.0..1e9).contains(seconds)).map(std::time::Duration::from_secs_f64);
    let mut ids = Ids {
        trace: json::trace(&record, &["Id"]),
        session: annotations.get("session.id").and_then(json::scalar),
        ..Ids::default()
    };
    if let Some(tool) = annotations.get("tool.name").and_then(json::scalar) {
        tool_name::note(&mut ids, &tool);
    }
    let signal = Signal {
        kind: Kind::XraySummary,
        layer: Layer::Span,
        timestamp,
        end: timestamp.zip(length).map(|(start, length)| start.plus(length)),
        severity: severity(is_fault),
        outcome: if is_fault { Outcome::Failed } else { Outcome::Ok },
        message: root_causes(&record),
        name: annotations.get("aws:span.name").and_then(json::scalar).or_else(|| text(&["EntryPoint.Name"])),
        ids,
        ..Signal::default()
    };
    json::add(&mut record, "annotations", Value::Object(annotations));
    Signal { body: record, ..signal }
}

/// `Annotations` as a flat map: the first value of each key.
fn summary_annotations(record: &Value) -> Map<String, Value> {
    let listed = record.get("Annotations").and_then(Value::as_object);
    let first = listed.into_iter().flatten().filter_map(|(key, values)| {
        let value = lookup(values, "0.AnnotationValue")?.as_object()?.values().next()?;
        Some((key.clone(), value.clone()))
    });
    first.collect()
}

/// The exceptions that the summary names as root causes.
fn root_causes(record: &Value) -> String {
    let mut message = String::new();
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    for cause in ["FaultRootCauses", "ErrorRootCauses"].iter().flat_map(|key| list(record, key)) {
        for entity in list(&cause, "Services").iter().flat_map(|service| list(service, "EntityPath")) {
            for exception in list(&entity, "Exceptions") {
                let (kind, text) = (json::text(&exception, &["Name"]), json::text(&exception, &["Message"]));
                json::push_line(&mut message, &json::exception_line(kind.as_deref(), text.as_deref()));
            }
        }
    }
    message
}
