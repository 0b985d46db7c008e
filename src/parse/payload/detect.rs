//! Tells payload shapes apart: the envelope's hint first, then the detector table of telemetry §9.

use serde_json::{Map, Value};

use super::{
    cloudtrail, gateway, http_exchange, json, json_rpc, otel_log, otlp, plain_json, sdk_log, span, text,
    vended, xray,
};
use crate::model::{Context, Hint, Kind, Layer, Signal, Timestamp};

/// How many wrappers of the form `{"timestamp":…,"message":"…"}` are opened.
const MAX_WRAPPERS: u32 = 3;

/// Reads `payload` by the reader that fits it best.
pub(super) fn read(payload: &str, context: &Context) -> Signal {
    read_wrapped(payload, context, 0)
}

fn read_wrapped(payload: &str, context: &Context, depth: u32) -> Signal {
    let Some(mut value) = json::parse(payload) else {
        return text::read(payload);
    };
    if let Some(inherited) = context.inherited.as_deref().and_then(json::parse) {
        json::inherit(&mut value, inherited);
    }
    if let Some(inner) = wrapped_message(&value).filter(|_| depth < MAX_WRAPPERS) {
        let mut signal = read_wrapped(inner, context, depth + 1);
        signal.timestamp = signal.timestamp.or_else(|| json::time(value.get("timestamp")?));
        return signal;
    }
    if let Some(hint) = context.hint {
        return read_hinted(hint, value);
    }
    match value {
        Value::Object(map) => read_object(map),
        Value::Array(_) => json_rpc::read(value),
        other => text::read(&json::plain(&other)),
    }
}

/// The payload inside a stored log event that was handed on with its wrapper.
fn wrapped_message(value: &Value) -> Option<&str> {
    const WRAPPER: [&str; 7] =
        ["timestamp", "message", "ingestionTime", "eventId", "id", "logStreamName", "logGroupName"];
    let map = value.as_object()?;
    let is_wrapper = map.contains_key("timestamp") && map.keys().all(|key| WRAPPER.contains(&key.as_str()));
    map.get("message").filter(|_| is_wrapper)?.as_str()
}

fn read_hinted(hint: Hint, value: Value) -> Signal {
    match hint {
        Hint::XraySegment => xray::read_segment(value),
        Hint::XraySummary => xray::read_summary(value),
        Hint::OtlpSpan => span::read(otlp::flatten(value)),
        Hint::OtlpLog => otel_log::read(otlp::flatten(value)),
        Hint::InsightsRow => plain_json::read(value),
        Hint::HttpExchange => http_exchange::read(value),
        Hint::ToolsList => json_rpc::read_tools_list(value),
    }
}

fn read_object(map: Map<String, Value>) -> Signal {
    let has = |key: &str| map.contains_key(key);
    let resource_arn = map.get("resource_arn").and_then(Value::as_str).unwrap_or_default();
    if map.get("eventSource").is_some_and(Value::is_string) && has("eventName") {
        return cloudtrail::read(map.into());
    }
    if json::at(&map, "_aws").is_some_and(|aws| aws.get("CloudWatchMetrics").is_some()) {
        return read_emf(map.into());
    }
    if has("spanId") && has("traceId") && has("startTimeUnixNano") {
        return span::read(otlp::flatten(map.into()));
    }
    if resource_arn.contains(":gateway/") && has("body") {
        return gateway::read(map.into());
    }
    let service = map.get("service_name").and_then(Value::as_str).unwrap_or_default();
    if !resource_arn.is_empty() || service.starts_with("AgentCore") {
        return vended::read(map.into());
    }
    let is_otel =
        (has("timeUnixNano") || has("observedTimeUnixNano")) && (has("body") || has("severityNumber"));
    if is_otel {
        return otel_log::read(otlp::flatten(map.into()));
    }
    if has("level") && has("message") && (has("logger") || has("requestId")) {
        return sdk_log::read(map.into());
    }
    read_unlabelled(map)
}

/// Shapes that carry no mark of their writer.
fn read_unlabelled(map: Map<String, Value>) -> Signal {
    let has = |key: &str| map.contains_key(key);
    let is_object = |key: &str| map.get(key).is_some_and(Value::is_object);
    if is_object("request") && (is_object("response") || has("outcome")) {
        if map.get("request").is_some_and(|request| request.get("method").is_some()) {
            return http_exchange::read(map.into());
        }
        if json::at(&map, "response").is_some_and(|response| response.get("response_type").is_some()) {
            return vended::read(map.into());
        }
    }
    if map.get("tools").is_some_and(Value::is_array) || json::at(&map, "result.tools").is_some() {
        return json_rpc::read_tools_list(map.into());
    }
    if has("jsonrpc") || map.get("content").is_some_and(Value::is_array) {
        return json_rpc::read(map.into());
    }
    let is_gateway_body = has("requestBody") || has("responseBody") || has("isError") || map.len() == 1;
    if map.get("log").is_some_and(Value::is_string) && is_gateway_body {
        return gateway::read(map.into());
    }
    if has("start_time") && has("id") && has("name") {
        return xray::read_segment(map.into());
    }
    if has("Id") && has("Duration") && (has("HasFault") || has("EntryPoint") || has("ServiceIds")) {
        return xray::read_summary(map.into());
    }
    plain_json::read(map.into())
}

fn read_emf(body: Value) -> Signal {
    Signal {
        kind: Kind::Emf,
        layer: Layer::Runtime,
        timestamp: json::integer(&body, "_aws.Timestamp").and_then(Timestamp::from_millis),
        body,
        ..Signal::default()
    }
}
