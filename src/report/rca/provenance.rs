//! What the capture covers and could not show, and how the report was made.

use std::collections::BTreeMap;

use super::page::{Page, Table};
use super::words::{listed, span_of_time};
use super::{Report, markup};
use crate::model::{Format, Layer};
use crate::report::summary::{self, counted};

/// Rows of the table of inputs.
const INPUTS: usize = 30;
/// Gaps, issues and undecided rules that are listed.
const LISTED: usize = 10;

/// What was seen of which layer, and what not.
pub(super) fn coverage(report: &Report<'_>, page: &mut Page) {
    page.heading(2, "Coverage");
    let coverage = &report.snapshot.coverage;
    let mut table = Table::new(&["Layer", ">Signals", "From", "To"]);
    for layer in &coverage.layers {
        let (start, end) = layer.range.map_or_else(
            || ("no time".to_owned(), String::new()),
            |range| (range.start.to_string(), range.end.to_string()),
        );
        table.row([layer.layer.to_string(), layer.signals.to_string(), start, end]);
    }
    page.table(&table);
    let mut limits: Vec<String> = absent(report);
    limits.extend(gaps(report));
    if coverage.dropped > 0 {
        limits.push(format!("{} could not be kept.", counted(coverage.dropped, "signal")));
    }
    if coverage.unassigned > 0 {
        limits.push(format!("{} could be tied to no request.", counted(coverage.unassigned, "signal")));
    }
    limits.extend(undecided(report));
    page.paragraph(if limits.is_empty() {
        "Nothing is known to be missing."
    } else {
        "What the capture does not show:"
    });
    page.list(&limits);
}

/// Layers that were not read, where they would have told something.
fn absent(report: &Report<'_>) -> Vec<String> {
    if report.document.coverage.layers == [Layer::Unknown] {
        return vec![
            "The capture is text without a source: nothing is claimed to be absent from it.".to_owned(),
        ];
    }
    summary::missing_layers(&report.document)
        .into_iter()
        .map(|hint| format!("No {}.", markup::prose(hint)))
        .collect()
}

/// Gaps and what could not be read, each once.
fn gaps(report: &Report<'_>) -> Vec<String> {
    let gaps = report.document.coverage.gaps.iter().map(|gap| {
        let range =
            gap.start.zip(gap.end).map(|(start, end)| format!(" ({start} to {end})")).unwrap_or_default();
        let fill = gap.fill.as_ref().map(|command| format!("; fetch: {}", markup::code(command.as_str())));
        let (source, reason) = (markup::code(gap.source.as_str()), markup::prose(gap.reason.as_str()));
        format!("{source}: {reason}{range}{}", fill.unwrap_or_default())
    });
    let issues = report.document.inputs.iter().flat_map(|input| &input.issues);
    let issues = issues.filter(|issue| issue.loses || issue.fatal).map(|issue| {
        let line = issue.line.map(|line| format!(":{line}")).unwrap_or_default();
        let times = if issue.count > 1 { format!(" ({} of these)", issue.count) } else { String::new() };
        format!(
            "{}: {}{times}",
            markup::code(&format!("{}{line}", issue.path)),
            markup::prose(issue.message.as_str())
        )
    });
    let mut all: Vec<String> = Vec::new();
    for line in gaps.chain(issues) {
        let known = all.iter().any(|known| known.starts_with(&line) || line.starts_with(known.as_str()));
        if !known {
            all.push(line);
        }
    }
    cap(all, "gaps")
}

/// Rules that the capture could not decide, by what they lack.
fn undecided(report: &Report<'_>) -> Vec<String> {
    let mut rules: BTreeMap<String, std::collections::BTreeSet<&str>> = BTreeMap::new();
    for open in &report.document.undetermined {
        let missing: Vec<String> = open.missing.iter().map(|text| markup::prose(text.as_str())).collect();
        rules.entry(missing.join(" ")).or_default().insert(open.rule.as_str());
    }
    let lines = rules.iter().map(|(missing, rules)| {
        let ids: Vec<String> = rules.iter().map(|id| markup::code(id)).collect();
        format!("Undecided: {}. {missing}", ids.join(", "))
    });
    cap(lines.collect(), "open questions")
}

fn cap(mut lines: Vec<String>, noun: &str) -> Vec<String> {
    let all = lines.len();
    lines.truncate(LISTED);
    lines.extend(Some(listed(LISTED, all, noun)).filter(|note| !note.is_empty()));
    lines
}

/// Version, inputs, rules, limits: what somebody needs to make the same report again.
pub(super) fn making(report: &Report<'_>, page: &mut Page) {
    page.heading(2, "How this report was made");
    let document = &report.document;
    let secrets = if report.door.redact { "masked" } else { "shown as logged" };
    let mut facts = vec![
        format!("{} {}", document.tool.name, document.tool.version),
        format!(
            "{} judged, catalogue {}",
            counted(document.catalogue.rules as u64, "rule"),
            markup::code(&document.catalogue.digest)
        ),
        format!("Secrets are {secrets}; the same input and rules give the same report."),
    ];
    if let (Some(start), Some(end)) = (document.coverage.start, document.coverage.end) {
        facts.push(format!("Event time {start} to {end} ({})", span_of_time(end.since(start))));
    }
    page.list(&facts);
    let read: Vec<_> = document.inputs.iter().filter(|input| !is_note(input)).collect();
    let mut table = Table::new(&["Input", "Format", ">Records", ">Log events", ">Spans"]);
    for input in read.iter().take(INPUTS) {
        table.row([
            markup::code_cell(input.path.as_str()),
            format_name(input.format),
            input.records.to_string(),
            input.log_events.to_string(),
            input.spans.to_string(),
        ]);
    }
    page.table(&table);
    page.paragraph(&listed(INPUTS, read.len(), "inputs"));
}

/// A folder of which something harmless is said: it is no input of its own.
fn is_note(input: &crate::report::document::Input) -> bool {
    input.records == 0
        && !input.issues.is_empty()
        && input.issues.iter().all(|issue| !issue.loses && !issue.fatal)
}

fn format_name(format: Format) -> String {
    let name = serde_json::to_value(format).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}
