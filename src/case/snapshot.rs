//! What a case knows at one moment: plain data for every output.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{
    Coverage, Diagnosis, Finding, InputSummary, Names, Outcome, Request, RuleMeta, Signal, SignalKey,
    Undetermined, Unexplained,
};
use crate::rules::Switches;

/// Everything an output may show. Cheap to clone in its large parts: a case and its snapshots share them.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// What was read, in the order given.
    pub inputs: Vec<InputSummary>,
    /// What is covered and what is missing.
    pub coverage: Arc<Coverage>,
    /// Requests by key.
    pub requests: Arc<Vec<Request>>,
    /// The strings behind the requests' names.
    pub names: Arc<Names>,
    /// Findings: worst first, then by time, then by rule.
    pub findings: Vec<Finding>,
    /// Rules that could not be decided.
    pub undetermined: Vec<Undetermined>,
    /// One per failed request, then one for the capture when findings concern it as a whole.
    pub diagnoses: Vec<Diagnosis>,
    /// Errors that no rule explains.
    pub unexplained: Vec<Unexplained>,
    /// The rules that findings, diagnoses and undetermined name, by id.
    pub rules: BTreeMap<String, RuleMeta>,
    /// The signals that findings and unexplained errors name, read in full.
    pub evidence: BTreeMap<SignalKey, Signal>,
    /// Number of rules that judged.
    pub rules_judged: usize,
    /// Rules that were off and severities that were changed.
    pub switches: Switches,
    /// Digest of the rules that judged, hex.
    pub catalogue_digest: String,
}

impl Snapshot {
    /// Number of failed requests.
    pub fn failed(&self) -> usize {
        self.requests.iter().filter(|request| request.outcome == Outcome::Failed).count()
    }
}
