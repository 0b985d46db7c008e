//! Scopes: which hits are judged together.

use std::cell::{OnceCell, RefCell};

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use crate::model::{IdName, Layer, Name, RequestKey, SignalKey, TimeRange, Timestamp, TraceName};

use super::condition::By;
use super::docket::{Docket, Hit};
use super::event::EventKey;
use super::rule::{Rule, When};

/// What the hits of a scope have in common.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum ScopeKey {
    Capture,
    Request(RequestKey),
    /// Signals of no request, by stream.
    Loose(Name),
    Name(Name),
    Id(IdName),
    Trace(TraceName),
    Text(String),
}

/// The hits of one rule in one scope, per event of the rule in canonical order.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) key: ScopeKey,
    pub(crate) hits: Vec<Vec<&'a Hit>>,
}

impl Scope<'_> {
    /// A scope in which nothing happened.
    pub(crate) fn empty(rule: &Rule) -> Self {
        Self { key: ScopeKey::Capture, hits: vec![Vec::new(); rule.events.len()] }
    }

    /// Where its time begins and ends: the request's, or that of its hits; `None` without any time, and for the capture.
    pub(crate) fn window(&self, docket: &Docket<'_>) -> Option<TimeRange> {
        match &self.key {
            ScopeKey::Capture => None,
            ScopeKey::Request(key) => docket.request(*key)?.window,
            _ => {
                let times = self.hits.iter().flatten().filter_map(|hit| docket.time(hit.signal));
                times.fold(None, |range: Option<TimeRange>, at| {
                    Some(range.map_or(TimeRange { start: at, end: at }, |range| range.including(at)))
                })
            }
        }
    }
}

/// Scopes of a rule, and the signals that belong to none for want of a key.
pub(crate) struct Scopes<'a> {
    pub(crate) list: Vec<Scope<'a>>,
    /// Per event, hits that no key ties to a request or to any scope: they may belong to any of them.
    pub(crate) loose: Vec<Vec<&'a Hit>>,
    pub(crate) unkeyed: u64,
}

/// Hits of the rule's events by scope of `when`, one of the rule's conditions, in order of their first hit. Only scopes with an event that the condition
/// needs: in the others nothing could be claimed.
pub(crate) fn scopes<'a>(
    rule: &Rule,
    when: &When,
    docket: &Docket<'a>,
    brief_hits: &'a BriefHits,
) -> Scopes<'a> {
    let needed = needed_events(when);
    let mut unkeyed = 0;
    let mut loose = vec![Vec::new(); rule.events.len()];
    let mut by_key: IndexMap<ScopeKey, Vec<Vec<&Hit>>, rustc_hash::FxBuildHasher> = IndexMap::default();
    for index in 0..rule.events.len() {
        for hit in hits_of(rule, index, docket, brief_hits) {
            let key = key_of(&when.by, docket, hit);
            if matches!(key, None | Some(ScopeKey::Loose(_))) {
                loose[index].push(hit);
            }
            match key {
                Some(key) => {
                    let hits = by_key.entry(key).or_insert_with(|| vec![Vec::new(); rule.events.len()]);
                    hits[index].push(hit);
                }
                None => unkeyed += 1,
            }
        }
    }
    let mut list: Vec<Scope<'_>> = by_key
        .into_iter()
        .filter(|(_, hits)| needed.iter().any(|event| !hits[*event].is_empty()))
        .map(|(key, hits)| Scope { key, hits })
        .collect();
    list.sort_by_key(|scope| scope.hits.iter().flatten().map(|hit| hit.signal).min());
    Scopes { list, loose, unkeyed }
}

/// Events that the condition needs to be there, each once.
pub(crate) fn needed_events(when: &When) -> Vec<usize> {
    let mut needed = Vec::new();
    when.condition.events(&mut |event, positive| {
        if positive && !needed.contains(&event) {
            needed.push(event);
        }
    });
    needed
}

fn hits_of<'a>(rule: &Rule, index: usize, docket: &Docket<'a>, brief_hits: &'a BriefHits) -> &'a [Hit] {
    let key = EventKey(rule.first_event + index as u32);
    if rule.events[index].is_brief() { brief_hits.of(key) } else { docket.hits.of(key) }
}

