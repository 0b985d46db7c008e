//! Text payloads: log lines of any library, access lines, tracebacks, and whatever a program prints.

use serde_json::{Map, Value, json};

use super::log_line::Prefix;
use super::{access_log, ansi, json, log_line, rich, sdk_log, tool_name, traceback};
use crate::model::{Ids, Kind, Layer, Signal};

/// Reads text, joined over all its lines.
pub(super) fn read(payload: &str) -> Signal {
    let stripped = ansi::strip(payload);
    let text = stripped.trim_end_matches(['\n', ' ', '\t', '\r']).trim_start_matches('\u{feff}');
    if let Some(record) = rich::parse(&stripped).filter(|_| !text.is_empty()) {
        return read_rich(record);
    }
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(prefix) = log_line::parse(first) {
        return read_line(&prefix, rest);
    }
    if let Some(access) = access_log::parse(first) {
        return read_access(Signal { message: text.to_owned(), ..Signal::default() }, access);
    }
    let is_traceback = traceback::starts(text);
    let mut signal = Signal {
        kind: if is_traceback { Kind::Traceback } else { Kind::Text },
        message: text.to_owned(),
        ..Signal::default()
    };
    let chained = || first.starts_with("During handling of") || first.starts_with("The above exception");
    let exception =
        traceback::exception(text).or_else(|| (!is_traceback && !chained()).then(|| bare(text))?);
    signal.body = tree(exception, None);
    signal
}

/// An exception pasted without its traceback: `ModuleNotFoundError: No module named 'x'`.
fn bare(text: &str) -> Option<(String, String)> {
    let (kind, message) = traceback::parse(text.lines().next()?)?;
    let name = kind.rsplit('.').next().unwrap_or_default();
    (name.ends_with("Error") || name.ends_with("Exception")).then_some((kind, message))
}

fn read_line(prefix: &Prefix<'_>, rest: &str) -> Signal {
    let mut message = prefix.message.to_owned();
    json::push_line(&mut message, rest);
    let mut signal = Signal {
        kind: Kind::LogLine,
        layer: Layer::Runtime,
        timestamp: prefix.timestamp,
        severity: prefix.severity,
        message,
        logger: prefix.logger.map(str::to_owned),
        ids: Ids {
            trace: prefix.trace,
            span: prefix.span,
            request: prefix.request.map(str::to_owned),
            ..Ids::default()
        },
        ..Signal::default()
    };
    if let Some(access) = access_log::parse(prefix.message) {
        return read_access(signal, access);
    }
    tool_name::note_from_log(&mut signal.ids, prefix.message);
    if prefix.logger == Some("bedrock_agentcore.app") {
        signal.outcome = sdk_log::invocation_outcome(prefix.message);
    }
    signal.body = tree(traceback::exception(rest), prefix.file.map(|file| (file, prefix.line)));
    signal
}

fn read_access(signal: Signal, access: access_log::Access) -> Signal {
    Signal {
        kind: Kind::AccessLog,
        layer: Layer::Runtime,
        outcome: access.outcome,
        name: Some(access.name),
        body: json!({"http": access.http}),
        ..signal
    }
}

fn read_rich(record: rich::Rich<'_>) -> Signal {
    let mut message = record.message;
    let boxed = record.traceback.unwrap_or_default();
    json::push_line(&mut message, &boxed);
    let exception = boxed.lines().last().and_then(traceback::parse);
    Signal {
        kind: Kind::LogLine,
        layer: Layer::Runtime,
        severity: record.severity,
        message,
        body: tree(exception, record.file.map(|file| (file, record.line))),
        ..Signal::default()
    }
}

fn tree(exception: Option<(String, String)>, code: Option<(&str, Option<i64>)>) -> Value {
    let mut body = Map::new();
    if let Some((kind, message)) = exception {
        body.insert("exception".to_owned(), json!({"type": kind, "message": message}));
    }
    if let Some((file, line)) = code {
        body.insert("code".to_owned(), json!({"file": file, "line": line}));
    }
    if body.is_empty() { Value::Null } else { Value::Object(body) }
}
