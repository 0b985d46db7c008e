//! What ancestry left open within one trace: which Runtime record belongs to which Gateway call, who made whose
//! call, and where signals go that carry the trace id alone.

use rustc_hash::FxHashMap;

use crate::model::{LinkReason, TimeRange, TraceName};

use super::calls::{CallKind, NONE};
use super::intervals::Intervals;
use super::spans::Spans;
use super::work::{Work, is_span, widen};

/// One trace while it is settled.
#[derive(Debug, Default)]
struct Trace {
    /// Surviving calls, in canonical order.
    calls: Vec<u32>,
    /// Signals without a call.
    free: Vec<usize>,
}

/// Settles every trace; afterwards each signal with a trace id has a call.
pub(super) fn settle(work: &mut Work<'_>, spans: &Spans) {
    let mut windows = work.windows();
    for mut trace in gather(work) {
        same_call_by_time(work, &mut trace, &mut windows);
        parents_by_time(work, &trace, &windows);
        place_free(work, spans, &trace, &windows);
    }
}

fn gather(work: &mut Work<'_>) -> Vec<Trace> {
    let mut traces: Vec<Trace> = Vec::new();
    let mut known: FxHashMap<TraceName, usize> = FxHashMap::default();
    for (signal, brief) in work.index.briefs.iter().enumerate() {
        if !brief.trace.is_some() {
            continue;
        }
        let at = *known.entry(brief.trace).or_insert_with(|| {
            traces.push(Trace::default());
            traces.len() - 1
        });
        match work.call(signal) {
            None => traces[at].free.push(signal),
            Some(call) if traces[at].calls.last() != Some(&call) => traces[at].calls.push(call),
            Some(_) => {}
        }
    }
    for trace in &mut traces {
        trace.calls.sort_unstable();
        trace.calls.dedup();
    }
    traces
}

/// A Runtime call that begins within exactly one Gateway call, which holds no other, is that call's target
/// (telemetry §5.2: 48 of 48); a client's exchange that holds exactly one outermost call is that call.
fn same_call_by_time(work: &mut Work<'_>, trace: &mut Trace, windows: &mut [Option<TimeRange>]) {
    if trace.calls.len() < 2 {
        return;
    }
    for (holder, held) in [(CallKind::Gateway, CallKind::Runtime), (CallKind::Client, CallKind::Gateway)] {
        let mut holders = Intervals::default();
        for call in &trace.calls {
            if work.calls.kind(*call) == holder
                && let Some(window) = windows[*call as usize]
            {
                holders.push(window, *call);
            }
        }
        holders.seal();
        let mut pairs = Vec::new();
        for call in &trace.calls {
            let kind = work.calls.kind(*call);
            let fits = kind == held || (holder == CallKind::Client && kind == CallKind::Runtime);
            if fits
                && work.calls.parent(*call).is_none()
                && let Some(window) = windows[*call as usize]
                && let Some(holder) = holders.only_at(window.start)
            {
                pairs.push((holder, *call));
            }
        }
        merge_lone_pairs(work, pairs, windows);
        for call in &mut trace.calls {
            *call = work.calls.find(*call);
        }
        trace.calls.sort_unstable();
        trace.calls.dedup();
    }
}

fn merge_lone_pairs(work: &mut Work<'_>, mut pairs: Vec<(u32, u32)>, windows: &mut [Option<TimeRange>]) {
    pairs.sort_unstable();
    for same_holder in pairs.chunk_by(|a, b| a.0 == b.0) {
        let [(holder, held)] = same_holder else { continue };
        let call = work.calls.merge(*holder, *held, LinkReason::Trace);
        for part in [*holder, *held] {
            if let Some(window) = windows[part as usize] {
                widen(&mut windows[call as usize], window);
            }
        }
    }
}

/// The invocation in whose course a call was made: the only one there is, else the only one in flight.
fn parents_by_time(work: &mut Work<'_>, trace: &Trace, windows: &[Option<TimeRange>]) {
    let invocations: Vec<u32> =
        trace.calls.iter().copied().filter(|call| work.calls.kind(*call) == CallKind::Runtime).collect();
    let mut in_flight = Intervals::default();
    for call in &invocations {
        if let Some(window) = windows[*call as usize] {
            in_flight.push(window, *call);
        }
    }
    in_flight.seal();
    for call in &trace.calls {
        if work.calls.kind(*call) != CallKind::Gateway || work.calls.parent(*call).is_some() {
            continue;
        }
        let parent = match invocations[..] {
            [only] => Some(only),
            _ => windows[*call as usize].and_then(|window| in_flight.only_at(window.start)),
        };
        // An invocation that this Gateway call caused cannot have caused it.
        if let Some(parent) = parent.filter(|parent| work.calls.parent(*parent) != Some(*call)) {
            work.calls.set_parent(*call, parent);
        }
    }
}

fn place_free(work: &mut Work<'_>, spans: &Spans, trace: &Trace, windows: &[Option<TimeRange>]) {
    if trace.free.is_empty() {
        return;
    }
    let mut root = root_of(work, trace);
    if let [only] = trace.calls[..] {
        if !happens_around(work, trace, only) {
            trace.free.iter().for_each(|signal| work.assign(*signal, only, LinkReason::Trace));
            return;
        }
        root = NONE;
    }
    if root == NONE {
        root = work.calls.add(CallKind::Trace);
        trace.calls.iter().for_each(|call| work.calls.set_parent(*call, root));
    }
    let mut in_flight = Intervals::default();
    for call in &trace.calls {
        if let Some(window) = windows[*call as usize] {
            in_flight.push(window, *call);
        }
    }
    in_flight.seal();
    for signal in &trace.free {
        let brief = work.index.briefs.at(*signal);
        // Ancestry has spoken: a captured span that no call encloses is the invocation's own.
        let outside = trace.calls.is_empty() || spans.holds(brief.trace, brief.span);
        if outside {
            work.assign(*signal, root, LinkReason::Trace);
        } else {
            let holder = brief.timestamp.and_then(|at| in_flight.only_at(at)).unwrap_or(root);
            work.assign(*signal, holder, LinkReason::TraceTime);
        }
    }
}

/// The only outermost call of a trace, unless it is a Gateway call beside others: then the invocation that made
/// them is not in the capture.
fn root_of(work: &mut Work<'_>, trace: &Trace) -> u32 {
    let mut outermost = trace.calls.iter().copied().filter(|call| {
        let parent = work.calls.parent(*call);
        parent.is_none_or(|parent| trace.calls.binary_search(&parent).is_err())
    });
    match (outermost.next(), outermost.next()) {
        (Some(root), None) => root,
        _ => NONE,
    }
}

/// Whether a Gateway call's own span is captured and spans outside of it are too: those belong to a caller.
fn happens_around(work: &mut Work<'_>, trace: &Trace, call: u32) -> bool {
    work.calls.kind(call) == CallKind::Gateway
        && work.calls.is_spanned(call)
        && trace.free.iter().any(|signal| is_span(&work.index.briefs.at(*signal)))
}
