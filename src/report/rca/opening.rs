//! The top of the report: title, summary, impact.

use super::page::{Page, Table};
use super::story::{Counts, impact as count};
use super::words::{certainty, listed, percent, span_of_time};
use super::{Report, markup};
use crate::model::{Outcome, TimeRange};
use crate::report::document::Request;
use crate::report::summary::{self, counted};

/// Causes whose effect is told.
const EFFECTS: usize = 3;
/// Rows in the table of tools.
const TOOLS: usize = 20;
/// Rows in the table of failed requests.
const REQUESTS: usize = 20;

/// What happened, in a few words.
pub(super) fn title(report: &Report<'_>) -> String {
    let failed = report.document.requests.failed;
    match &report.causes[..] {
        [] if failed > 0 => format!("{}, cause unknown", failed_requests(failed)),
        [] if report.document.unexplained.is_empty() => "no failure found".to_owned(),
        [] => "errors that no rule explains".to_owned(),
        [cause] => report.title(&cause.rule),
        [cause, others @ ..] => {
            format!("{}, and {}", report.title(&cause.rule), counted(others.len() as u64, "other cause"))
        }
    }
}

fn failed_requests(failed: usize) -> String {
    counted(failed as u64, "failed request")
}

/// What failed, why, and what to do first: one sentence each.
pub(super) fn summary(report: &Report<'_>, page: &mut Page) {
    page.list(&[
        format!("**What failed:** {}", what_failed(report)),
        format!("**Why{}:** {}", sure(report), why(report)),
        format!("**Do first:** {}", first_step(report)),
    ]);
}

fn what_failed(report: &Report<'_>) -> String {
    let requests = &report.document.requests;
    let faults = report.causes.iter().filter(|cause| cause.requests.is_empty()).count();
    if requests.failed > 0 {
        let tools = count(report.snapshot).tools;
        let failing: Vec<_> = tools.iter().filter(|(_, counts)| counts.failed > 0).collect();
        let of = match &failing[..] {
            [(Some(tool), _)] if requests.failed == 1 => format!(", a call of {}", report.code(tool)),
            [(Some(tool), counts)] if counts.failed == counts.total => {
                format!(", every call of {}", report.code(tool))
            }
            [(Some(tool), _)] => format!(", all of them calls of {}", report.code(tool)),
            _ => String::new(),
        };
        if requests.total == 1 {
            return format!("The only request failed{of}.");
        }
        return format!("{} of {} failed{of}.", requests.failed, counted(requests.total as u64, "request"));
    }
    let requests = match requests.total {
        0 => "The capture holds no request",
        1 => "The only request did not fail",
        _ => "No request failed",
    };
    let outside = |count: usize, noun: &str| {
        let verb = if count == 1 { "was" } else { "were" };
        format!("{requests}; {} {verb} found outside of requests.", counted(count as u64, noun))
    };
    match (faults, report.document.unexplained.len()) {
        (0, 0) => format!("{requests}, and no rule found a fault."),
        (0, errors) => outside(errors, "unexplained error"),
        (faults, _) => outside(faults, "fault"),
    }
}

fn why(report: &Report<'_>) -> String {
    let Some(cause) = report.causes.first() else {
        return match report.document.requests.failed {
            0 if report.document.unexplained.is_empty() => "There is nothing to explain.".to_owned(),
            _ => "Unknown: no rule explains it, and this report names no cause that the evidence does not carry.".to_owned(),
        };
    };
    let message = report.findings_of(&cause.rule).next().map(|(_, finding)| finding.message.as_str());
    let message = message.map_or_else(|| report.title(&cause.rule), markup::prose);
    let mut why = message;
    let others = report.causes.len() - 1;
    if others > 0 {
        let verb = if others == 1 { "stands" } else { "stand" };
        why = format!("{why} {} {verb} below.", counted(others as u64, "further cause"));
    }
    if !report.open.is_empty() {
        why = format!("{why} For {} the cause is unknown.", failed_requests(report.open.len()));
    }
    why
}

/// How sure the first cause is, and of how many of the failed requests it is one.
fn sure(report: &Report<'_>) -> String {
    let Some(cause) = report.causes.first() else { return String::new() };
    let failed = report.document.requests.failed;
    let of = match cause.requests.len() {
        0 => String::new(),
        hit if hit == failed => String::new(),
        hit => format!(" for {hit} of the {failed}"),
    };
    format!(" ({}{of})", certainty(cause.standing()))
}

