//! For people: each rule once, with the line it rests on, the fix, and where to read more.

mod snippet;

use std::io::{self, Write};

use super::document::{Diagnosis, Document, Evidence, Finding, Hypothesis, Request};
use super::expect::Comparison;
use super::paper::{Paper, wrap};
use super::rule::RuleText;
use super::summary;
use crate::model::{Layer, Level, Role, Standing};
use crate::text::SafeText;

/// Requests listed per rule; the rest is counted.
const REQUESTS: usize = 5;
/// Errors without an explanation, and undecided rules, that are listed; the rest is counted.
const LISTED: usize = 10;
/// Wrong advice named per finding; `rules show` has the rest.
const WRONG: usize = 2;

/// Writes findings by rule, then what they add up to, what stays open, and what was read.
pub(super) fn write(
    document: &Document,
    comparison: Option<&Comparison>,
    color: bool,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { document, comparison, paper: Paper::new(color, width, out) };
    for group in summary::ranked(document) {
        page.group(&group)?;
    }
    page.missing()?;
    page.diagnoses()?;
    page.undetermined()?;
    page.unexplained()?;
    page.coverage()?;
    let verdict = summary::verdict(document, comparison);
    page.paper.bold(&verdict)
}

struct Page<'a> {
    document: &'a Document,
    comparison: Option<&'a Comparison>,
    paper: Paper<'a>,
}

impl Page<'_> {
    fn group(&mut self, group: &[&Finding]) -> io::Result<()> {
        let Some(first) = group.first().copied() else { return Ok(()) };
        let document = self.document;
        let rule = document.rules.get(&first.rule);
        let rendered = snippet::render(first, self.paper.color, self.paper.width);
        writeln!(self.paper.out, "{rendered}")?;
        let accepted = |finding: &&&Finding| {
            self.comparison.is_some_and(|known| known.accepted.contains(&finding.fingerprint))
        };
        let expected = group.iter().filter(accepted).count();
        if expected > 0 {
            self.paper.note(
                2,
                "expected",
                &format!("{expected} of {} are known and accepted", group.len()),
            )?;
        }
        if !first.cause.as_str().is_empty() {
            self.paper.note(2, "cause", first.cause.as_str())?;
        }
        self.occurrences(group)?;
        // What follows from a cause, or is none, needs no fix of its own.
        if first.role != Role::Noise && !summary::is_explained(document, &first.rule) {
            self.advice(first, rule)?;
        }
        let source = first.references.first().map(|url| format!(", {url}")).unwrap_or_default();
        self.paper.note(2, "more", &format!("agentcore-triage rules show {}{source}", first.rule))?;
        writeln!(self.paper.out)
    }

    /// When it happened, and to which requests.
    fn occurrences(&mut self, group: &[&Finding]) -> io::Result<()> {
        let seen: u64 = group.iter().map(|finding| u64::from(finding.occurrences)).sum();
        let start = group.iter().filter_map(|finding| finding.first).min();
        let end = group.iter().filter_map(|finding| finding.last.or(finding.first)).max();
        let mut text = summary::counted(seen, "time");
        let requests: Vec<_> = group.iter().filter(|finding| finding.request.is_some()).collect();
        if !requests.is_empty() {
            text.push_str(" in ");
            text.push_str(&summary::counted(requests.len() as u64, "request"));
        }
        let when = match (start, end) {
            (Some(start), Some(end)) if start != end => format!(", {start} to {end}"),
            (Some(start), _) => format!(", at {start}"),
            _ => String::new(),
        };
        self.paper.note(2, "seen", &format!("{text}{when}"))?;
        let first = group.first().map(|finding| &finding.message);
        for finding in requests.iter().take(REQUESTS) {
            let Some(request) = &finding.request else { continue };
            writeln!(self.paper.out, "        {}", describe(request))?;
            if Some(&finding.message) != first {
                writeln!(self.paper.out, "          {}", finding.message)?;
            }
        }
        match requests.len().saturating_sub(REQUESTS) {
            0 => Ok(()),
            rest => writeln!(self.paper.out, "        and {}", summary::counted(rest as u64, "more request")),
        }
    }

    fn advice(&mut self, finding: &Finding, rule: Option<&RuleText>) -> io::Result<()> {
        for (index, step) in finding.fix.iter().enumerate() {
            let source = if step.sourced { "" } else { " (no public source)" };
            self.paper.note(2, &format!("fix {}", index + 1), &format!("{}{source}", step.text))?;
            if let Some(command) = &step.command {
                let green = self.paper.command_style();
                for line in command.as_str().lines() {
                    writeln!(self.paper.out, "      {green}{line}{green:#}")?;
                }
            }
        }
        if !finding.verify.as_str().is_empty() {
            self.paper.note(2, "verify", finding.verify.as_str())?;
        }
        let not = rule.map(|rule| rule.not.as_slice()).unwrap_or_default();
        not.iter()
            .take(WRONG)
            .try_for_each(|(advice, why)| self.paper.note(2, "does not help", &format!("{advice} {why}")))
    }

    fn missing(&mut self) -> io::Result<()> {
        let missing = self.comparison.map(|known| known.missing.as_slice()).unwrap_or_default();
        if missing.is_empty() {
            return Ok(());
        }
        self.paper.bold("expected and not found:")?;
        for expected in missing {
            writeln!(self.paper.out, "  {}: {}", expected.rule, expected.message)?;
        }
        writeln!(self.paper.out)
    }

    fn diagnoses(&mut self) -> io::Result<()> {
        let document = self.document;
        if document.diagnoses.is_empty() {
            return Ok(());
        }
        self.paper.bold("diagnoses:")?;
        let mut verdicts: indexmap::IndexMap<String, Vec<&Diagnosis>> = indexmap::IndexMap::new();
        for diagnosis in &document.diagnoses {
            verdicts.entry(verdict(diagnosis)).or_default().push(diagnosis);
        }
        for (verdict, diagnoses) in verdicts.iter().take(LISTED) {
            let subject = match &diagnoses[..] {
                [Diagnosis { request: Some(request), .. }] => describe(request),
                [_] => "the capture".to_owned(),
                several => summary::counted(several.len() as u64, "request"),
            };
            writeln!(self.paper.out, "  {subject}")?;
            for line in wrap(verdict, self.paper.width.saturating_sub(4)) {
                writeln!(self.paper.out, "    {line}")?;
            }
        }
        self.rest(verdicts.len())
    }

    fn undetermined(&mut self) -> io::Result<()> {
        let document = self.document;
        if document.undetermined.is_empty() {
            return Ok(());
        }
        let mut rules: indexmap::IndexMap<&str, Vec<&str>> = indexmap::IndexMap::new();
        for entry in &document.undetermined {
            let missing = rules.entry(entry.rule.as_str()).or_default();
            for text in entry.missing.iter().map(SafeText::as_str) {
                if !missing.contains(&text) && missing.len() < LISTED {
                    missing.push(text);
                }
            }
        }
        self.paper.bold("cannot tell from this capture:")?;
        for (rule, missing) in rules.iter().take(LISTED) {
            self.paper.note(2, rule, &missing.join("; "))?;
        }
        self.rest(rules.len())
    }

    fn unexplained(&mut self) -> io::Result<()> {
        let document = self.document;
        if document.unexplained.is_empty() {
            return Ok(());
        }
        let mut kinds: indexmap::IndexMap<&str, (&Evidence, u64)> = indexmap::IndexMap::new();
        for errors in &document.unexplained {
            let Some(piece) = errors.evidence.first() else { continue };
            kinds.entry(piece.excerpt.as_str()).or_insert((piece, 0)).1 += u64::from(errors.occurrences);
        }
        self.paper.bold("errors that no rule explains:")?;
        for (excerpt, (piece, count)) in kinds.iter().take(LISTED) {
            writeln!(self.paper.out, "  {} ({})", summary::place(piece), summary::counted(*count, "time"))?;
            writeln!(self.paper.out, "    {excerpt}")?;
        }
        self.rest(kinds.len())
    }

    fn rest(&mut self, total: usize) -> io::Result<()> {
        match total.saturating_sub(LISTED) {
            0 => writeln!(self.paper.out),
            rest => writeln!(self.paper.out, "  and {rest} more\n"),
        }
    }

    fn coverage(&mut self) -> io::Result<()> {
        let document = self.document;
        self.paper.bold("read:")?;
        for line in summary::coverage(document) {
            writeln!(self.paper.out, "  {line}")?;
        }
        if document.inputs.is_empty() {
            writeln!(self.paper.out, "  nothing")?;
        }
        let hints = summary::missing_layers(document);
        let nothing = document.findings.iter().all(|finding| finding.severity == Level::Info);
        if document.coverage.layers == [Layer::Unknown] && document.findings.is_empty() {
            writeln!(self.paper.out, "  no record is known telemetry of AgentCore: is this the right file?")?;
        }
        if nothing && !hints.is_empty() {
            writeln!(self.paper.out, "  not in this capture, and where more may show:")?;
            for hint in hints {
                writeln!(self.paper.out, "    {hint}")?;
            }
        }
        writeln!(self.paper.out)
    }
}

