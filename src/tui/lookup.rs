//! Ways through a snapshot, made once for each: from a request to its diagnosis and findings.

use rustc_hash::FxHashMap;

use crate::case::Snapshot;
use crate::model::{Diagnosis, Evidence, Finding, Outcome, Request, RequestKey, RuleMeta, SignalKey};

/// Positions of diagnoses and findings by request; `None` stands for the capture as a whole.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    diagnoses: FxHashMap<Option<RequestKey>, usize>,
    findings: FxHashMap<Option<RequestKey>, Vec<usize>>,
    unexplained: FxHashMap<Option<RequestKey>, Vec<usize>>,
    /// Failed requests in order of time.
    pub failed: Vec<RequestKey>,
}

impl Lookup {
    /// Reads through `snapshot` once.
    pub fn new(snapshot: &Snapshot) -> Self {
        let mut lookup = Self::default();
        for (index, diagnosis) in snapshot.diagnoses.iter().enumerate() {
            lookup.diagnoses.entry(diagnosis.request).or_insert(index);
        }
        for (index, finding) in snapshot.findings.iter().enumerate() {
            lookup.findings.entry(finding.request).or_default().push(index);
        }
        for (index, error) in snapshot.unexplained.iter().enumerate() {
            lookup.unexplained.entry(error.request).or_default().push(index);
        }
        let failed = snapshot.requests.iter().filter(|request| request.outcome == Outcome::Failed);
        lookup.failed = failed.map(|request| request.key).collect();
        lookup
    }

    /// The diagnosis of a request, or of the capture.
    pub fn diagnosis<'s>(
        &self,
        snapshot: &'s Snapshot,
        request: Option<RequestKey>,
    ) -> Option<&'s Diagnosis> {
        snapshot.diagnoses.get(*self.diagnoses.get(&request)?)
    }

    /// The findings of a request, or of the capture, worst first.
    pub fn findings<'s>(
        &self,
        snapshot: &'s Snapshot,
        request: Option<RequestKey>,
    ) -> impl Iterator<Item = &'s Finding> {
        let positions = self.findings.get(&request).map(Vec::as_slice).unwrap_or_default();
        positions.iter().filter_map(|index| snapshot.findings.get(*index)).collect::<Vec<_>>().into_iter()
    }

    /// The finding that is a request's root cause.
    pub fn root<'s>(&self, snapshot: &'s Snapshot, request: Option<RequestKey>) -> Option<&'s Finding> {
        let rule = self.diagnosis(snapshot, request)?.root_cause.as_deref()?;
        let of_capture = || self.findings(snapshot, None).find(|finding| finding.rule == rule);
        self.findings(snapshot, request).find(|finding| finding.rule == rule).or_else(of_capture)
    }

    /// The rule that is a request's root cause.
    pub fn root_rule<'s>(&self, snapshot: &'s Snapshot, request: RequestKey) -> Option<&'s RuleMeta> {
        snapshot.rules.get(self.diagnosis(snapshot, Some(request))?.root_cause.as_deref()?)
    }

    /// What to look at first for a request, or for the capture: the evidence of its root cause, of its worst finding,
    /// or of an error that nothing explains.
    pub fn evidence<'s>(&self, snapshot: &'s Snapshot, key: Option<RequestKey>) -> Option<&'s Evidence> {
        let found = self.root(snapshot, key).or_else(|| self.findings(snapshot, key).next());
        let unexplained = || {
            let index = *self.unexplained.get(&key)?.first()?;
            Some(&snapshot.unexplained.get(index)?.evidence)
        };
        found.map(|finding| &finding.evidence).or_else(unexplained)?.first()
    }

    /// The signal to look at first for a request: that evidence, or else its first signal.
    pub fn telling_signal(&self, snapshot: &Snapshot, request: &Request) -> Option<SignalKey> {
        let evidence = self.evidence(snapshot, Some(request.key)).map(|evidence| evidence.signal);
        evidence.or_else(|| request.signals.first().map(|link| link.signal))
    }
}
