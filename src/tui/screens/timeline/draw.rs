//! Draws the axis, the lanes and the rows in view.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::layout::{Entry, Lane, Shape};
use super::rooms::{DURATION, LANE, Rooms};
use super::track::Track;
use super::{State, detail, head, ticks};
use crate::model::{Layer, SignalKey};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::time;
use crate::tui::widgets::{Line, scroll_bar, width};

/// Longest name, in characters.
const MAX_NAME: usize = 200;

pub(super) fn draw(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    if state.tree.is_empty() {
        let words = "No request is selected, or it has no records: the requests (1) show what there is.";
        Line::new(frame.buffer_mut(), shared.look, area, 0).skip(1).put(Role::Dim, words);
        return;
    }
    let rooms = state.rooms(area);
    let (names, columns) = Rooms::columns(area);
    let pen = Pen { state, shared, names, columns, ticks: ticks::ticks(state.axis, columns) };
    head::draw(state, shared, frame, rooms.head);
    pen.axis(&mut Line::new(frame.buffer_mut(), shared.look, rooms.axis, 0));
    for (at, (lane, entries)) in state.lanes_in(area).enumerate() {
        pen.lane(&mut Line::new(frame.buffer_mut(), shared.look, rooms.lanes, at as u16), *lane, entries);
    }
    pen.legend(&mut Line::new(frame.buffer_mut(), shared.look, rooms.rule, 0));
    for (line, row) in state.list.visible().enumerate() {
        let Some(node) = state.tree.row(row) else { continue };
        let mut line = Line::new(frame.buffer_mut(), shared.look, rooms.rows, line as u16);
        pen.entry(&mut line, row, node.depth, &node.item);
    }
    let bar = Rect { y: rooms.rule.y, height: rooms.rows.height + 1, ..rooms.rows };
    scroll_bar(frame.buffer_mut(), shared.look, bar, &state.list);
    detail::draw(state, shared, frame, rooms.detail);
}

/// Writes into lines of one frame.
struct Pen<'a> {
    state: &'a State,
    shared: &'a Shared,
    /// Columns of the names, and of the axis.
    names: usize,
    columns: usize,
    ticks: Vec<(usize, String)>,
}

