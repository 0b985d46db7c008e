//! The sweep: which stretch of a log group to fetch next, which of its events are new, and what is final.
//!
//! Events arrive late, in bursts and out of order, so the newest event says nothing about what is still to come. Every
//! stretch of event time is therefore fetched at least three times: when it is new, again two minutes later (only
//! without news is it *settled*), and once more after a quarter of an hour (*rechecked*). What had been visible that long
//! needs one look. Events are told apart by their id. No clock and no network here.

mod seen;
#[cfg(test)]
mod tests;

use std::time::Duration;

use self::seen::Seen;
use crate::model::{TimeRange, Timestamp};

/// How long after its time an event may become visible before its stretch counts as final. Ninety seconds have been
/// observed; the documentation names none.
pub const SETTLE: Duration = Duration::from_mins(2);

/// How late an event may become visible and still be found.
pub const REACH: Duration = Duration::from_mins(15);

/// How much of what is waiting makes another look worth a call of its own.
const SETTLE_STEP: Duration = Duration::from_secs(10);
const RECHECK_STEP: Duration = Duration::from_mins(1);

/// Bounds of the stretch that one round fetches, and where it begins.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_hours(24);
const FIRST: Duration = Duration::from_hours(1);

/// Pages of a round: with fewer than `FEW` the next stretch is longer, with more than `MANY` shorter, and with
/// `TOO_MANY` the round is given up for a shorter one, so that a fault or a kill never costs more than that.
const FEW: u32 = 4;
const MANY: u32 = 16;
const TOO_MANY: u32 = 64;

/// How far the newest round reaches back into what has been fetched, at least and at most. It adapts to what fits a page.
const LEAST_OVERLAP: Duration = Duration::from_secs(2);
const MOST_OVERLAP: Duration = Duration::from_secs(150);

/// Ids that are remembered at most. A group that fills this is rechecked less far back; see [`Sweep::is_shortened`].
const MAX_SEEN: usize = 2_000_000;

/// What a sweep is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// First instant.
    pub since: Timestamp,
    /// Last instant; `None` to go on without end.
    pub until: Option<Timestamp>,
    /// Whether it goes on until everything is settled, or only until everything was fetched once.
    pub settle: bool,
}

/// How far a sweep has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// Everything before was fetched at least once.
    pub fetched_to: Timestamp,
    /// Everything before is final.
    pub settled: Timestamp,
    /// Everything before was looked at once more after [`REACH`].
    pub rechecked: Timestamp,
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
    /// Time of the newest event.
    pub newest: Option<Timestamp>,
}

/// The progress of one log group.
#[derive(Clone, Debug)]
pub struct Sweep {
    window: Window,
    cursor: Cursor,
    /// Ids from `cursor.rechecked` on.
    seen: Seen,
    round: Option<Round>,
    /// Whether the last round fetched the newest stretch, so that an older one may have its turn.
    was_newest: bool,
    stretch: Duration,
    overlap: Duration,
    shortened: bool,
    tally: Tally,
}

#[derive(Clone, Copy, Debug)]
struct Round {
    range: TimeRange,
    begun: Timestamp,
    pages: u32,
    /// Earliest event of this round that was new.
    earliest_new: Option<Timestamp>,
}

impl Sweep {
    /// A sweep over `window` that has come as far as `settled` and `rechecked`, both the start of the window for a new one.
    pub fn new(window: Window, settled: Timestamp, rechecked: Timestamp) -> Self {
        let rechecked = rechecked.min(settled);
        Self {
            window,
            cursor: Cursor { fetched_to: settled, settled, rechecked },
            seen: Seen::default(),
            round: None,
            was_newest: false,
            stretch: FIRST,
            overlap: LEAST_OVERLAP,
            shortened: false,
            tally: Tally::default(),
        }
    }

    /// Remembers an event of an earlier run, so that it is not new.
    pub fn recall(&mut self, id: &str, at: Timestamp) {
        if at >= self.cursor.rechecked {
            self.seen.insert(id, at);
        }
    }

    /// The stretch to fetch next, both ends included, from its first page to its last; `None` when nothing is left to do.
    pub fn begin(&mut self, now: Timestamp) -> Option<TimeRange> {
        if self.is_done() {
            return None;
        }
        let older = self.older(now).filter(|_| self.was_newest);
        self.was_newest = older.is_none();
        let range = older.unwrap_or_else(|| {
            let Cursor { fetched_to, settled, .. } = self.cursor;
            TimeRange {
                start: fetched_to.minus(self.overlap).max(settled),
                end: fetched_to.plus(self.stretch).min(self.end(now)),
            }
        });
        self.round = Some(Round { range, begun: now, pages: 0, earliest_new: None });
        Some(range)
    }

