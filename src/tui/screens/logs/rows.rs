//! Which signals the list holds, and ways through them. Pure.

use std::ops::Range;

use crate::model::{Brief, Outcome, Severity, SignalKey, TimeRange, Timestamp};
use crate::tui::widgets::{Bin, bin_starts};

/// Signals in canonical order: one behind the other, or picked ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Rows {
    Stretch(Range<u32>),
    Keys(Vec<SignalKey>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Stretch(0..0)
    }
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Stretch(stretch) => stretch.len(),
            Self::Keys(keys) => keys.len(),
        }
    }

    /// The signal of a row.
    pub(super) fn key(&self, row: usize) -> Option<SignalKey> {
        match self {
            Self::Stretch(stretch) => {
                (row < stretch.len()).then(|| SignalKey(stretch.start.saturating_add(row as u32)))
            }
            Self::Keys(keys) => keys.get(row).copied(),
        }
    }

    /// The first row at or behind `key`; the number of rows when there is none.
    pub(super) fn lower(&self, key: SignalKey) -> usize {
        match self {
            Self::Stretch(stretch) => (key.0.clamp(stretch.start, stretch.end) - stretch.start) as usize,
            Self::Keys(keys) => keys.partition_point(|row| *row < key),
        }
    }

    /// The row of `key`.
    pub(super) fn row_of(&self, key: SignalKey) -> Option<usize> {
        let row = self.lower(key);
        (self.key(row) == Some(key)).then_some(row)
    }

    /// Only the signals of `stretch`.
    pub(super) fn within(self, stretch: &Range<u32>) -> Self {
        match self {
            Self::Stretch(own) => {
                let start = own.start.max(stretch.start);
                Self::Stretch(start..own.end.min(stretch.end).max(start))
            }
            Self::Keys(mut keys) => {
                keys.retain(|key| stretch.contains(&key.0));
                Self::Keys(keys)
            }
        }
    }

    /// The first row behind `from` whose signal is one of `hits`.
    pub(super) fn next_of(&self, hits: &[SignalKey], from: Option<SignalKey>) -> Option<usize> {
        let mut at = from.map_or(0, |from| hits.partition_point(|hit| *hit <= from));
        loop {
            let row = self.lower(*hits.get(at)?);
            let key = self.key(row)?;
            if key == hits[at] {
                return Some(row);
            }
            at = hits.partition_point(|hit| *hit < key);
        }
    }

    /// The last row before `from` whose signal is one of `hits`.
    pub(super) fn previous_of(&self, hits: &[SignalKey], from: Option<SignalKey>) -> Option<usize> {
        let mut end = from.map_or(hits.len(), |from| hits.partition_point(|hit| *hit < from));
        loop {
            let hit = *hits.get(end.checked_sub(1)?)?;
            if let Some(row) = self.row_of(hit) {
                return Some(row);
            }
            let key = self.key(self.lower(hit).checked_sub(1)?)?;
            end = hits.partition_point(|hit| *hit <= key);
        }
    }
}

/// `hits` with `lines` signals before and behind each; `len` is the number of all signals.
pub(super) fn with_context(hits: &[SignalKey], lines: u32, len: u32) -> Vec<SignalKey> {
    let mut keys = Vec::with_capacity(hits.len());
    let mut next = 0;
    for hit in hits {
        let start = next.max(hit.0.saturating_sub(lines));
        let end = hit.0.saturating_add(lines).saturating_add(1).min(len);
        keys.extend((start..end).map(SignalKey));
        next = next.max(end);
    }
    keys
}

/// The signals of a stretch of time. Those without a time of their own go with the one before them.
pub(super) fn stretch_of(briefs: &[Brief], time: TimeRange) -> Range<u32> {
    let mut start = None;
    for (brief, at) in briefs.iter().zip(0..) {
        let Some(timestamp) = brief.timestamp else { continue };
        if timestamp > time.end {
            return start.unwrap_or(at)..at;
        }
        if timestamp >= time.start && start.is_none() {
            start = Some(at);
        }
    }
    let end = briefs.len() as u32;
    start.unwrap_or(end)..end
}

/// From the first to the last time; `None` when no signal has one.
pub(super) fn span_of(briefs: &[Brief]) -> Option<TimeRange> {
    let time = |brief: &Brief| brief.timestamp;
    let start: Timestamp = briefs.iter().find_map(time)?;
    let end = briefs.iter().rev().find_map(time)?;
    Some(TimeRange { start, end: end.max(start) })
}

