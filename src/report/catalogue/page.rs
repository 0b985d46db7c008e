//! The page of one rule.

use std::fmt::{self, Write as _};

use crate::model::{FixStep, RuleMeta, WrongAdvice};
use crate::report::rule::fill;
use crate::rules::{EventOutline, Example, ExampleKind, Outline, Rule};

use super::{MARK, Shelf};
use crate::report::markup::{block, cell, code, link, prose};

/// Lines of an example that are shown.
const MAX_LINES: usize = 15;
/// Lines shown before the first one that tells the failure.
const LEAD: usize = 5;
/// Longest line of an example, in characters.
const MAX_LINE: usize = 800;

/// Writes the page of `rule`.
pub(super) fn write(rule: &Rule, shelf: &Shelf<'_>) -> String {
    let mut page = Writer { rule, shelf, out: String::new() };
    // Writing to a string does not fail.
    let _ = page.all();
    page.out
}

struct Writer<'w, 'c> {
    rule: &'w Rule,
    shelf: &'w Shelf<'c>,
    out: String,
}

impl Writer<'_, '_> {
    fn all(&mut self) -> fmt::Result {
        let meta = &self.rule.meta;
        writeln!(self.out, "{MARK}\n\n# {}\n", self.prose(&meta.title))?;
        self.facts(meta)?;
        writeln!(self.out, "\n> {}", self.prose(&meta.message))?;
        self.section("What it means", &meta.cause)?;
        self.section("Impact", &meta.impact)?;
        self.recognition()?;
        self.example()?;
        self.look_alikes()?;
        self.fix()?;
        self.section("How to verify", &meta.verify)?;
        self.wrong_advice(&meta.not)?;
        self.references(&meta.references)
    }

    /// A text of the rule, in general words where a capture would fill it.
    fn prose(&self, text: &str) -> String {
        prose(self.shelf.door.pass(&fill(text, |_| None)).as_str())
    }

    fn heading(&mut self, heading: &str) -> fmt::Result {
        writeln!(self.out, "\n## {heading}\n")
    }

    fn section(&mut self, heading: &str, text: &str) -> fmt::Result {
        if text.trim().is_empty() {
            return Ok(());
        }
        self.heading(heading)?;
        writeln!(self.out, "{}", self.prose(text))
    }

