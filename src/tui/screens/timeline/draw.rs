//! Draws the timeline: where it stopped, the axis, the lanes, the rows in view.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::State;
use super::layout::{Entry, Lane, Shape};
use crate::model::{Layer, SignalKey};
use crate::tui::model::Shared;
use crate::tui::theme::{Role, Symbols};
use crate::tui::time;
use crate::tui::widgets::Line;

/// Rows above the lanes: where it stopped, the axis.
const HEAD: u16 = 2;
/// Columns of the pointer and the lane.
const LANE: usize = 12;
/// Columns of a duration.
const DURATION: usize = 9;
/// Longest name, in characters.
const MAX_NAME: usize = 200;

/// The room of the rows below the lanes.
pub(super) fn rows_area(state: &State, area: Rect) -> Rect {
    let above = HEAD + state.lanes.len() as u16 + 1;
    Rect { y: area.y.saturating_add(above), height: area.height.saturating_sub(above), ..area }
}

/// The first column of the axis, and how many it has.
pub(super) fn axis_columns(area: Rect) -> (usize, usize) {
    let (names, columns) = columns(area);
    (LANE + names + DURATION + 1, columns)
}

/// Columns of the names, and of the axis beside them.
fn columns(area: Rect) -> (usize, usize) {
    let left = usize::from(area.width).saturating_sub(LANE + DURATION + 1);
    let names = (left * 2 / 5).min(48);
    (names, left - names)
}

pub(super) fn draw(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let mut line = Line::new(frame.buffer_mut(), shared.look, area, 0);
    if state.tree.is_empty() {
        line.put(Role::Dim, " No request is selected, or it has no records.");
        return;
    }
    verdict(state, shared, &mut line);
    axis(state, shared, frame, area);
    lanes(state, shared, frame, area);
    let rows = rows_area(state, area);
    for (line, row) in state.list.visible().enumerate() {
        let Some(node) = state.tree.row(row) else { continue };
        let mut line = Line::new(frame.buffer_mut(), shared.look, rows, line as u16);
        entry(state, shared, &mut line, row, node.depth, &node.item, columns(area));
    }
}

fn verdict(state: &State, shared: &Shared, line: &mut Line<'_>) {
    let walk = state.request.and_then(|key| shared.answers.walks.get(&key));
    let Some(walk) = walk else {
        line.put(Role::Dim, " Where it stopped is not known yet.");
        return;
    };
    let symbols = shared.look.symbols;
    line.skip(1);
    match walk.stopped {
        Some(stage) => line.put(Role::Failed, &format!("{} {stage}: ", symbols.stop)),
        None => line.put(Role::Unknown, &format!("{} ", symbols.unknown)),
    };
    line.put(Role::Normal, shared.line(&walk.verdict, 500).as_str());
}

fn axis(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let (names, _) = columns(area);
    let (from, span) = (state.axis.offset(), state.axis.span());
    let mut line = Line::new(frame.buffer_mut(), shared.look, area, 1);
    line.skip(1).cell(Role::Title, "lane", LANE - 1);
    line.cell(Role::Title, "span or event", names);
    line.right(Role::Title, "duration", DURATION).skip(1);
    let room = line.room();
    let zoomed = if state.axis.is_zoomed() { " (zoomed, 0 shows all)" } else { "" };
    let left = format!("+{}{zoomed}", time::duration(from));
    let right = format!("+{}", time::duration(from.saturating_add(span)));
    let left_room = room.saturating_sub(right.len());
    line.cell(Role::Dim, &left, left_room);
    line.put(Role::Dim, &right);
}

fn lanes(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let (names, room) = columns(area);
    for (at, (lane, entries)) in state.lanes.iter().enumerate() {
        let mut line = Line::new(frame.buffer_mut(), shared.look, area, HEAD + at as u16);
        line.skip(1).cell(role(*lane), lane.name(), LANE - 1);
        let errors = entries.iter().filter(|entry| entry.is_error).count();
        let words = match (entries.len(), errors) {
            (0, _) => "no records".to_owned(),
            (1, 0) => "1 record".to_owned(),
            (1, _) => "1 record, with an error".to_owned(),
            (count, 0) => format!("{count} records"),
            (count, errors) => format!("{count} records, {errors} with errors"),
        };
        line.cell(if errors > 0 { Role::Failed } else { Role::Dim }, &words, names + DURATION).skip(1);
        let mut track = Track::new(room);
        for entry in entries {
            track.add(state, entry);
        }
        track.put(&mut line, shared.look.symbols, role(*lane));
    }
    let rule = shared.look.symbols.line.repeat(usize::from(area.width));
    Line::new(frame.buffer_mut(), shared.look, area, HEAD + state.lanes.len() as u16)
        .put(Role::Border, &rule);
}

