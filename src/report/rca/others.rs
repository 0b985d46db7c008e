//! What else was found, and the errors that no rule explains.

use super::page::{Page, Table};
use super::words::listed;
use super::{Report, markup};
use crate::model::Role;
use crate::report::document::Finding;
use crate::report::summary;

/// Rows of each table.
const ROWS: usize = 20;
/// Longest text in a table, in characters.
const CELL: usize = 200;

/// Findings that are no root cause.
pub(super) fn findings(report: &Report<'_>, page: &mut Page) {
    let is_root =
        |finding: &Finding| report.causes.iter().any(|cause| report.line(&cause.rule) == finding.rule);
    let groups: Vec<Vec<&Finding>> = summary::ranked(&report.document)
        .into_iter()
        .filter(|group| !group.iter().any(|finding| is_root(finding)))
        .collect();
    if groups.is_empty() {
        return;
    }
    page.heading(2, "Other findings");
    let mut table = Table::new(&["Rule", "What it is", "Finding", ">Seen"]);
    for group in groups.iter().take(ROWS) {
        let Some(finding) = group.first() else { continue };
        let seen: u32 = group.iter().map(|finding| finding.occurrences).sum();
        table.row([
            markup::code_cell(finding.rule.as_str()),
            kind(report, finding),
            markup::cell(report.door.line(finding.message.as_str(), CELL).as_str()),
            seen.to_string(),
        ]);
    }
    page.table(&table);
    page.paragraph(&listed(ROWS, groups.len(), "findings"));
}

/// What a finding that is no root cause is in the story.
fn kind(report: &Report<'_>, finding: &Finding) -> String {
    match finding.role {
        Role::Noise => "looks like a failure and is none".to_owned(),
        Role::Symptom if summary::is_explained(&report.document, &finding.rule) => {
            "follows from the cause".to_owned()
        }
        Role::Symptom => format!("symptom, {}", finding.severity),
        Role::Cause => format!("cause, {}", finding.severity),
    }
}

/// Errors that no rule explains, by wording.
pub(super) fn unexplained(report: &Report<'_>, page: &mut Page) {
    let errors = &report.snapshot.unexplained;
    if errors.is_empty() {
        return;
    }
    page.heading(2, "Errors that no rule explains");
    page.paragraph("By wording; `*` stands for what differs. The place is that of the first one.");
    let mut table = Table::new(&["Wording", ">Seen", ">Requests", "First", "Where"]);
    for (error, shown) in errors.iter().zip(&report.document.unexplained).take(ROWS) {
        let Some(piece) = shown.evidence.first() else { continue };
        let wording = if error.template.is_empty() { piece.excerpt.as_str() } else { &error.template };
        table.row([
            markup::code_cell(report.door.line(wording, CELL).as_str()),
            error.occurrences.to_string(),
            error.requests.len().to_string(),
            error.first.map(|first| first.to_string()).unwrap_or_default(),
            markup::code_cell(&summary::place(piece)),
        ]);
    }
    page.table(&table);
    page.paragraph(&listed(ROWS, errors.len(), "wordings"));
}
