//! From verdicts to findings: captures merged, texts filled, equal findings collapsed.

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};

use crate::model::{
    Argument, Confidence, Evidence, EvidenceRole, Finding, MAX_EVIDENCE, Outcome, RequestKey, Severity,
    SignalKey, TimeRange, Undetermined,
};

use super::builtin::built_in_value;
use super::catalogue::Catalogue;
use super::collapse::{Draft, DraftKey, Drafts, collapse};
use super::docket::{Docket, Judgement};
use super::eval::{Answer, Bench, State, Witness};
use super::event::EventKey;
use super::missing::{Lack, describe};
use super::rule::Rule;
use super::scope::{BriefHits, Facts, Scope, needed_events, scopes};
use super::switches::Switches;

/// What is said to be missing at most, per rule and request.
const MAX_MISSING: usize = 4;

/// Judges every rule that is on over the case. Pure; the cost follows the number of hits, not that of signals.
pub fn judge(catalogue: &Catalogue, switches: &Switches, docket: &Docket<'_>) -> Judgement {
    let on = catalogue.rules().iter().filter(|rule| !switches.is_off(rule.id()));
    let alive: Vec<&Rule> = on.filter(|rule| may_fire(rule, docket)).collect();
    let brief_hits = BriefHits::find(alive.iter().copied(), docket);
    let facts = Facts::default();
    let mut judgement = Judgement::default();
    for rule in alive {
        judge_rule(rule, docket, &brief_hits, &facts, &mut judgement);
    }
    for finding in &mut judgement.findings {
        if let Ok(rule) = catalogue.rule(&finding.rule) {
            finding.severity = switches.level(&rule.meta);
        }
    }
    judgement.covered.sort_unstable();
    judgement.covered.dedup();
    judgement
}

/// Whether some event that a condition needs was found, or is decided without reading.
fn may_fire(rule: &Rule, docket: &Docket<'_>) -> bool {
    rule.conditions().flat_map(needed_events).any(|index| {
        rule.events[index].is_brief() || !docket.hits.of(EventKey(rule.first_event + index as u32)).is_empty()
    })
}

fn judge_rule(
    rule: &Rule,
    docket: &Docket<'_>,
    brief_hits: &BriefHits,
    facts: &Facts,
    judgement: &mut Judgement,
) {
    plead(rule, docket, brief_hits, facts, judgement);
    let scopes = scopes(rule, &rule.when, docket, brief_hits);
    if scopes.unkeyed > 0 {
        judgement.unkeyed.push((rule.id().to_owned(), scopes.unkeyed));
    }
    let mut drafts = Drafts::default();
    let mut open: IndexMap<Option<RequestKey>, IndexSet<Lack>> = IndexMap::default();
    for scope in &scopes.list {
        let answer = Bench { docket, rule, scope, loose: &scopes.loose, facts }.answer(&rule.when);
        match answer.state() {
            State::Fires => {
                collect(docket, &answer, &mut drafts);
                judgement.covered.extend(rests_on(scope, &answer));
            }
            State::Undetermined => note_missing(docket, facts, scope, &answer, &mut open),
            State::Quiet => {}
        }
    }
    judgement
        .findings
        .extend(collapse(drafts).into_iter().map(|(key, draft)| finish(rule, docket, facts, key, &draft)));
    judgement.undetermined.extend(open.into_iter().map(|(request, missing)| {
        Undetermined {
            rule: rule.id().to_owned(),
            request,
            missing: missing.iter().map(Lack::to_string).collect(),
            commands: missing
                .iter()
                .filter_map(|lack| lack.command.clone())
                .collect::<IndexSet<_>>()
                .into_iter()
                .collect(),
        }
    }));
}

/// What the case says for or against the rule, by its further conditions.
fn plead(rule: &Rule, docket: &Docket<'_>, brief_hits: &BriefHits, facts: &Facts, judgement: &mut Judgement) {
    let mut arguments = BTreeSet::new();
    for plea in &rule.pleas {
        let scopes = scopes(rule, &plea.when, docket, brief_hits);
        for scope in &scopes.list {
            let answer = Bench { docket, rule, scope, loose: &scopes.loose, facts }.answer(&plea.when);
            for witness in answer.witnesses.iter().filter(|witness| witness.missing.is_empty()) {
                let request = common_request(docket, witness);
                let captures = captures_of(witness);
                let signals: Vec<SignalKey> = witness.parts.iter().map(|part| part.hit.signal).collect();
                let text = plea.text.fill(&|name| {
                    let captured = captures.iter().find(|(known, _)| known == name);
                    captured
                        .map(|(_, text)| text.clone())
                        .or_else(|| built_in_value(name, docket, facts, request, &signals))
                });
                arguments.insert(Argument { rule: rule.id().to_owned(), request, is_for: plea.is_for, text });
            }
        }
    }
    judgement.arguments.extend(arguments);
}

/// Undecided occurrences of a scope whose lacks are put into words.
const MAX_OPEN: usize = 64;

fn collect<'a>(docket: &Docket<'_>, answer: &Answer<'a>, drafts: &mut Drafts<'a>) {
    for witness in answer.witnesses.iter().filter(|witness| witness.missing.is_empty()) {
        let request = common_request(docket, witness);
        let draft = drafts.entry((request, captures_of(witness))).or_default();
        draft.occurrences = draft.occurrences.saturating_add(witness.weight);
        draft.heuristic |= request.is_some_and(|request| {
            let mut reasons = witness.parts.iter().filter_map(|part| docket.link(request, part.hit.signal));
            reasons.any(crate::model::LinkReason::is_heuristic)
        });
        let times = witness.parts.iter().filter_map(|part| docket.time(part.hit.signal));
        draft.window = times.fold(draft.window, |window, at| {
            Some(window.map_or(TimeRange { start: at, end: at }, |window| window.including(at)))
        });
        if draft.witnesses.len() < MAX_EVIDENCE {
            draft.witnesses.push(witness.clone());
        }
    }
}

