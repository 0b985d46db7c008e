//! Which part of the screen is whose.

use ratatui::layout::Rect;

/// Columns of the pointer and the lane.
pub(super) const LANE: usize = 12;
/// Columns of a duration.
pub(super) const DURATION: usize = 9;

/// The rooms from top to bottom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Rooms {
    /// Which request this is, where it stopped, its steps.
    pub(super) head: Rect,
    /// Titles of the columns and ticks of the axis.
    pub(super) axis: Rect,
    /// One row for each lane.
    pub(super) lanes: Rect,
    /// The line below the lanes.
    pub(super) rule: Rect,
    /// One row for each span and log event.
    pub(super) rows: Rect,
    /// The selected one in words; empty where the rows need it all.
    pub(super) detail: Rect,
}

impl Rooms {
    /// Divides `area` for so many rows of the head, lanes, and rows below them.
    pub(super) fn new(area: Rect, head: u16, lanes: u16, rows: usize) -> Self {
        let mut left = area;
        let mut take = |height: u16| {
            let height = height.min(left.height);
            let taken = Rect { height, ..left };
            left = Rect { y: left.y + height, height: left.height - height, ..left };
            taken
        };
        let (head, axis, lanes, rule) = (take(head), take(1), take(lanes), take(1));
        let spare = left.height.saturating_sub(u16::try_from(rows).unwrap_or(u16::MAX));
        let detail = match detail_rows(area.height).min(left.height) {
            0 => 0,
            least => least.max(spare),
        };
        let rows = Rect { height: left.height - detail, ..left };
        let detail = Rect { y: rows.bottom(), height: detail, ..left };
        Self { head, axis, lanes, rule, rows, detail }
    }

    /// Columns of the names, and of the axis beside them; the last one is the scroll bar's.
    pub(super) fn columns(area: Rect) -> (usize, usize) {
        let left = usize::from(area.width).saturating_sub(LANE + DURATION + 2);
        let names = (left * 2 / 5).min(72);
        (names, left - names)
    }

    /// The first column of the axis, and how many it has.
    pub(super) fn axis_columns(area: Rect) -> (usize, usize) {
        let (names, columns) = Self::columns(area);
        (LANE + names + DURATION + 1, columns)
    }
}

/// Rows that the line above the words on the selected row and these take at least, on a screen of so many rows.
fn detail_rows(height: u16) -> u16 {
    match height {
        0..18 => 0,
        18..28 => 3,
        28..44 => 6,
        _ => 9,
    }
}

/// Which lanes there is room for in `area`: all, those with records, none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lanes {
    All,
    Used,
    None,
}

impl Lanes {
    pub(super) fn of(area: Rect) -> Self {
        match area.height {
            0..11 => Self::None,
            11..16 => Self::Used,
            _ => Self::All,
        }
    }
}

/// Rows that the sentence on where it stopped may take in `area`.
pub(super) fn verdict_rows(area: Rect) -> usize {
    match (area.height, area.width) {
        (0..16, _) => 1,
        (16..28, _) | (_, 110..) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn rooms_fill_the_screen_from_top_to_bottom(
            (width, height) in (0_u16..250, 0_u16..120),
            head in 0_u16..6,
            lanes in 0_u16..6,
            rows in 0_usize..5_000,
        ) {
            let area = Rect::new(0, 1, width, height);
            let rooms = Rooms::new(area, head, lanes, rows);
            let all = [rooms.head, rooms.axis, rooms.lanes, rooms.rule, rooms.rows, rooms.detail];
            prop_assert_eq!(all.iter().map(|room| room.height).sum::<u16>(), height);
            prop_assert!(all.windows(2).all(|pair| pair[0].bottom() == pair[1].y));
            prop_assert!(rooms.detail.height <= 9 || usize::from(rooms.rows.height) == rows, "{:?}", rooms);
            let (first, columns) = Rooms::axis_columns(area);
            prop_assert!(first + columns < usize::from(width).max(LANE + DURATION + 2));
        }
    }
}
