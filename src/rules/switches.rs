//! What a person changes about a catalogue while it judges: rules that are off, and other severities.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{Level, RuleMeta};

/// Rules that are off and severities of one's own, by rule id. Ids that no rule has mean nothing.
///
/// Taking a rule out of a [`Catalogue`](super::Catalogue) moves the keys of all events, so a case would have to be
/// matched again; judging with switches only leaves the rule out, with the same result.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Switches {
    off: BTreeSet<String>,
    levels: BTreeMap<String, Level>,
}

impl Switches {
    /// Whether the rule `id` is off.
    pub fn is_off(&self, id: &str) -> bool {
        self.off.contains(id)
    }

    /// Switches the rule `id` off, or on again.
    pub fn toggle(&mut self, id: &str) {
        if !self.off.remove(id) {
            self.off.insert(id.to_owned());
        }
    }

    /// The severity of a rule's findings.
    pub fn level(&self, rule: &RuleMeta) -> Level {
        self.levels.get(&rule.id).copied().unwrap_or(rule.severity)
    }

    /// Gives a rule's findings another severity; its own one ends the change.
    pub fn set_level(&mut self, rule: &RuleMeta, level: Level) {
        if level == rule.severity {
            self.levels.remove(&rule.id);
        } else {
            self.levels.insert(rule.id.clone(), level);
        }
    }

    /// Whether every rule is as its file says.
    pub fn is_empty(&self) -> bool {
        self.off.is_empty() && self.levels.is_empty()
    }

    /// The rule as it judges now; `None` when it is off.
    pub(crate) fn applied(&self, rule: &RuleMeta) -> Option<RuleMeta> {
        (!self.is_off(&rule.id)).then(|| RuleMeta { severity: self.level(rule), ..rule.clone() })
    }
}
