//! The list of signals, drawn.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::record::Record;
use super::{CONTEXT, Only, State, TimeColumn, briefs};
use crate::model::{Outcome, Severity, SignalKey, Timestamp};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::time;
use crate::tui::time::Zone;
use crate::tui::widgets::{Line, Words, marked, scroll_bar, width};

/// From this many columns on two lists stand side by side, otherwise one above the other.
pub(super) const WIDE: u16 = 150;

/// Rows of headings above a list: what it holds, and the titles of its columns.
const HEADING: u16 = 2;

/// The room of the rows of a list in `area`.
pub(super) fn below_heading(area: Rect) -> Rect {
    let heading = HEADING.min(area.height);
    Rect { y: area.y + heading, height: area.height - heading, ..area }
}

pub(in crate::tui::screens) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let (chart, _) = state.areas(area);
    let buffer = frame.buffer_mut();
    let words = Words { noun: ("signal", "signals"), failed: "with errors", note: "" };
    state.chart.draw(buffer, shared.look, shared.zone, chart, words);
    let (list, beside) = state.lists(area);
    heading(state, shared, buffer, list);
    let rows = below_heading(list);
    let mut pen = Pen { state, shared, buffer, area: rows };
    let mut line = 0;
    let mut above = state.list.offset().checked_sub(1).and_then(|row| state.rows.key(row));
    for row in state.list.visible() {
        let Some(key) = state.rows.key(row).filter(|_| line < rows.height) else { break };
        line += pen.record(line, key, above, state.unfolded.contains_key(&key));
        above = Some(key);
    }
    if state.rows.len() == 0 {
        empty(state, shared, buffer, rows);
    }
    scroll_bar(
        buffer,
        shared.look,
        Rect { y: rows.y.saturating_sub(1), height: rows.height + 1, ..rows },
        &state.list,
    );
    if let Some(area) = beside {
        all(state, shared, buffer, area);
    }
}

/// All signals around the selected one.
fn all(state: &State, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let len = briefs(shared).len();
    Line::new(buffer, shared.look, area, 0).skip(1).put(Role::Title, "All ").put(Role::Dim, &len.to_string());
    titles(state, shared, &mut Line::new(buffer, shared.look, area, 1));
    let mut pen = Pen { state, shared, buffer, area: below_heading(area) };
    let mut above = None;
    for (key, line) in state.around(area, len).into_iter().zip(0..) {
        pen.record(line, key, above, false);
        above = Some(key);
    }
}

fn heading(state: &State, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let mut line = Line::new(buffer, shared.look, area, 0);
    let (shown, all) = (state.rows.len(), briefs(shared).len());
    let count = if shown == all { "all signals".to_owned() } else { format!("{shown} of {all} signals") };
    line.skip(1).put(Role::Title, &count);
    match &state.only {
        Only::All => {}
        Only::Bookmarks => drop(line.put(Role::Match, "  bookmarked")),
        Only::Request(request, _) => drop(line.put(Role::Match, &format!("  of request #{}", request.0 + 1))),
    }
    if let Some(needle) = state.search.needle() {
        let hits = state.search.hits();
        let at = state.selected().and_then(|key| hits.binary_search(&key).ok());
        let more = if state.search.is_complete() { "" } else { "+" };
        let count = match at {
            Some(at) => format!("hit {} of {}{more}", at + 1, hits.len()),
            None => format!("{}{more} hits", hits.len()),
        };
        let words = shared.line(needle.text(), 60);
        line.skip(2).put(Role::Match, words.as_str()).skip(1).put(Role::Normal, &count);
    }
    if has_context(state, shared) {
        let words = format!("context {} around each ", CONTEXT[state.context]);
        line.skip(2).put(Role::Dim, &words).put(Role::Match, shared.look.symbols.mark);
    }
    if state.follows {
        line.skip(2).put(Role::Title, "following");
    }
    let is_tied_by_time =
        |row| state.records.get(state.rows.key(row)?)?.request.filter(|member| member.is_heuristic);
    let legend = "~ tied only by time";
    let room = line.skip(2).room().saturating_sub(1);
    if width(legend) <= room && state.list.visible().any(|row| is_tied_by_time(row).is_some()) {
        line.right(Role::Dim, legend, room);
    }
    titles(state, shared, &mut Line::new(buffer, shared.look, area, 1));
}

