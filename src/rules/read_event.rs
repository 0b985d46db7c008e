//! `[events.…]` to [`Event`].

use crate::model::{Kind, Layer, Outcome, Severity, semconv};

use super::document::{DURATION_HELP, Item, Table, Text, parse_duration};
use super::error::suggest;
use super::event::{Event, FieldTest, Op, Set, Test};
use super::pattern::Pattern;

const KEYS: &[&str] =
    &["message", "unless", "layer", "kind", "severity", "outcome", "duration", "field", "capture"];

/// Reads every event of a rule.
pub(crate) fn read_events(rule: Table<'_>) -> Vec<Event> {
    let Some(item) = rule.get("events") else {
        rule.missing("events", "at least one [events.NAME] table");
        return Vec::new();
    };
    let Some(table) = item.table() else { return Vec::new() };
    let events: Vec<Event> =
        table.items().into_iter().filter_map(|item| Some(read_event(item.key, item.table()?))).collect();
    if events.is_empty() {
        item.error("a rule needs at least one event", None);
    }
    events
}

fn read_event(name: &str, table: Table<'_>) -> Event {
    table.only(KEYS);
    if table.items().is_empty() {
        table.mistakes.add(
            table.span,
            format!("the event `{name}` says nothing, so every signal would be one"),
            None,
        );
    }
    let (layers, layer_set) = words(table, "layer", Layer::ALL, Layer::word, |layer| layer as u8);
    Event {
        name: name.to_owned(),
        message: patterns(table, "message"),
        unless: patterns(table, "unless"),
        layers,
        layer_set,
        kinds: words(table, "kind", Kind::ALL, Kind::word, |kind| kind as u8).1,
        severities: severities(table),
        outcomes: words(table, "outcome", Outcome::ALL, Outcome::word, |outcome| outcome as u8).1,
        duration: duration(table),
        fields: fields(table),
        capture: capture(table),
    }
}

fn patterns(table: Table<'_>, key: &str) -> Vec<Pattern> {
    table.texts(key).into_iter().filter_map(|text| Pattern::read(text, table.mistakes)).collect()
}

/// A key that holds one or several of the model's words; any word when the key is not there.
fn words<T: Copy>(
    table: Table<'_>,
    key: &str,
    all: &[T],
    spell: fn(T) -> &'static str,
    number: fn(T) -> u8,
) -> (Vec<T>, Set) {
    if table.get(key).is_none() {
        return (Vec::new(), Set::ANY);
    }
    let mut found = Vec::new();
    for text in table.texts(key) {
        let value = all.iter().copied().find(|value| spell(*value) == text.text);
        if value.is_none() {
            let allowed: Vec<&str> = all.iter().map(|value| spell(*value)).collect();
            unknown_word(table, key, text, &allowed);
        }
        found.extend(value);
    }
    let set = found.iter().fold(0, |set, value| set | 1 << number(*value));
    (found, Set(set))
}

fn unknown_word(table: Table<'_>, key: &str, text: Text<'_>, allowed: &[&str]) {
    let help = suggest(text.text, allowed.iter().copied());
    table.mistakes.add(text.span, format!("unknown {key} `{}`", text.text), Some(help));
}

fn severities(table: Table<'_>) -> Set {
    if table.get("severity").is_none() {
        return Set::ANY;
    }
    let mut set = 0;
    for text in table.texts("severity") {
        let (op, word) = Op::split(text.text).unwrap_or((Op::Equal, text.text));
        let Some(limit) = Severity::from_word(word) else {
            let allowed: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
            unknown_word(table, "severity", Text { text: word, span: text.span }, &allowed);
            continue;
        };
        let chosen = Severity::ALL.iter().filter(|severity| op.holds(**severity, limit));
        set |= chosen.fold(0, |set, severity| set | 1 << *severity as u8);
    }
    Set(set)
}

fn duration(table: Table<'_>) -> Option<(Op, std::time::Duration)> {
    let item = table.get("duration")?;
    let text = item.text()?.text;
    let parsed = Op::split(text).and_then(|(op, limit)| Some((op, parse_duration(limit)?)));
    if parsed.is_none() {
        item.error(
            format!("`{text}` is no comparison of a duration"),
            Some(format!("write \">5s\"; {DURATION_HELP}")),
        );
    }
    parsed
}

/// `field."http.status" = 403` and, because TOML reads dots that way, `field.http.status = 403`.
fn fields(table: Table<'_>) -> Vec<FieldTest> {
    let mut tests = Vec::new();
    if let Some(table) = table.get("field").and_then(Item::table) {
        collect_fields("", table, &mut |name, item| {
            check_field(&name, item);
            let any = item.list().into_iter().filter_map(test).collect();
            tests.push(FieldTest { field: name, any });
        });
    }
    tests
}

fn collect_fields<'d>(prefix: &str, table: Table<'d>, visit: &mut dyn FnMut(String, Item<'d>)) {
    for item in table.items() {
        let name = format!("{prefix}{}", item.key);
        match item.is_table().then(|| item.table()).flatten() {
            Some(inner) => collect_fields(&format!("{name}."), inner, visit),
            None => visit(name, item),
        }
    }
}

/// Reports a field name that is not in the closed list, at the key.
pub(crate) fn check_field(name: &str, item: Item<'_>) {
    if !semconv::is_known(name) {
        let help = match semconv::nearest(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "`agentcore-triage rules fields` lists the names; any path below `raw.` is allowed".to_owned()
            }
        };
        item.error(format!("unknown field `{name}`"), Some(help));
    }
}

fn test(item: Item<'_>) -> Option<Test> {
    if let Some(scalar) = item.as_scalar() {
        return Some(Test::Equals(scalar));
    }
    let text = item.text()?;
    let pattern = |prefix: usize| {
        let inner = Text { text: &text.text[prefix..], span: text.span };
        Pattern::read(inner, item.mistakes())
    };
    match text.text {
        "present" => Some(Test::Present),
        "absent" => Some(Test::Absent),
        regex if regex.starts_with("!~") => pattern(2).map(Test::FindsNot),
        regex if regex.starts_with('~') => pattern(1).map(Test::Finds),
        other => compare(item, other),
    }
}

fn compare(item: Item<'_>, text: &str) -> Option<Test> {
    let Some((op, limit)) = Op::split(text) else { return Some(Test::Equals(text.to_owned())) };
    let number = limit.parse().ok();
    if number.is_none() {
        item.error(format!("`{limit}` is no number to compare with"), None);
    }
    Some(Test::Compare(op, number?))
}

fn capture(table: Table<'_>) -> Vec<(String, String)> {
    let Some(table) = table.get("capture").and_then(Item::table) else { return Vec::new() };
    let entries = table.items().into_iter().filter_map(|item| {
        let field = item.text()?.text;
        check_field(field, item);
        Some((item.key.to_owned(), field.to_owned()))
    });
    entries.collect()
}
