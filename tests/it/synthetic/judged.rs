//! A capture, judged, beside what is known of each of its records.

use std::collections::BTreeSet;

use agentcore_triage::case::{Case, Snapshot};
use agentcore_triage::model::{
    Diagnosis, Hypothesis, Level, Outcome, RequestKey, Role, SignalKey, Standing, TimeRange,
};

use super::envelope::{Capture, Envelope, store};
use super::record::{Part, Record};
use crate::case::{OPTIONS, claim, excerpt, request};

pub(super) struct Judged {
    capture: Capture,
    case: Case,
    pub(super) snapshot: Snapshot,
}

impl Judged {
    pub(super) fn new(records: &[Record], envelope: Envelope) -> Self {
        let capture = store(records, envelope);
        let case = Case::open(capture.inputs.clone(), Vec::new(), &OPTIONS);
        let snapshot = case.snapshot(&OPTIONS);
        Self { capture, case, snapshot }
    }

    /// The record that a signal begins with.
    fn record_of(&self, signal: SignalKey) -> usize {
        self.capture.record_at(self.case.raw(signal))
    }

    fn part_of(&self, signal: SignalKey) -> Part {
        self.capture.part_of(self.record_of(signal))
    }

    /// The parts of which a request has records.
    fn parts(&self, request: RequestKey) -> BTreeSet<Part> {
        self.snapshot.requests[request.index()].signals.iter().map(|link| self.part_of(link.signal)).collect()
    }

    /// What is said of healthy traffic and must not be: that it failed, that something is wrong with it, or that it
    /// is part of what failed.
    pub(super) fn blamed(&self) -> Vec<String> {
        let mut blamed = Vec::new();
        for one in self.snapshot.requests.iter() {
            let parts = self.parts(one.key);
            if one.outcome == Outcome::Failed && parts.contains(&Part::Healthy) {
                blamed.push(format!("fails though healthy: {}", request(&self.snapshot, Some(one.key))));
            }
            if parts.len() > 1 {
                blamed.push(format!("joins what is apart: {}", self.links(one.key).join("\n    ")));
            }
        }
        let wrong = self.snapshot.findings.iter().filter(|finding| finding.severity > Level::Info);
        let wrong = wrong.filter(|finding| self.part_of(finding.evidence[0].signal) == Part::Healthy);
        blamed.extend(
            wrong.map(|finding| format!("blames healthy traffic: {}", claim(&self.snapshot, finding))),
        );
        let open = self.snapshot.unexplained.iter().map(|open| &open.evidence[0]);
        let open = open.filter(|evidence| self.part_of(evidence.signal) == Part::Healthy);
        blamed.extend(
            open.map(|evidence| format!("unexplained, healthy: {}", excerpt(&self.snapshot, evidence))),
        );
        blamed
    }

    fn links(&self, request: RequestKey) -> Vec<String> {
        let links = self.snapshot.requests[request.index()].signals.iter();
        let links = links.map(|link| {
            let text: String =
                String::from_utf8_lossy(self.case.raw(link.signal)).chars().take(120).collect();
            format!("{:?} {} {text}", self.part_of(link.signal), link.reason)
        });
        links.collect()
    }

    /// Diagnoses of failed requests of `part`, and of the capture.
    pub(super) fn diagnoses(&self, part: Part) -> impl Iterator<Item = &Diagnosis> {
        let is_of_part = move |key: RequestKey| self.parts(key).contains(&part);
        self.snapshot.diagnoses.iter().filter(move |diagnosis| diagnosis.request.is_none_or(is_of_part))
    }

    /// Root causes of the requests of `part` and of the capture.
    pub(super) fn roots(&self, part: Part) -> BTreeSet<&str> {
        self.diagnoses(part).filter_map(|diagnosis| diagnosis.root_cause.as_deref()).collect()
    }

    /// The failed requests of `part` and their diagnoses.
    pub(super) fn told(&self, part: Part) -> BTreeSet<String> {
        let of_requests = self.diagnoses(part).filter(|diagnosis| diagnosis.request.is_some());
        let told = of_requests.map(|diagnosis| {
            let on = request(&self.snapshot, diagnosis.request);
            format!("{on}: {:?} {:?} {:?}", diagnosis.root_cause, diagnosis.chain, diagnosis.symptoms)
        });
        told.collect()
    }

    /// What is held to be true of the requests of `part` and of the capture.
    pub(super) fn held(&self, part: Part) -> BTreeSet<&str> {
        let hypotheses = self.diagnoses(part).flat_map(|diagnosis| &diagnosis.hypotheses);
        hypotheses.filter(|hypothesis| is_held(hypothesis)).map(|held| held.rule.as_str()).collect()
    }

    /// Rules of role cause that fire at warning or above.
    pub(super) fn causes(&self) -> BTreeSet<&str> {
        let findings = self.snapshot.findings.iter();
        let causes = findings.filter(|finding| finding.role == Role::Cause && finding.severity > Level::Info);
        causes.map(|finding| finding.rule.as_str()).collect()
    }

    pub(super) fn finds(&self, rule: &str) -> bool {
        self.snapshot.findings.iter().any(|finding| finding.rule == rule)
    }

    pub(super) fn range(&self) -> Option<TimeRange> {
        self.snapshot.coverage.range
    }

    /// The records on which the findings of `rule` are shown to rest.
    pub(super) fn evidence_of(&self, rule: &str) -> BTreeSet<usize> {
        let findings = self.snapshot.findings.iter().filter(|finding| finding.rule == rule);
        findings.flat_map(|finding| &finding.evidence).map(|piece| self.record_of(piece.signal)).collect()
    }

    /// What the findings of `rule` show first, and on whom.
    pub(super) fn evidence_text(&self, rule: &str) -> String {
        let findings = self.snapshot.findings.iter().filter(|finding| finding.rule == rule);
        let told = findings.map(|finding| {
            let on = request(&self.snapshot, finding.request);
            format!("\n    {on}: {}", excerpt(&self.snapshot, &finding.evidence[0]))
        });
        told.collect()
    }

    /// Records with which a signal begins; the others are further lines of those before them.
    pub(super) fn starts(&self) -> BTreeSet<usize> {
        (0..self.case.briefs().len()).map(|key| self.record_of(SignalKey(key as u32))).collect()
    }
}

/// Whether a hypothesis is more than a possibility.
fn is_held(hypothesis: &Hypothesis) -> bool {
    matches!(hypothesis.standing, Standing::Confirmed | Standing::Likely)
}
