//! The Runtime's records: access lines, SDK and MCP logs, tracebacks, vended rows.

use std::time::Duration;

use crate::model::{Kind, Layer, Outcome, Severity, Signal, SignalKey, Stage};

use super::client::status;
use super::clue::{Clues, quote};
use super::texts;

/// Loggers of the server itself: a line of theirs shows that the request arrived, not that a handler ran.
const SERVER_LOGGERS: &[&str] =
    &["mcp.", "uvicorn", "starlette", "opentelemetry", "httpx", "fastmcp.", "asyncio", "botocore", "urllib3"];

/// Texts about a connection that the caller closed, or that a library prints after every request.
const CLOSED: &[&str] = &["ClientDisconnect", "ClosedResourceError", "BrokenResourceError"];

/// Reads a record of the Runtime, or of a service that its handler called.
pub(super) fn read(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    match (signal.layer, signal.kind) {
        (Layer::Memory | Layer::Tool, _) => service(clues, key, signal),
        (_, Kind::AccessLog) => access(clues, key, signal),
        (_, Kind::RuntimeVended) => vended(clues, key, signal),
        (_, Kind::GenAiEvent) => clues.took(Stage::Handler, key, signal, "conversation record"),
        (_, Kind::SdkLog | Kind::OtelLog | Kind::LogLine | Kind::Traceback | Kind::Text) => {
            line(clues, key, signal);
        }
        _ => {}
    }
}

fn service(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    let name = signal.name.as_deref().unwrap_or("a service");
    match signal.outcome {
        Outcome::Failed => clues.failed(Stage::Downstream, key, signal, quote(&signal.message)),
        _ => clues.took(Stage::Downstream, key, signal, format!("{} row {name}", signal.layer)),
    }
}

fn access(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    let name = signal.name.as_deref().unwrap_or_default();
    let Some(status) = status(signal) else { return };
    let note = format!("access line {name}, {status}");
    match status {
        400..=499 if signal.outcome == Outcome::Failed => {
            clues.failed(Stage::RuntimeReceived, key, signal, &*note);
        }
        500.. => {
            clues.took(Stage::RuntimeReceived, key, signal, &*note);
            clues.suspect(Stage::RuntimeReceived, key, signal, &*note);
            clues.suspect(Stage::Handler, key, signal, &*note);
        }
        _ => clues.took(Stage::RuntimeReceived, key, signal, &*note),
    }
    clues.answered(key, signal, note);
}

fn vended(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    let name = signal.name.as_deref().unwrap_or("InvokeAgentRuntime");
    clues.took(Stage::RuntimeReceived, key, signal, format!("Runtime row {name}"));
    if signal.outcome == Outcome::Failed {
        let stage = texts::stage_of(&signal.message).unwrap_or(Stage::RuntimeReceived);
        clues.suspect(stage, key, signal, quote(&signal.message));
    }
}

fn line(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    let text = signal.message.as_str();
    let first = quote(text);
    let is_error = signal.severity >= Severity::Error || signal.kind == Kind::Traceback;
    if signal.outcome == Outcome::Ok {
        clues.took(Stage::Handler, key, signal, &*first);
        begun_before(clues, signal, text);
        return clues.answered(key, signal, first);
    }
    if first.starts_with("Processing request of type ") {
        clues.took(Stage::RuntimeReceived, key, signal, &*first);
        if first.contains("CallTool") {
            clues.took(Stage::Handler, key, signal, first);
        }
        return;
    }
    if is_error && CLOSED.iter().any(|word| text.contains(word)) {
        clues.took(Stage::RuntimeReceived, key, signal, &*first);
        return clues.suspect(Stage::Response, key, signal, first);
    }
    if first.starts_with("Error in sync streaming") || first.starts_with("Error in async streaming") {
        let stage = texts::stage_of(text).filter(|stage| *stage == Stage::Downstream);
        return clues.failed(stage.unwrap_or(Stage::Response), key, signal, failure(signal));
    }
    let stated = texts::stage_of(text).filter(|stage| *stage >= Stage::RuntimeReceived);
    match stated {
        Some(stage) if is_error || signal.outcome == Outcome::Failed => {
            clues.failed(stage, key, signal, failure(signal));
        }
        Some(Stage::RuntimeReceived) => clues.suspect(Stage::RuntimeReceived, key, signal, failure(signal)),
        _ if is_error => {
            let stage = if is_servers(signal) { Stage::RuntimeReceived } else { Stage::Handler };
            clues.suspect(stage, key, signal, failure(signal));
        }
        _ if is_servers(signal) => clues.took(Stage::RuntimeReceived, key, signal, first),
        _ => clues.took(Stage::Handler, key, signal, format!("log line \"{first}\"")),
    }
}

fn is_servers(signal: &Signal) -> bool {
    let logger = signal.logger.as_deref().unwrap_or_default();
    SERVER_LOGGERS.iter().any(|prefix| logger.starts_with(prefix))
}

/// The SDK writes its line when the invocation is over, with the seconds that it took: `… (5.345s)`.
fn begun_before(clues: &mut Clues, signal: &Signal, text: &str) {
    let first = text.lines().next().unwrap_or_default();
    let seconds = first.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix("s)")?.parse::<f64>().ok());
    let (Some(clue), Some(at)) = (clues.0.last_mut(), signal.timestamp) else { return };
    if let Some(seconds) = seconds.filter(|seconds| (0.0..1e6).contains(seconds)) {
        clue.at = Some(at.minus(Duration::from_secs_f64(seconds)));
        clue.end = Some(at);
    }
}

/// The innermost exception, else the first line.
fn failure(signal: &Signal) -> String {
    let kind = signal.field("exception.type").unwrap_or_default();
    let text = signal.field("exception.message").unwrap_or_default();
    if kind.is_empty() { quote(&signal.message) } else { quote(&format!("{kind}: {text}")) }
}
