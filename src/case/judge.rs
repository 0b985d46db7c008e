//! From the index to a snapshot: correlate, match, judge, diagnose.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::index::Index;
use super::read::{self, Batch, Source};
use super::search::Search;
use super::{Explained, Options, Phase, Progress, Snapshot, coverage, events};
use crate::correlate::{self, Correlation};
use crate::diagnose::{self, Diagnoses, Dossier, ErrorSignal};
use crate::filter::{Filter, ResultFacts};
use crate::model::{
    Coverage, Diagnosis, Evidence, Finding, Input, Issue, Opening, Outcome, RequestKey, RuleMeta, Severity,
    Signal, SignalKey, Undetermined,
};
use crate::rules::{self, Catalogue, Docket, Hits, Judgement, Locator, Node, Switches, UnknownRule};
use crate::walk::Around;

/// A case with everything read, correlated and matched. Never changes: share it between threads.
#[derive(Debug, Default)]
pub struct Case {
    pub(super) index: Index,
    pub(super) correlation: Correlation,
    pub(super) coverage: Arc<Coverage>,
    pub(super) partial: bool,
    hits: Hits,
    hidden: Vec<SignalKey>,
    opening: Opening,
    /// Surveyed when the first walk is asked for.
    pub(super) around: OnceLock<Around>,
}

impl Case {
    /// Reads the inputs and matches every signal that may matter. `opening` is what is known of them beforehand.
    pub fn open(inputs: Vec<Input>, opening: impl Into<Opening>, options: &Options) -> Self {
        let progress = Progress::default();
        Self::open_watched(inputs, opening, options, &progress).unwrap_or_default()
    }

    /// The same while somebody watches, who may lose interest: then `None`, soon.
    pub fn open_watched(
        inputs: Vec<Input>,
        opening: impl Into<Opening>,
        options: &Options,
        progress: &Progress,
    ) -> Option<Self> {
        progress.start(&inputs);
        let open = |input| if progress.is_cancelled() { Vec::new() } else { Source::open(input) };
        let sources: Vec<Source> = inputs.into_par_iter().flat_map_iter(open).collect();
        Self::of_sources(sources, opening.into(), options, progress)
    }

    /// Reads what was cut; `None` when cancelled.
    pub(super) fn of_sources(
        sources: Vec<Source>,
        opening: Opening,
        options: &Options,
        progress: &Progress,
    ) -> Option<Self> {
        progress.enter(Phase::Reading)?;
        let batch = read::read(&sources, &options.catalogue, progress);
        Self::of_batch(sources, batch, opening, options, progress)
    }

    /// Correlates and matches what was read; `None` when cancelled.
    pub(super) fn of_batch(
        sources: Vec<Source>,
        batch: Batch,
        opening: Opening,
        options: &Options,
        progress: &Progress,
    ) -> Option<Self> {
        progress.enter(Phase::Correlating)?;
        let index = Index::build(sources, batch);
        let correlation = correlate::correlate(index.view());
        progress.enter(Phase::Matching)?;
        let losses: Vec<Issue> = opening.issues.iter().chain(index.issues()).cloned().collect();
        let mut coverage = coverage::coverage(&index, &correlation.request_of, &losses, &opening.sources);
        let hidden = hidden(&index, options.filter.as_ref());
        coverage.gaps.extend(coverage::gaps_of_hidden(&index, &hidden));
        let hits = events::find(&index, &correlation.request_of, &options.catalogue, &hidden, progress);
        progress.enter(Phase::Done)?;
        let coverage = Arc::new(coverage);
        Some(Self {
            index,
            correlation,
            coverage,
            partial: false,
            hits,
            hidden,
            opening,
            around: OnceLock::new(),
        })
    }

    /// Judges and diagnoses by every rule as its file says.
    pub fn snapshot(&self, options: &Options) -> Snapshot {
        self.snapshot_with(options, &Switches::default())
    }

    /// Judges and diagnoses by the rules that are on. The same as when a catalogue without the others had read and
    /// judged everything.
    pub fn snapshot_with(&self, options: &Options, switches: &Switches) -> Snapshot {
        let catalogue = &options.catalogue;
        let on = catalogue.rules().iter().filter_map(|rule| switches.applied(&rule.meta));
        let mut rules: BTreeMap<String, RuleMeta> = on.map(|meta| (meta.id.clone(), meta)).collect();
        let rules_judged = rules.len();
        let (judgement, diagnosed) = self.with_docket(options, |docket| {
            let judgement = rules::judge(catalogue, switches, docket);
            let diagnosed = self.diagnose(catalogue, docket, &judgement, &rules);
            (judgement, diagnosed)
        });
        let (judgement, diagnosed) = self.asked_for(options.filter.as_ref(), judgement, diagnosed);
        let named = named(&judgement.findings, &judgement.undetermined, &diagnosed.diagnoses);
        rules.retain(|id, _| named.contains(id.as_str()));
        let findings = judgement.findings.iter().flat_map(|finding| &finding.evidence);
        let unexplained = diagnosed.unexplained.iter().flat_map(|error| &error.evidence);
        Snapshot {
            inputs: coverage::summaries(&self.index, &self.opening.issues),
            evidence: self.evidence(findings.chain(unexplained)),
            findings: worst_first(judgement.findings),
            undetermined: judgement.undetermined,
            diagnoses: diagnosed.diagnoses,
            unexplained: diagnosed.unexplained,
            rules,
            rules_judged,
            switches: switches.clone(),
            catalogue_digest: catalogue.digest(switches),
            coverage: Arc::clone(&self.coverage),
            requests: Arc::clone(&self.correlation.requests),
            names: Arc::clone(&self.index.names),
        }
    }

