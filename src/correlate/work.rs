//! What the steps of correlation pass on: per signal the call it belongs to so far, and why.

use rustc_hash::FxHashMap;

use crate::model::{Brief, IdName, Kind, LinkReason, TimeRange};

use super::Index;
use super::calls::{CallKind, Calls, NONE};
use super::spans::{Entry, entry};

/// The state between steps. Call numbers grow in canonical order, so nothing depends on hashing.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) index: Index<'a>,
    pub(super) calls: Calls,
    /// Per signal, [`NONE`] while unassigned. Resolve before comparing.
    pub(super) call_of: Vec<u32>,
    /// Per signal; meaningful when assigned.
    pub(super) reason_of: Vec<LinkReason>,
}

impl<'a> Work<'a> {
    pub(super) fn new(index: Index<'a>) -> Self {
        let signals = index.briefs.len();
        Self {
            index,
            calls: Calls::default(),
            call_of: vec![NONE; signals],
            reason_of: vec![LinkReason::Trace; signals],
        }
    }

    pub(super) fn assign(&mut self, signal: usize, call: u32, reason: LinkReason) {
        self.call_of[signal] = call;
        self.reason_of[signal] = reason;
    }

    pub(super) fn is_free(&self, signal: usize) -> bool {
        self.call_of[signal] == NONE
    }

    /// The surviving call of an assigned signal.
    pub(super) fn call(&mut self, signal: usize) -> Option<u32> {
        let call = self.call_of[signal];
        (call != NONE).then(|| self.calls.find(call))
    }

    /// Per call, the time of the signals that the set it survives for holds; only survivors have one.
    pub(super) fn windows(&mut self) -> Vec<Option<TimeRange>> {
        let mut windows = vec![None; self.calls.len()];
        for signal in 0..self.call_of.len() {
            if let (Some(call), Some(range)) = (self.call(signal), self.index.range(signal)) {
                widen(&mut windows[call as usize], range);
            }
        }
        windows
    }
}

/// Extends `window` to hold `range`.
pub(super) fn widen(window: &mut Option<TimeRange>, range: TimeRange) {
    *window = Some(window.map_or(range, |window| window.including(range.start).including(range.end)));
}

impl<'a> Index<'a> {
    /// Span name, or method and path of an exchange.
    pub(super) fn span_name(&self, signal: usize) -> Option<&'a str> {
        self.names.text(self.briefs.at(signal).name)
    }

    /// First and last instant of a signal.
    pub(super) fn range(&self, signal: usize) -> Option<TimeRange> {
        let brief = self.briefs.at(signal);
        let start = brief.timestamp?;
        Some(TimeRange { start, end: brief.end.unwrap_or(start).max(start) })
    }

    /// What kind of server-side call this span begins, when it begins one.
    pub(super) fn entry(&self, signal: usize) -> Option<Entry> {
        is_span(&self.briefs.at(signal)).then(|| entry(self.span_name(signal)?)).flatten()
    }
}

/// Whether a signal is a node of a trace's tree.
pub(super) fn is_span(brief: &Brief) -> bool {
    matches!(brief.kind, Kind::Span | Kind::XraySegment)
}

/// Starts a call for every request id that a record of the call itself states, and for every client exchange.
///
/// An id that only a downstream AWS call carries (`aws.request_id` of a model call on an agent's CLIENT span)
/// starts none; but any signal that states an id which is known joins its call.
pub(super) fn by_request_id(work: &mut Work<'_>) {
    let briefs = work.index.briefs;
    let mut known: FxHashMap<IdName, u32> = FxHashMap::default();
    for (signal, brief) in briefs.iter().enumerate() {
        let Some(kind) = states_a_call(work.index, signal) else { continue };
        let call = if brief.request.is_some() {
            *known.entry(brief.request).or_insert_with(|| work.calls.add(kind))
        } else if brief.kind == Kind::HttpExchange {
            work.calls.add(kind)
        } else {
            continue;
        };
        work.calls.lift(call, kind);
        work.assign(signal, call, LinkReason::Request);
    }
    for (signal, brief) in briefs.iter().enumerate() {
        if work.is_free(signal)
            && let Some(call) = known.get(&brief.request)
        {
            work.assign(signal, *call, LinkReason::Request);
        }
    }
}

/// Who says so, when a record speaks of a call of its own.
fn states_a_call(index: Index<'_>, signal: usize) -> Option<CallKind> {
    let brief = index.briefs.at(signal);
    match brief.kind {
        Kind::GatewayLog => Some(CallKind::Gateway),
        Kind::RuntimeVended | Kind::SdkLog => Some(CallKind::Runtime),
        Kind::HttpExchange => Some(CallKind::Client),
        // A data event names the JSON-RPC call or the tool; a management event names neither.
        Kind::CloudTrail if brief.tool.is_some() || brief.rpc.is_some() => Some(CallKind::Gateway),
        _ => index.entry(signal).map(Entry::call_kind),
    }
}