/// Columns of severity and layer.
const SEVERITY: usize = 5;
const LAYER: usize = 8;

/// Columns of the request: a sign, another one, its number.
fn request_width(shared: &Shared) -> usize {
    shared.snapshot().requests.len().to_string().len() + 2
}

/// Whether there are rows around those that pass the filter.
fn has_context(state: &State, shared: &Shared) -> bool {
    CONTEXT[state.context] > 0 && shared.hits().is_some() && matches!(state.only, Only::All)
}

fn titles(state: &State, shared: &Shared, line: &mut Line<'_>) {
    line.skip(2).cell(Role::Title, state.time.word(), time_width(state.time, shared.zone)).skip(1);
    line.cell(Role::Title, "level", SEVERITY).skip(1).cell(Role::Title, "layer", LAYER).skip(1);
    line.right(Role::Title, "req", request_width(shared)).skip(2).put(Role::Title, "text");
}

/// Columns of the text of a record; the last one is the scroll bar's.
pub(super) fn text_columns(state: &State, shared: &Shared) -> usize {
    let fixed = 2 + time_width(state.time, shared.zone) + 1 + SEVERITY + 1 + LAYER + 1;
    let lead = fixed + request_width(shared) + 2;
    usize::from(state.lists(shared.body()).0.width).saturating_sub(lead + 1)
}

fn time_width(column: TimeColumn, zone: Zone) -> usize {
    match (column, zone) {
        (TimeColumn::Clock, _) => 12,
        (TimeColumn::Date, Zone::Utc) => 27,
        (TimeColumn::Date, Zone::Local) => 30,
        (TimeColumn::Request | TimeColumn::Step, _) => 10,
    }
}

fn empty(state: &State, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let words = match (&state.only, shared.hits()) {
        (Only::Bookmarks, _) => "No signal is bookmarked: m marks one, ' shows all again.",
        (_, Some(hits)) if !hits.is_complete => "Nothing passes the filter so far.",
        (_, Some(_)) => "No signal passes the filter; \\ turns it off.",
        _ if state.chart.picked().is_some() => "No signal in this stretch of time; a shows all of it.",
        _ => "No signals are known yet.",
    };
    Line::new(buffer, shared.look, area, 0).skip(2).put(Role::Dim, words);
}

/// The list's row at `line` of its room.
pub(super) fn row_at(state: &State, line: usize) -> Option<usize> {
    let mut end = 0;
    state.list.visible().find(|row| {
        let key = state.rows.key(*row);
        let record =
            key.filter(|key| state.unfolded.contains_key(key)).and_then(|key| state.records.get(key));
        end += record.map_or(1, |record| record.rows.len().max(1));
        line < end
    })
}

/// Draws records into a list's room.
struct Pen<'a> {
    state: &'a State,
    shared: &'a Shared,
    buffer: &'a mut Buffer,
    area: Rect,
}

