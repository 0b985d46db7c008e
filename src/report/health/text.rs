//! For people: resource by resource, what is well in a line, what is not with cause and fix.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Style};

use super::{HealthDocument, Row, heading, verdict};
use crate::model::Health;
use crate::report::text::wrap;

/// Columns when there is no terminal to ask.
const WIDTH: usize = 120;
/// Columns before the text of a probe: the longest standing, with room on both sides.
const INDENT: usize = 18;

pub(super) fn write(
    document: &HealthDocument,
    color: bool,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { color, width: width.unwrap_or(WIDTH).clamp(40, 400), out };
    for (thing, rows) in document.groups() {
        page.bold(&heading(thing))?;
        for row in rows {
            page.row(row)?;
        }
        writeln!(page.out)?;
    }
    page.bold(&verdict(document))
}

struct Page<'a> {
    color: bool,
    width: usize,
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

    fn row(&mut self, row: &Row) -> io::Result<()> {
        let colour = match row.standing {
            Health::Problem => AnsiColor::BrightRed,
            Health::Warning => AnsiColor::Yellow,
            Health::CannotTell => AnsiColor::BrightBlue,
            Health::Ok => AnsiColor::Green,
            Health::NotApplicable => AnsiColor::BrightBlack,
        };
        let style = self.style(colour.on_default().bold());
        let is_well = matches!(row.standing, Health::Ok | Health::NotApplicable);
        let mut said = format!("{}:", row.title);
        for evidence in &row.evidence {
            said.push(' ');
            said.push_str(evidence.as_str());
        }
        if row.evidence.is_empty() {
            said.truncate(row.title.len());
        }
        let room = self.width.saturating_sub(INDENT);
        let mut lines = wrap(&said, room).into_iter();
        let first = lines.next().unwrap_or_default();
        writeln!(self.out, "  {style}{:<width$}{style:#}{first}", row.standing, width = INDENT - 2)?;
        for line in lines {
            writeln!(self.out, "{:INDENT$}{line}", "")?;
        }
        for call in &row.unanswered {
            self.note("not answered", call.reason.as_str())?;
        }
        if is_well {
            return Ok(());
        }
        self.rest(row)
    }

    /// What there is to say of something that is not well.
    fn rest(&mut self, row: &Row) -> io::Result<()> {
        if let Some(cause) = &row.cause {
            self.note("cause", cause.as_str())?;
        }
        for step in &row.fix {
            self.note("fix", step.text.as_str())?;
            if let Some(command) = &step.command {
                let green = self.style(AnsiColor::Green.on_default());
                writeln!(self.out, "{:INDENT$}  {green}{command}{green:#}", "")?;
            }
        }
        if let Some(verify) = &row.verify {
            self.note("verify", verify.as_str())?;
        }
        if let Some(rule) = &row.rule {
            self.note("rule", rule.as_str())?;
        }
        row.references.iter().try_for_each(|url| self.note("source", url.as_str()))
    }

    /// `label: text`, wrapped, continued under the text.
    fn note(&mut self, label: &str, text: &str) -> io::Result<()> {
        let style = self.style(Style::new().bold());
        let indent = INDENT + label.len() + 2;
        let lines = wrap(text, self.width.saturating_sub(indent));
        let mut lines = lines.iter();
        let first = lines.next().map_or("", |line| line);
        writeln!(self.out, "{:INDENT$}{style}{label}:{style:#} {first}", "")?;
        lines.try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }
}