/// Signals over time in `columns` stretches of `span`; the failed part are errors and failed calls.
pub(super) fn count(briefs: &[Brief], rows: &Rows, span: TimeRange, columns: usize) -> Vec<Bin> {
    let starts = bin_starts(span, columns);
    let mut bins = vec![Bin::default(); columns];
    // Signals come in order of time, so the bin only ever moves on.
    let mut at = 0;
    let mut add = |brief: &Brief| {
        let Some(timestamp) = brief.timestamp else { return };
        while starts.get(at + 1).is_some_and(|next| *next <= timestamp) {
            at += 1;
        }
        let Some(bin) = bins.get_mut(at) else { return };
        bin.all += 1;
        bin.failed += u64::from(brief.outcome == Outcome::Failed || brief.severity >= Severity::Error);
    };
    match rows {
        Rows::Stretch(stretch) => {
            let stretch = stretch.start as usize..stretch.end as usize;
            briefs.get(stretch).unwrap_or_default().iter().for_each(&mut add);
        }
        Rows::Keys(keys) => keys.iter().filter_map(|key| briefs.get(key.index())).for_each(&mut add),
    }
    bins
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn keys(numbers: impl IntoIterator<Item = u32>) -> Vec<SignalKey> {
        numbers.into_iter().map(SignalKey).collect()
    }

    fn brief(at: Option<i64>) -> Brief {
        Brief { timestamp: at.map(Timestamp), ..Brief::default() }
    }

    #[test]
    fn context_is_cut_at_both_ends_and_never_doubled() {
        assert_eq!(with_context(&keys([0, 3, 4, 9]), 1, 10), keys([0, 1, 2, 3, 4, 5, 8, 9]));
        assert_eq!(with_context(&keys([5]), 0, 10), keys([5]));
        assert!(with_context(&[], 3, 10).is_empty());
    }

    #[test]
    fn a_signal_without_a_time_goes_with_the_one_before() {
        let briefs = [None, Some(10), None, Some(20), Some(30), None].map(brief);
        let of = |start, end| stretch_of(&briefs, TimeRange { start: Timestamp(start), end: Timestamp(end) });
        assert_eq!(of(10, 19), 1..3);
        assert_eq!(of(11, 30), 3..6);
        assert_eq!(of(31, 40), 6..6);
        assert_eq!(of(0, 5), 1..1);
        assert_eq!(span_of(&briefs), Some(TimeRange { start: Timestamp(10), end: Timestamp(30) }));
        assert_eq!(span_of(&[brief(None)]), None);
    }

    #[test]
    fn every_timed_signal_is_counted_once() {
        let briefs = [None, Some(10), Some(10), None, Some(19), Some(20), Some(29)].map(brief);
        let span = span_of(&briefs).unwrap();
        let all = |rows: &Rows, columns| -> Vec<u64> {
            count(&briefs, rows, span, columns).iter().map(|bin| bin.all).collect()
        };
        assert_eq!(all(&Rows::Stretch(0..7), 2), [3, 2]);
        assert_eq!(all(&Rows::Keys(keys([1, 6])), 4), [1, 0, 0, 1]);
        assert!(all(&Rows::Stretch(0..7), 0).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn steps_go_to_the_nearest_common_signal(
            hits in proptest::collection::btree_set(0_u32..60, 0..20),
            picked in proptest::option::of(proptest::collection::btree_set(0_u32..60, 0..20)),
            stretch in (0_u32..60, 0_u32..60),
            from in proptest::option::of(0_u32..60),
        ) {
            let hits: BTreeSet<u32> = hits;
            let rows = match &picked {
                Some(picked) => Rows::Keys(keys(picked.iter().copied())),
                None => Rows::Stretch(0..60),
            };
            let rows = rows.within(&(stretch.0.min(stretch.1)..stretch.0.max(stretch.1)));
            let shown: Vec<u32> = (0..rows.len()).filter_map(|row| Some(rows.key(row)?.0)).collect();
            let common: Vec<u32> = shown.iter().copied().filter(|key| hits.contains(key)).collect();
            let all = keys(hits.iter().copied());
            let found = |row: Option<usize>| row.and_then(|row| rows.key(row)).map(|key| key.0);
            let next = common.iter().copied().find(|key| from.is_none_or(|from| *key > from));
            prop_assert_eq!(found(rows.next_of(&all, from.map(SignalKey))), next);
            let previous = common.iter().copied().rev().find(|key| from.is_none_or(|from| *key < from));
            prop_assert_eq!(found(rows.previous_of(&all, from.map(SignalKey))), previous);
        }
    }
}
