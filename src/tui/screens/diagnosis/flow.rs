//! The rows of a document in the room of a screen: in one column, or in two where lines would grow too long to read.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::document::{Document, Row};
use crate::tui::theme::{Look, Role};
use crate::tui::widgets::Line;

/// From this many columns on rows flow through two columns.
const WIDE: u16 = 150;
/// Columns between them, for a line.
const BETWEEN: u16 = 2;

/// Where the rows in view stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::tui::screens) struct Flow {
    area: Rect,
    /// Columns of a row.
    width: u16,
    is_double: bool,
}

/// What is drawn of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tui::screens) struct View {
    /// The row on top.
    pub(in crate::tui::screens) top: usize,
    /// Rows with the pointer.
    pub(in crate::tui::screens) pointed: Range<usize>,
}

impl Flow {
    /// One column in the room of a screen.
    pub(in crate::tui::screens) fn single(area: Rect) -> Self {
        Self { area, width: area.width, is_double: false }
    }

    /// Two, where there is room for them.
    pub(in crate::tui::screens) fn double(area: Rect) -> Option<Self> {
        (area.width >= WIDE).then(|| Self { area, width: (area.width - BETWEEN) / 2, is_double: true })
    }

    /// Columns of a row.
    pub(in crate::tui::screens) fn width(&self) -> usize {
        usize::from(self.width)
    }

    /// Rows in view.
    pub(in crate::tui::screens) fn rows(&self) -> u16 {
        self.area.height.saturating_mul(if self.is_double { 2 } else { 1 })
    }

    /// The document with its break between the columns, for the view from its top.
    pub(in crate::tui::screens) fn settle(&self, document: &mut Document) {
        if self.is_double {
            document.break_at(usize::from(self.area.height));
        }
    }

    /// The room of the row so far below the one on top.
    fn room(&self, line: u16) -> Rect {
        let (column, row) = match line.checked_sub(self.area.height) {
            Some(row) if self.is_double => (self.width + BETWEEN, row),
            _ => (0, line),
        };
        let area = self.area;
        Rect { x: area.x + column, y: area.y + row.min(area.height), width: self.width, height: 1 }
            .intersection(area)
    }

    /// How far below the one on top the row at a place of the screen is.
    pub(in crate::tui::screens) fn line_at(&self, column: u16, row: u16) -> Option<usize> {
        let line = row.checked_sub(self.area.y).filter(|line| *line < self.area.height)?;
        let is_right = self.is_double && column.saturating_sub(self.area.x) >= self.width + BETWEEN;
        Some(usize::from(line) + if is_right { usize::from(self.area.height) } else { 0 })
    }

    /// Draws the rows in view; `seen` writes those that the document leaves open.
    pub(in crate::tui::screens) fn draw(
        &self,
        frame: &mut Frame<'_>,
        look: Look,
        document: &Document,
        view: &View,
        seen: impl Fn(usize) -> Row,
    ) {
        let (count, end) = (document.rows.len(), view.top + usize::from(self.rows()));
        for line in 0..self.rows() {
            let index = view.top + usize::from(line);
            let Some(row) = document.rows.get(index) else { break };
            let is_open = document.seen.contains(&index);
            let row =
                if is_open { Cow::Owned(seen(index - document.seen.start)) } else { Cow::Borrowed(row) };
            let mut out = Line::new(frame.buffer_mut(), look, self.room(line), 0);
            out.cell(Role::Key, if view.pointed.contains(&index) { look.symbols.pointer } else { " " }, 1);
            for (role, text) in row.iter() {
                out.put(*role, text);
            }
            if index + 1 == end && end < count {
                let more = format!(" {} more rows", count - end);
                let more = if more.len() <= out.room() { more.as_str() } else { look.symbols.ellipsis };
                let room = out.room();
                out.right(Role::Dim, more, room);
            }
        }
        if self.is_double && count > view.top + usize::from(self.area.height) {
            self.divide(frame, look);
        }
    }

    fn divide(&self, frame: &mut Frame<'_>, look: Look) {
        let line = Rect { x: self.area.x + self.width, width: 1, ..self.area };
        for row in 0..line.height {
            Line::new(frame.buffer_mut(), look, line, row).put(Role::Border, look.symbols.vertical);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_in_view_has_a_room_of_its_own_and_is_found_by_it() {
        for (width, height) in [(40, 7), (149, 20), (150, 47), (200, 57), (300, 1)] {
            let area = Rect::new(0, 1, width, height);
            let flow = Flow::double(area).unwrap_or(Flow::single(area));
            let rooms: Vec<Rect> = (0..flow.rows()).map(|line| flow.room(line)).collect();
            for (line, room) in rooms.iter().enumerate() {
                assert_eq!((room.width, room.height), (flow.width, 1), "{width}x{height}");
                assert!(
                    rooms[..line].iter().all(|other| !other.intersects(*room)),
                    "{width}x{height}: {line}"
                );
                assert_eq!(flow.line_at(room.right() - 1, room.y), Some(line));
                assert_eq!(flow.line_at(room.x, room.y), Some(line));
            }
            assert_eq!(flow.line_at(0, height + 1), None);
        }
    }

    fn document(sections: &[usize], flow: Flow) -> Document {
        let mut document = Document::new(flow.width());
        for rows in sections {
            document.heading("heading");
            for _ in 0..*rows {
                document.command("", "command");
            }
        }
        document
    }

    #[test]
    fn columns_break_at_headings_and_items_keep_their_rows() {
        let flow = Flow::double(Rect::new(0, 1, 160, 10)).expect("room for two");
        for (sections, broken_at) in [
            (&[2, 2][..], None),
            (&[4, 3, 3], Some(6)),
            (&[2, 6, 3], None),
            (&[2, 3, 2, 4], Some(9)),
            (&[8, 30], Some(10)),
            (&[9, 30], None),
            (&[20], None),
        ] {
            let mut document = document(sections, flow);
            let is_heading = |row: &Row| matches!(row.as_slice(), [(Role::Title, _)]);
            let heading = document.rows.iter().take(11).rposition(is_heading);
            flow.settle(&mut document);
            if broken_at.is_some() {
                assert!(heading.is_some() && is_heading(&document.rows[10]), "{sections:?} {document:?}");
            }
            assert!(document.rows.len() <= 10 || !is_heading(&document.rows[9]), "{sections:?}");
            assert!(document.rows.len() <= 10 || !document.rows[10].is_empty(), "{sections:?}");
            for item in &document.items {
                let text = &document.rows[item.rows.start];
                assert!(text.iter().any(|(_, text)| text == "command"), "{sections:?} {item:?}");
            }
        }
    }
}
