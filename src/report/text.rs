//! For people: each rule once, with the line it rests on, the fix, and where to read more.

mod snippet;

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Style};

use super::document::{Diagnosis, Document, Evidence, Finding, Hypothesis, Request};
use super::expect::Comparison;
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
/// Columns when there is no terminal to ask.
const WIDTH: usize = 120;

/// Writes findings by rule, then what they add up to, what stays open, and what was read.
pub(super) fn write(
    document: &Document,
    comparison: Option<&Comparison>,
    color: bool,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { document, comparison, color, width: width.unwrap_or(WIDTH).clamp(40, 400), out };
    for group in summary::ranked(document) {
        page.group(&group)?;
    }
    page.missing()?;
    page.diagnoses()?;
    page.undetermined()?;
    page.unexplained()?;
    page.coverage()?;
    let verdict = summary::verdict(document, comparison);
    let bold = page.style(Style::new().bold());
    writeln!(page.out, "{bold}{verdict}{bold:#}")
}

struct Page<'a> {
    document: &'a Document,
    comparison: Option<&'a Comparison>,
    color: bool,
    width: usize,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn style(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        let bold = self.style(Style::new().bold());
        writeln!(self.out, "{bold}{text}{bold:#}")
    }

    /// `label: text`, wrapped, continued under the text.
    fn note(&mut self, label: &str, text: &str) -> io::Result<()> {
        let style = self.style(Style::new().bold());
        let indent = label.chars().count() + 4;
        let lines = wrap(text, self.width.saturating_sub(indent));
        let mut lines = lines.iter();
        writeln!(self.out, "  {style}{label}:{style:#} {}", lines.next().map_or("", |line| line))?;
        lines.try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }

    fn group(&mut self, group: &[&Finding]) -> io::Result<()> {
        let Some(first) = group.first().copied() else { return Ok(()) };
        let document = self.document;
        let rule = document.rules.get(&first.rule);
        let rendered = snippet::render(first, self.color, self.width);
        writeln!(self.out, "{rendered}")?;
        let accepted = |finding: &&&Finding| {
            self.comparison.is_some_and(|known| known.accepted.contains(&finding.fingerprint))
        };
        let expected = group.iter().filter(accepted).count();
        if expected > 0 {
            self.note("expected", &format!("{expected} of {} are known and accepted", group.len()))?;
        }
        if !first.cause.as_str().is_empty() {
            self.note("cause", first.cause.as_str())?;
        }
        self.occurrences(group)?;
        // What follows from a cause, or is none, needs no fix of its own.
        if first.role != Role::Noise && !summary::is_explained(document, &first.rule) {
            self.advice(first, rule)?;
        }
        let source = first.references.first().map(|url| format!(", {url}")).unwrap_or_default();
        self.note("more", &format!("agentcore-triage rules show {}{source}", first.rule))?;
        writeln!(self.out)
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
        self.note("seen", &format!("{text}{when}"))?;
        let first = group.first().map(|finding| &finding.message);
        for finding in requests.iter().take(REQUESTS) {
            let Some(request) = &finding.request else { continue };
            writeln!(self.out, "        {}", describe(request))?;
            if Some(&finding.message) != first {
                writeln!(self.out, "          {}", finding.message)?;
            }
        }
        match requests.len().saturating_sub(REQUESTS) {
            0 => Ok(()),
            rest => writeln!(self.out, "        and {}", summary::counted(rest as u64, "more request")),
        }
    }

    fn advice(&mut self, finding: &Finding, rule: Option<&RuleText>) -> io::Result<()> {
        for (index, step) in finding.fix.iter().enumerate() {
            let source = if step.sourced { "" } else { " (no public source)" };
            self.note(&format!("fix {}", index + 1), &format!("{}{source}", step.text))?;
            if let Some(command) = &step.command {
                let green = self.style(AnsiColor::Green.on_default());
                for line in command.as_str().lines() {
                    writeln!(self.out, "      {green}{line}{green:#}")?;
                }
            }
        }
        if !finding.verify.as_str().is_empty() {
            self.note("verify", finding.verify.as_str())?;
        }
        let not = rule.map(|rule| rule.not.as_slice()).unwrap_or_default();
        not.iter()
            .take(WRONG)
            .try_for_each(|(advice, why)| self.note("does not help", &format!("{advice} {why}")))
    }

    fn missing(&mut self) -> io::Result<()> {
        let missing = self.comparison.map(|known| known.missing.as_slice()).unwrap_or_default();
        if missing.is_empty() {
            return Ok(());
        }
        self.heading("expected and not found:")?;
        for expected in missing {
            writeln!(self.out, "  {}: {}", expected.rule, expected.message)?;
        }
        writeln!(self.out)
    }

    fn diagnoses(&mut self) -> io::Result<()> {
        let document = self.document;
        if document.diagnoses.is_empty() {
            return Ok(());
        }
        self.heading("diagnoses:")?;
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
            writeln!(self.out, "  {subject}")?;
            for line in wrap(verdict, self.width.saturating_sub(4)) {
                writeln!(self.out, "    {line}")?;
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
        self.heading("cannot tell from this capture:")?;
        for (rule, missing) in rules.iter().take(LISTED) {
            self.note(rule, &missing.join("; "))?;
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
        self.heading("errors that no rule explains:")?;
        for (excerpt, (piece, count)) in kinds.iter().take(LISTED) {
            writeln!(self.out, "  {} ({})", summary::place(piece), summary::counted(*count, "time"))?;
            writeln!(self.out, "    {excerpt}")?;
        }
        self.rest(kinds.len())
    }

    fn rest(&mut self, total: usize) -> io::Result<()> {
        match total.saturating_sub(LISTED) {
            0 => writeln!(self.out),
            rest => writeln!(self.out, "  and {rest} more\n"),
        }
    }

    fn coverage(&mut self) -> io::Result<()> {
        let document = self.document;
        self.heading("read:")?;
        for line in summary::coverage(document) {
            writeln!(self.out, "  {line}")?;
        }
        if document.inputs.is_empty() {
            writeln!(self.out, "  nothing")?;
        }
        let hints = summary::missing_layers(document);
        let nothing = document.findings.iter().all(|finding| finding.severity == Level::Info);
        if document.coverage.layers == [Layer::Unknown] && document.findings.is_empty() {
            writeln!(self.out, "  no record is known telemetry of AgentCore: is this the right file?")?;
        }
        if nothing && !hints.is_empty() {
            writeln!(self.out, "  not in this capture, and where more may show:")?;
            for hint in hints {
                writeln!(self.out, "    {hint}")?;
            }
        }
        writeln!(self.out)
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

/// Breaks text at spaces into lines of at most `width` characters, where words allow it.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let len = word.chars().count();
        match lines.last_mut() {
            Some(line) if used + 1 + len <= width => {
                line.push(' ');
                line.push_str(word);
                used += 1 + len;
            }
            _ => {
                lines.push(word.to_owned());
                used = len;
            }
        }
    }
    lines
}
