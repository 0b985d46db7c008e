//! Filter × record → keep or drop.

use crate::model::{Outcome, Signal, TraceId};

use super::{Filter, Node, Test};

/// What a filter may ask about a result (a request or a finding) rather than about a record.
#[derive(Clone, Copy, Debug)]
pub struct ResultFacts<'a> {
    /// Rules that fired on it.
    pub rules: &'a [&'a str],
    /// Whether it failed.
    pub outcome: Outcome,
}

impl Filter {
    /// Whether a record passes. What only results can tell (`rule:`) drops no record.
    pub fn matches(&self, signal: &Signal) -> bool {
        judge(&self.root, &|test| of_signal(test, signal)) != Some(false)
    }

    /// Whether a result passes, by its rules and outcome alone; its records are asked with
    /// [`matches`](Self::matches).
    pub fn matches_result(&self, facts: ResultFacts<'_>) -> bool {
        judge(&self.root, &|test| of_result(test, facts)) != Some(false)
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        matches!(&self.root, Node::All(parts) if parts.is_empty())
    }
}

/// Three-valued (Kleene) logic: `None` is "cannot tell", and stays so under negation.
fn judge(node: &Node, test: &impl Fn(&Test) -> Option<bool>) -> Option<bool> {
    match node {
        Node::All(parts) => decide(parts, false, test),
        Node::Any(parts) => decide(parts, true, test),
        Node::Not(inner) => judge(inner, test).map(|holds| !holds),
        Node::Test(one) => test(one),
    }
}

/// One member with the value `decisive` decides; otherwise one unknown member leaves it open.
fn decide(parts: &[Node], decisive: bool, test: &impl Fn(&Test) -> Option<bool>) -> Option<bool> {
    let mut all_known = true;
    for part in parts {
        match judge(part, test) {
            Some(value) if value == decisive => return Some(decisive),
            Some(_) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(!decisive)
}

fn of_signal(test: &Test, signal: &Signal) -> Option<bool> {
    Some(match test {
        Test::Rule(_) => return None,
        Test::Text(text) => {
            contains(&signal.message, text) || signal.name.as_ref().is_some_and(|name| contains(name, text))
        }
        Test::Layer(layer) => signal.layer == *layer,
        Test::Kind(kind) => signal.kind == *kind,
        Test::Outcome(outcome) => signal.outcome == *outcome,
        Test::Severity(order, severity) => order.holds(&signal.severity, severity),
        Test::Duration(order, nanos) => signal.duration().is_some_and(|found| order.holds(&found, nanos)),
        Test::Present(name) => signal.field(name).is_some_and(|value| !value.is_empty()),
        Test::Equals(name, value) => signal.field(name).is_some_and(|found| equals(name, &found, value)),
        Test::Matches(name, pattern) => signal.field(name).is_some_and(|found| pattern.0.is_match(&found)),
        Test::Number(name, order, number) => signal
            .field(name)
            .and_then(|found| found.parse().ok())
            .is_some_and(|found| order.holds(&found, number)),
    })
}

fn of_result(test: &Test, facts: ResultFacts<'_>) -> Option<bool> {
    match test {
        Test::Rule(rule) => Some(facts.rules.iter().any(|fired| fired.eq_ignore_ascii_case(rule))),
        Test::Outcome(outcome) => Some(facts.outcome == *outcome),
        _ => None,
    }
}

/// Any spelling of a trace id equals the others.
pub(super) fn equals(name: &str, found: &str, wanted: &str) -> bool {
    if found.eq_ignore_ascii_case(wanted) {
        return true;
    }
    name == "trace_id" && TraceId::parse(wanted.as_bytes()).is_some_and(|wanted| wanted.to_string() == found)
}

/// Without regard to case.
pub(super) fn contains(text: &str, wanted: &str) -> bool {
    if wanted.is_ascii() {
        return contains_ascii(text.as_bytes(), wanted.as_bytes());
    }
    text.to_lowercase().contains(&wanted.to_lowercase())
}

/// Without regard to case, which is that of ASCII letters alone, as logs nearly always are. Looks for the last byte of
/// `wanted`: words differ in their ends at least as much as in their beginnings, and JSON keys in neither.
pub(super) fn contains_ascii(text: &[u8], wanted: &[u8]) -> bool {
    let Some((last, before)) = wanted.split_last() else { return true };
    let Some(rest) = text.get(before.len()..) else { return false };
    memchr::memchr2_iter(last.to_ascii_lowercase(), last.to_ascii_uppercase(), rest)
        .any(|at| text[at..at + before.len()].eq_ignore_ascii_case(before))
}
