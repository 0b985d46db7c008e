//! For people: the findings, then every parameter with its type.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Style};

use super::{Call, Finding, List, SchemaDocument, place, summary, verdict};
use crate::model::Level;
use crate::report::paper::Paper;

/// Findings that are written; the rest is counted.
const FINDINGS: usize = 100;
/// Parameters that are written, over all lists; the rest is counted.
const PARAMETERS: usize = 500;
/// Calls per finding.
const CALLS: usize = 3;

pub(super) fn write(
    document: &SchemaDocument,
    color: bool,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { paper: Paper::new(color, width, out), left: PARAMETERS };
    for finding in document.findings.iter().take(FINDINGS) {
        page.finding(finding)?;
    }
    let rest = document.findings.len().saturating_sub(FINDINGS);
    if rest > 0 {
        writeln!(page.paper.out, "and {rest} more findings; --format json has all\n")?;
    }
    for list in &document.lists {
        page.list(list)?;
    }
    if !document.unreadable.is_empty() {
        page.paper.bold("not read, or not in full:")?;
        document.unreadable.iter().try_for_each(|what| writeln!(page.paper.out, "  {what}"))?;
        writeln!(page.paper.out)?;
    }
    page.paper.bold(&verdict(document))
}

struct Page<'a> {
    paper: Paper<'a>,
    /// How many more parameters are written.
    left: usize,
}

impl Page<'_> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let level = self.paper.style(
            match finding.level {
                Level::Error => AnsiColor::BrightRed,
                Level::Warning => AnsiColor::Yellow,
                Level::Info => AnsiColor::BrightBlue,
            }
            .on_default()
            .bold(),
        );
        writeln!(
            self.paper.out,
            "{level}{}[{}]{level:#} {} {}",
            finding.level,
            finding.risk,
            place(finding),
            finding.declared
        )?;
        self.paper.note(2, "risk", finding.message.as_str())?;
        self.paper.note(2, "use", finding.recommended.as_str())?;
        if let Some(command) = &finding.command {
            let green = self.paper.command_style();
            let bold = self.paper.style(Style::new().bold());
            writeln!(self.paper.out, "  {bold}then:{bold:#} {green}{command}{green:#}")?;
        }
        // The same wrong advice under every parameter would bury the rest; the errors are where it tempts.
        if let Some(not) = finding.not.as_ref().filter(|_| finding.level == Level::Error) {
            self.paper.note(2, "does not help", &format!("{} {}", not.advice, not.why))?;
        }
        self.calls(finding)?;
        self.paper.note(2, "list", finding.list.as_str())?;
        match &finding.source {
            Some(source) => self.paper.note(2, "source", source.as_str())?,
            None => self.paper.note(2, "source", "none that is public")?,
        }
        writeln!(self.paper.out)
    }

    fn calls(&mut self, finding: &Finding) -> io::Result<()> {
        if finding.hits == 0 {
            return Ok(());
        }
        self.paper.note(2, "hit by", &crate::report::summary::counted(u64::from(finding.hits), "call"))?;
        for call in finding.calls.iter().take(CALLS) {
            writeln!(self.paper.out, "        {}", describe(call))?;
        }
        match (finding.hits as usize).saturating_sub(CALLS) {
            0 => Ok(()),
            rest => writeln!(self.paper.out, "        and {rest} more"),
        }
    }

    fn list(&mut self, list: &List) -> io::Result<()> {
        self.paper.bold(&summary(list))?;
        let mut rest = 0;
        for tool in &list.tools {
            let shown = &tool.parameters[..tool.parameters.len().min(self.left)];
            self.left -= shown.len();
            rest += tool.parameters.len() - shown.len();
            if shown.is_empty() && rest > 0 {
                continue;
            }
            writeln!(self.paper.out, "  {}", tool.name)?;
            for parameter in shown {
                let required = if parameter.required { ", required" } else { "" };
                let default =
                    parameter.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                writeln!(
                    self.paper.out,
                    "    {}: {}{required}{default}",
                    parameter.path, parameter.declared
                )?;
            }
        }
        match rest {
            0 => writeln!(self.paper.out),
            rest => writeln!(self.paper.out, "  and {rest} more parameters; --format json has all\n"),
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
