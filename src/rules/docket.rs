//! What is judged: the index of a case and the events found in it.

use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::model::{
    Argument, Brief, Coverage, Finding, LinkReason, Name, Names, Request, RequestKey, SignalKey, SpanFacts,
    Timestamp, Undetermined,
};

use super::event::{EventHit, EventKey};

/// One signal that is an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    /// The signal.
    pub signal: SignalKey,
    /// Captures in order of the rule file.
    pub captures: Vec<(String, String)>,
    /// The text that the message expression covers.
    pub matched: Option<String>,
}

/// Every event found in a case, per event in canonical order.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    by_event: FxHashMap<EventKey, Vec<Hit>>,
}

impl Hits {
    /// Sorts what [`Catalogue::match_signal`] found; a signal that is given twice counts once.
    ///
    /// [`Catalogue::match_signal`]: super::Catalogue::match_signal
    pub fn collect(found: impl IntoIterator<Item = (SignalKey, EventHit)>) -> Self {
        let mut by_event: FxHashMap<EventKey, Vec<Hit>> = FxHashMap::default();
        for (signal, EventHit { event, captures, matched }) in found {
            by_event.entry(event).or_default().push(Hit { signal, captures, matched });
        }
        let mut hits = Self { by_event };
        hits.settle();
        hits
    }

    fn settle(&mut self) {
        #[allow(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
        for hits in self.by_event.values_mut() {
            hits.sort_by_key(|hit| hit.signal);
            hits.dedup_by_key(|hit| hit.signal);
        }
    }

    /// The hits of `event`, in canonical order.
    pub fn of(&self, event: EventKey) -> &[Hit] {
        self.by_event.get(&event).map_or(&[], Vec::as_slice)
    }
}

/// A case, as judging sees it. Signals are in canonical order: time, then input order, those without time last.
#[derive(Clone, Copy)]
pub struct Docket<'a> {
    /// One per signal.
    pub briefs: &'a [Brief],
    /// Addressed by [`Brief::span_facts`].
    pub spans: &'a [SpanFacts],
    /// The strings behind the briefs' names.
    pub names: &'a Names,
    /// Requests by key.
    pub requests: &'a [Request],
    /// Per signal, its request.
    pub request_of: &'a [Option<RequestKey>],
    /// What the capture covers.
    pub coverage: &'a Coverage,
    /// Events found.
    pub hits: &'a Hits,
    /// Signals that are not judged, in canonical order; `hits` holds none of them.
    pub hidden: &'a [SignalKey],
    /// How much later than the newest known signal of a source an older one may still arrive.
    pub lateness: Duration,
    /// A field of a signal, decoded when asked for.
    pub field: &'a dyn Fn(SignalKey, &str) -> Option<String>,
}

impl Docket<'_> {
    pub(crate) fn brief(&self, signal: SignalKey) -> Option<&Brief> {
        self.briefs.get(signal.index())
    }

    pub(crate) fn time(&self, signal: SignalKey) -> Option<Timestamp> {
        self.brief(signal)?.timestamp
    }

    pub(crate) fn request_of(&self, signal: SignalKey) -> Option<RequestKey> {
        self.request_of.get(signal.index()).copied().flatten()
    }

    pub(crate) fn request(&self, key: RequestKey) -> Option<&Request> {
        self.requests.get(key.index())
    }

    /// Whether `signal` may take part in a verdict.
    pub(crate) fn is_judged(&self, signal: SignalKey) -> bool {
        self.hidden.binary_search(&signal).is_err()
    }

    pub(crate) fn text(&self, name: Name) -> Option<&str> {
        self.names.text(name)
    }

    /// Why `signal` belongs to `request`.
    pub(crate) fn link(&self, request: RequestKey, signal: SignalKey) -> Option<LinkReason> {
        let links = &self.request(request)?.signals;
        let at = links.binary_search_by_key(&signal, |link| link.signal).ok()?;
        Some(links[at].reason)
    }
}

/// What the catalogue says about a case.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Judgement {
    /// Rules that fired, by rule, then by time.
    pub findings: Vec<Finding>,
    /// Every signal that a finding rests on, also beyond the evidence that it shows; sorted.
    pub covered: Vec<SignalKey>,
    /// Rules that the capture cannot decide, by rule.
    pub undetermined: Vec<Undetermined>,
    /// What speaks for or against rules, by rule, then by request.
    pub arguments: Vec<Argument>,
    /// Per rule id, signals that are its events and lack the key of its scope, so that they took part in nothing.
    pub unkeyed: Vec<(String, u64)>,
}
