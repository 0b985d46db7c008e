//! The table of `tests/data/semantics/README.md`, line by line.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::model::{Layer, Signal, Timestamp};
use crate::rules::{Catalogue, ExampleKind, State};

use super::World;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/semantics")
}

/// Reads the two shapes of line that the fixtures use: SDK lines and Gateway rows.
fn read(line: &str) -> Signal {
    let body: Value = serde_json::from_str(line).unwrap();
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let mut signal = Signal::default();
    if let Some(resource) = text("/resource_arn") {
        signal.layer = Layer::Gateway;
        signal.timestamp = Timestamp::from_millis(body["event_timestamp"].as_i64().unwrap());
        signal.message = text("/body/log").unwrap();
        signal.ids.request = text("/request_id");
        signal.ids.resource = Some(resource);
    } else {
        signal.layer = Layer::Runtime;
        signal.timestamp = Timestamp::parse(&text("/timestamp").unwrap());
        signal.message = text("/message").unwrap();
        signal.ids.request = text("/requestId");
        signal.ids.session = text("/sessionId");
    }
    assert!(signal.timestamp.is_some());
    signal
}

fn world(capture: &[u8]) -> World {
    World::new(std::str::from_utf8(capture).unwrap().lines().map(read).collect())
}

#[test]
fn every_line_of_the_table_holds() {
    let (catalogue, errors) = Catalogue::from_dirs(&[folder()]);
    assert_eq!(errors, []);
    let table = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.contains(".jsonl |"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 20);
    for row in rows {
        let path = folder().join("runtime").join(row[0]).join(row[1]);
        let world = world(&std::fs::read(&path).unwrap());
        let state = world.explain(&catalogue, row[0])[0].state;
        let expected = match row[2] {
            "fires" => State::Fires,
            "quiet" => State::Quiet,
            "undetermined" => State::Undetermined,
            other => panic!("{other}"),
        };
        assert_eq!(state, expected, "{row:?}");
        let judgement = world.judge(&catalogue);
        assert_eq!(
            judgement.findings.iter().any(|finding| finding.rule == row[0]),
            state == State::Fires,
            "{row:?}"
        );
        let open = judgement.undetermined.iter().any(|entry| entry.rule == row[0]);
        assert_eq!(open, state == State::Undetermined, "{row:?}");
    }
}

#[test]
fn the_fixtures_prove_their_rules() {
    let (catalogue, _) = Catalogue::from_dirs(&[folder()]);
    for rule in catalogue.rules() {
        for example in &rule.examples {
            let fired = world(&example.capture()).fired(&catalogue).contains(&rule.id().to_owned());
            assert_eq!(fired, example.kind == ExampleKind::Match, "{} {}", rule.id(), example.name);
        }
    }
}
