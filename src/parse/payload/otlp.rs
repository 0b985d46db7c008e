//! OTLP/JSON (file exporter, collectors) brought into the shape in which CloudWatch stores spans and log
//! records: flat attribute maps, words for enums.
//!
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>

use serde_json::{Map, Value};

/// Span kinds and status codes in the order of their numbers.
const KINDS: [&str; 6] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const CODES: [&str; 3] = ["UNSET", "OK", "ERROR"];

/// Deeper nesting of attribute values is dropped.
const MAX_DEPTH: usize = 32;

/// Flattens a span or log record; one that is flat already comes back as it is.
pub(super) fn flatten(mut record: Value) -> Value {
    let Value::Object(map) = &mut record else { return record };
    for key in ["resource", "scope"] {
        if let Some(Value::Object(inner)) = map.get_mut(key) {
            flatten_attributes(inner);
        }
    }
    flatten_attributes(map);
    for key in ["events", "links"] {
        if let Some(Value::Array(items)) = map.get_mut(key) {
            items.iter_mut().filter_map(Value::as_object_mut).for_each(flatten_attributes);
        }
    }
    if let Some(body) = map.get_mut("body") {
        *body = plain(body.take(), 0);
    }
    name_enum(map.get_mut("kind"), &KINDS, "SPAN_KIND_");
    if let Some(Value::Object(status)) = map.get_mut("status") {
        status.entry("code").or_insert_with(|| CODES[0].into());
        name_enum(status.get_mut("code"), &CODES, "STATUS_CODE_");
    }
    record
}

fn name_enum(value: Option<&mut Value>, names: &[&str], prefix: &str) {
    let Some(value) = value else { return };
    let named = match &*value {
        Value::Number(number) => number.as_u64().and_then(|number| names.get(number as usize)).copied(),
        Value::String(text) => {
            text.strip_prefix(prefix).and_then(|word| names.iter().copied().find(|name| *name == word))
        }
        _ => None,
    };
    if let Some(name) = named {
        *value = name.into();
    }
}

/// `[{"key": k, "value": {"stringValue": v}}]` becomes `{k: v}`.
fn flatten_attributes(holder: &mut Map<String, Value>) {
    if let Some(attributes @ Value::Array(_)) = holder.get_mut("attributes") {
        *attributes = pairs(attributes.take(), 0);
    }
}

fn pairs(list: Value, depth: usize) -> Value {
    let Value::Array(items) = list else { return list };
    let pairs = items.into_iter().filter_map(|mut item| {
        let key = item.get("key")?.as_str()?.to_owned();
        let value = item.get_mut("value").map(Value::take).unwrap_or_default();
        Some((key, plain(value, depth + 1)))
    });
    Value::Object(pairs.collect())
}

/// An OTLP `AnyValue` as plain JSON; anything else as it is.
fn plain(value: Value, depth: usize) -> Value {
    let Value::Object(map) = &value else { return value };
    if map.len() != 1 || depth > MAX_DEPTH {
        return value;
    }
    let Value::Object(map) = value else { return Value::Null };
    let Some((key, inner)) = map.into_iter().next() else { return Value::Null };
    match key.as_str() {
        "stringValue" | "boolValue" | "doubleValue" | "bytesValue" => inner,
        "intValue" => match inner.as_str().and_then(|text| text.parse::<i64>().ok()) {
            Some(number) => number.into(),
            None => inner,
        },
        "arrayValue" => match inner {
            Value::Object(mut list) => match list.remove("values") {
                Some(Value::Array(items)) => items.into_iter().map(|item| plain(item, depth + 1)).collect(),
                _ => Value::Array(Vec::new()),
            },
            other => other,
        },
        "kvlistValue" => match inner {
            Value::Object(mut list) => pairs(list.remove("values").unwrap_or_default(), depth + 1),
            other => other,
        },
        _ => Value::Object(Map::from_iter([(key, inner)])),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn otlp_becomes_the_stored_shape() {
        let otlp = json!({
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "a"}}]},
            "kind": 2, "status": {"code": "STATUS_CODE_ERROR"},
            "attributes": [
                {"key": "http.response.status_code", "value": {"intValue": "500"}},
                {"key": "list", "value": {"arrayValue": {"values": [{"boolValue": true}, {"doubleValue": 0.5}]}}},
                {"key": "map", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"stringValue": "v"}}]}}}
            ],
            "body": {"stringValue": "text"}
        });
        let flat = json!({
            "resource": {"attributes": {"service.name": "a"}},
            "kind": "SERVER", "status": {"code": "ERROR"},
            "attributes": {"http.response.status_code": 500, "list": [true, 0.5], "map": {"k": "v"}},
            "body": "text"
        });
        assert_eq!(flatten(otlp), flat);
        assert_eq!(flatten(flat.clone()), flat);
        assert_eq!(flatten(json!({"status": {}})), json!({"status": {"code": "UNSET"}}));
    }
}
