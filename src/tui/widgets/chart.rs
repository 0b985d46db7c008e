//! Counts over time above a list, with a stretch of time that can be picked by keys and mouse to narrow the list.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Bin, Line, histogram, width};
use crate::model::{TimeRange, Timestamp};
use crate::tui::message::{Mouse, MouseKind};
use crate::tui::theme::{Look, Role};
use crate::tui::time::Zone;

/// How a stretch of time is picked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pick {
    /// The stretch of the same length before it.
    Earlier,
    /// The one after it.
    Later,
    /// One column less.
    Narrower,
    /// One column more.
    Wider,
    /// No stretch: all of the time.
    All,
    /// The column that was clicked; the one that is picked already is given up.
    Press(usize),
    /// From the column that was clicked to this one.
    Drag(usize),
}

/// The counts and the picked stretch.
#[derive(Clone, Debug, Default)]
pub struct TimeChart {
    span: Option<TimeRange>,
    bins: Vec<Bin>,
    picked: Option<TimeRange>,
    /// Where the mouse button went down.
    anchor: usize,
}

impl TimeChart {
    /// Rows it takes of a screen with `rows` rows; none where the list needs them all, and none without a stretch of
    /// time to show.
    pub fn height(&self, rows: u16) -> u16 {
        match rows {
            _ if self.span.is_none_or(|span| span.start == span.end) => 0,
            0..14 => 0,
            14..30 => 4,
            _ => 6,
        }
    }

    /// Columns it has on a screen with `width` columns.
    pub fn columns(width: u16) -> usize {
        usize::from(width.saturating_sub(2))
    }

    /// Shows the counts of `bins`, stretches of equal length that together are `span`.
    pub fn set(&mut self, span: Option<TimeRange>, bins: Vec<Bin>) {
        (self.span, self.bins) = (span, bins);
    }

    /// The picked stretch.
    pub fn picked(&self) -> Option<TimeRange> {
        self.picked
    }

    /// Picks; whether anything has changed. Without a stretch one begins at `near`, the time of what is selected.
    pub fn pick(&mut self, pick: Pick, near: Option<Timestamp>) -> bool {
        let before = self.picked;
        let count = self.bins.len();
        let marked = self.marked();
        let near = self.span.map_or(0, |span| near.map_or(0, |at| bin_of(span, count, at)));
        let columns = match (pick, marked.is_empty()) {
            (Pick::All, _) => 0..0,
            (Pick::Press(column), _) if marked == (column..column + 1) => 0..0,
            (Pick::Press(column), _) => {
                self.anchor = column;
                column..column + 1
            }
            (Pick::Drag(column), _) => self.anchor.min(column)..self.anchor.max(column) + 1,
            (_, true) => near..near + 1,
            (Pick::Earlier, _) => {
                let start = marked.start.saturating_sub(marked.len());
                start..start + marked.len()
            }
            (Pick::Later, _) => {
                let end = (marked.end + marked.len()).min(count);
                end - marked.len()..end
            }
            (Pick::Narrower, _) => marked.start..marked.end.saturating_sub(1).max(marked.start + 1),
            (Pick::Wider, _) => marked.start..(marked.end + 1).min(count),
        };
        self.picked = self.stretch(columns);
        self.picked != before
    }

    /// The time of these columns.
    fn stretch(&self, columns: Range<usize>) -> Option<TimeRange> {
        let (span, count) = (self.span?, self.bins.len());
        let columns = columns.start..columns.end.min(count);
        if columns.is_empty() {
            return None;
        }
        let start = bin_start(span, count, columns.start);
        let end = if columns.end == count { span.end } else { bin_start(span, count, columns.end) };
        let last = if columns.end == count { end } else { Timestamp(end.0.saturating_sub(1)) };
        Some(TimeRange { start, end: last.max(start) })
    }

    /// Columns of the picked stretch.
    fn marked(&self) -> Range<usize> {
        let (Some(span), Some(picked), true) = (self.span, self.picked, !self.bins.is_empty()) else {
            return 0..0;
        };
        let count = self.bins.len();
        bin_of(span, count, picked.start)..bin_of(span, count, picked.end) + 1
    }

    /// What the mouse picks; `area` is the room of the chart.
    pub fn click(&self, area: Rect, mouse: Mouse) -> Option<Pick> {
        let column = usize::from(mouse.column.checked_sub(area.x + 1)?);
        let inside = mouse.row >= area.y && mouse.row < area.bottom() && column < self.bins.len();
        match mouse.kind {
            MouseKind::Click if inside => Some(Pick::Press(column)),
            MouseKind::Drag if inside => Some(Pick::Drag(column)),
            _ => None,
        }
    }

