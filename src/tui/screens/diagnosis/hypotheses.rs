//! What else it could be, what speaks for and against it, and what would decide.

use std::cmp::Reverse;

use indexmap::IndexMap;

use super::document::Fold;
use super::sections::{MAX_SHOWN, Writer};
use crate::model::{Diagnosis, Finding, Hypothesis, Standing};
use crate::tui::screens::advice::apart;
use crate::tui::theme::Role;

/// Sources named that would decide most of many hypotheses.
const MAX_SOURCES: usize = 3;

impl Writer<'_> {
    /// Hypotheses beside the root cause, and what more is known of that one.
    pub(super) fn hypotheses(&mut self, diagnosis: &Diagnosis, root: Option<&Finding>) {
        let (mut open, mut dark, mut excluded) = (Vec::new(), Vec::new(), Vec::new());
        let others = diagnosis.hypotheses.iter().filter(|it| !is_said(it, diagnosis, root));
        for hypothesis in others {
            match hypothesis.standing {
                Standing::RuledOut => excluded.push(hypothesis),
                Standing::CannotTell => dark.push(hypothesis),
                Standing::Confirmed | Standing::Likely | Standing::Possible => open.push(hypothesis),
            }
        }
        if !open.is_empty() || !dark.is_empty() {
            self.pen.document.heading("Hypotheses");
        }
        self.few(&open, Fold::Open(self.place), "more", Self::hypothesis);
        self.undecided(&dark);
        if !excluded.is_empty() {
            self.pen.document.heading("Ruled out");
        }
        self.few(&excluded, Fold::RuledOut(self.place), "more", Self::hypothesis);
    }

    /// What speaks for many is said once.
    fn hypothesis(&mut self, hypothesis: &Hypothesis) {
        let title = self.title(&hypothesis.rule).to_owned();
        let lead = match hypothesis.standing {
            Standing::RuledOut => "  - ".to_owned(),
            standing => format!("  {standing} "),
        };
        self.pen.text(&lead, hypothesis.standing.into(), &title);
        for text in &hypothesis.supports {
            if self.told.insert(text.clone()) {
                let text = self.in_words(text);
                self.pen.text("    for      ", Role::Normal, &text);
            }
        }
        for text in &hypothesis.against {
            let text = self.in_words(text);
            self.pen.text("    against  ", Role::Normal, &text);
        }
        self.wanted("    missing  ", &hypothesis.missing, &hypothesis.commands);
    }

    /// A sentence that names another rule by its id, with that rule's title.
    fn in_words(&self, text: &str) -> String {
        let title = |id: &str| self.snapshot.rules.get(id).map(|rule| rule.title.as_str());
        for verb in ["It explains ", "It follows from "] {
            let id = text.strip_prefix(verb).and_then(|rest| rest.strip_suffix('.'));
            if let Some(title) = id.and_then(title) {
                return format!("{verb}\"{title}\".");
            }
        }
        let effect = text.strip_prefix("It would explain ").and_then(|rest| rest.split_once(": "));
        match effect.filter(|(id, _)| title(id).is_some()) {
            Some((_, message)) => format!("It would explain this: {message}"),
            None => text.to_owned(),
        }
    }

    /// What the capture cannot decide: of many, what would decide most of them.
    fn undecided(&mut self, dark: &[&Hypothesis]) {
        let words = format!("{} causes that this capture can neither show nor rule out", dark.len());
        if dark.len() > MAX_SHOWN + 1 && !self.fold(Fold::CannotTell(self.place), &words) {
            return self.deciding(dark);
        }
        for hypothesis in dark {
            self.hypothesis(hypothesis);
        }
    }

    fn deciding(&mut self, dark: &[&Hypothesis]) {
        let mut sources: IndexMap<(&str, Option<&str>), usize> = IndexMap::new();
        for hypothesis in dark {
            for text in &hypothesis.missing {
                *sources.entry(apart(text, &hypothesis.commands)).or_default() += 1;
            }
        }
        sources.sort_by_cached_key(|_, count| Reverse(*count));
        self.pen.text("    ", Role::Dim, "What would decide most of them:");
        for ((what, command), count) in sources.into_iter().take(MAX_SOURCES) {
            let weight = if count > 1 { format!(" ({count} of them)") } else { String::new() };
            self.pen.text("    - ", Role::Normal, &format!("{what}{weight}"));
            self.fetch("      ", command);
        }
    }

    /// What is missing, below `heading`.
    pub(super) fn missing(&mut self, heading: &str, missing: &[String], commands: &[String]) {
        if !missing.is_empty() || !commands.is_empty() {
            self.pen.document.heading(heading);
            self.wanted("  - ", missing, commands);
        }
    }

    /// What is missing; a command that a sentence ends with stands below it, to be copied, unless it stands above.
    fn wanted(&mut self, lead: &str, missing: &[String], commands: &[String]) {
        let indent = " ".repeat(lead.len());
        for text in missing {
            let (what, command) = apart(text, commands);
            self.pen.text(lead, Role::Normal, what);
            self.fetch(&indent, command);
        }
        for command in commands {
            self.fetch(&indent, Some(command));
        }
    }

    fn fetch(&mut self, indent: &str, command: Option<&str>) {
        if let Some(command) = command.filter(|command| self.told.insert((*command).to_owned())) {
            self.pen.command(indent, command);
        }
    }
}

/// Whether all that a hypothesis has to say is said of the root cause.
fn is_said(hypothesis: &Hypothesis, diagnosis: &Diagnosis, root: Option<&Finding>) -> bool {
    let is_root = diagnosis.root_cause.as_deref() == Some(hypothesis.rule.as_str());
    let follows = |text: &String| {
        let effects = diagnosis.chain.iter().chain(&diagnosis.symptoms);
        effects.into_iter().any(|rule| *text == format!("It explains {rule}."))
    };
    let is_told = |text: &String| root.is_some_and(|root| root.message == *text) || follows(text);
    is_root
        && hypothesis.against.is_empty()
        && hypothesis.missing.is_empty()
        && hypothesis.supports.iter().all(is_told)
}
