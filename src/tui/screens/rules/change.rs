//! What a switched rule changes: counted before and after the capture is judged again.

use crate::case::Snapshot;
use crate::model::Level;
use crate::tui::count::counted;

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tally {
    /// Failed requests whose cause is known.
    explained: usize,
    findings: usize,
    errors: usize,
}

impl Tally {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let has_cause = |request: &Option<_>, cause: &Option<_>| request.is_some() && cause.is_some();
        let diagnoses = snapshot.diagnoses.iter();
        Self {
            explained: diagnoses.filter(|it| has_cause(&it.request, &it.root_cause)).count(),
            findings: snapshot.findings.len(),
            errors: snapshot.findings.iter().filter(|finding| finding.severity == Level::Error).count(),
        }
    }

    /// What has become of it, in words.
    pub(super) fn until(self, after: Self) -> String {
        let difference = |before: usize, after: usize, what: &str, less: &str, more: &str| {
            let count = counted(before.abs_diff(after) as u64, what);
            match before.cmp(&after) {
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Greater => Some(format!("{count} {less}")),
                std::cmp::Ordering::Less => Some(format!("{count} {more}")),
            }
        };
        let causes = difference(
            self.explained,
            after.explained,
            "failed request",
            "without a known cause now",
            "with a known cause again",
        );
        let findings = difference(self.findings, after.findings, "finding", "less", "more");
        // A severity changes no number of findings.
        let errors = difference(self.errors, after.errors, "error", "less", "more");
        let errors = errors.filter(|_| findings.is_none());
        let changes: Vec<String> = causes.into_iter().chain(findings).chain(errors).collect();
        if changes.is_empty() {
            return "judged again: nothing has changed in this capture".to_owned();
        }
        format!("judged again: {}", changes.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_counted() {
        let before = Tally { explained: 2, findings: 5, errors: 3 };
        let after = Tally { explained: 0, findings: 4, errors: 3 };
        assert_eq!(
            before.until(after),
            "judged again: 2 failed requests without a known cause now, 1 finding less"
        );
        assert_eq!(
            after.until(before),
            "judged again: 2 failed requests with a known cause again, 1 finding more"
        );
        assert_eq!(before.until(before), "judged again: nothing has changed in this capture");
    }
}
