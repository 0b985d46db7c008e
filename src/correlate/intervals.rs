//! Which interval holds an instant, when only one does.

use crate::model::{TimeRange, Timestamp};

/// Closed intervals with the call each belongs to. Answers "the only one that holds this instant" in O(log n)
/// however the intervals overlap: it counts those begun and those ended, and the difference of two running sums
/// of call numbers is the number of the one that is left.
#[derive(Debug, Default)]
pub(super) struct Intervals {
    starts: Vec<(i64, u64)>,
    ends: Vec<(i64, u64)>,
}

impl Intervals {
    pub(super) fn push(&mut self, range: TimeRange, call: u32) {
        self.starts.push((range.start.0, u64::from(call)));
        self.ends.push((range.end.0.max(range.start.0), u64::from(call)));
    }

    /// Must be called once, after the last [`push`](Self::push).
    pub(super) fn seal(&mut self) {
        for edges in [&mut self.starts, &mut self.ends] {
            edges.sort_unstable();
            let mut sum = 0u64;
            for (_, call) in edges {
                sum = sum.wrapping_add(*call);
                *call = sum;
            }
        }
    }

    /// The call of the only interval that holds `at`; `None` when none or several do.
    pub(super) fn only_at(&self, at: Timestamp) -> Option<u32> {
        let begun = self.starts.partition_point(|(start, _)| *start <= at.0);
        let ended = self.ends.partition_point(|(end, _)| *end < at.0);
        if begun.checked_sub(ended)? != 1 {
            return None;
        }
        let sum = |edges: &[(i64, u64)], count: usize| count.checked_sub(1).map_or(0, |last| edges[last].1);
        u32::try_from(sum(&self.starts, begun).wrapping_sub(sum(&self.ends, ended))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange { start: Timestamp(start), end: Timestamp(end) }
    }

    #[test]
    fn only_the_sole_holder_is_named() {
        let mut intervals = Intervals::default();
        for (call, (start, end)) in [(0, 10), (5, 20), (30, 30)].into_iter().enumerate() {
            intervals.push(range(start, end), call as u32 + 7);
        }
        intervals.seal();
        let only = |at| intervals.only_at(Timestamp(at));
        assert_eq!(
            [only(-1), only(0), only(5), only(10), only(11), only(21), only(30)],
            [None, Some(7), None, None, Some(8), None, Some(9)]
        );
    }
}
