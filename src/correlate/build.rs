//! From settled calls to requests in the order of the case.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{Kind, Link, LinkReason, Name, Request, RequestKey, SignalKey, TimeRange, TraceId};

use super::calls::{CallKind, NONE};
use super::work::{Work, widen};
use super::{Correlation, Index, outcome};

/// Numbers the surviving calls by start (those without a time last), then by first signal.
pub(super) fn requests(work: &mut Work<'_>) -> Correlation {
    let mut links_of: Vec<Vec<Link>> = vec![Vec::new(); work.calls.len()];
    for signal in 0..work.call_of.len() {
        if work.call_of[signal] == NONE {
            continue;
        }
        let (call, via) = work.calls.resolve(work.call_of[signal]);
        let reason = work.reason_of[signal].max(via);
        links_of[call as usize].push(Link { signal: SignalKey(signal as u32), reason });
    }
    let mut drafts: Vec<(u32, Option<TimeRange>, Vec<Link>)> = Vec::new();
    for (call, links) in links_of.into_iter().enumerate() {
        if !links.is_empty() {
            drafts.push((call as u32, window(work.index, &links), links));
        }
    }
    drafts.sort_by_key(|(_, window, links)| {
        let start = window.map(|window| window.start);
        (start.is_none(), start, links.first().map(|link| link.signal))
    });
    let mut key_of = vec![None; work.calls.len()];
    for (key, (call, ..)) in drafts.iter().enumerate() {
        key_of[*call as usize] = Some(RequestKey(key as u32));
    }
    let requests_per_trace = requests_per_trace(work.index, &drafts);
    let mut requests = Vec::with_capacity(drafts.len());
    let mut request_of = vec![None; work.call_of.len()];
    for (key, (call, window, mut links)) in drafts.into_iter().enumerate() {
        let key = RequestKey(key as u32);
        let parent = work.calls.parent(call).and_then(|parent| key_of[parent as usize]);
        strengthen(work.index, &mut links, &requests_per_trace);
        for link in &links {
            request_of[link.signal.index()] = Some(key);
        }
        let mut request = describe(work.index, key, links);
        (request.parent, request.window) = (parent, window);
        requests.push(request);
    }
    cut_circles(&mut requests);
    Correlation { requests: Arc::new(requests), request_of }
}

fn window(index: Index<'_>, links: &[Link]) -> Option<TimeRange> {
    let mut window = None;
    for range in links.iter().filter_map(|link| index.range(link.signal.index())) {
        widen(&mut window, range);
    }
    window
}

/// Number of requests that each trace takes part in.
fn requests_per_trace(
    index: Index<'_>,
    drafts: &[(u32, Option<TimeRange>, Vec<Link>)],
) -> FxHashMap<Name, u32> {
    let mut last: FxHashMap<Name, u32> = FxHashMap::default();
    let mut count: FxHashMap<Name, u32> = FxHashMap::default();
    for (call, _, links) in drafts {
        for link in links {
            let trace = index.briefs[link.signal.index()].trace;
            if trace.is_some() && last.insert(trace, *call) != Some(*call) {
                *count.entry(trace).or_default() += 1;
            }
        }
    }
    count
}

/// The trace id alone decides where the whole trace is one request, whatever step found it first.
fn strengthen(index: Index<'_>, links: &mut [Link], requests_per_trace: &FxHashMap<Name, u32>) {
    for link in links {
        let trace = index.briefs[link.signal.index()].trace;
        let by_id = matches!(link.reason, LinkReason::Span | LinkReason::Request);
        if by_id && requests_per_trace.get(&trace) == Some(&1) {
            link.reason = LinkReason::Trace;
        }
    }
}

fn describe(index: Index<'_>, key: RequestKey, links: Vec<Link>) -> Request {
    let briefs = || links.iter().map(|link| (link, &index.briefs[link.signal.index()]));
    let sure = || briefs().filter(|(link, _)| !link.reason.is_heuristic()).map(|(_, brief)| brief);
    let first = |name: fn(&crate::model::Brief) -> Name| {
        let sure = sure().map(name).find(|name| name.is_some());
        sure.or_else(|| briefs().map(|(_, brief)| name(brief)).find(|name| name.is_some()))
            .unwrap_or(Name::NONE)
    };
    let trace = first(|brief| brief.trace);
    let own_id = briefs()
        .filter(|(_, brief)| brief.request.is_some())
        .filter_map(|(link, brief)| Some((authority(index, link.signal.index())?, brief.request)))
        .min_by_key(|(authority, _)| *authority);
    Request {
        key,
        trace: index.names.text(trace).and_then(|text| TraceId::parse(text.as_bytes())),
        request: own_id.map_or(Name::NONE, |(_, id)| id),
        session: first(|brief| brief.session),
        tool: first(|brief| brief.tool),
        parent: None,
        window: None,
        outcome: outcome::of(index, &links),
        signals: links,
    }
}

/// Whose request id names the request: the Gateway's before the Runtime's before the client's.
fn authority(index: Index<'_>, signal: usize) -> Option<CallKind> {
    match index.briefs[signal].kind {
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
