//! What is judged: the index of a case and the events found in it.

use std::sync::Arc;
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{
    Argument, Brief, Briefs, Coverage, Finding, LinkReason, Name, Names, Owners, Request, RequestKey,
    SignalKey, Timestamp, Undetermined,
};

use super::event::{EventHit, EventKey};

/// One signal that is an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    /// The signal.
    pub signal: SignalKey,
    /// Shared by the hits that captured the same; `None` for nothing.
    captures: Option<Arc<Captures>>,
}

/// Names and texts.
type Captures = Vec<(String, String)>;

impl Hit {
    pub(crate) fn new(signal: SignalKey, captures: Captures) -> Self {
        Self { signal, captures: (!captures.is_empty()).then(|| Arc::new(captures)) }
    }

    /// Names and texts, in order of the rule file.
    pub fn captures(&self) -> &[(String, String)] {
        self.captures.as_deref().map_or(&[], Vec::as_slice)
    }
}

/// Every event found in a case, per event in canonical order.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    by_event: FxHashMap<EventKey, Vec<Hit>>,
    /// What hits captured, each once.
    captured: FxHashSet<Arc<Captures>>,
}

impl Hits {
    /// Keeps what [`Catalogue::match_signal`] found; a signal that is given twice counts once.
    ///
    /// [`Catalogue::match_signal`]: super::Catalogue::match_signal
    pub fn collect(found: impl IntoIterator<Item = (SignalKey, EventHit)>) -> Self {
        let mut hits = Self::default();
        hits.add(found);
        hits.settle();
        hits
    }

    /// Adds what was found; [`settle`](Self::settle) after the last of it.
    pub fn add(&mut self, found: impl IntoIterator<Item = (SignalKey, EventHit)>) {
        for (signal, EventHit { event, captures }) in found {
            let captures = self.shared(captures);
            self.by_event.entry(event).or_default().push(Hit { signal, captures });
        }
    }

    fn shared(&mut self, captures: Captures) -> Option<Arc<Captures>> {
        if captures.is_empty() {
            return None;
        }
        if let Some(known) = self.captured.get(&captures) {
            return Some(Arc::clone(known));
        }
        let new = Arc::new(captures);
        self.captured.insert(Arc::clone(&new));
        Some(new)
    }

    /// Sorts what was added; a signal that was given twice counts once.
    pub fn settle(&mut self) {
        #[allow(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
        for hits in self.by_event.values_mut() {
            if !hits.is_sorted_by(|one, next| one.signal < next.signal) {
                hits.sort_by_key(|hit| hit.signal);
                hits.dedup_by_key(|hit| hit.signal);
            }
        }
    }

    /// Gives back memory that was kept for further hits.
    pub fn shrink(&mut self) {
        #[allow(clippy::iter_over_hash_type, reason = "each list is shrunk by itself")]
        self.by_event.values_mut().for_each(Vec::shrink_to_fit);
        self.captured = FxHashSet::default();
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
    pub briefs: &'a Briefs,
    /// The strings behind the briefs' names.
    pub names: &'a Names,
    /// Requests by key.
    pub requests: &'a [Request],
    /// Per signal, its request.
    pub request_of: &'a Owners,
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
    pub(crate) fn brief(&self, signal: SignalKey) -> Option<Brief> {
        self.briefs.get(signal.index())
    }

    pub(crate) fn time(&self, signal: SignalKey) -> Option<Timestamp> {
        self.brief(signal)?.timestamp
    }

    pub(crate) fn request_of(&self, signal: SignalKey) -> Option<RequestKey> {
        self.request_of.get(signal)
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
