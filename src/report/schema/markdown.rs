//! For an issue, a chat or the section of a longer report.

use std::io::{self, Write};

use super::{Finding, SchemaDocument, place, summary, verdict};
use crate::report::markup::{cell, code, code_cell, link, prose};
use crate::report::summary::counted;

/// Rows of the table of findings.
const ROWS: usize = 50;
/// Findings of one risk whose calls are told.
const HIT: usize = 20;
/// Parameters that are written, over all lists.
const PARAMETERS: usize = 500;

/// The result, the findings, and what was not read.
pub(super) fn write(document: &SchemaDocument, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", prose(&verdict(document)))?;
    if !document.findings.is_empty() {
        findings(&document.findings, out)?;
    }
    if !document.unreadable.is_empty() {
        writeln!(out, "Not read, or not in full:\n")?;
        for what in &document.unreadable {
            writeln!(out, "- {}", prose(what.as_str()))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Every parameter with its type, list by list.
pub(super) fn parameters(document: &SchemaDocument, out: &mut dyn Write) -> io::Result<()> {
    if !document.lists.is_empty() {
        writeln!(out, "### Parameters as declared\n")?;
    }
    let mut left = PARAMETERS;
    for list in &document.lists {
        writeln!(out, "{}\n", prose(&summary(list)))?;
        writeln!(out, "| Tool | Parameter | Type | Required | Default |\n| --- | --- | --- | --- | --- |")?;
        let rows = list.tools.iter().flat_map(|tool| tool.parameters.iter().map(move |leaf| (tool, leaf)));
        for (tool, leaf) in rows.clone().take(left) {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                code_cell(tool.name.as_str()),
                code_cell(leaf.path.as_str()),
                cell(leaf.declared.as_str()),
                if leaf.required { "yes" } else { "no" },
                leaf.default.as_ref().map(|value| code_cell(value.as_str())).unwrap_or_default(),
            )?;
        }
        let count = rows.count();
        let rest = count.saturating_sub(left);
        left = left.saturating_sub(count);
        if rest > 0 {
            writeln!(out, "\n{rest} more parameters are not shown.")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn findings(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| Level | Risk | Parameter | Declared | Use instead | Calls |\n| --- | --- | --- | --- | --- | ---: |"
    )?;
    for finding in findings.iter().take(ROWS) {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            finding.level,
            finding.risk,
            code_cell(&place(finding)),
            cell(finding.declared.as_str()),
            code_cell(finding.recommended.as_str()),
            finding.hits,
        )?;
    }
    let rest = findings.len().saturating_sub(ROWS);
    if rest > 0 {
        writeln!(out, "\n{rest} more findings are not shown.")?;
    }
    writeln!(out)?;
    let mut told = Vec::new();
    for finding in findings {
        if told.contains(&finding.risk) {
            continue;
        }
        told.push(finding.risk);
        let source =
            finding.source.as_ref().map(|url| format!(" {}", link(url.as_str()))).unwrap_or_default();
        writeln!(out, "- **{}**: {}{source}", finding.risk, prose(finding.message.as_str()))?;
        if let Some(command) = &finding.command {
            writeln!(out, "  Then {}", code(command.as_str()))?;
        }
        if let Some(not) = &finding.not {
            writeln!(out, "  Does not help: {} {}", prose(not.advice.as_str()), prose(not.why.as_str()))?;
        }
        let hit = findings.iter().filter(|other| other.risk == finding.risk && other.hits > 0);
        for hit in hit.take(HIT) {
            calls(hit, out)?;
        }
    }
    writeln!(out)
}

/// How many calls hit a finding, and the first of them.
fn calls(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let count = counted(u64::from(finding.hits), "call");
    write!(out, "  - {}: {count}", code(&place(finding)))?;
    if let Some(call) = finding.calls.first() {
        let time = call.timestamp.map(|at| format!(" at {at}")).unwrap_or_default();
        let place = format!("{}:{}", call.path, call.line);
        write!(out, ", first {}{time}: {}", code(&place), code(call.excerpt.as_str()))?;
    }
    writeln!(out)
}
