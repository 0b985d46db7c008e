//! The inputs, one row each, and what could not be read of them. Of thousands a few are shown, the troubled ones first;
//! the others are written when they are seen.

use rustc_hash::FxHashSet;

use crate::model::{Format, InputSummary, Issue};
use crate::tui::model::Shared;
use crate::tui::screens::diagnosis::document::{Fold, Row};
use crate::tui::theme::Role;
use crate::tui::widgets::{fit, tail, width};

use super::readings::Told;
use super::sections::Writer;

/// Longest path, in characters.
const MAX_PATH: usize = 500;
/// Inputs shown of many.
pub(super) const MAX_INPUTS: usize = 10;
/// Different things that could not be read, shown of many, and of those that are unfolded.
const MAX_ISSUES: (usize, usize) = (6, 200);
/// From so many columns on log events are counted beside all records.
const WIDE: usize = 100;
/// From so many columns on spans and issues are counted.
const MIDDLE: usize = 76;
/// Columns of a format, and of a number.
const FORMAT: usize = 22;
const NUMBER: usize = 11;

impl Writer<'_> {
    pub(super) fn inputs(&mut self) {
        let shared = self.shared;
        let (inputs, order) = (&self.snapshot.inputs, &shared.tables.readings.order);
        self.document.heading("Inputs");
        if inputs.is_empty() {
            return self.document.text("  ", Role::Dim, "nothing was read");
        }
        self.document.row(vec![(Role::Dim, heads(shared, self.columns))]);
        let first = if inputs.len() <= MAX_INPUTS + 1 { inputs.len() } else { MAX_INPUTS };
        for place in 0..first {
            if let Some(input) = order.get(place).and_then(|at| inputs.get(*at as usize)) {
                self.document.row(row(shared, input, self.columns));
            }
        }
        if self.fold(Fold::Inputs, inputs.len() - first, "inputs") {
            self.document.list(inputs.len() - first);
        }
    }

    /// What could not be read, or was set aside; each wording once.
    pub(super) fn issues(&mut self) {
        let gaps = &self.snapshot.coverage.gaps;
        let gaps: FxHashSet<(&str, &str)> =
            gaps.iter().map(|gap| (gap.source.as_str(), gap.reason.as_str())).collect();
        // What one gap says needs no second telling.
        let is_new = |told: &&Told| {
            told.inputs > 1 || !gaps.contains(&(told.issue.path.as_str(), told.issue.message.as_str()))
        };
        let told: Vec<&Told> = self.shared.tables.readings.told.iter().filter(is_new).collect();
        if told.is_empty() {
            return;
        }
        self.document.heading("Issues");
        let (first, rest) = told.split_at(told.len().min(MAX_ISSUES.0));
        for told in first {
            self.issue(told);
        }
        if self.fold(Fold::Issues, rest.len(), "of other wordings") {
            for told in rest.iter().take(MAX_ISSUES.1) {
                self.issue(told);
            }
            self.beyond(rest.len(), MAX_ISSUES.1);
        }
    }

    fn issue(&mut self, told: &Told) {
        let Told { issue, inputs, times } = told;
        let (role, word) = weight(issue);
        let place = issue.line.map(|line| format!(":{line}")).unwrap_or_default();
        let lead = format!("  {} ", self.shared.look.symbols.mark);
        self.text(&lead, role, &format!("{word}: {}{place}", issue.path));
        self.text("    ", Role::Normal, &issue.message);
        let more = match (inputs, times) {
            (1, 1) => return,
            (1, times) => format!("{times} of these in this input"),
            (inputs, times) => format!("{times} of these in {inputs} inputs; the first is named"),
        };
        self.document.text("    ", Role::Dim, &more);
    }
}

/// How bad it is, in a word.
fn weight(issue: &Issue) -> (Role, &'static str) {
    match (issue.fatal, issue.loses_records) {
        (true, _) => (Role::Failed, "not read"),
        (_, true) => (Role::Warning, "records may be missing"),
        _ => (Role::Dim, "note"),
    }
}

/// The input at a place of those that are unfolded.
pub(super) fn seen(shared: &Shared, place: usize, columns: usize) -> Row {
    let order = &shared.tables.readings.order;
    let at = order.get(place + MAX_INPUTS).copied().unwrap_or_default();
    shared.snapshot().inputs.get(at as usize).map(|input| row(shared, input, columns)).unwrap_or_default()
}

/// Columns of the paths: what the numbers leave, and no more than the longest takes.
fn path_columns(shared: &Shared, columns: usize) -> usize {
    let numbers = if columns >= WIDE { 4 } else { 1 + 2 * usize::from(columns >= MIDDLE) };
    columns.saturating_sub(3 + FORMAT + numbers * NUMBER + 1).min(shared.tables.readings.longest.max(4))
}

fn heads(shared: &Shared, columns: usize) -> String {
    let names = numbers(columns, ["records", "log events", "spans", "issues"].map(str::to_owned));
    format!("  {:<path$}{:<FORMAT$}{names}", "path", "  format", path = path_columns(shared, columns))
}

fn row(shared: &Shared, input: &InputSummary, columns: usize) -> Row {
    let bad = input.issues.iter().filter(|issue| issue.fatal || issue.loses_records);
    let issues = bad.map(|issue| u64::from(issue.count)).sum::<u64>();
    let counts = [input.records, input.log_events, input.spans, issues].map(|number| number.to_string());
    let worst = input.issues.iter().max_by_key(|issue| (issue.fatal, issue.loses_records)).map(weight);
    let (room, ellipsis) = (path_columns(shared, columns), shared.look.symbols.ellipsis);
    let path = tail(shared.line(&input.path, MAX_PATH).as_str(), room, ellipsis);
    let path = path.trim_end();
    let format = fit(&format!("  {}", format_name(input.format)), FORMAT, ellipsis);
    vec![
        (Role::Normal, "  ".to_owned()),
        (worst.map_or(Role::Link, |(role, _)| role), path.to_owned()),
        (Role::Normal, " ".repeat(room.saturating_sub(width(path))) + &format + &numbers(columns, counts)),
    ]
}

/// Those of the numbers of records, log events, spans and issues that there is room for.
fn numbers(columns: usize, of: [String; 4]) -> String {
    let [records, events, spans, issues] = of.map(|text| format!("{text:>NUMBER$}"));
    match columns {
        WIDE.. => records + &events + &spans + &issues,
        MIDDLE.. => records + &spans + &issues,
        _ => records,
    }
}

/// The word for a format that the reports use too.
fn format_name(format: Format) -> String {
    let word = serde_json::to_value(format).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
