//! The failed request that most is known of, signal by signal.

use super::opening::id;
use super::page::{Page, Table};
use super::sequence::step_name;
use super::words::{capital, listed, offset, span_of_time};
use super::{Report, markup};
use crate::model::{
    LinkReason, Outcome, Request, RequestKey, Severity, Signal, SignalKey, StepState, Timestamp, Walk,
};
use crate::report::summary::counted;

/// Rows of the table.
const ROWS: usize = 20;
/// Longest text of a row, in characters.
const TEXT: usize = 140;

/// The section.
pub(super) fn section(report: &Report<'_>, page: &mut Page) {
    let Some(key) = report.focus else { return };
    let Some(request) = report.snapshot.requests.get(key.index()) else { return };
    page.heading(2, "Timeline");
    introduction(report, key, request, page);
    if let Some(walk) = report.walks.get(&key) {
        steps(report, request, walk, page);
    }
    signals(report, request, page);
}

fn introduction(report: &Report<'_>, key: RequestKey, request: &Request, page: &mut Page) {
    let Some(shown) = report.request(key) else { return };
    let tool =
        shown.tool.as_ref().map(|tool| format!(", tool {}", markup::code(tool.as_str()))).unwrap_or_default();
    let start = request.window.map(|window| {
        format!(", from {} for {}", window.start, span_of_time(window.end.since(window.start)))
    });
    let which = match report.document.requests.failed {
        1 => "The failed request",
        _ => "The failed request that most layers tell of",
    };
    page.paragraph(&format!("{which}: {}{tool}{}.", id(&shown), start.unwrap_or_default()));
}

/// The steps through the layers, as a table and as a diagram, and what the steps do not tell.
fn steps(report: &Report<'_>, request: &Request, walk: &Walk, page: &mut Page) {
    page.paragraph(&format!("**Where it stopped:** {}", markup::prose(report.line(&walk.verdict).as_str())));
    let start = request.window.map(|window| window.start);
    let mut table = Table::new(&["Step", "Taken", ">At", ">Took", "What shows it"]);
    for step in walk.steps.iter().filter(|step| step.state != StepState::NotApplicable) {
        let stopped = if walk.stopped == Some(step.stage) { ", **stopped here**" } else { "" };
        table.row([
            step_name(step.stage).to_owned(),
            format!("{}{stopped}", taken(step.state)),
            step.at.zip(start).map(|(at, start)| offset(at, start)).unwrap_or_default(),
            step.duration.map(span_of_time).unwrap_or_default(),
            markup::cell(report.door.line(&step.note, TEXT).as_str()),
        ]);
    }
    page.table(&table);
    let marks = walk.marks.iter().take(ROWS).map(|mark| {
        let at =
            mark.at.zip(start).map(|(at, start)| format!(" ({})", offset(at, start))).unwrap_or_default();
        markup::prose(&capital(report.line(&mark.note).as_str())) + &at
    });
    page.list(&marks.collect::<Vec<_>>());
    if let Some(diagram) = report.diagram() {
        page.block(&diagram.mermaid(), "mermaid");
        if !diagram.hidden.is_empty() {
            page.paragraph(&format!(
                "Not drawn, because the capture cannot show it: {}.",
                diagram.hidden.join(", ")
            ));
        }
    }
}

fn taken(state: StepState) -> &'static str {
    match state {
        StepState::Passed => "yes",
        StepState::Failed => "**failed**",
        StepState::Missing => "**no**",
        StepState::Implied => "yes, implied",
        StepState::Unseen => "cannot tell",
        StepState::NotApplicable => "",
    }
}

