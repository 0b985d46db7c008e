//! Without the records that decide, nothing is claimed in their place.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;

use agentcore_triage::model::Standing;

use super::START;
use super::envelope::{ENVELOPES, Envelope};
use super::failure::{captured, scenarios};
use super::judged::Judged;
use super::mixed::{mixed, within};
use super::record::{Part, Record};
use crate::captures::known;

const FAILURE: Part = Part::Failure(1);
/// Healthy requests beside each failure.
const REQUESTS: usize = 40;
/// Evidence is capped: what is beyond it shows once the first has gone.
const ROUNDS: usize = 12;

/// What a record says, apart from ids and numbers.
fn wording(record: &Record) -> String {
    static VALUE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[0-9a-fA-F]*[0-9][0-9a-fA-F]*").expect("a valid pattern"));
    VALUE.replace_all(&record.text, "#").into_owned()
}

/// The records without those that `rule` rests on, with all their further lines, and without those that say the same.
/// `None` where there is no end to them.
pub(super) fn without(records: &[Record], envelope: Envelope, rule: &str) -> Option<Vec<Record>> {
    let mut left = records.to_vec();
    for _ in 0..ROUNDS {
        let judged = Judged::new(&left, envelope);
        if !judged.finds(rule) {
            return Some(left);
        }
        let decisive: BTreeSet<String> =
            judged.evidence_of(rule).into_iter().map(|record| wording(&left[record])).collect();
        left = cut(&left, &judged.starts(), &decisive);
    }
    None
}

/// Leaves out each record of one of these wordings, with the lines that continue it in its stream.
fn cut(records: &[Record], starts: &BTreeSet<usize>, decisive: &BTreeSet<String>) -> Vec<Record> {
    let mut cutting = BTreeSet::new();
    let mut left = Vec::new();
    for (number, record) in records.iter().enumerate() {
        if starts.contains(&number) {
            let goes = decisive.contains(&wording(record));
            if goes {
                cutting.insert(&record.store)
            } else {
                cutting.remove(&record.store)
            };
        }
        if !cutting.contains(&record.store) {
            left.push(record.clone());
        }
    }
    left
}

/// What is said once `rule` has nothing to rest on, and is no longer carried: `before` is what the whole showed.
pub(super) fn claims_in_its_place(rule: &str, before: &Judged, after: &Judged) -> Vec<String> {
    let mut wrong = after.blamed();
    let evidenced = before.causes();
    let new = after.held(FAILURE).into_iter().filter(|held| !evidenced.contains(held));
    wrong.extend(
        new.map(|held| format!("`{held}` is held in place of `{rule}`: {}", after.evidence_text(held))),
    );
    let new = after.roots(FAILURE).into_iter().filter(|root| !evidenced.contains(root));
    wrong.extend(new.map(|root| format!("`{root}` is the root cause in place of `{rule}`")));
    let open = after.diagnoses(FAILURE).flat_map(|diagnosis| &diagnosis.hypotheses);
    let open = open.filter(|open| open.standing == Standing::CannotTell && open.missing.is_empty());
    wrong.extend(open.map(|open| format!("`{}` cannot be told, and nothing is missing", open.rule)));
    wrong
}

#[test]
fn without_its_evidence_a_cause_is_not_replaced_by_another() {
    let wrong: Vec<String> = scenarios()
        .par_iter()
        .enumerate()
        .flat_map_iter(|(number, scenario)| {
            let seed = 500 + number as u64;
            let envelope = ENVELOPES[number % ENVELOPES.len()];
            let failure = captured(scenario, 1, within(seed, REQUESTS));
            let alone = Judged::new(&failure, envelope);
            let (causes, _) = known(scenario);
            let roots: Vec<&str> =
                alone.roots(FAILURE).into_iter().filter(|root| causes.contains(*root)).collect();
            let mut wrong = Vec::new();
            for root in roots {
                let Some(left) = without(&failure, envelope, root) else {
                    wrong.push(format!("{scenario}: `{root}` does not go"));
                    continue;
                };
                let judged = Judged::new(&mixed(seed, REQUESTS, START, &left), envelope);
                let claims = claims_in_its_place(root, &alone, &judged);
                wrong.extend(claims.into_iter().map(|claim| format!("{scenario} {envelope:?}: {claim}")));
            }
            wrong
        })
        .collect();
    assert!(wrong.is_empty(), "{} claims\n{}", wrong.len(), wrong.join("\n"));
}
