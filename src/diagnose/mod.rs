//! stub
use crate::model::{Diagnosis, Finding, Request, RequestKey, RuleMeta, SignalKey, Undetermined, Unexplained};
use std::collections::BTreeMap;
pub struct Dossier<'a> {
    pub requests: &'a [Request],
    pub findings: &'a [Finding],
    pub undetermined: &'a [Undetermined],
    pub rules: &'a BTreeMap<String, RuleMeta>,
    pub errors: &'a [ErrorSignal<'a>],
}
#[derive(Clone, Copy, Debug)]
pub struct ErrorSignal<'a> {
    pub signal: SignalKey,
    pub request: Option<RequestKey>,
    pub message: &'a str,
}
#[derive(Default)]
pub struct Diagnoses {
    pub diagnoses: Vec<Diagnosis>,
    pub unexplained: Vec<Unexplained>,
}
pub fn diagnose(_: &Dossier<'_>) -> Diagnoses {
    Diagnoses::default()
}
