//! Joins without a shared trace or request id, from a shared span or JSON-RPC id down to mere time. Each one
//! holds only where there is a single candidate: unassigned is better than wrong.

use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::model::{Brief, IdName, Kind, Layer, LinkReason, Name, SpanId, TimeRange};

use super::calls::{CallKind, NONE};
use super::intervals::Intervals;
use super::work::Work;

/// How far apart the two ends of one JSON-RPC exchange may see it.
const RPC_REACH: Duration = Duration::from_secs(2);

/// A key's only value: the first, or [`NONE`] once a second one came.
type Sole<K> = FxHashMap<K, u32>;

fn note<K: std::hash::Hash + Eq>(sole: &mut Sole<K>, key: K, call: u32) {
    sole.entry(key)
        .and_modify(|known| {
            if *known != call {
                *known = NONE;
            }
        })
        .or_insert(call);
}

/// Signals that state a span id and no trace id.
pub(super) fn by_span_id(work: &mut Work<'_>) {
    let free: Vec<(usize, SpanId)> = free_signals(work, |brief| brief.span);
    if free.is_empty() {
        return;
    }
    let mut owners: Sole<SpanId> = Sole::default();
    for signal in 0..work.call_of.len() {
        if let (Some(span), Some(call)) = (work.index.briefs.at(signal).span, work.call(signal)) {
            note(&mut owners, span, call);
        }
    }
    assign_sole(work, free, &owners, LinkReason::Span);
}

/// JSON-RPC ids: they count from 0 in every session, so the MCP session and the time must agree too. Joins the
/// client's exchange with the server's view of it, and free signals with either.
pub(super) fn by_rpc_id(work: &mut Work<'_>) {
    let key_of = |brief: &Brief| {
        (brief.mcp_session.is_some() && brief.rpc.is_some()).then_some((brief.mcp_session, brief.rpc))
    };
    if !work.index.briefs.iter().any(|brief| key_of(&brief).is_some()) {
        return;
    }
    let mut sides: [Sole<(IdName, Name)>; 2] = Default::default();
    for signal in 0..work.call_of.len() {
        if let (Some(key), Some(call)) = (key_of(&work.index.briefs.at(signal)), work.call(signal)) {
            note(&mut sides[usize::from(work.calls.kind(call) == CallKind::Client)], key, call);
        }
    }
    let windows = work.windows();
    let [served, asked] = &sides;
    for signal in 0..work.call_of.len() {
        let Some(key) = key_of(&work.index.briefs.at(signal)) else { continue };
        let sole = |side: &Sole<_>| side.get(&key).copied().filter(|call| *call != NONE);
        let (server, client) = (sole(served), sole(asked));
        if let (Some(server), Some(client)) = (server, client)
            && close(windows[server as usize], windows[client as usize])
        {
            work.calls.merge(server, client, LinkReason::Rpc);
        }
        if work.is_free(signal)
            && let Some(call) = server.or(client)
            && close(windows[call as usize], work.index.range(signal))
        {
            work.assign(signal, call, LinkReason::Rpc);
        }
    }
}

fn close(one: Option<TimeRange>, other: Option<TimeRange>) -> bool {
    one.zip(other).is_some_and(|(one, other)| {
        one.start.minus(RPC_REACH) <= other.end && other.start.minus(RPC_REACH) <= one.end
    })
}

/// Free signals of a session (the runtime's, then MCP's) that had one request in flight.
pub(super) fn by_session(work: &mut Work<'_>) {
    for session_of in [|brief: &Brief| brief.session, |brief: &Brief| brief.mcp_session] {
        let free = free_signals(work, |brief| Some(session_of(brief)).filter(|name| name.is_some()));
        if free.is_empty() {
            continue;
        }
        let mut windows: FxHashMap<(IdName, u32), TimeRange> = FxHashMap::default();
        let all = work.windows();
        let mut in_flight: FxHashMap<IdName, Intervals> = FxHashMap::default();
        for signal in 0..work.call_of.len() {
            let session = session_of(&work.index.briefs.at(signal));
            if !session.is_some() {
                continue;
            }
            let Some(call) = work.call(signal) else { continue };
            let Some(window) = all[call as usize] else { continue };
            if windows.insert((session, call), window).is_none() {
                in_flight.entry(session).or_default().push(window, call);
            }
        }
        seal(&mut in_flight);
        for (signal, session) in free {
            let at = work.index.briefs.at(signal).timestamp;
            if let Some(call) = at.and_then(|at| in_flight.get(&session)?.only_at(at)) {
                work.assign(signal, call, LinkReason::Session);
            }
        }
    }
}

