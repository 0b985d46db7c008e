//! How far each cause reaches over the capture.

use std::collections::BTreeMap;

use crate::model::{Diagnosis, Finding, Spread};

/// Tells every diagnosis how often its root cause was seen, when, and which failed requests it hit.
///
/// Diagnoses of one cause share one list of requests: a thousand of them cost one.
pub(super) fn spread(diagnoses: &mut [Diagnosis], findings: &[Finding]) {
    let mut spreads: BTreeMap<String, Spread> = BTreeMap::new();
    let mut requests: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for diagnosis in diagnoses.iter() {
        if let Some(root) = &diagnosis.root_cause {
            requests.entry(root).or_default().extend(diagnosis.request);
        }
    }
    for (root, mut hit) in requests {
        hit.sort_unstable();
        spreads.insert(root.to_owned(), Spread { requests: hit.into(), ..Spread::default() });
    }
    for finding in findings {
        let Some(spread) = spreads.get_mut(&finding.rule) else { continue };
        spread.occurrences = spread.occurrences.saturating_add(finding.occurrences);
        spread.first = spread.first.into_iter().chain(finding.first).min();
        spread.last = spread.last.max(finding.last.or(finding.first));
    }
    for diagnosis in diagnoses {
        let known = diagnosis.root_cause.as_ref().and_then(|root| spreads.get(root));
        diagnosis.spread = known.cloned().unwrap_or_default();
    }
}
