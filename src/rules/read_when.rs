//! `[when]` to [`When`].

use crate::model::semconv;

use super::condition::{By, Condition, EventIndex, Sibling, Side, ValueOf};
use super::document::{DURATION_HELP, Item, Table, parse_duration};
use super::error::suggest;
use super::event::Event;
use super::rule::When;

/// The forms, each with the keys that go with it.
const FORMS: &[(&str, &[&str])] = &[
    ("match", &[]),
    ("all", &[]),
    ("any", &[]),
    ("none", &[]),
    ("sequence", &["within"]),
    ("count", &["at-least", "within"]),
    ("distinct", &["of", "at-least", "within"]),
    ("absent", &["after", "before", "within"]),
    ("slower-than", &["from", "to"]),
    ("faster-than", &["from", "to"]),
    ("first-seconds-of-stream", &["of"]),
    ("healthy-sibling", &["of"]),
];

/// Deepest nesting that is read; no rule needs more than three.
const MAX_DEPTH: usize = 16;

/// Reads the condition of a rule; any one event by request when it has no `[when]`.
pub(crate) fn read_when(rule: Table<'_>, events: &[Event]) -> Option<When> {
    let Some(item) = rule.get("when") else {
        let any = (0..events.len()).map(Condition::Match).collect();
        return (!events.is_empty()).then_some(When { by: By::Request, condition: Condition::Any(any) });
    };
    read_condition(item.table()?, &[], events)
}

/// Reads a condition with its `by` from a table that may also hold the keys of `beside`.
pub(crate) fn read_condition(table: Table<'_>, beside: &[&str], events: &[Event]) -> Option<When> {
    let by = table.get("by").map_or(Some(By::Request), |item| by(item));
    let extra: Vec<&str> = beside.iter().copied().chain(["by"]).collect();
    let condition = Reader { events }.table(table, &extra, 0)?;
    if !condition.is_grounded() {
        table.mistakes.add(
            table.span,
            "the condition holds where nothing happened at all",
            Some("name an event that must be there beside what must be absent".into()),
        );
    }
    Some(When { by: by?, condition })
}

struct Reader<'e> {
    events: &'e [Event],
}

impl Reader<'_> {
    /// A condition given as an event's name or as a table.
    fn item(&self, item: Item<'_>, depth: usize) -> Option<Condition> {
        if let Some(name) = item.as_text() {
            return self.event(item, name).map(Condition::Match);
        }
        self.table(item.table()?, &[], depth)
    }

    fn table(&self, table: Table<'_>, extra: &[&str], depth: usize) -> Option<Condition> {
        if depth > MAX_DEPTH {
            table.mistakes.add(table.span, "conditions are nested too deeply", None);
            return None;
        }
        let heads: Vec<&(&str, &[&str])> =
            FORMS.iter().filter(|(head, _)| table.get(head).is_some()).collect();
        let known: Vec<&str> = extra
            .iter()
            .copied()
            .chain(heads.iter().flat_map(|(head, keys)| keys.iter().copied().chain([*head])))
            .collect();
        if heads.is_empty() {
            no_form(table, extra);
            return None;
        }
        table.only(&known);
        let lists = heads.iter().all(|(head, _)| matches!(*head, "all" | "any" | "none"));
        if heads.len() > 1 && !lists {
            let names: Vec<_> = heads.iter().map(|(head, _)| format!("`{head}`")).collect();
            table.mistakes.add(
                table.span,
                format!("one table holds several conditions: {}", names.join(", ")),
                Some("put each into its own table inside `all = […]`".into()),
            );
            return None;
        }
        let forms: Vec<_> = heads.iter().map(|(head, _)| self.form(head, table, depth)).collect();
        let mut forms = forms.into_iter().collect::<Option<Vec<_>>>()?;
        if forms.len() == 1 { forms.pop() } else { Some(Condition::All(forms)) }
    }

    fn form(&self, head: &str, table: Table<'_>, depth: usize) -> Option<Condition> {
        let item = table.get(head)?;
        let within = table.duration("within");
        match head {
            "match" => self.named(item).map(Condition::Match),
            "all" => self.members(item, depth).map(Condition::All),
            "any" => self.members(item, depth).map(Condition::Any),
            "none" => self.members(item, depth).map(Condition::None),
            "sequence" => {
                let steps =
                    item.list().into_iter().map(|step| self.named(step)).collect::<Option<Vec<_>>>()?;
                if steps.len() < 2 {
                    item.error("a sequence needs at least two events", None);
                }
                Some(Condition::Sequence { steps, within })
            }
            "count" => {
                let (of, at_least) = (self.named(item), at_least(table));
                Some(Condition::Count { of: of?, at_least: at_least?, within })
            }
            "distinct" => {
                let (of, at_least) = (self.named(item), at_least(table));
                let of = of?;
                Some(Condition::Distinct { of, value: self.value(table, of)?, at_least: at_least?, within })
            }
            "absent" => self.absent(item, table, within),
            "slower-than" | "faster-than" => {
                let (from, to) = (self.key(table, "from"), self.key(table, "to"));
                let limit = table.duration(head);
                Some(Condition::Elapsed {
                    from: from?,
                    to: to?,
                    slower: head == "slower-than",
                    limit: limit?,
                })
            }
            "first-seconds-of-stream" => {
                let (limit, of) = (seconds(item), self.key(table, "of"));
                Some(Condition::FirstSeconds { of: of?, limit: limit? })
            }
            _ => {
                let (sibling, of) = (sibling(item), self.key(table, "of"));
                Some(Condition::HealthySibling { of: of?, sibling: sibling? })
            }
        }
    }

    fn absent(
        &self,
        item: Item<'_>,
        table: Table<'_>,
        within: Option<std::time::Duration>,
    ) -> Option<Condition> {
        let event = self.named(item);
        let mut anchor = None;
        for (key, side) in [("after", Side::After), ("before", Side::Before)] {
            let Some(item) = table.get(key) else { continue };
            if anchor.is_some() {
                item.error("an absence has one anchor, `after` or `before`", None);
            }
            anchor = Some((side, self.named(item)?));
        }
        if let (None, Some(_), Some(item)) = (anchor, within, table.get("within")) {
            item.error("`within` needs an anchor: `after` or `before` an event", None);
        }
        Some(Condition::Absent { event: event?, anchor, within })
    }

    fn members(&self, item: Item<'_>, depth: usize) -> Option<Vec<Condition>> {
        let members: Vec<_> = item.list().into_iter().map(|member| self.item(member, depth + 1)).collect();
        if members.is_empty() {
            item.error(format!("`{}` is empty", item.key), None);
        }
        members.into_iter().collect()
    }

    fn key(&self, table: Table<'_>, key: &str) -> Option<EventIndex> {
        let item = table.get(key);
        if item.is_none() {
            table.missing(key, "the name of an event");
        }
        self.named(item?)
    }

    fn value(&self, table: Table<'_>, of: EventIndex) -> Option<ValueOf> {
        let Some(item) = table.get("of") else {
            table.missing("of", "a field, or a capture of the event");
            return None;
        };
        let name = item.text()?.text;
        if self.events.get(of)?.capture_names().any(|capture| capture == name) {
            return Some(ValueOf::Capture(name.to_owned()));
        }
        super::read_event::check_field(name, item);
        Some(ValueOf::Field(name.to_owned()))
    }

    fn named(&self, item: Item<'_>) -> Option<EventIndex> {
        self.event(item, item.text()?.text)
    }

    fn event(&self, item: Item<'_>, name: &str) -> Option<EventIndex> {
        let found = self.events.iter().position(|event| event.name == name);
        if found.is_none() && !self.events.is_empty() {
            let names = self.events.iter().map(|event| event.name.as_str());
            item.error(format!("unknown event `{name}`"), Some(suggest(name, names)));
        }
        found
    }
}

