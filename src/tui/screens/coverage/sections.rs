//! What the coverage says, shortest first: how much there is, what is read from AWS, what to fetch next, the gaps, what
//! could not be read, the layers over time, the inputs.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use crate::case::Snapshot;
use crate::model::{Gap, LayerCoverage, TimeRange, Timestamp};
use crate::tui::count::counted;
use crate::tui::model::Shared;
use crate::tui::screens::diagnosis::document::{Document, Fold};
use crate::tui::theme::Role;

/// Longest text of one paragraph, in characters.
const MAX_TEXT: usize = 2_000;
/// Gaps shown of many, and of those that are unfolded.
const MAX_GAPS: (usize, usize) = (8, 200);
/// Columns of a layer's name and its count.
const LABEL: usize = 22;
/// Columns of the times beside a bar.
const TIMES: usize = 29;

/// The coverage of the capture in rows of so many columns.
pub(super) fn document(shared: &Shared, columns: usize, unfolded: &BTreeSet<Fold>) -> Document {
    let mut writer = Writer {
        shared,
        snapshot: shared.snapshot(),
        columns,
        unfolded,
        commands: IndexSet::new(),
        document: Document::new(columns),
    };
    writer.summary();
    writer.live();
    writer.recorded();
    writer.wanted();
    writer.gaps();
    writer.issues();
    writer.layers();
    writer.inputs();
    writer.document
}

pub(super) struct Writer<'a> {
    pub(super) shared: &'a Shared,
    pub(super) snapshot: &'a Snapshot,
    pub(super) columns: usize,
    unfolded: &'a BTreeSet<Fold>,
    /// Commands that stand there already.
    commands: IndexSet<String>,
    pub(super) document: Document,
}