/// Every signal of the ways in which a condition holds, also those that a burst counts and does not keep.
fn rests_on(scope: &Scope<'_>, answer: &Answer<'_>) -> Vec<SignalKey> {
    let mut signals = Vec::new();
    for witness in answer.witnesses.iter().filter(|witness| witness.missing.is_empty()) {
        let own = witness.parts.iter().map(|part| part.hit.signal);
        if witness.weight as usize > witness.parts.len() {
            let (first, last) = (own.clone().min(), own.clone().max());
            let events: BTreeSet<usize> = witness.parts.iter().map(|part| part.event).collect();
            let hits = events.iter().filter_map(|event| scope.hits.get(*event)).flatten();
            let is_within = |signal: &SignalKey| first <= Some(*signal) && Some(*signal) <= last;
            signals.extend(hits.map(|hit| hit.signal).filter(is_within));
        }
        signals.extend(own.chain(witness.also.iter().copied()));
    }
    signals
}

/// The request that all signals of a witness belong to.
fn common_request(docket: &Docket<'_>, witness: &Witness<'_>) -> Option<RequestKey> {
    let mut requests = witness.parts.iter().map(|part| docket.request_of(part.hit.signal));
    let first = requests.next()??;
    requests.all(|request| request == Some(first)).then_some(first)
}

/// Captures in order of the rule's events; the first signal that fills a name decides it.
fn captures_of(witness: &Witness<'_>) -> Vec<(String, String)> {
    let mut captures: Vec<(String, String)> = Vec::new();
    let mut parts: Vec<_> = witness.parts.iter().collect();
    parts.sort_by_key(|part| part.event);
    for (name, value) in parts.iter().flat_map(|part| part.hit.captures()) {
        if !captures.iter().any(|(known, _)| known == name) {
            captures.push((name.clone(), value.clone()));
        }
    }
    captures
}

fn note_missing(
    docket: &Docket<'_>,
    facts: &Facts,
    scope: &Scope<'_>,
    answer: &Answer<'_>,
    open: &mut IndexMap<Option<RequestKey>, IndexSet<Lack>>,
) {
    for witness in answer.witnesses.iter().filter(|witness| !witness.parts.is_empty()).take(MAX_OPEN) {
        let missing = open.entry(common_request(docket, witness)).or_default();
        for entry in &witness.missing {
            if missing.len() >= MAX_MISSING {
                break;
            }
            missing.insert(describe(docket, facts, scope, witness, *entry));
        }
    }
}

fn finish(rule: &Rule, docket: &Docket<'_>, facts: &Facts, key: DraftKey, draft: &Draft<'_>) -> Finding {
    let (request, captures) = key;
    let evidence = evidence(rule, docket, &draft.witnesses);
    let shown: Vec<SignalKey> = evidence.iter().map(|evidence| evidence.signal).collect();
    let value = |name: &str| {
        let captured = captures.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
        captured.or_else(|| match name {
            "count" => Some(draft.occurrences.to_string()),
            _ => built_in_value(name, docket, facts, request, &shown),
        })
    };
    Finding {
        rule: rule.id().to_owned(),
        severity: rule.meta.severity,
        confidence: if draft.heuristic { lower(rule.meta.confidence) } else { rule.meta.confidence },
        role: rule.meta.role,
        request,
        first: draft.window.map(|window| window.start),
        last: draft.window.map(|window| window.end),
        message: rule.templates.message.fill(&value),
        fix: rule.fix(&value),
        captures: captures.iter().cloned().collect(),
        occurrences: draft.occurrences.max(1),
        evidence,
    }
}

fn lower(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::High => Confidence::Medium,
        Confidence::Medium | Confidence::Low => Confidence::Low,
    }
}

/// The signals to show: of the first occurrence the one that says that something failed, then its others, then those
/// of further occurrences.
fn evidence(rule: &Rule, docket: &Docket<'_>, witnesses: &[Witness<'_>]) -> Vec<Evidence> {
    let mut shown: Vec<Evidence> = Vec::new();
    let Some(first) = witnesses.first() else { return shown };
    let is_failure = |signal: SignalKey| {
        let brief = docket.brief(signal);
        brief.is_some_and(|brief| brief.outcome == Outcome::Failed || brief.severity >= Severity::Error)
    };
    let primary = first.parts.iter().find(|part| is_failure(part.hit.signal)).or(first.parts.first());
    let parts = witnesses.iter().flat_map(|witness| {
        let hits = witness.parts.iter().map(|part| (part.hit.signal, Some(part)));
        hits.chain(witness.also.iter().map(|signal| (*signal, None)))
    });
    let head = primary.map(|part| (part.hit.signal, Some(part)));
    for (signal, part) in head.into_iter().chain(parts) {
        if shown.len() >= MAX_EVIDENCE {
            break;
        }
        if shown.iter().all(|evidence| evidence.signal != signal) {
            let role = if shown.is_empty() { EvidenceRole::Primary } else { EvidenceRole::Related };
            let matched = part.and_then(|part| part.matched(rule, docket));
            shown.push(Evidence { signal, role, matched });
        }
    }
    shown
}
