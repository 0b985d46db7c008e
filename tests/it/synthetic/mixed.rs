//! Real failures in synthetic traffic: each is named, and nothing else is.

use rayon::prelude::*;

use super::START;
use super::envelope::{ENVELOPES, shuffle};
use super::failure::{captured, scenarios};
use super::judged::Judged;
use super::random::Random;
use super::record::{Part, Record};
use super::traffic::{duration, healthy};
use crate::captures::known;

const FAILURE: Part = Part::Failure(1);

/// A failure with the traffic around it, in order of time.
pub(super) fn mixed(seed: u64, requests: usize, start: i64, failure: &[Record]) -> Vec<Record> {
    let mut records = healthy(seed, requests, start);
    records.extend_from_slice(failure);
    records.sort_by_key(|record| record.at);
    records
}

/// Some time within the traffic.
pub(super) fn within(seed: u64, requests: usize) -> i64 {
    START + Random::new(seed ^ 0xfa11).between(duration(requests) / 4, duration(requests) / 2)
}

/// What is wrong with what is said of `scenario` among `requests` healthy ones.
fn wrong(scenario: &str, number: usize, seed: u64, requests: usize) -> Vec<String> {
    let failure = captured(scenario, 1, within(seed, requests));
    let mut records = mixed(seed, requests, START, &failure);
    let envelope = ENVELOPES[(number + seed as usize) % ENVELOPES.len()];
    if seed % 2 == 1 {
        shuffle(&mut records, &mut Random::new(seed));
    }
    let alone = Judged::new(&failure, envelope);
    let whole = Judged::new(&records, envelope);
    let mut wrong = whole.blamed();
    let (causes, also) = known(scenario);
    let missing = alone.roots(FAILURE).into_iter().filter(|root| causes.contains(*root));
    let missing = missing.filter(|root| !whole.roots(FAILURE).contains(root));
    wrong.extend(missing.map(|root| format!("{root} is no root cause any more")));
    let lost = alone.causes().into_iter().filter(|rule| causes.contains(*rule) && !whole.finds(rule));
    wrong.extend(lost.map(|rule| format!("{rule} is not found any more")));
    let new = whole.causes().into_iter().filter(|rule| !causes.contains(*rule) && !also.contains(*rule));
    wrong.extend(new.map(|rule| format!("{rule} is found and is not true")));
    let roots = whole.roots(FAILURE).into_iter();
    let other = roots.filter(|root| !causes.contains(*root) && !alone.roots(FAILURE).contains(root));
    wrong.extend(other.map(|root| format!("{root} is called a root cause: {}", whole.evidence_text(root))));
    let tell = |what: String| format!("{scenario} {envelope:?} seed {seed}: {what}");
    wrong.into_iter().map(tell).collect()
}

#[test]
fn the_failure_is_named_and_nothing_else() {
    let scenarios = scenarios();
    let rows: Vec<(usize, u64)> =
        (0..scenarios.len()).flat_map(|number| [(number, 0), (number, 1)]).collect();
    let wrong: Vec<String> = rows
        .par_iter()
        .flat_map_iter(|(number, seed)| wrong(&scenarios[*number], *number, 2 * *number as u64 + seed, 60))
        .collect();
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_failure_among_thousands_is_named_and_nothing_else() {
    let scenarios = scenarios();
    let chosen: Vec<usize> = (5..scenarios.len()).step_by(scenarios.len() / 3).collect();
    let wrong: Vec<String> = chosen
        .par_iter()
        .flat_map_iter(|number| wrong(&scenarios[*number], *number, 7_000 + *number as u64, 2_000))
        .collect();
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn traffic_that_works_is_left_alone() {
    let wrong: Vec<String> = (0..3_u64)
        .into_par_iter()
        .flat_map_iter(|seed| {
            let mut records = healthy(seed, 3_400, START);
            shuffle(&mut records, &mut Random::new(seed));
            let envelope = ENVELOPES[seed as usize];
            let judged = Judged::new(&records, envelope);
            let mut wrong = judged.blamed();
            wrong.extend(judged.snapshot.diagnoses.iter().map(|diagnosis| format!("{diagnosis:?}")));
            wrong.into_iter().map(move |what| format!("{envelope:?} seed {seed}: {what}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} claims\n{}", wrong.len(), wrong.join("\n"));
}
