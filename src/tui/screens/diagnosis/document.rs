//! A text of styled rows, some of which can be acted on.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::SignalKey;
use crate::tui::theme::{Look, Role};
use crate::tui::widgets::{Line, ListState, paragraph, scroll_bar, width};

/// Pieces of one row from left to right.
pub(in crate::tui::screens) type Row = Vec<(Role, String)>;

/// What Enter does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tui::screens) enum Action {
    /// Opens a signal.
    Signal(SignalKey),
    /// Copies a command.
    Copy(String),
    /// Shows what is folded.
    Unfold(Fold),
}

/// What is folded where there is much of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::tui::screens) enum Fold {
    /// Hypotheses that may be true.
    Open,
    /// Those that are not.
    RuledOut,
    /// What else follows from the cause.
    Symptoms,
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
    /// Columns of a row.
    columns: usize,
}

impl Document {
    /// An empty one for rows of so many columns.
    pub(in crate::tui::screens) fn new(columns: usize) -> Self {
        // One column is the pointer's.
        Self { columns: columns.saturating_sub(1), ..Self::default() }
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

    /// Text behind `lead`, wrapped, its further lines indented as deep.
    pub(in crate::tui::screens) fn text(&mut self, lead: &str, role: Role, text: &str) {
        let indent = width(lead);
        for (index, line) in paragraph(text, self.columns.saturating_sub(indent + 1)).into_iter().enumerate()
        {
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
            document.text(&format!("{indent}$ "), Role::Command, command);
        });
    }
}
