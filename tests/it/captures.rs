//! Real captures in every form in which one may be at hand, against what is known of how they were made.
//!
//! `captures.toml` says for each scenario which rule is its cause in which form, and why another form cannot show it.
//! Whatever else is claimed at warning or above is a false alarm.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use agentcore_triage::case::Snapshot;
use agentcore_triage::model::{Finding, Input, Level};
use rayon::prelude::*;
use serde::Deserialize;

use crate::case::{OPTIONS, analyse, data, excerpt, input};

const CLOUDWATCH: &[&str] =
    &["runtime-logs.jsonl", "second-runtime-logs.jsonl", "otel-rt-logs.jsonl", "spans.jsonl", "emf.jsonl"];
const BARE: &[&str] = &["stdout.log", "stderr.log", "second.stdout.log", "second.stderr.log"];

/// What may be at hand of one run.
const FORMS: &[(&str, &[&str])] = &[
    ("cloudwatch", CLOUDWATCH),
    ("document", &["filter-log-events.json"]),
    ("bare", BARE),
    ("client", &["client.jsonl"]),
    ("folder", &[]),
];

/// In a form map: every form that has no entry of its own.
const EVERY: &str = "every";

/// What is known of one scenario. Maps are keyed by form or by [`EVERY`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Scenario {
    /// Rules that must fire, and that alone may be a request's root cause.
    #[serde(default)]
    cause: BTreeMap<String, Vec<String>>,
    /// Rules that may fire: symptoms, noise, wrappers, what else is true.
    #[serde(default)]
    also: BTreeMap<String, Vec<String>>,
    /// Causes that fire and are the root cause of nothing, since another one explains them or nobody failed by them.
    #[serde(default)]
    not_root: BTreeMap<String, Vec<String>>,
    /// Why no form has a cause.
    silent: Option<String>,
    /// Why a form without a cause has none.
    #[serde(default)]
    cannot_show: BTreeMap<String, String>,
    /// What is wrong today, per form: the form is not checked.
    #[serde(default)]
    known: BTreeMap<String, String>,
}

/// One scenario in one form.
struct Row<'s> {
    name: &'s str,
    form: &'static str,
    scenario: &'s Scenario,
}

impl Row<'_> {
    fn of<'m, T>(&self, map: &'m BTreeMap<String, T>) -> Option<&'m T> {
        map.get(self.form).or_else(|| map.get(EVERY))
    }

    fn causes(&self) -> &[String] {
        self.of(&self.scenario.cause).map_or(&[], Vec::as_slice)
    }

    fn also(&self) -> &[String] {
        self.of(&self.scenario.also).map_or(&[], Vec::as_slice)
    }

    fn inputs(&self) -> Vec<Input> {
        let folder = data("captures").join(self.name);
        files(&folder, self.form).iter().map(|file| read(file)).collect()
    }

    /// What the program says that it should not, or does not say that it should.
    fn failures(&self) -> Vec<String> {
        let snapshot = analyse(self.inputs());
        let mut failures = self.missing(&snapshot);
        failures.extend(self.missing_roots(&snapshot));
        failures.extend(self.false_alarms(&snapshot));
        failures.extend(self.false_roots(&snapshot));
        failures.extend(unread(&snapshot));
        failures.into_iter().map(|failure| format!("{} [{}]: {failure}", self.name, self.form)).collect()
    }

    fn missing(&self, snapshot: &Snapshot) -> Vec<String> {
        let found: BTreeSet<&str> = snapshot.findings.iter().map(|finding| finding.rule.as_str()).collect();
        let missing = self.causes().iter().filter(|cause| !found.contains(cause.as_str()));
        missing.map(|cause| format!("`{cause}` is not found; there is {found:?}")).collect()
    }

    /// Causes that fire and that no diagnosis names.
    fn missing_roots(&self, snapshot: &Snapshot) -> Vec<String> {
        let roots: BTreeSet<&str> =
            snapshot.diagnoses.iter().filter_map(|diagnosis| diagnosis.root_cause.as_deref()).collect();
        let excused = self.of(&self.scenario.not_root).map_or(&[][..], Vec::as_slice);
        let causes = self.causes().iter().filter(|cause| !excused.contains(cause));
        let missing = causes.filter(|cause| !roots.contains(cause.as_str()));
        missing.map(|cause| format!("`{cause}` is no root cause; there is {roots:?}")).collect()
    }

    fn false_alarms(&self, snapshot: &Snapshot) -> Vec<String> {
        let allowed = |finding: &&Finding| {
            finding.severity < Level::Warning
                || self.causes().contains(&finding.rule)
                || self.also().contains(&finding.rule)
        };
        let alarms = snapshot.findings.iter().filter(|finding| !allowed(finding));
        let tell = |finding: &Finding| {
            let place =
                finding.evidence.first().map(|evidence| excerpt(snapshot, evidence)).unwrap_or_default();
            format!("`{}` ({}) on {place}\n      {}", finding.rule, finding.severity, finding.message)
        };
        alarms.map(tell).collect()
    }

    /// Root causes that are none: of a request, only the scenario's cause; of the capture, whatever is true.
    fn false_roots(&self, snapshot: &Snapshot) -> Vec<String> {
        let mut roots: Vec<String> = snapshot
            .diagnoses
            .iter()
            .filter_map(|diagnosis| {
                diagnosis.root_cause.as_ref().map(|root| (diagnosis.request.is_some(), root))
            })
            .filter(|(of_request, root)| {
                !(self.causes().contains(root) || !of_request && self.also().contains(root))
            })
            .map(|(of_request, root)| {
                format!(
                    "`{root}` is the root cause of {}",
                    if of_request { "a request" } else { "the capture" }
                )
            })
            .collect();
        roots.sort();
        roots.dedup();
        roots
    }
}

