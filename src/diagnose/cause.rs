//! Which finding accounts for the others.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::model::{Argument, Diagnosis, Finding, RequestKey, Role, Undetermined};

use super::Dossier;
use super::lack::{Sources, told};

/// What bears on one diagnosis: one finding per rule.
pub(super) struct Facts<'a> {
    pub(super) dossier: &'a Dossier<'a>,
    /// Findings of the request (or of the capture, for its own diagnoses).
    pub(super) own: Vec<&'a Finding>,
    /// Findings of the capture: causes of this request only when they explain one of its findings.
    pub(super) of_capture: Vec<&'a Finding>,
    /// Rules that could not be decided.
    pub(super) undetermined: Vec<&'a Undetermined>,
    /// What speaks for and against rules here.
    pub(super) arguments: Vec<&'a Argument>,
    pub(super) sources: Sources<'a>,
}

/// A cause and the findings that follow from it.
#[derive(Clone)]
pub(super) struct Candidate<'a> {
    pub(super) finding: &'a Finding,
    /// Rule ids in the order in which they are reached: the nearest first.
    pub(super) reached: Vec<&'a str>,
}

impl<'a> Facts<'a> {
    /// The diagnosis of a request.
    pub(super) fn of_request(&self, request: RequestKey) -> Diagnosis {
        let causes = self.causes();
        let absent = if causes.is_empty() { self.sources.absent() } else { Vec::new() };
        let (missing, commands) = told(absent);
        Diagnosis { request: Some(request), missing, commands, ..self.told(&causes) }
    }

    /// Diagnoses of the capture, one per independent cause.
    pub(super) fn of_capture(&self) -> Vec<Diagnosis> {
        let mut followed: BTreeSet<&str> = BTreeSet::new();
        let mut diagnoses = Vec::new();
        for cause in self.causes() {
            if followed.contains(cause.finding.rule.as_str()) {
                continue;
            }
            followed.extend(&cause.reached);
            diagnoses.push(self.told(&[cause]));
        }
        diagnoses
    }

    /// What follows from the first of `causes`, and how all of them stand.
    fn told(&self, causes: &[Candidate<'a>]) -> Diagnosis {
        let root = causes.first();
        let reached = root.map(|root| root.reached.as_slice()).unwrap_or_default();
        let symptoms = reached.iter().filter(|rule| self.is_own_symptom(rule)).map(|rule| (*rule).to_owned());
        Diagnosis {
            root_cause: root.map(|root| root.finding.rule.clone()),
            chain: root.map(|root| self.chain(root)).unwrap_or_default(),
            symptoms: symptoms.collect(),
            hypotheses: self.hypotheses(causes),
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
            let explains = self.dossier.rules.get(from).map(|meta| meta.explains.as_slice());
            for id in explains.unwrap_or_default() {
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
}
