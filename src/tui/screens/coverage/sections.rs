//! What the coverage says: what to fetch next is what a person came for, but it is only understood after what is
//! there: the sources, the inputs, the layers over time, the gaps.

use indexmap::IndexSet;

use crate::case::Snapshot;
use crate::model::{Format, Gap, InputSummary, Issue, LayerCoverage, TimeRange, Timestamp};
use crate::tui::count::counted;
use crate::tui::model::Shared;
use crate::tui::screens::diagnosis::document::Document;
use crate::tui::theme::Role;

/// Longest text of one paragraph, in characters.
const MAX_TEXT: usize = 2_000;
/// Issues shown of one input; the rest is counted.
const MAX_ISSUES: usize = 20;
/// From so many columns on the counts of inputs stand in columns.
const WIDE: usize = 100;
/// Columns of a layer's name and its count.
const LABEL: usize = 22;
/// Columns of the times beside a bar.
const TIMES: usize = 29;

/// The coverage of the capture in rows of so many columns.
pub(super) fn document(shared: &Shared, columns: usize) -> Document {
    let mut writer = Writer {
        shared,
        snapshot: shared.snapshot(),
        columns,
        commands: IndexSet::new(),
        document: Document::new(columns),
    };
    writer.live();
    writer.inputs();
    writer.recorded();
    writer.layers();
    writer.gaps();
    writer.wanted();
    writer.document
}

pub(super) struct Writer<'a> {
    pub(super) shared: &'a Shared,
    pub(super) snapshot: &'a Snapshot,
    columns: usize,
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

    fn inputs(&mut self) {
        let snapshot = self.snapshot;
        self.document.heading("Inputs");
        if snapshot.inputs.is_empty() {
            self.document.text("  ", Role::Dim, "nothing was read");
        }
        let is_wide = self.columns >= WIDE;
        if is_wide && !snapshot.inputs.is_empty() {
            self.document.row(vec![(
                Role::Dim,
                input_row("  ", "format", ["records", "log events", "spans", "issues"]),
            )]);
        }
        for input in &snapshot.inputs {
            self.text("  ", Role::Link, &input.path);
            self.counts(input, is_wide);
            for issue in input.issues.iter().take(MAX_ISSUES) {
                self.issue(issue);
            }
            if let Some(more) = input.issues.len().checked_sub(MAX_ISSUES).filter(|more| *more > 0) {
                self.document.text(
                    "    ",
                    Role::Dim,
                    &format!("and {}", counted(more as u64, "further issue")),
                );
            }
        }
    }

    fn counts(&mut self, input: &InputSummary, is_wide: bool) {
        let format = format_name(input.format);
        if is_wide {
            let issues = input.issues.iter().map(|issue| u64::from(issue.count)).sum::<u64>();
            let numbers =
                [input.records, input.log_events, input.spans, issues].map(|number| number.to_string());
            let row = input_row("    ", &format, numbers.each_ref().map(String::as_str));
            return self.document.row(vec![(Role::Normal, row)]);
        }
        let counts = format!(
            "{format}: {}, {}, {}",
            counted(input.records, "record"),
            counted(input.log_events, "log event"),
            counted(input.spans, "span")
        );
        self.document.text("    ", Role::Normal, &counts);
    }

    fn issue(&mut self, issue: &Issue) {
        let (role, word) = match (issue.fatal, issue.loses_records) {
            (true, _) => (Role::Failed, "not read"),
            (_, true) => (Role::Warning, "records may be missing"),
            _ => (Role::Dim, "note"),
        };
        let place = issue.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let times = if issue.count > 1 { format!(" ({} times)", issue.count) } else { String::new() };
        let lead = format!("    {} ", self.shared.look.symbols.mark);
        self.text(&lead, role, &format!("{word}: {place}{}{times}", issue.message));
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
        self.document.heading("Gaps");
        let live = self.shared.live.clone().unwrap_or_default();
        let is_told = |gap: &&Gap| live.sources.iter().any(|source| source.name == gap.source);
        let gaps: Vec<&Gap> = snapshot.coverage.gaps.iter().filter(|gap| !is_told(gap)).collect();
        if gaps.is_empty() {
            let told = gaps.len() < snapshot.coverage.gaps.len();
            let text = if told { "only those of the live sources above" } else { "none known" };
            self.document.text("  ", Role::Dim, text);
        }
        for gap in gaps {
            self.gap(gap);
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
        self.text(&lead, Role::Warning, &format!("{}{times}", gap.source));
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

/// A row of the table of inputs.
fn input_row(lead: &str, format: &str, numbers: [&str; 4]) -> String {
    let numbers: String = numbers.map(|number| format!("{number:>14}")).concat();
    format!("{lead}{format:<width$}{numbers}", width = 30 - lead.len())
}

/// The word for a format that the reports use too.
fn format_name(format: Format) -> String {
    let word = serde_json::to_value(format).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
