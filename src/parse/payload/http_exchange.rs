//! HTTP exchanges as a client recorded them: HAR entries, and journals of one exchange per line.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{exchange_body, http_outcome, json, json_rpc};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Severity, Signal, Timestamp, TraceId};

/// One side of an exchange.
struct Side {
    headers: Map<String, Value>,
    text: String,
    messages: Vec<Value>,
}

/// Reads one exchange.
pub(super) fn read(mut entry: Value) -> Signal {
    let method = json::text(&entry, &["request.method"]).unwrap_or_default();
    let path = path(&entry);
    let status = json::integer(&entry, "response.status").filter(|status| *status > 0);
    let request = side(entry.get("request"), &["body", "postData.text"]);
    let response = side(entry.get("response"), &["body", "content.text"]);
    let broken = broken_off(&entry, status);

    let call = request.messages.first().filter(|message| message.get("method").is_some());
    let answer = answer(&response.messages, call);
    let (outcome, message) = verdict(&method, &path, status, &response.text, answer, broken.as_deref());
    let timestamp = entry.get("t").or(entry.get("startedDateTime")).and_then(json::time);
    let millis = json::text(&entry, &["ms", "time"]).and_then(|text| text.parse::<f64>().ok());
    let ids = ids(&request, &response, call);

    let mut http = json!({
        "request": {"method": method, "path": path, "headers": request.headers},
        "response": {"status": status, "headers": response.headers},
    });
    if call.is_none() && !request.text.is_empty() {
        http["request"]["body"] = request.text.as_str().into();
    }
    if answer.is_none() && !response.text.is_empty() {
        http["response"]["body"] = response.text.as_str().into();
    }
    let (call, answer) = (call.cloned(), answer.and_then(json_rpc::body));
    if let Value::Object(map) = &mut entry {
        map.remove("request");
        map.remove("response");
    }
    json::add(&mut entry, "http", http);
    for (key, tree) in [("request", call), ("response", answer)] {
        if let Some(tree) = tree {
            json::add(&mut entry, key, tree);
        }
    }
    Signal {
        kind: Kind::HttpExchange,
        layer: Layer::Client,
        timestamp,
        end: end(timestamp, millis),
        severity: if outcome == Outcome::Failed { Severity::Error } else { Severity::Unset },
        outcome,
        message,
        name: Some(format!("{method} {path}")),
        ids,
        body: entry,
        ..Signal::default()
    }
}

fn end(start: Option<Timestamp>, millis: Option<f64>) -> Option<Timestamp> {
    let millis = millis.filter(|millis| (0.0..1e12).contains(millis))?;
    Some(start?.plus(Duration::from_nanos((millis * 1e6) as u64)))
}

fn path(entry: &Value) -> String {
    if let Some(path) = json::text(entry, &["request.path"]) {
        return path;
    }
    let url = json::text(entry, &["request.url"]).unwrap_or_default();
    let behind_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    behind_scheme.find('/').map_or_else(|| "/".to_owned(), |at| behind_scheme[at..].to_owned())
}

fn side(value: Option<&Value>, bodies: &[&str]) -> Side {
    let Some(value) = value else {
        return Side { headers: Map::new(), text: String::new(), messages: Vec::new() };
    };
    let headers = headers(value.get("headers"));
    let mut text =
        bodies.iter().find_map(|path| lookup(value, path)?.as_str()).unwrap_or_default().to_owned();
    let is_chunked = headers.get("transfer-encoding").and_then(Value::as_str) == Some("chunked");
    if is_chunked && exchange_body::looks_chunked(&text) {
        text = exchange_body::unchunk(&text);
    }
    let messages = exchange_body::messages(&text);
    Side { headers, text, messages }
}

/// Headers by lower-case name, from an object or from HAR's list of pairs.
fn headers(value: Option<&Value>) -> Map<String, Value> {
    let pair =
        |item: &Value| Some((item.get("name")?.as_str()?.to_ascii_lowercase(), item.get("value")?.clone()));
    match value {
        Some(Value::Object(map)) => {
            map.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect()
        }
        Some(Value::Array(items)) => items.iter().filter_map(pair).collect(),
        _ => Map::new(),
    }
}

/// How the exchange broke off, when it did.
fn broken_off(entry: &Value, status: Option<i64>) -> Option<String> {
    let stated = json::text(entry, &["outcome", "_error", "response._error", "error"]);
    stated.or_else(|| (status.is_none() && entry.get("response").is_some()).then(|| "no response".to_owned()))
}

/// The answer to `call`: the message with its id, else the last one with a result or an error.
fn answer<'m>(messages: &'m [Value], call: Option<&Value>) -> Option<&'m Value> {
    let id = call.and_then(|call| call.get("id"));
    let is_answer = |message: &&Value| message.get("result").is_some() || message.get("error").is_some();
    let answers_call = |message: &&Value| is_answer(message) && id.is_some() && message.get("id") == id;
    messages.iter().find(answers_call).or_else(|| messages.iter().rev().find(is_answer))
}

fn verdict(
    method: &str,
    path: &str,
    status: Option<i64>,
    body: &str,
    answer: Option<&Value>,
    broken: Option<&str>,
) -> (Outcome, String) {
    let is_rpc = answer.is_some_and(|answer| answer.get("jsonrpc").is_some());
    let mut message = String::new();
    let mut outcome = status.map_or(Outcome::Unknown, |status| http_outcome::of(method, path, status));
    if let Some(answer) = answer.filter(|answer| is_rpc || is_stream_error(answer)) {
        message = json_rpc::error_text(answer);
        if json_rpc::outcome(answer) == Outcome::Failed && outcome == Outcome::Ok {
            outcome = Outcome::Failed;
        }
    }
    if message.is_empty() && status.is_some_and(|status| status >= 400) {
        body.trim().clone_into(&mut message);
    }
    if let Some(broken) = broken {
        outcome = Outcome::Failed;
        json::push_line(&mut message, broken);
    }
    (outcome, message)
}

/// The event by which the SDK says that a stream it has begun with status 200 failed.
fn is_stream_error(answer: &Value) -> bool {
    answer.get("error").is_some() && answer.get("error_type").is_some()
}

fn ids(request: &Side, response: &Side, call: Option<&Value>) -> Ids {
    let header = |name: &str| {
        let sides = [&response.headers, &request.headers];
        sides.iter().find_map(|headers| json::scalar(headers.get(name)?))
    };
    let xray = header("x-amzn-trace-id").unwrap_or_default();
    let parent = header("traceparent").unwrap_or_default();
    let mut ids = Ids {
        trace: json_rpc::trace_of_parent(&parent)
            .or_else(|| TraceId::parse(xray_part(&xray, "Root=")?.as_bytes())),
        request: ["x-amzn-requestid", "x-amzn-request-id", "x-amzn-bedrock-agentcore-runtime-request-id"]
            .iter()
            .find_map(|name| header(name)),
        session: header("x-amzn-bedrock-agentcore-runtime-session-id")
            .or_else(|| json_rpc::session_of_baggage(&header("baggage")?)),
        mcp_session: header("mcp-session-id"),
        ..Ids::default()
    };
    if let Some(call) = call {
        json_rpc::note_request(&mut ids, call);
    }
    ids
}

/// The value of one part of an `X-Amzn-Trace-Id` header.
fn xray_part<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    header.split(';').find_map(|part| part.trim().strip_prefix(key))
}
