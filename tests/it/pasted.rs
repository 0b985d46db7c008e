//! Signatures of known failures, pasted alone: what `pasted.toml` says, the program says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use agentcore_triage::case::Snapshot;
use agentcore_triage::model::Confidence;
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
