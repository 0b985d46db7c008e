//! Which finding accounts for the others.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Confidence, Diagnosis, Finding, Hypothesis, RequestKey, Role, RuleMeta, Standing, Undetermined,
};

/// What bears on one diagnosis: one finding per rule.
pub(super) struct Facts<'a> {
    /// Findings of the request (or of the capture, for its own diagnosis).
    pub(super) own: Vec<&'a Finding>,
    /// Findings of the capture: causes of this request only when they explain one of its findings.
    pub(super) of_capture: Vec<&'a Finding>,
    /// Rules that could not be decided.
    pub(super) undetermined: Vec<&'a Undetermined>,
    pub(super) rules: &'a BTreeMap<String, RuleMeta>,
}

/// A cause and the findings that follow from it.
struct Candidate<'a> {
    finding: &'a Finding,
    /// Rule ids in the order in which they are reached: the nearest first.
    reached: Vec<&'a str>,
}

impl<'a> Facts<'a> {
    pub(super) fn diagnosis(&self, request: Option<RequestKey>) -> Diagnosis {
        let causes = self.causes();
        let root = causes.first();
        let chain = root.map(|root| self.chain(root)).unwrap_or_default();
        let reached = root.map(|root| root.reached.clone()).unwrap_or_default();
        let symptoms = reached.iter().filter(|rule| self.is_own_symptom(rule)).map(|rule| (*rule).to_owned());
        Diagnosis {
            request,
            root_cause: root.map(|root| root.finding.rule.clone()),
            chain,
            symptoms: symptoms.collect(),
            hypotheses: self.hypotheses(&causes),
            ..Diagnosis::default()
        }
    }

