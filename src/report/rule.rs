//! What a rule says about itself, through the door.

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

impl RuleText {
    pub(super) fn new(rule: &RuleMeta, door: Door) -> Self {
        let flowing = |text: &str| door.pass(&text.split_whitespace().collect::<Vec<_>>().join(" "));
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
