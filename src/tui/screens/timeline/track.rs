//! One row of the axis: bars and marks in cells.

use super::axis::Axis;
use super::layout::{Entry, Shape};
use crate::model::SignalKey;
use crate::tui::theme::{Role, Symbols};
use crate::tui::widgets::Line;

/// What a cell shows; what matters more hides what matters less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Cell {
    Empty,
    Tick,
    Dashed,
    Bar,
    Mark,
    /// The row lies before or behind what is in view.
    Before,
    Behind,
    Error,
    Stop,
}

/// The cells of a row.
pub(super) struct Track {
    axis: Axis,
    cells: Vec<Cell>,
}

impl Track {
    /// An empty row with a faint line at each tick.
    pub(super) fn new(axis: Axis, columns: usize, ticks: &[(usize, String)]) -> Self {
        let mut cells = vec![Cell::Empty; columns];
        for (column, _) in ticks {
            if let Some(cell) = cells.get_mut(*column) {
                *cell = Cell::Tick;
            }
        }
        Self { axis, cells }
    }

    /// Adds a span or a log event; `stop` are the signals that show where the request stopped.
    pub(super) fn add(&mut self, entry: &Entry, stop: &[SignalKey]) {
        let Some(start) = entry.start else { return };
        let bar = self.axis.bar(start, entry.end.unwrap_or(start), self.cells.len());
        let Some((first, last)) = bar else { return };
        let sign = match entry.shape {
            _ if entry.is_heuristic => Cell::Dashed,
            Shape::Span | Shape::LateSpan | Shape::Exchange => Cell::Bar,
            Shape::Event => Cell::Mark,
        };
        self.cells[first..=last].iter_mut().for_each(|cell| *cell = sign.max(*cell));
        let end = if stop.contains(&entry.signal) {
            Cell::Stop
        } else if entry.is_error {
            Cell::Error
        } else {
            return;
        };
        self.cells[last] = end.max(self.cells[last]);
    }

    /// Shows at which side an entry lies that is out of view.
    pub(super) fn point_at(&mut self, entry: &Entry) {
        let Some(start) = entry.start else { return };
        if self.axis.bar(start, entry.end.unwrap_or(start), self.cells.len()).is_some() {
            return;
        }
        let is_before = self.axis.is_before(start);
        let cell = if is_before { self.cells.first_mut() } else { self.cells.last_mut() };
        if let Some(cell) = cell {
            *cell = if is_before { Cell::Before } else { Cell::Behind };
        }
    }

    /// Draws runs of equal cells.
    pub(super) fn put(&self, line: &mut Line<'_>, symbols: &Symbols, role: Role) {
        for run in self.cells.chunk_by(PartialEq::eq) {
            let (role, sign) = match run[0] {
                Cell::Empty => (Role::Dim, " "),
                Cell::Tick => (Role::Border, symbols.grid),
                Cell::Dashed => (role, symbols.dashed),
                Cell::Bar => (role, symbols.eighths[7]),
                Cell::Mark => (role, symbols.mark),
                Cell::Before => (Role::Dim, "<"),
                Cell::Behind => (Role::Dim, ">"),
                Cell::Error => (Role::Failed, symbols.failed),
                Cell::Stop => (Role::Failed, symbols.stop),
            };
            line.put(role, &sign.repeat(run.len()));
        }
    }
}
