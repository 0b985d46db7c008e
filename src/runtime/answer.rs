//! Questions of the screens about the case as far as it is known.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use crate::case::{Baseline, Case, Snapshot};
use crate::filter::{Filter, ResultFacts};
use crate::model::{Outcome, RequestKey, SignalKey};
use crate::text::Door;
use crate::tui::message::{Hits, Notice};
use crate::tui::{Data, Effect, Prepared};

use super::export;
use super::judge::Judge;
use super::worker::{Ask, Tell};

/// Answers one question after the other; a newer search ends the one that runs.
pub(super) struct Answering {
    known: Option<Known>,
    judge: Arc<Judge>,
    waiting: VecDeque<Ask>,
    door: Door,
    tell: Tell,
}

/// What is known.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) case: Arc<Case>,
    pub(super) snapshot: Arc<Snapshot>,
}

impl Answering {
    pub(super) fn new(judge: Arc<Judge>, door: Door, tell: Tell) -> Self {
        Self { known: None, judge, waiting: VecDeque::new(), door, tell }
    }

    /// Answers until nobody asks any more.
    pub(super) fn run(mut self, asked: &Receiver<Ask>) {
        while let Some(next) = self.waiting.pop_front().or_else(|| asked.recv().ok()) {
            match next {
                Ask::Case(case, snapshot) => self.known = Some(Known { case, snapshot }),
                Ask::Question(question) => self.answer(&question, asked),
            }
        }
    }

    /// Judges what is known again, unless more is known meanwhile or a further switch waits: these judge anyway.
    fn judge_again(&mut self, case: &Arc<Case>, asked: &Receiver<Ask>) {
        self.waiting.extend(asked.try_iter());
        let judges = |ask: &Ask| matches!(ask, Ask::Case(..) | Ask::Question(Effect::Judge(_)));
        if self.waiting.iter().any(judges) {
            return;
        }
        let judge = Arc::clone(&self.judge);
        judge.judge(case, |case, snapshot| {
            self.waiting.extend(asked.try_iter());
            if !self.waiting.iter().any(|ask| matches!(ask, Ask::Case(..))) {
                self.known = Some(Known { case: case.clone(), snapshot: snapshot.clone() });
                (self.tell)(Data::Prepared(Prepared::new(case, snapshot)));
            }
        });
    }

    fn answer(&mut self, question: &Effect, asked: &Receiver<Ask>) {
        let Some(known) = self.known.clone() else {
            (self.tell)(Data::Notice(Notice::info("nothing is read yet")));
            return;
        };
        let tell = self.tell.clone();
        match question {
            Effect::Judge(switches) => {
                self.judge.switch(switches.clone());
                self.judge_again(&known.case, asked);
            }
            Effect::Search { id, filter } => known.search(*id, filter, &mut |hits| {
                self.waiting.extend(asked.try_iter());
                let newer = |ask: &Ask| matches!(ask, Ask::Case(..) | Ask::Question(Effect::Search { .. }));
                tell(hits) && !self.waiting.iter().any(newer)
            }),
            other => {
                if let Some(data) = known.answer(other, &self.judge, self.door) {
                    tell(data);
                }
            }
        }
    }
}

