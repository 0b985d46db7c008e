//! `JUnit` XML: one test case per rule, so that a CI view lists failures like any other test's.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::document::{Document, Finding, Input};
use super::expect::Comparison;
use super::rule::RuleText;
use super::summary::{counted, place};
use crate::model::Level;
use crate::text::SafeText;

/// Writes one suite: rules with findings at or above `fail_on` fail, rules that could not be decided are skipped,
/// inputs that could not be read are errors, everything else passes.
pub(super) fn write(
    document: &Document,
    fail_on: Option<Level>,
    comparison: Option<&Comparison>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut suite = TestSuite::new("agentcore-triage");
    suite.add_test_cases(document.inputs.iter().map(input_case));
    for (id, rule) in &document.rules {
        suite.add_test_case(rule_case(id, rule, document, fail_on, comparison));
    }
    let quiet = document.catalogue.rules.saturating_sub(document.rules.len());
    if quiet > 0 {
        let mut case = TestCase::new(
            format!("{} with nothing to say", counted(quiet as u64, "rule")),
            TestCaseStatus::success(),
        );
        case.set_classname("rules");
        suite.add_test_case(case);
    }
    for expected in comparison.map(|known| known.missing.as_slice()).unwrap_or_default() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message("expected and not found").set_description(expected.message.as_str());
        let mut case = TestCase::new(expected.rule.as_str(), status);
        case.set_classname("expected");
        suite.add_test_case(case);
    }
    let mut report = Report::new("agentcore-triage");
    report.add_test_suite(suite);
    let xml = report.to_string().map_err(io::Error::other)?;
    out.write_all(without_skipped(&xml).as_bytes())
}

/// Takes the `skipped` count from the root element, where the schema of Jenkins does not know it.
fn without_skipped(xml: &str) -> String {
    let cut = || {
        let root = xml.find("<testsuites ")?;
        let end = root + xml[root..].find('>')?;
        let start = root + xml[root..end].find(" skipped=\"")?;
        let value = start + " skipped=\"".len();
        Some((start, value + xml[value..end].find('"')? + 1))
    };
    match cut() {
        Some((start, end)) => [&xml[..start], &xml[end..]].concat(),
        None => xml.to_owned(),
    }
}

fn input_case(input: &Input) -> TestCase {
    let lines: Vec<_> = input
        .issues
        .iter()
        .map(|issue| match issue.line {
            Some(line) => format!("{}:{line}: {}", issue.path, issue.message),
            None => format!("{}: {}", issue.path, issue.message),
        })
        .collect();
    let fatal = input.issues.iter().find(|issue| issue.fatal);
    let mut status = TestCaseStatus::success();
    if let Some(issue) = fatal {
        status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(issue.message.as_str()).set_type("unreadable");
    }
    let mut case = TestCase::new(input.path.as_str(), status);
    case.set_classname("input");
    if !lines.is_empty() {
        case.set_system_out(lines.join("\n"));
    }
    case
}

fn rule_case(
    id: &SafeText,
    rule: &RuleText,
    document: &Document,
    fail_on: Option<Level>,
    comparison: Option<&Comparison>,
) -> TestCase {
    let findings: Vec<_> = document.findings.iter().filter(|finding| finding.rule == *id).collect();
    let accepted =
        |finding: &Finding| comparison.is_some_and(|known| known.accepted.contains(&finding.fingerprint));
    let failed = findings
        .iter()
        .find(|finding| fail_on.is_some_and(|level| finding.severity >= level) && !accepted(finding));
    let undetermined = document.undetermined.iter().find(|entry| entry.rule == *id);
    let text = describe(&findings);
    let status = match (failed, undetermined) {
        (Some(finding), _) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message(finding.message.as_str())
                .set_type(finding.severity.word())
                .set_description(text.as_str());
            status
        }
        (None, Some(entry)) if findings.is_empty() => {
            let missing: Vec<_> = entry.missing.iter().map(SafeText::as_str).collect();
            let mut status = TestCaseStatus::skipped();
            // As text: the schema of Jenkins allows `skipped` no attribute.
            status.set_description(format!("cannot tell: {}", missing.join("; ")));
            status
        }
        _ => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(id.as_str(), status);
    case.set_classname(format!("rules.{}", rule.layer));
    if failed.is_none() && !text.is_empty() {
        case.set_system_out(text);
    }
    case
}

/// Findings of one rule as lines of text: message and evidence of each, then the fix.
fn describe(findings: &[&Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        lines.push(format!("{}: {}", finding.severity, finding.message));
        for piece in &finding.evidence {
            lines.push(format!("  {} {}", place(piece), piece.excerpt));
        }
    }
    for (index, step) in findings.iter().take(1).flat_map(|finding| finding.fix.iter().enumerate()) {
        lines.push(format!("fix {}: {}", index + 1, step.text));
        let command = step.command.as_ref().map(SafeText::as_str).unwrap_or_default();
        lines.extend(command.lines().map(|line| format!("    {line}")));
    }
    lines.join("\n")
}
