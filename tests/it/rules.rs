//! The built-in rules against their own examples, and against the examples of all others.

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
