//! What a request is called when a case is read again with more in it: keys then change, identities do not.

use std::borrow::Cow;

use super::Snapshot;
use crate::model::{Name, Request, RequestKey, Timestamp, TraceId};

/// Names a request across snapshots of a growing capture: its ids, and where it began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestHandle {
    request: Option<String>,
    trace: Option<TraceId>,
    tool: Option<String>,
    start: Option<Timestamp>,
    /// Among the requests that are equal in all of these.
    ordinal: u32,
}

/// How well a request fits a handle: the request id before the trace id, the beginning and the tool.
type Fit = (bool, bool, bool, bool);

impl Snapshot {
    /// A handle to `request`; `None` when there is no such request.
    pub fn handle(&self, request: RequestKey) -> Option<RequestHandle> {
        let found = self.requests.get(request.index())?;
        let is_equal = |other: &&Request| {
            (other.request, other.trace, other.tool) == (found.request, found.trace, found.tool)
                && start(other) == start(found)
        };
        // Requests are in order of their start, so equal ones lie close together.
        let before = self.requests[..request.index()].iter().rev();
        let before = before.take_while(|other| start(other) == start(found));
        Some(RequestHandle {
            request: self.names.id(found.request).map(Cow::into_owned),
            trace: self.names.trace(found.trace),
            tool: self.names.text(found.tool).map(str::to_owned),
            start: start(found),
            ordinal: before.filter(is_equal).count() as u32,
        })
    }

    /// The requests that begin at a time. Those without one come last.
    fn beginning_at(&self, at: Option<Timestamp>) -> &[Request] {
        let place = |at: Option<Timestamp>| (at.is_none(), at);
        let from = self.requests.partition_point(|request| place(start(request)) < place(at));
        let same = self.requests[from..].iter().take_while(|request| start(request) == at).count();
        &self.requests[from..from + same]
    }

    /// The request that `handle` names, of whichever snapshot it was taken: the one with its request id, else the one
    /// of its trace, else the one of its tool that begins at its time; of several the one that fits best. `None` when
    /// there is none.
    pub fn find(&self, handle: &RequestHandle) -> Option<RequestKey> {
        let request = handle.request.as_deref().and_then(|id| self.names.find_id(id));
        let tool = handle.tool.as_deref().and_then(|tool| self.names.find(tool));
        let trace = handle.trace.and_then(|id| self.names.find_trace(id));
        let fit = |found: &Request| -> Option<Fit> {
            let fit = (
                request.is_some_and(|request| request == found.request),
                trace.is_some_and(|trace| trace == found.trace),
                handle.start == start(found),
                tool.unwrap_or(Name::NONE) == found.tool,
            );
            (fit.0 || fit.1 || (fit.2 && fit.3)).then_some(fit)
        };
        // Mostly it is where it was in time, and nothing can fit better.
        let perfect = (handle.request.is_some(), handle.trace.is_some(), true, true);
        let same = self.beginning_at(handle.start);
        let (among, best) = match same.iter().filter_map(fit).max() {
            Some(best) if best == perfect => (same, best),
            _ => (&self.requests[..], self.requests.iter().filter_map(fit).max()?),
        };
        let mut fitting = among.iter().filter(|request| fit(request) == Some(best));
        let first = fitting.next()?.key;
        Some(match handle.ordinal {
            0 => first,
            ordinal => fitting.take(ordinal as usize).last().map_or(first, |request| request.key),
        })
    }
}

fn start(request: &Request) -> Option<Timestamp> {
    request.window.map(|window| window.start)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{IdName, Links, Names, Outcome, TimeRange, TraceName};

    /// Requests of (request id, trace, tool, start), in the order given.
    fn snapshot(requests: &[(&str, u8, &str, i64)]) -> Snapshot {
        let mut names = Names::default();
        let requests = requests.iter().zip(0..).map(|((id, trace, tool, at), key)| Request {
            key: RequestKey(key),
            trace: if *trace > 0 { names.intern_trace(TraceId([*trace; 16])) } else { TraceName::NONE },
            request: names.intern_id(Some(*id).filter(|id| !id.is_empty())),
            session: IdName::NONE,
            tool: names.intern_opt(Some(*tool).filter(|tool| !tool.is_empty())),
            parent: None,
            window: Some(TimeRange { start: Timestamp(*at), end: Timestamp(*at) }),
            signals: Links::default(),
            outcome: Outcome::Unknown,
        });
        let requests = Arc::new(requests.collect());
        Snapshot { requests, names: Arc::new(names), ..Snapshot::default() }
    }

    #[test]
    fn a_request_is_found_again_after_others_came_before_it() {
        let early = snapshot(&[("a", 1, "t", 10), ("", 2, "t", 20), ("", 0, "u", 30), ("", 0, "u", 30)]);
        let late = snapshot(&[
            ("z", 9, "t", 5),
            ("", 2, "x", 8),
            ("a", 1, "t", 9),
            ("b", 2, "t", 20),
            ("", 0, "u", 30),
            ("", 0, "u", 30),
        ]);
        let found = |key| late.find(&early.handle(RequestKey(key)).unwrap()).map(|key| key.0);
        assert_eq!([found(0), found(1), found(2), found(3)], [Some(2), Some(3), Some(4), Some(5)]);
        assert_eq!(early.find(&late.handle(RequestKey(0)).unwrap()), None);
        assert_eq!(early.handle(RequestKey(9)), None);
    }

    #[test]
    fn every_request_of_a_snapshot_finds_itself() {
        let case =
            snapshot(&[("a", 1, "t", 1), ("a", 1, "t", 1), ("", 0, "", 2), ("", 0, "", 2), ("", 1, "", 2)]);
        for request in case.requests.iter() {
            assert_eq!(case.find(&case.handle(request.key).unwrap()), Some(request.key));
        }
    }
}
