//! Requests and sessions: signals that belong together, and why.

use super::signal::{Outcome, words};
use super::{IdName, Links, Name, RequestKey, SignalKey, TimeRange, TraceName};

words! {
    /// Why a signal belongs to a request, strongest first.
    LinkReason {
        /// The same trace id.
        Trace = "trace-id",
        /// The same span id, or a span's child.
        Span = "span-id",
        /// The same request id.
        Request = "request-id",
        /// Same message in the same millisecond: an SDK line and its OTel copy.
        Twin = "message-and-millisecond",
        /// The same JSON-RPC id in the same MCP session.
        Rpc = "json-rpc-id",
        /// The same trace, which holds several requests: the one in flight at that time, else the trace's root.
        TraceTime = "trace-and-time",
        /// The same session, at a time when it had one request in flight.
        Session = "session-and-time",
        /// The same stream, between two signals of the request.
        Stream = "stream-and-time",
        /// The same tool at the same time.
        ToolTime = "tool-and-time",
    }
}

impl LinkReason {
    /// Whether only time ties the signal to its request.
    pub fn is_heuristic(self) -> bool {
        self >= Self::TraceTime
    }
}

/// One signal of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The signal.
    pub signal: SignalKey,
    /// Why it is here.
    pub reason: LinkReason,
}

/// One call: a Gateway request, an agent invocation, an MCP exchange.
///
/// A trace with several Gateway calls is several requests; the agent's own invocation is their `parent`.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Its key.
    pub key: RequestKey,
    /// Interned trace id, the first in canonical order when joined ones differ.
    pub trace: TraceName,
    /// Interned request id.
    pub request: IdName,
    /// Interned session id.
    pub session: IdName,
    /// Interned tool name.
    pub tool: Name,
    /// The request in whose course this one was made.
    pub parent: Option<RequestKey>,
    /// First and last instant; `None` when no signal has a time.
    pub window: Option<TimeRange>,
    /// Its signals in canonical order.
    pub signals: Links,
    /// Whether it failed.
    pub outcome: Outcome,
}

/// Spans of one request as a forest: `(signal, depth)` in drawing order, orphans as roots.
pub type SpanTree = Vec<(SignalKey, u16)>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_can_afford_its_requests_and_links() {
        assert_eq!((size_of::<Request>(), size_of::<Link>()), (72, 8));
    }
}
