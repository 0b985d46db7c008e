//! Judging a case by the rules that are on, from two threads: the one that reads and the one that answers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::case::{Case, Options, Snapshot};
use crate::rules::Switches;

/// How cases are judged. What the person switches counts for everything that is told from then on.
pub(super) struct Judge {
    options: Arc<Options>,
    switches: Mutex<Arc<Switches>>,
}

impl Judge {
    pub(super) fn new(options: Arc<Options>, switches: Switches) -> Self {
        Self { options, switches: Mutex::new(Arc::new(switches)) }
    }

    /// How cases are read.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Judges by these switches from now on.
    pub(super) fn switch(&self, switches: Switches) {
        *self.locked() = Arc::new(switches);
    }

    /// Judges `case`, again when a switch was turned meanwhile, and hands the result to `tell` while nobody else
    /// tells: an older answer never follows a newer one.
    pub(super) fn judge<T>(&self, case: &Arc<Case>, tell: impl FnOnce(Arc<Case>, Arc<Snapshot>) -> T) -> T {
        loop {
            let switches = Arc::clone(&self.locked());
            let snapshot = Arc::new(case.snapshot_with(&self.options, &switches));
            let current = self.locked();
            if Arc::ptr_eq(&current, &switches) {
                return tell(Arc::clone(case), snapshot);
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, Arc<Switches>> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Bytes, Input};
    use crate::rules::Catalogue;

    #[test]
    fn a_switch_counts_for_the_next_judgement() {
        let catalogue = Catalogue::builtin().unwrap();
        let options = Arc::new(Options { catalogue, lateness: Duration::ZERO, filter: None });
        let text = include_bytes!("../../samples/schema-mismatch/gateway.json");
        let input = Input { path: "gateway.json".into(), bytes: Bytes::new(text.to_vec()) };
        let case = Arc::new(Case::open(vec![input], Vec::new(), &options));
        let judge = Judge::new(options, Switches::default());
        let causes = |snapshot: &Snapshot| {
            snapshot.diagnoses.iter().filter_map(|diagnosis| diagnosis.root_cause.clone()).collect::<Vec<_>>()
        };
        let before = judge.judge(&case, |_, snapshot| causes(&snapshot));
        let cause = before.first().expect("a cause").clone();
        let mut switches = Switches::default();
        switches.toggle(&cause);
        judge.switch(switches.clone());
        let after = judge.judge(&case, |_, snapshot| {
            assert_eq!(snapshot.switches, switches);
            causes(&snapshot)
        });
        assert!(!after.contains(&cause), "{after:?}");
    }
}
