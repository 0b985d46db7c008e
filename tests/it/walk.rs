//! Where requests stopped, in captures of which it is known from how they were made.

use std::fs;
use std::path::{Path, PathBuf};

use agentcore_triage::case::Case;
use agentcore_triage::model::Stage::{Client, Downstream, Handler, Response, RuntimeReceived, Validated};
use agentcore_triage::model::{Input, MarkKind, Outcome, Stage, StepState, Walk};
use proptest::prelude::*;

use crate::case::{OPTIONS, data, input};

/// Captures with failed requests: a prefix of the name, and where each of those stopped, in order of start. Of any
/// other capture no request failed.
const STOPPED: &[(&str, &[Stage])] = &[
    ("agent-errors", &[Handler, RuntimeReceived, RuntimeReceived, Handler, RuntimeReceived]),
    ("agent-gateway-unauthorized", &[Downstream]),
    ("agent-model-", &[Downstream]),
    ("agent-no-entrypoint", &[Handler]),
    ("client-disconnect", &[Response; 4]),
    // The event loop was blocked: the server never read the request.
    ("event-loop-blocked", &[RuntimeReceived]),
    // The first is a call that the server makes when it starts.
    ("fastmcp-tool-errors", &[Downstream, Handler, Handler, Handler, Handler, RuntimeReceived]),
    ("internal-error", &[RuntimeReceived; 2]),
    ("invalid-host", &[RuntimeReceived; 4]),
    ("killed", &[Client]),
    (
        "malformed-jsonrpc",
        &[
            RuntimeReceived,
            RuntimeReceived,
            RuntimeReceived,
            RuntimeReceived,
            RuntimeReceived,
            RuntimeReceived,
            RuntimeReceived,
            RuntimeReceived,
            RuntimeReceived,
            RuntimeReceived,
            Handler,
            RuntimeReceived,
            RuntimeReceived,
        ],
    ),
    ("memory-error", &[Handler; 3]),
    ("missing-content-type", &[RuntimeReceived; 4]),
    ("not-acceptable", &[RuntimeReceived; 3]),
    ("oom-killed", &[Client]),
    ("session-errors--mcp1.13", &[RuntimeReceived; 6]),
    ("session-errors--mcp1.30", &[RuntimeReceived; 4]),
    ("slow-tool-client-timeout", &[Response]),
    ("task-group-not-initialized", &[RuntimeReceived; 2]),
    ("tool-arguments", &[Handler; 4]),
    // The last tool's call to S3 is refused.
    ("tool-exception", &[Handler, Handler, Downstream]),
    ("router-noise", &[Handler]),
    ("schema-mismatch", &[Validated; 2]),
];

fn open(inputs: Vec<Input>) -> Case {
    Case::open(inputs, Vec::new(), &OPTIONS)
}

fn folders() -> Vec<PathBuf> {
    let roots = [data("captures"), sample("")];
    let mut folders: Vec<PathBuf> = roots
        .iter()
        .flat_map(|root| fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// The records of a folder, each once.
fn records(folder: &Path) -> Vec<Input> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "jsonl") || name(path) == "gateway.json")
        .collect();
    paths.sort();
    paths.iter().map(|path| input(&name(path), fs::read(path).unwrap())).collect()
}

fn walks(case: &Case) -> Vec<(Outcome, Walk)> {
    case.requests().iter().map(|request| (request.outcome, case.walk(request.key))).collect()
}