impl Pen<'_> {
    /// Draws one from row `line` on and returns how many rows it takes.
    fn record(&mut self, line: u16, key: SignalKey, above: Option<SignalKey>, unfolded: bool) -> u16 {
        let Some(record) = self.state.records.get(key) else { return 1 };
        let (shared, look) = (self.shared, self.shared.look);
        let symbols = look.symbols;
        let selected = self.state.selected() == Some(key);
        let time = self.time(record, above);
        let mut out = Line::new(self.buffer, look, self.area, line);
        out.put(Role::Key, if selected { symbols.pointer } else { " " });
        let is_hit = shared.hits().is_none_or(|hits| hits.signals.binary_search(&key).is_ok());
        let (role, mark) = match shared.bookmarks.contains(&key) {
            true => (Role::Title, symbols.bookmark),
            false if is_hit && has_context(self.state, shared) => (Role::Match, symbols.mark),
            false => (Role::Title, " "),
        };
        out.put(role, mark);
        let width = time_width(self.state.time, shared.zone);
        out.right(Role::Dim, &time, width).skip(1);
        let level = if record.severity == Severity::Unset { "" } else { record.severity.word() };
        out.cell(record.severity.into(), level, SEVERITY).skip(1);
        out.cell(Role::Layer(record.layer), record.layer.word(), LAYER).skip(1);
        out.right(Role::Dim, &number(record, symbols.failed), request_width(shared)).skip(2);
        let role = match (record.outcome, record.severity) {
            _ if !is_hit => Role::Dim,
            (Outcome::Failed, _) | (_, Severity::Error | Severity::Fatal) => Role::Failed,
            (_, Severity::Warn) => Role::Warning,
            _ => Role::Normal,
        };
        let from = usize::from(self.area.width) - out.room();
        let lines = if unfolded { record.rows.len().max(1) } else { 1 };
        match record.rows.first().filter(|_| unfolded) {
            Some(first) => text(self.state, &mut out, role, first),
            None => folded(self.state, &mut out, role, record),
        }
        let height = (lines as u16).min(self.area.height.saturating_sub(line));
        for (more, row) in record.rows.iter().take(lines).zip(line..).skip(1).take(usize::from(height)) {
            text(self.state, Line::new(self.buffer, look, self.area, row).skip(from), role, more);
        }
        if selected {
            let whole = Rect { y: self.area.y + line, height, ..self.area }.intersection(self.buffer.area);
            self.buffer.set_style(whole, look.style(Role::Selection));
        }
        lines as u16
    }

    fn time(&self, record: &Record, above: Option<SignalKey>) -> String {
        let since = |start: Option<Timestamp>| {
            let passed = record.time.zip(start).map(|(at, start)| at.since(start));
            passed.map(|nanos| format!("{}{}", if nanos < 0 { "" } else { "+" }, time::duration(nanos)))
        };
        let text = match self.state.time {
            TimeColumn::Clock => record.time.map(|at| self.shared.zone.clock(at)),
            TimeColumn::Date => record.time.map(|at| self.shared.zone.full(at)),
            TimeColumn::Request => since(record.request.and_then(|member| member.start)),
            TimeColumn::Step => {
                since(above.and_then(|above| briefs(self.shared).get(above.index())?.timestamp))
            }
        };
        text.unwrap_or_else(|| "-".to_owned())
    }
}

/// `#3`, with `~` before it when only time ties the signal to its request, and a sign when the signal says that a call
/// failed.
fn number(record: &Record, failed: &str) -> String {
    let sign = if record.outcome == Outcome::Failed { failed } else { "" };
    let number = record.request.map(|member| {
        let tie = if member.is_heuristic { "~" } else { "#" };
        format!("{tie}{}", member.request.0 + 1)
    });
    format!("{sign}{}", number.unwrap_or_default())
}

/// The line that stands for a folded record, and how many there are besides.
fn folded(state: &State, out: &mut Line<'_>, role: Role, record: &Record) {
    let more = record.lines.len() - 1;
    let hint = match more {
        0 => String::new(),
        1 => "+1 line ".to_owned(),
        _ => format!("+{more} lines "),
    };
    out.put(Role::Key, &hint);
    if let Some(elsewhere) = &record.elsewhere {
        let half = out.room() / 2;
        out.cell(role, &record.lines[record.telling], half).skip(1);
        return text(state, out, Role::Dim, elsewhere);
    }
    text(state, out, role, &record.lines[record.telling]);
}

fn text(state: &State, out: &mut Line<'_>, role: Role, shown: &str) {
    let matches = state.search.needle().map(|needle| needle.in_text(shown)).unwrap_or_default();
    marked(out, role, shown, &matches);
}
