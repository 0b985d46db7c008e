//! What the tasks that read tell the one task that writes.

use super::error::LiveError;
use super::event::LogEvent;
use super::plan::GroupPlan;
use crate::model::Timestamp;
use crate::source::sweep::{Cursor, Tally};

/// Something that happened to a source. What one task sends arrives in the order of sending: records, then how far they
/// reach.
#[derive(Debug)]
pub(super) enum News {
    /// A page of a log group came, with these new events.
    Page(usize, Vec<LogEvent>),
    /// A round over a log group is complete.
    Round(usize, Progress),
    /// A call failed. It is tried again at `retry_at`; without, the source is given up.
    Fault {
        /// Source.
        source: usize,
        /// Why.
        error: LiveError,
        /// When it is tried again.
        retry_at: Option<Timestamp>,
    },
    /// Everything that was asked for is there.
    Done(usize),
    /// A log group appeared under a prefix.
    Appeared(GroupPlan),
    /// The groups under a prefix have been listed.
    Listed(usize),
    /// Live Tail of these sources.
    Tail(Vec<usize>, Told),
    /// Traces.
    Traces(usize, Traced),
}

/// How a log group stands after a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Progress {
    /// How far the sweep has come.
    pub cursor: Cursor,
    /// Counts since the start.
    pub tally: Tally,
    /// Whether late events are looked for less far back than usual.
    pub is_shortened: bool,
}

/// What a Live Tail session tells.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// It runs.
    Started,
    /// Events of one source.
    Events(usize, Vec<LogEvent>),
    /// An update came; the service may have left events out of it.
    Update {
        /// Whether it did.
        is_sampled: bool,
    },
    /// It ended and is started again.
    Ended(String),
    /// It could not be started and is tried again.
    Failed(LiveError),
    /// It cannot be started; the sweep goes on alone.
    Refused(String),
}

/// What the traces of an account and Region tell.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Traced {
    /// New or grown traces as records of a capture.
    pub records: Vec<serde_json::Value>,
    /// Calls made.
    pub calls: u64,
    /// Every trace that has been asked for and happened before is there.
    pub settled: Option<Timestamp>,
    /// Time of the newest trace.
    pub newest: Option<Timestamp>,
    /// What is missing, each with the reason and the command that fetches it, when there is one.
    pub missing: Vec<(String, Option<String>)>,
    /// What a reader should know.
    pub notes: Vec<String>,
}
