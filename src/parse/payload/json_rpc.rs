//! JSON-RPC messages and MCP results: their ids, whether the call failed, and the text that says why.

use serde_json::{Map, Value};

use super::{javamap, json, tool_name};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Severity, Signal, TraceId};

/// Reads a message, a bare MCP result or a batch of messages that stands alone.
pub(super) fn read(mut value: Value) -> Signal {
    let mut signal = Signal { kind: Kind::JsonRpc, ..Signal::default() };
    let message = envelope(&value);
    if message.get("method").is_some() {
        note_request(&mut signal.ids, &message);
        signal.name = json::text(&message, &["method"]);
        json::add(&mut value, "request", message);
    } else {
        let mut response = message;
        expose_texts(&mut response);
        signal.ids.rpc = json::text(&response, &["id"]);
        signal.outcome = outcome(&response);
        signal.message = error_text(&response);
        if signal.message.is_empty() && signal.outcome != Outcome::Ok {
            signal.message = refusal_text(&value);
        }
        if value.get("status").and_then(Value::as_str) == Some("error") {
            signal.outcome = Outcome::Failed;
        }
        json::add(&mut value, "response", response);
    }
    if signal.outcome == Outcome::Failed {
        signal.severity = Severity::Error;
    }
    signal.body = value;
    signal
}

/// Reads a `tools/list` response, whole or only its result.
pub(super) fn read_tools_list(mut body: Value) -> Signal {
    let response = envelope(&body);
    let rpc = json::text(&response, &["id"]);
    json::add(&mut body, "response", response);
    Signal {
        kind: Kind::ToolsList,
        layer: Layer::Client,
        name: Some("tools/list".to_owned()),
        ids: Ids { rpc, ..Ids::default() },
        body,
        ..Signal::default()
    }
}

/// `value` as a JSON-RPC message: a bare result is put into one, of a batch the first failed answer counts.
fn envelope(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let failed = items.iter().find(|item| outcome(item) == Outcome::Failed);
            failed.or(items.first()).cloned().unwrap_or_default()
        }
        Value::Object(map) if map.contains_key("content") || map.contains_key("tools") => {
            Value::Object(Map::from_iter([("result".to_owned(), value.clone())]))
        }
        other => other.clone(),
    }
}

/// A JSON-RPC body as a Gateway row or CloudTrail carries it: an object, JSON text, or a `Map.toString()` dump.
pub(super) fn body(value: &Value) -> Option<Value> {
    let mut tree = match value {
        Value::Object(_) | Value::Array(_) => value.clone(),
        Value::String(text) => serde_json::from_str(text)
            .ok()
            .filter(|tree: &Value| tree.is_object() || tree.is_array())
            .or_else(|| javamap::parse(text))?,
        _ => return None,
    };
    expose_texts(&mut tree);
    Some(tree)
}

/// Makes `result.content[].text` text everywhere (a dump reader may have found JSON in it), and adds what it
/// holds as JSON under `json`, so that an application error inside a success can be asked for as a field.
fn expose_texts(response: &mut Value) {
    let contents = response.pointer_mut("/result/content").and_then(Value::as_array_mut);
    for item in contents.into_iter().flatten().filter_map(Value::as_object_mut) {
        let Some(text) = item.get("text") else { continue };
        let embedded = match text {
            Value::String(text) => json::parse(text),
            Value::Object(_) | Value::Array(_) => Some(text.clone()),
            _ => None,
        };
        if let Some(embedded) = embedded {
            if !text.is_string() {
                item.insert("text".to_owned(), embedded.to_string().into());
            }
            item.insert("json".to_owned(), embedded);
        }
    }
}

/// Notes the ids of a request: its JSON-RPC id, its tool, and what `_meta` hands on.
pub(super) fn note_request(ids: &mut Ids, request: &Value) {
    if ids.rpc.is_none() {
        ids.rpc = json::text(request, &["id"]);
    }
    if lookup(request, "method").and_then(Value::as_str) == Some("tools/call")
        && let Some(tool) = json::text(request, &["params.name"])
    {
        tool_name::note(ids, &tool);
    }
    let Some(meta) = lookup(request, "params._meta") else { return };
    if ids.session.is_none() {
        ids.session = json::text(meta, &["baggage"]).and_then(|baggage| session_of_baggage(&baggage));
    }
    if ids.trace.is_none() {
        ids.trace = json::text(meta, &["traceparent"]).and_then(|parent| trace_of_parent(&parent));
    }
}

/// The member `session.id` of a W3C baggage list.
pub(super) fn session_of_baggage(baggage: &str) -> Option<String> {
    baggage
        .split(',')
        .filter_map(|member| member.trim().strip_prefix("session.id="))
        .map(|value| value.split(';').next().unwrap_or_default().trim().to_owned())
        .find(|session| !session.is_empty())
}

/// The trace id of a W3C `traceparent`.
pub(super) fn trace_of_parent(parent: &str) -> Option<TraceId> {
    TraceId::parse(parent.split('-').nth(1).filter(|id| id.len() == 32)?.as_bytes())
}