/// Free container lines between two signals of a request in their stream, while no other request of that stream
/// was in flight: neither by the stream's own lines (positions in canonical order, so that ties stay in input
/// order) nor by what other sources know of its requests.
pub(super) fn by_stream(work: &mut Work<'_>) {
    let windows = work.windows();
    let (between, in_flight) = stream_intervals(work, &windows);
    for signal in 0..work.call_of.len() {
        let brief = work.index.briefs.at(signal);
        if !work.is_free(signal) || !is_container_line(&brief) {
            continue;
        }
        let Some(call) = between.get(&brief.stream).and_then(|lines| lines.only_at(position(signal))) else {
            continue;
        };
        let alone = brief.timestamp.is_none_or(|at| in_flight[&brief.stream].only_at(at) == Some(call));
        if alone {
            work.assign(signal, call, LinkReason::Stream);
        }
    }
}

type ByStream = FxHashMap<Name, Intervals>;

/// Per stream, the requests that have lines in it: from their first line to their last, and as a whole.
fn stream_intervals(work: &mut Work<'_>, windows: &[Option<TimeRange>]) -> (ByStream, ByStream) {
    let mut spread: FxHashMap<(Name, u32), (usize, usize)> = FxHashMap::default();
    let mut order = Vec::new();
    for signal in 0..work.call_of.len() {
        let brief = work.index.briefs.at(signal);
        if !brief.stream.is_some() || is_remote(&brief) {
            continue;
        }
        let Some(call) = work.call(signal) else { continue };
        let (_, last) = spread.entry((brief.stream, call)).or_insert_with(|| {
            order.push((brief.stream, call));
            (signal, signal)
        });
        *last = signal;
    }
    let (mut between, mut in_flight) = (ByStream::default(), ByStream::default());
    for key in order {
        let (first, last) = spread[&key];
        let lines = TimeRange { start: position(first), end: position(last) };
        between.entry(key.0).or_default().push(lines, key.1);
        let whole = in_flight.entry(key.0).or_default();
        if let Some(window) = windows[key.1 as usize] {
            whole.push(window, key.1);
        }
    }
    seal(&mut between);
    seal(&mut in_flight);
    (between, in_flight)
}

fn position(signal: usize) -> crate::model::Timestamp {
    crate::model::Timestamp(signal as i64)
}

/// Exchanges as the client saw them stand in a stream of their own that says nothing about the container.
fn is_remote(brief: &Brief) -> bool {
    matches!(brief.layer, Layer::Client | Layer::Control)
}

/// An OpenTelemetry record without a trace id is none of these: it says that no span was active. An access
/// line is none either: it may be all that its own request wrote.
fn is_container_line(brief: &Brief) -> bool {
    matches!(brief.kind, Kind::LogLine | Kind::Traceback | Kind::Text | Kind::Json | Kind::SdkLog)
        && brief.stream.is_some()
}

fn free_signals<K>(work: &Work<'_>, key: impl Fn(&Brief) -> Option<K>) -> Vec<(usize, K)> {
    let briefs = work.index.briefs.iter().enumerate();
    briefs
        .filter(|(signal, _)| work.is_free(*signal))
        .filter_map(|(signal, brief)| Some((signal, key(&brief)?)))
        .collect()
}

fn assign_sole<K: std::hash::Hash + Eq>(
    work: &mut Work<'_>,
    free: Vec<(usize, K)>,
    sole: &Sole<K>,
    reason: LinkReason,
) {
    for (signal, key) in free {
        if let Some(call) = sole.get(&key).copied().filter(|call| *call != NONE) {
            work.assign(signal, call, reason);
        }
    }
}

fn seal<K>(in_flight: &mut FxHashMap<K, Intervals>) {
    in_flight.values_mut().for_each(Intervals::seal);
}
