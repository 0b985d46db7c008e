//! A set of positions, one bit each.

use std::ops::Range;

const WORD: usize = u64::BITS as usize;

/// Positions from 0 on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::tui) struct Bits(Vec<u64>);

impl Bits {
    /// None of `len` positions.
    pub(in crate::tui) fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(WORD)])
    }

    pub(in crate::tui) fn insert(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / WORD) {
            *word |= 1 << (at % WORD);
        }
    }

    pub(in crate::tui) fn contains(&self, at: usize) -> bool {
        self.0.get(at / WORD).is_some_and(|word| word >> (at % WORD) & 1 == 1)
    }

    /// How many positions of `range` are in the set.
    pub(in crate::tui) fn count(&self, range: Range<usize>) -> u64 {
        let end = range.end.min(self.0.len() * WORD);
        if range.start >= end {
            return 0;
        }
        let (first, last) = (range.start / WORD, (end - 1) / WORD);
        let within = |word: usize| {
            let from = if word == first { u64::MAX << (range.start % WORD) } else { u64::MAX };
            let to = if word == last { u64::MAX >> (WORD - 1 - (end - 1) % WORD) } else { u64::MAX };
            u64::from((self.0[word] & from & to).count_ones())
        };
        (first..=last).map(within).sum()
    }

    /// The first position of the set at or behind `from`.
    pub(in crate::tui) fn next(&self, from: usize) -> Option<usize> {
        let first = self.0.get(from / WORD)? & u64::MAX << (from % WORD);
        let mut words = std::iter::once(first).chain(self.0.iter().skip(from / WORD + 1).copied());
        let (skipped, word) = words.by_ref().enumerate().find(|(_, word)| *word != 0)?;
        Some((from / WORD + skipped) * WORD + word.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn a_set_of_bits_is_a_set(
            positions in proptest::collection::btree_set(0_usize..300, 0..60),
            start in 0_usize..400,
            len in 0_usize..400,
        ) {
            let set: BTreeSet<usize> = positions;
            let mut bits = Bits::new(300);
            for at in &set {
                bits.insert(*at);
            }
            prop_assert_eq!(bits.next(start), set.range(start..).next().copied());
            prop_assert_eq!(bits.contains(start), set.contains(&start));
            prop_assert_eq!(bits.count(start..start + len), set.range(start..start + len).count() as u64);
        }
    }
}
