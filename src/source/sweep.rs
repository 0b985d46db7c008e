//! The sweep: which stretch of a log group to fetch next, which of its events are new, and what is final.
//!
//! Events arrive late, in bursts and out of order, so the newest event says nothing about what is still to come.
//! A sweep therefore goes over the same stretch of event time again until nothing new turns up and enough time has
//! passed, and reaches further back once in a while. Events are told apart by their id. No clock and no network here.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::model::{TimeRange, Timestamp};

/// How long after its time an event may become visible before its stretch counts as final. Ninety seconds have been
/// observed; the documentation names none.
const SETTLE: Duration = Duration::from_mins(2);

/// How far back a deep round goes, for what comes later still.
const REACH: Duration = Duration::from_mins(15);

/// How often a round is a deep one.
const DEEP_EVERY: Duration = Duration::from_mins(1);

/// Ids that are remembered at most; deep rounds reach less far back in a group that fills this.
const MAX_SEEN: usize = 500_000;

/// The progress of one log group.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Everything before is final.
    settled: Timestamp,
    /// End of what was asked for; `None` to follow.
    until: Option<Timestamp>,
    /// Ids from `settled - REACH` on, by time.
    seen: BTreeSet<(Timestamp, String)>,
    /// Where ids are no longer remembered, so that nothing before can be fetched again.
    forgotten: Timestamp,
    /// The round that is going on.
    round: Option<Round>,
    /// End of the last round in which nothing new lay before it.
    quiet: Option<Timestamp>,
    last_deep: Option<Timestamp>,
    tally: Tally,
}

#[derive(Clone, Copy, Debug)]
struct Round {
    window: TimeRange,
    /// Earliest event of this round that was new.
    earliest_new: Option<Timestamp>,
}

/// What a sweep has met so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Events, each once.
    pub events: u64,
    /// Events that were fetched again.
    pub repeated: u64,
    /// Events that turned up in a stretch that had been final.
    pub late: u64,
    /// Longest time between an event and its ingestion, in milliseconds.
    pub max_delay_ms: i64,
}

/// What identifies an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventKey {
    /// The service's id.
    pub id: String,
    /// Event time.
    pub at: Timestamp,
    /// When the service took it in.
    pub ingested: Option<Timestamp>,
}

impl Sweep {
    /// A sweep from `since` to `until`, or on without end. `known` are the events of an earlier run.
    pub fn new(
        since: Timestamp,
        until: Option<Timestamp>,
        known: impl IntoIterator<Item = EventKey>,
    ) -> Self {
        let seen = known.into_iter().map(|event| (event.at, event.id)).collect();
        Self {
            settled: since,
            until,
            seen,
            forgotten: since,
            round: None,
            quiet: None,
            last_deep: None,
            tally: Tally::default(),
        }
    }

    /// The stretch to fetch next, from its first page to its last; `None` when all is final.
    pub fn begin(&mut self, now: Timestamp) -> Option<TimeRange> {
        if self.is_done() {
            return None;
        }
        let end = self.until.unwrap_or(now).min(now).max(self.settled);
        let is_deep = self.last_deep.is_none_or(|last| now >= last.plus(DEEP_EVERY));
        let start = if is_deep {
            self.last_deep = Some(now);
            self.settled.minus(REACH).max(self.forgotten)
        } else {
            self.settled
        };
        let window = TimeRange { start, end };
        self.round = Some(Round { window, earliest_new: None });
        Some(window)
    }

    /// Whether an event of the current round is new. Remembers it.
    pub fn is_new(&mut self, event: EventKey) -> bool {
        let EventKey { id, at, ingested } = event;
        if !self.seen.insert((at, id)) {
            self.tally.repeated += 1;
            return false;
        }
        self.tally.events += 1;
        self.tally.late += u64::from(at < self.settled);
        let delay = ingested.map_or(0, |ingested| ingested.since(at) / 1_000_000);
        self.tally.max_delay_ms = self.tally.max_delay_ms.max(delay);
        if let Some(round) = &mut self.round {
            round.earliest_new = Some(round.earliest_new.map_or(at, |earliest| earliest.min(at)));
        }
        true
    }

    /// Ends a round whose every page was fetched. A round that failed is simply begun again.
    pub fn end(&mut self, now: Timestamp) {
        let Some(round) = self.round.take() else { return };
        let old = round.window.end.min(now.minus(REACH));
        // Twice the same: nothing new before here in this round, and the round before had been here.
        let quiet_to = round.earliest_new.unwrap_or(round.window.end).min(round.window.end);
        let repeated = self.quiet.map_or(self.settled, |quiet| quiet.min(quiet_to));
        let settled = repeated.min(now.minus(SETTLE)).max(old);
        self.settled = self.settled.max(settled.min(round.window.end));
        self.quiet = Some(round.window.end);
        self.forget();
    }

