//! How sources that are read live stand: plain data for the status line and the coverage screen.

use std::time::Duration;

use crate::model::Gap;

use super::theme::Role;

/// What a live collection last told.
#[derive(Clone, Debug, Default)]
pub struct LiveState {
    /// One entry for each source, in order of the capture.
    pub sources: Vec<SourceState>,
    /// What is said about the collection as a whole: what a name was taken for, what came along.
    pub notes: Vec<String>,
    /// What cannot be read, or why it ended early.
    pub errors: Vec<String>,
    /// Folder that keeps the capture; `None` for one that goes at the end.
    pub folder: Option<String>,
    /// Whether nothing more will come.
    pub is_over: bool,
}

/// One source, as of the moment it was told.
#[derive(Clone, Debug)]
pub struct SourceState {
    /// Log group, or `traces`.
    pub name: String,
    /// Region.
    pub region: String,
    /// Whether it is being read.
    pub link: Link,
    /// How far the record is behind the clock: of so long a stretch nothing has been fetched yet.
    pub lag: Option<Duration>,
    /// Events a second, lately.
    pub per_second: f64,
    /// Records so far, each event once.
    pub events: u64,
    /// Updates of Live Tail in which the service left events out, about one a second; the sweep fetches them.
    pub sampled_seconds: u64,
    /// Events that turned up where everything had been final.
    pub late: u64,
    /// How often the service asked to slow down, counting every attempt.
    pub throttled: u64,
    /// Faults so far, throttling included.
    pub faults: u64,
    /// The last fault, and how long ago it was.
    pub last_error: Option<(Duration, String)>,
    /// When it is tried again.
    pub retry_in: Option<Duration>,
    /// What is missing, with the command that fetches it.
    pub gaps: Vec<Gap>,
    /// What a reader should know and is no fault.
    pub notes: Vec<String>,
}

crate::model::words! {
    /// Whether a source is being read, from the best to the worst.
    Link {
        /// Everything that was asked for is there.
        Complete = "complete",
        /// Events arrive within a second.
        Live = "live",
        /// Events arrive with the next poll.
        Polling = "polling",
        /// Nothing has come back yet.
        Connecting = "connecting",
        /// Live Tail leaves events out; the next poll brings them.
        Sampled = "sampled",
        /// The last attempt failed; it is tried again.
        Reconnecting = "reconnecting",
        /// Somebody has to log in again.
        Expired = "credentials expired",
        /// It was given up.
        Lost = "given up",
    }
}

impl Link {
    pub(super) fn role(self) -> Role {
        match self {
            Self::Complete | Self::Live | Self::Polling => Role::Ok,
            Self::Connecting => Role::Dim,
            Self::Sampled | Self::Reconnecting => Role::Warning,
            Self::Expired | Self::Lost => Role::Failed,
        }
    }
}

impl LiveState {
    /// How its sources stand in one word, the worst of them first, and how many stand so.
    pub(super) fn worst(&self) -> (Link, usize) {
        let worst = self.sources.iter().map(|source| source.link).max().unwrap_or(Link::Connecting);
        (worst, self.sources.iter().filter(|source| source.link == worst).count())
    }

    /// The state in a few words for the status line.
    pub(super) fn summary(&self) -> (Role, String) {
        let (worst, count) = self.worst();
        match (self.errors.first(), self.sources.len()) {
            (Some(_), 0) => (Role::Failed, "live sources failed: see Coverage".to_owned()),
            (None, 0) if self.is_over => (Role::Dim, "nothing to read live".to_owned()),
            (_, all) if count == all || all == 0 => (worst.role(), worst.word().to_owned()),
            (_, all) => (worst.role(), format!("{worst} ({count} of {all} sources)", worst = worst.word())),
        }
    }
}