    fn facts(&mut self, meta: &RuleMeta) -> fmt::Result {
        let links = |ids: &[&str]| ids.iter().map(|id| self.shelf.link(id)).collect::<Vec<_>>().join(", ");
        let explains: Vec<&str> = meta.explains.iter().map(String::as_str).collect();
        let rows = [
            ("Rule", code(&meta.id)),
            ("Layer", format!("[{layer}](../README.md#{layer})", layer = meta.layer)),
            ("Severity", meta.severity.to_string()),
            ("Confidence", meta.confidence.to_string()),
            ("Role", meta.role.to_string()),
            ("Since", meta.since.as_deref().map(cell).unwrap_or_default()),
            ("Until", meta.until.as_deref().map(cell).unwrap_or_default()),
            ("Explains", links(&explains)),
            ("Explained by", links(&self.shelf.explaining(&meta.id))),
        ];
        writeln!(self.out, "| | |\n| --- | --- |")?;
        for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
            writeln!(self.out, "| {name} | {value} |")?;
        }
        Ok(())
    }

    fn recognition(&mut self) -> fmt::Result {
        self.heading("How it is recognised")?;
        let scope = match self.rule.scope() {
            "capture" => "the whole capture".to_owned(),
            scope @ ("request" | "trace" | "session" | "stream" | "resource") => format!("one {scope}"),
            field => format!("signals with the same {}", code(field)),
        };
        writeln!(self.out, "In {scope}:\n")?;
        self.outline(&self.rule.outline(), 0)?;
        writeln!(self.out, "\nwhere")?;
        self.rule.event_outlines().iter().try_for_each(|event| self.event(event))
    }

    fn outline(&mut self, outline: &Outline, depth: usize) -> fmt::Result {
        writeln!(self.out, "{}- {}", "  ".repeat(depth), prose(&outline.words))?;
        outline.members.iter().try_for_each(|member| self.outline(member, depth + 1))
    }

    fn event(&mut self, event: &EventOutline) -> fmt::Result {
        writeln!(self.out, "\n- {} is a signal with", code(&event.name))?;
        event.tests.iter().try_for_each(|(what, values)| {
            let values: Vec<String> = values.iter().map(|value| code(value)).collect();
            writeln!(self.out, "  - {} {}", prose(what), values.join(" or "))
        })
    }

    fn example(&mut self) -> fmt::Result {
        let Some(example) = self.examples(ExampleKind::Match).next() else { return Ok(()) };
        let door = self.shelf.door;
        let text = door.pass(&String::from_utf8_lossy(&example.capture()));
        let lines: Vec<&str> = text.as_str().lines().collect();
        let found = |line: &&str| self.rule.found_in(line).unwrap_or_default();
        let first = lines.iter().position(|line| !found(line).is_empty()).unwrap_or_default();
        let start = if first < MAX_LINES { 0 } else { first - LEAD };
        let shown: Vec<String> = lines
            .iter()
            .skip(start)
            .take(MAX_LINES)
            .map(|line| door.around(line, &found(line), MAX_LINE).to_string())
            .collect();
        let of = match lines.len() - shown.len() {
            0 => String::new(),
            _ => format!(", lines {} to {} of {}", start + 1, start + shown.len(), lines.len()),
        };
        let name = example.name.clone();
        self.heading("Example that matches")?;
        writeln!(self.out, "{}{of}:\n\n{}", code(&name), block(&shown.join("\n"), "text", "").trim_end())
    }

    fn examples(&self, kind: ExampleKind) -> impl Iterator<Item = &Example> {
        self.rule.examples.iter().filter(move |example| example.kind == kind)
    }

    fn look_alikes(&mut self) -> fmt::Result {
        let names: Vec<String> =
            self.examples(ExampleKind::NearMiss).map(|example| look_alike(&example.name)).collect();
        if names.is_empty() {
            return Ok(());
        }
        self.heading("Looks like it and is not")?;
        names.iter().try_for_each(|name| writeln!(self.out, "- {name}"))
    }

    fn fix(&mut self) -> fmt::Result {
        let steps = &self.rule.meta.fix;
        if steps.is_empty() {
            return Ok(());
        }
        self.heading("Fix")?;
        steps.iter().enumerate().try_for_each(|(index, step)| self.step(index, step))
    }

    fn step(&mut self, index: usize, step: &FixStep) -> fmt::Result {
        let number = format!("{}. ", index + 1);
        let indent = " ".repeat(number.len());
        writeln!(self.out, "{number}{}", self.prose(&step.text))?;
        if let Some(command) = self.rule.general_command(index) {
            let command = self.shelf.door.pass(command.trim());
            write!(self.out, "\n{}\n", block(command.as_str(), "sh", &indent))?;
        }
        let source = step.source.as_deref();
        let source = source.map_or_else(|| "No public source.".to_owned(), |source| self.source(source));
        let gap = if step.command.is_some() { "" } else { "\n" };
        writeln!(self.out, "{gap}{indent}{source}")
    }

    fn source(&self, url: &str) -> String {
        format!("Source: {}", link(self.shelf.door.pass(url).as_str()))
    }

    fn wrong_advice(&mut self, list: &[WrongAdvice]) -> fmt::Result {
        if list.is_empty() {
            return Ok(());
        }
        self.heading("Does not help")?;
        for not in list {
            let source =
                not.source.as_deref().map_or_else(String::new, |source| format!(" {}", self.source(source)));
            writeln!(self.out, "- **{}** {}{source}", self.prose(&not.advice), self.prose(&not.why))?;
        }
        Ok(())
    }

    fn references(&mut self, list: &[String]) -> fmt::Result {
        if list.is_empty() {
            return Ok(());
        }
        self.heading("References")?;
        list.iter().try_for_each(|url| writeln!(self.out, "- {}", link(self.shelf.door.pass(url).as_str())))
    }
}

/// `near-miss-other-product.log` as `other product (…)`.
fn look_alike(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = stem.trim_start_matches("near-miss").trim_start_matches(['-', '_']).replace(['-', '_'], " ");
    if words.is_empty() { code(name) } else { format!("{} ({})", prose(&words), code(name)) }
}