/// Inputs whose records are not all signals, and issues: these captures are whole.
fn unread(snapshot: &Snapshot) -> Vec<String> {
    let lost = snapshot.inputs.iter().filter(|input| input.records != input.log_events + input.spans);
    let lost = lost.map(|input| format!("{}: {} records, fewer signals", input.path, input.records));
    let issues = snapshot.inputs.iter().flat_map(|input| &input.issues);
    lost.chain(issues.map(|issue| format!("{}: {}", issue.path, issue.message))).collect()
}

fn read(file: &Path) -> Input {
    let name = file.file_name().expect("a file").to_string_lossy();
    input(&name, fs::read(file).expect("test data can be read"))
}

/// The files of a form, empty ones left out.
fn files(folder: &Path, form: &str) -> Vec<PathBuf> {
    let (_, names) = FORMS.iter().find(|(name, _)| *name == form).expect("a known form");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a scenario is a folder")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| {
            let name = path.file_name().expect("a file").to_string_lossy();
            name != "meta.json" && (names.is_empty() || names.contains(&name.as_ref()))
        })
        .filter(|path| fs::metadata(path).is_ok_and(|file| file.len() > 0))
        .collect();
    files.sort();
    files
}

fn table() -> BTreeMap<String, Scenario> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/captures.toml");
    toml::from_str(&fs::read_to_string(path).expect("the table exists"))
        .unwrap_or_else(|error| panic!("captures.toml: {error}"))
}

/// What may be the root cause of a scenario's requests, and what may be said besides, in whatever form.
pub(crate) fn known(name: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut table = table();
    let scenario = table.remove(name).expect("the table names every capture");
    let all = |map: BTreeMap<String, Vec<String>>| map.into_values().flatten().collect();
    (all(scenario.cause), all(scenario.also))
}

fn rows<'s>(table: &'s BTreeMap<String, Scenario>) -> Vec<Row<'s>> {
    let forms_of = |(name, scenario): (&'s String, &'s Scenario)| {
        let has = move |form: &str| !files(&data("captures").join(name), form).is_empty();
        let forms = FORMS.iter().map(|(form, _)| *form).filter(move |form| has(form));
        forms.map(move |form| Row { name, form, scenario })
    };
    table.iter().flat_map(forms_of).collect()
}

#[test]
fn the_table_names_every_capture_and_every_form() {
    let table = table();
    let mut folders: Vec<String> = fs::read_dir(data("captures"))
        .expect("captures")
        .map(|entry| entry.expect("it can be listed"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    assert_eq!(folders, table.keys().cloned().collect::<Vec<_>>());
    for row in rows(&table) {
        let scenario = row.scenario;
        let reason = scenario.silent.is_some() || row.of(&scenario.cannot_show).is_some();
        assert!(
            !row.causes().is_empty() || reason,
            "{} [{}] has no cause and does not say why",
            row.name,
            row.form
        );
    }
}

#[test]
fn the_table_names_rules_that_exist() {
    let table = table();
    for (name, scenario) in &table {
        for rule in scenario.cause.values().chain(scenario.also.values()).flatten() {
            if let Err(error) = OPTIONS.catalogue.rule(rule) {
                panic!("{name}: {error}");
            }
        }
    }
}

#[test]
fn every_form_of_every_capture_is_judged_rightly() {
    let table = table();
    let rows = rows(&table);
    let failures: Vec<String> = rows
        .par_iter()
        .filter(|row| row.of(&row.scenario.known).is_none())
        .flat_map_iter(Row::failures)
        .collect();
    assert!(failures.is_empty(), "{} failures\n\n{}\n", failures.len(), failures.join("\n"));
}

/// JSON lines hold one record each, and nothing may get lost on the way to signals.
#[test]
fn every_line_of_json_is_a_record() {
    let table = table();
    rows(&table).par_iter().filter(|row| row.form == "folder").for_each(|row| {
        for file in files(&data("captures").join(row.name), row.form) {
            let name = file.file_name().expect("a file").to_string_lossy().into_owned();
            // Console lines are joined to tracebacks, so their number says nothing.
            if !["otel-rt-logs.jsonl", "spans.jsonl", "client.jsonl"].contains(&name.as_str()) {
                continue;
            }
            let lines = fs::read_to_string(&file).expect("UTF-8").lines().count() as u64;
            let snapshot = analyse(vec![read(&file)]);
            assert_eq!(snapshot.inputs[0].records, lines, "{}/{name}", row.name);
            let signals: u64 = snapshot.coverage.layers.iter().map(|layer| layer.signals).sum();
            assert_eq!(signals, lines, "{}/{name}", row.name);
        }
    });
}
