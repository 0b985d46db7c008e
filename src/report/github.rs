//! GitHub workflow commands: annotations in the log of a job.

use std::io::{self, Write};

use super::document::{Document, Finding};
use super::expect::Comparison;
use crate::model::Level;

/// Annotations of one level that GitHub keeps per step; it drops the rest without a word.
const CAP: usize = 10;

struct Annotation {
    level: Level,
    file: Option<String>,
    line: Option<u32>,
    title: String,
    message: String,
}

/// Writes up to [`CAP`] annotations per level, worst first, and a notice that counts the rest.
pub(super) fn write(
    document: &Document,
    comparison: Option<&Comparison>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut annotations = unreadable(document);
    annotations.extend(missing(comparison));
    let accepted =
        |finding: &&Finding| comparison.is_some_and(|known| known.accepted.contains(&finding.fingerprint));
    annotations.extend(document.findings.iter().filter(|finding| !accepted(finding)).map(of_finding));
    annotations.sort_by_key(|annotation| std::cmp::Reverse(annotation.level));
    let mut used = [0; 3];
    let mut left = 0;
    for annotation in &annotations {
        let used = &mut used[annotation.level as usize];
        // The last notice is kept for the count of what is left out.
        let cap = if annotation.level == Level::Info { CAP - 1 } else { CAP };
        if *used < cap {
            *used += 1;
            annotation.write(out)?;
        } else {
            left += 1;
        }
    }
    if left > 0 {
        writeln!(
            out,
            "::notice title=agentcore-triage::{left} more not shown here: use --format text or sarif"
        )?;
    }
    let requests = &document.requests;
    if annotations.is_empty() {
        writeln!(
            out,
            "::notice title=agentcore-triage::No known failure in {} requests, {} of them failed",
            requests.total, requests.failed
        )?;
    }
    Ok(())
}

fn of_finding(finding: &Finding) -> Annotation {
    let place = finding.evidence.first();
    let path = place.and_then(|place| place.path.as_ref()).map(ToString::to_string);
    let mut message = finding.message.to_string();
    if let Some(step) = finding.fix.first() {
        message.push_str("\nFix: ");
        message.push_str(step.text.as_str());
        if let Some(command) = &step.command {
            message.push('\n');
            message.push_str(command.as_str());
        }
    }
    Annotation {
        level: finding.severity,
        file: path.filter(|path| path != "-"),
        line: place.and_then(|place| place.line),
        title: format!("{}: {}", finding.rule, finding.title),
        message,
    }
}

fn unreadable(document: &Document) -> Vec<Annotation> {
    let issues = document.inputs.iter().flat_map(|input| &input.issues);
    let annotate = |issue: &super::document::Issue| Annotation {
        level: if issue.fatal { Level::Error } else { Level::Warning },
        file: Some(issue.path.to_string()).filter(|path| path != "-"),
        line: issue.line,
        title: "input".to_owned(),
        message: issue.message.to_string(),
    };
    issues.map(annotate).collect()
}

fn missing(comparison: Option<&Comparison>) -> impl Iterator<Item = Annotation> {
    let missing = comparison.map(|known| known.missing.as_slice()).unwrap_or_default();
    missing.iter().map(|expected| Annotation {
        level: Level::Error,
        file: None,
        line: None,
        title: format!("{}: expected and not found", expected.rule),
        message: format!("No longer there: {}", expected.message),
    })
}

impl Annotation {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let command = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Info => "notice",
        };
        write!(out, "::{command} ")?;
        if let Some(file) = &self.file {
            write!(out, "file={},", property(file))?;
            if let Some(line) = self.line {
                write!(out, "line={line},")?;
            }
        }
        writeln!(out, "title={}::{}", property(&self.title), data(&self.message))
    }
}

/// Escapes a message, as the `@actions/core` toolkit does.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
