//! The compact index: where each signal lies and the few facts that correlation and scoping need.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::read::{self, Entry, Reading, Source};
use crate::correlate;
use crate::model::{Brief, Context, Issue, Names, Signal, SignalKey, SpanFacts};
use crate::parse;

/// Every signal of a case in canonical order: event time, then input order.
///
/// A record without a time of its own keeps its place behind the record before it.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) sources: Vec<Source>,
    pub(super) places: Vec<Place>,
    pub(super) briefs: Vec<Brief>,
    pub(super) spans: Vec<SpanFacts>,
    pub(super) names: Arc<Names>,
    /// How far each signal was read.
    pub(super) readings: Vec<Reading>,
    /// Signals that were seen before, with the same time and text.
    pub(super) duplicates: u64,
}

/// Where a signal's record is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) source: u32,
    pub(super) record: u32,
}

impl Index {
    /// Puts what was read into canonical order and drops what was read twice.
    pub(super) fn build(sources: Vec<Source>, batch: read::Batch) -> Self {
        let read::Batch { entries, spans, names } = batch;
        let order = canonical_order(&sources, &entries);
        let mut index = Self { sources, spans, names: Arc::new(names), ..Self::default() };
        let mut seen = Seen::default();
        index.places.reserve_exact(order.len());
        index.briefs.reserve_exact(order.len());
        index.readings.reserve_exact(order.len());
        for position in order {
            let entry = &entries[position as usize];
            if seen.before(entry, &entries, &index.sources) {
                index.duplicates += 1;
                continue;
            }
            seen.remember(entry, position);
            index.places.push(entry.place);
            index.briefs.push(entry.brief);
            index.readings.push(entry.reading);
        }
        index
    }

    /// What could not be read while cutting.
    pub(super) fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.sources.iter().flat_map(|source| source.issues.iter().chain(&source.cut.issues))
    }

    /// What correlation sees.
    pub(super) fn view(&self) -> correlate::Index<'_> {
        correlate::Index { briefs: &self.briefs, spans: &self.spans, names: &self.names }
    }

    /// The bytes of a signal's record as stored, without further parts.
    pub(super) fn raw(&self, key: SignalKey) -> &[u8] {
        let place = self.places[key.index()];
        let source = &self.sources[place.source as usize];
        source.input.bytes.get(source.cut.records[place.record as usize].payload.range()).unwrap_or_default()
    }

    /// Orders signals as they stand in the inputs.
    pub(super) fn input_order(&self, key: SignalKey) -> (u32, u32) {
        let place = self.places[key.index()];
        (place.source, place.record)
    }

    /// What a signal's record shares with others of its input.
    pub(super) fn context(&self, key: SignalKey) -> &Context {
        let place = self.places[key.index()];
        let cut = &self.sources[place.source as usize].cut;
        &cut.contexts[cut.records[place.record as usize].context as usize]
    }

    /// The bytes of a signal's text; `None` when it was put together from several records.
    pub(super) fn text_bytes<'a>(&'a self, key: SignalKey, buffer: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        let place = self.places[key.index()];
        let Source { input, cut, .. } = &self.sources[place.source as usize];
        let record = &cut.records[place.record as usize];
        (record.more == 0).then(|| parse::payload_into(&input.bytes, cut, record, buffer))
    }

    /// The whole text of a signal's record, all its parts.
    pub(super) fn text(&self, key: SignalKey) -> std::borrow::Cow<'_, str> {
        let place = self.places[key.index()];
        self.sources[place.source as usize].text(place.record as usize)
    }

    /// A signal without its tree, when its record is an uneventful one.
    pub(super) fn skimmed(&self, key: SignalKey) -> Option<Signal> {
        let place = self.places[key.index()];
        self.sources[place.source as usize].skimmed(place.record as usize)
    }

    /// Reads a signal in full.
    pub(super) fn signal(&self, key: SignalKey) -> Signal {
        let place = self.places[key.index()];
        self.sources[place.source as usize].signal(place.record as usize)
    }
}

/// Positions of `entries` by time, ties and untimed records in input order.
fn canonical_order(sources: &[Source], entries: &[Entry]) -> Vec<u32> {
    let times = carried_times(sources, entries);
    let mut order: Vec<u32> = (0..entries.len() as u32).collect();
    if !times.is_sorted() {
        order.sort_by_key(|position| times[*position as usize]);
    }
    order
}

/// A sort time for every entry: its own, else that of the entry before it in the same source, else the first
/// one known after it; an entry of a source without any time sorts last.
fn carried_times(sources: &[Source], entries: &[Entry]) -> Vec<i64> {
    let mut first_known = vec![i64::MAX; sources.len()];
    for entry in entries.iter().rev() {
        if let Some(at) = entry.brief.timestamp {
            first_known[entry.place.source as usize] = at.0;
        }
    }
    let mut last = first_known;
    entries
        .iter()
        .map(|entry| {
            let last = &mut last[entry.place.source as usize];
            if let Some(at) = entry.brief.timestamp {
                *last = at.0;
            }
            *last
        })
        .collect()
}

/// Finds records that were stored or fetched twice: pages that overlap, a stream in two files.
#[derive(Default)]
struct Seen {
    by_fingerprint: FxHashMap<u64, u32>,
}

impl Seen {
    fn before(&self, entry: &Entry, entries: &[Entry], sources: &[Source]) -> bool {
        let Some(fingerprint) = entry.fingerprint else { return false };
        self.by_fingerprint.get(&fingerprint).is_some_and(|earlier| {
            let earlier = &entries[*earlier as usize];
            earlier.brief.timestamp == entry.brief.timestamp
                && text_at(sources, earlier) == text_at(sources, entry)
        })
    }

    fn remember(&mut self, entry: &Entry, position: u32) {
        if let Some(fingerprint) = entry.fingerprint {
            self.by_fingerprint.entry(fingerprint).or_insert(position);
        }
    }
}

fn text_at<'a>(sources: &'a [Source], entry: &Entry) -> std::borrow::Cow<'a, str> {
    sources[entry.place.source as usize].text(entry.place.record as usize)
}
