//! A text of styled rows, some of which can be acted on.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::SignalKey;
use crate::tui::theme::{Look, Role};
use crate::tui::widgets::{Line, ListState, paragraph, scroll_bar, width};

/// Widest line of prose, in columns: the eye loses its way back in longer ones.
pub(in crate::tui::screens) const MEASURE: usize = 110;

/// Pieces of one row from left to right.
pub(in crate::tui::screens) type Row = Vec<(Role, String)>;

/// What Enter does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tui::screens) enum Action {
    /// Opens a signal.
    Signal(SignalKey),
    /// Copies a command.
    Copy(String),
    /// Shows what is folded, or folds it again.
    Unfold(Fold),
}

/// What is folded where there is much of it; of several diagnoses on one page the place is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::tui::screens) enum Fold {
    /// Hypotheses that something speaks for.
    Open(usize),
    /// Those that the capture cannot decide.
    CannotTell(usize),
    /// Those that are excluded.
    RuledOut(usize),
    /// What else follows from the cause.
    Symptoms(usize),
    /// Further evidence.
    Evidence(usize),
    /// A cause that concerns the capture as a whole, by its place among them.
    OfCapture(usize),
    /// Sources in AWS.
    Sources,
    /// Inputs of a capture.
    Inputs,
    /// What could not be read.
    Issues,
    /// Gaps of a capture.
    Gaps,
    /// What to fetch.
    Wanted,
}

/// Rows that belong to one action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tui::screens) struct Item {
    pub(in crate::tui::screens) rows: Range<usize>,
    pub(in crate::tui::screens) action: Action,
}

/// Rows of a width, and the items among them in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::tui::screens) struct Document {
    pub(in crate::tui::screens) rows: Vec<Row>,
    pub(in crate::tui::screens) items: Vec<Item>,
    /// Rows of a long list that are only written when they are seen; empty ones stand for them.
    pub(in crate::tui::screens) seen: Range<usize>,
    /// Columns of a row.
    columns: usize,
}

impl Document {
    /// An empty one for rows of so many columns.
    pub(in crate::tui::screens) fn new(columns: usize) -> Self {
        // One column is the pointer's.
        Self { columns: columns.saturating_sub(1), ..Self::default() }
    }

    /// Columns of a row.
    pub(in crate::tui::screens) fn columns(&self) -> usize {
        self.columns
    }

    /// The item that row `row` belongs to.
    pub(in crate::tui::screens) fn item_at(&self, row: usize) -> Option<usize> {
        self.items.iter().position(|item| item.rows.contains(&row))
    }

    /// One row, cut where the room ends.
    pub(in crate::tui::screens) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// A heading with an empty row above, except at the top.
    pub(in crate::tui::screens) fn heading(&mut self, text: &str) {
        if !self.rows.is_empty() {
            self.rows.push(Row::new());
        }
        self.rows.push(vec![(Role::Title, text.to_owned())]);
    }

    /// As many rows as a long list has, each to be written when it is seen.
    pub(in crate::tui::screens) fn list(&mut self, count: usize) {
        let start = self.rows.len();
        self.rows.resize(start + count, Row::new());
        self.seen = start..self.rows.len();
    }

    /// Text behind `lead`, wrapped, its further lines indented as deep.
    pub(in crate::tui::screens) fn text(&mut self, lead: &str, role: Role, text: &str) {
        self.wrapped(lead, role, text, self.columns.min(MEASURE));
    }

    fn wrapped(&mut self, lead: &str, role: Role, text: &str, columns: usize) {
        let indent = width(lead);
        for (index, line) in paragraph(text, columns.saturating_sub(indent + 1)).into_iter().enumerate() {
            let lead = if index == 0 { lead.to_owned() } else { " ".repeat(indent) };
            self.rows.push(vec![(Role::Dim, lead), (role, line)]);
        }
    }

    /// Draws the rows in view of `top`, with a scroll bar that begins in the row above `area`.
    pub(in crate::tui::screens) fn draw(&self, buffer: &mut Buffer, look: Look, area: Rect, top: &ListState) {
        for (line, row) in (0..area.height).zip(top.visible()) {
            let mut out = Line::new(buffer, look, area, line);
            for (role, text) in self.rows.get(row).into_iter().flatten() {
                out.put(*role, text);
            }
        }
        let above = area.y.min(1);
        scroll_bar(buffer, look, Rect { y: area.y - above, height: area.height + above, ..area }, top);
    }

    /// Rows that `write` adds, as one item.
    pub(in crate::tui::screens) fn item(&mut self, action: Action, write: impl FnOnce(&mut Self)) {
        let start = self.rows.len();
        write(self);
        self.items.push(Item { rows: start..self.rows.len(), action });
    }

    /// A command to copy.
    pub(in crate::tui::screens) fn command(&mut self, indent: &str, command: &str) {
        let command = command.trim();
        self.item(Action::Copy(command.to_owned()), |document| {
            document.wrapped(&format!("{indent}$ "), Role::Command, command, document.columns);
        });
    }

    /// A row that unfolds what comes below it, or folds it again.
    pub(in crate::tui::screens) fn fold(&mut self, look: Look, fold: Fold, is_open: bool, words: &str) {
        let sign = if is_open { look.symbols.unfolded } else { look.symbols.folded };
        self.item(Action::Unfold(fold), |document| document.text(&format!("  {sign} "), Role::Link, words));
    }

    /// Breaks rows that fill more than a column of so many rows: where all fit into two, at the heading that leaves
    /// them most alike; else no heading stands at the end of a column, and no empty row at the beginning of one.
    pub(in crate::tui::screens) fn break_at(&mut self, height: usize) {
        let count = self.rows.len();
        if count <= height || height == 0 {
            return;
        }
        let is_heading = |at: &usize| matches!(self.rows[*at].as_slice(), [(Role::Title, _)]);
        let from = if count > 2 * height { height - 1 } else { count - height };
        let found = (from.max(1)..=height).filter(is_heading).min_by_key(|at| (*at).max(count - at));
        if let Some(at) = found {
            self.rows.splice(at..at, vec![Row::new(); height - at]);
            self.shift(at, |row| row + height - at);
        } else if self.rows[height].is_empty() && !self.seen.contains(&height) {
            self.rows.remove(height);
            self.shift(height, |row| row - 1);
        }
    }

    /// Moves what begins at or behind row `from`.
    fn shift(&mut self, from: usize, to: impl Fn(usize) -> usize) {
        let ranges = self.items.iter_mut().map(|item| &mut item.rows).chain([&mut self.seen]);
        for range in ranges.filter(|range| range.start >= from && range.end > from) {
            *range = to(range.start)..to(range.end);
        }
    }
}
