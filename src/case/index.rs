//! The compact index: where each signal lies and the few facts that correlation and scoping need.

use std::borrow::Cow;
use std::sync::Arc;

use super::duplicates;
use super::read::{Batch, Reading, Source};
use crate::correlate;
use crate::model::{Briefs, Context, Issue, Names, Signal, SignalKey};
use crate::parse;

/// Every signal of a case in canonical order: event time, then input order.
///
/// A record without a time of its own keeps its place behind the record before it.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) sources: Vec<Source>,
    /// Number of the first record of each source, all records of the case counted through.
    firsts: Vec<u32>,
    /// The number of each signal's record; empty when it is the signal's own.
    places: Vec<u32>,
    pub(super) briefs: Briefs,
    pub(super) names: Arc<Names>,
    /// How far each signal was read.
    pub(super) readings: Vec<Reading>,
    /// Signals that were seen before, with the same time and text.
    pub(super) duplicates: u64,
}

/// Where a signal's record is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Which source.
    pub(super) source: usize,
    /// Which of its records.
    pub(super) record: usize,
}

impl Index {
    /// Puts what was read into canonical order and drops what was read twice.
    pub(super) fn build(mut sources: Vec<Source>, batch: Batch) -> Self {
        let Batch { mut briefs, readings, mut names } = batch;
        briefs.shrink();
        names.shrink();
        let mut next = 0;
        let mut firsts = Vec::with_capacity(sources.len());
        for source in &mut sources {
            source.records.forget_times();
            firsts.push(next);
            next += source.records.len() as u32;
        }
        let names = Arc::new(names);
        let mut index = Self { sources, firsts, places: Vec::new(), briefs, names, readings, duplicates: 0 };
        index.sort();
        index.drop_duplicates();
        index
    }

    /// Sorts by time, ties and untimed records in input order.
    fn sort(&mut self) {
        let times = carried_times(&self.sources, &self.briefs);
        if times.is_sorted() {
            return;
        }
        self.places = (0..times.len() as u32).collect();
        self.places.sort_by_key(|record| times[*record as usize]);
        drop(times);
        arrange(self.briefs.rows_mut(), &self.places);
        arrange(&mut self.readings, &self.places);
    }

    fn drop_duplicates(&mut self) {
        let doubles = duplicates::find(&self.briefs, |at| self.text(SignalKey(at)));
        if doubles.is_empty() {
            return;
        }
        if self.places.is_empty() {
            self.places = (0..self.briefs.len() as u32).collect();
        }
        retain_others(self.briefs.rows_mut(), &doubles);
        retain_others(&mut self.readings, &doubles);
        retain_others(&mut self.places, &doubles);
        // A capture that was fetched twice is half as large now.
        self.briefs.rows_mut().shrink_to_fit();
        self.readings.shrink_to_fit();
        self.places.shrink_to_fit();
        self.duplicates = doubles.len() as u64;
    }

    /// Where a signal's record is.
    pub(super) fn place(&self, key: SignalKey) -> Place {
        let record = self.places.get(key.index()).copied().unwrap_or(key.0);
        // Of sources that begin at the same number all but the last are empty.
        let source = self.firsts.partition_point(|first| *first <= record).saturating_sub(1);
        Place { source, record: (record - self.firsts[source]) as usize }
    }

    /// The places of all signals, in canonical order.
    pub(super) fn all_places(&self) -> impl Iterator<Item = Place> {
        (0..self.briefs.len() as u32).map(|key| self.place(SignalKey(key)))
    }