/// A number of seconds, or a duration.
fn seconds(item: Item<'_>) -> Option<std::time::Duration> {
    let text = item.as_scalar().map(|number| number + "s").or_else(|| item.as_text().map(str::to_owned));
    let parsed = text.as_deref().and_then(parse_duration);
    if parsed.is_none() {
        item.error(format!("`{}` must be a number of seconds", item.key), Some(DURATION_HELP.to_owned()));
    }
    parsed
}

fn sibling(item: Item<'_>) -> Option<Sibling> {
    match item.text()?.text {
        "tool" => Some(Sibling::Tool),
        "target" => Some(Sibling::Target),
        "tool-of-target" => Some(Sibling::ToolOfTarget),
        "request" => Some(Sibling::Request),
        other => {
            let help = suggest(other, ["tool", "target", "tool-of-target", "request"]);
            item.error(format!("unknown sibling `{other}`"), Some(help));
            None
        }
    }
}

fn by(item: Item<'_>) -> Option<By> {
    let text = item.text()?.text;
    let by = match text {
        "request" => By::Request,
        "trace" => By::Trace,
        "session" => By::Session,
        "stream" => By::Stream,
        "resource" => By::Resource,
        "capture" => By::Capture,
        field if semconv::is_known(field) => By::Field(field.to_owned()),
        _ => {
            let words = ["request", "trace", "session", "stream", "resource", "capture"];
            let fields = semconv::FIELDS.iter().map(|def| def.name);
            item.error(
                format!("unknown scope `{text}`"),
                Some(suggest(text, words.into_iter().chain(fields))),
            );
            return None;
        }
    };
    Some(by)
}

fn no_form(table: Table<'_>, extra: &[&str]) {
    let heads = FORMS.iter().map(|(head, _)| *head);
    if let Some(item) = table.items().into_iter().find(|item| !extra.contains(&item.key)) {
        let companion = FORMS.iter().any(|(_, keys)| keys.contains(&item.key));
        let help = if companion { "it goes with a condition".into() } else { suggest(item.key, heads) };
        table.mistakes.add(item.key_span, format!("`{}` is no condition", item.key), Some(help));
        return;
    }
    let help = format!("one of: {}", heads.collect::<Vec<_>>().join(", "));
    table.mistakes.add(table.span, "there is no condition here", Some(help));
}

fn at_least(table: Table<'_>) -> Option<u32> {
    let item = table.get("at-least");
    if item.is_none() {
        table.missing("at-least", "a whole number above zero");
    }
    item?.count()
}
