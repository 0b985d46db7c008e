//! What the inputs gave, taken together: made once for each snapshot, so that thousands of inputs cost nothing when the
//! screen is drawn.

use std::cmp::Reverse;

use indexmap::IndexMap;

use crate::case::Snapshot;
use crate::model::{Gap, Issue};
use crate::tui::widgets::width;

/// What the inputs gave.
#[derive(Debug, Default)]
pub(in crate::tui) struct Readings {
    /// Records of all inputs.
    pub(super) records: u64,
    /// Columns of the longest path.
    pub(super) longest: usize,
    /// Places of the inputs, those first that could not be read whole.
    pub(super) order: Vec<u32>,
    /// What is told of them, the worst first.
    pub(super) told: Vec<Told>,
}

/// What is told of inputs in the same words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    /// The first one.
    pub(super) issue: Issue,
    /// Inputs of which it is told.
    pub(super) inputs: u64,
    /// How often.
    pub(super) times: u64,
}

impl Readings {
    /// Reads through the inputs.
    pub(in crate::tui) fn new(snapshot: &Snapshot) -> Self {
        let inputs = &snapshot.inputs;
        let mut told: IndexMap<(bool, bool, &str), Told> = IndexMap::new();
        for input in inputs {
            for issue in &input.issues {
                let key = (issue.fatal, issue.loses_records, issue.message.as_str());
                let told =
                    told.entry(key).or_insert_with(|| Told { issue: issue.clone(), inputs: 0, times: 0 });
                told.inputs += 1;
                told.times += u64::from(issue.count);
            }
        }
        let mut told: Vec<Told> = told.into_values().collect();
        told.sort_by_key(|told| Reverse((told.issue.fatal, told.issue.loses_records)));
        let weight = |at: &u32| {
            let issues = inputs.get(*at as usize).map(|input| input.issues.as_slice()).unwrap_or_default();
            Reverse(issues.iter().map(|issue| (issue.fatal, issue.loses_records)).max())
        };
        let mut order: Vec<u32> = (0..inputs.len() as u32).collect();
        order.sort_by_key(weight);
        let longest = inputs.iter().map(|input| width(&input.path)).max().unwrap_or_default();
        Self { records: inputs.iter().map(|input| input.records).sum(), longest, order, told }
    }

    /// The issue of an input that is told as a gap.
    pub(super) fn issue_of(&self, gap: &Gap) -> Option<&Issue> {
        let of = |issue: &&Issue| issue.path == gap.source && issue.message == gap.reason;
        self.told.iter().map(|told| &told.issue).find(of)
    }

    /// Inputs of which records may be missing, once for each reason.
    pub(super) fn troubles(&self) -> u64 {
        let bad = self.told.iter().filter(|told| told.issue.fatal || told.issue.loses_records);
        bad.map(|told| told.inputs).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Format, InputSummary};

    fn input(path: &str, issues: Vec<Issue>) -> InputSummary {
        InputSummary {
            path: path.to_owned(),
            format: Format::JsonLines,
            records: 2,
            log_events: 2,
            spans: 0,
            issues,
        }
    }

    #[test]
    fn the_same_words_are_told_once_and_the_worst_first() {
        let cut = |path: &str| Issue { count: 3, ..Issue::new(path, Some(7), "a line is cut off") };
        let note = Issue::new("b", None, "a read-me was set aside").harmless();
        let gone = Issue::new("d", None, "no such file").fatal();
        let inputs = vec![
            input("a", Vec::new()),
            input("b", vec![note.clone()]),
            input("c", vec![cut("c")]),
            input("d", vec![gone.clone()]),
            input("e", vec![cut("e")]),
        ];
        let readings = Readings::new(&Snapshot { inputs, ..Snapshot::default() });
        assert_eq!(readings.order, [3, 2, 4, 1, 0]);
        let told = |issue, inputs, times| Told { issue, inputs, times };
        assert_eq!(readings.told, [told(gone, 1, 1), told(cut("c"), 2, 6), told(note, 1, 1)]);
        assert_eq!((readings.records, readings.troubles()), (10, 3));
        let gap = |source: &str| Gap {
            source: source.to_owned(),
            reason: "a line is cut off".to_owned(),
            ..Gap::default()
        };
        assert_eq!(readings.issue_of(&gap("c")).and_then(|issue| issue.line), Some(7));
        assert_eq!(readings.issue_of(&gap("a")), None);
    }
}