/// A request on one line, as far as it is known.
fn describe(request: &Request) -> String {
    let mut parts = Vec::new();
    parts.extend(request.start.map(|start| start.to_string()));
    parts.extend(request.tool.as_ref().map(|tool| format!("tool {tool}")));
    match (&request.trace_id, &request.request_id) {
        (Some(trace), _) => parts.push(format!("trace {trace}")),
        (None, Some(id)) => parts.push(format!("request {id}")),
        (None, None) => {}
    }
    parts.extend(request.duration_ms.map(|millis| format!("{millis:.0} ms")));
    if parts.is_empty() { "a request without an id".to_owned() } else { parts.join("  ") }
}

/// The root cause with what follows from it, and what else is proven beside it.
fn verdict(diagnosis: &Diagnosis) -> String {
    let chain: Vec<_> = diagnosis.chain.iter().map(SafeText::as_str).collect();
    let open = |hypothesis: &&Hypothesis| !chain.contains(&hypothesis.rule.as_str());
    match &diagnosis.root_cause {
        Some(cause) => {
            let chain = if chain.is_empty() { cause.to_string() } else { chain.join(" → ") };
            let proven = diagnosis.hypotheses.iter().filter(open);
            let beside: Vec<_> = proven
                .filter(|other| other.standing == Standing::Confirmed && other.against.is_empty())
                .map(|other| other.rule.as_str())
                .collect();
            if beside.is_empty() { chain } else { format!("{chain}; independently {}", beside.join(", ")) }
        }
        None if diagnosis.hypotheses.is_empty() => {
            let missing: Vec<_> = diagnosis.missing.iter().map(SafeText::as_str).collect();
            if missing.is_empty() {
                "no cause known".to_owned()
            } else {
                format!("no cause known. {}", missing.join(". "))
            }
        }
        None => {
            let open = diagnosis.hypotheses.iter();
            let open: Vec<_> = open.map(|other| format!("{} {}", other.rule, other.standing)).collect();
            format!("no cause proven; {}", open.join(", "))
        }
    }
}