    fn diagnose(
        &self,
        catalogue: &Catalogue,
        docket: &Docket<'_>,
        judgement: &Judgement,
        rules: &BTreeMap<String, RuleMeta>,
    ) -> Diagnoses {
        let errors = self.errors();
        let errors: Vec<ErrorSignal<'_>> = errors
            .iter()
            .map(|(signal, request, message)| ErrorSignal { signal: *signal, request: *request, message })
            .collect();
        let locator = Locator::new(catalogue, docket);
        diagnose::diagnose(&Dossier {
            requests: &self.correlation.requests,
            briefs: &self.index.briefs,
            coverage: &self.coverage,
            findings: &judgement.findings,
            covered: &judgement.covered,
            undetermined: &judgement.undetermined,
            arguments: &judgement.arguments,
            rules,
            errors: &errors,
            locate: &|request| locator.of(request),
            checks: &|rule, request| locator.checks(rule, request),
        })
    }

    /// What a filter says of results (`rule:`, `status:`) decides once everything is known.
    fn asked_for(
        &self,
        filter: Option<&Filter>,
        mut judgement: Judgement,
        mut diagnosed: Diagnoses,
    ) -> (Judgement, Diagnoses) {
        let Some(filter) = filter else { return (judgement, diagnosed) };
        let passes = |rules: &[&str], request: Option<RequestKey>, evidence: &[Evidence]| {
            let request = request.and_then(|key| self.correlation.requests.get(key.index()));
            let signal = evidence.first().and_then(|piece| self.index.briefs.get(piece.signal.index()));
            let outcome = request
                .map(|request| request.outcome)
                .or(signal.map(|brief| brief.outcome))
                .unwrap_or(Outcome::Unknown);
            filter.matches_result(ResultFacts { rules, outcome })
        };
        judgement.findings.retain(|finding| passes(&[&finding.rule], finding.request, &finding.evidence));
        judgement.undetermined.retain(|open| passes(&[&open.rule], open.request, &[]));
        diagnosed.diagnoses.retain(|diagnosis| {
            let rules: Vec<&str> = diagnosis.chain.iter().map(String::as_str).collect();
            passes(&rules, diagnosis.request, &[])
        });
        diagnosed.unexplained.retain(|error| passes(&[], error.request, &error.evidence));
        (judgement, diagnosed)
    }

    /// Explains one rule.
    pub fn explain(&self, options: &Options, rule: &str) -> Result<Explained, UnknownRule> {
        let scopes = self.with_docket(options, |docket| rules::explain(&options.catalogue, rule, docket))?;
        let mut named = BTreeSet::new();
        let mut open: Vec<&Node> = scopes.iter().map(|scope| &scope.root).collect();
        while let Some(node) = open.pop() {
            named.extend(node.signals.iter().map(|carrier| carrier.signal));
            open.extend(&node.members);
        }
        let signals = named.into_iter().map(|key| (key, self.index.signal(key))).collect();
        Ok(Explained { scopes, signals })
    }

    fn with_docket<T>(&self, options: &Options, judge: impl FnOnce(&Docket<'_>) -> T) -> T {
        // Several fields of one signal are asked for in a row.
        let last: RefCell<Option<(SignalKey, Signal)>> = RefCell::default();
        let field = |key, name: &str| {
            let mut last = last.borrow_mut();
            let known = last.take().filter(|(known, _)| *known == key);
            let (_, signal) = last.insert(known.unwrap_or_else(|| (key, self.index.signal(key))));
            signal.field(name).map(std::borrow::Cow::into_owned)
        };
        judge(&Docket {
            briefs: &self.index.briefs,
            names: &self.index.names,
            requests: &self.correlation.requests,
            request_of: &self.correlation.request_of,
            coverage: &self.coverage,
            hits: &self.hits,
            hidden: &self.hidden,
            lateness: options.lateness,
            field: &field,
        })
    }

    /// Signals that state an error, with their text.
    fn errors(&self) -> Vec<(SignalKey, Option<RequestKey>, String)> {
        let keys = (0..self.index.briefs.len() as u32).into_par_iter().map(SignalKey);
        let stated = keys.filter(|key| {
            let brief = self.index.briefs.at(key.index());
            brief.severity >= Severity::Error || brief.outcome == Outcome::Failed
        });
        let read = |key| (key, self.correlation.request_of.get(key), self.index.signal(key).message);
        stated.map(read).collect()
    }

    fn evidence<'a>(&self, named: impl Iterator<Item = &'a Evidence>) -> BTreeMap<SignalKey, Signal> {
        let keys: BTreeSet<SignalKey> = named.map(|evidence| evidence.signal).collect();
        keys.into_par_iter().map(|key| (key, self.index.signal(key))).collect()
    }
}

/// Signals that the filter does not match; reads only records that the index leaves open.
fn hidden(index: &Index, filter: Option<&Filter>) -> Vec<SignalKey> {
    let Some(filter) = filter else { return Vec::new() };
    let search = Search::new(index, filter);
    let keys = (0..index.briefs.len() as u32).into_par_iter().map(SignalKey);
    keys.filter(|key| !search.passes(*key)).collect()
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
