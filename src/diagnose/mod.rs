//! From findings to diagnoses: the root cause of each failed request, what follows from it, what else it could
//! be, and the errors that nothing explains.

mod cause;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{
    Diagnosis, Evidence, EvidenceRole, Finding, Level, MAX_EVIDENCE, Outcome, Request, RequestKey, Role,
    RuleMeta, SignalKey, Undetermined, Unexplained,
};

use cause::Facts;
pub use template::of as template;

/// What is known when rules have judged.
#[derive(Clone, Copy, Debug)]
pub struct Dossier<'a> {
    /// By key.
    pub requests: &'a [Request],
    /// In any order.
    pub findings: &'a [Finding],
    /// Every signal that a finding rests on, also beyond the evidence that it shows.
    pub covered: &'a [SignalKey],
    /// In any order.
    pub undetermined: &'a [Undetermined],
    /// By rule id. A finding of a rule that is not here explains nothing.
    pub rules: &'a BTreeMap<String, RuleMeta>,
    /// Signals of severity `error` or worse, or with outcome `failed`, in canonical order.
    pub errors: &'a [ErrorSignal<'a>],
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
    /// One per failed request in order of key, then one for the capture when causes concern it as a whole.
    pub diagnoses: Vec<Diagnosis>,
    /// Errors that are no evidence of any finding and in no request whose cause is known, grouped by request and wording, in canonical order.
    pub unexplained: Vec<Unexplained>,
}

/// Diagnoses a case. Pure; linear in findings and errors, but for the findings of one request.
pub fn diagnose(dossier: &Dossier<'_>) -> Diagnoses {
    let of_capture: Vec<&Finding> =
        findings_of(dossier.findings.iter().filter(|finding| finding.request.is_none()));
    let unknown_of_capture: Vec<&Undetermined> =
        dossier.undetermined.iter().filter(|rule| rule.request.is_none()).collect();
    let by_request = group(dossier.findings, |finding| finding.request);
    let unknown_by_request = group(dossier.undetermined, |rule| rule.request);
    let mut diagnoses = Vec::new();
    for request in dossier.requests.iter().filter(|request| request.outcome == Outcome::Failed) {
        let own = findings_of(by_request.get(&request.key).into_iter().flatten().copied());
        let mut undetermined = unknown_by_request.get(&request.key).cloned().unwrap_or_default();
        // What the capture leaves open matters to a request whose own cause is open.
        if !own.iter().any(|finding| finding.role == Role::Cause) {
            undetermined.extend(&unknown_of_capture);
        }
        let of_capture = of_capture.iter().copied().filter(|finding| is_near(finding, request)).collect();
        let facts = Facts { own, of_capture, undetermined, rules: dossier.rules };
        diagnoses.push(facts.diagnosis(Some(request.key)));
    }
    if of_capture.iter().any(|finding| finding.role == Role::Cause) {
        let facts = Facts {
            own: of_capture,
            of_capture: Vec::new(),
            undetermined: unknown_of_capture,
            rules: dossier.rules,
        };
        diagnoses.push(facts.diagnosis(None));
    }
    let unexplained = unexplained(dossier, &accounted(&diagnoses, dossier.findings));
    Diagnoses { diagnoses, unexplained }
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

/// Requests whose failure has a cause: their further errors follow from it.
fn accounted(diagnoses: &[Diagnosis], findings: &[Finding]) -> FxHashSet<RequestKey> {
    let diagnosed = diagnoses.iter().filter(|diagnosis| diagnosis.root_cause.is_some());
    // An error may be logged in a request that succeeded after all: nobody diagnoses that.
    let causes =
        findings.iter().filter(|finding| finding.role == Role::Cause && finding.severity > Level::Info);
    let requests = diagnosed.map(|diagnosis| diagnosis.request).chain(causes.map(|cause| cause.request));
    requests.flatten().collect()
}

/// Errors that no finding rests on and no cause accounts for, one entry per request and wording. Noise findings
/// explain their own signals.
fn unexplained(dossier: &Dossier<'_>, accounted: &FxHashSet<RequestKey>) -> Vec<Unexplained> {
    let explained: FxHashSet<SignalKey> = dossier
        .findings
        .iter()
        .flat_map(|finding| finding.evidence.iter().map(|evidence| evidence.signal))
        .chain(dossier.covered.iter().copied())
        .collect();
    let counted = counted_beyond_evidence(dossier);
    let mut groups: Vec<Unexplained> = Vec::new();
    let mut known: FxHashMap<(Option<RequestKey>, String), usize> = FxHashMap::default();
    let is_accounted = |error: &&ErrorSignal<'_>| error.request.is_some_and(|key| accounted.contains(&key));
    let open = dossier.errors.iter().filter(|error| !explained.contains(&error.signal));
    for error in open.filter(|error| !is_accounted(error)) {
        let key = (error.request, template::of(error.message));
        if counted.contains(&key) {
            continue;
        }
        let at = *known.entry(key).or_insert_with(|| {
            groups.push(Unexplained { request: error.request, evidence: Vec::new(), occurrences: 0 });
            groups.len() - 1
        });
        groups[at].occurrences = groups[at].occurrences.saturating_add(1);
        if groups[at].evidence.len() < MAX_EVIDENCE {
            let role =
                if groups[at].evidence.is_empty() { EvidenceRole::Primary } else { EvidenceRole::Related };
            groups[at].evidence.push(Evidence { signal: error.signal, role, matched: None });
        }
    }
    groups
}

/// Evidence is capped and occurrences are not: where a finding counts more than it shows, what reads like its
/// evidence in the same request is among the rest.
fn counted_beyond_evidence(dossier: &Dossier<'_>) -> FxHashSet<(Option<RequestKey>, String)> {
    let shown: FxHashSet<SignalKey> = dossier
        .findings
        .iter()
        .filter(|finding| finding.evidence.len() >= MAX_EVIDENCE)
        .filter(|finding| finding.occurrences as usize > finding.evidence.len())
        .flat_map(|finding| finding.evidence.iter().map(|evidence| evidence.signal))
        .collect();
    let errors = dossier.errors.iter().filter(|error| shown.contains(&error.signal));
    errors.map(|error| (error.request, template::of(error.message))).collect()
}
