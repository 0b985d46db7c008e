//! The failing request beside a healthy one: what differs, and how well it tells failed from healthy requests.

use super::page::{Page, Table};
use super::words::listed;
use super::{Report, markup};
use crate::model::{BaselineChoice, Comparison, Difference, Share};

/// Rows of the table.
const ROWS: usize = 10;
/// Longest value, in characters.
const VALUE: usize = 80;

/// The section; nothing without a failed request.
pub(super) fn section(report: &Report<'_>, page: &mut Page) {
    let Some(comparison) = &report.comparison else { return };
    if comparison.differences.is_empty() && comparison.same == 0 && comparison.caution.is_none() {
        return;
    }
    page.heading(2, "Comparison with a healthy request");
    if let Some(healthy) = &comparison.healthy {
        let beside = markup::code(report.line(&healthy.label).as_str());
        page.paragraph(&format!("Beside {beside}, {}.", choice(healthy.choice)));
    }
    if let Some(caution) = &comparison.caution {
        page.paragraph(&format!("**Caution:** {}", markup::prose(report.line(caution).as_str())));
    }
    if comparison.healthy.is_some() {
        differences(report, comparison, page);
    }
}

fn choice(choice: BaselineChoice) -> &'static str {
    match choice {
        BaselineChoice::Named => "which was named as healthy",
        BaselineChoice::SameTool => "a healthy call of the same tool",
        BaselineChoice::SameTarget => "a healthy call of another tool of the same target",
        BaselineChoice::SameResource => "a healthy request of the same resource",
    }
}

fn differences(report: &Report<'_>, comparison: &Comparison, page: &mut Page) {
    let Comparison { differences, same, .. } = comparison;
    if differences.is_empty() {
        page.paragraph(&format!("None of {same} attributes differs."));
        return;
    }
    page.paragraph(&format!(
        "Best separating first. The counts are requests with the failing value, of {} failed and {} healthy ones \
         that were looked at; {same} attributes are the same.",
        looked_at(comparison.failed),
        looked_at(comparison.healthy_seen),
    ));
    let mut table = Table::new(&["Attribute", "Failing", "Healthy", ">Of failed", ">Of healthy"]);
    for difference in differences.iter().take(ROWS) {
        table.row(row(report, difference));
    }
    page.table(&table);
    page.paragraph(&listed(ROWS, differences.len(), "differences"));
}

fn looked_at(share: Share) -> String {
    if share.with == share.of { share.of.to_string() } else { format!("{} (of {})", share.with, share.of) }
}

fn row(report: &Report<'_>, difference: &Difference) -> [String; 5] {
    let value = |value: &Option<String>| match value {
        Some(value) => markup::code_cell(report.door.line(value, VALUE).as_str()),
        None => "absent".to_owned(),
    };
    let share = |share: Share| format!("{} of {}", share.with, share.of);
    let attribute = report.door.line(&difference.attribute, VALUE);
    [
        markup::cell(&format!("{}: {attribute}", difference.kind)),
        value(&difference.failing),
        value(&difference.healthy),
        share(difference.among_failed),
        share(difference.among_healthy),
    ]
}
