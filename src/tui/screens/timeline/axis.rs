//! The time axis: which instant is in which column. Pure arithmetic, exact for any pair of instants.

use crate::model::{TimeRange, Timestamp};

/// Deepest zoom: each level halves the stretch that is shown.
const MAX_LEVEL: u32 = 40;
/// Nanoseconds in view from which on there is nothing to see closer: clocks are not better.
const SHORTEST: i128 = 1_000;

/// The stretch of time that is shown of a longer one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Axis {
    /// Nanoseconds of the whole, the end not before the start.
    start: i128,
    end: i128,
    level: u32,
    /// What is in the middle, unless an end of the whole is nearer.
    center: i128,
}

impl Axis {
    /// All of `range`.
    pub(super) fn new(range: TimeRange) -> Self {
        let (start, end) = (nanos(range.start), nanos(range.end));
        Self { start, end: end.max(start), level: 0, center: i128::midpoint(start, end) }
    }

    /// First and last nanosecond in view.
    fn window(self) -> (i128, i128) {
        let length = self.length();
        let from = (self.center - length / 2).clamp(self.start, self.end - length);
        (from, from + length)
    }

    fn length(self) -> i128 {
        (self.end - self.start) >> self.level
    }

    /// Nanoseconds in view.
    pub(super) fn span(self) -> i64 {
        i64::try_from(self.length()).unwrap_or(i64::MAX)
    }

    /// Nanoseconds from the beginning of the whole to the left edge.
    pub(super) fn offset(self) -> i64 {
        i64::try_from(self.window().0 - self.start).unwrap_or(i64::MAX)
    }

    /// Whether only a part is in view.
    pub(super) fn is_zoomed(self) -> bool {
        self.level > 0
    }

    /// Nanoseconds of the whole.
    pub(super) fn whole(self) -> i64 {
        i64::try_from(self.end - self.start).unwrap_or(i64::MAX)
    }

    /// The column of an instant among `columns`; outside of the view the nearest one. 0 for no columns.
    pub(super) fn column(self, at: Timestamp, columns: usize) -> usize {
        let (from, to) = self.window();
        let last = columns.saturating_sub(1) as i128;
        let past = nanos(at).clamp(from, to) - from;
        usize::try_from(past * last / (to - from).max(1)).unwrap_or(0)
    }

    /// Whether an instant is in view.
    pub(super) fn shows(self, at: Timestamp) -> bool {
        let (from, to) = self.window();
        (from..=to).contains(&nanos(at))
    }

    /// First and last column of a stretch, both included; `None` when it is out of view. A stretch without length
    /// takes one column; one that ends before it begins counts as one without length.
    pub(super) fn bar(self, start: Timestamp, end: Timestamp, columns: usize) -> Option<(usize, usize)> {
        let end = end.max(start);
        let (from, to) = self.window();
        let in_view = columns > 0 && nanos(start) <= to && nanos(end) >= from;
        in_view.then(|| (self.column(start, columns), self.column(end, columns)))
    }

    /// Half of what is in view, around `at` where that is in view.
    pub(super) fn zoom_in(&mut self, at: Option<Timestamp>) {
        if let Some(at) = at.filter(|at| self.shows(*at)) {
            self.center = nanos(at);
        }
        if self.level < MAX_LEVEL && self.length() > SHORTEST {
            self.level += 1;
        }
    }

    /// Half of what is in view, or twice that; what is in a column of `columns` stays there where the ends allow it.
    pub(super) fn zoom_at(&mut self, inwards: bool, column: usize, columns: usize) {
        let last = (columns.saturating_sub(1) as i128).max(1);
        let (from, to) = self.window();
        let column = (column as i128).min(last);
        let at = from + (to - from) * column / last;
        if inwards {
            self.zoom_in(None);
        } else {
            self.zoom_out();
        }
        let length = self.length();
        self.center = (at - length * column / last + length / 2).clamp(self.start, self.end);
    }

    /// Twice what is in view.
    pub(super) fn zoom_out(&mut self) {
        self.level = self.level.saturating_sub(1);
    }

