//! What a report tells: the root causes with the requests that they failed, and the request that shows most.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, Snapshot};
use crate::model::{IdName, Outcome, RequestKey, Standing, Timestamp};

/// A root cause of one or more failed requests, or of the capture.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Cause {
    /// Id of the rule.
    pub(super) rule: String,
    /// How many failed requests it has with each standing, the best first.
    pub(super) standings: BTreeMap<Standing, usize>,
    /// The failed requests, by key.
    pub(super) requests: Vec<RequestKey>,
    /// When it was first seen.
    pub(super) first: Option<Timestamp>,
    /// Rule ids from the cause to its last symptom, of the request with the longest chain.
    pub(super) chain: Vec<String>,
}

impl Cause {
    /// The best standing that it has anywhere.
    pub(super) fn standing(&self) -> Standing {
        self.standings.keys().next().copied().unwrap_or(Standing::CannotTell)
    }
}

/// The root causes: those that failed most requests first, then the surest, then the earliest.
pub(super) fn causes(snapshot: &Snapshot) -> Vec<Cause> {
    let mut causes: BTreeMap<&str, Cause> = BTreeMap::new();
    for diagnosis in &snapshot.diagnoses {
        let Some(rule) = &diagnosis.root_cause else { continue };
        let cause = causes.entry(rule).or_insert_with(|| Cause {
            rule: rule.clone(),
            standings: BTreeMap::new(),
            requests: Vec::new(),
            first: diagnosis.spread.first,
            chain: Vec::new(),
        });
        let hypothesis = diagnosis.hypotheses.iter().find(|hypothesis| hypothesis.rule == *rule);
        let standing = hypothesis.map_or(Standing::Possible, |hypothesis| hypothesis.standing);
        *cause.standings.entry(standing).or_default() += 1;
        cause.requests.extend(diagnosis.request);
        if diagnosis.chain.len() > cause.chain.len() {
            cause.chain.clone_from(&diagnosis.chain);
        }
    }
    let mut causes: Vec<Cause> = causes.into_values().collect();
    causes.sort_by_key(|cause| {
        (std::cmp::Reverse(cause.requests.len()), cause.standing(), cause.first.is_none(), cause.first)
    });
    causes
}

/// Failed requests without a root cause, by key.
pub(super) fn unexplained_requests(snapshot: &Snapshot) -> Vec<RequestKey> {
    let open = snapshot.diagnoses.iter().filter(|diagnosis| diagnosis.root_cause.is_none());
    open.filter_map(|diagnosis| diagnosis.request).collect()
}

/// The one of `requests` that most layers tell of; of equal ones the one with more signals, then the earliest.
pub(super) fn most_telling(requests: &[RequestKey], case: &Case) -> Option<RequestKey> {
    /// Requests that are looked at: enough to find a telling one.
    const MANY: usize = 200;
    let worth = |key: &&RequestKey| {
        let signals = case.requests().get(key.index()).map(|request| request.signals.as_slice());
        let signals = signals.unwrap_or_default();
        let layers: BTreeSet<_> = signals
            .iter()
            .filter_map(|link| case.briefs().get(link.signal.index()))
            .map(|brief| brief.layer)
            .collect();
        (layers.len(), signals.len(), std::cmp::Reverse(**key))
    };
    requests.iter().take(MANY).max_by_key(worth).copied()
}

/// How much is affected.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Impact {
    /// Requests and failed ones by interned tool name; `None` for requests without one. Most failures first.
    pub(super) tools: Vec<(Option<String>, Counts)>,
    /// Sessions, and those with a failed request.
    pub(super) sessions: Counts,
}

/// So many, and so many of them failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    pub(super) total: usize,
    pub(super) failed: usize,
}

/// Counts requests by tool and session.
pub(super) fn impact(snapshot: &Snapshot) -> Impact {
    let mut tools: BTreeMap<Option<&str>, Counts> = BTreeMap::new();
    let mut sessions: BTreeMap<IdName, bool> = BTreeMap::new();
    for request in snapshot.requests.iter() {
        let failed = request.outcome == Outcome::Failed;
        let counts = tools.entry(snapshot.names.text(request.tool)).or_default();
        counts.total += 1;
        counts.failed += usize::from(failed);
        if request.session.is_some() {
            *sessions.entry(request.session).or_default() |= failed;
        }
    }
    let mut tools: Vec<_> =
        tools.into_iter().map(|(tool, counts)| (tool.map(str::to_owned), counts)).collect();
    tools.sort_by_key(|(_, counts)| (std::cmp::Reverse(counts.failed), std::cmp::Reverse(counts.total)));
    let failed = sessions.values().filter(|failed| **failed).count();
    Impact { tools, sessions: Counts { total: sessions.len(), failed } }
}