    /// What could not be read while cutting.
    pub(super) fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.sources.iter().flat_map(|source| source.issues.iter().chain(&source.cut.issues))
    }

    /// What correlation sees.
    pub(super) fn view(&self) -> correlate::Index<'_> {
        correlate::Index { briefs: &self.briefs, names: &self.names }
    }

    /// The bytes of a signal's record as stored, without further parts.
    pub(super) fn raw(&self, key: SignalKey) -> &[u8] {
        let Place { source, record } = self.place(key);
        let source = &self.sources[source];
        source.input.bytes.get(source.records.get(record).payload.range()).unwrap_or_default()
    }

    /// Path of the input and line in it.
    pub(super) fn origin(&self, key: SignalKey) -> (&str, u32) {
        let Place { source, record } = self.place(key);
        let source = &self.sources[source];
        (&source.input.path, source.records.get(record).line)
    }

    /// Orders signals as they stand in the inputs.
    pub(super) fn input_order(&self, key: SignalKey) -> (usize, usize) {
        let place = self.place(key);
        (place.source, place.record)
    }

    /// What a signal's record shares with others of its input.
    pub(super) fn context(&self, key: SignalKey) -> &Context {
        let Place { source, record } = self.place(key);
        let source = &self.sources[source];
        &source.cut.contexts[source.records.get(record).context as usize]
    }

    /// The bytes of a signal's text; `None` when it was put together from several records.
    pub(super) fn text_bytes<'a>(&'a self, key: SignalKey, buffer: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        let Place { source, record } = self.place(key);
        let Source { input, cut, records, .. } = &self.sources[source];
        let record = records.get(record);
        (record.more == 0).then(|| parse::payload_into(&input.bytes, cut, &record, buffer))
    }

    /// The whole text of a signal's record, all its parts.
    pub(super) fn text(&self, key: SignalKey) -> Cow<'_, str> {
        let Place { source, record } = self.place(key);
        self.sources[source].text(record)
    }

    /// A signal without its tree, when its record is an uneventful one.
    pub(super) fn skimmed(&self, key: SignalKey) -> Option<Signal> {
        let Place { source, record } = self.place(key);
        self.sources[source].skimmed(record)
    }

    /// Reads a signal in full.
    pub(super) fn signal(&self, key: SignalKey) -> Signal {
        let Place { source, record } = self.place(key);
        self.sources[source].signal(record, self.briefs.at(key.index()).timestamp)
    }
}

/// A sort time for every record: its own, else that of the record before it in the same source, else the first
/// one known after it; a record of a source without any time sorts last.
fn carried_times(sources: &[Source], briefs: &Briefs) -> Vec<i64> {
    let time = |at: usize| briefs.at(at).timestamp.map(|time| time.0);
    let mut times = Vec::with_capacity(briefs.len());
    for source in sources {
        let own = times.len()..briefs.len().min(times.len() + source.records.len());
        let mut last = own.clone().find_map(time).unwrap_or(i64::MAX);
        times.extend(own.map(|at| {
            last = time(at).unwrap_or(last);
            last
        }));
    }
    times
}

/// Brings items into a new order in place: `order` holds, for each place, where its item is now.
fn arrange<T: Copy>(items: &mut [T], order: &[u32]) {
    let mut done = vec![false; items.len()];
    for start in 0..items.len() {
        if done[start] {
            continue;
        }
        let first = items[start];
        let mut at = start;
        loop {
            done[at] = true;
            let from = order[at] as usize;
            if from == start {
                items[at] = first;
                break;
            }
            items[at] = items[from];
            at = from;
        }
    }
}

/// Removes the items at `positions`, which are in order.
fn retain_others<T>(items: &mut Vec<T>, positions: &[u32]) {
    let mut removed = positions.iter().peekable();
    let mut at = 0;
    items.retain(|_| {
        let is_removed = removed.next_if(|position| **position == at).is_some();
        at += 1;
        !is_removed
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn arranging_in_place_equals_picking(
            order in Just((0u32..40).collect::<Vec<_>>()).prop_shuffle(),
            doubles in proptest::collection::btree_set(0u32..40, 0..40),
        ) {
            let items: Vec<u32> = (100..140).collect();
            let mut arranged = items.clone();
            arrange(&mut arranged, &order);
            let picked: Vec<u32> = order.iter().map(|at| items[*at as usize]).collect();
            prop_assert_eq!(&arranged, &picked);
            let kept = (0..40).filter(|at| !doubles.contains(at)).map(|at| picked[at as usize]);
            let kept: Vec<u32> = kept.collect();
            retain_others(&mut arranged, &doubles.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(arranged, kept);
        }
    }
}
