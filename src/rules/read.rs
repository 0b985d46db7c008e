//! `rule.toml` to [`Rule`]: every mistake of the file is reported, with its place.

use std::sync::Arc;

use toml::de::DeTable;

use crate::model::{Confidence, FixStep, Level, Role, RuleMeta, WrongAdvice};

use super::document::{Item, Mistakes, Span, Table};
use super::error::{LoadError, SourceFile, suggest};
use super::event::Event;
use super::read_event::read_events;
use super::read_when::read_when;
use super::rule::{LAYERS, Rule, Templates};
use super::template::{BUILT_IN, Style, Template};

const KEYS: &[&str] = &[
    "id",
    "title",
    "layer",
    "severity",
    "confidence",
    "role",
    "explains",
    "since",
    "until",
    "message",
    "cause",
    "impact",
    "verify",
    "references",
    "fix",
    "not",
    "events",
    "when",
];

/// Where a rule file lies: what its `id` and `layer` must say.
pub(crate) struct Place<'a> {
    /// Name of its folder, when it has one.
    pub(crate) folder: Option<&'a str>,
    /// Name of the folder above.
    pub(crate) layer: Option<&'a str>,
}

/// Reads one rule. Never panics, whatever `text` holds.
pub(crate) fn read_rule(path: &str, text: &str, place: &Place<'_>) -> Result<Rule, Vec<LoadError>> {
    let file = Arc::new(SourceFile { path: path.to_owned(), text: text.to_owned() });
    let mistakes = Mistakes::new(Arc::clone(&file));
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            mistakes.add(Span(span.start, span.end), error.message(), None);
        }
        return Err(mistakes.into_errors());
    }
    let table = Table::new(document.get_ref(), Span(0, 0), &mistakes);
    let rule = read_table(table, path, text, place);
    let errors = mistakes.into_errors();
    match rule {
        Some(rule) if errors.is_empty() => Ok(rule),
        _ => Err(errors),
    }
}

fn read_table(table: Table<'_>, path: &str, text: &str, place: &Place<'_>) -> Option<Rule> {
    table.only(KEYS);
    let meta = read_meta(table, place);
    let events = read_events(table);
    let when = read_when(table, &events);
    let templates = read_templates(table, &events);
    Some(Rule {
        meta,
        path: path.to_owned(),
        text: text.to_owned(),
        examples: Vec::new(),
        events,
        when: when?,
        templates,
        first_event: 0,
    })
}

fn read_meta(table: Table<'_>, place: &Place<'_>) -> RuleMeta {
    let id = table.required("id", "the name of the rule's folder");
    if let (Some(folder), Some(item)) = (place.folder, table.get("id"))
        && !id.is_empty()
        && folder != id
    {
        item.error(
            format!("`id` is not the name of the folder, `{folder}`"),
            Some("make the two equal".into()),
        );
    }
    check_id(table, &id);
    let layer = table.required("layer", "the name of the folder above the rule's");
    if let Some(item) = table.get("layer").filter(|_| !layer.is_empty()) {
        if !LAYERS.contains(&layer.as_str()) {
            item.error(format!("unknown layer `{layer}`"), Some(suggest(&layer, LAYERS.iter().copied())));
        } else if let Some(above) = place.layer.filter(|above| LAYERS.contains(above) && *above != layer) {
            item.error(format!("`layer` is not the name of the folder above, `{above}`"), None);
        }
    }
    let texts = |key| table.texts(key).iter().map(|text| text.text.trim().to_owned()).collect();
    RuleMeta {
        id,
        title: table.required("title", "one line that states the problem"),
        layer,
        severity: word(table, "severity", Level::ALL, Level::word).unwrap_or(Level::Error),
        confidence: word(table, "confidence", Confidence::ALL, Confidence::word).unwrap_or(Confidence::Low),
        role: word(table, "role", Role::ALL, Role::word).unwrap_or(Role::Cause),
        explains: texts("explains"),
        message: table.required("message", "what the finding says, with {captures}"),
        cause: table.required("cause", "why it happens"),
        impact: table.required("impact", "what callers or operators lose"),
        fix: read_fix(table),
        verify: table.required("verify", "how to see that the fix worked"),
        references: texts("references"),
        not: read_not(table),
        since: table.optional("since"),
        until: table.optional("until"),
        shown_in: Vec::new(),
    }
}

fn check_id(table: Table<'_>, id: &str) {
    let is_plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if let Some(item) = table.get("id").filter(|_| !is_plain) {
        item.error("an id has lower-case letters, digits and hyphens only", None);
    }
}

/// A key that holds one of the model's words.
fn word<T: Copy>(table: Table<'_>, key: &str, all: &[T], spell: fn(T) -> &'static str) -> Option<T> {
    let words = || all.iter().map(|value| spell(*value));
    let Some(item) = table.get(key) else {
        table.missing(key, &format!("one of: {}", words().collect::<Vec<_>>().join(", ")));
        return None;
    };
    let text = item.text()?.text;
    let found = all.iter().copied().find(|value| spell(*value) == text);
    if found.is_none() {
        let allowed: Vec<&str> = words().collect();
        item.error(format!("unknown {key} `{text}`"), Some(suggest(text, allowed.iter().copied())));
    }
    found
}

fn read_fix(table: Table<'_>) -> Vec<FixStep> {
    if table.get("fix").is_none() {
        table.missing("fix", "at least one [[fix]] step with `text`");
    }
    let steps = table.tables("fix").into_iter().map(|step| {
        step.only(&["text", "command", "source"]);
        FixStep {
            text: step.required("text", "what to do"),
            command: step.optional("command"),
            source: step.optional("source"),
        }
    });
    steps.collect()
}

fn read_not(table: Table<'_>) -> Vec<WrongAdvice> {
    let entries = table.tables("not").into_iter().map(|entry| {
        entry.only(&["advice", "why", "source"]);
        WrongAdvice {
            advice: entry.required("advice", "the advice that circulates"),
            why: entry.required("why", "why it does not help"),
            source: entry.optional("source"),
        }
    });
    entries.collect()
}

fn read_templates(table: Table<'_>, events: &[Event]) -> Templates {
    let known: Vec<&str> =
        events.iter().flat_map(Event::capture_names).chain(BUILT_IN.iter().copied()).collect();
    let parse = |item: Option<Item<'_>>, style| {
        let text = item.and_then(Item::as_text).unwrap_or_default().trim();
        let template = Template::parse(text, style);
        for name in template.names().filter(|name| !known.contains(name)) {
            if let Some(item) = item {
                item.error(
                    format!("nothing can fill the placeholder `{{{name}}}`"),
                    Some(suggest(name, known.iter().copied())),
                );
            }
        }
        template
    };
    let steps = table.tables("fix").into_iter().map(|step| {
        let command = step.get("command").map(|item| parse(Some(item), Style::Command));
        (parse(step.get("text"), Style::Prose), command)
    });
    Templates { fix: steps.collect(), message: parse(table.get("message"), Style::Prose) }
}
