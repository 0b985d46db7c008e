//! One HTTP request seen from two ends: a client's exchange, the server's span and the access line. Without a
//! shared id only method, path and time can tell, so each join needs a single candidate both ways.

use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{Kind, LinkReason, Name, Outcome, TimeRange, Timestamp};

use super::calls::CallKind;
use super::intervals::Intervals;
use super::spans::Entry;
use super::tools::without_target;
use super::work::{Work, is_span};

/// Clients note start and length of an exchange in milliseconds, so that one may begin before the one before it
/// has ended, and end before the server's span has.
const CLOCK_GRAIN: Duration = Duration::from_millis(1);
/// A container's line reaches the log service a little after it was written.
const ARRIVAL: Duration = Duration::from_millis(3);

/// A server may be busy with a call for a moment after its answer has arrived, not longer.
const AFTER_ANSWER: Duration = Duration::from_millis(50);

type ByMethod<'a> = FxHashMap<&'a str, Intervals>;

/// Joins exchanges with the server's spans, then access lines with either.
pub(super) fn join(work: &mut Work<'_>) {
    exchanges_with_servers(work);
    access_lines(work);
}

fn exchanges_with_servers(work: &mut Work<'_>) {
    let briefs = work.index.briefs;
    let (mut exchanges, mut rounded) = (ByMethod::default(), ByMethod::default());
    let mut exchange_of: FxHashMap<u32, (&str, Option<Timestamp>)> = FxHashMap::default();
    // A call that an id ties to its exchange is no candidate for another one.
    let mut answered: FxHashSet<u32> = FxHashSet::default();
    for (signal, brief) in briefs.iter().enumerate() {
        let Some((name, range, call)) = exchange_call(work, signal) else { continue };
        if work.calls.kind(call) == CallKind::Client {
            exchanges.entry(method(name)).or_default().push(range, call);
            let until = TimeRange { end: range.end.plus(CLOCK_GRAIN), ..range };
            rounded.entry(method(name)).or_default().push(until, call);
            let until = (brief.outcome == Outcome::Ok).then_some(range.end);
            exchange_of.insert(call, (name, until));
        } else {
            answered.insert(call);
        }
    }
    if exchanges.is_empty() {
        return;
    }
    exchanges.values_mut().chain(rounded.values_mut()).for_each(Intervals::seal);
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let mut begun_at: FxHashMap<&str, Vec<(Timestamp, u32)>> = FxHashMap::default();
    for signal in 0..briefs.len() {
        let Some((name, range, call)) = server_call(work, signal) else { continue };
        if answered.contains(&call) {
            continue;
        }
        begun_at.entry(name).or_default().push((range.start, call));
        let begun = (CLOCK_GRAIN / 2).min(Duration::from_nanos(range.end.since(range.start) as u64 / 2));
        let at = range.start.plus(begun);
        let holder = |exchanges: &ByMethod<'_>| exchanges.get(method(name))?.only_at(at);
        let holder = holder(&exchanges).or_else(|| holder(&rounded));
        let fits = |exchange: &u32| {
            let (asked, until) = exchange_of[exchange];
            same_path(asked, name) && until.is_none_or(|until| range.end <= until.plus(AFTER_ANSWER))
        };
        if let Some(exchange) = holder.filter(fits) {
            pairs.push((exchange, call));
        }
    }
    #[allow(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
    for begun in begun_at.values_mut() {
        begun.sort_unstable();
    }
    let range_of = work.windows();
    pairs.retain(|(exchange, call)| {
        let Some(range) = range_of[*exchange as usize] else { return true };
        !begun_at.iter().any(|(name, begun)| {
            let from = begun.partition_point(|(start, _)| *start < range.start);
            let inside = begun[from..].iter().take_while(|(start, _)| *start <= range.end);
            same_path(exchange_of[exchange].0, name) && inside.into_iter().any(|(_, other)| other != call)
        })
    });
    merge_lone_pairs(work, pairs);
    traces_within_exchanges(work);
}

