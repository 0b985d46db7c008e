//! What is told of one rule: whether it judges, where it has hits, what it knows.

use std::ops::Range;

use super::State;
use crate::model::{Finding, RuleMeta};
use crate::tui::model::Shared;
use crate::tui::screens::advice::{Pen, filled};
use crate::tui::screens::coverage::Wanted;
use crate::tui::screens::diagnosis::document::{Action, Document};
use crate::tui::theme::Role;

/// Hits that are listed around the chosen one.
const MAX_HITS: usize = 5;
/// Undecided scopes that are looked through, and things told that they lack.
const MAX_OPEN: usize = 1_000;
const MAX_LACKS: usize = 3;

/// The text about the selected rule in rows of so many columns.
pub(super) fn document(state: &State, shared: &Shared, columns: usize) -> Document {
    let mut pen = Pen { shared, document: Document::new(columns) };
    let Some(rule) = state.selected(shared) else { return pen.document };
    pen.text("", Role::Title, &rule.title);
    pen.text("", Role::Dim, &rule.id);
    standing(&mut pen, rule);
    hits(state, &mut pen, rule);
    undecided(&mut pen, rule);
    let finding = state.chosen(shared);
    pen.background(rule, finding);
    if let Some(finding) = finding {
        pen.fixes(&finding.fix);
    } else {
        let mut steps = rule.fix.clone();
        for step in &mut steps {
            step.text = filled(&step.text, None);
            step.command = step.command.as_deref().map(|command| filled(command, None));
        }
        pen.fixes(&steps);
    }
    pen.verify(rule, finding);
    pen.afterwards(rule);
    pen.document
}

/// Whether it judges, and how severe its findings are.
fn standing(pen: &mut Pen<'_>, rule: &RuleMeta) {
    let level = pen.shared.switches.level(rule);
    let mut words = format!("{} rule, {}, {level}", rule.layer, rule.role);
    if level != rule.severity {
        words = format!("{words} (its file says {})", rule.severity);
    }
    words = format!("{words}, confidence {}", rule.confidence);
    let versions = match (&rule.since, &rule.until) {
        (Some(since), Some(until)) => format!(", since {since}, until {until}"),
        (Some(since), None) => format!(", since {since}"),
        (None, Some(until)) => format!(", until {until}"),
        (None, None) => String::new(),
    };
    pen.text("", Role::Dim, &(words + &versions));
    if pen.shared.switches.is_off(&rule.id) {
        pen.text("", Role::Warning, "Off: it does not judge this capture, now and when you open it again.");
    }
    if pen.shared.switches != pen.shared.snapshot().switches {
        pen.text("", Role::Dim, "Judging again …");
    }
}

fn hits(state: &State, pen: &mut Pen<'_>, rule: &RuleMeta) {
    let Some(hits) = state.hits.get(&rule.id).filter(|hits| !hits.findings.is_empty()) else {
        if !pen.shared.switches.is_off(&rule.id) {
            pen.text("", Role::Dim, "No hit in this capture.");
        }
        return;
    };
    let count = hits.findings.len();
    pen.document.heading(&format!(
        "Hit {} of {count}{}",
        state.hit + 1,
        match hits.occurrences {
            seen if seen > count as u64 => format!(", seen {seen} times"),
            _ => String::new(),
        }
    ));
    let snapshot = pen.shared.snapshot();
    for at in around(state.hit, count) {
        if let Some(finding) = hits.findings.get(at).and_then(|place| snapshot.findings.get(*place)) {
            hit(pen, finding, at == state.hit);
        }
    }
}

/// The places shown of `count` around the chosen one.
fn around(chosen: usize, count: usize) -> Range<usize> {
    let start = chosen.saturating_sub(MAX_HITS / 2).min(count.saturating_sub(MAX_HITS));
    start..count.min(start + MAX_HITS)
}

fn hit(pen: &mut Pen<'_>, finding: &Finding, is_chosen: bool) {
    let shared = pen.shared;
    let at = finding.first.map(|at| shared.zone.clock(at)).unwrap_or_default();
    let lead = if is_chosen { shared.look.symbols.pointer } else { " " };
    let role = if is_chosen { Role::Normal } else { Role::Dim };
    let message = shared.line(&format!("{at} {}", finding.message), 400).to_string();
    let write = |document: &mut Document| document.text(&format!("{lead} "), role, message.trim_start());
    match finding.evidence.first() {
        Some(evidence) => pen.document.item(Action::Signal(evidence.signal), write),
        None => write(&mut pen.document),
    }
}

/// What the capture does not tell: what is missing, and the commands that fetch it.
fn undecided(pen: &mut Pen<'_>, rule: &RuleMeta) {
    let snapshot = pen.shared.snapshot();
    let open = || snapshot.undetermined.iter().filter(|open| open.rule == rule.id);
    let count = open().count();
    if count == 0 {
        return;
    }
    let times = if count > 1 { format!(", {count} times") } else { String::new() };
    pen.document.heading(&format!("Cannot be told from this capture{times}"));
    for group in Wanted::of_rules(open().take(MAX_OPEN)).groups.iter().take(MAX_LACKS) {
        for sentence in &group.sentences {
            pen.text("  - ", Role::Unknown, sentence);
        }
        for command in &group.commands {
            pen.command("    ", command);
        }
    }
}
