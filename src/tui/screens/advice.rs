//! What a rule knows about a failure, written into a document: why, what to do, what to check, what does not help.

use std::sync::LazyLock;

use indexmap::IndexMap;

use super::diagnosis::document::Document;
use crate::model::{Finding, FixStep, RuleMeta};
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
            self.text(&format!("{}. ", index + 1), Role::Normal, &step.text);
            if let Some(command) = &step.command {
                self.command("   ", command);
            }
        }
    }

    /// How to see that it is mended, what does not help, and who says so.
    pub(super) fn afterwards(&mut self, rule: &RuleMeta, finding: Option<&Finding>) {
        if !rule.verify.trim().is_empty() {
            self.document.heading("Verify");
            self.text("  ", Role::Normal, &filled(&rule.verify, finding));
        }
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
    fn placeholders_are_filled_once() {
        let captures = IndexMap::from([("tool".to_owned(), "{x}".to_owned())]);
        assert_eq!(
            fill("a {tool} {x|no x} {y} {\"json\": 1} {", &captures),
            "a {x} no x <y> {\"json\": 1} {"
        );
    }
}