    /// Everything.
    pub(super) fn reset(&mut self) {
        self.level = 0;
    }

    /// A quarter of the view to the left (negative) or to the right.
    pub(super) fn pan(&mut self, by: i8) {
        let (from, to) = self.window();
        let step = ((to - from) / 4).max(1);
        self.center = (i128::midpoint(from, to) + step * i128::from(by)).clamp(self.start, self.end);
    }

    /// Whether an instant lies to the left of what is in view.
    pub(super) fn is_before(self, at: Timestamp) -> bool {
        nanos(at) < self.window().0
    }

    /// Brings an instant into view.
    pub(super) fn reveal(&mut self, at: Timestamp) {
        if !self.shows(at) {
            self.center = nanos(at).clamp(self.start, self.end);
        }
    }
}

fn nanos(at: Timestamp) -> i128 {
    i128::from(at.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn axis(start: i64, end: i64) -> Axis {
        Axis::new(TimeRange { start: Timestamp(start.min(end)), end: Timestamp(start.max(end)) })
    }

    #[test]
    fn ends_are_in_the_first_and_the_last_column() {
        let axis = axis(0, 100);
        assert_eq!((axis.column(Timestamp(0), 11), axis.column(Timestamp(100), 11)), (0, 10));
        assert_eq!(axis.bar(Timestamp(50), Timestamp(50), 11), Some((5, 5)));
        assert_eq!(axis.bar(Timestamp(90), Timestamp(900), 11), Some((9, 10)));
        assert_eq!(axis.bar(Timestamp(101), Timestamp(900), 11), None);
        assert_eq!(axis.bar(Timestamp(0), Timestamp(1), 0), None);
    }

    #[test]
    fn an_axis_of_one_instant_has_one_column() {
        let mut axis = axis(7, 7);
        axis.zoom_in(Some(Timestamp(7)));
        assert!(!axis.is_zoomed());
        assert_eq!(axis.bar(Timestamp(7), Timestamp(7), 40), Some((0, 0)));
    }

    #[test]
    fn what_is_below_the_pointer_stays_there() {
        let mut axis = axis(0, 1_000_000);
        for _ in 0..5 {
            axis.zoom_at(true, 75, 101);
            assert!(axis.column(Timestamp(750_000), 101).abs_diff(75) <= 1, "{axis:?}");
        }
        for _ in 0..5 {
            axis.zoom_at(false, 75, 101);
        }
        assert_eq!(axis.window(), (0, 1_000_000));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn columns_stay_in_range_and_in_order(
            ends in any::<(i64, i64)>(), points in any::<(i64, i64)>(), columns in 1_usize..300,
            zooms in prop::collection::vec((any::<bool>(), -3_i8..3), 0..12),
        ) {
            let mut axis = axis(ends.0, ends.1);
            for (zoom_in, pan) in zooms {
                if zoom_in { axis.zoom_in(Some(Timestamp(points.0))) } else { axis.zoom_out() }
                axis.pan(pan);
            }
            let (first, second) = (points.0.min(points.1), points.0.max(points.1));
            let (a, b) = (axis.column(Timestamp(first), columns), axis.column(Timestamp(second), columns));
            prop_assert!(a <= b && b < columns);
            axis.reveal(Timestamp(first.clamp(ends.0.min(ends.1), ends.0.max(ends.1))));
            prop_assert!(axis.shows(Timestamp(first.clamp(ends.0.min(ends.1), ends.0.max(ends.1)))));
        }

        #[test]
        fn zooming_in_and_out_again_changes_nothing(ends in any::<(i64, i64)>(), at in any::<i64>(), times in 1..6) {
            let mut axis = axis(ends.0, ends.1);
            axis.zoom_in(Some(Timestamp(at)));
            let before = axis;
            let mut taken = 0;
            for _ in 0..times {
                let level = axis.level;
                axis.zoom_in(None);
                taken += axis.level - level;
            }
            (0..taken).for_each(|_| axis.zoom_out());
            prop_assert_eq!(axis.window(), before.window());
        }
    }
}
