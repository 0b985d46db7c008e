//! What is known, with everything that the screens need of all of it made beforehand: where it is made, nobody waits.

use std::sync::Arc;

use crate::case::{Case, Snapshot};

use super::lookup::Lookup;
use super::screens::{coverage, logs, requests};

/// What is known at one moment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(super) case: Arc<Case>,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) lookup: Arc<Lookup>,
    pub(super) tables: Tables,
}

/// What screens look things up in instead of going through everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// What orders and groups requests.
    pub(super) requests: Arc<requests::Table>,
    /// When signals were.
    pub(super) times: Arc<logs::Times>,
    /// What is missing.
    pub(super) wanted: Arc<coverage::Wanted>,
    /// What the inputs gave.
    pub(super) readings: Arc<coverage::Readings>,
}

impl Prepared {
    /// Reads through both, on all cores.
    pub fn new(case: Arc<Case>, snapshot: Arc<Snapshot>) -> Self {
        let lookup = Arc::new(Lookup::new(&snapshot));
        let tables = Tables {
            requests: Arc::new(requests::Table::new(&case, &snapshot)),
            times: Arc::new(logs::Times::new(case.briefs())),
            wanted: Arc::new(coverage::Wanted::new(&snapshot)),
            readings: Arc::new(coverage::Readings::new(&snapshot)),
        };
        Self { case, snapshot, lookup, tables }
    }
}
