//! What the steps do not tell: repeated calls, callers that gave up too early, spans that outlive their parent.

use rustc_hash::FxHashMap;

use crate::model::{
    Kind, Layer, MAX_EVIDENCE, Mark, MarkKind, Outcome, Request, Signal, SignalKey, Timestamp,
};

use super::clue::span_of;
use super::spans::is_failed;
use super::{Scene, client};

/// Clocks of two hosts differ by about this much; a shorter overhang means nothing.
const OVERHANG: i64 = 5_000_000;

/// A server whose connection was closed ends at once; one that ends later than this went on with the call.
const WENT_ON: i64 = 100_000_000;

/// All marks, in order of time.
pub(super) fn of(scene: &Scene<'_>) -> Vec<Mark> {
    let mut marks = retries(scene);
    marks.extend(gave_up(scene));
    marks.extend(outlives(scene));
    marks.sort_by_key(|mark| (mark.at.is_none(), mark.at, mark.kind));
    marks
}

/// What a call asks for, as text to compare: the arguments of a tool call, the payload of an invocation.
pub fn asked_for(signal: &Signal) -> Option<String> {
    ["request.params.arguments", "http.request.body", "body.request_payload"]
        .iter()
        .find_map(|path| signal.field(path))
        .map(std::borrow::Cow::into_owned)
}

fn retries(scene: &Scene<'_>) -> Vec<Mark> {
    let own = scene.signals.iter().find_map(|(_, signal)| asked_for(signal));
    let mark = |neighbour: &super::Neighbour<'_>| {
        let other = neighbour.request;
        let same_session = other.session.is_some() && other.session == scene.request.session;
        let same_arguments = match (&own, &neighbour.asked_for) {
            (Some(own), Some(theirs)) => own == theirs,
            _ => same_session && other.tool.is_some(),
        };
        if !same_arguments {
            return None;
        }
        let (first, second) =
            if other.key < scene.request.key { (other, scene.request) } else { (scene.request, other) };
        let apart = second.window?.start.since(first.window?.end);
        // Calls at the same time are parallel, and a repeated call that had worked is no retry.
        (first.outcome == Outcome::Failed && apart >= 0).then(|| Mark {
            kind: MarkKind::Retry,
            at: second.window.map(|window| window.start),
            note: retry_note(scene.request, other, apart),
            signals: second.signals.first().map(|link| link.signal).into_iter().collect(),
            other: Some(other.key),
        })
    };
    scene.neighbours.iter().filter_map(mark).collect()
}

fn retry_note(own: &Request, other: &Request, apart: i64) -> String {
    let ended = match other.outcome {
        Outcome::Ok => "which succeeded",
        Outcome::Failed => "which failed too",
        Outcome::Unknown => "whose outcome is unknown",
    };
    if other.key > own.key {
        format!("the same call was made again {} later, {ended}", span_of(apart))
    } else {
        format!("repeats a call that failed {} earlier", span_of(apart))
    }
}

/// A caller that stopped waiting, and the call that came to a good end all the same.
fn gave_up(scene: &Scene<'_>) -> Option<Mark> {
    let (key, exchange) = scene.signals.iter().find(|(_, signal)| client::gave_up(signal))?;
    let left = exchange.end.or(exchange.timestamp)?;
    let finished = scene.signals.iter().filter_map(|(key, signal)| Some((*key, finished_well(signal)?)));
    let (last, at) = finished.filter(|(_, at)| at.since(left) > WENT_ON).max_by_key(|(_, at)| *at)?;
    Some(Mark {
        kind: MarkKind::ClientGaveUp,
        at: Some(left),
        note: format!(
            "the caller stopped waiting; the call went on and ended without an error {} later",
            span_of(at.since(left))
        ),
        signals: vec![*key, last],
        other: None,
    })
}

/// When the serving side of a call ended well.
fn finished_well(signal: &Signal) -> Option<Timestamp> {
    let is_server = signal.layer == Layer::Span
        && signal.field("span.kind").is_some_and(|kind| kind == "SERVER")
        && !is_failed(signal);
    let states = matches!(signal.kind, Kind::GatewayLog | Kind::SdkLog | Kind::OtelLog | Kind::AccessLog)
        && signal.outcome == Outcome::Ok;
    if is_server { signal.end } else { signal.timestamp.filter(|_| states) }
}

/// Spans that end after their parent, as those of streaming answers do.
fn outlives(scene: &Scene<'_>) -> Option<Mark> {
    let spans = || scene.signals.iter().filter(|(_, signal)| signal.layer == Layer::Span);
    let ends: FxHashMap<_, Timestamp> =
        spans().filter_map(|(_, signal)| Some(((signal.ids.trace, signal.ids.span?), signal.end?))).collect();
    let mut late: Vec<(SignalKey, i64)> = Vec::new();
    for (key, signal) in spans() {
        let parent = signal.ids.parent_span.and_then(|parent| ends.get(&(signal.ids.trace, parent)));
        if let (Some(parent), Some(end)) = (parent, signal.end)
            && end.since(*parent) > OVERHANG
        {
            late.push((*key, end.since(*parent)));
        }
    }
    let (longest, by) = late.iter().copied().max_by_key(|(key, by)| (*by, std::cmp::Reverse(*key)))?;
    let at = scene.signals.iter().find(|(key, _)| *key == longest).and_then(|(_, signal)| signal.end);
    let count = late.len();
    Some(Mark {
        kind: MarkKind::OutlivesParent,
        at,
        note: match count {
            1 => format!("a span ends {} after its parent", span_of(by)),
            _ => format!("{count} spans end after their parent, one by {}", span_of(by)),
        },
        signals: late.into_iter().map(|(key, _)| key).take(MAX_EVIDENCE).collect(),
        other: None,
    })
}
