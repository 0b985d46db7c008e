//! Sentences that several formats print: what was found, where, and what was read.

use std::cmp::Reverse;
use std::fmt::Write;

use super::document::{Diagnosis, Document, Evidence, Finding, Gap, Request};
use super::expect::Comparison;
use crate::model::{Format, Layer, Level, Role};
use crate::text::SafeText;

/// Findings of one rule together, in order of their first one.
pub(super) fn by_rule(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: indexmap::IndexMap<&str, Vec<&Finding>> = indexmap::IndexMap::new();
    for finding in findings {
        groups.entry(finding.rule.as_str()).or_default().push(finding);
    }
    groups.into_values().collect()
}

/// The same, what needs an answer first: causes and what nothing explains, then what follows from them, then noise.
pub(super) fn ranked(document: &Document) -> Vec<Vec<&Finding>> {
    let mut groups = by_rule(&document.findings);
    groups.sort_by_key(|group| {
        let worst = group.iter().map(|finding| (Reverse(finding.severity), finding.role)).min();
        let is_noise = group.iter().all(|finding| finding.role == Role::Noise);
        (is_noise, group.iter().all(|finding| is_explained(document, &finding.rule)), worst)
    });
    groups
}

/// Whether a rule's findings follow from a root cause in every diagnosis that names it.
pub(super) fn is_explained(document: &Document, rule: &SafeText) -> bool {
    let follows = |diagnosis: &Diagnosis| diagnosis.root_cause.is_some() && diagnosis.chain.contains(rule);
    let is_root = |diagnosis: &Diagnosis| diagnosis.root_cause.as_ref() == Some(rule);
    let own = |finding: &&Finding| finding.rule == *rule;
    let diagnosed = |request: &Option<Request>| {
        document.diagnoses.iter().any(|diagnosis| diagnosis.request == *request && follows(diagnosis))
    };
    !document.diagnoses.iter().any(is_root)
        && document.findings.iter().filter(own).take(MANY).all(|finding| diagnosed(&finding.request))
}

/// Findings of one rule that are asked for their diagnosis: enough to tell, and a bound.
const MANY: usize = 64;

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
    let loses = |input: &&super::document::Input| {
        input.issues.iter().any(|issue| issue.loses) && input.issues.iter().all(|issue| !issue.fatal)
    };
    let cut = match document.inputs.iter().filter(loses).count() {
        0 => String::new(),
        inputs => format!("; {} could be read in part only", counted(inputs as u64, "input")),
    };
    if parts.is_empty() {
        parts.push("no known failure found".to_owned());
    }
    format!("{} ({requests}){explained}{unread}{cut}", parts.join(", "))
}

/// `1 request`, `2 requests`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// What was read and what was not, one sentence per line.
pub(super) fn coverage(document: &Document) -> Vec<String> {
    let mut lines: Vec<_> = document.inputs.iter().flat_map(input).collect();
    let coverage = &document.coverage;
    if let (Some(start), Some(end)) = (coverage.start, coverage.end) {
        lines.push(format!("time: {start} to {end}"));
    }
    let layers: Vec<_> = coverage.layers.iter().map(|layer| layer.word()).collect();
    if !layers.is_empty() {
        lines.push(format!("layers: {}", layers.join(", ")));
    }
    // An issue that lost records is a gap: it stands above.
    let is_told = |gap: &Gap| {
        let mut issues = document.inputs.iter().flat_map(|input| &input.issues);
        issues.any(|issue| issue.path == gap.source && issue.message == gap.reason)
    };
    for gap in coverage.gaps.iter().filter(|gap| !is_told(gap)) {
        let mut line = format!("gap: {}: {}", gap.source, gap.reason);
        if let (Some(start), Some(end)) = (gap.start, gap.end) {
            let _ = write!(line, " ({start} to {end})");
        }
        if let Some(command) = &gap.fill {
            let _ = write!(line, "; fetch: {command}");
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

/// What an input gave, then what of it could not be read.
fn input(input: &super::document::Input) -> Vec<String> {
    let format = serde_json::to_value(input.format).ok();
    let format = format.as_ref().and_then(|format| format.as_str()).unwrap_or_default();
    let head = match input.format {
        // The issue says it all.
        Format::Unreadable | Format::Empty if !input.issues.is_empty() => None,
        Format::Unreadable | Format::Empty => Some(format!("{}: {format}", input.path)),
        _ => Some(format!(
            "{}: {format}, {} ({}, {})",
            input.path,
            counted(input.records, "record"),
            counted(input.log_events, "log event"),
            counted(input.spans, "span"),
        )),
    };
    let mut lines: Vec<String> = head.into_iter().collect();
    lines.extend(input.issues.iter().map(|issue| {
        let line = issue.line.map(|number| format!(":{number}")).unwrap_or_default();
        let times = if issue.count > 1 { format!(" ({} of these)", issue.count) } else { String::new() };
        format!("{}{line}: {}{times}", issue.path, issue.message)
    }));
    lines
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