#[test]
fn every_failed_request_stopped_where_it_is_known_to() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let expected =
            STOPPED.iter().find(|(prefix, _)| name.starts_with(prefix)).map_or(&[][..], |row| row.1);
        let walks = walks(&open(records(&folder)));
        let failed = walks.iter().filter(|(outcome, _)| *outcome == Outcome::Failed);
        let stopped: Vec<_> = failed.clone().filter_map(|(_, walk)| walk.stopped).collect();
        if stopped != expected {
            let verdicts: Vec<_> = failed.map(|(_, walk)| (walk.stopped, &walk.verdict)).collect();
            wrong.push(format!("{name}: {stopped:?}\n  expected {expected:?}\n  {verdicts:#?}"));
        }
        for (_, walk) in walks.iter().filter(|(outcome, _)| *outcome != Outcome::Failed) {
            if walk.stopped.is_some() || walk.steps.iter().any(|step| step.state == StepState::Missing) {
                wrong.push(format!("{name}: nothing stopped this one: {walk:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule's example as a case.
fn example(name: &str) -> Vec<Input> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/gateway").join(name);
    vec![input(name, fs::read(path).unwrap())]
}

fn failed_walk(case: &Case) -> Walk {
    let failed = case.requests().iter().find(|request| request.outcome == Outcome::Failed);
    case.walk(failed.unwrap().key)
}

fn state(walk: &Walk, stage: Stage) -> StepState {
    walk.step(stage).unwrap().state
}

#[test]
fn a_silent_reject_stopped_before_the_target_was_called() {
    let walk = failed_walk(&open(example("gateway-silent-reject-no-runtime/match-executing.jsonl")));
    assert_eq!(walk.stopped, Some(Stage::TargetCalled));
    assert_eq!(state(&walk, RuntimeReceived), StepState::Missing);
    for part in ["before the target was called", "21 ms", "An internal error occurred", "shows no record"] {
        assert!(walk.verdict.contains(part), "{}", walk.verdict);
    }
}

#[test]
fn what_the_capture_cannot_show_is_not_claimed() {
    for near_miss in ["near-miss-no-sibling", "near-miss-runtime-stdout", "near-miss-runtime-answered"] {
        let name = format!("gateway-silent-reject-no-runtime/{near_miss}.jsonl");
        let walk = failed_walk(&open(example(&name)));
        assert_eq!(walk.stopped, None, "{near_miss}: {}", walk.verdict);
        assert!(walk.steps.iter().all(|step| step.state != StepState::Missing), "{near_miss}");
    }
    let answered = open(example("gateway-hang-no-response/near-miss-caller-was-answered.jsonl"));
    assert!(walks(&answered).iter().all(|(_, walk)| walk.stopped.is_none()), "{answered:?}");
}

#[test]
fn the_log_of_another_runtime_proves_no_absence() {
    let line = |at: &str, request: &str| {
        format!(
            r#"{{"timestamp":"{at}","level":"INFO","message":"Invocation completed successfully (0.100s)","logger":"bedrock_agentcore.app","requestId":"{request}"}}"#
        )
    };
    let agent = [
        line("2026-11-20T17:54:40.000Z", "83f0c1de-0000-4000-8000-000000000001"),
        line("2026-11-20T17:55:30.000Z", "83f0c1de-0000-4000-8000-000000000002"),
    ];
    let mut inputs = example("gateway-silent-reject-no-runtime/near-miss-no-sibling.jsonl");
    inputs.push(input("agent.jsonl", agent.join("\n")));
    let walk = failed_walk(&open(inputs));
    assert_eq!(walk.stopped, None, "{}", walk.verdict);
    assert!(walk.verdict.contains("another Runtime's"), "{}", walk.verdict);
}

#[test]
fn a_gateway_that_never_answers_is_said_to() {
    let walks = walks(&open(example("gateway-hang-no-response/match-hang.jsonl")));
    assert!(walks.iter().any(|(_, walk)| state(walk, Response) == StepState::Missing));
}

#[test]
fn without_the_runtime_its_steps_are_never_missing() {
    for folder in folders() {
        let mut inputs = records(&folder);
        inputs.retain(|input| !input.path.contains("runtime") && !input.path.contains("-rt-"));
        for (_, walk) in walks(&open(inputs)) {
            assert_ne!(state(&walk, RuntimeReceived), StepState::Missing, "{folder:?} {walk:#?}");
            assert_ne!(state(&walk, Handler), StepState::Missing, "{folder:?} {walk:#?}");
        }
    }
}

#[test]
fn the_second_refusal_is_a_retry_of_the_first() {
    let walks = walks(&open(records(&sample("schema-mismatch"))));
    let failed: Vec<&Walk> =
        walks.iter().filter(|(outcome, _)| *outcome == Outcome::Failed).map(|(_, walk)| walk).collect();
    let other =
        |walk: &Walk| walk.marks.iter().find(|mark| mark.kind == MarkKind::Retry).and_then(|mark| mark.other);
    assert_eq!(other(failed[0]), Some(failed[1].request));
    assert_eq!(other(failed[1]), Some(failed[0].request));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn more_records_never_take_a_step_away(kept in proptest::collection::vec(any::<bool>(), 64)) {
        let text = example("gateway-silent-reject-no-runtime/near-miss-runtime-answered.jsonl").remove(0);
        let text = String::from_utf8_lossy(&text.bytes).into_owned();
        let part: String = text.lines().zip(&kept).filter(|(_, kept)| **kept).map(|(line, _)| format!("{line}\n")).collect();
        let (whole, part) = (open(vec![input("a", text)]), open(vec![input("a", part)]));
        for request in part.requests() {
            let walk = part.walk(request.key);
            let stages: Vec<Stage> = walk.steps.iter().map(|step| step.stage).collect();
            prop_assert_eq!(&stages[..], Stage::ALL);
            let Some(trace) = part.names().trace(request.trace) else { continue };
            let same = whole.requests().iter().find(|other| whole.names().trace(other.trace) == Some(trace));
            let Some(same) = same else { continue };
            let more = whole.walk(same.key);
            for (before, after) in walk.steps.iter().zip(&more.steps) {
                let taken_away = before.state == StepState::Passed && after.state == StepState::Missing;
                prop_assert!(!taken_away, "{before:?} {after:?}");
            }
        }
    }
}
