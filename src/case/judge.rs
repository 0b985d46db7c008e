//! From the index to a snapshot: correlate, match, judge, diagnose.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::index::Index;
use super::read::{self, Source};
use super::{Options, Snapshot, coverage, events};
use crate::correlate::{self, Correlation};
use crate::diagnose::{self, Dossier, ErrorSignal};
use crate::model::{
    Coverage, Diagnosis, Evidence, Finding, Input, Issue, Outcome, RequestKey, RuleMeta, Severity, Signal,
    SignalKey, Undetermined,
};
use crate::rules::{self, Docket, Explanation, Hits, UnknownRule};

/// A case with everything read, correlated and matched.
pub(super) struct Case {
    index: Index,
    correlation: Correlation,
    coverage: Coverage,
    hits: Hits,
    issues: Vec<Issue>,
}

impl Case {
    /// Reads the inputs and matches every signal that may matter. `issues` are those of opening the inputs.
    pub(super) fn open(inputs: Vec<Input>, issues: Vec<Issue>, options: &Options) -> Self {
        let sources: Vec<Source> = inputs.into_par_iter().flat_map_iter(Source::open).collect();
        let batch = read::read(&sources, &options.catalogue);
        let index = Index::build(sources, batch);
        let correlation = correlate::correlate(index.view());
        let losses: Vec<Issue> = issues.iter().chain(index.issues()).cloned().collect();
        let coverage = coverage::coverage(&index, &correlation.request_of, &losses);
        let hits = events::find(&index, &correlation.request_of, &options.catalogue, options.filter.as_ref());
        Self { index, correlation, coverage, hits, issues }
    }

    /// Judges and diagnoses.
    pub(super) fn snapshot(self, options: &Options) -> Snapshot {
        let catalogue = &options.catalogue;
        let judgement = self.with_docket(options, |docket| rules::judge(catalogue, docket));
        let mut rules: BTreeMap<String, RuleMeta> =
            catalogue.rules().iter().map(|rule| (rule.meta.id.clone(), rule.meta.clone())).collect();
        let errors = self.errors();
        let diagnosed = diagnose::diagnose(&Dossier {
            requests: &self.correlation.requests,
            findings: &judgement.findings,
            undetermined: &judgement.undetermined,
            rules: &rules,
            errors: &errors
                .iter()
                .map(|(signal, request, message)| ErrorSignal { signal: *signal, request: *request, message })
                .collect::<Vec<_>>(),
        });
        let named = named(&judgement.findings, &judgement.undetermined, &diagnosed.diagnoses);
        rules.retain(|id, _| named.contains(id.as_str()));
        let findings = judgement.findings.iter().flat_map(|finding| &finding.evidence);
        let unexplained = diagnosed.unexplained.iter().flat_map(|error| &error.evidence);
        Snapshot {
            inputs: coverage::summaries(&self.index, &self.issues),
            evidence: self.evidence(findings.chain(unexplained)),
            findings: worst_first(judgement.findings),
            undetermined: judgement.undetermined,
            diagnoses: diagnosed.diagnoses,
            unexplained: diagnosed.unexplained,
            rules,
            rules_judged: catalogue.rules().len(),
            catalogue_digest: catalogue.digest(),
            coverage: self.coverage,
            requests: self.correlation.requests,
            names: self.index.names,
        }
    }

    /// Explains one rule.
    pub(super) fn explain(&self, options: &Options, rule: &str) -> Result<Vec<Explanation>, UnknownRule> {
        self.with_docket(options, |docket| rules::explain(&options.catalogue, rule, docket))
    }

    fn with_docket<T>(&self, options: &Options, judge: impl FnOnce(&Docket<'_>) -> T) -> T {
        let field = |key, name: &str| self.index.signal(key).field(name).map(std::borrow::Cow::into_owned);
        judge(&Docket {
            briefs: &self.index.briefs,
            spans: &self.index.spans,
            names: &self.index.names,
            requests: &self.correlation.requests,
            request_of: &self.correlation.request_of,
            coverage: &self.coverage,
            hits: &self.hits,
            lateness: options.lateness,
            field: &field,
        })
    }

    /// Signals that state an error, with their text.
    fn errors(&self) -> Vec<(SignalKey, Option<RequestKey>, String)> {
        let stated = self
            .index
            .briefs
            .par_iter()
            .enumerate()
            .filter(|(_, brief)| brief.severity >= Severity::Error || brief.outcome == Outcome::Failed);
        stated
            .map(|(position, _)| {
                let key = SignalKey(position as u32);
                (key, self.correlation.request_of[position], self.index.signal(key).message)
            })
            .collect()
    }

    fn evidence<'a>(&self, named: impl Iterator<Item = &'a Evidence>) -> BTreeMap<SignalKey, Signal> {
        let keys: BTreeSet<SignalKey> = named.map(|evidence| evidence.signal).collect();
        keys.into_iter().map(|key| (key, self.index.signal(key))).collect()
    }
}

fn named<'a>(
    findings: &'a [Finding],
    undetermined: &'a [Undetermined],
    diagnoses: &'a [Diagnosis],
) -> BTreeSet<&'a str> {
    let diagnosed = diagnoses.iter().flat_map(|diagnosis| {
        let hypotheses = diagnosis.hypotheses.iter().map(|hypothesis| &hypothesis.rule);
        diagnosis.root_cause.iter().chain(&diagnosis.chain).chain(&diagnosis.symptoms).chain(hypotheses)
    });
    let judged =
        findings.iter().map(|finding| &finding.rule).chain(undetermined.iter().map(|open| &open.rule));
    judged.chain(diagnosed).map(String::as_str).collect()
}

/// Worst first, then by time (findings without one last), then by rule and request.
fn worst_first(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| {
            (std::cmp::Reverse(finding.severity), finding.first.is_none(), finding.first, finding.request)
        };
        key(a).cmp(&key(b)).then_with(|| a.rule.cmp(&b.rule)).then_with(|| a.message.cmp(&b.message))
    });
    findings
}
