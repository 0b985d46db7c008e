//! What to do, in order, and how to see that it worked.

use super::page::Page;
use super::words::listed;
use super::{Report, causes, markup};
use crate::model::has_blank;
use crate::report::document::Finding;

/// The section.
pub(super) fn section(report: &Report<'_>, page: &mut Page) {
    let causes = report.causes.iter().take(causes::CAUSES);
    let findings: Vec<&Finding> = causes
        .filter_map(|cause| report.findings_of(&cause.rule).next())
        .map(|(_, finding)| finding)
        .chain(report.symptoms())
        .filter(|finding| !finding.fix.is_empty())
        .collect();
    if findings.is_empty() {
        return;
    }
    page.heading(2, "Fixes");
    for finding in &findings {
        if findings.len() > 1 {
            page.heading(3, &markup::prose(finding.title.as_str()));
        }
        steps(finding, page);
    }
    page.paragraph(&listed(causes::CAUSES, report.causes.len(), "root causes"));
}

fn steps(finding: &Finding, page: &mut Page) {
    for (index, step) in finding.fix.iter().enumerate() {
        let unsourced = if step.sourced { "" } else { " (no public source)" };
        let text = format!("{}{unsourced}", markup::prose(step.text.as_str()));
        page.step(index + 1, &text, step.command.as_ref().map(crate::text::SafeText::as_str));
    }
    if finding.fix.iter().filter_map(|step| step.command.as_ref()).any(|command| has_blank(command.as_str()))
    {
        page.paragraph(
            "Words in capitals in a command are yours to fill in: the capture does not hold them.",
        );
    }
    if !finding.verify.as_str().is_empty() {
        page.paragraph(&format!("**Verify:** {}", markup::prose(finding.verify.as_str())));
    }
    if !finding.references.is_empty() {
        page.paragraph("**Sources:**");
        page.list(&finding.references.iter().map(|url| markup::link(url.as_str())).collect::<Vec<_>>());
    }
}