fn key_of(by: &By, docket: &Docket<'_>, hit: &Hit) -> Option<ScopeKey> {
    let brief = docket.brief(hit.signal)?;
    match by {
        By::Capture => Some(ScopeKey::Capture),
        By::Request => {
            let request = docket.request_of(hit.signal).map(ScopeKey::Request);
            Some(request.unwrap_or(ScopeKey::Loose(brief.stream)))
        }
        By::Trace => trace(brief.trace),
        By::Session => id(brief.session),
        By::Stream => name(brief.stream),
        By::Resource => (docket.field)(hit.signal, "resource").map(ScopeKey::Text),
        By::Field(field) => match field.as_str() {
            "trace_id" => trace(brief.trace),
            "request_id" => id(brief.request),
            "session_id" => id(brief.session),
            "mcp_session_id" => id(brief.mcp_session),
            "rpc_id" => name(brief.rpc),
            "tool" => name(brief.tool),
            other => (docket.field)(hit.signal, other).map(ScopeKey::Text),
        },
    }
}

fn name(name: Name) -> Option<ScopeKey> {
    name.is_some().then_some(ScopeKey::Name(name))
}

fn id(id: IdName) -> Option<ScopeKey> {
    id.is_some().then_some(ScopeKey::Id(id))
}

fn trace(name: TraceName) -> Option<ScopeKey> {
    name.is_some().then_some(ScopeKey::Trace(name))
}

/// Hits of the events that a signal's compact form alone decides.
#[derive(Debug, Default)]
pub(crate) struct BriefHits {
    by_event: FxHashMap<EventKey, Vec<Hit>>,
}

impl BriefHits {
    /// One pass over the case for the events of `rules` that need it.
    pub(crate) fn find<'r>(rules: impl Iterator<Item = &'r Rule>, docket: &Docket<'_>) -> Self {
        let events: Vec<_> = rules
            .flat_map(|rule| rule.events.iter().zip(rule.first_event..))
            .filter(|(event, _)| event.is_brief())
            .collect();
        let mut found = Self::default();
        if events.is_empty() {
            return found;
        }
        for (brief, at) in docket.briefs.iter().zip(0u32..) {
            let signal = SignalKey(at);
            let matching = events.iter().filter(|(event, _)| event.matches_brief(&brief));
            for (event, key) in matching.filter(|_| docket.is_judged(signal)) {
                let captures = event
                    .capture
                    .iter()
                    .filter_map(|(name, field)| Some((name.clone(), (docket.field)(signal, field)?)));
                let hit = Hit::new(signal, captures.collect());
                found.by_event.entry(EventKey(*key)).or_default().push(hit);
            }
        }
        found
    }

    fn of(&self, event: EventKey) -> &[Hit] {
        self.by_event.get(&event).map_or(&[], Vec::as_slice)
    }
}

/// Stream, layer and field name.
type StreamField = (Name, Layer, &'static str);

/// Facts about the whole case that only some conditions need; found when first asked for.
#[derive(Default)]
pub(crate) struct Facts {
    stream_starts: OnceCell<FxHashMap<Name, Timestamp>>,
    pub(crate) siblings: OnceCell<super::eval::Siblings>,
    pub(crate) places: OnceCell<super::locate::Places>,
    by_stream: RefCell<FxHashMap<StreamField, Option<String>>>,
}

impl Facts {
    /// A field that is the same for all signals that one layer writes to one stream (region, account, group, the
    /// resource of a log): read from the first signal that is asked. Spans of many resources share a stream, so they
    /// are asked one by one.
    pub(crate) fn of_stream(
        &self,
        docket: &Docket<'_>,
        signal: SignalKey,
        field: &'static str,
    ) -> Option<String> {
        let brief = docket.brief(signal)?;
        if !brief.stream.is_some() || brief.layer == Layer::Span {
            return (docket.field)(signal, field);
        }
        let key = (brief.stream, brief.layer, field);
        if let Some(known) = self.by_stream.borrow().get(&key) {
            return known.clone();
        }
        let value = (docket.field)(signal, field);
        self.by_stream.borrow_mut().insert(key, value.clone());
        value
    }

    /// Time of the first known signal of a log stream.
    pub(crate) fn stream_start(&self, docket: &Docket<'_>, stream: Name) -> Option<Timestamp> {
        let starts = self.stream_starts.get_or_init(|| {
            let mut starts = FxHashMap::default();
            for brief in docket.briefs.iter() {
                if let Some(at) = brief.timestamp {
                    let start = starts.entry(brief.stream).or_insert(at);
                    *start = at.min(*start);
                }
            }
            starts
        });
        starts.get(&stream).copied()
    }
}
