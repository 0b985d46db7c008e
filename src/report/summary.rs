//! Sentences that several formats print: what was found, where, and what was read.

use std::fmt::Write;

use super::document::{Document, Evidence, Finding};
use super::expect::Comparison;
use crate::model::{Format, Layer, Level};

/// Findings of one rule together, in order of their first one.
pub(super) fn by_rule(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: indexmap::IndexMap<&str, Vec<&Finding>> = indexmap::IndexMap::new();
    for finding in findings {
        groups.entry(finding.rule.as_str()).or_default().push(finding);
    }
    groups.into_values().collect()
}

/// `path:line`, as far as it is known.
pub(super) fn place(piece: &Evidence) -> String {
    match (&piece.path, piece.line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path.to_string(),
        _ => String::new(),
    }
}

/// The result in one sentence.
pub(super) fn verdict(document: &Document, comparison: Option<&Comparison>) -> String {
    let accepted =
        |finding: &&Finding| comparison.is_some_and(|known| known.accepted.contains(&finding.fingerprint));
    let known = document.findings.iter().filter(accepted).count();
    let count = |level| {
        document.findings.iter().filter(|finding| finding.severity == level && !accepted(finding)).count()
    };
    let requests = format!(
        "{}, {} failed",
        counted(document.requests.total as u64, "request"),
        document.requests.failed
    );
    let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Info, "info")];
    let mut parts: Vec<_> = levels
        .into_iter()
        .filter(|(level, _)| count(*level) > 0)
        .map(|(level, word)| match level {
            Level::Info => format!("{} info", count(level)),
            _ => counted(count(level) as u64, word),
        })
        .collect();
    if known > 0 {
        parts.push(format!("{known} expected"));
    }
    if let Some(missing) = comparison.map(|known| known.missing.len()).filter(|missing| *missing > 0) {
        parts.push(format!("{missing} expected and not found"));
    }
    let explained = match document.unexplained.len() {
        0 => String::new(),
        errors => format!("; no rule explains {}", counted(errors as u64, "error")),
    };
    let unread = document.inputs.iter().filter(|input| input.issues.iter().any(|issue| issue.fatal)).count();
    let unread = match unread {
        0 => String::new(),
        inputs => format!("; {} could not be read", counted(inputs as u64, "input")),
    };
    if parts.is_empty() {
        parts.push("no known failure found".to_owned());
    }
    format!("{} ({requests}){explained}{unread}", parts.join(", "))
}

/// `1 request`, `2 requests`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// What was read and what was not, one sentence per line.
pub(super) fn coverage(document: &Document) -> Vec<String> {
    let mut lines: Vec<_> = document.inputs.iter().map(input).collect();
    let coverage = &document.coverage;
    if let (Some(start), Some(end)) = (coverage.start, coverage.end) {
        lines.push(format!("time: {start} to {end}"));
    }
    let layers: Vec<_> = coverage.layers.iter().map(|layer| layer.word()).collect();
    if !layers.is_empty() {
        lines.push(format!("layers: {}", layers.join(", ")));
    }
    for gap in &coverage.gaps {
        let mut line = format!("gap: {}: {}", gap.source, gap.reason);
        if let (Some(start), Some(end)) = (gap.start, gap.end) {
            let _ = write!(line, " ({start} to {end})");
        }
        lines.push(line);
    }
    if coverage.dropped > 0 {
        lines.push(format!("dropped: {} could not be kept", counted(coverage.dropped, "signal")));
    }
    if coverage.unassigned > 0 {
        lines.push(format!("unassigned: {} in no request", counted(coverage.unassigned, "signal")));
    }
    lines
}

fn input(input: &super::document::Input) -> String {
    let format = serde_json::to_value(input.format).ok();
    let format = format.as_ref().and_then(|format| format.as_str()).unwrap_or_default();
    let mut line = match input.format {
        Format::Unreadable | Format::Empty => format!("{}: {format}", input.path),
        _ => format!(
            "{}: {format}, {} ({}, {})",
            input.path,
            counted(input.records, "record"),
            counted(input.log_events, "log event"),
            counted(input.spans, "span"),
        ),
    };
    for issue in &input.issues {
        let place = issue.line.map(|number| format!("line {number}: ")).unwrap_or_default();
        let times = if issue.count > 1 { format!(" ({} times)", issue.count) } else { String::new() };
        let _ = write!(line, "; {place}{}{times}", issue.message);
    }
    line
}

/// What to fetch when a layer that most failures show in was not read.
pub(super) fn missing_layers(document: &Document) -> Vec<&'static str> {
    let hints = [
        (
            Layer::Gateway,
            "gateway logs: /aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/<gateway-id>",
        ),
        (Layer::Runtime, "runtime logs: /aws/bedrock-agentcore/runtimes/<agent-id>-<endpoint>"),
        (Layer::Span, "spans: the log group aws/spans"),
    ];
    let lacks = |layer: &Layer| !document.coverage.layers.contains(layer);
    hints.into_iter().filter(|(layer, _)| lacks(layer)).map(|(_, hint)| hint).collect()
}
