//! Everything known so far: inputs in, snapshots out. Runs the steps and owns the compact index.
//!
//! ```text
//! inputs ─read→ briefs ─index→ canonical order ─correlate→ requests ─match→ hits ─rules→ findings ─diagnose→ snapshot
//! ```

mod audit;
mod compare;
mod coverage;
mod duplicates;
mod events;
mod growing;
mod handle;
mod index;
mod judge;
mod pace;
mod preview;
mod progress;
mod read;
mod records;
mod search;
mod snapshot;
#[cfg(test)]
mod tests;
mod view;
mod walk;

use std::collections::BTreeMap;
use std::time::Duration;

pub use audit::AuditOptions;
pub use compare::Baseline;
pub use growing::Growing;
pub use handle::RequestHandle;
pub use judge::Case;
pub use pace::Pace;
pub use preview::preview;
pub use progress::{Glance, Phase, Progress};
pub use search::Search;
pub use snapshot::Snapshot;

use crate::filter::Filter;
use crate::model::{Input, Opening, Signal, SignalKey};
use crate::rules::{Catalogue, Explanation, UnknownRule};

/// How a case is judged.
#[derive(Debug)]
pub struct Options {
    /// The rules.
    pub catalogue: Catalogue,
    /// How late an event may arrive: absences are decided only this long before the newest event.
    pub lateness: Duration,
    /// Signals that do not match are not judged.
    pub filter: Option<Filter>,
}

/// Why a rule fires, or does not.
#[derive(Debug)]
pub struct Explained {
    /// The scopes where it got furthest, furthest first.
    pub scopes: Vec<Explanation>,
    /// Every signal that they name.
    pub signals: BTreeMap<SignalKey, Signal>,
}

/// Reads, correlates, judges and diagnoses. `opening` is what is known of the inputs beforehand.
pub fn analyse(inputs: Vec<Input>, opening: impl Into<Opening>, options: &Options) -> Snapshot {
    Case::open(inputs, opening, options).snapshot(options)
}

/// Why a rule fires, or does not, in each scope where it got furthest; an error when no rule has this id.
pub fn explain(
    inputs: Vec<Input>,
    opening: impl Into<Opening>,
    options: &Options,
    rule: &str,
) -> Result<Explained, UnknownRule> {
    Case::open(inputs, opening, options).explain(options, rule)
}