impl Known {
    /// Answers a question that has one answer; nothing for effects that are none.
    pub(super) fn answer(&self, question: &Effect, judge: &Judge, door: Door) -> Option<Data> {
        Some(match question {
            Effect::Find { id, needle, stretch } => {
                Data::Found { id: *id, signals: needle.among(&self.case, stretch.clone()) }
            }
            Effect::Rank { id, typed, places, stretch } => {
                Data::Ranked { id: *id, found: places.among(typed, stretch.clone()) }
            }
            Effect::Count { filter, stretch } => self.count(filter, stretch.clone()),
            Effect::Walk(request) => Data::Walk(Arc::new(self.case.walk(self.known(*request)?))),
            Effect::Compare { failing, healthy } => {
                let key = self.known(*failing)?;
                let like = self.same_cause(key);
                let named = healthy.and_then(|healthy| self.known(healthy));
                let baseline = named.map_or(Baseline::Automatic, Baseline::Request);
                Data::Comparison(Arc::new(self.case.compare(key, &baseline, &like)))
            }
            Effect::Audit => Data::Audit(Arc::new(self.case.audit())),
            Effect::Export { kind, request, path } => {
                Data::Notice(match export::export(self, *kind, *request, path, (judge, door)) {
                    Ok(text) => Notice::info(text),
                    Err(error) => Notice::error(error.to_string()),
                })
            }
            _ => return None,
        })
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

    /// Searches stretch by stretch. Hits are told at once when there are any, then each time they have doubled;
    /// `tell` ends the search with false.
    pub(super) fn search(&self, id: u64, filter: &Filter, tell: &mut dyn FnMut(Data) -> bool) {
        let search = self.case.search(filter);
        let results = Results::new(self, filter);
        let mut hits = Hits::default();
        let mut told = 0;
        for stretch in search.stretches() {
            let found = search.among(stretch).into_iter().filter(|key| results.pass(&self.case, *key));
            hits.signals.extend(found);
            if hits.signals.len() > told {
                if !tell(self.hits(id, &mut hits)) {
                    return;
                }
                told = hits.signals.len().saturating_mul(2);
            }
        }
        hits.is_complete = true;
        tell(self.hits(id, &mut hits));
    }

    fn hits(&self, id: u64, hits: &mut Hits) -> Data {
        hits.requests = self.requests_of(&hits.signals);
        Data::Hits { id, hits: Arc::new(hits.clone()) }
    }

    fn count(&self, filter: &Arc<Filter>, stretch: Range<u32>) -> Data {
        let results = Results::new(self, filter);
        let mut signals = self.case.search(filter).among(stretch);
        signals.retain(|key| results.pass(&self.case, *key));
        let requests = self.requests_of(&signals);
        Data::Counted { filter: Arc::clone(filter), signals: signals.len() as u64, requests }
    }

    /// The requests that signals belong to, in order.
    fn requests_of(&self, signals: &[SignalKey]) -> Vec<RequestKey> {
        let mut requests: Vec<RequestKey> =
            signals.iter().filter_map(|key| self.case.request_of(*key)).collect();
        requests.sort_unstable();
        requests.dedup();
        requests
    }
}

/// What a filter says of results, decided once for each request.
struct Results {
    passes: Vec<bool>,
    /// By the outcome of a signal without a request.
    unassigned: [bool; 3],
}

impl Results {
    fn new(known: &Known, filter: &Filter) -> Self {
        let requests = known.case.requests();
        let mut rules: Vec<Vec<&str>> = vec![Vec::new(); requests.len()];
        for finding in &known.snapshot.findings {
            if let Some(rules) = finding.request.and_then(|request| rules.get_mut(request.index())) {
                rules.push(&finding.rule);
            }
        }
        let facts = |rules, outcome| filter.matches_result(ResultFacts { rules, outcome });
        let passes = requests.iter().zip(&rules).map(|(request, rules)| facts(rules, request.outcome));
        let unassigned = [Outcome::Unknown, Outcome::Ok, Outcome::Failed].map(|outcome| facts(&[], outcome));
        Self { passes: passes.collect(), unassigned }
    }

    fn pass(&self, case: &Case, key: SignalKey) -> bool {
        match case.request_of(key) {
            Some(request) => self.passes.get(request.index()).copied().unwrap_or(true),
            None => {
                case.briefs().get(key.index()).is_some_and(|brief| self.unassigned[brief.outcome as usize])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;
    use crate::case::Options;
    use crate::model::{Bytes, Input};
    use crate::rules::Catalogue;

    #[test]
    fn what_is_counted_is_what_is_found() {
        let catalogue = Catalogue::builtin().unwrap();
        let options = Options { catalogue, lateness: Duration::ZERO, filter: None };
        let text = include_bytes!("../../samples/schema-mismatch/gateway.json");
        let input = Input { path: "gateway.json".into(), bytes: Bytes::new(text.to_vec()) };
        let case = Arc::new(Case::open(vec![input], Vec::new(), &options));
        let snapshot = Arc::new(case.snapshot(&options));
        let known = Known { case, snapshot };
        for text in
            ["status:failed", "rule:gateway-param-type-mismatch", "-tool~cost", "processing", "nowhere"]
        {
            let filter = Arc::new(Filter::parse(text).unwrap());
            let mut found = None;
            known.search(0, &filter, &mut |data| {
                if let Data::Hits { hits, .. } = data {
                    found = Some(hits);
                }
                true
            });
            let (mut counted, mut requests) = (0, BTreeSet::new());
            for start in 0..known.case.briefs().len() as u32 {
                let Data::Counted { signals, requests: of, .. } = known.count(&filter, start..start + 1)
                else {
                    panic!("no count");
                };
                counted += signals as usize;
                requests.extend(of);
            }
            let found = found.unwrap();
            assert_eq!((counted, requests.len()), (found.signals.len(), found.requests.len()), "{text}");
        }
    }
}
