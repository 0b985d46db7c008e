//! Texts as numbers that compare like them.

use std::cmp::Ordering;
use std::hash::Hash;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// The rank of what has no text: behind all others.
pub(super) const ABSENT: u32 = u32::MAX;

/// A text for each request, by its rank among the distinct ones.
#[derive(Debug)]
pub(super) struct Ranks<K> {
    of: Vec<u32>,
    /// The distinct texts in order.
    texts: Vec<K>,
}

impl<K> Default for Ranks<K> {
    fn default() -> Self {
        Self { of: Vec::new(), texts: Vec::new() }
    }
}

impl<K: Copy + Eq + Hash + Send + Sync> Ranks<K> {
    /// Ranks `texts` as `compare` orders them.
    pub(super) fn new(
        texts: impl Iterator<Item = Option<K>>,
        compare: impl Fn(K, K) -> Ordering + Sync,
    ) -> Self {
        let mut numbers: FxHashMap<K, u32> = FxHashMap::default();
        let mut distinct = Vec::new();
        let mut number = |text: K| {
            *numbers.entry(text).or_insert_with(|| {
                distinct.push(text);
                distinct.len() as u32 - 1
            })
        };
        let mut of: Vec<u32> = texts.map(|text| text.map_or(ABSENT, &mut number)).collect();
        let mut order: Vec<u32> = (0..distinct.len() as u32).collect();
        order.par_sort_unstable_by(|a, b| compare(distinct[*a as usize], distinct[*b as usize]));
        let mut ranks = vec![0; order.len()];
        for (number, rank) in order.iter().zip(0..) {
            ranks[*number as usize] = rank;
        }
        for number in &mut of {
            *number = ranks.get(*number as usize).copied().unwrap_or(ABSENT);
        }
        Self { of, texts: order.iter().map(|number| distinct[*number as usize]).collect() }
    }

    /// The rank at a position.
    pub(super) fn of(&self, at: usize) -> u32 {
        self.of.get(at).copied().unwrap_or(ABSENT)
    }

    /// The distinct texts in order: position is rank.
    pub(super) fn texts(&self) -> &[K] {
        &self.texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_compare_like_the_texts() {
        let ranks = Ranks::new([Some("b"), None, Some("a"), Some("b")].into_iter(), Ord::cmp);
        assert_eq!([0, 1, 2, 3, 9].map(|at| ranks.of(at)), [1, ABSENT, 0, 1, ABSENT]);
        assert_eq!(ranks.texts(), ["a", "b"]);
    }
}