    /// A stretch that was fetched before and is due for another look.
    fn older(&self, now: Timestamp) -> Option<TimeRange> {
        let Cursor { fetched_to, settled, rechecked } = self.cursor;
        let to = now.minus(REACH).min(settled);
        if to >= rechecked.plus(RECHECK_STEP) {
            return Some(TimeRange { start: rechecked, end: rechecked.plus(self.stretch).min(to) });
        }
        // The round of the newest stretch settles what it covers, too.
        let to = now.minus(SETTLE).min(fetched_to);
        // Before the end a few seconds are worth it, too: nothing comes to join them.
        let is_worth_it = to >= settled.plus(SETTLE_STEP) || self.window.until == Some(to) && to > settled;
        (is_worth_it && fetched_to.minus(self.overlap) > settled)
            .then(|| TimeRange { start: settled, end: settled.plus(self.stretch).min(to) })
    }

    /// Where the newest stretch ends at `now`.
    fn end(&self, now: Timestamp) -> Timestamp {
        self.window.until.unwrap_or(now).min(now).max(self.cursor.fetched_to)
    }

    /// Counts a page of the current round. `false` when the round has become too long: it is to be given up, and the
    /// next one covers less.
    pub fn page(&mut self) -> bool {
        let Some(round) = &mut self.round else { return true };
        round.pages += 1;
        let length = length(round.range);
        if round.pages < TOO_MANY || length <= SHORTEST {
            return true;
        }
        self.stretch = (length / 8).max(SHORTEST);
        self.overlap = LEAST_OVERLAP;
        false
    }

    /// Whether an event of the current round is new and was asked for. Remembers it.
    pub fn is_new(&mut self, id: &str, at: Timestamp, ingested: Option<Timestamp>) -> bool {
        if at < self.window.since || self.window.until.is_some_and(|until| at > until) {
            return false;
        }
        // What lies before has been forgotten: whether it is new cannot be told, and no round asks for it.
        if at < self.cursor.rechecked || !self.seen.insert(id, at) {
            self.tally.repeated += 1;
            return false;
        }
        let tally = &mut self.tally;
        tally.events += 1;
        tally.late += u64::from(at < self.cursor.settled);
        let delay = ingested.map_or(0, |ingested| ingested.since(at) / 1_000_000);
        tally.max_delay_ms = tally.max_delay_ms.max(delay);
        tally.newest = tally.newest.max(Some(at));
        if let Some(round) = &mut self.round {
            round.earliest_new = Some(round.earliest_new.map_or(at, |earliest| earliest.min(at)));
        }
        true
    }

    /// Ends a round whose every page was fetched. A round that failed is not ended: the next one takes its place.
    pub fn end_round(&mut self) {
        let Some(round) = self.round.take() else { return };
        let TimeRange { start, end } = round.range;
        let cursor = &mut self.cursor;
        // What became visible while the pages came may have been missed: the clock of a round is that of its beginning.
        let old = end.min(round.begun.minus(REACH));
        if start <= cursor.rechecked {
            cursor.rechecked = cursor.rechecked.max(old);
        }
        if start <= cursor.settled {
            let quiet = round.earliest_new.unwrap_or(end);
            let repeated = end.min(round.begun.minus(SETTLE)).min(cursor.fetched_to).min(quiet);
            cursor.settled = cursor.settled.max(repeated).max(old);
        }
        if start <= cursor.fetched_to {
            cursor.fetched_to = cursor.fetched_to.max(end);
        }
        self.adapt(&round);
        self.forget();
    }

    /// Makes the next stretch longer or shorter.
    fn adapt(&mut self, round: &Round) {
        let length = length(round.range);
        if round.pages > MANY {
            self.stretch = (length / 2).clamp(SHORTEST, LONGEST);
        } else if round.pages <= FEW && length >= self.stretch / 2 {
            self.stretch = (self.stretch * 2).min(LONGEST);
        }
        if self.was_newest {
            let overlap = if round.pages <= 1 { self.overlap * 2 } else { self.overlap / 2 };
            self.overlap = overlap.clamp(LEAST_OVERLAP, MOST_OVERLAP);
        }
    }

    /// Drops ids that no round will meet again.
    fn forget(&mut self) {
        if self.seen.len() > MAX_SEEN && self.cursor.rechecked < self.cursor.settled {
            let cut = self.seen.start_of_last(MAX_SEEN / 2).min(self.cursor.settled);
            self.shortened |= cut > self.cursor.rechecked;
            self.cursor.rechecked = self.cursor.rechecked.max(cut);
        }
        self.seen.forget(self.cursor.rechecked);
    }

    /// Whether everything that was asked for is there.
    pub fn is_done(&self) -> bool {
        let to = if self.window.settle { self.cursor.settled } else { self.cursor.fetched_to };
        self.window.until.is_some_and(|until| to >= until)
    }

    /// Whether there is more to fetch at once; otherwise the next round may wait.
    pub fn is_behind(&self, now: Timestamp) -> bool {
        self.cursor.fetched_to < self.end(now) && !self.was_newest
            || self.cursor.fetched_to.plus(SETTLE_STEP) < self.end(now)
            || self.was_newest && self.older(now).is_some()
    }

    /// How far it has come.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Whether there are so many events that not all of them could be remembered long enough to recheck.
    pub fn is_shortened(&self) -> bool {
        self.shortened
    }

    /// Counts so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }
}

fn length(range: TimeRange) -> Duration {
    Duration::from_nanos(u64::try_from(range.end.since(range.start)).unwrap_or_default())
}
