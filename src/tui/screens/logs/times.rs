//! When signals were: finds a stretch of time and counts in it without a look at each of them.

use std::ops::Range;

use crate::model::{Briefs, Outcome, Severity, TimeRange, Timestamp};
use crate::tui::bits::Bits;
use crate::tui::widgets::{Bin, bin_starts};

use super::rows::Rows;

/// Signals that one known time stands for.
const BLOCK: usize = 64;

/// Which signals have a time, and the times of some. Made once for each case.
#[derive(Debug, Default)]
pub(in crate::tui) struct Times {
    len: usize,
    timed: Bits,
    /// Errors and failed calls, of those with a time.
    failed: Bits,
    /// Of each block the first time in it, or else behind it. In order, as signals are.
    firsts: Vec<Timestamp>,
    span: Option<TimeRange>,
}

impl Times {
    /// Reads through the signals.
    pub(in crate::tui) fn new(briefs: &Briefs) -> Self {
        let mut times = Self {
            len: briefs.len(),
            timed: Bits::new(briefs.len()),
            failed: Bits::new(briefs.len()),
            ..Self::default()
        };
        let mut last = None;
        for (at, brief) in briefs.iter().enumerate() {
            let Some(time) = brief.timestamp else { continue };
            times.timed.insert(at);
            if brief.outcome == Outcome::Failed || brief.severity >= Severity::Error {
                times.failed.insert(at);
            }
            times.firsts.resize(times.firsts.len().max(at / BLOCK + 1), time);
            last = Some(time);
        }
        times.span = times
            .firsts
            .first()
            .copied()
            .zip(last)
            .map(|(start, last)| TimeRange { start, end: last.max(start) });
        times
    }

    /// From the first to the last time; `None` when no signal has one.
    pub(super) fn span(&self) -> Option<TimeRange> {
        self.span
    }

    /// The first signal at or behind a time; the number of signals when there is none.
    fn lower(&self, briefs: &Briefs, at: Timestamp) -> usize {
        // It is in the last block that begins before, or it is the first one behind that.
        let block = self.firsts.partition_point(|first| *first < at).saturating_sub(1);
        let mut from = block * BLOCK;
        while let Some(found) = self.timed.next(from) {
            if briefs.get(found).and_then(|brief| brief.timestamp).is_none_or(|time| time >= at) {
                return found;
            }
            from = found + 1;
        }
        self.len
    }

    /// The signals of a stretch of time. Those without a time of their own go with the one before them.
    pub(super) fn stretch_of(&self, briefs: &Briefs, time: TimeRange) -> Range<u32> {
        let behind = time.end.0.checked_add(1).map(Timestamp);
        let end = behind.map_or(self.len, |behind| self.lower(briefs, behind)) as u32;
        (self.lower(briefs, time.start) as u32).min(end)..end
    }

    /// Signals of `rows` over time, in `columns` stretches of the whole; the failed part are errors and failed calls.
    pub(super) fn count(&self, briefs: &Briefs, rows: &Rows, columns: usize) -> Vec<Bin> {
        let Some(span) = self.span else { return Vec::new() };
        let starts = bin_starts(span, columns);
        let mut starts: Vec<usize> = starts.iter().map(|start| self.lower(briefs, *start)).collect();
        starts.push(self.len);
        let bins = starts.windows(2).map(|bounds| bounds[0]..bounds[1]);
        match rows {
            Rows::Stretch(stretch) => bins
                .map(|bin| {
                    let part = bin.start.max(stretch.start as usize)..bin.end.min(stretch.end as usize);
                    Bin { all: self.timed.count(part.clone()), failed: self.failed.count(part) }
                })
                .collect(),
            Rows::Keys(_) | Rows::Hits(..) => {
                let mut keys = rows.keys();
                bins.map(|bin| {
                    let (own, rest) = keys.split_at(keys.partition_point(|key| key.index() < bin.end));
                    keys = rest;
                    let count = |bits: &Bits| own.iter().filter(|key| bits.contains(key.index())).count();
                    Bin { all: count(&self.timed) as u64, failed: count(&self.failed) as u64 }
                })
                .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Brief, SignalKey};
    use crate::tui::message::Hits;

    fn brief(at: Option<i64>) -> Brief {
        Brief { timestamp: at.map(Timestamp), ..Brief::default() }
    }

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange { start: Timestamp(start), end: Timestamp(end) }
    }

    #[test]
    fn a_signal_without_a_time_goes_with_the_one_before() {
        let briefs = [None, Some(10), None, Some(20), Some(30), None].into_iter().map(brief).collect();
        let times = Times::new(&briefs);
        let of = |start, end| times.stretch_of(&briefs, range(start, end));
        assert_eq!(of(10, 19), 1..3);
        assert_eq!(of(11, 30), 3..6);
        assert_eq!(of(31, 40), 6..6);
        assert_eq!(of(0, 5), 1..1);
        assert_eq!(of(i64::MIN, i64::MAX), 1..6);
        assert_eq!(times.span(), Some(range(10, 30)));
        assert_eq!(Times::new(&Briefs::from_iter([brief(None)])).span(), None);
    }

    #[test]
    fn every_timed_signal_is_counted_once() {
        let times = [None, Some(10), Some(10), None, Some(19), Some(20), Some(29)];
        let briefs = times.into_iter().map(brief).collect();
        let all = |rows: &Rows, columns| -> Vec<u64> {
            Times::new(&briefs).count(&briefs, rows, columns).iter().map(|bin| bin.all).collect()
        };
        assert_eq!(all(&Rows::Stretch(0..7), 2), [3, 2]);
        assert_eq!(all(&Rows::Keys(vec![SignalKey(1), SignalKey(6)]), 4), [1, 0, 0, 1]);
        assert!(all(&Rows::Stretch(0..7), 0).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn stretches_and_counts_are_those_of_a_look_at_each_signal(
            steps in proptest::collection::vec(proptest::option::of(0_i64..20), 0..400),
            edges in (-10_i64..1_000, 0_i64..1_000),
            columns in 1_usize..20,
        ) {
            let mut now = 0;
            let briefs: Briefs = steps.iter().map(|step| {
                now += step.unwrap_or_default();
                brief(step.map(|_| now))
            }).collect();
            let times = Times::new(&briefs);
            let within = |time: TimeRange| {
                let timed = |wanted: &dyn Fn(Timestamp) -> bool| {
                    briefs.iter().position(|brief| brief.timestamp.is_some_and(wanted)).unwrap_or(briefs.len())
                };
                let end = timed(&|at| at > time.end);
                timed(&|at| at >= time.start).min(end) as u32..end as u32
            };
            let time = range(edges.0, edges.0 + edges.1);
            prop_assert_eq!(times.stretch_of(&briefs, time), within(time));
            let Some(span) = times.span() else { return Ok(()) };
            let starts = bin_starts(span, columns);
            let counted = times.count(&briefs, &Rows::Stretch(0..briefs.len() as u32), columns);
            for (at, bin) in counted.iter().enumerate() {
                let in_bin = |time: Timestamp| starts[at] <= time && starts.get(at + 1).is_none_or(|next| time < *next);
                let wanted = briefs.iter().filter(|brief| brief.timestamp.is_some_and(in_bin)).count();
                prop_assert_eq!(bin.all, wanted as u64);
            }
            let signals = (0..briefs.len() as u32).map(SignalKey).collect();
            let hits = Arc::new(Hits { signals, ..Hits::default() });
            prop_assert_eq!(times.count(&briefs, &Rows::Hits(hits, 0..briefs.len()), columns), counted);
        }
    }
}
