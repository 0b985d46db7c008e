//! Which row of a long list is selected and which one is on top. Costs nothing per row.

use crate::tui::keys::Move;

/// Selection and scroll position of a list of any length.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ListState {
    selected: usize,
    offset: usize,
    len: usize,
    height: usize,
}

impl ListState {
    /// Tells how many rows there are and how many fit. The selection stays, or moves to the last row.
    pub fn fit(&mut self, len: usize, height: u16) {
        self.len = len;
        self.height = usize::from(height);
        self.select(self.selected);
    }

    /// The selected row; `None` for an empty list.
    pub fn selected(&self) -> Option<usize> {
        (self.len > 0).then_some(self.selected)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The row on top.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The rows in view.
    pub fn visible(&self) -> std::ops::Range<usize> {
        self.offset..self.len.min(self.offset + self.height)
    }

    /// Selects a row and brings it into view.
    pub fn select(&mut self, row: usize) {
        self.selected = row.min(self.len.saturating_sub(1));
        let lowest = (self.selected + 1).saturating_sub(self.height.max(1));
        self.offset = self.offset.clamp(lowest, self.selected).min(self.len.saturating_sub(self.height));
    }

    /// Brings a row to the top, for lists whose rows take several lines.
    pub fn scroll_to(&mut self, top: usize) {
        self.offset = top.min(self.selected);
    }

    /// Moves the rows in view, for text, which has no selection: its row on top is the selected one.
    pub fn scroll(&mut self, movement: Move) {
        let last = self.len.saturating_sub(self.height);
        let page = self.height.max(2) - 1;
        let top = match movement {
            Move::Up => self.offset.saturating_sub(1),
            Move::Down => self.offset + 1,
            Move::PageUp => self.offset.saturating_sub(page),
            Move::PageDown => self.offset + page,
            Move::First => 0,
            Move::Last => last,
            Move::Rows(rows) => self.offset.saturating_add_signed(isize::from(rows)),
            Move::Left | Move::Right => self.offset,
        };
        self.show_from(top);
    }

    /// Brings a row to the top as far as there are rows below it, and selects it.
    pub fn show_from(&mut self, top: usize) {
        self.offset = top.min(self.len.saturating_sub(self.height));
        self.selected = self.offset;
    }

    /// Selects a row and brings it to the middle.
    pub fn center(&mut self, row: usize) {
        self.offset = row.saturating_sub(self.height / 2);
        self.select(row);
    }

    /// The row shown at `line` of the list's area, from 0.
    pub fn row_at(&self, line: u16) -> Option<usize> {
        let row = self.offset + usize::from(line);
        (usize::from(line) < self.height && row < self.len).then_some(row)
    }

    /// Moves the selection; whether it has changed.
    pub fn apply(&mut self, movement: Move) -> bool {
        let before = self.selected;
        let page = self.height.max(2) - 1;
        let row = match movement {
            Move::Up => before.saturating_sub(1),
            Move::Down => before + 1,
            Move::PageUp => before.saturating_sub(page),
            Move::PageDown => before + page,
            Move::First => 0,
            Move::Last => self.len.saturating_sub(1),
            Move::Rows(rows) => before.saturating_add_signed(isize::from(rows)),
            Move::Left | Move::Right => before,
        };
        self.select(row);
        self.selected != before
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn the_selection_is_always_in_view(
            len in 0_usize..2_000_000,
            height in 0_u16..100,
            rows in proptest::collection::vec(-3_000_i16..3_000, 0..12),
        ) {
            let mut list = ListState::default();
            list.fit(len, height);
            for row in rows {
                list.apply(Move::Rows(row));
                list.apply(if row % 2 == 0 { Move::Last } else { Move::PageUp });
                let in_view = list.selected().is_none_or(|row| height == 0 || list.visible().contains(&row));
                prop_assert!(in_view);
                prop_assert_eq!(list.selected().is_none(), len == 0);
                prop_assert!(list.visible().len() <= usize::from(height));
            }
        }
    }

    #[test]
    fn text_scrolls_to_its_last_row_and_no_further() {
        let mut top = ListState::default();
        top.fit(30, 10);
        for (by, offset) in
            [(Move::Down, 1), (Move::Last, 20), (Move::Rows(9), 20), (Move::PageUp, 11), (Move::First, 0)]
        {
            top.scroll(by);
            assert_eq!(top.offset(), offset, "{by:?}");
        }
        top.fit(5, 10);
        top.scroll(Move::Down);
        assert_eq!(top.visible(), 0..5);
    }

    #[test]
    fn scrolling_up_keeps_the_view_until_the_top_is_reached() {
        let mut list = ListState::default();
        list.fit(100, 10);
        list.apply(Move::Last);
        assert_eq!(list.visible(), 90..100);
        list.apply(Move::Up);
        assert_eq!((list.selected(), list.visible()), (Some(98), 90..100));
        list.fit(95, 10);
        assert_eq!((list.selected(), list.visible()), (Some(94), 85..95));
    }
}
