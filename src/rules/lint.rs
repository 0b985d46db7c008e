//! Advice on rules that load: what a reviewer would say.

use super::catalogue::Catalogue;
use super::event::Event;
use super::rule::Rule;
use crate::model::Level;

use super::error::nearest;

/// One piece of advice on a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lint {
    /// How much it matters: errors and warnings should be put right, infos are for thought.
    pub level: Level,
    /// The rule.
    pub rule: String,
    /// Its file.
    pub path: String,
    /// What and why, one sentence.
    pub message: String,
}

/// Looks at every rule of the catalogue.
pub fn lint(catalogue: &Catalogue) -> Vec<Lint> {
    let mut lints = Vec::new();
    for rule in catalogue.rules() {
        let mut add = |level, message: String| {
            lints.push(Lint { level, rule: rule.id().to_owned(), path: rule.path.clone(), message });
        };
        lint_text(rule, &mut add);
        lint_links(catalogue, rule, &mut add);
        rule.events.iter().for_each(|event| lint_event(event, &mut add));
        lint_unused(rule, &mut add);
    }
    lints
}

fn lint_text(rule: &Rule, add: &mut dyn FnMut(Level, String)) {
    let has_captures = rule.events.iter().any(|event| event.capture_names().next().is_some());
    if rule.templates.message.names().next().is_none() {
        let hint = if has_captures { "captures exist" } else { "capture what differs between two cases" };
        add(Level::Info, format!("the message names nothing of the case at hand; {hint}"));
    }
    for (step, number) in rule.meta.fix.iter().zip(1..) {
        if step.source.is_none() {
            add(Level::Info, format!("fix step {number} has no source; the reader is told so"));
        }
    }
    if rule.meta.references.is_empty() {
        add(Level::Warning, "there is no reference".to_owned());
    }
    let sources = rule.meta.fix.iter().filter_map(|step| step.source.as_ref());
    let wrong = rule.meta.not.iter().filter_map(|entry| entry.source.as_ref());
    for url in rule.meta.references.iter().chain(sources).chain(wrong) {
        if !url.starts_with("https://") {
            add(Level::Warning, format!("`{url}` is no https:// address"));
        }
    }
    if rule.meta.title.chars().count() > 90 {
        add(Level::Info, "the title is longer than 90 characters".to_owned());
    }
}

fn lint_links(catalogue: &Catalogue, rule: &Rule, add: &mut dyn FnMut(Level, String)) {
    for id in &rule.meta.explains {
        if id == rule.id() {
            add(Level::Error, "the rule explains itself".to_owned());
        } else if let Err(unknown) = catalogue.rule(id) {
            add(Level::Warning, format!("`explains`: {unknown}"));
        }
    }
}

fn lint_event(event: &Event, add: &mut dyn FnMut(Level, String)) {
    let name = &event.name;
    if !event.is_brief() && event.needles().is_empty() {
        let message = format!(
            "event `{name}` has no literal text of four characters: every record that its layer and kind allow must be read"
        );
        add(Level::Warning, message);
    }
    for pattern in event.patterns() {
        let text = pattern.as_str();
        if !pattern.compiles() {
            add(Level::Error, format!("event `{name}`: the expression is too large: {text}"));
        }
        if text.starts_with(".*") || text.ends_with(".*") {
            add(Level::Info, format!("event `{name}`: a leading or trailing `.*` changes nothing: {text}"));
        }
        if PLAIN.contains(&text.to_ascii_lowercase().as_str()) {
            add(Level::Warning, format!("event `{name}`: `{text}` is found in every log"));
        }
    }
}

/// Expressions that say nothing by themselves.
const PLAIN: &[&str] =
    &["error", "exception", "failed", "warning", "timeout", "denied", "traceback", "not found"];

fn lint_unused(rule: &Rule, add: &mut dyn FnMut(Level, String)) {
    let mut used = vec![false; rule.events.len()];
    rule.conditions().for_each(|when| when.condition.events(&mut |event, _| used[event] = true));
    let names =
        || rule.events.iter().zip(&used).filter(|(_, used)| **used).map(|(event, _)| event.name.as_str());
    for (event, _) in rule.events.iter().zip(&used).filter(|(_, used)| !**used) {
        let near = nearest(&event.name, names()).map_or_else(String::new, |near| format!("; `{near}` is"));
        add(Level::Warning, format!("event `{}` is not used by the condition{near}", event.name));
    }
}
