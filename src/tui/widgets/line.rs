//! A line of differently styled pieces, written from left to right until the room ends.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cell::{fit, width};
use crate::tui::theme::{Look, Role};

/// Writes pieces beside one another into one row.
#[derive(Debug)]
pub struct Line<'b> {
    buffer: &'b mut Buffer,
    look: Look,
    row: u16,
    column: u16,
    end: u16,
}

impl<'b> Line<'b> {
    /// Writes into row `row` (from 0) of `area`; below its end nothing is drawn.
    pub fn new(buffer: &'b mut Buffer, look: Look, area: Rect, row: u16) -> Self {
        let area = area.intersection(buffer.area);
        let end = if row < area.height { area.right() } else { area.x };
        Self { buffer, look, row: area.y.saturating_add(row), column: area.x, end }
    }

    /// Columns left.
    pub fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.column))
    }

    /// What stands for text that was cut off.
    pub fn ellipsis(&self) -> &'static str {
        self.look.symbols.ellipsis
    }

    /// Writes `text`, cut where the room ends.
    pub fn put(&mut self, role: Role, text: &str) -> &mut Self {
        let columns = (width(text) + text.matches('\t').count()).min(self.room());
        self.cell(role, text, columns)
    }

    /// Writes `text` in exactly `columns` columns, or as many as are left.
    pub fn cell(&mut self, role: Role, text: &str, columns: usize) -> &mut Self {
        let columns = columns.min(self.room());
        if columns > 0 {
            // A tab has no width of its own: words on both sides of it would run together.
            let text = fit(&text.replace('\t', " "), columns, self.look.symbols.ellipsis);
            self.buffer.set_stringn(self.column, self.row, text, columns, self.look.style(role));
            self.column += columns as u16;
        }
        self
    }

    /// The same, at the right side of its columns.
    pub fn right(&mut self, role: Role, text: &str, columns: usize) -> &mut Self {
        let columns = columns.min(self.room());
        let lead = columns.saturating_sub(width(text));
        self.skip(lead).cell(role, text, columns - lead)
    }

    /// Leaves columns empty.
    pub fn skip(&mut self, columns: usize) -> &mut Self {
        self.column += columns.min(self.room()) as u16;
        self
    }
}
