//! A new rule to fill in.

use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use crate::commands::{Outcome, Target};
use crate::rules;

/// Writes a commented rule file with both kinds of examples below `into`, and says what comes next.
///
/// # Errors
/// When the id or the layer cannot be, the rule exists, or nothing can be written.
pub fn new(id: &str, layer: &str, into: &Path) -> anyhow::Result<Outcome> {
    let files = rules::scaffold(id, layer).map_err(|reason| anyhow!(reason))?;
    let folder = into.join(layer).join(id);
    if folder.exists() {
        bail!("'{}' exists already; choose another id or change the rule that is there", folder.display());
    }
    fs::create_dir_all(&folder).with_context(|| format!("'{}' cannot be created", folder.display()))?;
    for (path, content) in &files {
        Target::File(into.join(path)).write(|out| out.write_all(content.as_bytes()))?;
    }
    let shown = folder.display();
    Target::Stdout.write(|out| {
        files.iter().try_for_each(|(path, _)| writeln!(out, "{}", into.join(path).display()))?;
        writeln!(out, "\nReplace the examples with your own lines, then describe them in rule.toml:")?;
        writeln!(out, "  agentcore-triage rules test {shown}")?;
        writeln!(out, "  agentcore-triage rules lint {shown}")?;
        writeln!(out, "  agentcore-triage rules explain {id} {shown}/match.log --rules {shown}")
    })?;
    Ok(Outcome::Clean)
}
