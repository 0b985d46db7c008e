//! Spans and X-Ray segments, by the names and kinds of telemetry §4.2.

use crate::model::{Outcome, Severity, Signal, SignalKey, Stage};

use super::client::status;
use super::clue::{Clues, quote};
use super::texts;

/// Names by which Identity's token calls are known, of the service's spans and of botocore's.
const TOKEN_CALLS: &[&str] =
    &["AgentCore.Identity.", "GetResourceOauth2Token", "GetResourceApiKey", "GetWorkloadAccessToken"];

/// Reads a span. `behind_gateway`: whether the request came through a Gateway.
pub(super) fn read(clues: &mut Clues, key: SignalKey, signal: &Signal, behind_gateway: bool) {
    let name = signal.name.as_deref().unwrap_or_default();
    let kind = signal.field("span.kind").unwrap_or_default();
    let is_client = matches!(&*kind, "CLIENT" | "3");
    let is_server = matches!(&*kind, "SERVER" | "2" | "LOCAL_ROOT");
    if name.starts_with("AgentCore.Gateway.InvokeTool.") || name.starts_with("AgentCore.Gateway.Http.") {
        return called(clues, key, signal, Stage::TargetCalled);
    }
    if name.starts_with("AgentCore.Gateway.") {
        return gateway(clues, key, signal, name);
    }
    if name.starts_with("AgentCore.Policy.") {
        return policy(clues, key, signal);
    }
    if TOKEN_CALLS.iter().any(|call| name.contains(call)) {
        let stage = if behind_gateway { Stage::Token } else { Stage::Downstream };
        return called(clues, key, signal, stage);
    }
    if name.starts_with("AgentCore.Runtime.") {
        return server(clues, key, signal);
    }
    if name.ends_with("InvokeAgentRuntime") && is_client {
        return clues.took(Stage::Client, key, signal, note(signal));
    }
    if is_http_server(name) && !is_client {
        // The HTTP server's inner spans ("POST /mcp http send") say nothing of their own.
        if is_server || !name.contains(" http ") {
            server(clues, key, signal);
        }
        return;
    }
    if is_client || is_model_call(signal, name) {
        return called(clues, key, signal, Stage::Downstream);
    }
    let stated = texts::stage_of(&signal.message).filter(|stage| *stage >= Stage::RuntimeReceived);
    match stated.filter(|_| is_failed(signal)) {
        Some(stage) => clues.failed(stage, key, signal, note(signal)),
        None => called(clues, key, signal, Stage::Handler),
    }
}

fn is_http_server(name: &str) -> bool {
    let verb = name.split(' ').next().unwrap_or_default();
    let is_verb = matches!(verb, "POST" | "GET" | "DELETE" | "PUT");
    // A path that the server does not know leaves a span named by the method alone.
    is_verb && (name.len() == verb.len() || name[verb.len()..].starts_with(" /"))
}

fn is_model_call(signal: &Signal, name: &str) -> bool {
    name == "chat" || (name.starts_with("chat ") && signal.field("model").is_some())
}

/// A call of one party to another: taken, or failed by its status.
fn called(clues: &mut Clues, key: SignalKey, signal: &Signal, stage: Stage) {
    if is_failed(signal) {
        clues.failed(stage, key, signal, note(signal));
    } else {
        clues.took(stage, key, signal, note(signal));
    }
}

fn gateway(clues: &mut Clues, key: SignalKey, signal: &Signal, name: &str) {
    if name.ends_with(".InboundAuth") {
        return called(clues, key, signal, Stage::GatewayReceived);
    }
    clues.took(Stage::GatewayReceived, key, signal, note(signal));
    let code = signal.field("rpc.code");
    match code.as_deref() {
        // Codes of the Gateway: policy denial and bad token (telemetry §3.5).
        Some("-32002") => clues.failed(Stage::Policy, key, signal, note(signal)),
        Some("-32001") => clues.failed(Stage::GatewayReceived, key, signal, note(signal)),
        _ if name.ends_with(".EvaluateRoutingRules") => {}
        _ => clues.answered(key, signal, note(signal)),
    }
}

fn policy(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    match signal.field("policy.decision").as_deref() {
        Some("DENY") => clues.failed(Stage::Policy, key, signal, "policy decision DENY"),
        _ => called(clues, key, signal, Stage::Policy),
    }
}

/// A request that the Runtime service or the server in the container took.
fn server(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    clues.took(Stage::RuntimeReceived, key, signal, note(signal));
    match status(signal) {
        Some(400..=499) if signal.outcome == Outcome::Failed => {
            clues.failed(Stage::RuntimeReceived, key, signal, note(signal));
        }
        Some(500..) => {
            clues.suspect(Stage::RuntimeReceived, key, signal, note(signal));
            clues.suspect(Stage::Handler, key, signal, note(signal));
        }
        _ if is_failed(signal) => {
            let stage = texts::stage_of(&signal.message).unwrap_or(Stage::Handler);
            clues.suspect(stage, key, signal, note(signal));
        }
        _ => {}
    }
    if signal.end.is_some() && status(signal).is_some() {
        clues.answered(key, signal, note(signal));
    }
}

/// Whether a span says that its own operation failed.
pub(super) fn is_failed(signal: &Signal) -> bool {
    signal.severity >= Severity::Error
        || signal.field("error.type").is_some()
        || status(signal).is_some_and(|status| status >= 400)
}

/// "span POST /mcp, 200", with the failure's text when there is one.
fn note(signal: &Signal) -> String {
    let mut note = format!("span {}", quote(signal.name.as_deref().unwrap_or("without a name")));
    if let Some(status) = status(signal) {
        note.push_str(", ");
        note.push_str(&status.to_string());
    }
    if is_failed(signal) {
        let text = quote(&signal.message);
        let stated = signal.field("error.type").unwrap_or_default();
        let why = if text.is_empty() { &*stated } else { &text };
        if !why.is_empty() {
            note.push_str(": ");
            note.push_str(why);
        }
    }
    note
}
