//! For people: resource by resource, what is well in a line, what is not with cause and fix.

use std::io::{self, Write};

use annotate_snippets::renderer::AnsiColor;

use super::{HealthDocument, Row, heading, verdict};
use crate::model::Health;
use crate::report::paper::{Paper, wrap};

/// Columns before the text of a probe: the longest standing, with room on both sides.
const INDENT: usize = 18;

pub(super) fn write(
    document: &HealthDocument,
    color: bool,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { paper: Paper::new(color, width, out) };
    for (thing, rows) in document.groups() {
        page.paper.bold(&heading(thing))?;
        for row in rows {
            page.row(row)?;
        }
        writeln!(page.paper.out)?;
    }
    page.paper.bold(&verdict(document))
}

struct Page<'a> {
    paper: Paper<'a>,
}

impl Page<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        let colour = match row.standing {
            Health::Problem => AnsiColor::BrightRed,
            Health::Warning => AnsiColor::Yellow,
            Health::CannotTell => AnsiColor::BrightBlue,
            Health::Ok => AnsiColor::Green,
            Health::NotApplicable => AnsiColor::BrightBlack,
        };
        let style = self.paper.style(colour.on_default().bold());
        let is_well = matches!(row.standing, Health::Ok | Health::NotApplicable);
        let mut said = format!("{}:", row.title);
        for evidence in &row.evidence {
            said.push(' ');
            said.push_str(evidence.as_str());
        }
        if row.evidence.is_empty() {
            said.truncate(row.title.len());
        }
        let room = self.paper.width.saturating_sub(INDENT);
        let mut lines = wrap(&said, room).into_iter();
        let first = lines.next().unwrap_or_default();
        writeln!(self.paper.out, "  {style}{:<width$}{style:#}{first}", row.standing, width = INDENT - 2)?;
        for line in lines {
            writeln!(self.paper.out, "{:INDENT$}{line}", "")?;
        }
        for call in &row.unanswered {
            self.paper.note(INDENT, "not answered", call.reason.as_str())?;
        }
        if is_well {
            return Ok(());
        }
        self.rest(row)
    }

    /// What there is to say of something that is not well.
    fn rest(&mut self, row: &Row) -> io::Result<()> {
        if let Some(cause) = &row.cause {
            self.paper.note(INDENT, "cause", cause.as_str())?;
        }
        for step in &row.fix {
            self.paper.note(INDENT, "fix", step.text.as_str())?;
            if let Some(command) = &step.command {
                let green = self.paper.command_style();
                writeln!(self.paper.out, "{:INDENT$}  {green}{command}{green:#}", "")?;
            }
        }
        if let Some(verify) = &row.verify {
            self.paper.note(INDENT, "verify", verify.as_str())?;
        }
        if let Some(rule) = &row.rule {
            self.paper.note(INDENT, "rule", rule.as_str())?;
        }
        row.references.iter().try_for_each(|url| self.paper.note(INDENT, "source", url.as_str()))
    }
}
