//! A list and a text about the selected row: beside one another where there is room, else one above the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Line;
use crate::tui::theme::{Look, Role};

/// From this many columns on the text stands beside the list.
const WIDE: u16 = 110;

/// The two rooms below a heading row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Split {
    /// The list.
    pub list: Rect,
    /// The text.
    pub text: Rect,
    /// Whether they stand beside one another.
    pub is_beside: bool,
}

impl Split {
    /// Divides `area`; the list gets so many twentieths of the columns, or of the rows, and of these no more than its
    /// `len` rows and a heading need.
    pub fn new(area: Rect, columns: u16, rows: u16, len: usize) -> Self {
        let head = 1.min(area.height);
        let body = Rect { y: area.y + head, height: area.height - head, ..area };
        if area.width >= WIDE {
            let left = (u32::from(body.width) * u32::from(columns) / 20) as u16;
            let text = Rect { x: body.x + left + 2, width: body.width - left - 2, ..body };
            return Self { list: Rect { width: left, ..body }, text, is_beside: true };
        }
        let share = (u32::from(body.height) * u32::from(rows)).div_ceil(20) as u16;
        let upper = share.min(u16::try_from(len + 1).unwrap_or(u16::MAX).max(3)).min(body.height);
        let line = (body.height - upper).min(1);
        let indent = 1.min(body.width);
        let text = Rect {
            x: body.x + indent,
            y: body.y + upper + line,
            width: body.width - indent,
            height: body.height - upper - line,
        };
        Self { list: Rect { height: upper, ..body }, text, is_beside: false }
    }

    /// Draws the line between the two, strong where movements go to the text.
    pub fn draw(&self, buffer: &mut Buffer, look: Look, in_text: bool) {
        let role = if in_text { Role::Key } else { Role::Border };
        if self.is_beside {
            let between = Rect { x: self.text.x - 2, width: 1, ..self.text };
            for row in 0..between.height {
                Line::new(buffer, look, between, row).put(role, look.symbols.vertical);
            }
        } else if self.text.y > self.list.bottom() {
            let between = Rect { y: self.list.bottom(), height: 1, ..self.list };
            let line = look.symbols.line.repeat(usize::from(between.width));
            Line::new(buffer, look, between, 0).put(role, &line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_never_overlap_and_stay_inside() {
        for (width, height) in [(200, 57), (110, 9), (109, 9), (80, 1), (1, 0), (0, 2), (60, 2)] {
            let area = Rect::new(0, 1, width, height);
            let split = Split::new(area, 11, 12, 9);
            assert!(!split.list.intersects(split.text) || split.list.is_empty() || split.text.is_empty());
            assert!(area.union(split.list).union(split.text) == area, "{area:?} {split:?}");
            assert!(split.is_beside || split.list.height <= 10, "{split:?}");
        }
    }
}
