//! The examples of every rule of role cause, in traffic around them.

use std::fs;
use std::path::{Path, PathBuf};

use agentcore_triage::model::{Role, RuleMeta};
use rayon::prelude::*;

use super::START;
use super::envelope::{ENVELOPES, Envelope};
use super::judged::Judged;
use super::mixed::mixed;
use super::record::{MILLI, Part, Record, Store};
use super::removed::{claims_in_its_place, without};
use crate::case::OPTIONS;

const FAILURE: Part = Part::Failure(1);
/// Healthy requests beside each example.
const REQUESTS: usize = 15;

/// Causes that other traffic can hide. They are lost then, and nothing false is said.
const HIDDEN: &[(&str, &str)] = &[
    ("gateway-hang-no-response", "it joins rows by JSON-RPC id, which every session counts anew"),
    ("runtime-memory-cpu-limit", "lines of another environment read as those of a server that goes on"),
];

/// One example of a rule, as records.
struct Example<'r> {
    rule: &'r RuleMeta,
    name: String,
    records: Vec<Record>,
}

/// One example of each cause, of several layers' records where there is one.
fn examples() -> Vec<Example<'static>> {
    let causes = OPTIONS.catalogue.rules().iter().map(|rule| &rule.meta);
    let causes = causes.filter(|meta| meta.role == Role::Cause);
    causes.map(|rule| Example::read(rule, &file(rule))).collect()
}

fn file(rule: &RuleMeta) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(&rule.layer).join(&rule.id);
    let entries = fs::read_dir(folder)
        .expect("a rule is a folder")
        .map(|entry| entry.expect("it can be listed").path());
    let matches = entries
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("match")));
    let is_document = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
    matches
        .min_by_key(|path| (is_document(path), path.extension() != Some("jsonl".as_ref()), path.clone()))
        .expect("an example")
}

impl<'r> Example<'r> {
    /// Lines of text without a time become lines of a container, where they say the same there.
    fn read(rule: &'r RuleMeta, file: &Path) -> Self {
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        let text = fs::read_to_string(file).expect("examples are text");
        let lines = text.lines().filter(|line| !line.starts_with("##"));
        let store = Store::File(name.as_str().into());
        let as_it_is: Vec<Record> = lines
            .map(|line| Record { at: START, store: store.clone(), text: line.to_owned(), part: FAILURE })
            .collect();
        let records = wrapped(rule, &as_it_is).unwrap_or(as_it_is);
        Self { rule, name: format!("{}/{name}", rule.id), records }
    }

    /// What is said wrongly of the example in traffic, then of the traffic with what is left of it.
    fn wrong(&self, number: usize) -> Vec<String> {
        let envelope = ENVELOPES[number % ENVELOPES.len()];
        let alone = Judged::new(&self.records, envelope);
        if !alone.finds(&self.rule.id) {
            return vec![format!("{}: is not found", self.name)];
        }
        let start = alone.range().map_or(START, |range| range.start.0 - REQUESTS as i64 * 40 * MILLI);
        let seed = number as u64;
        let whole = Judged::new(&mixed(seed, REQUESTS, start, &self.records), envelope);
        let mut wrong = whole.blamed();
        if HIDDEN.iter().all(|(rule, _)| *rule != self.rule.id) {
            if !whole.finds(&self.rule.id) {
                wrong.push("is not found any more".to_owned());
            }
            let (before, now) = (alone.roots(FAILURE), whole.roots(FAILURE));
            wrong.extend(before.difference(&now).map(|root| format!("`{root}` is no root cause any more")));
            wrong.extend(now.difference(&before).map(|root| format!("`{root}` is called a root cause")));
        }
        if let Some(left) = without(&self.records, envelope, &self.rule.id) {
            let judged = Judged::new(&mixed(seed, REQUESTS, start, &left), envelope);
            wrong.extend(claims_in_its_place(&self.rule.id, &alone, &judged));
        }
        wrong.into_iter().map(|what| format!("{} {envelope:?}: {what}", self.name)).collect()
    }
}

/// Text as a container writes it, when the rule still sees what it saw.
fn wrapped(rule: &RuleMeta, records: &[Record]) -> Option<Vec<Record>> {
    let console = Store::log(
        "/aws/bedrock-agentcore/runtimes/reports-Lx4wQ9sTzB-DEFAULT",
        "2026/11/20/[runtime-logs]c0ffee",
    );
    let is_text = |record: &Record| !record.text.trim_start().starts_with(['{', '[']);
    let as_it_is = Judged::new(records, Envelope::JsonLines);
    if as_it_is.range().is_some() || !records.iter().all(is_text) {
        return None;
    }
    let wrapped: Vec<Record> =
        records.iter().map(|record| Record { store: console.clone(), ..record.clone() }).collect();
    Judged::new(&wrapped, Envelope::JsonLines).finds(&rule.id).then_some(wrapped)
}

#[test]
fn every_cause_is_named_in_traffic_and_not_replaced_without_its_records() {
    let wrong: Vec<String> =
        examples().par_iter().enumerate().flat_map_iter(|(number, example)| example.wrong(number)).collect();
    assert!(wrong.is_empty(), "{} claims\n{}", wrong.len(), wrong.join("\n"));
}