fn entry(
    state: &State,
    shared: &Shared,
    line: &mut Line<'_>,
    row: usize,
    depth: u16,
    entry: &Entry,
    (names, room): (usize, usize),
) {
    let symbols = shared.look.symbols;
    let is_selected = state.list.selected() == Some(row);
    line.cell(Role::Title, if is_selected { symbols.pointer } else { " " }, 1);
    line.cell(role(entry.lane), entry.lane.name(), LANE - 1);
    let fold = match (state.tree.has_children(row), state.tree.is_folded(row)) {
        (false, _) => " ",
        (true, true) => symbols.folded,
        (true, false) => symbols.unfolded,
    };
    let stop = if state.stop.contains(&entry.signal) { symbols.stop } else { "" };
    let error = if entry.is_error { symbols.failed } else { "" };
    let indent = " ".repeat(usize::from(depth).min(names / 3));
    let name = state.names.get(&entry.signal).map(String::as_str).unwrap_or_default();
    let text = format!("{indent}{fold}{stop}{error}{name}");
    let words = if entry.is_error { Role::Failed } else { Role::Normal };
    line.cell(if is_selected { Role::Selection } else { words }, &text, names);
    let length = entry.start.zip(entry.end).map(|(start, end)| time::duration(end.since(start)));
    let sign = if entry.shape == Shape::LateSpan { ">" } else { "" };
    line.right(Role::Dim, &format!("{sign}{}", length.unwrap_or_default()), DURATION).skip(1);
    if entry.start.is_none() {
        line.put(Role::Dim, "no time");
        return;
    }
    let mut track = Track::new(room);
    track.add(state, entry);
    track.put(line, symbols, role(entry.lane));
}

/// What a row is called: the span's name, else the first line of the message.
pub(super) fn name(shared: &Shared, key: SignalKey) -> String {
    let Some(signal) = shared.case().map(|case| case.signal(key)) else { return String::new() };
    let is_span = signal.end.is_some() || signal.message.is_empty();
    let name = signal.name.as_deref().filter(|_| is_span);
    shared.line(name.unwrap_or(&signal.message), MAX_NAME).to_string()
}

fn role(lane: Lane) -> Role {
    Role::Layer(match lane {
        Lane::Client => Layer::Client,
        Lane::Gateway => Layer::Gateway,
        Lane::Runtime => Layer::Runtime,
        Lane::Downstream => Layer::Tool,
        Lane::Other => Layer::Unknown,
    })
}

/// What a cell of the axis shows; what matters more hides what matters less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Cell {
    Empty,
    Dashed,
    Bar,
    Mark,
    Error,
    Stop,
}

/// One row of the axis.
struct Track(Vec<Cell>);

impl Track {
    fn new(columns: usize) -> Self {
        Self(vec![Cell::Empty; columns])
    }

    fn add(&mut self, state: &State, entry: &Entry) {
        let Some(start) = entry.start else { return };
        let Some((first, last)) = state.axis.bar(start, entry.end.unwrap_or(start), self.0.len()) else {
            return;
        };
        let bar = match entry.shape {
            _ if entry.is_heuristic => Cell::Dashed,
            Shape::Span | Shape::LateSpan => Cell::Bar,
            Shape::Event => Cell::Mark,
        };
        self.0[first..=last].iter_mut().for_each(|cell| *cell = bar.max(*cell));
        let end = if state.stop.contains(&entry.signal) {
            Cell::Stop
        } else if entry.is_error {
            Cell::Error
        } else {
            return;
        };
        self.0[last] = end.max(self.0[last]);
    }

    /// Draws runs of equal cells.
    fn put(&self, line: &mut Line<'_>, symbols: &Symbols, role: Role) {
        for run in self.0.chunk_by(PartialEq::eq) {
            let (role, sign) = match run[0] {
                Cell::Empty => (Role::Dim, " "),
                Cell::Dashed => (role, symbols.dashed),
                Cell::Bar => (role, symbols.eighths[7]),
                Cell::Mark => (role, symbols.mark),
                Cell::Error => (Role::Failed, symbols.failed),
                Cell::Stop => (Role::Failed, symbols.stop),
            };
            line.put(role, &sign.repeat(run.len()));
        }
    }
}
