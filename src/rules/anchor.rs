//! Which events of a rule to look for first.
//!
//! A rule about a refused call also names events that every healthy call has: it was received, it was sent on. A
//! large capture is full of those. So records are first searched for the *anchors* of each rule, events without
//! one of which it can say nothing in a scope, and for its other events only where an anchor was seen.

use rustc_hash::FxHashSet;

use crate::model::{Brief, Briefs, Owners, RequestKey, SignalKey};

use super::catalogue::Catalogue;
use super::condition::{By, Condition, EventIndex};
use super::docket::Hits;
use super::event::{Event, Reach};
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
    /// Events of conditions that judge more than requests.
    anywhere: Sought,
    /// Events of conditions that judge requests: worth looking for in those where an anchor was seen.
    within: Sought,
    requests: FxHashSet<RequestKey>,
}

/// Events that are looked for.
#[derive(Debug, Default)]
struct Sought {
    prefilter: Prefilter,
    /// Signals that events without a required text can be.
    unfiltered: Reach,
    /// Signals that any of the events can be.
    reach: Reach,
}

impl FollowUp {
    /// Whether a signal of `request` may be one of the events looked for. `text` is its record's raw bytes, when its
    /// message stands in them. A signal of no request may belong to any.
    pub fn wants(&self, request: Option<RequestKey>, brief: &Brief, text: Option<&[u8]>) -> bool {
        let is_within = || request.is_none_or(|request| self.requests.contains(&request));
        self.anywhere.may_be(brief, text) || (is_within() && self.within.may_be(brief, text))
    }
}

impl Sought {
    fn new(events: &[(u32, &Event)]) -> Self {
        let (filtered, unfiltered): (Vec<_>, Vec<_>) =
            events.iter().copied().partition(|(_, event)| !event.needles().is_empty());
        let reach = |events: &[(u32, &Event)]| {
            events.iter().fold(Reach::default(), |all, (_, event)| all.or(event.reach()))
        };
        Self { prefilter: Prefilter::new(&filtered), unfiltered: reach(&unfiltered), reach: reach(events) }
    }

    fn may_be(&self, brief: &Brief, text: Option<&[u8]>) -> bool {
        self.reach.holds(brief)
            && (self.unfiltered.holds(brief)
                || text.is_none_or(|text| self.prefilter.is_candidate(text, brief)))
    }
}

/// Which further events are worth looking for, given the `found` ones. `None` when no rule needs any.
pub(crate) fn follow_up(
    catalogue: &Catalogue,
    found: &Hits,
    briefs: &Briefs,
    request_of: &Owners,
) -> Option<FollowUp> {
    let request = |signal: SignalKey| request_of.get(signal);
    let mut requests = FxHashSet::default();
    let (mut anywhere, mut within) = (Vec::new(), Vec::new());
    for rule in catalogue.rules() {
        let mut seen: Vec<SignalKey> = Vec::new();
        for key in catalogue.anchors_of(rule) {
            match catalogue.event(key) {
                Some(event) if event.is_brief() => seen.extend(brief_matches(event, briefs)),
                _ => seen.extend(found.of(key).iter().map(|hit| hit.signal)),
            }
        }
        let others: Vec<(u32, &Event)> = catalogue.unanchored_of(rule).collect();
        if seen.is_empty() || others.is_empty() {
            continue;
        }
        requests.extend(seen.into_iter().filter_map(request));
        let wide = events_beyond_requests(rule);
        let (wide, narrow): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(key, _)| wide.contains(&((key - rule.first_event) as usize)));
        anywhere.extend(wide);
        within.extend(narrow);
    }
    let is_any = !anywhere.is_empty() || !within.is_empty();
    is_any.then(|| FollowUp { anywhere: Sought::new(&anywhere), within: Sought::new(&within), requests })
}

/// The events of a rule's conditions that judge more than requests.
fn events_beyond_requests(rule: &Rule) -> FxHashSet<EventIndex> {
    let mut events = FxHashSet::default();
    for when in rule.conditions().filter(|when| when.by != By::Request) {
        when.condition.events(&mut |event, _| {
            events.insert(event);
        });
    }
    events
}

fn brief_matches(event: &Event, briefs: &Briefs) -> impl Iterator<Item = SignalKey> {
    let matching = briefs.iter().zip(0..).filter(|(brief, _)| event.matches_brief(brief));
    matching.map(|(_, key)| SignalKey(key))
}