    /// Candidates, best first: who explains most, then severity, confidence, time, name. A cause that another
    /// one explains steps back behind it, unless the two explain each other.
    fn causes(&self) -> Vec<Candidate<'a>> {
        let own = self.own.iter().copied();
        let of_capture = self.of_capture.iter().copied();
        let mut causes: Vec<Candidate<'a>> = own
            .map(|finding| (finding, true))
            .chain(of_capture.map(|finding| (finding, false)))
            .filter(|(finding, _)| finding.role == Role::Cause)
            .map(|(finding, own)| (Candidate { finding, reached: self.reached_from(&finding.rule) }, own))
            .filter(|(cause, own)| *own || !cause.reached.is_empty())
            .map(|(cause, _)| cause)
            .collect();
        let explained: BTreeSet<String> = causes
            .iter()
            .filter(|cause| {
                causes.iter().any(|other| {
                    other.reached.contains(&cause.finding.rule.as_str())
                        && !cause.reached.contains(&other.finding.rule.as_str())
                })
            })
            .map(|cause| cause.finding.rule.clone())
            .collect();
        causes.sort_by_key(|cause| {
            let finding = cause.finding;
            (
                explained.contains(&finding.rule),
                Reverse(cause.reached.len()),
                Reverse(finding.severity),
                Reverse(finding.confidence),
                (finding.first.is_none(), finding.first),
                finding.rule.clone(),
            )
        });
        causes
    }

    /// Findings of this diagnosis that `rule` accounts for, directly or through others that are present too.
    fn reached_from(&self, rule: &'a str) -> Vec<&'a str> {
        let mut reached: Vec<&'a str> = Vec::new();
        let mut next = 0;
        let mut from = rule;
        loop {
            let explains = self.rules.get(from).map(|meta| meta.explains.as_slice()).unwrap_or_default();
            for id in explains {
                if id != rule
                    && !reached.contains(&id.as_str())
                    && let Some(finding) = self.present(id)
                {
                    reached.push(&finding.rule);
                }
            }
            let Some(further) = reached.get(next) else { return reached };
            from = further;
            next += 1;
        }
    }

    /// A finding of the request by rule id; noise is present in no chain.
    fn present(&self, rule: &str) -> Option<&'a Finding> {
        self.own.iter().copied().find(|finding| finding.rule == rule && finding.role != Role::Noise)
    }

    fn is_own_symptom(&self, rule: &str) -> bool {
        self.present(rule).is_some_and(|finding| finding.role == Role::Symptom)
    }

    /// From the root cause through further causes to the last symptom, each group by time.
    fn chain(&self, root: &Candidate<'a>) -> Vec<String> {
        let mut steps: Vec<&Finding> = root.reached.iter().filter_map(|rule| self.present(rule)).collect();
        steps.sort_by_key(|finding| (finding.role, finding.first.is_none(), finding.first));
        std::iter::once(&root.finding.rule)
            .chain(steps.iter().map(|finding| &finding.rule))
            .cloned()
            .collect()
    }

    fn hypotheses(&self, causes: &[Candidate<'a>]) -> Vec<Hypothesis> {
        let mut hypotheses: Vec<Hypothesis> = causes
            .iter()
            .enumerate()
            .map(|(position, cause)| self.hypothesis(cause, position == 0, causes))
            .collect();
        if causes.is_empty() {
            hypotheses.extend(
                self.own
                    .iter()
                    .filter(|finding| finding.role == Role::Symptom)
                    .flat_map(|symptom| self.unseen_causes_of(symptom)),
            );
        }
        let mut by_rule: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for rule in &self.undetermined {
            by_rule.entry(&rule.rule).or_default().extend(rule.missing.iter().map(String::as_str));
        }
        for (rule, missing) in by_rule {
            if self.could_be_a_cause(rule) {
                let missing: Vec<String> = missing.into_iter().map(str::to_owned).collect();
                hypotheses.retain(|known| known.rule != rule);
                hypotheses.push(Hypothesis {
                    rule: rule.to_owned(),
                    standing: Standing::CannotTell,
                    supports: Vec::new(),
                    against: Vec::new(),
                    missing,
                    commands: Vec::new(),
                });
            }
        }
        let mut seen = BTreeSet::new();
        hypotheses.retain(|hypothesis| seen.insert(hypothesis.rule.clone()));
        hypotheses
    }

    fn hypothesis(&self, cause: &Candidate<'_>, is_root: bool, causes: &[Candidate<'_>]) -> Hypothesis {
        let finding = cause.finding;
        let is_own = self.own.iter().any(|own| own.rule == finding.rule);
        let standing = match finding.confidence {
            // Only time and the rules tie a finding of the capture to the request.
            Confidence::High if is_own => Standing::Confirmed,
            Confidence::High | Confidence::Medium if is_root => Standing::Likely,
            _ => Standing::Possible,
        };
        let mut supports = vec![finding.message.clone()];
        supports.extend(cause.reached.iter().map(|rule| format!("It explains {rule}.")));
        let explained_by = causes.iter().filter(|other| {
            other.reached.contains(&finding.rule.as_str())
                && !cause.reached.contains(&other.finding.rule.as_str())
        });
        let mut against: Vec<String> =
            explained_by.map(|other| format!("It follows from {}.", other.finding.rule)).collect();
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

    /// Whether an undetermined rule speaks of a cause at all, and of one that has not been found anyway.
    fn could_be_a_cause(&self, rule: &str) -> bool {
        let found = self.own.iter().chain(&self.of_capture).any(|finding| finding.rule == rule);
        !found && self.rules.get(rule).is_none_or(|meta| meta.role == Role::Cause)
    }

    /// Rules that account for a symptom and did not fire: not excluded, and nothing in the capture shows them.
    fn unseen_causes_of(&self, symptom: &'a Finding) -> impl Iterator<Item = Hypothesis> + use<'a> {
        let rules = self.rules;
        rules.values().filter(|meta| meta.role == Role::Cause && meta.explains.contains(&symptom.rule)).map(
            |meta| Hypothesis {
                rule: meta.id.clone(),
                standing: Standing::Possible,
                supports: vec![format!("It would explain {}: {}", symptom.rule, symptom.message)],
                against: Vec::new(),
                missing: vec![format!("No signal in the capture shows it: {}", meta.title)],
                commands: Vec::new(),
            },
        )
    }
}