/// A server that was killed or is still busy leaves spans of a trace without the one that began it: the exchange
/// that nobody answered for is theirs when it holds a single such trace.
fn traces_within_exchanges(work: &mut Work<'_>) {
    let served = served_for_nobody(work);
    let mut unanswered = Intervals::default();
    for signal in 0..work.index.briefs.len() {
        let Some((name, range, call)) = exchange_call(work, signal) else { continue };
        let is_served = || {
            served.iter().any(|(path, starts)| {
                let from = starts.partition_point(|start| *start < range.start);
                same_path(path, name) && starts.get(from).is_some_and(|start| *start <= range.end)
            })
        };
        if work.calls.kind(call) == CallKind::Client && method(name) == "POST" && !is_served() {
            unanswered.push(range, call);
        }
    }
    unanswered.seal();
    let windows = work.windows();
    let mut pairs = Vec::new();
    for (call, window) in windows.iter().enumerate() {
        let call = call as u32;
        let Some(window) = window.filter(|_| work.calls.kind(call) == CallKind::Trace) else { continue };
        if let Some(exchange) = unanswered.only_at(window.start) {
            pairs.push((exchange, call));
        }
    }
    merge_lone_pairs(work, pairs);
}

/// By name, when calls began at a server that no exchange and no Gateway is known to have made: an exchange at that
/// time may be any of theirs.
fn served_for_nobody<'a>(work: &mut Work<'a>) -> FxHashMap<&'a str, Vec<Timestamp>> {
    let signals = 0..work.index.briefs.len();
    let asked: FxHashSet<u32> =
        signals.clone().filter_map(|signal| Some(exchange_call(work, signal)?.2)).collect();
    let mut served: FxHashMap<&str, Vec<Timestamp>> = FxHashMap::default();
    for signal in signals {
        let Some((name, range, call)) = server_call(work, signal) else { continue };
        if !asked.contains(&call) && work.calls.kind(call) != CallKind::Gateway {
            served.entry(name).or_default().push(range.start);
        }
    }
    #[allow(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
    for starts in served.values_mut() {
        starts.sort_unstable();
    }
    served
}

/// Merges each exchange that holds a single call with that call.
fn merge_lone_pairs(work: &mut Work<'_>, mut pairs: Vec<(u32, u32)>) {
    pairs.sort_unstable();
    pairs.dedup();
    let tool_of = tools(work);
    let tool = |call: &u32| work.index.names.text(*tool_of.get(call)?).map(without_target);
    let are_others = |exchange, call| tool(exchange).zip(tool(call)).is_some_and(|(asked, ran)| asked != ran);
    for same_exchange in pairs.chunk_by(|a, b| a.0 == b.0) {
        if let [(exchange, call)] = same_exchange
            && !are_others(exchange, call)
        {
            work.calls.merge(*exchange, *call, LinkReason::ToolTime);
        }
    }
}

/// The tool that each call names first.
fn tools(work: &mut Work<'_>) -> FxHashMap<u32, Name> {
    let briefs = work.index.briefs;
    let mut tool_of = FxHashMap::default();
    for (signal, brief) in briefs.iter().enumerate() {
        if brief.tool.is_some()
            && let Some(call) = work.call(signal)
        {
            tool_of.entry(call).or_insert(brief.tool);
        }
    }
    tool_of
}

/// Name, time and call of a span that an HTTP server opened.
fn server_call<'a>(work: &mut Work<'a>, signal: usize) -> Option<(&'a str, TimeRange, u32)> {
    let index = work.index;
    let name = index.span_name(signal)?;
    let begins = index.entry(signal) == Some(Entry::Server);
    let brief = index.briefs.at(signal);
    let is_root = is_span(&brief) && brief.parent.is_none();
    let call = work.call(signal).filter(|_| begins || (is_root && is_http(name)))?;
    Some((name, index.range(signal)?, call))
}

