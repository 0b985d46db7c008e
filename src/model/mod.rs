//! The words everyone shares: ids, time, records, signals, requests, findings, coverage.
//!
//! Floor 0: imports nothing of this crate. `id.rs` is the minimal example.

mod brief;
mod briefs;
mod bytes;
mod comparison;
mod coverage;
mod finding;
mod health;
mod id;
mod links;
mod names;
mod record;
mod request;
mod schema;
pub mod semconv;
mod shell;
mod signal;
mod time;
mod walk;
mod whereabouts;

pub use brief::{Brief, message_hash};
pub use briefs::Briefs;
pub use bytes::{Bytes, Input, REPORT_TITLE};
pub use comparison::{BaselineChoice, Comparison, Difference, FeatureKind, HealthyRequest, Share};
pub use coverage::{Coverage, Gap, InputSummary, Issue, LayerCoverage, LiveSource, Opening, SourceKind};
pub use finding::{
    Argument, Confidence, Diagnosis, Evidence, EvidenceRole, Finding, FixStep, Hypothesis, Level,
    MAX_EVIDENCE, Role, RuleMeta, Spread, Standing, Undetermined, Unexplained, WrongAdvice,
};
pub use health::{Checkup, Health, Probe, ProbeKind, Refusal, Resource, ResourceKind, Unanswered};
use id::uuid;
pub use id::{RequestKey, SignalKey, SpanId, TraceId};
pub use links::{Links, Owners};
pub use names::{IdName, Keys, Name, Names, TraceName};
pub use record::{Context, Cut, Escape, Format, Hint, Record, Slice};
pub use request::{Link, LinkReason, Request, SpanTree};
pub use schema::{ListOrigin, Parameter, SchemaAudit, SchemaFinding, SchemaRisk, Tool, ToolList};
pub use shell::{has_blank, shell_word, within_single_quotes};
pub(crate) use signal::words;
pub use signal::{Ids, Kind, Layer, Origin, Outcome, Severity, Signal};
pub use time::{TimeRange, Timestamp};
pub use walk::{Mark, MarkKind, Stage, Step, StepState, Walk};
pub use whereabouts::Whereabouts;
