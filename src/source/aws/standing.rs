//! How each source of a collection stands: what the terminal, the progress and the coverage show.

use crate::model::Timestamp;
use crate::source::recording::{Hole, Kind};

use super::error::LiveError;

/// How one source stands. Times of events are event time; `last_error` and `retry_at` are clock time.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Log group; `traces` for traces; `PREFIX*` for log groups that may still appear.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Account id; empty when the service did not say.
    pub account: String,
    /// Region.
    pub region: String,
    /// Start of the window.
    pub since: Timestamp,
    /// End of the window; `None` while it is followed.
    pub until: Option<Timestamp>,
    /// Whether it is being read, waits, or has ended.
    pub state: State,
    /// Everything up to here was fetched at least once. Between `since` and the end this is the progress of a backfill.
    pub fetched_to: Option<Timestamp>,
    /// Everything up to here is final: repeated two minutes later, and nothing more came.
    pub settled: Option<Timestamp>,
    /// Up to here it was looked at once more, a quarter of an hour later.
    pub rechecked: Option<Timestamp>,
    /// Time of the newest event.
    pub newest: Option<Timestamp>,
    /// When the source was last heard of: a round that was completed, or Live Tail.
    pub heard: Option<Timestamp>,
    /// Counts since the start.
    pub tally: Tally,
    /// Events a second over the last ten seconds or so.
    pub per_second: f64,
    /// Live Tail.
    pub live_tail: LiveTail,
    /// What is missing, as the manifest says it, with the command that fetches it.
    pub gaps: Vec<Hole>,
    /// The last fault, and when; it stays after the source has recovered.
    pub last_error: Option<(Timestamp, LiveError)>,
    /// Something a reader should know that is no fault: a filter, a pass that was shortened.
    pub notes: Vec<String>,
}

/// Whether a source is being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum State {
    /// Nothing has come back yet.
    #[default]
    Starting,
    /// It is read.
    Reading,
    /// The last attempt failed; it is tried again at this time.
    Retrying(Timestamp),
    /// Everything that was asked for is there.
    Done,
    /// It was given up; see the gaps.
    Lost,
}

/// Counts of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Records written, each event once.
    pub events: u64,
    /// Of those, the ones that Live Tail showed first.
    pub early: u64,
    /// Early ones that no sweep has met although it should have.
    pub unconfirmed: u64,
    /// Events that were fetched again and not written again.
    pub repeated: u64,
    /// Events that turned up where everything had been final.
    pub late: u64,
    /// Longest time between an event and its ingestion, in milliseconds.
    pub max_delay_ms: i64,
    /// Calls.
    pub calls: u64,
    /// Attempts that failed, those included that were tried again with success. A Live Tail session that could not be
    /// started counts with the first of its groups.
    pub faults: u64,
    /// Of those, how often the service asked to slow down.
    pub throttled: u64,
}

/// Live Tail of a source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LiveTail {
    /// Whether it runs.
    pub state: TailState,
    /// Whether the service left events out in its last update; the sweep fetches them.
    pub is_sampled: bool,
    /// Updates in which it did: about one a second.
    pub sampled_seconds: u64,
    /// How often a session ended and was started again.
    pub restarts: u64,
    /// Why the last one ended or could not be started.
    pub reason: Option<String>,
}

/// Whether Live Tail runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TailState {
    /// Not asked for, or not for this kind of source.
    #[default]
    Off,
    /// Being started.
    Starting,
    /// Events arrive within a second.
    On,
    /// The service refuses; events arrive with the sweep.
    Refused,
}

impl Standing {
    /// How far the record is behind `now`, in nanoseconds: the stretch of which nothing has been fetched yet. `None`
    /// before the first answer; zero when everything is there.
    pub fn lag(&self, now: Timestamp) -> Option<i64> {
        let end = self.until.map_or(now, |until| until.min(now));
        self.fetched_to.map(|to| end.since(to).max(0))
    }

    /// The share of the window that has been fetched at least once, from 0 to 1.
    pub fn progress(&self, now: Timestamp) -> f64 {
        let end = self.until.map_or(now, |until| until.min(now));
        let whole = end.since(self.since).max(1) as f64;
        let done = self.fetched_to.map_or(0, |to| to.since(self.since)).max(0) as f64;
        (done / whole).clamp(0.0, 1.0)
    }

    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Done | State::Lost)
    }
}
