//! What a rule says about itself, through the door.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::model::{Level, RuleMeta};
use crate::text::{Door, SafeText};

/// The parts of a rule that reports print beside its findings.
#[derive(Clone, Debug)]
pub(super) struct RuleText {
    pub(super) title: SafeText,
    pub(super) layer: SafeText,
    pub(super) severity: Level,
    pub(super) cause: SafeText,
    pub(super) impact: SafeText,
    pub(super) fix: Vec<SafeText>,
    pub(super) verify: SafeText,
    pub(super) references: Vec<SafeText>,
    pub(super) not: Vec<(SafeText, SafeText)>,
}

/// Fills the placeholders of a rule's text: `{name}` and `{name|words when nothing was captured}`. Where neither
/// is known the name stands in angle brackets.
pub(super) fn fill<'a>(text: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let Some(pattern) = PLACEHOLDER.as_ref() else { return text.to_owned() };
    let filled = pattern.replace_all(text, |captures: &Captures<'_>| {
        let name = captures.get(1).map_or("", |name| name.as_str());
        let words = captures.get(2).map(|words| words.as_str());
        value(name).or(words).map_or_else(|| format!("<{name}>"), str::to_owned)
    });
    filled.into_owned()
}

static PLACEHOLDER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\{([a-z][a-z0-9_]*)(?:\|([^{}]*))?\}").ok());

impl RuleText {
    pub(super) fn new(rule: &RuleMeta, door: Door) -> Self {
        let flowing = |text: &str| {
            let general = fill(text, |_| None);
            door.pass(&general.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        Self {
            title: flowing(&rule.title),
            layer: flowing(&rule.layer),
            severity: rule.severity,
            cause: flowing(&rule.cause),
            impact: flowing(&rule.impact),
            fix: rule.fix.iter().map(|step| flowing(&step.text)).collect(),
            verify: flowing(&rule.verify),
            references: rule.references.iter().map(|url| flowing(url)).collect(),
            not: rule.not.iter().map(|not| (flowing(&not.advice), flowing(&not.why))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_get_their_capture_their_words_or_their_name() {
        let value = |name: &str| (name == "field").then_some("page");
        let text = r#"{field}, {group|another group}, {count}, {"a": 1}, {}"#;
        assert_eq!(fill(text, value), r#"page, another group, <count>, {"a": 1}, {}"#);
    }
}
