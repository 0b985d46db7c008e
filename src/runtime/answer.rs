//! Questions of the screens about an open case.

use std::sync::Arc;

use rayon::prelude::*;

use crate::case::{Baseline, Case, Options, Snapshot};
use crate::filter::{Filter, ResultFacts};
use crate::model::{Outcome, RequestKey, SignalKey};
use crate::tui::message::Hits;
use crate::tui::{Data, Effect};

/// An open case and what judging it needs.
pub(super) struct Questions {
    case: Arc<Case>,
    snapshot: Snapshot,
}

impl Questions {
    pub(super) fn new(case: Arc<Case>, options: &Options) -> Self {
        let snapshot = case.snapshot(options);
        Self { case, snapshot }
    }

    /// Answers a question; nothing for effects that are none.
    pub(super) fn answer(&mut self, question: &Effect) -> Option<Data> {
        match question {
            Effect::Search { id, filter } => {
                Some(Data::Hits { id: *id, hits: Arc::new(self.search(filter)) })
            }
            Effect::Find { id, needle, stretch } => {
                Some(Data::Found { id: *id, signals: needle.among(&self.case, stretch.clone()) })
            }
            Effect::Walk(request) => {
                self.known(*request).map(|key| Data::Walk(Arc::new(self.case.walk(key))))
            }
            Effect::Compare(request) => self.known(*request).map(|key| {
                let like = self.same_cause(key);
                Data::Comparison(Arc::new(self.case.compare(key, &Baseline::Automatic, &like)))
            }),
            Effect::Audit => Some(Data::Audit(Arc::new(self.case.audit()))),
            _ => None,
        }
    }

    fn known(&self, request: RequestKey) -> Option<RequestKey> {
        (request.index() < self.case.requests().len()).then_some(request)
    }

    /// Requests that failed for the same cause; none when the cause is not known.
    fn same_cause(&self, request: RequestKey) -> Vec<RequestKey> {
        let diagnoses = &self.snapshot.diagnoses;
        let own = diagnoses.iter().find(|diagnosis| diagnosis.request == Some(request));
        let Some(cause) = own.and_then(|diagnosis| diagnosis.root_cause.as_ref()) else { return Vec::new() };
        let same = diagnoses.iter().filter(|diagnosis| diagnosis.root_cause.as_ref() == Some(cause));
        same.filter_map(|diagnosis| diagnosis.request).collect()
    }

    fn search(&self, filter: &Filter) -> Hits {
        let keys = (0..self.case.briefs().len() as u32).into_par_iter().map(SignalKey);
        let signals: Vec<SignalKey> = keys.filter(|key| self.passes(filter, *key)).collect();
        let mut requests: Vec<RequestKey> =
            signals.iter().filter_map(|key| self.case.request_of(*key)).collect();
        requests.sort_unstable();
        requests.dedup();
        Hits { signals, requests, is_complete: true }
    }

    fn passes(&self, filter: &Filter, key: SignalKey) -> bool {
        if !filter.matches(&self.case.signal(key)) {
            return false;
        }
        let request = self.case.request_of(key);
        let found = self.snapshot.findings.iter().filter(|finding| finding.request == request);
        let rules: Vec<&str> = found.map(|finding| finding.rule.as_str()).collect();
        let outcome = request
            .and_then(|request| self.case.requests().get(request.index()))
            .map_or(Outcome::Unknown, |request| request.outcome);
        filter.matches_result(ResultFacts { rules: &rules, outcome })
    }
}