/// What a response says of its call; a request says nothing.
pub(super) fn outcome(response: &Value) -> Outcome {
    if response.get("error").is_some_and(|error| !error.is_null()) {
        return Outcome::Failed;
    }
    let Some(result) = response.get("result") else { return Outcome::Unknown };
    match result.get("isError").and_then(json::boolean) {
        Some(true) => Outcome::Failed,
        Some(false) => Outcome::Ok,
        None if response.get("jsonrpc").is_some() => Outcome::Ok,
        None => Outcome::Unknown,
    }
}

/// The error text of a response: of `error`, or of a result with `isError: true`. Empty for a success.
pub(super) fn error_text(response: &Value) -> String {
    let mut message = String::new();
    match response.get("error") {
        Some(Value::Object(error)) => {
            for key in ["message", "data"] {
                match error.get(key) {
                    Some(Value::String(text)) => json::push_line(&mut message, text),
                    Some(tree @ Value::Object(_)) => json::push_line(&mut message, &tree.to_string()),
                    _ => {}
                }
            }
        }
        Some(Value::String(text)) => json::push_line(&mut message, text),
        _ => {}
    }
    let Some(result) = response.get("result") else { return message };
    if result.get("isError").and_then(json::boolean) == Some(true) {
        push_content(&mut message, result.get("content"));
        if let Some(debug) = lookup(result, "_meta.debug.text").and_then(Value::as_str)
            && !message.contains(debug)
        {
            json::push_line(&mut message, debug);
        }
    }
    message
}

/// Appends the texts of an MCP or Bedrock content list.
pub(super) fn push_content(message: &mut String, content: Option<&Value>) {
    match content {
        Some(Value::String(text)) if text != "REDACTED" => json::push_line(message, text),
        Some(Value::Array(items)) => {
            for text in items.iter().filter_map(|item| item.get("text")) {
                json::push_line(message, &json::plain(text));
            }
        }
        _ => {}
    }
}

/// The text of a result that states neither success nor failure but names an exception, such as the
/// `JsonSchemaException - …` of a Gateway that an agent framework quotes without the flag.
fn refusal_text(value: &Value) -> String {
    let mut text = String::new();
    push_content(&mut text, value.get("content"));
    let stated = value.get("status").and_then(Value::as_str);
    let first = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').next().unwrap_or_default();
    let names_exception = first.len() > 9 && (first.ends_with("Exception") || first.ends_with("Error"));
    if stated == Some("error") || (stated.is_none() && names_exception) { text } else { String::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outcome_and_error_text_of_each_level() {
        let denied = "Tool Execution Denied";
        for (response, expected, text) in [
            (
                json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32002, "message": denied}}),
                Outcome::Failed,
                denied,
            ),
            (
                json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "a", "data": "b"}}),
                Outcome::Failed,
                "a\nb",
            ),
            (
                json!({"result": {"isError": true, "content": [{"type": "text", "text": "no"}]}}),
                Outcome::Failed,
                "no",
            ),
            (json!({"result": {"isError": "true", "content": "REDACTED"}}), Outcome::Failed, ""),
            (
                json!({"result": {"isError": false, "content": [{"text": "{\"error\":\"x\"}"}]}}),
                Outcome::Ok,
                "",
            ),
            (json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": []}}), Outcome::Ok, ""),
            (json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}), Outcome::Unknown, ""),
        ] {
            assert_eq!((outcome(&response), error_text(&response).as_str()), (expected, text), "{response}");
        }
    }

    #[test]
    fn a_pasted_result_without_a_flag_speaks_only_when_it_names_an_exception() {
        let refused =
            json!({"content": [{"text": "JsonSchemaException - Parameter validation failed"}], "id": "t"});
        assert_eq!(read(refused).message, "JsonSchemaException - Parameter validation failed");
        assert_eq!(read(json!({"content": [{"text": "all good"}]})).message, "");
        let error = json!({"content": [{"text": "boom"}], "status": "error"});
        assert_eq!(read(error).message, "boom");
    }

    #[test]
    fn an_application_error_inside_a_success_is_a_field_only() {
        let row = r#"{"jsonrpc":"2.0","id":1,"result":{"isError":false,"content":[{"type":"text","text":"{\"statusCode\":500}"}]}}"#;
        let signal = read(serde_json::from_str(row).unwrap());
        assert_eq!((signal.outcome, signal.message.as_str()), (Outcome::Ok, ""));
        assert_eq!(signal.field("response.result.content.0.json.statusCode").as_deref(), Some("500"));
    }

    #[test]
    fn meta_hands_on_session_and_trace() {
        let mut ids = Ids::default();
        note_request(
            &mut ids,
            &json!({"id": 2, "method": "tools/call", "params": {"name": "t___n", "_meta": {
            "baggage": "tenant.id=b,session.id=S-1;p=1", "traceparent": "00-4efaaf4d1e8720b39541901950019ee5-81346de89c725310-01"}}}),
        );
        assert_eq!(ids.session.as_deref(), Some("S-1"));
        assert_eq!(ids.trace, TraceId::parse(b"4efaaf4d1e8720b39541901950019ee5"));
        assert_eq!((ids.rpc.as_deref(), ids.target.as_deref()), (Some("2"), Some("t")));
    }
}
