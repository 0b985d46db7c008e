//! What a rule knows about a failure, written into a document: why, what to do, what to check, what does not help.

use std::sync::LazyLock;

use indexmap::IndexMap;

use super::diagnosis::document::Document;
use crate::model::{Finding, FixStep, RuleMeta, has_blank};
use crate::tui::model::Shared;
use crate::tui::theme::Role;

/// Longest text of one paragraph, in characters.
const MAX_TEXT: usize = 2_000;

/// Writes texts of rules and of logs into a document, through the door.
pub(super) struct Pen<'a> {
    pub(super) shared: &'a Shared,
    pub(super) document: Document,
}

impl Pen<'_> {
    /// A paragraph behind `lead`.
    pub(super) fn text(&mut self, lead: &str, role: Role, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = self.shared.line(&text, MAX_TEXT).to_string();
        self.document.text(lead, role, &text);
    }

    /// A command to copy.
    pub(super) fn command(&mut self, indent: &str, command: &str) {
        let command = self.shared.text(command).to_string();
        self.document.command(indent, &command);
    }

    /// Why it happens and what callers see of it.
    pub(super) fn background(&mut self, rule: &RuleMeta, finding: Option<&Finding>) {
        for (heading, text) in [("Why it happens", &rule.cause), ("What it does to callers", &rule.impact)] {
            if !text.trim().is_empty() {
                self.document.heading(heading);
                self.text("  ", Role::Normal, &filled(text, finding));
            }
        }
    }

    /// What to do, step by step.
    pub(super) fn fixes(&mut self, steps: &[FixStep]) {
        if !steps.is_empty() {
            self.document.heading("What to do");
        }
        for (index, step) in steps.iter().enumerate() {
            let unsourced = if step.source.is_none() { " (no public source)" } else { "" };
            self.text(&format!("{}. ", index + 1), Role::Normal, &format!("{}{unsourced}", step.text));
            if let Some(command) = &step.command {
                self.command("   ", command);
            }
        }
        if steps.iter().filter_map(|step| step.command.as_deref()).any(has_blank) {
            self.text("   ", Role::Dim, "Words in capitals in a command are yours to fill in.");
        }
    }

    /// How to see that it is mended.
    pub(super) fn verify(&mut self, rule: &RuleMeta, finding: Option<&Finding>) {
        if !rule.verify.trim().is_empty() {
            self.document.heading("Verify");
            self.text("  ", Role::Normal, &filled(&rule.verify, finding));
        }
    }

    /// What does not help, and who says so.
    pub(super) fn afterwards(&mut self, rule: &RuleMeta) {
        if !rule.not.is_empty() {
            self.document.heading("Does not help");
        }
        for wrong in &rule.not {
            let text = format!("{}: {}", wrong.advice.trim_end_matches('.'), wrong.why);
            self.text("  - ", Role::Normal, &text);
        }
        if !rule.references.is_empty() {
            self.document.heading("References");
        }
        for reference in &rule.references {
            self.text("  ", Role::Dim, reference);
        }
    }
}

/// What is missing, apart from the command that fetches it when the sentence ends with one of `commands`.
pub(super) fn apart<'t>(text: &'t str, commands: &'t [String]) -> (&'t str, Option<&'t str>) {
    let named = commands.iter().map(String::as_str).filter(|command| text.contains(command));
    // One command may be the beginning of another.
    let Some(command) = named.max_by_key(|command| command.len()) else { return (text, None) };
    match text.split_once(command) {
        Some((before, after)) if after.trim_matches(['`', '.', ' ']).is_empty() => {
            let before = before.trim_end_matches(['`', ' ', ':']);
            let what = ["; fetch it", "; fetch"].iter().find_map(|tail| before.strip_suffix(tail));
            (what.unwrap_or(before), Some(command))
        }
        _ => (text, Some(command)),
    }
}

/// `text` of a rule with what `finding` captured.
pub(super) fn filled(text: &str, finding: Option<&Finding>) -> String {
    static NONE: LazyLock<IndexMap<String, String>> = LazyLock::new(IndexMap::new);
    fill(text, finding.map_or(&NONE, |finding| &finding.captures))
}

/// Fills the placeholders of a rule's text: `{name}` and `{name|words when nothing was captured}`; where neither is
/// known, the name in angle brackets. What was captured is not looked through again.
fn fill(text: &str, captures: &IndexMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let inner = after.split_once('}').map(|(inner, tail)| match inner.split_once('|') {
            Some((name, words)) => (name, Some(words), tail),
            None => (inner, None, tail),
        });
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        if let Some((name, words, tail)) = inner.filter(|(name, ..)| is_name(name)) {
            match captures.get(name).map(String::as_str).or(words) {
                Some(value) => out.push_str(value),
                None => out.extend(["<", name, ">"]),
            }
            rest = tail;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_leaves_its_sentence() {
        let commands = ["aws x".to_owned(), "aws x --all".to_owned()];
        for (text, what, command) in [
            ("No log; fetch it: aws x", "No log", Some("aws x")),
            ("Look which: `aws x --all`.", "Look which", Some("aws x --all")),
            ("Say aws x and wait", "Say aws x and wait", Some("aws x")),
            ("Ask the caller", "Ask the caller", None),
        ] {
            assert_eq!(apart(text, &commands), (what, command));
        }
    }

    #[test]
    fn placeholders_are_filled_once() {
        let captures = IndexMap::from([("tool".to_owned(), "{x}".to_owned())]);
        assert_eq!(
            fill("a {tool} {x|no x} {y} {\"json\": 1} {", &captures),
            "a {x} no x <y> {\"json\": 1} {"
        );
    }
}