impl Writer<'_> {
    /// A command to copy, once; returns whether it is a new one.
    pub(super) fn command(&mut self, command: &str) -> bool {
        let command = self.shared.text(command).to_string();
        let is_new = self.commands.insert(command.clone());
        if is_new {
            self.document.command("    ", &command);
        }
        is_new
    }

    /// What somebody else wrote.
    pub(super) fn text(&mut self, lead: &str, role: Role, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = self.shared.line(&text, MAX_TEXT).to_string();
        self.document.text(lead, role, &text);
    }

    /// A row that unfolds or folds so many more; whether they are unfolded. Without any there is no row.
    pub(super) fn fold(&mut self, fold: Fold, more: usize, words: &str) -> bool {
        let is_open = more > 0 && self.unfolded.contains(&fold);
        if more > 0 {
            self.document.fold(self.shared.look, fold, is_open, &format!("{more} more {words}"));
        }
        is_open
    }

    fn summary(&mut self) {
        let (coverage, readings) = (&self.snapshot.coverage, &self.shared.tables.readings);
        let count = |of: &[Gap]| of.iter().filter(|gap| !gap.is_asked_for).count() as u64;
        let mut words = vec![
            counted(self.snapshot.inputs.len() as u64, "input"),
            counted(readings.records, "record"),
            counted(coverage.layers.len() as u64, "layer"),
            match count(&coverage.gaps) {
                0 => "no gap known".to_owned(),
                gaps => counted(gaps, "gap"),
            },
        ];
        let troubles = readings.troubles();
        if troubles > 0 {
            words.push(format!("{troubles} not read whole"));
        }
        let role = if troubles > 0 || count(&coverage.gaps) > 0 { Role::Warning } else { Role::Normal };
        self.document.text("", role, &words.join(", "));
    }

    fn layers(&mut self) {
        let coverage = &self.snapshot.coverage;
        self.document.heading("Layers over time");
        if coverage.layers.is_empty() {
            self.document.text("  ", Role::Dim, "no signal of any layer");
        }
        if let Some(range) = coverage.range {
            let zone = self.shared.zone;
            let text = format!("{} to {}", zone.full(range.start), zone.full(range.end));
            self.document.text("  ", Role::Dim, &text);
        }
        for layer in &coverage.layers {
            self.layer(layer, coverage.range);
        }
        if coverage.unassigned > 0 {
            let text = format!("{} of no request", counted(coverage.unassigned, "signal"));
            self.document.text("  ", Role::Normal, &text);
        }
        if coverage.dropped > 0 {
            let text = format!("{} seen and not kept", counted(coverage.dropped, "signal"));
            self.document.text("  ", Role::Warning, &text);
        }
    }

    /// Name, count, and a bar on the axis of the whole capture; its times where there is room for both.
    fn layer(&mut self, layer: &LayerCoverage, all: Option<TimeRange>) {
        let role = Role::Layer(layer.layer);
        let mut row = vec![
            (role, format!("  {:<9}", layer.layer.word())),
            (Role::Normal, format!("{:>9}  ", layer.signals)),
        ];
        let Some((all, range)) = all.zip(layer.range) else {
            row.push((Role::Dim, "no time known".into()));
            self.document.row(row);
            return;
        };
        let room = self.columns.saturating_sub(LABEL + 2);
        let with_times = room >= TIMES + 12;
        let columns = if with_times { room - TIMES } else { room };
        let bar = stretch(all, range, columns);
        let symbols = self.shared.look.symbols;
        row.push((Role::Border, symbols.line.repeat(bar.start)));
        row.push((role, symbols.eighths[7].repeat(bar.len())));
        row.push((Role::Border, symbols.line.repeat(columns - bar.end)));
        if with_times {
            let zone = self.shared.zone;
            row.push((Role::Dim, format!("  {} - {}", zone.clock(range.start), zone.clock(range.end))));
        }
        self.document.row(row);
    }

    fn gaps(&mut self) {
        let snapshot = self.snapshot;
        if snapshot.coverage.gaps.is_empty() {
            return;
        }
        self.document.heading("Gaps");
        let live = self.shared.live.clone().unwrap_or_default();
        let is_told = |gap: &&Gap| live.sources.iter().any(|source| source.name == gap.source);
        let gaps: Vec<&Gap> = snapshot.coverage.gaps.iter().filter(|gap| !is_told(gap)).collect();
        if gaps.is_empty() {
            self.document.text("  ", Role::Dim, "only those of the live sources above");
        }
        let (first, rest) = gaps.split_at(gaps.len().min(MAX_GAPS.0));
        for gap in first {
            self.gap(gap);
        }
        if self.fold(Fold::Gaps, rest.len(), "gaps") {
            for gap in rest.iter().take(MAX_GAPS.1) {
                self.gap(gap);
            }
            self.beyond(rest.len(), MAX_GAPS.1);
        }
    }

    /// Says what is not listed even when it is unfolded.
    pub(super) fn beyond(&mut self, count: usize, listed: usize) {
        if count > listed {
            let text = format!("and {} more: --rule-check --format json lists all", count - listed);
            self.document.text("    ", Role::Dim, &text);
        }
    }

    pub(super) fn gap(&mut self, gap: &Gap) {
        let zone = self.shared.zone;
        let times = match (gap.start, gap.end) {
            (None, None) => String::new(),
            (Some(start), None) => format!(", from {} on", zone.full(start)),
            (None, Some(end)) => format!(", until {}", zone.full(end)),
            (Some(start), Some(end)) => format!(", {} to {}", zone.full(start), zone.full(end)),
        };
        let lead = format!("  {} ", self.shared.look.symbols.mark);
        let role = if gap.is_asked_for { Role::Normal } else { Role::Warning };
        let (word, line) = match self.shared.tables.readings.issue_of(gap) {
            Some(issue) => ("records may be missing: ", issue.line.map(|line| format!(":{line}"))),
            None => ("", None),
        };
        self.text(&lead, role, &format!("{word}{}{}{times}", gap.source, line.unwrap_or_default()));
        self.text("    ", Role::Normal, &gap.reason);
        if let Some(command) = &gap.fill {
            self.command(command);
        }
    }
}

/// The columns of an axis of `columns` columns for `all` that `range` covers: at least one, where there is one.
fn stretch(all: TimeRange, range: TimeRange, columns: usize) -> std::ops::Range<usize> {
    let length = (i128::from(all.end.0) - i128::from(all.start.0) + 1).max(1);
    let column = |at: Timestamp| {
        let offset = (i128::from(at.0) - i128::from(all.start.0)).clamp(0, length - 1);
        (offset * columns as i128 / length) as usize
    };
    column(range.start)..(column(range.end) + 1).min(columns)
}
