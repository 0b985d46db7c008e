//! What one failure is told to be does not depend on another one.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::START;
use super::envelope::Envelope;
use super::failure::captured;
use super::judged::Judged;
use super::mixed::mixed;
use super::record::{Part, SECOND};

/// Healthy requests around both.
const REQUESTS: usize = 60;

/// Captures whose failures are those of requests, and of which each is unrelated to the next.
const FAILURES: &[&str] = &[
    "tool-exception--mcp2.3.0-adot0.21.0",
    "agent-errors--agentcore1.25.0-strands1.62.0-adot0.21.0",
    "fastmcp-tool-errors--fastmcp4.1.2-adot0.21.0",
    "agent-model-access-denied--agentcore1.25.0-strands1.62.0-adot0.21.0",
    "invalid-host--mcp1.23.3-adot0.12.2",
    "agent-no-entrypoint--agentcore1.25.0-adot0.21.0",
    "not-acceptable--mcp1.30.0-adot0.21.0",
];

#[test]
fn another_failure_changes_only_its_own_diagnosis() {
    let pairs: Vec<(&str, &str)> =
        FAILURES.iter().copied().zip(FAILURES.iter().copied().cycle().skip(1)).collect();
    let wrong: Vec<String> = pairs
        .par_iter()
        .enumerate()
        .flat_map_iter(|(number, (one, other))| {
            let (one_part, other_part) = (Part::Failure(1), Part::Failure(2));
            let first = captured(one, 1, START + SECOND);
            let after = first.iter().map(|record| record.at).max().unwrap_or(START) + 20 * SECOND;
            let second = captured(other, 2, after);
            let judge =
                |failures| Judged::new(&mixed(number as u64, REQUESTS, START, failures), Envelope::JsonLines);
            let (alone, beside) = (judge(&first[..]), judge(&second[..]));
            let both = judge(&[first.as_slice(), second.as_slice()].concat());
            let mut wrong = both.blamed();
            wrong.extend(difference(&alone.told(one_part), &both.told(one_part)));
            wrong.extend(difference(&beside.told(other_part), &both.told(other_part)));
            wrong.into_iter().map(move |what| format!("{one} and {other}: {what}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

/// What one story says and the other does not.
fn difference(one: &BTreeSet<String>, other: &BTreeSet<String>) -> Vec<String> {
    let lost = one.difference(other).map(|line| format!("- {line}"));
    let new = other.difference(one).map(|line| format!("+ {line}"));
    lost.chain(new).collect()
}
