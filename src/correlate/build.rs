//! From settled calls to requests in the order of the case.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Brief, Kind, Link, LinkReason, Links, Owners, Request, RequestKey, SignalKey, TimeRange};

use super::calls::{CallKind, NONE};
use super::work::{Work, widen};
use super::{Correlation, Index, outcome};

/// Numbers the surviving calls by start (those without a time last), then by first signal.
pub(super) fn requests(work: &mut Work<'_>) -> Correlation {
    let index = work.index;
    let table = Table::of(work);
    let mut drafts: Vec<(u32, Option<TimeRange>)> = table.calls().map(|call| (call, None)).collect();
    for (call, window) in &mut drafts {
        *window = span_of(index, table.links(*call));
    }
    drafts.sort_by_key(|(call, window)| {
        let start = window.map(|window| window.start);
        (start.is_none(), start, table.links(*call).first().map(|link| link.signal))
    });
    let mut key_of = vec![NONE; work.calls.len()];
    for ((call, _), key) in drafts.iter().zip(0..) {
        key_of[*call as usize] = key;
    }
    let Table { mut links, ends } = table;
    let mut request_of = Owners::nobody(work.call_of.len());
    let in_one_request = in_one_request(index, &links, &ends);
    for (call, _) in &drafts {
        for link in &mut links[range(&ends, *call)] {
            strengthen(index, link, &in_one_request);
            request_of.set(link.signal, RequestKey(key_of[*call as usize]));
        }
    }
    let links = Arc::new(links);
    let mut requests = Vec::with_capacity(drafts.len());
    for ((call, window), key) in drafts.into_iter().zip(0..) {
        let made_by = work.calls.parent(call).map(|parent| key_of[parent as usize]);
        let own = range(&ends, call);
        let mut request =
            describe(index, RequestKey(key), Links::part(&links, own.start as u32..own.end as u32));
        request.parent = made_by.filter(|key| *key != NONE).map(RequestKey);
        request.window = window;
        requests.push(request);
    }
    cut_circles(&mut requests);
    Correlation { requests: Arc::new(requests), request_of }
}

/// The links of all calls, one call behind the other, those of each in canonical order.
struct Table {
    links: Vec<Link>,
    /// Where the links of each call end; they begin where those of the call before it end.
    ends: Vec<u32>,
}

impl Table {
    /// Resolves every signal's call.
    fn of(work: &mut Work<'_>) -> Self {
        let mut ends = vec![0u32; work.calls.len()];
        for signal in 0..work.call_of.len() {
            if let Some(call) = work.call(signal) {
                ends[call as usize] += 1;
            }
        }
        // First to where each call's links begin; filling moves it to where they end.
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let mut links = vec![Link { signal: SignalKey(0), reason: LinkReason::Trace }; total as usize];
        for signal in 0..work.call_of.len() {
            if work.is_free(signal) {
                continue;
            }
            let (call, via) = work.calls.resolve(work.call_of[signal]);
            let end = &mut ends[call as usize];
            links[*end as usize] =
                Link { signal: SignalKey(signal as u32), reason: work.reason_of[signal].max(via) };
            *end += 1;
        }
        Self { links, ends }
    }

    /// Calls that have signals.
    fn calls(&self) -> impl Iterator<Item = u32> {
        (0..self.ends.len() as u32).filter(|call| !range(&self.ends, *call).is_empty())
    }

    fn links(&self, call: u32) -> &[Link] {
        &self.links[range(&self.ends, call)]
    }
}

/// Where the links of a call lie.
fn range(ends: &[u32], call: u32) -> Range<usize> {
    let call = call as usize;
    let start = call.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[call] as usize
}

fn span_of(index: Index<'_>, links: &[Link]) -> Option<TimeRange> {
    let mut window = None;
    for range in links.iter().filter_map(|link| index.range(link.signal.index())) {
        widen(&mut window, range);
    }
    window
}

/// Per name of a trace, whether all its signals are in one request.
fn in_one_request(index: Index<'_>, links: &[Link], ends: &[u32]) -> Vec<bool> {
    let trace_of = |link: &Link| index.briefs.at(link.signal.index()).trace.0 as usize;
    let traces = links.iter().map(trace_of).max().map_or(0, |last| last + 1);
    let mut only = vec![NONE; traces];
    let mut is_one = vec![true; traces];
    for call in 0..ends.len() as u32 {
        for link in &links[range(ends, call)] {
            let trace = trace_of(link);
            if only[trace] == NONE {
                only[trace] = call;
            }
            is_one[trace] &= only[trace] == call;
        }
    }
    is_one
}

/// The trace id alone decides where the whole trace is one request, whatever step found it first.
fn strengthen(index: Index<'_>, link: &mut Link, in_one_request: &[bool]) {
    let trace = index.briefs.at(link.signal.index()).trace;
    let by_id = matches!(link.reason, LinkReason::Span | LinkReason::Request);
    if by_id && trace.is_some() && in_one_request[trace.0 as usize] {
        link.reason = LinkReason::Trace;
    }
}

fn describe(index: Index<'_>, key: RequestKey, links: Links) -> Request {
    let own_id = links.iter().filter_map(|link| {
        let id = index.briefs.at(link.signal.index()).request;
        Some((authority(index, link.signal.index()).filter(|_| id.is_some())?, id))
    });
    Request {
        key,
        trace: first(index, &links, |brief| Some(brief.trace).filter(|trace| trace.is_some())),
        request: own_id.min_by_key(|(authority, _)| *authority).map(|(_, id)| id).unwrap_or_default(),
        session: first(index, &links, |brief| Some(brief.session).filter(|session| session.is_some())),
        tool: first(index, &links, |brief| Some(brief.tool).filter(|tool| tool.is_some())),
        parent: None,
        window: None,
        outcome: outcome::of(index, &links),
        signals: links,
    }
}

/// What the first signal says that more than time ties to the request, else the first of any.
fn first<T: Default>(index: Index<'_>, links: &[Link], says: impl Fn(&Brief) -> Option<T>) -> T {
    let said = |link: &Link| says(&index.briefs.at(link.signal.index()));
    let sure = links.iter().filter(|link| !link.reason.is_heuristic()).find_map(said);
    sure.or_else(|| links.iter().find_map(said)).unwrap_or_default()
}

/// Whose request id names the request: the Gateway's before the Runtime's before the client's.
fn authority(index: Index<'_>, signal: usize) -> Option<CallKind> {
    match index.briefs.at(signal).kind {
        Kind::GatewayLog | Kind::CloudTrail => Some(CallKind::Gateway),
        Kind::RuntimeVended | Kind::SdkLog => Some(CallKind::Runtime),
        Kind::HttpExchange => Some(CallKind::Client),
        _ => index.entry(signal).map(super::spans::Entry::call_kind),
    }
}

/// Parents named by damaged records may run in a circle; the request that closes one loses its parent.
fn cut_circles(requests: &mut [Request]) {
    let mut settled = vec![false; requests.len()];
    let mut on_way = vec![usize::MAX; requests.len()];
    for start in 0..requests.len() {
        let mut at = start;
        while !settled[at] {
            settled[at] = true;
            on_way[at] = start;
            let Some(parent) = requests[at].parent.map(RequestKey::index) else { break };
            if on_way[parent] == start {
                requests[at].parent = None;
                break;
            }
            at = parent;
        }
    }
}
