//! Signatures of known failures, pasted alone: what `pasted.toml` says, the program says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use agentcore_triage::case::Snapshot;
use agentcore_triage::model::{Confidence, Level};
use rayon::prelude::*;
use serde::Deserialize;

use crate::case::{OPTIONS, analyse, input};

/// `pasted.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    /// Failures without a text of their own.
    without_text: Vec<String>,
    pasted: Vec<Row>,
}

/// One signature.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The catalogue's entry that the signature belongs to.
    failure: String,
    /// What is pasted.
    text: String,
    /// The rule that names it.
    rule: Option<String>,
    /// Why no rule names it.
    none: Option<String>,
    /// The rule that says what it misses.
    undetermined: Option<String>,
    /// What the text leaves open, where another rule than the entry's own names it.
    because: Option<String>,
    /// What is missing, where the rule is unsure.
    low: Option<String>,
}

impl Row {
    /// Why the row says less than "this rule, by its own name", and does so without a reason.
    fn unreasoned(&self) -> Option<String> {
        let reason = match (&self.rule, &self.none) {
            (Some(rule), None) if *rule == self.failure => return None,
            (Some(_), None) => &self.because,
            (None, Some(_)) => return None,
            _ => return Some(format!("{}: give either `rule` or `none`", self.failure)),
        };
        let missing = reason.is_none();
        missing.then(|| format!("{}: another rule names it, and `because` does not say why", self.failure))
    }

    /// What the program says otherwise.
    fn failure(&self) -> Option<String> {
        let snapshot = analyse(vec![input("pasted.log", format!("{}\n", self.text))]);
        let found: BTreeSet<&str> = snapshot.findings.iter().map(|finding| finding.rule.as_str()).collect();
        let open: BTreeSet<&str> = snapshot.undetermined.iter().map(|open| open.rule.as_str()).collect();
        let problem = match (&self.rule, &self.undetermined) {
            (Some(rule), _) if !found.contains(rule.as_str()) => {
                format!("`{rule}` is not found; found {found:?}, undetermined {open:?}")
            }
            (None, _) if !found.is_empty() => format!("nothing may be found; found {found:?}"),
            (_, Some(rule)) if !open.contains(rule.as_str()) => {
                format!("`{rule}` does not say what it misses; undetermined {open:?}")
            }
            _ => return self.wrong_confidence(&snapshot),
        };
        Some(format!("{}\n  {:?}\n  {problem}", self.failure, self.text))
    }

    fn wrong_confidence(&self, snapshot: &Snapshot) -> Option<String> {
        let rule = self.rule.as_ref()?;
        let finding = snapshot.findings.iter().find(|finding| finding.rule == *rule)?;
        let unsure = finding.confidence == Confidence::Low;
        (unsure != self.low.is_some()).then(|| {
            let text = &self.text;
            format!(
                "{}\n  {text:?}\n  the confidence is {}, and `low` says otherwise",
                self.failure, finding.confidence
            )
        })
    }
}

fn table() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/pasted.toml");
    toml::from_str(&fs::read_to_string(path).expect("the table exists"))
        .unwrap_or_else(|error| panic!("pasted.toml: {error}"))
}

fn none_of(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures\n\n{}\n", failures.len(), failures.join("\n"));
}

#[test]
fn every_signature_pasted_alone_yields_its_rule() {
    let failures: Vec<String> = table().pasted.par_iter().filter_map(Row::failure).collect();
    none_of(&failures);
}

#[test]
fn the_table_gives_its_reasons_and_names_rules_that_exist() {
    let table = table();
    let mut failures: Vec<String> = table.pasted.iter().filter_map(Row::unreasoned).collect();
    let named = table
        .pasted
        .iter()
        .flat_map(|row| [Some(&row.failure), row.rule.as_ref(), row.undetermined.as_ref()]);
    for rule in named.flatten().chain(&table.without_text) {
        failures.extend(OPTIONS.catalogue.rule(rule).err().map(|error| error.to_string()));
    }
    none_of(&failures);
}

/// How programs write a line at INFO; `{}` is what they say, `{json}` the same inside a JSON text.
const INFO_LINES: [&str; 10] = [
    "INFO:agent:{}",
    "INFO | strands.agent | {}",
    "INFO agent {}",
    "2026-11-20 18:17:08,021 INFO [agent] {}",
    "2026-11-20 18:17:08,021 - agent - INFO - {}",
    "2026-11-20 18:17:08.021 | INFO     | agent:main:12 - {}",
    r#"{"timestamp":"2026-11-20T18:17:08.021Z","level":"INFO","message":"{json}","logger":"agent","requestId":"r-1"}"#,
    r#"{"level":30,"time":1795197240009,"pid":1,"hostname":"h","msg":"{json}"}"#,
    r#"{"level":"info","ts":1795197240.009,"caller":"app/main.go:12","msg":"{json}"}"#,
    r#"{"resource":{"attributes":{"service.name":"agent"}},"scope":{"name":"agent"},"timeUnixNano":1795197240009000000,"severityNumber":9,"severityText":"INFO","body":"{json}"}"#,
];

/// An agent logs what people pasted and what its tools returned: a failure that is quoted at INFO is none of its own.
#[test]
fn a_signature_quoted_at_info_is_no_finding() {
    let table = table();
    // An empty list of tools is told at INFO and no other way.
    let rows = table.pasted.iter().filter(|row| row.failure != "gateway-empty-tools-list");
    let texts: Vec<&str> = rows.map(|row| row.text.as_str()).filter(|text| !text.contains('\n')).collect();
    let failures: Vec<String> = INFO_LINES
        .par_iter()
        .flat_map(|form| {
            let line = |text: &&str| {
                let said = format!("why does my log say: {text}");
                let json = serde_json::Value::from(said.as_str()).to_string();
                form.replace("{json}", &json[1..json.len() - 1]).replace("{}", &said)
            };
            let capture: String = texts.iter().map(|text| line(text) + "\n").collect();
            let snapshot = analyse(vec![input("quoted.log", capture)]);
            let loud = snapshot.findings.iter().filter(|finding| finding.severity > Level::Info);
            loud.map(|finding| format!("{form}\n  `{}`: {}", finding.rule, finding.message))
                .collect::<Vec<_>>()
        })
        .collect();
    none_of(&failures);
}
