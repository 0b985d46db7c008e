//! Which signals the list holds, and ways through them. Pure.

use std::ops::Range;
use std::sync::Arc;

use crate::model::SignalKey;
use crate::tui::message::Hits;

/// Signals in canonical order: one behind the other, or picked ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Rows {
    Stretch(Range<u32>),
    Keys(Vec<SignalKey>),
    /// Those at these positions of what passes the filter.
    Hits(Arc<Hits>, Range<usize>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Stretch(0..0)
    }
}

impl Rows {
    /// The picked ones; none of a stretch.
    pub(super) fn keys(&self) -> &[SignalKey] {
        match self {
            Self::Stretch(_) => &[],
            Self::Keys(keys) => keys,
            Self::Hits(hits, part) => hits.signals.get(part.clone()).unwrap_or_default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Stretch(stretch) => stretch.len(),
            Self::Keys(_) | Self::Hits(..) => self.keys().len(),
        }
    }

    /// The signal of a row.
    pub(super) fn key(&self, row: usize) -> Option<SignalKey> {
        match self {
            Self::Stretch(stretch) => {
                (row < stretch.len()).then(|| SignalKey(stretch.start.saturating_add(row as u32)))
            }
            Self::Keys(_) | Self::Hits(..) => self.keys().get(row).copied(),
        }
    }

    /// The first row at or behind `key`; the number of rows when there is none.
    pub(super) fn lower(&self, key: SignalKey) -> usize {
        match self {
            Self::Stretch(stretch) => (key.0.clamp(stretch.start, stretch.end) - stretch.start) as usize,
            Self::Keys(_) | Self::Hits(..) => self.keys().partition_point(|row| *row < key),
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
            Self::Hits(hits, part) => {
                let keys = hits.signals.get(part.clone()).unwrap_or_default();
                let at = |key: u32| part.start + keys.partition_point(|hit| hit.0 < key);
                let part = at(stretch.start)..at(stretch.end.max(stretch.start));
                Self::Hits(hits, part)
            }
        }
    }

    /// The first row behind `from` whose signal is one of `hits`.
    pub(super) fn next_of(&self, hits: &[SignalKey], from: Option<SignalKey>) -> Option<usize> {
        let mut at = from.map_or(0, |from| hits.partition_point(|hit| *hit <= from));
        let Self::Stretch(_) = self else {
            let keys = self.keys();
            let mut row = self.lower(*hits.get(at)?);
            // Both are in order: each in turn goes on to where the other one is.
            loop {
                let key = *keys.get(row)?;
                at = forward(hits, at, key);
                let hit = *hits.get(at)?;
                if hit == key {
                    return Some(row);
                }
                row = forward(keys, row, hit);
            }
        };
        let first = self.key(0)?;
        at = at.max(hits.partition_point(|hit| *hit < first));
        self.row_of(*hits.get(at)?)
    }

    /// The last row before `from` whose signal is one of `hits`.
    pub(super) fn previous_of(&self, hits: &[SignalKey], from: Option<SignalKey>) -> Option<usize> {
        let mut end = from.map_or(hits.len(), |from| hits.partition_point(|hit| *hit < from));
        let Self::Stretch(_) = self else {
            let keys = self.keys();
            let mut rows = self.lower(*hits.get(end.checked_sub(1)?)?) + 1;
            loop {
                let key = *keys.get(..rows.min(keys.len()))?.last()?;
                end = backward(hits, end, key);
                let hit = *hits.get(end.checked_sub(1)?)?;
                if hit == key {
                    return Some(rows.min(keys.len()) - 1);
                }
                rows = backward(keys, rows.min(keys.len()), hit);
            }
        };
        let last = self.key(self.len().checked_sub(1)?)?;
        end = end.min(hits.partition_point(|hit| *hit <= last));
        self.row_of(*hits.get(end.checked_sub(1)?)?)
    }
}

/// The first position at or behind `from` whose key is not before `key`. Near ones are found soon.
fn forward(keys: &[SignalKey], from: usize, key: SignalKey) -> usize {
    let (mut low, mut step) = (from, 1);
    while keys.get(low + step).is_some_and(|found| *found < key) {
        low += step;
        step *= 2;
    }
    let end = keys.len().min(low + step);
    let part = keys.get(low..end).unwrap_or_default();
    low + part.partition_point(|found| *found < key)
}

/// How many of the first `end` keys are not behind `key`. Near ones are found soon.
fn backward(keys: &[SignalKey], end: usize, key: SignalKey) -> usize {
    let (mut high, mut step) = (end, 1);
    while high > step && keys.get(high - step).is_some_and(|found| *found > key) {
        high -= step;
        step *= 2;
    }
    let low = high.saturating_sub(step);
    let part = keys.get(low..high).unwrap_or_default();
    low + part.partition_point(|found| *found <= key)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn keys(numbers: impl IntoIterator<Item = u32>) -> Vec<SignalKey> {
        numbers.into_iter().map(SignalKey).collect()
    }

    #[test]
    fn context_is_cut_at_both_ends_and_never_doubled() {
        assert_eq!(with_context(&keys([0, 3, 4, 9]), 1, 10), keys([0, 1, 2, 3, 4, 5, 8, 9]));
        assert_eq!(with_context(&keys([5]), 0, 10), keys([5]));
        assert!(with_context(&[], 3, 10).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn steps_go_to_the_nearest_common_signal(
            hits in proptest::collection::btree_set(0_u32..60, 0..20),
            picked in proptest::option::of(proptest::collection::btree_set(0_u32..60, 0..20)),
            are_hits: bool,
            stretch in (0_u32..60, 0_u32..60),
            from in proptest::option::of(0_u32..60),
        ) {
            let hits: BTreeSet<u32> = hits;
            let rows = match &picked {
                Some(picked) if are_hits => {
                    let hits = Hits { signals: keys(picked.iter().copied()), ..Hits::default() };
                    Rows::Hits(Arc::new(hits), 0..picked.len())
                }
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
