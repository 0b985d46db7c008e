//! Groups signals into requests and records why each belongs.

use crate::model::{Brief, Names, Request, RequestKey, SpanFacts};

/// Everything correlation looks at: the index of a case, in canonical order (time, then input order; signals
/// without a time come last).
#[derive(Clone, Copy, Debug)]
pub struct Index<'a> {
    /// One per signal.
    pub briefs: &'a [Brief],
    /// Addressed by [`Brief::span_facts`].
    pub spans: &'a [SpanFacts],
    /// The strings behind the briefs' names.
    pub names: &'a Names,
}

/// Requests, and for each signal the one it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Correlation {
    /// Ordered by start, then by first signal.
    pub requests: Vec<Request>,
    /// Per signal.
    pub request_of: Vec<Option<RequestKey>>,
}

/// Correlates a case. Pure, linear in the number of signals but for sorting.
pub fn correlate(index: Index<'_>) -> Correlation {
    Correlation { requests: Vec::new(), request_of: vec![None; index.briefs.len()] }
}
