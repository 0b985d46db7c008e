//! From lists and evidence to findings.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::declare::{Declared, Leaf, default_text};
use super::evidence::{Calls, Evidence, Seen};
use super::list_audit::ListAudit;
use super::lists::{List, Lists};
use super::{drift, names, orphan};
use crate::model::{
    Level, ListOrigin, Parameter, SchemaAudit, SchemaFinding, SchemaRisk, SignalKey, Tool, ToolList,
};

/// Findings that are kept, the worst.
const MAX_FINDINGS: usize = 2_000;
/// Notes on what was not read.
const MAX_NOTES: usize = 100;
/// Tools or parameters that a compact finding names; the rest is counted.
const MAX_NAMED: usize = 8;

/// Judges every declaration. `place` names a signal for people: path and line.
pub fn audit(lists: &Lists, seen: &Seen, place: &dyn Fn(SignalKey) -> String) -> SchemaAudit {
    let evidence = Evidence::gather(lists, seen);
    let mut findings = Vec::new();
    for (at, list) in lists.all.iter().enumerate() {
        ListAudit { list, at, evidence: &evidence, findings: &mut findings }.run();
    }
    drift::compare(lists, &evidence, &mut findings);
    findings.extend(
        evidence.orphans.iter().map(|((tool, path), orphan)| orphan::refused(tool, path, orphan, place)),
    );
    let mut unreadable = lists.unreadable.clone();
    let findings = settle(lists, findings, &mut unreadable);
    if unreadable.len() > MAX_NOTES {
        let rest = unreadable.len() - MAX_NOTES;
        unreadable.truncate(MAX_NOTES);
        unreadable.push(format!("and {rest} more"));
    }
    SchemaAudit { lists: lists.all.iter().map(shown).collect(), findings, unreadable }
}

/// A finding without what only some have.
pub(super) fn finding(risk: SchemaRisk, level: Level, list: &str) -> SchemaFinding {
    SchemaFinding {
        risk,
        level,
        tool: None,
        parameter: None,
        declared: String::new(),
        message: String::new(),
        recommended: String::new(),
        command: None,
        not: None,
        source: None,
        list: list.to_owned(),
        calls: Vec::new(),
        hits: 0,
    }
}

/// Attaches the calls that hit it.
pub(super) fn hit(finding: &mut SchemaFinding, calls: &Calls) {
    finding.hits = calls.count();
    finding.calls = calls.shown();
}

/// `a, b, c and 4 more`.
pub(super) fn named(names: &[String]) -> String {
    let shown = names.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_NAMED) {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

fn shown(list: &List) -> ToolList {
    let parameter = |leaf: &Leaf| Parameter {
        path: leaf.path.clone(),
        declared: leaf.words.clone(),
        required: leaf.required,
        default: leaf.default.as_ref().map(default_text),
    };
    let tool = |tool: &Declared| Tool {
        name: tool.name.clone(),
        parameters: tool.leaves.iter().map(parameter).collect(),
    };
    let room = list.tools.iter().map(|tool| names::room(&tool.name)).min();
    ToolList {
        label: list.label.clone(),
        signal: Some(list.signal),
        origin: list.origin,
        seen: list.seen,
        target_room: room.filter(|_| list.origin != ListOrigin::Gateway),
        tools: list.tools.iter().map(tool).collect(),
    }
}

/// Drops what a server's list already says of a Gateway's copy, sorts, and bounds.
fn settle(lists: &Lists, findings: Vec<SchemaFinding>, unreadable: &mut Vec<String>) -> Vec<SchemaFinding> {
    let gateways: BTreeSet<&str> = lists
        .all
        .iter()
        .filter(|list| list.origin == ListOrigin::Gateway)
        .map(|list| list.label.as_str())
        .collect();
    let is_gateway = |finding: &SchemaFinding| gateways.contains(finding.list.as_str());
    let key = |finding: &SchemaFinding| {
        let tool = finding.tool.as_deref().map(|tool| names::split(tool).1.to_owned());
        (finding.risk, tool, finding.parameter.clone())
    };
    let (copies, mut kept): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_gateway);
    let said: BTreeSet<_> = kept.iter().map(key).collect();
    kept.extend(copies.into_iter().filter(|copy| copy.tool.is_none() || !said.contains(&key(copy))));
    kept.sort_by(|a, b| {
        let order = |finding: &SchemaFinding| (Reverse(finding.level), finding.tool.is_none());
        order(a).cmp(&order(b)).then_with(|| {
            let place = |finding: &SchemaFinding| {
                (finding.tool.clone(), finding.parameter.clone(), finding.risk, finding.list.clone())
            };
            place(a).cmp(&place(b))
        })
    });
    if kept.len() > MAX_FINDINGS {
        unreadable.push(format!("{} further findings, none worse, are left out", kept.len() - MAX_FINDINGS));
        kept.truncate(MAX_FINDINGS);
    }
    kept
}
