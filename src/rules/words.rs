//! What a rule looks for, in words.

use std::time::Duration;

use crate::model::{Kind, Layer, Outcome, Severity};

use super::condition::{Condition, Sibling, Side, ValueOf};
use super::event::{Event, FieldTest, Op, Set, Test};
use super::missing::seconds;
use super::pattern::Pattern;
use super::rule::Rule;

/// A condition and its members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outline {
    /// The condition.
    pub words: String,
    /// Its members.
    pub members: Vec<Self>,
}

/// What a signal must be to be an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventOutline {
    /// The event's name.
    pub name: String,
    /// All of these hold: what is looked at, and what it may be. The values are spelt as in rule files.
    pub tests: Vec<(String, Vec<String>)>,
}

impl Rule {
    /// What one scope is: `request`, `capture`, … or a field's name.
    pub fn scope(&self) -> &str {
        self.when.by.word()
    }

    /// The condition.
    pub fn outline(&self) -> Outline {
        outline(self, &self.when.condition)
    }

    /// The events.
    pub fn event_outlines(&self) -> Vec<EventOutline> {
        self.events
            .iter()
            .map(|event| EventOutline { name: event.name.clone(), tests: parts(event) })
            .collect()
    }

    /// The command of a fix step, for a capture that fills none of its placeholders.
    pub fn general_command(&self, step: usize) -> Option<String> {
        let (_, command) = self.templates.fix.get(step)?;
        Some(command.as_ref()?.fill(&|_| None))
    }

    /// What the message expression of some event finds in a line as it stands in a capture.
    pub fn found_in(&self, line: &str) -> Option<String> {
        let mut patterns = self.events.iter().flat_map(|event| &event.message);
        patterns.find_map(|pattern| pattern.find(line)).map(str::to_owned)
    }
}

fn outline(rule: &Rule, condition: &Condition) -> Outline {
    let members = condition.members().iter().map(|member| outline(rule, member)).collect();
    Outline { words: condition_words(rule, condition), members }
}

/// One condition without its members.
pub(crate) fn condition_words(rule: &Rule, condition: &Condition) -> String {
    let name = |index: &usize| rule.events.get(*index).map_or("?", |event| event.name.as_str());
    let within = |limit: &Option<Duration>| {
        limit.map_or_else(String::new, |limit| format!(" within {}", length(limit)))
    };
    match condition {
        Condition::Match(event) => format!("{} happens", name(event)),
        Condition::All(_) => "all of".to_owned(),
        Condition::Any(_) => "any of".to_owned(),
        Condition::None(_) => "none of".to_owned(),
        Condition::Sequence { steps, within: limit } => {
            let steps: Vec<&str> = steps.iter().map(name).collect();
            format!("{}{}", steps.join(", then "), within(limit))
        }
        Condition::Count { of, at_least, within: limit } => {
            format!("{} happens {at_least} times{}", name(of), within(limit))
        }
        Condition::Distinct { of, value, at_least, within: limit } => {
            let (ValueOf::Capture(value) | ValueOf::Field(value)) = value;
            format!("{} with {at_least} different values of {value}{}", name(of), within(limit))
        }
        Condition::Absent { event, anchor: None, .. } => format!("no {}", name(event)),
        Condition::Absent { event, anchor: Some((side, anchor)), within: limit } => {
            let side = if *side == Side::After { "after" } else { "before" };
            format!("{} without {} {side} it{}", name(anchor), name(event), within(limit))
        }
        Condition::Elapsed { from, to, slower, limit } => {
            let than = if *slower { "more" } else { "less" };
            format!("{than} than {} from {} to {}", length(*limit), name(from), name(to))
        }
        Condition::FirstSeconds { of, limit } => {
            format!("every {} in the first {} of its log stream", name(of), length(*limit))
        }
        Condition::HealthySibling { of, sibling } => {
            let kind = match sibling {
                Sibling::Tool => "tool",
                Sibling::Target => "target",
                Sibling::ToolOfTarget => "tool of the target",
                Sibling::Request => "request",
            };
            format!("another {kind} of the resource succeeded beside {}", name(of))
        }
    }
}

fn length(limit: Duration) -> String {
    seconds(i64::try_from(limit.as_nanos()).unwrap_or(i64::MAX))
}

fn parts(event: &Event) -> Vec<(String, Vec<String>)> {
    let expressions = |patterns: &[Pattern]| patterns.iter().map(|it| it.text().to_owned()).collect();
    let duration = event.duration.iter().map(|(op, limit)| format!("{} {}", op.sign(), length(*limit)));
    let mut parts = vec![
        ("message".to_owned(), expressions(&event.message)),
        ("message without".to_owned(), expressions(&event.unless)),
        ("layer".to_owned(), words(event.layer_set, Layer::ALL, Layer::word, |layer| layer as u8)),
        ("kind".to_owned(), words(event.kinds, Kind::ALL, Kind::word, |kind| kind as u8)),
        ("severity".to_owned(), words(event.severities, Severity::ALL, Severity::word, |level| level as u8)),
        ("outcome".to_owned(), words(event.outcomes, Outcome::ALL, Outcome::word, |outcome| outcome as u8)),
        ("duration".to_owned(), duration.collect()),
    ];
    let field = |test: &FieldTest| (test.field.clone(), test.any.iter().map(test_words).collect());
    parts.extend(event.fields.iter().map(field));
    parts.retain(|(_, values)| !values.is_empty());
    parts
}

/// The words of a set; none when it leaves nothing out.
fn words<T: Copy>(set: Set, all: &[T], spell: fn(T) -> &'static str, number: fn(T) -> u8) -> Vec<String> {
    if set == Set::ANY {
        return Vec::new();
    }
    all.iter().filter(|word| set.has(number(**word))).map(|word| spell(*word).to_owned()).collect()
}

fn test_words(test: &Test) -> String {
    match test {
        Test::Equals(text) => text.clone(),
        Test::Compare(Op::Equal, limit) => limit.to_string(),
        Test::Compare(op, limit) => format!("{} {limit}", op.sign()),
        Test::Finds(pattern) => format!("~{}", pattern.text()),
        Test::FindsNot(pattern) => format!("!~{}", pattern.text()),
        Test::Present => "present".to_owned(),
        Test::Absent => "absent".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::Catalogue;

    #[test]
    fn every_event_of_a_condition_is_described() {
        let catalogue = Catalogue::builtin().unwrap();
        for rule in catalogue.rules() {
            for event in rule.event_outlines() {
                assert!(!event.tests.is_empty(), "{}: {} says nothing", rule.id(), event.name);
            }
        }
        let rule = catalogue.rule("gateway-param-type-mismatch").unwrap();
        let outline = rule.outline();
        assert_eq!((rule.scope(), outline.words.as_str()), ("request", "any of"));
        assert_eq!(outline.members[0].words, "mismatch happens");
        let refused = "Field 'page' has invalid type: $.page: string found, integer expected";
        assert_eq!(rule.found_in(&format!("- {refused}.")).as_deref(), Some(refused));
        assert_eq!(rule.found_in("- Field 'page' is fine"), None);
    }
}
