//! `rule.toml` to [`Rule`]: every mistake of the file is reported, with its place.

use std::iter::repeat;
use std::sync::Arc;

use toml::de::DeTable;

use crate::model::{Confidence, FixStep, Kind, Layer, Level, Role, RuleMeta, WrongAdvice};

use super::document::{Item, Mistakes, Span, Table};
use super::error::{LoadError, SourceFile, suggest};
use super::event::{Event, Set};
use super::read_event::read_events;
use super::read_when::{read_condition, read_when};
use super::rule::{LAYERS, Plea, Rule, Templates, When};
use super::scope::needed_events;
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
    "for",
    "against",
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
    let mut meta = read_meta(table, place);
    let events = read_events(table);
    let when = read_when(table, &events);
    let pleas = read_pleas(table, &events);
    let templates = read_templates(table, &events);
    meta.shown_in = when.as_ref().map(|when| shown_in(&meta.layer, when, &events)).unwrap_or_default();
    Some(Rule {
        meta,
        path: path.to_owned(),
        text: text.to_owned(),
        examples: Vec::new(),
        events,
        when: when?,
        pleas,
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

fn read_pleas(table: Table<'_>, events: &[Event]) -> Vec<Plea> {
    let kinds = [("for", true), ("against", false)];
    let entries = kinds.iter().flat_map(|(key, is_for)| table.tables(key).into_iter().zip(repeat(*is_for)));
    let pleas = entries.filter_map(|(entry, is_for)| {
        entry.required("text", "what the condition shows, one sentence");
        let when = read_condition(entry, &["text"], events)?;
        Some(Plea { is_for, when, text: read_template(entry.get("text"), Style::Prose, events) })
    });
    pleas.collect()
}

/// Layers that would show the events that a condition needs; where these do not say, what the rule's subject writes to.
fn shown_in(subject: &str, when: &When, events: &[Event]) -> Vec<Layer> {
    let mut layers: Vec<Layer> = needed_events(when)
        .into_iter()
        .filter_map(|event| events.get(event))
        .flat_map(|event| {
            let by_kind =
                Kind::ALL.iter().filter(|kind| event.kinds != Set::ANY && event.kinds.has(**kind as u8));
            event.layers.iter().copied().chain(by_kind.filter_map(|kind| writer_of(*kind)))
        })
        .collect();
    if layers.is_empty() {
        layers.extend(match subject {
            "gateway" => [Layer::Gateway, Layer::Client].as_slice(),
            "memory" => &[Layer::Runtime, Layer::Memory],
            "identity" => &[Layer::Runtime, Layer::Identity],
            "client" => &[Layer::Client],
            _ => &[Layer::Runtime],
        });
    }
    let mut seen = Vec::new();
    layers.retain(|layer| {
        !seen.contains(layer) && {
            seen.push(*layer);
            *layer != Layer::Unknown
        }
    });
    layers
}

/// The layer that alone writes records of a shape.
fn writer_of(kind: Kind) -> Option<Layer> {
    Some(match kind {
        Kind::GatewayLog => Layer::Gateway,
        Kind::RuntimeVended | Kind::SdkLog | Kind::OtelLog | Kind::AccessLog | Kind::Traceback => {
            Layer::Runtime
        }
        Kind::Span | Kind::XraySegment | Kind::XraySummary => Layer::Span,
        Kind::CloudTrail => Layer::Control,
        Kind::HttpExchange | Kind::ToolsList => Layer::Client,
        _ => return None,
    })
}

/// A text with placeholders, each of which something can fill.
fn read_template(item: Option<Item<'_>>, style: Style, events: &[Event]) -> Template {
    let known: Vec<&str> =
        events.iter().flat_map(Event::capture_names).chain(BUILT_IN.iter().copied()).collect();
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
}

fn read_templates(table: Table<'_>, events: &[Event]) -> Templates {
    let parse = |item, style| read_template(item, style, events);
    let steps = table.tables("fix").into_iter().map(|step| {
        let command = step.get("command").map(|item| parse(Some(item), Style::Command));
        (parse(step.get("text"), Style::Prose), command)
    });
    Templates { fix: steps.collect(), message: parse(table.get("message"), Style::Prose) }
}
