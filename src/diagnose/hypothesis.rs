//! What the cause may be: what was found, what the capture excludes, what it leaves open.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Argument, Confidence, Finding, Hypothesis, Role, RuleMeta, Standing, Undetermined};

use super::cause::{Candidate, Facts};
use super::lack::told;

impl<'a> Facts<'a> {
    /// Found causes first, best first; then, unless one is certain, what else would account for what was seen.
    pub(super) fn hypotheses(&self, causes: &[Candidate<'a>]) -> Vec<Hypothesis> {
        let mut hypotheses: Vec<Hypothesis> = causes
            .iter()
            .enumerate()
            .map(|(position, cause)| self.found(cause, position == 0, causes))
            .collect();
        // The rule's own confidence: how surely the finding belongs to the request opens no other cause.
        let is_sure = |cause: &Candidate<'_>| {
            let rule = self.dossier.rules.get(&cause.finding.rule);
            rule.is_some_and(|rule| rule.confidence == Confidence::High)
        };
        let is_certain = causes.iter().any(is_sure);
        hypotheses.extend(self.coincident(causes));
        let unseen = self.unseen(causes).map(|(rule, effect)| self.unseen_cause(rule, effect));
        hypotheses.extend(unseen.filter(|open| !is_certain || open.standing == Standing::RuledOut));
        self.add_undetermined(&mut hypotheses, is_certain);
        let mut seen = BTreeSet::new();
        hypotheses.retain(|hypothesis| seen.insert(hypothesis.rule.clone()));
        hypotheses.sort_by_key(|hypothesis| rank(hypothesis.standing));
        hypotheses
    }

