//! Groups signals into requests and records why each belongs (telemetry §5).
//!
//! Steps, strongest tie first: request ids that a record of the call itself states, lines and their copies in
//! OpenTelemetry, span ancestry, the trace as a whole; then ties that rest on time, each only where there is one candidate.

mod build;
mod calls;
mod endpoints;
mod intervals;
#[cfg(test)]
mod laws;
mod nearby;
mod outcome;
mod spans;
#[cfg(test)]
mod tests;
mod tools;
mod traces;
mod twins;
mod work;

use std::sync::Arc;

pub use spans::span_tree;

use crate::model::{Briefs, Names, Owners, Request};

use spans::Spans;
use work::Work;

/// Everything correlation looks at: the index of a case, in canonical order (time, then input order; a signal
/// without a time keeps its place behind the record before it).
#[derive(Clone, Copy, Debug)]
pub struct Index<'a> {
    /// One per signal.
    pub briefs: &'a Briefs,
    /// The strings behind the briefs' names.
    pub names: &'a Names,
}

/// Requests, and for each signal the one it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Correlation {
    /// Ordered by start, then by first signal.
    pub requests: Arc<Vec<Request>>,
    /// Per signal.
    pub request_of: Owners,
}

/// Correlates a case. Pure, linear in the number of signals but for sorting.
pub fn correlate(index: Index<'_>) -> Correlation {
    let mut work = Work::new(index);
    work::by_request_id(&mut work);
    let copies = twins::pair(&mut work);
    let mut spans = Spans::collect(&mut work);
    spans.nest(&mut work);
    spans.inherit(&mut work);
    traces::settle(&mut work, &spans);
    drop(spans);
    twins::follow(&mut work, &copies);
    drop(copies);
    nearby::by_span_id(&mut work);
    nearby::by_rpc_id(&mut work);
    endpoints::join(&mut work);
    nearby::by_session(&mut work);
    nearby::by_stream(&mut work);
    tools::join(&mut work);
    build::requests(&mut work)
}
