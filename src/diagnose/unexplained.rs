//! Errors that no rule explains, one group per wording.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{
    Briefs, Diagnosis, Evidence, EvidenceRole, Finding, Level, MAX_EVIDENCE, RequestKey, Role, SignalKey,
    Unexplained,
};

use super::{Dossier, ErrorSignal, template};

/// Errors that no finding rests on and no cause accounts for, in canonical order. Noise findings explain their own
/// signals.
pub(super) fn unexplained(dossier: &Dossier<'_>, diagnoses: &[Diagnosis]) -> Vec<Unexplained> {
    let accounted = accounted(diagnoses, dossier.findings);
    let explained: FxHashSet<SignalKey> = dossier
        .findings
        .iter()
        .flat_map(|finding| finding.evidence.iter().map(|evidence| evidence.signal))
        .chain(dossier.covered.iter().copied())
        .collect();
    let counted = counted_beyond_evidence(dossier);
    let mut groups: Vec<Unexplained> = Vec::new();
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    let is_accounted = |error: &&ErrorSignal<'_>| error.request.is_some_and(|key| accounted.contains(&key));
    let open = dossier.errors.iter().filter(|error| !explained.contains(&error.signal));
    for error in open.filter(|error| !is_accounted(error)) {
        let key = (error.request, template::of(error.message));
        if counted.contains(&key) {
            continue;
        }
        let template = key.1;
        let at = *known.entry(template.clone()).or_insert_with(|| {
            groups.push(Unexplained { template, ..Unexplained::default() });
            groups.len() - 1
        });
        add(&mut groups[at], error, dossier.briefs);
    }
    for group in &mut groups {
        group.requests.sort_unstable();
        group.requests.dedup();
    }
    groups
}

fn add(group: &mut Unexplained, error: &ErrorSignal<'_>, briefs: &Briefs) {
    let at = briefs.get(error.signal.index()).and_then(|brief| brief.timestamp);
    group.occurrences = group.occurrences.saturating_add(1);
    group.request = group.request.or(error.request);
    group.first = group.first.or(at);
    group.last = at.max(group.last);
    // Neighbours are often of one request; the rest is taken out at the end.
    if group.requests.last().copied() != error.request {
        group.requests.extend(error.request);
    }
    if group.evidence.len() < MAX_EVIDENCE {
        let role = if group.evidence.is_empty() { EvidenceRole::Primary } else { EvidenceRole::Related };
        group.evidence.push(Evidence { signal: error.signal, role, matched: None });
    }
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