    /// A cause that was found.
    fn found(&self, cause: &Candidate<'_>, is_root: bool, causes: &[Candidate<'_>]) -> Hypothesis {
        let finding = cause.finding;
        let is_own = self.own.iter().any(|own| own.rule == finding.rule);
        let mut supports = vec![finding.message.clone()];
        supports.extend(cause.reached.iter().map(|rule| format!("It explains {rule}.")));
        supports.extend(self.arguments(&finding.rule, true));
        let explained_by = causes.iter().filter(|other| {
            other.reached.contains(&finding.rule.as_str())
                && !cause.reached.contains(&other.finding.rule.as_str())
        });
        let mut against: Vec<String> =
            explained_by.map(|other| format!("It follows from {}.", other.finding.rule)).collect();
        let contradicting = self.arguments(&finding.rule, false);
        let standing = match standing(finding, is_own, is_root) {
            Standing::Confirmed | Standing::Likely if !contradicting.is_empty() => Standing::Possible,
            standing => standing,
        };
        against.extend(contradicting);
        if !is_own {
            against.push("No id ties it to this request, only time.".to_owned());
        }
        Hypothesis {
            rule: finding.rule.clone(),
            standing,
            supports,
            against,
            missing: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Causes of the capture at the time of a request that has none of its own. Telemetry that cannot be exported fails
    /// no request.
    fn coincident(&self, causes: &[Candidate<'a>]) -> Vec<Hypothesis> {
        if !causes.is_empty() {
            return Vec::new();
        }
        let is_meant = |finding: &&&Finding| {
            let subject = self.dossier.rules.get(&finding.rule).map(|rule| rule.layer.as_str());
            finding.role == Role::Cause && subject != Some("observability")
        };
        let coincident = self.of_capture.iter().filter(is_meant).map(|finding| Hypothesis {
            rule: finding.rule.clone(),
            standing: Standing::Possible,
            supports: vec![finding.message.clone()],
            against: vec!["No id ties it to this request, only time.".to_owned()],
            missing: Vec::new(),
            commands: Vec::new(),
        });
        coincident.collect()
    }

    /// Causes that did not fire and would account for what did, each with the effect. Of a found root only what lies
    /// behind it is open.
    fn unseen(&self, causes: &[Candidate<'a>]) -> impl Iterator<Item = (&'a RuleMeta, &'a Finding)> {
        let mut effects: Vec<&'a Finding> =
            self.own.iter().copied().filter(|finding| finding.role == Role::Symptom).collect();
        if let Some(root) = causes.first() {
            effects.retain(|finding| root.reached.contains(&finding.rule.as_str()));
            effects.insert(0, root.finding);
        }
        let rules = self.dossier.rules.values().filter(|rule| rule.role == Role::Cause);
        rules.filter(|rule| !self.is_found(&rule.id)).filter_map(move |rule| {
            let effect = effects.iter().find(|effect| rule.explains.contains(&effect.rule))?;
            Some((rule, *effect))
        })
    }

    fn unseen_cause(&self, rule: &RuleMeta, effect: &Finding) -> Hypothesis {
        let against = self.arguments(&rule.id, false);
        let mut supports = vec![format!("It would explain {}: {}", effect.rule, effect.message)];
        let further = self.arguments(&rule.id, true);
        let standing = match (against.is_empty(), further.is_empty()) {
            (false, _) => Standing::RuledOut,
            (true, false) => Standing::Possible,
            (true, true) => Standing::CannotTell,
        };
        supports.extend(further);
        let lacks = if standing == Standing::RuledOut { Vec::new() } else { self.sources.of_rule(rule) };
        let (missing, commands) = told(lacks);
        Hypothesis { rule: rule.id.clone(), standing, supports, against, missing, commands }
    }

    /// Rules that the evaluator left open know better what they lack.
    fn add_undetermined(&self, hypotheses: &mut Vec<Hypothesis>, is_certain: bool) {
        let mut by_rule: BTreeMap<&str, Vec<&Undetermined>> = BTreeMap::new();
        for open in self.undetermined.iter().filter(|_| !is_certain) {
            by_rule.entry(&open.rule).or_default().push(open);
        }
        for (rule, open) in by_rule {
            let known = hypotheses.iter().position(|known| known.rule == rule);
            if !self.could_be_a_cause(rule)
                || known.is_some_and(|at| hypotheses[at].standing == Standing::RuledOut)
            {
                continue;
            }
            let each = |of: fn(&Undetermined) -> &Vec<String>| {
                let texts: BTreeSet<&String> = open.iter().flat_map(|open| of(open)).collect();
                texts.into_iter().cloned().collect::<Vec<_>>()
            };
            let supports = known.map(|at| hypotheses.remove(at).supports).unwrap_or_default();
            hypotheses.push(Hypothesis {
                rule: rule.to_owned(),
                standing: Standing::CannotTell,
                supports,
                against: Vec::new(),
                missing: each(|open| &open.missing),
                commands: each(|open| &open.commands),
            });
        }
    }

    /// Whether an undetermined rule speaks of a cause at all, and of one that has not been found anyway.
    fn could_be_a_cause(&self, rule: &str) -> bool {
        !self.is_found(rule) && self.dossier.rules.get(rule).is_none_or(|meta| meta.role == Role::Cause)
    }

    fn is_found(&self, rule: &str) -> bool {
        self.own.iter().chain(&self.of_capture).any(|finding| finding.rule == rule)
    }

    fn arguments(&self, rule: &str, is_for: bool) -> Vec<String> {
        let bearing = |argument: &&&Argument| argument.rule == rule && argument.is_for == is_for;
        self.arguments.iter().filter(bearing).map(|argument| argument.text.clone()).collect()
    }
}

fn standing(finding: &Finding, is_own: bool, is_root: bool) -> Standing {
    match finding.confidence {
        // Only time and the rules tie a finding of the capture to the request.
        Confidence::High if is_own => Standing::Confirmed,
        Confidence::High | Confidence::Medium if is_root => Standing::Likely,
        _ => Standing::Possible,
    }
}

/// Found causes keep their order; then what is possible, what cannot be told, what is excluded.
fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Confirmed | Standing::Likely | Standing::Possible => 0,
        Standing::CannotTell => 1,
        Standing::RuledOut => 2,
    }
}
