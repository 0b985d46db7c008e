//! One rule in full.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::commands::judgement::{catalogue, tell};
use crate::commands::{Outcome, Target};
use crate::model::{FixStep, RuleMeta, WrongAdvice};
use crate::rules::{Outline, Rule};

/// Shows the rule `id` of the built-in catalogue or of `folders`.
///
/// # Errors
/// When there is no such rule, or stdout cannot be written.
pub fn show(id: &str, folders: &[PathBuf]) -> anyhow::Result<Outcome> {
    let (catalogue, broken) = catalogue(folders)?;
    tell(&broken);
    let rule = catalogue.rule(id)?;
    Target::Stdout.write(|out| write_rule(rule, out))?;
    Ok(if broken.is_empty() { Outcome::Clean } else { Outcome::Unusable })
}

fn write_rule(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let meta = &rule.meta;
    writeln!(out, "{}: {}", meta.id, meta.title)?;
    let facts =
        format!("{} · {} · {} · {} confidence", meta.layer, meta.severity, meta.role, meta.confidence);
    writeln!(out, "{facts}{}", versions(meta))?;
    paragraph("Message", &meta.message, out)?;
    paragraph("Cause", &meta.cause, out)?;
    paragraph("Impact", &meta.impact, out)?;
    recognition(rule, out)?;
    if !meta.fix.is_empty() {
        writeln!(out, "\nFix")?;
        meta.fix.iter().zip(1..).try_for_each(|(step, number)| write_step(step, number, out))?;
    }
    paragraph("Verify", &meta.verify, out)?;
    if !meta.not.is_empty() {
        writeln!(out, "\nDoes not help")?;
        meta.not.iter().try_for_each(|advice| write_advice(advice, out))?;
    }
    paragraph("Explains", &meta.explains.join("\n"), out)?;
    paragraph("References", &meta.references.join("\n"), out)?;
    let examples: Vec<&str> = rule.examples.iter().map(|example| example.name.as_str()).collect();
    paragraph("Examples", &examples.join("\n"), out)?;
    paragraph("File", &rule.path, out)
}

fn versions(meta: &RuleMeta) -> String {
    let since = meta.since.iter().map(|version| format!(" · since {version}"));
    since.chain(meta.until.iter().map(|version| format!(" · until {version}"))).collect()
}

/// The condition, then what its events are.
fn recognition(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nRecognised by {}", rule.scope())?;
    outline(&rule.outline(), 1, out)?;
    for event in rule.event_outlines() {
        writeln!(out, "  where {} is a signal with", event.name)?;
        for (what, values) in event.tests {
            writeln!(out, "    {what}: {}", values.join("  or  "))?;
        }
    }
    Ok(())
}

fn outline(condition: &Outline, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}{}", "  ".repeat(depth), condition.words)?;
    condition.members.iter().try_for_each(|member| outline(member, depth + 1, out))
}

/// A heading with indented text; nothing for an empty text.
fn paragraph(heading: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}")?;
    text.lines().try_for_each(|line| writeln!(out, "  {line}"))
}

fn write_step(step: &FixStep, number: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {number}. {}", step.text.trim())?;
    if let Some(command) = &step.command {
        command.trim().lines().try_for_each(|line| writeln!(out, "     $ {line}"))?;
    }
    match &step.source {
        Some(source) => writeln!(out, "     {source}"),
        None => writeln!(out, "     (no public source)"),
    }
}

fn write_advice(advice: &WrongAdvice, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  - {}\n    {}", advice.advice.trim(), advice.why.trim())?;
    advice.source.iter().try_for_each(|source| writeln!(out, "    {source}"))
}