fn first_step(report: &Report<'_>) -> String {
    let mut steps = report.causes.iter().filter_map(|cause| report.findings_of(&cause.rule).next());
    if let Some(step) = steps.find_map(|(_, finding)| finding.fix.first()) {
        let command = if step.command.is_some() { " The command stands under \"Fixes\"." } else { "" };
        return format!("{}{command}", markup::prose(step.text.as_str()));
    }
    if let Some(step) = report.symptoms().iter().find_map(|finding| finding.fix.first()) {
        let command = if step.command.is_some() { " The command stands under \"Fixes\"." } else { "" };
        return format!("{}{command}", markup::prose(step.text.as_str()));
    }
    let nothing_failed = report.document.requests.failed == 0 && report.document.unexplained.is_empty();
    if nothing_failed && report.causes.is_empty() {
        return "Nothing.".to_owned();
    }
    match super::reasoning::lacks(report).first() {
        Some(lack) => {
            let command = lack.command.is_some();
            let place = if command { " (the command stands under \"Hypotheses\")" } else { "" };
            format!("Fetch what would decide it{place}: {}", super::reasoning::sentence(report, &lack.text))
        }
        None => match summary::missing_layers(&report.document).first() {
            Some(hint) => {
                format!("Fetch what this capture lacks and run this again: {}", markup::prose(hint))
            }
            None => {
                "Read the errors below; the capture holds every layer, and no rule knows them.".to_owned()
            }
        },
    }
}

/// Requests, tools, sessions, time.
pub(super) fn impact(report: &Report<'_>, page: &mut Page) {
    let requests = &report.document.requests;
    if requests.total == 0 {
        return;
    }
    page.heading(2, "Impact");
    let mut facts = vec![format!(
        "**Requests:** {} of {} failed ({})",
        requests.failed,
        requests.total,
        percent(requests.failed, requests.total)
    )];
    let counts = count(report.snapshot);
    let named: Vec<_> = counts.tools.iter().filter(|(tool, _)| tool.is_some()).collect();
    let hit = named.iter().filter(|(_, counts)| counts.failed > 0).count();
    if !named.is_empty() {
        facts.push(format!("**Tools:** {hit} of {} with a failed call", named.len()));
    }
    facts.push(match counts.sessions {
        Counts { total: 0, .. } => "**Sessions:** unknown, no record names one".to_owned(),
        Counts { total, failed } => format!("**Sessions:** {failed} of {total} with a failed request"),
    });
    facts.extend(failures(report).map(|range| {
        let length = match range.end.since(range.start) {
            0 => String::new(),
            nanos => format!(" to {} ({})", range.end, span_of_time(nanos)),
        };
        format!("**Failures from:** {}{length}", range.start)
    }));
    for cause in report.causes.iter().take(EFFECTS) {
        let Some(rule) = report.rule(&cause.rule).filter(|rule| !rule.impact.as_str().is_empty()) else {
            continue;
        };
        let of =
            if report.causes.len() > 1 { format!(" of {}", report.code(&cause.rule)) } else { String::new() };
        facts.push(format!("**Effect{of}:** {}", markup::prose(rule.impact.as_str())));
    }
    page.list(&facts);
    tools(report, &counts.tools, page);
    failed(report, page);
}

/// When failed requests started, the first and the last.
fn failures(report: &Report<'_>) -> Option<TimeRange> {
    let failed = report.snapshot.requests.iter().filter(|request| request.outcome == Outcome::Failed);
    let mut starts = failed.filter_map(|request| Some(request.window?.start));
    let first = starts.next()?;
    Some(starts.fold(TimeRange { start: first, end: first }, TimeRange::including))
}

fn tools(report: &Report<'_>, tools: &[(Option<String>, Counts)], page: &mut Page) {
    if tools.len() < 2 || report.document.requests.failed == 0 {
        return;
    }
    let mut table = Table::new(&["Tool", ">Requests", ">Failed", ">Share"]);
    for (tool, counts) in tools.iter().take(TOOLS) {
        let name = tool.as_deref().map(|tool| markup::code_cell(report.line(tool).as_str()));
        table.row([
            name.unwrap_or_else(|| "no tool named".to_owned()),
            counts.total.to_string(),
            counts.failed.to_string(),
            percent(counts.failed, counts.total),
        ]);
    }
    page.table(&table);
    page.paragraph(&listed(TOOLS, tools.len(), "tools"));
}

fn failed(report: &Report<'_>, page: &mut Page) {
    let failed: Vec<_> =
        report.snapshot.requests.iter().filter(|request| request.outcome == Outcome::Failed).collect();
    if failed.is_empty() {
        return;
    }
    let mut table = Table::new(&["Failed request", "Start", ">Took", "Tool", "Cause"]);
    for request in failed.iter().take(REQUESTS) {
        let cause = report.causes.iter().find(|cause| cause.requests.contains(&request.key));
        let Some(shown) = report.request(request.key) else { continue };
        table.row([
            id(&shown),
            shown.start.map(|start| start.to_string()).unwrap_or_default(),
            request.window.map(|window| span_of_time(window.end.since(window.start))).unwrap_or_default(),
            shown.tool.as_ref().map(|tool| markup::code_cell(tool.as_str())).unwrap_or_default(),
            cause.map_or_else(
                || "unknown".to_owned(),
                |cause| markup::code_cell(report.line(&cause.rule).as_str()),
            ),
        ]);
    }
    page.table(&table);
    page.paragraph(&listed(REQUESTS, failed.len(), "failed requests"));
}

/// How a request is found again: its trace id, else its request id.
pub(super) fn id(request: &Request) -> String {
    let id = request.trace_id.as_deref().or(request.request_id.as_ref().map(crate::text::SafeText::as_str));
    id.map_or_else(|| "no id".to_owned(), markup::code_cell)
}
