//! The caller's side: HTTP exchanges, and answers pasted alone.

use crate::model::{Kind, Outcome, Signal, SignalKey, Stage};

use super::clue::{Clues, quote};
use super::texts;

/// Reads an exchange or an answer. `door` is the step at which the call enters the service.
pub(super) fn read(clues: &mut Clues, key: SignalKey, signal: &Signal, door: Stage) {
    match signal.kind {
        Kind::HttpExchange => exchange(clues, key, signal, door),
        Kind::JsonRpc if signal.outcome != Outcome::Unknown => {
            clues.answered(key, signal, "an answer as JSON-RPC");
            if signal.outcome == Outcome::Failed {
                refused(clues, key, signal, door, None);
            }
        }
        _ => {}
    }
}

fn exchange(clues: &mut Clues, key: SignalKey, signal: &Signal, door: Stage) {
    let name = signal.name.as_deref().unwrap_or("request");
    let failed = signal.outcome == Outcome::Failed;
    if failed && texts::is_not_sent(&signal.message) {
        return clues.failed(Stage::Client, key, signal, format!("{name}: {}", quote(&signal.message)));
    }
    let status = status(signal);
    clues.took(Stage::Client, key, signal, name);
    if failed && (status.is_none_or(|status| status < 400) && gave_up(signal)) {
        clues.failed(Stage::Response, key, signal, last_line(&signal.message));
        if let Some(clue) = clues.0.last_mut() {
            clue.at = signal.end;
            clue.end = None;
        }
        return;
    }
    if let Some(status) = status {
        clues.answered(key, signal, format!("the caller got {status}"));
    }
    if failed {
        refused(clues, key, signal, door, status);
    }
}

/// Whether the caller stopped waiting, or lost the connection, before the answer was whole.
pub(super) fn gave_up(signal: &Signal) -> bool {
    signal.kind == Kind::HttpExchange
        && signal.outcome == Outcome::Failed
        && texts::is_broken_off(&last_line(&signal.message))
        && !texts::is_not_sent(&signal.message)
}

/// An exchange's message ends with how it broke off.
fn last_line(message: &str) -> String {
    quote(message.lines().next_back().unwrap_or_default())
}

/// Where a call was refused, as far as the answer tells. When that was is not known to the caller: only that it was
/// over when the answer came.
fn refused(clues: &mut Clues, key: SignalKey, signal: &Signal, door: Stage, status: Option<i64>) {
    let known = clues.0.len();
    refused_at(clues, key, signal, door, status);
    for clue in &mut clues.0[known..] {
        clue.at = signal.end.or(signal.timestamp);
        clue.end = None;
    }
}

fn refused_at(clues: &mut Clues, key: SignalKey, signal: &Signal, door: Stage, status: Option<i64>) {
    let code = signal.field("rpc.code").and_then(|code| code.parse::<i64>().ok());
    let note = match status {
        Some(status) if status >= 400 => format!("answered {status}: {}", quote(&signal.message)),
        _ => quote(&signal.message),
    };
    if let Some(stage) = texts::stage_of(&signal.message) {
        return clues.failed(stage, key, signal, note);
    }
    let is_invocation = signal.name.as_deref().is_some_and(|name| name.contains("/invocations"));
    match (status, code) {
        // So the AgentCore SDK answers for an entry point that raised.
        (Some(500), _) if is_invocation && signal.message.starts_with("{\"error\"") => {
            clues.failed(Stage::Handler, key, signal, note);
        }
        // The server refused the message itself: JSON-RPC 2.0 §5.1.
        (Some(400..=499), _) | (_, Some(-32700 | -32600 | -32601 | -32602)) => {
            clues.failed(door, key, signal, note);
        }
        (Some(502..=504), _) => clues.suspect(door, key, signal, note),
        // Behind a Gateway an error may be of any of its steps.
        _ if door == Stage::GatewayReceived => {}
        _ => {
            if status.is_some_and(|status| status >= 500) {
                clues.suspect(door, key, signal, &*note);
            }
            clues.suspect(Stage::Handler, key, signal, note);
        }
    }
}

/// The HTTP status of a signal, when it states one.
pub(super) fn status(signal: &Signal) -> Option<i64> {
    signal.field("http.status")?.parse().ok()
}
