//! Every rule with role `cause`: its examples are diagnosed as that cause, and without the decisive records nothing
//! else is claimed in its place.

use std::collections::BTreeSet;

use agentcore_triage::case::{Case, Snapshot};
use agentcore_triage::model::{Diagnosis, Level, Outcome, Role, SignalKey, Standing};
use agentcore_triage::rules::{Example, ExampleKind, Rule};
use rayon::prelude::*;

use crate::case::{OPTIONS, analyse, input};

/// Examples in which another rule is rightly the root, with the reason.
const OTHER_ROOT: &[(&str, &str, &str)] = &[
    (
        "identity-token-vault-access-denied",
        "match-gateway.jsonl",
        "the Gateway's own role was refused, which gateway-outbound-oauth-denied says more exactly",
    ),
    (
        "logs-put-log-events-denied",
        "match-emf.jsonl",
        "the batch is one of metrics, which otel-emf-access-denied says more exactly",
    ),
];

/// Examples whose rest still carries a cause, with the reason.
const REST_HAS_CAUSE: &[(&str, &str, &str)] = &[];

fn is_listed(table: &[(&str, &str, &str)], rule: &Rule, example: &Example) -> bool {
    table.iter().any(|(id, name, _)| *id == rule.id() && (*name == example.name || *name == "*"))
}

fn examples() -> Vec<(&'static Rule, &'static Example)> {
    let causes = OPTIONS.catalogue.rules().iter().filter(|rule| rule.meta.role == Role::Cause);
    let examples = causes.flat_map(|rule| rule.examples.iter().map(move |example| (rule, example)));
    examples.filter(|(_, example)| example.kind == ExampleKind::Match).collect()
}

fn roots(snapshot: &Snapshot) -> BTreeSet<&str> {
    snapshot.diagnoses.iter().filter_map(|diagnosis| diagnosis.root_cause.as_deref()).collect()
}

/// The diagnosis that an example of a rule is about: of a request that it was found in, or of the capture.
fn concerns(snapshot: &Snapshot, rule: &str) -> bool {
    snapshot.findings.iter().filter(|finding| finding.rule == rule).any(|finding| {
        finding.severity > Level::Info
            || finding.request.is_some_and(|key| snapshot.requests[key.index()].outcome == Outcome::Failed)
    })
}

#[test]
fn every_cause_is_the_root_cause_of_its_examples() {
    let wrong: Vec<String> = examples()
        .par_iter()
        .filter(|(rule, example)| !is_listed(OTHER_ROOT, rule, example))
        .filter_map(|(rule, example)| {
            let snapshot = analyse(vec![input(&example.name, example.capture())]);
            let found = roots(&snapshot);
            let is_right = !concerns(&snapshot, rule.id()) || found.contains(rule.id());
            (!is_right).then(|| format!("{} {}: roots {found:?}", rule.id(), example.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{} examples\n{}", wrong.len(), wrong.join("\n"));
}

/// The example without the records that findings of `rule` rest on; `None` where a record cannot be cut out by lines.
fn without(bytes: &[u8], name: &str, rule: &str) -> Option<Vec<u8>> {
    let case = Case::open(vec![input(name, bytes)], Vec::new(), &OPTIONS);
    let snapshot = case.snapshot(&OPTIONS);
    let own = snapshot.findings.iter().filter(|finding| finding.rule == rule);
    let decisive: BTreeSet<SignalKey> =
        own.flat_map(|finding| finding.evidence.iter().map(|piece| piece.signal)).collect();
    if decisive.is_empty() {
        return None;
    }
    let line = |key: SignalKey| case.signal(key).origin.line;
    let starts: BTreeSet<u32> = (0..case.briefs().len() as u32).map(|key| line(SignalKey(key))).collect();
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut removed = BTreeSet::new();
    for start in decisive.iter().map(|key| line(*key)) {
        let end = starts.range(start + 1..).next().copied().unwrap_or(lines.len() as u32 + 1);
        removed.extend(start..end);
    }
    let rest: String =
        (1..).zip(&lines).filter(|(number, _)| !removed.contains(number)).map(|(_, line)| *line).collect();
    Some(rest.into_bytes())
}

/// What is claimed too firmly once the decisive records are gone.
fn too_firm(rule: &Rule, example: &Example) -> Option<String> {
    let mut bytes = example.capture().into_owned();
    let whole = analyse(vec![input(&example.name, bytes.clone())]);
    let known: BTreeSet<String> = whole.findings.iter().map(|finding| finding.rule.clone()).collect();
    while let Some(rest) = without(&bytes, &example.name, rule.id()) {
        bytes = rest;
    }
    let snapshot = analyse(vec![input(&example.name, bytes)]);
    let firm = |diagnosis: &&Diagnosis| {
        let confirmed = |rule: &str| {
            diagnosis
                .hypotheses
                .iter()
                .any(|known| known.rule == rule && known.standing == Standing::Confirmed)
        };
        diagnosis.root_cause.as_deref().is_some_and(confirmed)
    };
    let mut wrong: Vec<String> = snapshot
        .diagnoses
        .iter()
        .filter(firm)
        .map(|diagnosis| {
            let root = diagnosis.root_cause.clone().unwrap_or_default();
            format!("confirms {root}{}", if known.contains(&root) { " (was there)" } else { " (NEW)" })
        })
        .collect();
    for diagnosis in &snapshot.diagnoses {
        for hypothesis in &diagnosis.hypotheses {
            let is_open = matches!(hypothesis.standing, Standing::CannotTell);
            if is_open && hypothesis.missing.is_empty() {
                wrong.push(format!("{} lacks nothing and cannot be told", hypothesis.rule));
            }
        }
        if diagnosis.root_cause.is_none()
            && diagnosis.request.is_some()
            && diagnosis.missing.is_empty()
            && diagnosis.hypotheses.is_empty()
        {
            wrong.push("a failed request has no cause and says nothing of what is missing".to_owned());
        }
    }
    (!wrong.is_empty()).then(|| format!("{} {}: {}", rule.id(), example.name, wrong.join("; ")))
}

#[test]
fn without_the_decisive_records_no_cause_is_confirmed() {
    let wrong: Vec<String> = examples()
        .par_iter()
        .filter(|(rule, example)| !is_listed(REST_HAS_CAUSE, rule, example))
        .filter_map(|(rule, example)| too_firm(rule, example))
        .collect();
    assert!(wrong.is_empty(), "{} examples\n{}", wrong.len(), wrong.join("\n"));
}
