//! Real failures in synthetic traffic.

use std::fs;

use rayon::prelude::*;

use super::START;
use super::envelope::{ENVELOPES, Envelope, shuffle, store};
use super::failure::captured;
use super::judged::{Judged, difference};
use super::random::Random;
use super::record::{Part, Record};
use super::traffic::{duration, healthy};
use crate::case::data;

/// Healthy requests beside one failure.
const REQUESTS: usize = 300;

const FAILURE: Part = Part::Failure(1);

fn scenarios() -> Vec<String> {
    let folders = fs::read_dir(data("captures")).expect("captures");
    let mut names: Vec<String> = folders
        .map(|entry| entry.expect("it can be listed"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A failure with the traffic around it, in order of time.
fn mixed(seed: u64, requests: usize, failure: &[Record]) -> Vec<Record> {
    let mut records = healthy(seed, requests, START);
    records.extend_from_slice(failure);
    records.sort_by_key(|record| record.at);
    records
}

/// Some time within the traffic.
fn within(seed: u64, requests: usize) -> i64 {
    START + Random::new(seed ^ 0xfa11).between(duration(requests) / 4, duration(requests) / 2)
}

#[test]
fn a_failure_is_told_alike_with_and_without_traffic() {
    let wrong: Vec<String> = scenarios()
        .par_iter()
        .enumerate()
        .flat_map_iter(|(number, scenario)| {
            let seed = number as u64;
            let failure = captured(scenario, 1, within(seed, REQUESTS));
            let envelope = ENVELOPES[number % ENVELOPES.len()];
            let alone = Judged::new(store(&failure, envelope));
            let whole = Judged::new(store(&mixed(seed, REQUESTS, &failure), envelope));
            let mut wrong = whole.blamed();
            wrong.extend(difference(&alone.story(FAILURE), &whole.story(FAILURE)));
            let tell = move |what: String| format!("{scenario} {envelope:?} seed {seed}: {what}");
            wrong.into_iter().map(tell)
        })
        .collect();
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn traffic_that_works_is_left_alone() {
    let wrong: Vec<String> = (0..1_u64)
        .into_par_iter()
        .flat_map_iter(|seed| {
            let mut records = healthy(seed, 1_000, START);
            shuffle(&mut records, &mut Random::new(seed));
            let envelope: Envelope = ENVELOPES[seed as usize];
            let judged = Judged::new(store(&records, envelope));
            let mut wrong = judged.blamed();
            wrong.extend(judged.snapshot.diagnoses.iter().map(|diagnosis| format!("{diagnosis:?}")));
            wrong.into_iter().map(move |what| format!("{envelope:?} seed {seed}: {what}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} claims\n{}", wrong.len(), wrong.join("\n"));
}
