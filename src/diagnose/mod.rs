//! From findings to diagnoses: the root cause of each failed request and of the capture, what follows from it, what
//! else it could be, what would decide, and the errors that nothing explains.

mod cause;
mod hypothesis;
mod lack;
mod spread;
mod template;
#[cfg(test)]
mod tests;
mod unexplained;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::model::{
    Argument, Briefs, Coverage, Diagnosis, Finding, FixStep, Level, Outcome, Request, RequestKey, Role,
    RuleMeta, SignalKey, Undetermined, Unexplained, Whereabouts,
};

use cause::Facts;
use lack::Sources;
pub use template::of as template;

/// What is known when rules have judged.
#[derive(Clone, Copy)]
pub struct Dossier<'a> {
    /// By key.
    pub requests: &'a [Request],
    /// One per signal.
    pub briefs: &'a Briefs,
    /// What the capture covers.
    pub coverage: &'a Coverage,
    /// In any order.
    pub findings: &'a [Finding],
    /// Every signal that a finding rests on, also beyond the evidence that it shows.
    pub covered: &'a [SignalKey],
    /// In any order.
    pub undetermined: &'a [Undetermined],
    /// What speaks for and against rules, in any order.
    pub arguments: &'a [Argument],
    /// By rule id. A finding of a rule that is not here explains nothing.
    pub rules: &'a BTreeMap<String, RuleMeta>,
    /// Signals of severity `error` or worse, or with outcome `failed`, in canonical order.
    pub errors: &'a [ErrorSignal<'a>],
    /// Where the telemetry of a request lies; of the capture without one.
    pub locate: &'a dyn Fn(Option<RequestKey>) -> Whereabouts,
    /// Steps that only read and would tell whether a rule's cause is there, filled in for a request.
    pub checks: &'a dyn Fn(&str, Option<RequestKey>) -> Vec<FixStep>,
}

/// A signal that reports an error.
#[derive(Clone, Copy, Debug)]
pub struct ErrorSignal<'a> {
    /// Its key.
    pub signal: SignalKey,
    /// The request it belongs to.
    pub request: Option<RequestKey>,
    /// Its message.
    pub message: &'a str,
}

/// What [`diagnose`] concludes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnoses {
    /// One per failed request in order of key, then one per independent cause that concerns the capture as a whole and
    /// is no root cause of a failed request.
    pub diagnoses: Vec<Diagnosis>,
    /// Errors that are no evidence of any finding and in no request whose cause is known, grouped by wording, in
    /// canonical order.
    pub unexplained: Vec<Unexplained>,
}

/// Diagnoses a case. Pure; linear in findings and errors, but for the findings of one request.
pub fn diagnose(dossier: &Dossier<'_>) -> Diagnoses {
    let mut diagnoses = of_requests(dossier);
    let known: BTreeSet<String> =
        diagnoses.iter().filter_map(|diagnosis| diagnosis.root_cause.clone()).collect();
    let is_new =
        |diagnosis: &Diagnosis| diagnosis.root_cause.as_ref().is_none_or(|root| !known.contains(root));
    diagnoses.extend(of_capture(dossier).into_iter().filter(is_new));
    spread::spread(&mut diagnoses, dossier.findings);
    let unexplained = unexplained::unexplained(dossier, &diagnoses);
    Diagnoses { diagnoses, unexplained }
}

fn of_requests(dossier: &Dossier<'_>) -> Vec<Diagnosis> {
    let of_capture: Vec<&Finding> =
        findings_of(dossier.findings.iter().filter(|finding| finding.request.is_none()));
    let unknown_of_capture: Vec<&Undetermined> =
        dossier.undetermined.iter().filter(|rule| rule.request.is_none()).collect();
    let by_request = group(dossier.findings, |finding| finding.request);
    let unknown_by_request = group(dossier.undetermined, |rule| rule.request);
    let said_of_request = group(dossier.arguments, |argument| argument.request);
    let said_of_capture: Vec<&Argument> =
        dossier.arguments.iter().filter(|argument| argument.request.is_none()).collect();
    let failed = dossier.requests.iter().filter(|request| request.outcome == Outcome::Failed);
    let diagnosis = |request: &Request| {
        let own = findings_of(by_request.get(&request.key).into_iter().flatten().copied());
        let mut undetermined = unknown_by_request.get(&request.key).cloned().unwrap_or_default();
        // What the capture leaves open matters to a request whose own cause is open.
        if !own.iter().any(|finding| finding.role == Role::Cause) {
            undetermined.extend(&unknown_of_capture);
        }
        let mut arguments = said_of_request.get(&request.key).cloned().unwrap_or_default();
        arguments.extend(&said_of_capture);
        let of_capture = of_capture.iter().copied().filter(|finding| is_near(finding, request)).collect();
        let sources = Sources::new(dossier, Some(request.key));
        Facts { dossier, own, of_capture, undetermined, arguments, sources }.of_request(request.key)
    };
    failed.map(diagnosis).collect()
}

/// Causes of the capture: those tied to no request, and those seen in requests that did not fail, which nobody else
/// diagnoses.
fn of_capture(dossier: &Dossier<'_>) -> Vec<Diagnosis> {
    let has_failed = |finding: &Finding| {
        let request = finding.request.and_then(|key| dossier.requests.get(key.index()));
        request.is_some_and(|request| request.outcome == Outcome::Failed)
    };
    let matters = |finding: &&Finding| finding.severity > Level::Info && !has_failed(finding);
    let facts = Facts {
        dossier,
        own: findings_of(dossier.findings.iter().filter(matters)),
        of_capture: Vec::new(),
        undetermined: Vec::new(),
        arguments: Vec::new(),
        sources: Sources::new(dossier, None),
    };
    facts.of_capture()
}

/// How long after its last trace a cause may still fail a request: idle environments live for 15 minutes.
const AFTERMATH: Duration = Duration::from_mins(15);

/// How much later than the answer a cause may be logged.
const SLACK: Duration = Duration::from_secs(2);

/// Whether a finding that no id ties to `request` lies near enough in time to be its cause. Where either has no time
/// only the rules' `explains` can tell.
fn is_near(finding: &Finding, request: &Request) -> bool {
    let (Some(first), Some(last), Some(window)) = (finding.first, finding.last, request.window) else {
        return true;
    };
    first <= window.end.plus(SLACK) && window.start <= last.plus(AFTERMATH)
}

fn group<T>(items: &[T], key: impl Fn(&T) -> Option<RequestKey>) -> FxHashMap<RequestKey, Vec<&T>> {
    let mut groups: FxHashMap<RequestKey, Vec<&T>> = FxHashMap::default();
    for item in items {
        if let Some(key) = key(item) {
            groups.entry(key).or_default().push(item);
        }
    }
    groups
}

/// One finding per rule, the earliest, in order of rule id: the order in which they came says nothing.
fn findings_of<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut by_rule: BTreeMap<&str, &Finding> = BTreeMap::new();
    for finding in findings {
        let known = by_rule.entry(&finding.rule).or_insert(finding);
        if (finding.first.is_none(), finding.first) < (known.first.is_none(), known.first) {
            *known = finding;
        }
    }
    by_rule.into_values().collect()
}