    /// Draws a caption, the bars, and an axis with a sign below each column with failures, so that they are told
    /// without colour.
    pub fn draw(&self, buffer: &mut Buffer, look: Look, zone: Zone, area: Rect, words: Words<'_>) {
        let Some(span) = self.span.filter(|_| area.height >= 3) else { return };
        let mut caption = Line::new(buffer, look, area, 0);
        self.caption(&mut caption, zone, span, words);
        let room = caption.skip(2).room().saturating_sub(1);
        let (role, note) = match (words.note, self.picked) {
            ("", None) => (Role::Dim, ", . pick a part of the time"),
            ("", Some(_)) => (Role::Dim, "< > for its length, a for all"),
            (note, _) => (Role::Match, note),
        };
        if role == Role::Match || width(note) <= room {
            caption.right(role, note, room);
        }
        let bars = Rect { x: area.x + 1, y: area.y + 1, height: area.height - 2, ..area };
        let marked = self.marked();
        histogram(buffer, look, bars, &self.bins, marked.clone());
        let mut axis = Line::new(buffer, look, area, area.height - 1);
        axis.skip(1);
        for (column, bin) in self.bins.iter().enumerate() {
            let (role, sign) = match bin.failed {
                0 if marked.contains(&column) => (Role::Key, look.symbols.heavy),
                0 => (Role::Border, look.symbols.line),
                _ => (Role::Failed, look.symbols.failed),
            };
            axis.put(role, sign);
        }
    }

    fn caption(&self, line: &mut Line<'_>, zone: Zone, span: TimeRange, words: Words<'_>) {
        let sum = |bins: &[Bin]| {
            let count = |part: fn(&Bin) -> u64| bins.iter().map(part).sum::<u64>();
            (count(|bin| bin.all), count(|bin| bin.failed))
        };
        let (all, bad) = sum(&self.bins);
        let ((one, many), failed) = (words.noun, words.failed);
        let nouns = if all == 1 { one } else { many };
        let Some(picked) = self.picked else {
            line.skip(1).put(Role::Dim, &between(zone, span, true)).skip(2);
            line.put(Role::Normal, &format!("{all} {nouns}, {bad} {failed}"));
            return;
        };
        let (part, bad_part) = sum(self.bins.get(self.marked()).unwrap_or_default());
        line.skip(1).put(Role::Title, "only ").put(Role::Match, &between(zone, picked, false)).skip(2);
        line.put(Role::Normal, &format!("{part} of {all} {nouns}, {bad_part} of {bad} {failed}"));
    }
}

/// What the caption says.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// What is counted, of one and of many.
    pub noun: (&'a str, &'a str),
    /// The part of it that is drawn as failed.
    pub failed: &'a str,
    /// How what is counted was chosen; may be empty.
    pub note: &'a str,
}

/// `2026-01-20 14:02:00.000 - 14:03:36.300 UTC`, with two dates where they differ; `dated` or not where they do not.
fn between(zone: Zone, range: TimeRange, dated: bool) -> String {
    let (start, end) = (zone.full(range.start), zone.full(range.end));
    let same_day = start.get(..10) == end.get(..10);
    // Of a long stretch nobody asks for milliseconds.
    let is_long = range.end.since(range.start) > 60_000_000_000;
    let cut = |text: &str| match text.split_once('.') {
        Some((seconds, rest)) if is_long => format!("{seconds}{}", rest.get(3..).unwrap_or_default()),
        _ => text.to_owned(),
    };
    let without_zone = |text: &str| text.get(..23).unwrap_or(text).to_owned();
    let time = |text: &str| text.get(11..).unwrap_or(text).to_owned();
    let start = without_zone(&start);
    match (same_day, dated) {
        (true, true) => format!("{} - {}", cut(&start), cut(&time(&end))),
        (true, false) => format!("{} - {}", cut(&time(&start)), cut(&time(&end))),
        (false, _) => format!("{} - {}", cut(&start), cut(&end)),
    }
}

/// Which of `count` stretches of equal length that together are `span` holds `at`; the nearest one for a time outside.
fn bin_of(span: TimeRange, count: usize, at: Timestamp) -> usize {
    let offset = i128::from(at.0.clamp(span.start.0, span.end.0)) - i128::from(span.start.0);
    ((offset * count as i128 / length(span)) as usize).min(count.saturating_sub(1))
}