    /// Drops ids that no round will meet again.
    fn forget(&mut self) {
        let mut keep = self.settled.minus(REACH);
        if self.seen.len() > MAX_SEEN {
            let surplus = self.seen.len() - MAX_SEEN;
            let cut = self.seen.iter().nth(surplus).map_or(keep, |(at, _)| *at);
            keep = keep.max(cut.min(self.settled));
        }
        if keep > self.forgotten {
            self.forgotten = keep;
            self.seen = self.seen.split_off(&(keep, String::new()));
        }
    }

    /// Whether everything that was asked for is final.
    pub fn is_done(&self) -> bool {
        self.until.is_some_and(|until| self.settled >= until)
    }

    /// Everything before is final.
    pub fn settled(&self) -> Timestamp {
        self.settled
    }

    /// How far back late events are still looked for.
    pub fn reaches_to(&self) -> Timestamp {
        self.settled.minus(REACH).max(self.forgotten)
    }

    /// Counts so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: i64 = 1_790_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp((BASE + seconds) * 1_000_000_000)
    }

    /// A log group: events with the second at which they become visible.
    struct Group(Vec<(i64, i64)>);

    impl Group {
        fn fetch(&self, window: TimeRange, now: i64) -> impl Iterator<Item = (usize, EventKey)> {
            let visible = self.0.iter().enumerate().filter(move |(_, (_, shown))| *shown <= now);
            visible.filter(move |(_, (time, _))| window.contains(at(*time))).map(|(id, (time, shown))| {
                (id, EventKey { id: id.to_string(), at: at(*time), ingested: Some(at(*shown)) })
            })
        }
    }

    fn run(sweep: &mut Sweep, group: &Group, seconds: impl IntoIterator<Item = i64>) -> Vec<usize> {
        let mut got = Vec::new();
        for now in seconds {
            let Some(window) = sweep.begin(at(now)) else { break };
            got.extend(group.fetch(window, now).filter_map(|(id, key)| sweep.is_new(key).then_some(id)));
            sweep.end(at(now));
        }
        got
    }

    #[test]
    fn an_old_window_needs_one_round() {
        let group = Group(vec![(5, 6), (7, 8)]);
        let mut sweep = Sweep::new(at(0), Some(at(60)), []);
        assert_eq!(run(&mut sweep, &group, [7_200, 7_201]), [0, 1]);
        assert!(sweep.is_done());
        assert_eq!(sweep.tally().repeated, 0);
    }

    #[test]
    fn a_window_that_just_ended_is_repeated_until_it_settles() {
        let group = Group(vec![(5, 6), (50, 140)]);
        let mut sweep = Sweep::new(at(0), Some(at(60)), []);
        assert_eq!(run(&mut sweep, &group, [61]), [0]);
        assert!(!sweep.is_done());
        assert_eq!(run(&mut sweep, &group, [120, 150, 181, 200, 210]), [1]);
        assert!(sweep.is_done());
    }

    #[test]
    fn what_an_earlier_run_wrote_is_not_written_again() {
        let group = Group(vec![(5, 6), (7, 8)]);
        let known = EventKey { id: "0".to_owned(), at: at(5), ingested: None };
        let mut sweep = Sweep::new(at(0), Some(at(60)), [known]);
        assert_eq!(run(&mut sweep, &group, [7_200]), [1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Everything that becomes visible within the reach is delivered, and delivered once.
        #[test]
        fn nothing_lost_and_nothing_twice(
            events in prop::collection::vec((0_i64..600, 0_i64..700), 0..120),
            step in 1_i64..45,
        ) {
            let group = Group(events.iter().map(|(time, late)| (*time, time + late)).collect());
            let mut sweep = Sweep::new(at(0), None, []);
            let mut got = run(&mut sweep, &group, (0..2_000).step_by(step as usize));
            got.sort_unstable();
            prop_assert_eq!(got, (0..events.len()).collect::<Vec<_>>());
        }

        /// The settled mark never goes back and never passes the time at which late events are still usual.
        #[test]
        fn settled_is_monotonic_and_cautious(steps in prop::collection::vec(1_i64..100, 1..60)) {
            let group = Group(vec![(3, 4), (30, 31)]);
            let mut sweep = Sweep::new(at(0), None, []);
            let mut now = 0;
            let mut before = sweep.settled();
            for step in steps {
                now += step;
                run(&mut sweep, &group, [now]);
                prop_assert!(sweep.settled() >= before);
                prop_assert!(sweep.settled() <= at(now).minus(SETTLE).max(at(0)));
                before = sweep.settled();
            }
        }
    }
}
