//! What there is: rules, and the field names that they may use.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::commands::judgement::{catalogue, tell};
use crate::commands::{Outcome, Target};
use crate::model::semconv::{FIELDS, OPEN_PREFIXES};
use crate::rules::Rule;

/// Lists the built-in rules and those of `folders`: id, severity, role, title.
///
/// # Errors
/// When stdout cannot be written.
pub fn list(folders: &[PathBuf]) -> anyhow::Result<Outcome> {
    let (catalogue, broken) = catalogue(folders)?;
    tell(&broken);
    Target::Stdout.write(|out| table(catalogue.rules(), out))?;
    Ok(if broken.is_empty() { Outcome::Clean } else { Outcome::Unusable })
}

fn table(rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id().len()).max().unwrap_or_default();
    for rule in rules {
        let meta = &rule.meta;
        writeln!(out, "{:width$}  {:7}  {:7}  {}", meta.id, meta.severity, meta.role, meta.title)?;
    }
    Ok(())
}

/// Lists the field names that rules and filters may use.
///
/// # Errors
/// When stdout cannot be written.
pub fn fields() -> anyhow::Result<Outcome> {
    Target::Stdout.write(|out| {
        let width = FIELDS.iter().map(|field| field.name.len()).max().unwrap_or_default();
        for field in FIELDS {
            writeln!(out, "{:width$}  {}", field.name, field.about)?;
        }
        writeln!(out, "\nand any path below {}", OPEN_PREFIXES.join(" "))
    })?;
    Ok(Outcome::Clean)
}
