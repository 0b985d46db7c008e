//! The built-in rules against their own examples, and against the examples of all others.

use std::fs;
use std::path::Path;

use agentcore_triage::model::Finding;
use agentcore_triage::rules::{self, ExampleKind};
use rayon::prelude::*;

use crate::case::{OPTIONS, analyse, input};

fn replay(name: &str, bytes: &[u8]) -> Vec<Finding> {
    analyse(vec![input(name, bytes)]).findings
}

#[test]
fn every_example_proves_its_rule() {
    let catalogue = &OPTIONS.catalogue;
    let failures: Vec<String> = catalogue
        .rules()
        .par_iter()
        .flat_map_iter(|rule| rules::test_rule(catalogue, rule, &replay))
        .map(|failure| failure.to_string())
        .collect();
    assert!(failures.is_empty(), "{} failures\n\n{}\n", failures.len(), failures.join("\n"));
}

/// No rule speaks on a match example of another unless `explains` ties the two.
#[test]
fn no_rule_speaks_on_the_example_of_another() {
    let cells: Vec<String> = rules::cross_talk(&OPTIONS.catalogue, &replay)
        .iter()
        .map(|cell| {
            format!(
                "`{}` fires on {} of `{}`: narrow it, or tie the two with `explains`",
                cell.other, cell.example, cell.owner
            )
        })
        .collect();
    assert!(cells.is_empty(), "{} cells\n\n{}\n", cells.len(), cells.join("\n"));
}

#[test]
fn every_rule_has_both_kinds_of_examples() {
    for rule in OPTIONS.catalogue.rules() {
        for kind in [ExampleKind::Match, ExampleKind::NearMiss] {
            assert!(rule.examples.iter().any(|example| example.kind == kind), "{}: no {kind:?}", rule.id());
        }
    }
}

/// A rule may be disabled, so `explains` may dangle; among the built-in rules it is a slip of the pen.
#[test]
fn explains_names_rules_that_exist() {
    let catalogue = &OPTIONS.catalogue;
    let dangling: Vec<String> = catalogue
        .rules()
        .iter()
        .flat_map(|rule| rule.meta.explains.iter().map(move |other| (rule.id(), other)))
        .filter(|(_, other)| catalogue.rule(other).is_err())
        .map(|(rule, other)| format!("{rule} explains `{other}`, which does not exist"))
        .collect();
    assert!(dangling.is_empty(), "{}", dangling.join("\n"));
}

/// Editors complete and check rule files by the schema, so it must accept what the loader accepts.
#[test]
fn the_schema_for_editors_accepts_every_rule_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let schema = fs::read_to_string(root.join("rule.schema.json")).expect("the schema exists");
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("rules can be walked"));
    let mut refused = Vec::new();
    for file in files.filter(|file| file.file_name() == "rule.toml") {
        let text = fs::read_to_string(file.path()).expect("a rule is text");
        let rule: serde_json::Value = toml::from_str(&text).expect("a rule is TOML");
        for error in schema.iter_errors(&rule) {
            refused.push(format!("{}: {}: {error}", file.path().display(), error.instance_path()));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
