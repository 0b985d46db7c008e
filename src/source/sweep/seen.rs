//! Ids of events that have been met, small enough to keep a quarter of an hour of a busy log group.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::FxHashSet;

use crate::model::Timestamp;

const SECOND: i64 = 1_000_000_000;

/// A set of event ids, by second of event time, each as 64 bits of a hash. Two events are taken for one only when their
/// hashes meet within the same second: one chance in 10^13 at a thousand events a second.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    seconds: BTreeMap<i64, FxHashSet<u64>>,
    len: usize,
}

impl Seen {
    /// Adds an id; `false` when it was there.
    pub(super) fn insert(&mut self, id: &str, at: Timestamp) -> bool {
        let mut hasher = DefaultHasher::new();
        (id, at.0).hash(&mut hasher);
        let is_new = self.seconds.entry(at.0.div_euclid(SECOND)).or_default().insert(hasher.finish());
        self.len += usize::from(is_new);
        is_new
    }

    /// Drops whole seconds before `from`.
    pub(super) fn forget(&mut self, from: Timestamp) {
        let keep = self.seconds.split_off(&from.0.div_euclid(SECOND));
        let dropped = std::mem::replace(&mut self.seconds, keep);
        self.len -= dropped.values().map(FxHashSet::len).sum::<usize>();
    }

    /// The earliest instant from which on no more than `count` ids are held.
    pub(super) fn start_of_last(&self, count: usize) -> Timestamp {
        let mut held = 0;
        let over = self.seconds.iter().rev().find(|(_, ids)| {
            held += ids.len();
            held > count
        });
        Timestamp(over.map_or(i64::MIN, |(second, _)| (second + 1).saturating_mul(SECOND)))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_counts_once_until_its_second_is_forgotten() {
        let mut seen = Seen::default();
        let at = |second: i64| Timestamp(second * SECOND + 5);
        assert!(seen.insert("a", at(1)) && seen.insert("b", at(1)) && seen.insert("a", at(3)));
        assert!(!seen.insert("a", at(1)));
        assert_eq!(seen.len(), 3);
        assert_eq!(seen.start_of_last(1), Timestamp(2 * SECOND));
        seen.forget(at(1));
        assert!(!seen.insert("b", at(1)), "the second it falls into is kept");
        seen.forget(at(2));
        assert_eq!(seen.len(), 1);
        assert!(seen.insert("b", at(1)) && !seen.insert("a", at(3)));
    }
}
