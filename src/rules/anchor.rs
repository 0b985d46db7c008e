//! Which events of a rule to look for first.
//!
//! A rule about a refused call also names events that every healthy call has: it was received, it was sent on. A
//! large capture is full of those. So records are first searched for the *anchors* of each rule, events without
//! one of which it can say nothing in a scope, and for its other events only where an anchor was seen.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{Brief, RequestKey, SignalKey, SpanFacts};

use super::catalogue::Catalogue;
use super::condition::{By, Condition, EventIndex};
use super::event::{Event, EventHit, EventKey, Reach};
use super::prefilter::Prefilter;
use super::rule::Rule;

/// Words that stand in reports of failures and seldom elsewhere.
const FAILURE_WORDS: &[&str] = &[
    "error",
    "exception",
    "fail",
    "denied",
    "refused",
    "invalid",
    "missing",
    "not ",
    "unable",
    "cannot",
    "can't",
    "expire",
    "timeout",
    "timed out",
    "killed",
    "exceed",
    "unauthorized",
    "reject",
    "no such",
    "traceback",
    "should be",
    "unknown",
];

/// Positions of the events of which one must be seen before `rule` can fire or be undetermined.
pub(crate) fn anchors(rule: &Rule) -> Vec<EventIndex> {
    let cost = |event: EventIndex| rule.events.get(event).map_or(u32::MAX, how_common);
    let sets: Option<Vec<_>> = rule.conditions().map(|when| of(&when.condition, &cost)).collect();
    sets.map_or_else(|| (0..rule.events.len()).collect(), |sets| sets.concat())
}

/// 0 for an event that only failures have, more for those that healthy records may be.
fn how_common(event: &Event) -> u32 {
    let needles = event.needles();
    let tells_failure = event.message.iter().any(|pattern| {
        let text = pattern.text().to_lowercase();
        FAILURE_WORDS.iter().any(|word| text.contains(word))
    });
    match (needles.is_empty(), tells_failure) {
        (false, true) => 0,
        (false, false) => 1,
        (true, _) => 2,
    }
}

fn of(condition: &Condition, cost: &dyn Fn(EventIndex) -> u32) -> Option<Vec<EventIndex>> {
    let cheapest = |events: &[EventIndex]| {
        events.iter().copied().min_by_key(|event| cost(*event)).map(|event| vec![event])
    };
    match condition {
        Condition::Match(event)
        | Condition::Count { of: event, .. }
        | Condition::Distinct { of: event, .. }
        | Condition::FirstSeconds { of: event, .. }
        | Condition::HealthySibling { of: event, .. }
        | Condition::Absent { anchor: Some((_, event)), .. } => Some(vec![*event]),
        Condition::Sequence { steps, .. } => cheapest(steps),
        Condition::Elapsed { from, to, .. } => cheapest(&[*from, *to]),
        Condition::All(members) => members
            .iter()
            .filter_map(|member| of(member, cost))
            .min_by_key(|events| (events.iter().map(|event| cost(*event)).max(), events.len())),
        Condition::Any(members) => {
            let sets: Option<Vec<_>> = members.iter().map(|member| of(member, cost)).collect();
            sets.map(|sets| sets.concat())
        }
        Condition::None(_) | Condition::Absent { anchor: None, .. } => None,
    }
}

/// What to look for after the anchors were found.
#[derive(Debug, Default)]
pub struct FollowUp {
    prefilter: Prefilter,
    /// Signals that events without a required text can be.
    unfiltered: Reach,
    /// Whether a rule with an anchor judges more than requests.
    everywhere: bool,
    requests: FxHashSet<RequestKey>,
}

impl FollowUp {
    /// Whether signals of `request` are worth another look; those of no request always are.
    pub fn covers(&self, request: Option<RequestKey>) -> bool {
        self.everywhere || request.is_none_or(|request| self.requests.contains(&request))
    }

    /// Whether a signal may be one of the events looked for. `text` is its record's raw bytes.
    pub fn wants(&self, brief: &Brief, text: &[u8]) -> bool {
        self.unfiltered.holds(brief) || self.prefilter.is_candidate(text, brief)
    }
}

/// Which further events are worth looking for, given the `found` ones. `None` when no rule needs any.
pub(crate) fn follow_up(
    catalogue: &Catalogue,
    found: &[(SignalKey, EventHit)],
    briefs: &[Brief],
    spans: &[SpanFacts],
    request_of: &[Option<RequestKey>],
) -> Option<FollowUp> {
    let request = |signal: SignalKey| request_of.get(signal.index()).copied().flatten();
    let mut places: FxHashMap<EventKey, Vec<SignalKey>> = FxHashMap::default();
    for (signal, hit) in found {
        places.entry(hit.event).or_default().push(*signal);
    }
    let mut next = FollowUp::default();
    let mut wanted = Vec::new();
    for rule in catalogue.rules() {
        let mut seen: Vec<SignalKey> = Vec::new();
        for key in catalogue.anchors_of(rule) {
            match catalogue.event(key) {
                Some(event) if event.is_brief() => seen.extend(brief_matches(event, briefs, spans)),
                _ => seen.extend(places.get(&key).into_iter().flatten()),
            }
        }
        let others: Vec<(u32, &Event)> = catalogue.unanchored_of(rule).collect();
        if seen.is_empty() || others.is_empty() {
            continue;
        }
        next.everywhere |= rule.conditions().any(|when| when.by != By::Request);
        next.requests.extend(seen.into_iter().filter_map(request));
        for (key, event) in others {
            if event.needles().is_empty() {
                next.unfiltered = next.unfiltered.or(event.reach());
            } else {
                wanted.push((key, event));
            }
        }
    }
    next.prefilter = Prefilter::new(&wanted);
    (!wanted.is_empty() || next.unfiltered != Reach::default()).then_some(next)
}

fn brief_matches(event: &Event, briefs: &[Brief], spans: &[SpanFacts]) -> impl Iterator<Item = SignalKey> {
    let matching = briefs.iter().zip(0..).filter(|(brief, _)| event.matches_brief(brief, spans));
    matching.map(|(_, key)| SignalKey(key))
}