/// Where each of `count` stretches of equal length that together are `span` begins.
pub fn bin_starts(span: TimeRange, count: usize) -> Vec<Timestamp> {
    (0..count).map(|bin| bin_start(span, count, bin)).collect()
}

/// The first instant of a stretch.
fn bin_start(span: TimeRange, count: usize, bin: usize) -> Timestamp {
    let offset = (bin as i128 * length(span) + count as i128 - 1) / (count as i128).max(1);
    Timestamp((i128::from(span.start.0) + offset) as i64)
}

/// Nanoseconds, both ends included.
fn length(span: TimeRange) -> i128 {
    i128::from(span.end.0) - i128::from(span.start.0) + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chart(start: i64, end: i64, columns: usize) -> TimeChart {
        let mut chart = TimeChart::default();
        let span = TimeRange { start: Timestamp(start), end: Timestamp(end) };
        chart.set(Some(span), vec![Bin::default(); columns]);
        chart
    }

    #[test]
    fn a_caption_names_the_day_and_the_zone() {
        let at = |text| Timestamp::parse(text).unwrap();
        let range = |start, end| TimeRange { start: at(start), end: at(end) };
        let short = range("2026-01-20T14:03:07.512Z", "2026-01-20T14:03:08.5Z");
        assert_eq!(between(Zone::Utc, short, true), "2026-01-20 14:03:07.512 - 14:03:08.500 UTC");
        assert_eq!(between(Zone::Utc, short, false), "14:03:07.512 - 14:03:08.500 UTC");
        let long = range("2026-01-20T14:03:07.512Z", "2026-01-21T14:03:08Z");
        assert_eq!(between(Zone::Utc, long, false), "2026-01-20 14:03:07 - 2026-01-21 14:03:08 UTC");
    }

    #[test]
    fn a_stretch_moves_and_grows_by_columns() {
        let mut chart = chart(0, 999, 10);
        assert!(chart.pick(Pick::Later, Some(Timestamp(250))));
        assert_eq!(chart.picked(), Some(TimeRange { start: Timestamp(200), end: Timestamp(299) }));
        chart.pick(Pick::Wider, None);
        chart.pick(Pick::Later, None);
        assert_eq!(chart.picked(), Some(TimeRange { start: Timestamp(400), end: Timestamp(599) }));
        for _ in 0..9 {
            chart.pick(Pick::Later, None);
        }
        assert_eq!(chart.picked(), Some(TimeRange { start: Timestamp(800), end: Timestamp(999) }));
        chart.pick(Pick::Narrower, None);
        chart.pick(Pick::Narrower, None);
        assert_eq!(chart.marked(), 8..9);
        assert!(chart.pick(Pick::All, None) && chart.picked().is_none());
    }

    #[test]
    fn the_mouse_picks_from_press_to_drag_and_a_second_press_gives_up() {
        let mut chart = chart(0, 99, 10);
        chart.pick(Pick::Press(7), None);
        chart.pick(Pick::Drag(3), None);
        assert_eq!(chart.marked(), 3..8);
        chart.pick(Pick::Press(5), None);
        chart.pick(Pick::Press(5), None);
        assert_eq!(chart.picked(), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn a_picked_stretch_marks_the_columns_it_was_made_of(
            edges in (any::<i64>(), any::<i64>()),
            columns in 1_usize..60,
            picks in proptest::collection::vec((0_u8..7, 0_usize..70, any::<i64>()), 0..12),
        ) {
            let (start, end) = (edges.0.min(edges.1), edges.0.max(edges.1));
            let mut chart = chart(start, end, columns);
            for (kind, column, near) in picks {
                let pick = [
                    Pick::Earlier, Pick::Later, Pick::Narrower, Pick::Wider, Pick::All, Pick::Press(column), Pick::Drag(column),
                ][usize::from(kind)];
                chart.pick(pick, Some(Timestamp(near)));
                if let Some(picked) = chart.picked() {
                    prop_assert!(start <= picked.start.0 && picked.start <= picked.end && picked.end.0 <= end);
                    prop_assert!(chart.marked().end <= columns);
                    let starts = bin_starts(chart.span.unwrap(), columns);
                    let bin = bin_of(chart.span.unwrap(), columns, picked.end);
                    prop_assert!(starts[bin] <= picked.end);
                    prop_assert!(starts.get(bin + 1).is_none_or(|next| picked.end < *next || start == end));
                }
            }
        }
    }
}
