//! A capture, judged, beside what is known of each of its records.

use std::collections::BTreeSet;

use agentcore_triage::case::{Case, Snapshot};
use agentcore_triage::model::{
    Diagnosis, Finding, Hypothesis, Level, Outcome, RequestKey, Role, SignalKey, Standing,
};

use super::envelope::Capture;
use super::record::Part;
use crate::case::{OPTIONS, claim, excerpt, request};

pub(super) struct Judged {
    capture: Capture,
    case: Case,
    pub(super) snapshot: Snapshot,
}

impl Judged {
    pub(super) fn new(capture: Capture) -> Self {
        let case = Case::open(capture.inputs.clone(), Vec::new(), &OPTIONS);
        let snapshot = case.snapshot(&OPTIONS);
        Self { capture, case, snapshot }
    }

    pub(super) fn part_of(&self, signal: SignalKey) -> Part {
        self.capture.part_at(self.case.raw(signal))
    }

    /// The parts of which a request has records.
    fn parts(&self, request: RequestKey) -> BTreeSet<Part> {
        self.snapshot.requests[request.index()].signals.iter().map(|link| self.part_of(link.signal)).collect()
    }

    fn has_part(&self, request: RequestKey, part: Part) -> bool {
        self.snapshot.requests[request.index()].signals.iter().any(|link| self.part_of(link.signal) == part)
    }

    fn failed(&self) -> impl Iterator<Item = RequestKey> {
        let requests = self.snapshot.requests.iter();
        requests.filter(|request| request.outcome == Outcome::Failed).map(|request| request.key)
    }

    /// Whether a finding rests on a record of `part`.
    fn rests_on(&self, finding: &Finding, part: Part) -> bool {
        finding.evidence.iter().any(|piece| self.part_of(piece.signal) == part)
    }

    /// What is said of healthy traffic and must not be: that it failed, or that something is wrong with it.
    pub(super) fn blamed(&self) -> Vec<String> {
        let failed = self.failed().filter(|key| self.has_part(*key, Part::Healthy));
        let failed = failed.map(|key| {
            format!("fails though healthy: {} of {:?}", request(&self.snapshot, Some(key)), self.parts(key))
        });
        let wrong = self.snapshot.findings.iter().filter(|finding| finding.severity > Level::Info);
        let wrong = wrong.filter(|finding| self.rests_on(finding, Part::Healthy));
        let wrong = wrong.map(|finding| {
            let places: Vec<String> =
                finding.evidence.iter().map(|piece| excerpt(&self.snapshot, piece)).collect();
            format!(
                "blames healthy traffic: {}\n    {}",
                claim(&self.snapshot, finding),
                places.join("\n    ")
            )
        });
        let unexplained = self.snapshot.unexplained.iter();
        let unexplained = unexplained.filter(|open| self.part_of(open.evidence[0].signal) == Part::Healthy);
        let unexplained = unexplained.map(|open| {
            format!("unexplained in healthy traffic: {}", excerpt(&self.snapshot, &open.evidence[0]))
        });
        let joined = self.snapshot.requests.iter().filter(|request| self.parts(request.key).len() > 1);
        let joined =
            joined.map(|one| format!("joins what is apart: {}", request(&self.snapshot, Some(one.key))));
        failed.chain(joined).chain(wrong).chain(unexplained).collect()
    }

    /// Diagnoses of failed requests of `part`.
    pub(super) fn diagnoses(&self, part: Part) -> impl Iterator<Item = &Diagnosis> {
        let of_requests = self.snapshot.diagnoses.iter();
        of_requests.filter(move |diagnosis| diagnosis.request.is_some_and(|key| self.has_part(key, part)))
    }

    /// Root causes of the requests of `part` and of the capture.
    pub(super) fn roots(&self, part: Part) -> BTreeSet<&str> {
        let of_capture = self.snapshot.diagnoses.iter().filter(|diagnosis| diagnosis.request.is_none());
        let all = self.diagnoses(part).chain(of_capture);
        all.filter_map(|diagnosis| diagnosis.root_cause.as_deref()).collect()
    }

    /// What is claimed about one part, whatever else the capture holds: rules that fire at warning and above, root
    /// causes, and what is held to be true of them. Not which records were joined: that a client's exchange is the
    /// server's call rests on time, and beside other traffic it may have to stay open.
    pub(super) fn story(&self, part: Part) -> BTreeSet<String> {
        let findings = self.snapshot.findings.iter().filter(|finding| finding.severity > Level::Info);
        let findings = findings.filter(|finding| self.rests_on(finding, part));
        let found = findings.map(|finding| format!("finds {} {}", finding.rule, finding.severity));
        let roots = self.roots(part).into_iter().map(|rule| format!("root cause {rule}"));
        found.chain(roots).collect()
    }

    /// Rules of role cause that fire at warning or above.
    pub(super) fn causes(&self) -> BTreeSet<&str> {
        let findings = self.snapshot.findings.iter();
        let causes = findings.filter(|finding| finding.role == Role::Cause && finding.severity > Level::Info);
        causes.map(|finding| finding.rule.as_str()).collect()
    }
}

/// Whether a hypothesis is more than a possibility.
pub(super) fn is_held(hypothesis: &Hypothesis) -> bool {
    matches!(hypothesis.standing, Standing::Confirmed | Standing::Likely)
}

/// What one story says and the other does not.
pub(super) fn difference(one: &BTreeSet<String>, other: &BTreeSet<String>) -> Vec<String> {
    let lost = one.difference(other).map(|line| format!("  - {line}"));
    let new = other.difference(one).map(|line| format!("  + {line}"));
    lost.chain(new).collect()
}
