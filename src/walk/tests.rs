//! Readers, on hand-made signals: which steps each shows.

use serde_json::{Value, json};

use super::clue::{Clues, Says};
use super::{client, gateway, runtime, spans};
use crate::model::{Kind, Layer, Outcome, Severity, Signal, SignalKey, Stage};

fn signal(kind: Kind, layer: Layer, outcome: Outcome, message: &str, body: Value) -> Signal {
    let severity = if outcome == Outcome::Failed { Severity::Error } else { Severity::Unset };
    Signal { kind, layer, outcome, severity, message: message.to_owned(), body, ..Signal::default() }
}

fn named(name: &str, signal: Signal) -> Signal {
    Signal { name: Some(name.to_owned()), ..signal }
}

/// What each clue says, in order.
fn says(clues: &Clues) -> Vec<(Stage, Says)> {
    clues.0.iter().map(|clue| (clue.stage, clue.says)).collect()
}

const KEY: SignalKey = SignalKey(0);

fn of_row(outcome: Outcome, message: &str, body: Value) -> Vec<(Stage, Says)> {
    let mut clues = Clues::default();
    gateway::read(&mut clues, KEY, &signal(Kind::GatewayLog, Layer::Gateway, outcome, message, body));
    says(&clues)
}

#[test]
fn rows_of_a_gateway() {
    use {Says::*, Stage::*};
    let row = |log: &str| json!({"body": {"log": log}});
    let executing = "Executing tool a___b from target ABCDEFGHIJ";
    assert_eq!(of_row(Outcome::Unknown, executing, row(executing)), [(GatewayReceived, Took)]);
    let done = "Successfully processed request";
    assert_eq!(of_row(Outcome::Ok, done, row(done)), [(GatewayReceived, Took), (Response, Took)]);
    let policy = |decision: &str| json!({"body": {"log": "", "policy": {"decision": decision}}});
    assert_eq!(of_row(Outcome::Unknown, "", policy("ALLOW")), [(GatewayReceived, Took), (Policy, Took)]);
    assert!(of_row(Outcome::Unknown, "", policy("DENY")).contains(&(Policy, Failed)));
    let generic = "InternalServerException - An internal error occurred. Please retry later.";
    assert_eq!(of_row(Outcome::Failed, generic, row(generic)), [(Response, Took)]);
    let token = "Failed to fetch outbound api key.";
    assert_eq!(of_row(Outcome::Failed, token, row(token)), [(Token, Failed)]);
}

fn of_span(name: &str, kind: &str, outcome: Outcome, status: i64) -> Vec<(Stage, Says)> {
    let body = json!({"kind": kind, "attributes": {"http.response.status_code": status}});
    let mut clues = Clues::default();
    spans::read(&mut clues, KEY, &named(name, signal(Kind::Span, Layer::Span, outcome, "", body)), true);
    says(&clues)
}

#[test]
fn spans_by_name_and_kind() {
    use {Says::*, Stage::*};
    let ok = Outcome::Ok;
    let call = "AgentCore.Gateway.InvokeTool.a___b";
    assert_eq!(of_span(call, "CLIENT", Outcome::Unknown, 200), [(TargetCalled, Took)]);
    assert_eq!(of_span(call, "CLIENT", Outcome::Unknown, 403), [(TargetCalled, Failed)]);
    assert_eq!(
        of_span("AgentCore.Gateway.InvokeTool", "SERVER", ok, 200),
        [(GatewayReceived, Took), (Response, Took)]
    );
    assert_eq!(of_span("AgentCore.Identity.GetResourceOauth2Token", "CLIENT", ok, 200), [(Token, Took)]);
    assert_eq!(of_span("POST /mcp", "SERVER", ok, 200)[0], (RuntimeReceived, Took));
    assert!(of_span("POST", "SERVER", Outcome::Failed, 404).contains(&(RuntimeReceived, Failed)));
    assert_eq!(of_span("Bedrock Runtime.Converse", "CLIENT", Outcome::Unknown, 429), [(Downstream, Failed)]);
    assert_eq!(of_span("execute_tool add", "INTERNAL", Outcome::Unknown, 0), [(Handler, Took)]);
    assert_eq!(of_span("POST /mcp http send", "INTERNAL", Outcome::Unknown, 0), []);
}

fn of_record(kind: Kind, outcome: Outcome, message: &str, body: Value) -> Vec<(Stage, Says)> {
    let mut clues = Clues::default();
    runtime::read(&mut clues, KEY, &signal(kind, Layer::Runtime, outcome, message, body));
    says(&clues)
}

#[test]
fn records_of_a_runtime() {
    use {Says::*, Stage::*};
    let access = |status: i64| json!({"http": {"response": {"status": status}}});
    assert_eq!(
        of_record(Kind::AccessLog, Outcome::Failed, "", access(406)),
        [(RuntimeReceived, Failed), (Response, Took)]
    );
    assert_eq!(
        of_record(Kind::AccessLog, Outcome::Ok, "", access(200)),
        [(RuntimeReceived, Took), (Response, Took)]
    );
    assert_eq!(
        of_record(Kind::OtelLog, Outcome::Unknown, "Processing request of type CallToolRequest", Value::Null),
        [(RuntimeReceived, Took), (Handler, Took)]
    );
    let done = "Invocation completed successfully (5.345s)";
    assert_eq!(of_record(Kind::SdkLog, Outcome::Ok, done, Value::Null), [(Handler, Took), (Response, Took)]);
    let failed = "Invocation failed (0.001s)\nKeyError: 'x'";
    assert_eq!(of_record(Kind::SdkLog, Outcome::Failed, failed, Value::Null), [(Handler, Failed)]);
    let refused = "Invocation failed (0.001s)\nAn error occurred (AccessDenied) when calling the X operation";
    assert_eq!(of_record(Kind::SdkLog, Outcome::Failed, refused, Value::Null), [(Downstream, Failed)]);
}

fn of_exchange(status: Option<i64>, message: &str, door: Stage) -> Vec<(Stage, Says)> {
    let body = json!({"http": {"response": {"status": status}}});
    let exchange = signal(Kind::HttpExchange, Layer::Client, Outcome::Failed, message, body);
    let mut clues = Clues::default();
    client::read(&mut clues, KEY, &named("POST /mcp", exchange), door);
    says(&clues)
}

#[test]
fn what_a_caller_saw() {
    use {Says::*, Stage::*};
    let refused = "ConnectionRefusedError: [Errno 111] Connection refused";
    assert_eq!(of_exchange(None, refused, RuntimeReceived), [(Client, Failed)]);
    assert_eq!(
        of_exchange(Some(200), "client timeout", RuntimeReceived),
        [(Client, Took), (Response, Failed)]
    );
    let denied = of_exchange(Some(403), "no", GatewayReceived);
    assert_eq!(denied, [(Client, Took), (Response, Took), (GatewayReceived, Failed)]);
    // Behind a Gateway a bare 500 may be of any step.
    assert_eq!(of_exchange(Some(500), "no", GatewayReceived), [(Client, Took), (Response, Took)]);
}
