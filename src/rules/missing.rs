//! What a capture lacks, in words, and how to fetch it.

use std::time::Duration;

use crate::model::{Layer, TimeRange, Timestamp};

use super::builtin::{built_in_value, runtime_of_group};
use super::docket::Docket;
use super::eval::{Missing, Witness};
use super::scope::{Facts, Scope, ScopeKey};
use super::template::shell_word;

/// One sentence on what is missing, with the command that fetches it where there is one.
pub(crate) fn describe(
    docket: &Docket<'_>,
    facts: &Facts,
    scope: &Scope<'_>,
    witness: &Witness<'_>,
    missing: Missing,
) -> String {
    let fetch = |layer: Option<Layer>, window: Option<TimeRange>| {
        fetch(docket, facts, scope, witness, layer, window).map_or_else(String::new, |how| format!("; {how}"))
    };
    match missing {
        Missing::Layer { layer, window } => {
            format!("no {} in this capture{}", log_of(layer), fetch(Some(layer), window))
        }
        Missing::Ends { layer, newest, anchor, deadline } => {
            let window = TimeRange { start: anchor.min(newest), end: deadline.plus(docket.lateness) };
            let needed = deadline.since(anchor);
            let lateness = match docket.lateness {
                Duration::ZERO => String::new(),
                lateness => format!(" and {} for late arrivals", seconds(lateness.as_nanos() as i64)),
            };
            let name = layer.map_or_else(|| "capture".to_owned(), log_of);
            let state = if newest >= anchor {
                format!("ends {} after the signal in question", seconds(newest.since(anchor)))
            } else {
                format!("ends {} before the signal in question", seconds(anchor.since(newest)))
            };
            let needed = if needed > 0 { seconds(needed) } else { "the whole request".to_owned() };
            format!("the {name} {state}, {needed}{lateness} are needed{}", fetch(layer, Some(window)))
        }
        Missing::Starts { layer, oldest, from, anchor } => {
            let name = layer.map_or_else(|| "capture".to_owned(), log_of);
            let start = seconds(anchor.since(oldest).max(0));
            let window = TimeRange { start: from, end: anchor };
            format!(
                "the {name} begins only {start} before the signal in question, {} are needed{}",
                seconds(anchor.since(from)),
                fetch(layer, Some(window))
            )
        }
        Missing::Gap(at) => match docket.coverage.gaps.get(at) {
            Some(gap) => format!("{} is missing{}: {}", gap.source, between(gap.start, gap.end), gap.reason),
            None => "a part of the capture is missing".to_owned(),
        },
        Missing::Unassigned(signal) => {
            let at = docket.time(signal).map_or_else(String::new, |at| format!(" at {at}"));
            format!("a signal{at} may be the one that seems absent: it carries no id that ties it to a request")
        }
        Missing::Time => {
            "the signals carry no time; give the log events with their timestamps (aws logs filter-log-events)".to_owned()
        }
        Missing::Stream => {
            "the signals name no log stream; give the log events with their stream (aws logs filter-log-events)".to_owned()
        }
        Missing::Sibling(kind) => {
            format!("no call of another {kind} of the same resource in this capture to compare with")
        }
    }
}

fn between(start: Option<Timestamp>, end: Option<Timestamp>) -> String {
    match (start, end) {
        (Some(start), Some(end)) => format!(" from {start} to {end}"),
        (Some(start), None) => format!(" from {start} on"),
        (None, Some(end)) => format!(" until {end}"),
        (None, None) => String::new(),
    }
}

/// Nanoseconds as a person writes them.
pub(crate) fn seconds(nanos: i64) -> String {
    let (value, unit) = match nanos.unsigned_abs() {
        0 => (0.0, "s"),
        1..1_000_000 => (nanos as f64 / 1e3, "µs"),
        1_000_000..1_000_000_000 => (nanos as f64 / 1e6, "ms"),
        1_000_000_000..120_000_000_000 => (nanos as f64 / 1e9, "s"),
        120_000_000_000..7_200_000_000_000 => (nanos as f64 / 6e10, "min"),
        _ => (nanos as f64 / 3.6e12, "h"),
    };
    let text = format!("{value:.1}");
    format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
}

fn log_of(layer: Layer) -> String {
    match layer {
        Layer::Client => "record of the client".to_owned(),
        Layer::Span => "spans".to_owned(),
        Layer::Control => "CloudTrail events".to_owned(),
        other => format!("{other} log"),
    }
}

/// How to fetch what a layer recorded in `window`.
fn fetch(
    docket: &Docket<'_>,
    facts: &Facts,
    scope: &Scope<'_>,
    witness: &Witness<'_>,
    layer: Option<Layer>,
    window: Option<TimeRange>,
) -> Option<String> {
    let request = match scope.key {
        ScopeKey::Request(key) => Some(key),
        _ => None,
    };
    let signals: Vec<_> = witness.parts.iter().map(|part| part.hit.signal).collect();
    let known = |name: &str| built_in_value(name, docket, facts, request, &signals);
    let vended = |kind: &str, id: Option<String>| {
        let id = id.unwrap_or_else(|| format!("<{kind}-id>"));
        format!("/aws/vendedlogs/bedrock-agentcore/{kind}/APPLICATION_LOGS/{id}")
    };
    let group = match layer? {
        Layer::Runtime => runtime_group(known("log_group"), known("runtime_id")),
        Layer::Gateway => vended("gateway", known("gateway_id")),
        Layer::Memory => vended("memory", None),
        Layer::Identity => vended("workload-identity", None),
        Layer::Span => "aws/spans".to_owned(),
        Layer::Control => return Some(format!("fetch: aws cloudtrail lookup-events{}", iso_window(window))),
        Layer::Client => {
            return Some("add what the caller saw: its log, or a HAR of the exchange".to_owned());
        }
        Layer::Tool | Layer::Unknown => return None,
    };
    let group = shell_word(&group);
    Some(format!("fetch: aws logs filter-log-events --log-group-name {group}{}", millis_window(window)))
}

fn runtime_group(seen: Option<String>, id: Option<String>) -> String {
    match (seen.filter(|group| runtime_of_group(group).is_some()), id) {
        (Some(group), _) => group,
        (None, Some(id)) => format!("/aws/bedrock-agentcore/runtimes/{id}-<endpoint>"),
        (None, None) => "/aws/bedrock-agentcore/runtimes/<agent>-<endpoint>".to_owned(),
    }
}

fn millis_window(window: Option<TimeRange>) -> String {
    window.map_or_else(String::new, |window| {
        let (start, end) = (window.start.0.div_euclid(1_000_000), window.end.0.div_euclid(1_000_000) + 1);
        format!(" --start-time {start} --end-time {end}")
    })
}

fn iso_window(window: Option<TimeRange>) -> String {
    window.map_or_else(String::new, |window| {
        format!(" --start-time {} --end-time {}", window.start, window.end)
    })
}
