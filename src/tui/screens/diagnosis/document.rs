//! A text of styled rows, some of which can be acted on.

use std::ops::Range;

use crate::model::SignalKey;
use crate::tui::theme::Role;
use crate::tui::widgets::{paragraph, width};

/// Pieces of one row from left to right.
pub(super) type Row = Vec<(Role, String)>;

/// What Enter does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// Opens a signal.
    Signal(SignalKey),
    /// Copies a command.
    Copy(String),
}

/// Rows that belong to one action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Item {
    pub(super) rows: Range<usize>,
    pub(super) action: Action,
}

/// Rows of a width, and the items among them in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Document {
    pub(super) rows: Vec<Row>,
    pub(super) items: Vec<Item>,
    /// Columns of a row.
    columns: usize,
}

impl Document {
    /// An empty one for rows of so many columns.
    pub(super) fn new(columns: usize) -> Self {
        // One column is the pointer's.
        Self { columns: columns.saturating_sub(1), ..Self::default() }
    }

    /// The item that row `row` belongs to.
    pub(super) fn item_at(&self, row: usize) -> Option<usize> {
        self.items.iter().position(|item| item.rows.contains(&row))
    }

    /// One row, cut where the room ends.
    pub(super) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// A heading with an empty row above, except at the top.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.rows.is_empty() {
            self.rows.push(Row::new());
        }
        self.rows.push(vec![(Role::Title, text.to_owned())]);
    }

    /// Text behind `lead`, wrapped, its further lines indented as deep.
    pub(super) fn text(&mut self, lead: &str, role: Role, text: &str) {
        let indent = width(lead);
        for (index, line) in paragraph(text, self.columns.saturating_sub(indent + 1)).into_iter().enumerate()
        {
            let lead = if index == 0 { lead.to_owned() } else { " ".repeat(indent) };
            self.rows.push(vec![(Role::Dim, lead), (role, line)]);
        }
    }

    /// Rows that `write` adds, as one item.
    pub(super) fn item(&mut self, action: Action, write: impl FnOnce(&mut Self)) {
        let start = self.rows.len();
        write(self);
        self.items.push(Item { rows: start..self.rows.len(), action });
    }

    /// A command to copy.
    pub(super) fn command(&mut self, indent: &str, command: &str) {
        let command = command.trim();
        self.item(Action::Copy(command.to_owned()), |document| {
            document.text(&format!("{indent}$ "), Role::Command, command);
        });
    }
}
