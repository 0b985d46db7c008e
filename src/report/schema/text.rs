//! For people: the findings, then every parameter with its type.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Style};

use super::{Call, Finding, List, SchemaDocument, place, summary, verdict};
use crate::model::Level;
use crate::report::text::wrap;

/// Findings that are written; the rest is counted.
const FINDINGS: usize = 100;
/// Parameters that are written, over all lists; the rest is counted.
const PARAMETERS: usize = 500;
/// Calls per finding.
const CALLS: usize = 3;
/// Columns when there is no terminal to ask.
const WIDTH: usize = 120;

pub(super) fn write(
    document: &SchemaDocument,
    color: bool,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { color, width: width.unwrap_or(WIDTH).clamp(40, 400), left: PARAMETERS, out };
    for finding in document.findings.iter().take(FINDINGS) {
        page.finding(finding)?;
    }
    let rest = document.findings.len().saturating_sub(FINDINGS);
    if rest > 0 {
        writeln!(page.out, "and {rest} more findings; --format json has all\n")?;
    }
    for list in &document.lists {
        page.list(list)?;
    }
    if !document.unreadable.is_empty() {
        page.bold("not read, or not in full:")?;
        document.unreadable.iter().try_for_each(|what| writeln!(page.out, "  {what}"))?;
        writeln!(page.out)?;
    }
    page.bold(&verdict(document))
}

struct Page<'a> {
    color: bool,
    width: usize,
    /// How many more parameters are written.
    left: usize,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn style(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    fn bold(&mut self, text: &str) -> io::Result<()> {
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

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let level = self.style(
            match finding.level {
                Level::Error => AnsiColor::BrightRed,
                Level::Warning => AnsiColor::Yellow,
                Level::Info => AnsiColor::BrightBlue,
            }
            .on_default()
            .bold(),
        );
        writeln!(
            self.out,
            "{level}{}[{}]{level:#} {} {}",
            finding.level,
            finding.risk,
            place(finding),
            finding.declared
        )?;
        self.note("risk", finding.message.as_str())?;
        self.note("use", finding.recommended.as_str())?;
        if let Some(command) = &finding.command {
            let green = self.style(AnsiColor::Green.on_default());
            let bold = self.style(Style::new().bold());
            writeln!(self.out, "  {bold}then:{bold:#} {green}{command}{green:#}")?;
        }
        // The same wrong advice under every parameter would bury the rest; the errors are where it tempts.
        if let Some(not) = finding.not.as_ref().filter(|_| finding.level == Level::Error) {
            self.note("does not help", &format!("{} {}", not.advice, not.why))?;
        }
        self.calls(finding)?;
        self.note("list", finding.list.as_str())?;
        match &finding.source {
            Some(source) => self.note("source", source.as_str())?,
            None => self.note("source", "none that is public")?,
        }
        writeln!(self.out)
    }

    fn calls(&mut self, finding: &Finding) -> io::Result<()> {
        if finding.hits == 0 {
            return Ok(());
        }
        self.note("hit by", &crate::report::summary::counted(u64::from(finding.hits), "call"))?;
        for call in finding.calls.iter().take(CALLS) {
            writeln!(self.out, "        {}", describe(call))?;
        }
        match (finding.hits as usize).saturating_sub(CALLS) {
            0 => Ok(()),
            rest => writeln!(self.out, "        and {rest} more"),
        }
    }

    fn list(&mut self, list: &List) -> io::Result<()> {
        self.bold(&summary(list))?;
        let mut rest = 0;
        for tool in &list.tools {
            let shown = &tool.parameters[..tool.parameters.len().min(self.left)];
            self.left -= shown.len();
            rest += tool.parameters.len() - shown.len();
            if shown.is_empty() && rest > 0 {
                continue;
            }
            writeln!(self.out, "  {}", tool.name)?;
            for parameter in shown {
                let required = if parameter.required { ", required" } else { "" };
                let default =
                    parameter.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                writeln!(self.out, "    {}: {}{required}{default}", parameter.path, parameter.declared)?;
            }
        }
        match rest {
            0 => writeln!(self.out),
            rest => writeln!(self.out, "  and {rest} more parameters; --format json has all\n"),
        }
    }
}

/// A call on one line, as far as it is known.
fn describe(call: &Call) -> String {
    let mut parts = vec![format!("{}:{}", call.path, call.line)];
    parts.extend(call.timestamp.map(|at| at.to_string()));
    match (&call.trace_id, &call.request_id) {
        (Some(trace), _) => parts.push(format!("trace {trace}")),
        (None, Some(id)) => parts.push(format!("request {id}")),
        (None, None) => {}
    }
    parts.join("  ")
}
