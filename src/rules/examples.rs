//! A rule against its own examples, and against those of the others.

use crate::model::{Finding, Level};

use super::catalogue::Catalogue;
use super::rule::{Example, ExampleKind, Rule};

/// Reads and judges a capture: file name and bytes to findings of the whole catalogue.
pub type Run<'a> = dyn Fn(&str, &[u8]) -> Vec<Finding> + 'a;

/// An example that did not prove what it should.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{rule}: {example}: {reason}")]
pub struct ExampleFailure {
    /// The rule.
    pub rule: String,
    /// File name of the example.
    pub example: String,
    /// What happened instead.
    pub reason: String,
}

/// Replays a rule's examples: each `match` must give the rule (and at warning or above nothing that is not tied to it
/// by `explains`), no `near-miss` may.
pub fn test_rule(catalogue: &Catalogue, rule: &Rule, run: &Run<'_>) -> Vec<ExampleFailure> {
    let failures = rule.examples.iter().flat_map(|example| {
        let findings = run(&example.name, &example.capture());
        let reasons = match example.kind {
            ExampleKind::Match => match_failures(catalogue, rule, &findings),
            ExampleKind::NearMiss => near_miss_failures(rule, &findings),
        };
        reasons.into_iter().map(|reason| ExampleFailure {
            rule: rule.id().to_owned(),
            example: example.name.clone(),
            reason,
        })
    });
    failures.collect()
}

fn match_failures(catalogue: &Catalogue, rule: &Rule, findings: &[Finding]) -> Vec<String> {
    let mut reasons = Vec::new();
    if !findings.iter().any(|finding| finding.rule == rule.id()) {
        reasons.push("the rule does not fire (`rules explain` shows how far it got)".to_owned());
    }
    let mut others: Vec<&str> = strangers(catalogue, rule, findings);
    others.dedup();
    reasons.extend(
        others
            .into_iter()
            .map(|other| format!("`{other}` fires too; tie the two with `explains`, or tell them apart")),
    );
    reasons
}

fn near_miss_failures(rule: &Rule, findings: &[Finding]) -> Vec<String> {
    let fired = findings.iter().find(|finding| finding.rule == rule.id());
    fired.map(|finding| format!("the rule fires: {}", finding.message)).into_iter().collect()
}

/// Rules at warning or above that fire on a match example of `rule` and have nothing to do with it.
fn strangers<'f>(catalogue: &Catalogue, rule: &Rule, findings: &'f [Finding]) -> Vec<&'f str> {
    let mut others: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.rule != rule.id() && finding.severity >= Level::Warning)
        .map(|finding| finding.rule.as_str())
        .filter(|other| !tied(catalogue, rule.id(), other))
        .collect();
    others.sort_unstable();
    others
}

/// Whether `explains` leads from one rule to the other, over any number of steps.
fn tied(catalogue: &Catalogue, one: &str, other: &str) -> bool {
    leads(catalogue, one, other) || leads(catalogue, other, one)
}

fn leads(catalogue: &Catalogue, from: &str, to: &str) -> bool {
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(id) = seen.get(next).copied() {
        next += 1;
        let Ok(rule) = catalogue.rule(id) else { continue };
        for explained in &rule.meta.explains {
            if explained == to {
                return true;
            }
            if !seen.contains(&explained.as_str()) {
                seen.push(explained);
            }
        }
    }
    false
}

/// One cell of the cross-talk matrix: a rule that fires on a match example of another one without being tied to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CrossTalk {
    /// The rule whose example it is.
    pub owner: String,
    /// File name of the example.
    pub example: String,
    /// The rule that fires as well.
    pub other: String,
}

/// All match examples of all rules against all rules.
pub fn cross_talk(catalogue: &Catalogue, run: &Run<'_>) -> Vec<CrossTalk> {
    let mut cells = Vec::new();
    for rule in catalogue.rules() {
        let matches = |example: &&Example| example.kind == ExampleKind::Match;
        for example in rule.examples.iter().filter(matches) {
            let findings = run(&example.name, &example.capture());
            let mut others = strangers(catalogue, rule, &findings);
            others.dedup();
            cells.extend(others.into_iter().map(|other| CrossTalk {
                owner: rule.id().to_owned(),
                example: example.name.clone(),
                other: other.to_owned(),
            }));
        }
    }
    cells
}
