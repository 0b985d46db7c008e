//! The verdict: one sentence for a tired person.

use crate::model::{Outcome, Stage, Step, StepState};

use super::clue::{Says, reason, span_of};
use super::settle::Bench;

/// Where a request stopped, or why that cannot be told.
pub(super) fn sentence(bench: &Bench<'_>, steps: &[Step], stopped: Option<Stage>) -> String {
    let step = stopped.and_then(|stage| steps.iter().find(|step| step.stage == stage));
    match step {
        Some(step) if step.state == StepState::Missing => missing(bench, step),
        Some(step) => failed(bench, step),
        None if bench.scene.request.outcome == Outcome::Ok => {
            "Nothing stopped it: it was answered.".to_owned()
        }
        None if bench.scene.request.outcome == Outcome::Failed => untold(bench),
        None => "Nothing in this capture says that it stopped.".to_owned(),
    }
}

fn failed(bench: &Bench<'_>, step: &Step) -> String {
    let after = after(bench, step);
    let is_unsure = bench.culprit.is_some_and(|clue| clue.says == Says::Suspect);
    let place = match step.stage {
        Stage::RuntimeReceived if is_unsure => "in the Runtime (whether a handler had begun is not shown)",
        Stage::Downstream if bench.is_lone() => "in a call to another service, which no request here made",
        stage => place(stage),
    };
    ended(&format!("It stopped {place}{after}: {}", step.note))
}

/// ", 7 ms after the request came in" for a step with a time.
fn after(bench: &Bench<'_>, step: &Step) -> String {
    let start = bench.scene.request.window.map(|window| window.start);
    let culprit = bench.culprit.and_then(|clue| clue.end.filter(|_| !clue.is_span).or(clue.at));
    match (start, culprit.or(step.at)) {
        (Some(start), Some(at)) if at > start => format!(", {} after it began", span_of(at.since(start))),
        _ => String::new(),
    }
}

fn missing(bench: &Bench<'_>, step: &Step) -> String {
    let answer = bench.refused_after().filter(|length| *length >= 0);
    let said = error_text(bench);
    let gateway = match (answer, &said) {
        (Some(length), Some(said)) => {
            format!("{} after the request came in the Gateway answered \"{said}\"", span_of(length))
        }
        (Some(length), None) => format!("the Gateway answered with an error after {}", span_of(length)),
        (None, Some(said)) => format!("the answer was \"{said}\""),
        (None, None) => "it failed".to_owned(),
    };
    match step.stage {
        Stage::TargetCalled if bench.runtime_blind().is_none() => format!(
            "It stopped in the Gateway before the target was called: {gateway}; the Runtime log covers that time and shows no record of the call."
        ),
        Stage::TargetCalled => ended(&format!(
            "It stopped in the Gateway before the target was called: {gateway}; {}",
            step.note
        )),
        Stage::RuntimeReceived if bench.route.gateway => {
            ended(&format!("The Runtime never took it up: {gateway}; {}", step.note))
        }
        Stage::RuntimeReceived => ended(&format!(
            "It did not reach the server, or the server was too busy to take it up: {}",
            step.note
        )),
        Stage::Response => ended(&format!("It was never answered: {}", step.note)),
        stage => ended(&format!("It stopped {}: {}", place(stage), step.note)),
    }
}

/// Why the step cannot be told of a request that failed.
fn untold(bench: &Bench<'_>) -> String {
    let said = error_text(bench).map(|said| format!(" (\"{said}\")")).unwrap_or_default();
    let reached = bench.clues.any_between(Stage::RuntimeReceived, Stage::Downstream);
    match (bench.route.gateway, bench.refused_after()) {
        (true, Some(length)) if length >= 0 && reached => format!(
            "The Gateway answered with an error{said} after {}; the call had reached the Runtime, whose records state no failure.",
            span_of(length)
        ),
        (true, Some(length)) if length >= 0 => format!(
            "The Gateway answered with an error{said} after {}; whether it had called the target cannot be told: {}.",
            span_of(length),
            bench.runtime_blind().unwrap_or("the Runtime's records do not decide it")
        ),
        _ => {
            let blind = bench.runtime_blind().map(|why| format!(": {why}")).unwrap_or_default();
            format!("It failed{said}; at which step cannot be told{blind}.")
        }
    }
}

/// What the answer said of the failure.
fn error_text(bench: &Bench<'_>) -> Option<String> {
    let failed = bench.scene.signals.iter().map(|(_, signal)| signal);
    let mut stated = failed.filter(|signal| signal.outcome == Outcome::Failed && !signal.message.is_empty());
    stated.next().map(|signal| without_stop(&reason(&signal.message)).to_owned())
}

fn without_stop(text: &str) -> &str {
    text.trim_end_matches('.')
}

/// With a full stop, unless its end was cut off.
fn ended(text: &str) -> String {
    let text = without_stop(text);
    if text.ends_with('…') { text.to_owned() } else { format!("{text}.") }
}

fn place(stage: Stage) -> &'static str {
    match stage {
        Stage::Client => "at the caller, which could not send the request",
        Stage::GatewayReceived => "at the Gateway's door",
        Stage::Validated => "in the Gateway, which refused the arguments",
        Stage::Policy => "in the Gateway, at the policy check",
        Stage::Token => "in the Gateway, which got no token or key for the target",
        Stage::TargetCalled => "at the Gateway's call to the target",
        Stage::RuntimeReceived => "at the Runtime's door, before any handler ran",
        Stage::Handler => "in the handler",
        Stage::Downstream => "in a call that the handler made to another service",
        Stage::Response => "on the way back to the caller",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_once() {
        assert_eq!(["no", "no.", "no …", "no…"].map(ended), ["no.", "no.", "no …", "no…"]);
    }
}
