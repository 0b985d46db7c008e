//! For an issue or a chat: a table of everything, then what is not well, with what to do.

use std::io::{self, Write};

use super::{HealthDocument, Row, heading, verdict};
use crate::model::Health;
use crate::report::markup::{block, cell, code, link, prose};

pub(super) fn write(document: &HealthDocument, out: &mut dyn Write) -> io::Result<()> {
    let account = &document.account;
    writeln!(out, "## Doctor: account {}, {}\n", code(account.id.as_str()), code(account.region.as_str()))?;
    writeln!(out, "{}\n", prose(&verdict(document)))?;
    writeln!(out, "| Of | Probe | Standing | Seen |\n| --- | --- | --- | --- |")?;
    for (thing, rows) in document.groups() {
        for row in rows {
            let seen: Vec<&str> = row.evidence.iter().map(crate::text::SafeText::as_str).collect();
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                cell(&heading(thing)),
                cell(row.title),
                row.standing,
                cell(&seen.join(" "))
            )?;
        }
    }
    writeln!(out)?;
    for (thing, rows) in document.groups() {
        let unwell = rows.iter().filter(|row| {
            !matches!(row.standing, Health::Ok | Health::NotApplicable) || !row.unanswered.is_empty()
        });
        for row in unwell {
            writeln!(out, "### {}: {}, {}\n", row.standing, prose(&heading(thing)), prose(row.title))?;
            detail(row, out)?;
        }
    }
    Ok(())
}

fn detail(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    for evidence in &row.evidence {
        writeln!(out, "- {}", prose(evidence.as_str()))?;
    }
    for call in &row.unanswered {
        writeln!(out, "- Not answered: {}", prose(call.reason.as_str()))?;
    }
    writeln!(out)?;
    if let Some(cause) = &row.cause {
        writeln!(out, "{}\n", prose(cause.as_str()))?;
    }
    for (number, step) in row.fix.iter().enumerate() {
        writeln!(out, "{}. {}", number + 1, prose(step.text.as_str()))?;
        if let Some(command) = &step.command {
            write!(out, "\n{}", block(command.as_str(), "sh", "   "))?;
        }
    }
    if !row.fix.is_empty() {
        writeln!(out)?;
    }
    if let Some(verify) = &row.verify {
        writeln!(out, "Verify: {}\n", prose(verify.as_str()))?;
    }
    if let Some(rule) = &row.rule {
        writeln!(out, "Rule: {}\n", code(rule.as_str()))?;
    }
    if !row.references.is_empty() {
        let links: Vec<String> = row.references.iter().map(|url| link(url.as_str())).collect();
        writeln!(out, "Sources: {}\n", links.join(" "))?;
    }
    Ok(())
}
