use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;
use crate::model::{Bytes, Level};
use crate::rules::{State, Switches};

const UNANSWERED: &str = include_str!("../../tests/data/semantics/runtime/call-never-answered/match.jsonl");
const ANSWERED: &str =
    include_str!("../../tests/data/semantics/runtime/call-never-answered/near-miss-in-time.jsonl");

pub(super) fn options(filter: Option<&str>) -> Options {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/semantics"));
    let (catalogue, errors) = Catalogue::builtin().unwrap().with_dirs(&[folder]);
    assert!(errors.is_empty(), "{errors:?}");
    Options { catalogue, lateness: Duration::ZERO, filter: filter.map(|text| Filter::parse(text).unwrap()) }
}

pub(super) fn input(text: &str) -> Vec<Input> {
    vec![Input { path: "a.jsonl".to_owned(), bytes: Bytes::new(text.to_owned()) }]
}

fn verdict(text: &str, filter: Option<&str>) -> (State, Vec<String>) {
    let explained = explain(input(text), Vec::new(), &options(filter), "call-never-answered").unwrap();
    let scope = &explained.scopes[0];
    (scope.state, scope.root.notes.clone())
}

#[test]
fn what_a_filter_hides_is_not_absent() {
    assert_eq!(verdict(UNANSWERED, None).0, State::Fires);
    assert_eq!(verdict(ANSWERED, None).0, State::Quiet);
    let (state, notes) = verdict(ANSWERED, Some("-finished"));
    assert_eq!(state, State::Undetermined, "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("hidden by --filter")), "{notes:?}");
    let snapshot = analyse(input(ANSWERED), Vec::new(), &options(Some("-finished")));
    assert!(snapshot.findings.is_empty() && snapshot.coverage.gaps.len() == 1, "{snapshot:?}");
}

#[test]
fn a_filter_that_hides_nothing_changes_nothing() {
    assert_eq!(verdict(UNANSWERED, Some("layer:*")).0, State::Fires);
}

#[test]
fn an_explanation_brings_the_signals_it_names() {
    let explained = explain(input(UNANSWERED), Vec::new(), &options(None), "call-never-answered").unwrap();
    let named = &explained.scopes[0].root.signals;
    assert!(!named.is_empty() && named.iter().all(|named| explained.signals.contains_key(&named.signal)));
}

#[test]
fn a_filter_on_results_keeps_what_it_asks_for() {
    let rules = |filter| {
        let snapshot = analyse(input(UNANSWERED), Vec::new(), &options(filter));
        snapshot.findings.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(Some("rule:call-never-answered")), ["call-never-answered"]);
    assert!(rules(Some("-rule:call-never-answered")).is_empty());
}

#[test]
fn a_case_is_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    let case = std::sync::Arc::new(Case::open(input(ANSWERED), Vec::new(), &options(None)));
    let snapshot = case.snapshot(&options(None));
    shared(&case);
    shared(&snapshot);
    assert!(std::sync::Arc::ptr_eq(&snapshot.requests, &snapshot.clone().requests));
}

#[test]
fn who_loses_interest_gets_nothing() {
    let progress = Progress::default();
    let read = Case::open_watched(input(ANSWERED), Vec::new(), &options(None), &progress);
    assert_eq!(progress.glance().phase, Phase::Done);
    assert_eq!(progress.glance().bytes, ANSWERED.len() as u64);
    assert_eq!(progress.glance().records, read.map_or(0, |case| case.briefs().len() as u64));
    progress.cancel();
    assert!(Case::open_watched(input(ANSWERED), Vec::new(), &options(None), &progress).is_none());
}

#[test]
fn a_rule_that_is_off_is_as_if_it_were_not_there() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/schema-mismatch"));
    let inputs = || {
        ["gateway.json", "spans.jsonl"].map(|name| Input {
            path: name.to_owned(),
            bytes: Bytes::new(std::fs::read(folder.join(name)).unwrap()),
        })
    };
    let built_in =
        || Options { catalogue: Catalogue::builtin().unwrap(), lateness: Duration::ZERO, filter: None };
    let whole = built_in();
    let case = Case::open(inputs().into(), Vec::new(), &whole);
    let found: BTreeSet<String> =
        case.snapshot(&whole).findings.into_iter().map(|finding| finding.rule).collect();
    assert!(found.len() > 1, "{found:?}");
    for id in found {
        let (mut switches, mut without) = (Switches::default(), built_in());
        switches.toggle(&id);
        without.catalogue.disable(&id).unwrap();
        let mut off = case.snapshot_with(&whole, &switches);
        assert_eq!(std::mem::take(&mut off.switches), switches);
        let gone = analyse(inputs().into(), Vec::new(), &without);
        assert_eq!(format!("{off:#?}"), format!("{gone:#?}"), "{id}");
        switches.toggle(&id);
        let meta = &whole.catalogue.rule(&id).unwrap().meta;
        switches.set_level(meta, Level::Warning);
        let changed = case.snapshot_with(&whole, &switches);
        let mut of_rule = changed.findings.iter().filter(|finding| finding.rule == id);
        assert!(of_rule.all(|finding| finding.severity == Level::Warning), "{id}");
        switches.set_level(meta, meta.severity);
        assert!(switches.is_empty());
    }
}
