//! What a capture lacks, in words, and how to fetch it.

use std::fmt;
use std::time::Duration;

use crate::model::{Layer, TimeRange, Timestamp, Whereabouts};

use super::docket::Docket;
use super::eval::{Missing, Witness};
use super::locate::whereabouts;
use super::scope::{Facts, Scope, ScopeKey};

/// Something that a decision lacks.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Lack {
    /// One sentence.
    what: String,
    /// How to get it where no command does.
    hint: Option<&'static str>,
    /// Fetches it.
    pub(crate) command: Option<String>,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match (&self.command, self.hint) {
            (Some(command), _) => write!(f, "; fetch: {command}"),
            (None, Some(hint)) => write!(f, "; {hint}"),
            (None, None) => Ok(()),
        }
    }
}

impl From<String> for Lack {
    fn from(what: String) -> Self {
        Self { what, hint: None, command: None }
    }
}

/// What is missing, with the command that fetches it where there is one.
pub(crate) fn describe(
    docket: &Docket<'_>,
    facts: &Facts,
    scope: &Scope<'_>,
    witness: &Witness<'_>,
    missing: Missing,
) -> Lack {
    let fetch = |what: String, layer: Option<Layer>, window: Option<TimeRange>| {
        let request = if let ScopeKey::Request(key) = scope.key { Some(key) } else { None };
        let signals: Vec<_> = witness.parts.iter().map(|part| part.hit.signal).collect();
        let place = Whereabouts { window, ..whereabouts(docket, facts, request, &signals) };
        let hint = "add what the caller saw: its log, or a HAR of the exchange";
        Lack {
            what,
            hint: (layer == Some(Layer::Client)).then_some(hint),
            command: layer.and_then(|layer| place.command(layer)),
        }
    };
    match missing {
        Missing::Layer { layer, window } => {
            fetch(format!("no {} in this capture", log_of(layer)), Some(layer), window)
        }
        Missing::Ends { layer, newest, anchor, deadline } => {
            let window = TimeRange { start: anchor.min(newest), end: deadline.plus(docket.lateness) };
            fetch(ends(docket, layer, newest, anchor, deadline), layer, Some(window))
        }
        Missing::Starts { layer, oldest, from, anchor } => {
            let name = layer.map_or_else(|| "capture".to_owned(), log_of);
            let start = seconds(anchor.since(oldest).max(0));
            let needed = seconds(anchor.since(from));
            let what =
                format!("the {name} begins only {start} before the signal in question, {needed} are needed");
            fetch(what, layer, Some(TimeRange { start: from, end: anchor }))
        }
        Missing::Gap(at) => match docket.coverage.gaps.get(at) {
            Some(gap) => {
                let window = between(gap.start, gap.end);
                let what = format!("{} is missing{window}: {}", gap.source, gap.reason);
                Lack { command: gap.fill.clone(), ..what.into() }
            }
            None => "a part of the capture is missing".to_owned().into(),
        },
        Missing::Unassigned(signal) => {
            let at = docket.time(signal).map_or_else(String::new, |at| format!(" at {at}"));
            format!("a signal{at} may be the one that seems absent: it carries no id that ties it to a request")
                .into()
        }
        Missing::Time => {
            "the signals carry no time; give the log events with their timestamps (aws logs filter-log-events)"
                .to_owned()
                .into()
        }
        Missing::Stream => {
            "the signals name no log stream; give the log events with their stream (aws logs filter-log-events)"
                .to_owned()
                .into()
        }
        Missing::Sibling(kind) => {
            format!("no call of another {kind} of the same resource in this capture to compare with").into()
        }
    }
}

fn ends(
    docket: &Docket<'_>,
    layer: Option<Layer>,
    newest: Timestamp,
    anchor: Timestamp,
    deadline: Timestamp,
) -> String {
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
    format!("the {name} {state}, {needed}{lateness} are needed")
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
