//! A short form for the summary of a CI job: the verdict, the root causes with their first fix, and a table.

use std::io::{self, Write};

use indexmap::IndexMap;

use super::document::{Diagnosis, Document, Finding};
use super::expect::Comparison;
use super::markup::{block, cell, code, code_cell, prose};
use super::summary::{self, counted};
use crate::model::Standing;
use crate::text::SafeText;

/// Rows in the table of findings and items of a list; the rest is counted.
const ROWS: usize = 20;

/// Writes a headline, the root causes, a table of findings, and what was read.
pub(super) fn write(
    document: &Document,
    comparison: Option<&Comparison>,
    stops: &[(SafeText, SafeText)],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "## agentcore-triage\n\n{}\n", prose(&summary::verdict(document, comparison)))?;
    causes(document, stops, out)?;
    if !document.findings.is_empty() {
        findings(document, comparison, out)?;
    }
    if let Some(known) = comparison.filter(|known| !known.missing.is_empty()) {
        writeln!(out, "### Expected and not found\n")?;
        for expected in &known.missing {
            writeln!(out, "- {}: {}", code(expected.rule.as_str()), prose(expected.message.as_str()))?;
        }
        writeln!(out)?;
    }
    unexplained(document, out)?;
    writeln!(out, "### Read\n")?;
    for line in summary::coverage(document) {
        writeln!(out, "- {}", prose(&line))?;
    }
    Ok(())
}

/// Each root cause once: how sure, how many requests, where they stopped, what to do first.
fn causes(document: &Document, stops: &[(SafeText, SafeText)], out: &mut dyn Write) -> io::Result<()> {
    let mut causes: IndexMap<&SafeText, Vec<&Diagnosis>> = IndexMap::new();
    for diagnosis in &document.diagnoses {
        if let Some(rule) = &diagnosis.root_cause {
            causes.entry(rule).or_default().push(diagnosis);
        }
    }
    for (rule, diagnoses) in causes.iter().take(ROWS) {
        let Some(finding) = document.findings.iter().find(|finding| finding.rule == **rule) else { continue };
        let requests = diagnoses.iter().filter(|diagnosis| diagnosis.request.is_some()).count();
        let of = match requests {
            0 => String::new(),
            hit => format!(", root cause of {}", counted(hit as u64, "failed request")),
        };
        writeln!(out, "### {}\n", prose(finding.title.as_str()))?;
        writeln!(out, "{}\n", prose(finding.message.as_str()))?;
        writeln!(out, "{}: {}{of}.", code(rule.as_str()), standing(rule, diagnoses))?;
        if let Some((_, verdict)) = stops.iter().find(|(stopped, _)| stopped == *rule) {
            writeln!(out, "\n{}", prose(verdict.as_str()))?;
        }
        if let Some(step) = finding.fix.first() {
            writeln!(out, "\nFirst: {}", prose(step.text.as_str()))?;
            if let Some(command) = &step.command {
                write!(out, "\n{}", block(command.as_str(), "sh", ""))?;
            }
        }
        writeln!(out)?;
    }
    rest(causes.len(), "root cause", out)?;
    let open = document.diagnoses.iter().filter(|diagnosis| diagnosis.root_cause.is_none()).count();
    if open > 0 {
        writeln!(out, "The cause of {} is unknown.\n", counted(open as u64, "failed request"))?;
    }
    Ok(())
}

/// The best standing of a root cause.
fn standing(rule: &SafeText, diagnoses: &[&Diagnosis]) -> Standing {
    let hypotheses = diagnoses.iter().flat_map(|diagnosis| &diagnosis.hypotheses);
    let own = hypotheses.filter(|hypothesis| hypothesis.rule == *rule);
    own.map(|hypothesis| hypothesis.standing).min().unwrap_or(Standing::Possible)
}

fn findings(document: &Document, comparison: Option<&Comparison>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| Level | Rule | Finding | Tool | Where | Seen |\n| --- | --- | --- | --- | --- | ---: |"
    )?;
    for finding in document.findings.iter().take(ROWS) {
        writeln!(out, "{}", row(finding, comparison))?;
    }
    writeln!(out)?;
    rest(document.findings.len(), "finding", out)
}

fn row(finding: &Finding, comparison: Option<&Comparison>) -> String {
    let tool = finding.request.as_ref().and_then(|request| request.tool.as_ref());
    let place = finding.evidence.first().map(summary::place).unwrap_or_default();
    let accepted = comparison.is_some_and(|known| known.accepted.contains(&finding.fingerprint));
    format!(
        "| {}{} | {} | {} | {} | {} | {} |",
        finding.severity,
        if accepted { " (expected)" } else { "" },
        code_cell(finding.rule.as_str()),
        cell(finding.message.as_str()),
        tool.map(|tool| code_cell(tool.as_str())).unwrap_or_default(),
        code_cell(&place),
        finding.occurrences,
    )
}

fn unexplained(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    if document.unexplained.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Errors that no rule explains\n")?;
    for errors in document.unexplained.iter().take(ROWS) {
        if let Some(piece) = errors.evidence.first() {
            let place = summary::place(piece);
            writeln!(out, "- {}× {} ({})", errors.occurrences, code(piece.excerpt.as_str()), prose(&place))?;
        }
    }
    writeln!(out)?;
    rest(document.unexplained.len(), "error", out)
}

/// Says how many more there are than the first [`ROWS`].
fn rest(all: usize, noun: &str, out: &mut dyn Write) -> io::Result<()> {
    match all.saturating_sub(ROWS) {
        0 => Ok(()),
        more => writeln!(out, "{} not shown.\n", counted(more as u64, &format!("further {noun}"))),
    }
}