impl Pen<'_> {
    /// Titles, and ticks with their labels; the end of what is in view stands at the right.
    fn axis(&self, line: &mut Line<'_>) {
        let axis = self.state.axis;
        line.skip(1).cell(Role::Title, "lane", LANE - 1);
        line.cell(Role::Title, "span or event", self.names);
        line.right(Role::Title, "duration", DURATION).skip(1);
        let end = format!("+{}", time::duration(axis.offset().saturating_add(axis.span())));
        let before_end = self.columns.saturating_sub(width(&end) + 1);
        let mut column = 0;
        for (at, label) in &self.ticks {
            if *at < column || at + width(label) + 1 > before_end {
                continue;
            }
            line.skip(at - column).put(Role::Border, self.shared.look.symbols.grid).put(Role::Dim, label);
            column = at + 1 + width(label);
        }
        let room = line.room();
        line.right(Role::Dim, &end, room);
    }

    fn lane(&self, line: &mut Line<'_>, lane: Lane, entries: &[Entry]) {
        line.skip(1).cell(role(lane), lane.name(), LANE - 1);
        let errors = entries.iter().filter(|entry| entry.is_error).count();
        let words = match (entries.len(), errors) {
            (0, _) => "no records".to_owned(),
            (1, 0) => "1 record".to_owned(),
            (1, _) => "1 record, an error".to_owned(),
            (count, 0) => format!("{count} records"),
            (count, 1) => format!("{count} records, 1 error"),
            (count, errors) => format!("{count} records, {errors} errors"),
        };
        let words_role = if errors > 0 { Role::Failed } else { Role::Dim };
        line.cell(words_role, &words, self.names + DURATION).skip(1);
        let mut track = Track::new(self.state.axis, self.columns, &self.ticks);
        for entry in entries {
            track.add(entry, &self.state.stop);
        }
        track.put(line, self.shared.look.symbols, role(lane));
    }

    /// The line below the lanes, with how much of the axis is in view, and what its signs mean where there is room.
    fn legend(&self, line: &mut Line<'_>) {
        let (axis, symbols) = (self.state.axis, self.shared.look.symbols);
        line.put(Role::Border, symbols.line);
        if axis.is_zoomed() {
            let words = format!("{} of {}", time::duration(axis.span()), time::duration(axis.whole()));
            line.skip(1).put(Role::Match, &words).put(Role::Dim, ", 0 shows all, arrows move").skip(1);
        }
        let signs = [
            (Role::Bar, symbols.eighths[7], "span"),
            (Role::Bar, symbols.mark, "log event"),
            (Role::Bar, symbols.dashed, "tied only by time"),
            (Role::Failed, symbols.failed, "error"),
            (Role::Failed, symbols.stop, "stopped here"),
        ];
        let needed: usize = signs.iter().map(|(_, sign, words)| width(sign) + width(words) + 3).sum();
        let lead = line.room().saturating_sub(needed + 1);
        if lead > 1 {
            line.put(Role::Border, &symbols.line.repeat(lead));
            for (role, sign, words) in signs {
                line.skip(1).put(role, sign).skip(1).put(Role::Dim, words);
            }
            line.skip(1);
        }
        let rest = line.room();
        line.put(Role::Border, &symbols.line.repeat(rest));
    }

    fn entry(&self, line: &mut Line<'_>, row: usize, depth: u16, entry: &Entry) {
        let (state, symbols) = (self.state, self.shared.look.symbols);
        let is_selected = state.list.selected() == Some(row);
        line.cell(Role::Key, if is_selected { symbols.pointer } else { " " }, 1);
        line.cell(role(entry.lane), entry.lane.name(), LANE - 1);
        let words = if entry.is_error { Role::Failed } else { Role::Normal };
        line.cell(
            if is_selected { Role::Selection } else { words },
            &self.label(row, depth, entry),
            self.names,
        );
        let length = entry.start.zip(entry.end).map(|(start, end)| time::duration(end.since(start)));
        let late = if entry.shape == Shape::LateSpan { ">" } else { "" };
        line.right(Role::Dim, &format!("{late}{}", length.unwrap_or_default()), DURATION).skip(1);
        if entry.start.is_none() {
            line.put(Role::Dim, "no time");
            return;
        }
        let mut track = Track::new(state.axis, self.columns, &self.ticks);
        track.add(entry, &state.stop);
        track.point_at(entry);
        for hidden in self.hidden(row) {
            track.add(hidden, &state.stop);
        }
        track.put(line, symbols, role(entry.lane));
    }

    /// What is folded away below a row.
    fn hidden(&self, row: usize) -> impl Iterator<Item = &Entry> {
        let is_folded = self.state.tree.is_folded(row);
        self.state.tree.below(row).take_while(move |_| is_folded)
    }

    /// Signs and name; of a folded row also what is below.
    fn label(&self, row: usize, depth: u16, entry: &Entry) -> String {
        let (state, symbols) = (self.state, self.shared.look.symbols);
        let fold = match (state.tree.has_children(row), state.tree.is_folded(row)) {
            (false, _) => " ",
            (true, true) => symbols.folded,
            (true, false) => symbols.unfolded,
        };
        let sign = match (state.stop.contains(&entry.signal), entry.is_error) {
            (true, _) => format!("{} ", symbols.stop),
            (false, true) => format!("{} ", symbols.failed),
            (false, false) => String::new(),
        };
        let indent = " ".repeat(usize::from(depth).min(self.names / 3));
        let tie = if entry.is_heuristic { "~" } else { "" };
        let name = state.names.get(&entry.signal).map(String::as_str).unwrap_or_default();
        let errors = self.hidden(row).filter(|hidden| hidden.is_error).count();
        let hidden = match (self.hidden(row).count(), errors) {
            (0, _) => String::new(),
            (count, 0) => format!("+{count} "),
            (count, errors) => format!("+{count} {}{errors} ", symbols.failed),
        };
        format!("{indent}{fold}{hidden}{sign}{tie}{name}")
    }
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