fn signals(report: &Report<'_>, request: &Request, page: &mut Page) {
    let keys: Vec<SignalKey> = request
        .signals
        .iter()
        .filter(|link| link.reason != LinkReason::Twin)
        .map(|link| link.signal)
        .collect();
    let start = request.window.map(|window| window.start);
    let mut table = Table::new(&[">Time", "Layer", "What happened", "Where"]);
    let mut above: Vec<Signal> = Vec::new();
    let mut copies = 0;
    let shown = telling(report, &keys);
    for key in &shown {
        let signal = report.case.signal(*key);
        if above.iter().rev().take(4).any(|other| is_copy(&signal, other)) {
            copies += 1;
            continue;
        }
        let at = signal.timestamp.zip(start).map(|(at, start): (Timestamp, Timestamp)| offset(at, start));
        let place = match signal.origin.line {
            0 => signal.origin.path.clone(),
            line => format!("{}:{line}", signal.origin.path),
        };
        table.row([
            at.unwrap_or_else(|| "?".to_owned()),
            signal.layer.to_string(),
            what(report, *key, &signal),
            markup::code_cell(report.line(&place).as_str()),
        ]);
        above.push(signal);
    }
    page.table(&table);
    page.paragraph(&listed(shown.len(), keys.len(), "signals"));
    if copies > 0 {
        page.paragraph(&format!("Left out: {} stored in another stream as well.", counted(copies, "record")));
    }
}

/// Whether a record is the same one as stored in another stream: container output and its OpenTelemetry record.
fn is_copy(signal: &Signal, other: &Signal) -> bool {
    /// Exporters stamp a record when they get it, which is a little after it was printed.
    const NEAR: i64 = 10_000_000;
    let near =
        signal.timestamp.zip(other.timestamp).is_some_and(|(one, other)| one.since(other).abs() <= NEAR);
    let elsewhere =
        (&signal.origin.path, &signal.origin.log_stream) != (&other.origin.path, &other.origin.log_stream);
    let line = |signal: &Signal| signal.message.lines().next().unwrap_or_default().trim().to_owned();
    near && elsewhere
        && signal.layer == other.layer
        && !line(signal).is_empty()
        && line(signal) == line(other)
}

/// The signals that are shown: all, or of many the errors, the first and the last, in order.
fn telling(report: &Report<'_>, keys: &[SignalKey]) -> Vec<SignalKey> {
    if keys.len() <= ROWS {
        return keys.to_vec();
    }
    let is_error = |key: &&SignalKey| {
        let brief = report.case.briefs().get(key.index());
        brief.is_some_and(|brief| brief.severity >= Severity::Error || brief.outcome == Outcome::Failed)
    };
    let mut shown: Vec<SignalKey> = keys.iter().filter(is_error).take(ROWS - 4).copied().collect();
    let mut edges = keys.iter().take(ROWS).zip(keys.iter().rev());
    while shown.len() < ROWS
        && let Some((first, last)) = edges.next()
    {
        for edge in [first, last] {
            if shown.len() < ROWS && !shown.contains(edge) {
                shown.push(*edge);
            }
        }
    }
    shown.sort_unstable();
    shown
}

/// A signal in one cell: its telling line; of a span its name and duration.
fn what(report: &Report<'_>, key: SignalKey, signal: &Signal) -> String {
    let matched = report.matched(key);
    let text = crate::report::excerpt(signal, matched, report.door, TEXT);
    let name = signal.name.as_deref().map(|name| report.door.line(name, TEXT));
    let text = match (&name, signal.duration()) {
        (Some(name), Some(nanos)) if signal.message.trim().is_empty() => {
            format!("{}, {}", markup::code_cell(name.as_str()), span_of_time(nanos))
        }
        (Some(name), Some(nanos)) => {
            format!(
                "{}, {}: {}",
                markup::code_cell(name.as_str()),
                span_of_time(nanos),
                markup::cell(text.as_str())
            )
        }
        _ => markup::cell(text.as_str()),
    };
    match (signal.outcome, signal.severity) {
        (Outcome::Failed, _) => format!("**failed** {text}"),
        (_, severity @ (Severity::Warn | Severity::Error | Severity::Fatal)) => {
            format!("**{severity}** {text}")
        }
        _ => text,
    }
}
