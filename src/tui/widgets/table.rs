//! A table that draws only the rows in view; a million rows cost as much as forty.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Line;
use super::list::ListState;
use crate::tui::theme::{Look, Role};

/// Side of a column's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Left.
    Left,
    /// Right, for numbers.
    Right,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Heading.
    pub title: &'static str,
    /// Width; 0 takes an equal share of what is left over.
    pub width: u16,
    /// Side.
    pub align: Align,
}

impl Column {
    /// A column of text.
    pub const fn left(title: &'static str, width: u16) -> Self {
        Self { title, width, align: Align::Left }
    }

    /// A column of numbers.
    pub const fn right(title: &'static str, width: u16) -> Self {
        Self { title, width, align: Align::Right }
    }
}

/// A table with a heading row.
#[derive(Debug)]
pub struct Table<'a> {
    /// Columns from left to right.
    pub columns: &'a [Column],
    /// Selection and scroll position.
    pub list: &'a ListState,
    /// Whether the selection is drawn as the active one.
    pub focused: bool,
}

impl Table<'_> {
    /// Rows that fit into `area`, below the heading.
    pub fn height(area: Rect) -> u16 {
        area.height.saturating_sub(1)
    }

    /// Draws the heading, the rows in view and the scroll bar. `row` gives the text and the role of each column.
    pub fn draw(
        &self,
        buffer: &mut Buffer,
        look: Look,
        area: Rect,
        mut row: impl FnMut(usize) -> Vec<(Role, String)>,
    ) {
        let widths = widths(self.columns, area.width.saturating_sub(2));
        let mut heading = Line::new(buffer, look, area, 0);
        heading.skip(1);
        for (column, width) in self.columns.iter().zip(&widths) {
            cell(&mut heading, column.align, Role::Title, column.title, *width);
        }
        for (line, index) in self.list.visible().enumerate().take(usize::from(Self::height(area))) {
            let line = line as u16 + 1;
            let selected = self.list.selected() == Some(index);
            let pointer = if selected { look.symbols.pointer } else { " " };
            let mut out = Line::new(buffer, look, area, line);
            out.put(Role::Key, pointer);
            for ((column, width), (role, text)) in self.columns.iter().zip(&widths).zip(row(index)) {
                cell(&mut out, column.align, role, &text, *width);
            }
            if selected && self.focused {
                let whole = Rect { y: area.y + line, height: 1, ..area }.intersection(buffer.area);
                buffer.set_style(whole, look.style(Role::Selection));
            }
        }
        scroll_bar(buffer, look, area, self.list);
    }

    /// The screen columns that each column takes when drawn into `area`.
    pub fn spans(columns: &[Column], area: Rect) -> Vec<Range<u16>> {
        let mut start = area.x + 1;
        let widths = widths(columns, area.width.saturating_sub(2));
        let span = |width: usize| {
            let span = start..start.saturating_add(width as u16);
            start = span.end.saturating_add(1);
            span
        };
        widths.into_iter().map(span).collect()
    }
}

fn widths(columns: &[Column], room: u16) -> Vec<usize> {
    let gaps = columns.len().saturating_sub(1) as u16;
    let fixed: u16 = columns.iter().map(|column| column.width).sum();
    let shares = columns.iter().filter(|column| column.width == 0).count() as u16;
    let left = room.saturating_sub(fixed + gaps);
    let share = left.checked_div(shares).unwrap_or(0);
    let width = |column: &Column| if column.width == 0 { share } else { column.width };
    columns.iter().map(|column| usize::from(width(column))).collect()
}

fn cell(line: &mut Line<'_>, align: Align, role: Role, text: &str, width: usize) {
    match align {
        Align::Left => line.cell(role, text, width),
        Align::Right => line.right(role, text, width),
    };
    line.skip(1);
}

/// Draws a thumb at the right border of `area`, below its heading row, when not all rows are in view. Text that it
/// covers is marked as cut.
pub fn scroll_bar(buffer: &mut Buffer, look: Look, area: Rect, list: &ListState) {
    let track = usize::from(Table::height(area));
    let shown = list.visible().len();
    if shown >= list.len() || track == 0 || area.right() > buffer.area.right() {
        return;
    }
    let length = (track * shown / list.len()).max(1);
    let top = (track - length) * list.offset() / (list.len() - shown);
    for line in top..(top + length).min(track) {
        let row = area.y + 1 + line as u16;
        if row < buffer.area.bottom() {
            let column = area.right() - 1;
            if column > area.x && buffer[(column, row)].symbol() != " " {
                buffer[(column - 1, row)].set_symbol(look.symbols.ellipsis);
            }
            buffer.set_string(column, row, look.symbols.thumb, look.style(Role::Border));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumb_over_text_leaves_a_mark() {
        let area = Rect::new(0, 0, 4, 3);
        let mut buffer = Buffer::with_lines(["head", "abcd", "ab"]);
        let mut list = ListState::default();
        list.fit(3, 2);
        scroll_bar(&mut buffer, Look::default(), area, &list);
        let row = |row: u16| (0..4).map(|column| buffer[(column, row)].symbol()).collect::<String>();
        assert_eq!([row(0), row(1), row(2)], ["head", "ab…▐", "ab  "]);
    }
}
