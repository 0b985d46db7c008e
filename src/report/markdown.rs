//! A short form for the summary of a CI job.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::document::{Document, Finding};
use super::expect::Comparison;
use super::summary;

/// Rows in the table of findings; the rest is counted.
const ROWS: usize = 50;

/// Writes a headline, a table of findings, the fixes, and what was read.
pub(super) fn write(
    document: &Document,
    comparison: Option<&Comparison>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "## agentcore-triage\n\n{}\n", escape(&summary::verdict(document, comparison)))?;
    if !document.findings.is_empty() {
        findings(document, comparison, out)?;
        fixes(document, out)?;
    }
    if let Some(known) = comparison.filter(|known| !known.missing.is_empty()) {
        writeln!(out, "### Expected and not found\n")?;
        for expected in &known.missing {
            writeln!(out, "- {}: {}", escape(expected.rule.as_str()), escape(expected.message.as_str()))?;
        }
        writeln!(out)?;
    }
    if !document.unexplained.is_empty() {
        writeln!(out, "### Errors that no rule explains\n")?;
        for errors in document.unexplained.iter().take(ROWS) {
            if let Some(piece) = errors.evidence.first() {
                let place = summary::place(piece);
                writeln!(
                    out,
                    "- {}× {} ({})",
                    errors.occurrences,
                    code(piece.excerpt.as_str()),
                    escape(&place)
                )?;
            }
        }
        writeln!(out)?;
    }
    writeln!(out, "### Read\n")?;
    for line in summary::coverage(document) {
        writeln!(out, "- {}", escape(&line))?;
    }
    Ok(())
}

fn findings(document: &Document, comparison: Option<&Comparison>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| Level | Rule | Finding | Tool | Where | Seen |\n| --- | --- | --- | --- | --- | ---: |"
    )?;
    for finding in document.findings.iter().take(ROWS) {
        let tool = finding.request.as_ref().and_then(|request| request.tool.as_ref());
        let place = finding.evidence.first().map(summary::place).unwrap_or_default();
        let accepted = comparison.is_some_and(|known| known.accepted.contains(&finding.fingerprint));
        writeln!(
            out,
            "| {}{} | {} | {} | {} | {} | {} |",
            finding.severity,
            if accepted { " (expected)" } else { "" },
            code(finding.rule.as_str()),
            escape(finding.message.as_str()),
            tool.map(|tool| code(tool.as_str())).unwrap_or_default(),
            escape(&place),
            finding.occurrences,
        )?;
    }
    let rest = document.findings.len().saturating_sub(ROWS);
    if rest > 0 {
        writeln!(out, "\n{rest} more findings are not shown.")?;
    }
    writeln!(out)
}

fn fixes(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### What to do\n")?;
    for group in summary::by_rule(&document.findings) {
        let Some(finding) = group.first().filter(|finding| !finding.fix.is_empty()) else { continue };
        writeln!(out, "**{}**\n", code(finding.rule.as_str()))?;
        steps(finding, out)?;
    }
    Ok(())
}

fn steps(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    for (index, step) in finding.fix.iter().enumerate() {
        writeln!(out, "{}. {}", index + 1, escape(step.text.as_str()))?;
        if let Some(command) = &step.command {
            let fence = fence(command.as_str(), 3);
            writeln!(out, "   {fence}sh")?;
            for line in command.as_str().lines() {
                writeln!(out, "   {line}")?;
            }
            writeln!(out, "   {fence}")?;
        }
    }
    if !finding.verify.as_str().is_empty() {
        writeln!(out, "\nVerify: {}", escape(finding.verify.as_str()))?;
    }
    writeln!(out)
}

/// Backticks that `text` cannot close from inside: longer than any run of them in it, and at least `least`.
pub(super) fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(least.max(longest + 1))
}

/// Text as code. HTML rather than backticks, because backticks do not protect a pipe inside a table.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// Text that Markdown and HTML take literally: no markup, link, mention or table cell comes out of it.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '\n' => out.push(' '),
            // Entities also stop the autolinks, mentions and issue links of GitHub's flavour.
            ':' | '@' | '#' | '.' if needs_entity(&out, c) => {
                let _ = write!(out, "&#{};", c as u32);
            }
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '!' | '$' => {
                let _ = write!(out, "&#{};", c as u32);
            }
            _ => out.push(c),
        }
    }
    out
}

/// `:` after a URL scheme, `.` after `www`, `@` and `#` always.
fn needs_entity(before: &str, c: char) -> bool {
    let ends = |word: &str| {
        before.len() >= word.len()
            && before.is_char_boundary(before.len() - word.len())
            && before[before.len() - word.len()..].eq_ignore_ascii_case(word)
    };
    match c {
        ':' => ["http", "https", "ftp", "mailto", "xmpp"].iter().any(|scheme| ends(scheme)),
        '.' => ends("www"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_markup_comes_out_of_text() {
        assert_eq!(escape("a|b `c` <d> [e](f)"), "a&#124;b &#96;c&#96; &#60;d&#62; &#91;e&#93;(f)");
        assert_eq!(escape("https://x.y @team #1 www.x"), "https&#58;//x.y &#64;team &#35;1 www&#46;x");
        assert_eq!([fence("a ``` b", 3), fence("a", 3)], ["````", "```"]);
    }
}
