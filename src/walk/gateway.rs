//! The Gateway's rows, CloudTrail events of it, and Identity rows.

use crate::model::{Kind, Layer, Outcome, Signal, SignalKey, Stage};

use super::clue::{Clues, quote, reason};
use super::texts;

/// Reads a row.
pub(super) fn read(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    if signal.layer == Layer::Identity {
        return token(clues, key, signal);
    }
    let log = signal.field("gateway.log").unwrap_or_default();
    let note = if signal.kind == Kind::CloudTrail {
        "CloudTrail has the call".to_owned()
    } else {
        format!("Gateway row \"{}\"", quote(&log))
    };
    if signal.outcome != Outcome::Failed {
        clues.took(Stage::GatewayReceived, key, signal, &*note);
    }
    match signal.field("policy.decision").as_deref() {
        Some("DENY") => return clues.failed(Stage::Policy, key, signal, "the policy engine decided DENY"),
        Some(decision) => clues.took(Stage::Policy, key, signal, format!("policy decision {decision}")),
        None => {}
    }
    match signal.outcome {
        Outcome::Ok => clues.answered(key, signal, note),
        Outcome::Failed => failed(clues, key, signal),
        Outcome::Unknown if log.starts_with("Successfully processed") => clues.answered(key, signal, note),
        Outcome::Unknown => {}
    }
}

/// A row that states a failure: of the step that its text names, else only that the Gateway answered with an error.
fn failed(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    let note = reason(&signal.message);
    match texts::stage_of(&signal.message) {
        Some(Stage::RuntimeReceived) => clues.failed(Stage::TargetCalled, key, signal, note),
        Some(stage) => clues.failed(stage, key, signal, note),
        None if signal.message.contains("Unknown tool") => clues.failed(Stage::Validated, key, signal, note),
        None => clues.answered(key, signal, format!("the Gateway answered: {note}")),
    }
}

fn token(clues: &mut Clues, key: SignalKey, signal: &Signal) {
    match signal.outcome {
        Outcome::Failed => clues.failed(Stage::Token, key, signal, quote(&signal.message)),
        _ => clues.took(Stage::Token, key, signal, "Identity row of the token"),
    }
}
