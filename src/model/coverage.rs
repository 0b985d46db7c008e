//! Coverage: what was read, and what was not.

use serde::Serialize;

use super::record::Format;
use super::signal::{Layer, words};
use super::{TimeRange, Timestamp};

/// Something that could not be read, with its place and the next step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Issue {
    /// Path of the input.
    pub path: String,
    /// Line, when it is known.
    pub line: Option<u32>,
    /// What is wrong and what was done about it, one sentence.
    pub message: String,
    /// How many times, for an issue that is reported once per input.
    pub count: u32,
    /// Whether the input could not be read at all: exit code 2.
    #[serde(skip)]
    pub fatal: bool,
    /// Whether records may be missing because of it: a gap that forbids claims of absence.
    #[serde(skip)]
    pub loses_records: bool,
}

impl Issue {
    /// An issue with one occurrence that left the rest of the input readable but may have lost records.
    pub fn new(path: impl Into<String>, line: Option<u32>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line, message: message.into(), count: 1, fatal: false, loses_records: true }
    }

    /// The same, when every record could be read all the same.
    #[must_use]
    pub fn harmless(mut self) -> Self {
        self.loses_records = false;
        self
    }

    /// The same, for an input that could not be read at all.
    #[must_use]
    pub fn fatal(mut self) -> Self {
        self.fatal = true;
        self
    }
}

/// What one input gave.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct InputSummary {
    /// Path as given.
    pub path: String,
    /// Envelope.
    pub format: Format,
    /// Records cut.
    pub records: u64,
    /// Signals that are log events (everything that is no span).
    pub log_events: u64,
    /// Signals that are spans or segments.
    pub spans: u64,
    /// What could not be read.
    pub issues: Vec<Issue>,
}

/// What is known of the captures before a record of them is read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// What could not be read, or was set aside.
    pub issues: Vec<Issue>,
    /// What the manifests of recorded captures say.
    pub sources: Vec<LiveSource>,
}

impl From<Vec<Issue>> for Opening {
    fn from(issues: Vec<Issue>) -> Self {
        Self { issues, sources: Vec::new() }
    }
}

words! {
    /// Kind of a source that is read from AWS.
    SourceKind {
        /// A CloudWatch log group.
        LogGroup = "log-group",
        /// X-Ray traces.
        Traces = "traces",
        /// An agent runtime whose log groups could not be looked up.
        Runtime = "runtime",
        /// A gateway whose log groups could not be looked up.
        Gateway = "gateway",
    }
}

/// A source that was read from AWS into a capture, and how far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveSource {
    /// What it is.
    pub kind: SourceKind,
    /// Name or ARN.
    pub name: String,
    /// Account id, when known.
    pub account: Option<String>,
    /// Region.
    pub region: String,
    /// Path of the input that holds its records.
    pub path: String,
    /// Records in it.
    pub records: u64,
    /// Start of the window that was asked for.
    pub since: Option<Timestamp>,
    /// End of the window; `None` while it is followed.
    pub until: Option<Timestamp>,
    /// Everything before is final.
    pub settled: Option<Timestamp>,
    /// Whether secrets were masked before anything was written.
    pub redacted: bool,
    /// Stretches that are known to be missing.
    pub gaps: Vec<Gap>,
}

/// A stretch of time or a source that is known to be missing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Gap {
    /// What is missing: a source, a stream, a layer.
    pub source: String,
    /// From.
    pub start: Option<Timestamp>,
    /// To.
    pub end: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// The command that fetches it, when there is one.
    pub fill: Option<String>,
    /// The layers that may be concerned. When empty, `source` decides: it names one, or else any may be.
    pub layers: Vec<Layer>,
    /// Whether it was left out on purpose, by a filter: nothing has failed.
    pub is_asked_for: bool,
}

impl Gap {
    /// Whether signals of `layer` may be missing.
    pub fn concerns(&self, layer: Layer) -> bool {
        if self.layers.is_empty() {
            return Layer::from_word(&self.source).is_none_or(|named| named == layer);
        }
        self.layers.contains(&layer)
    }
}

/// Presence of one layer, with the stretch of time it covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LayerCoverage {
    /// The layer.
    pub layer: Layer,
    /// First and last event time; `None` when its signals have no time.
    pub range: Option<TimeRange>,
    /// Number of signals.
    pub signals: u64,
}

/// What the capture as a whole covers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// First and last event time of all signals.
    pub range: Option<TimeRange>,
    /// One entry per layer that is present, in order of [`Layer`].
    pub layers: Vec<LayerCoverage>,
    /// Known gaps.
    pub gaps: Vec<Gap>,
    /// What was read from AWS, and how far; empty for other captures.
    pub sources: Vec<LiveSource>,
    /// Signals that were seen and could not be kept.
    pub dropped: u64,
    /// Signals that belong to no request.
    pub unassigned: u64,
}

impl Coverage {
    /// The coverage of `layer`, when it has any signal.
    pub fn layer(&self, layer: Layer) -> Option<LayerCoverage> {
        self.layers.iter().copied().find(|entry| entry.layer == layer)
    }
}
