//! A server's own list beside the Gateway's copy of it.

use std::collections::{BTreeMap, BTreeSet};

use super::declare::{Declared, Form, Leaf};
use super::evidence::Evidence;
use super::findings::{finding, hit};
use super::lists::{List, Lists};
use super::{advise, names};
use crate::model::{Level, ListOrigin, SchemaFinding, SchemaRisk};

/// Tools of one target as a Gateway lists them, by their own name.
type Copies<'a> = BTreeMap<&'a str, (usize, &'a Declared)>;

/// Compares each server's list with the target of each Gateway list that has most of its tools.
pub(super) fn compare(lists: &Lists, evidence: &Evidence, findings: &mut Vec<SchemaFinding>) {
    for server in lists.all.iter().filter(|list| list.origin != ListOrigin::Gateway) {
        for (at, gateway) in lists.all.iter().enumerate() {
            if gateway.origin != ListOrigin::Gateway {
                continue;
            }
            if let Some((target, copies)) = target_of(server, gateway) {
                Comparison { server, gateway, at, target, evidence, findings }.run(&copies);
            }
        }
    }
}

/// The target whose tools are those of `server`: the one named, else the one that shares most names with it.
fn target_of<'a>(server: &List, gateway: &'a List) -> Option<(&'a str, Copies<'a>)> {
    let mut targets: BTreeMap<&str, Copies<'_>> = BTreeMap::new();
    for (position, tool) in gateway.tools.iter().enumerate() {
        if let (Some(target), own) = names::split(&tool.name) {
            targets.entry(target).or_default().insert(own, (position, tool));
        }
    }
    if let Some(target) = &server.target {
        return targets.into_iter().find(|(name, _)| name == target);
    }
    let own: BTreeSet<&str> = server.tools.iter().map(|tool| tool.name.as_str()).collect();
    let shared = |copies: &Copies<'_>| copies.keys().filter(|name| own.contains(*name)).count();
    let most = targets.values().map(&shared).max().filter(|most| *most > 0)?;
    let mut best = targets.into_iter().filter(|(_, copies)| shared(copies) == most);
    let first = best.next();
    // Two targets that fit equally well: which one is meant cannot be told.
    if best.next().is_some() { None } else { first }
}

struct Comparison<'a> {
    server: &'a List,
    gateway: &'a List,
    at: usize,
    target: &'a str,
    evidence: &'a Evidence,
    findings: &'a mut Vec<SchemaFinding>,
}

impl Comparison<'_> {
    fn run(&mut self, copies: &Copies<'_>) {
        for tool in &self.server.tools {
            if let Some((position, copy)) = copies.get(tool.name.as_str()) {
                self.tool(tool, *position, copy);
            } else {
                let prefixed = format!("{}{}{}", self.target, names::SEPARATOR, tool.name);
                self.add(&prefixed, None, "in the server's list, not in the Gateway's".to_owned());
            }
        }
        let own: BTreeSet<&str> = self.server.tools.iter().map(|tool| tool.name.as_str()).collect();
        for (_, (_, copy)) in copies.iter().filter(|(name, _)| !own.contains(*name)) {
            self.add(&copy.name, None, "in the Gateway's list, not in the server's".to_owned());
        }
    }

    fn tool(&mut self, tool: &Declared, position: usize, copy: &Declared) {
        let paths = |declared: &Declared| -> BTreeMap<String, usize> {
            let visible = declared.leaves.iter().enumerate().filter(|(_, leaf)| !leaf.is_inside_reference);
            visible.map(|(at, leaf)| (leaf.path.clone(), at)).collect()
        };
        let (own, copied) = (paths(tool), paths(copy));
        for (path, &at) in &own {
            let leaf = &tool.leaves[at];
            let Some(&other) = copied.get(path) else {
                // Below what a Gateway cannot hold nothing is expected to be there.
                if leaf.steps.len() == 1 {
                    self.add(&copy.name, Some(path), "the server has it, the Gateway does not".to_owned());
                }
                continue;
            };
            let words = difference(leaf, &copy.leaves[other]);
            if let Some(words) = words {
                let calls = self.evidence.leaves.get(&(self.at, position, other));
                self.add(&copy.name, Some(path), words);
                if let (Some(calls), Some(found)) =
                    (calls.filter(|calls| !calls.failed.is_empty()), self.findings.last_mut())
                {
                    found.level = Level::Error;
                    hit(found, &calls.failed);
                }
            }
        }
        for (path, &at) in copied.iter().filter(|(path, _)| !own.contains_key(*path)) {
            if copy.leaves[at].steps.len() == 1 {
                self.add(&copy.name, Some(path), "the Gateway has it, the server does not".to_owned());
            }
        }
    }

    fn add(&mut self, tool: &str, parameter: Option<&str>, declared: String) {
        let mut found = finding(SchemaRisk::Drift, Level::Warning, &self.gateway.label);
        found.tool = Some(tool.to_owned());
        found.parameter = parameter.map(str::to_owned);
        found.declared = declared;
        found.message = format!(
            "The Gateway validates calls against the tools it read when the target was created or last synchronised; compared with {}.",
            self.server.label
        );
        found.recommended = "let the Gateway read the server's tools again after each deployment; when both lists are not of the same time, fetch them again first".into();
        found.command = Some(advise::synchronize());
        found.source = Some(advise::SYNCHRONIZE.to_owned());
        self.findings.push(found);
    }
}

/// How two declarations of one parameter differ, apart from what no Gateway keeps.
fn difference(own: &Leaf, copy: &Leaf) -> Option<String> {
    let kept = match (&own.form, &copy.form) {
        (Form::Plain(own), Form::Plain(copy)) => own == copy,
        // References, unions and missing types do not survive; synchronising changes nothing about it.
        (Form::Reference(_) | Form::Union(_) | Form::Untyped, _) => true,
        (Form::Plain(_), _) => false,
    };
    if !kept {
        return Some(format!("{} at the server, {} at the Gateway", own.words, copy.words));
    }
    let word = |required: bool| if required { "required" } else { "optional" };
    (own.required != copy.required)
        .then(|| format!("{} at the server, {} at the Gateway", word(own.required), word(copy.required)))
}