/// Name, time and call of a client's exchange.
fn exchange_call<'a>(work: &mut Work<'a>, signal: usize) -> Option<(&'a str, TimeRange, u32)> {
    let index = work.index;
    if index.briefs.at(signal).kind != Kind::HttpExchange {
        return None;
    }
    Some((index.span_name(signal)?, index.range(signal)?, work.call(signal)?))
}

/// An access line belongs to the only request of its method and path that was being served.
fn access_lines(work: &mut Work<'_>) {
    let briefs = work.index.briefs;
    let lines: Vec<usize> = (0..briefs.len())
        .filter(|signal| briefs.at(*signal).kind == Kind::AccessLog && work.is_free(*signal))
        .collect();
    if lines.is_empty() {
        return;
    }
    let (serving, name_of) = being_served(work);
    let console_of = consoles(work);
    for signal in lines {
        let (Some(name), Some(at)) = (work.index.span_name(signal), briefs.at(signal).timestamp) else {
            continue;
        };
        let call = serving.get(method(name)).and_then(|served| served.only_at(at));
        let elsewhere =
            |call: &u32| console_of.get(call).is_some_and(|stream| *stream != briefs.at(signal).stream);
        if let Some(call) = call.filter(|call| same_path(name_of[call], name) && !elsewhere(call)) {
            work.assign(signal, call, LinkReason::ToolTime);
        }
    }
}

/// In which stream the console lines of each request stand: its access line stands there too.
fn consoles(work: &mut Work<'_>) -> FxHashMap<u32, Name> {
    let briefs = work.index.briefs;
    let mut console_of = FxHashMap::default();
    for (signal, brief) in briefs.iter().enumerate() {
        let is_console = matches!(brief.kind, Kind::LogLine | Kind::Traceback | Kind::Text | Kind::SdkLog);
        if is_console
            && brief.stream.is_some()
            && let Some(call) = work.call(signal)
        {
            console_of.entry(call).or_insert(brief.stream);
        }
    }
    console_of
}

/// By method, when each request was being served; and the method and path of each.
fn being_served<'a>(work: &mut Work<'a>) -> (ByMethod<'a>, FxHashMap<u32, &'a str>) {
    let mut spread: FxHashMap<u32, (TimeRange, &str)> = FxHashMap::default();
    let mut order = Vec::new();
    for signal in 0..work.call_of.len() {
        let Some((name, range, call)) = exchange_call(work, signal).or_else(|| server_call(work, signal))
        else {
            continue;
        };
        let known = spread.entry(call).or_insert_with(|| {
            order.push(call);
            (range, name)
        });
        known.0 = known.0.including(range.start).including(range.end);
        // The longer name wins: a server's span may carry the method alone.
        known.1 = if name.len() > known.1.len() { name } else { known.1 };
    }
    let mut serving = ByMethod::default();
    for call in order {
        let (range, name) = spread[&call];
        let until = TimeRange { end: range.end.plus(ARRIVAL), ..range };
        serving.entry(method(name)).or_default().push(until, call);
    }
    serving.values_mut().for_each(Intervals::seal);
    (serving, spread.into_iter().map(|(call, (_, name))| (call, name)).collect())
}

/// `METHOD` or `METHOD /path`, as HTTP server instrumentations name their spans.
fn is_http(name: &str) -> bool {
    let (verb, path) = name.split_once(' ').unwrap_or((name, "/"));
    matches!(verb, "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS")
        && path.starts_with('/')
        && !path.contains(' ')
}

fn method(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// Whether two names can mean one endpoint: equal paths but for a final slash, or one without a path.
fn same_path(one: &str, other: &str) -> bool {
    match (one.split_once(' '), other.split_once(' ')) {
        (Some((_, one)), Some((_, other))) => bare(one) == bare(other),
        _ => true,
    }
}

fn bare(path: &str) -> &str {
    path.split(['?', ' ']).next().unwrap_or(path).trim_end_matches('/')
}
