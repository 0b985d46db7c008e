//! The list of requests, drawn.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::order::SortBy;
use super::rows::{Group, Row};
use super::{State, facts, preview};
use crate::model::{Outcome, Request};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::time;
use crate::tui::widgets::{Line, Words, bar, scroll_bar};

/// From this many columns on there is room for milliseconds and bars.
const WIDE: u16 = 100;
/// Columns of a duration, without its bar.
const DURATION: usize = 9;
/// Rows from which on the last ones say why the selected request failed.
const WITH_WHY: u16 = 8;
/// Rows from which on there is a preview of its diagnosis, and a longer one.
const WITH_PREVIEW: u16 = 26;
const TALL: u16 = 44;

/// The room of the chart.
pub(super) fn chart(state: &State, area: Rect) -> Rect {
    Rect { height: state.chart.height(area.height), ..area }
}

/// The room of the rows, below the chart and the headings, and that of the preview below them.
pub(super) fn rooms(state: &State, area: Rect) -> (Rect, Rect) {
    let rows = state.rows.len();
    let top = (state.chart.height(area.height) + 1).min(area.height);
    let left = area.height - top;
    let spare = left.saturating_sub(u16::try_from(rows.max(1)).unwrap_or(u16::MAX));
    let below = match area.height {
        0..WITH_WHY => 0,
        WITH_WHY..WITH_PREVIEW if spare < preview::WITH_MORE => 2,
        WITH_WHY..WITH_PREVIEW => spare,
        WITH_PREVIEW..TALL => spare.max(8),
        _ => spare.max(11),
    };
    let below = below.min(left);
    let list = Rect { y: area.y + top, height: left - below, ..area };
    (list, Rect { y: list.bottom(), height: below, ..area })
}

/// Columns with their widths; the number before them has [`number_width`], the cause what is left.
fn columns(room: u16) -> [(SortBy, usize); 5] {
    let is_wide = room >= WIDE;
    let clock = if is_wide { 12 } else { 8 };
    let tool = match room {
        WIDE.. => (usize::from(room) / 4).min(44),
        78..WIDE => 21,
        _ => 12,
    };
    // The title and a sign beside it need more than a duration does.
    let duration = match bar_columns(room) {
        0 => DURATION,
        bar => DURATION + 1 + bar,
    };
    [
        (SortBy::Time, clock),
        (SortBy::Layer, 8),
        (SortBy::Tool, tool),
        (SortBy::Outcome, 9),
        (SortBy::Duration, duration),
    ]
}

/// Columns of the bar of a duration.
fn bar_columns(room: u16) -> usize {
    match room {
        WIDE.. => 8,
        78..WIDE => 4,
        _ => 0,
    }
}

fn number_width(shared: &Shared) -> usize {
    shared.snapshot().requests.len().to_string().len() + 1
}

/// The column at `column` of the heading.
pub(super) fn column_at(shared: &Shared, width: u16, column: u16) -> SortBy {
    let mut end = 1 + number_width(shared) + 1;
    if usize::from(column) < end {
        return SortBy::Time;
    }
    for (by, width) in columns(width) {
        end += width + 1;
        if usize::from(column) < end {
            return by;
        }
    }
    SortBy::Cause
}

pub(in crate::tui::screens) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let (buffer, look) = (frame.buffer_mut(), shared.look);
    let words = Words { noun: ("request", "requests"), failed: "failed", note: &modes(state) };
    state.chart.draw(buffer, look, shared.zone, chart(state, area), words);
    let (list, below) = rooms(state, area);
    let heading = Rect { y: list.y.saturating_sub(1), height: list.height + 1, ..list };
    titles(state, shared, &mut Line::new(buffer, look, heading, 0));
    for (row, line) in state.list.visible().zip(0..) {
        let selected = state.list.selected() == Some(row);
        let mut out = Line::new(buffer, look, list, line);
        out.put(Role::Key, if selected { look.symbols.pointer } else { " " });
        match state.rows.row(row) {
            Some(Row::Group(at)) => {
                let _ = state.rows.groups().get(at).map(|found| group(state, shared, &mut out, found));
            }
            Some(Row::Request(key)) => {
                let found = shared.snapshot().requests.get(key.index());
                let _ = found.map(|found| request(state, shared, &mut out, found));
            }
            None => {}
        }
        if selected {
            let whole = Rect { y: list.y + line, height: 1, ..list }.intersection(buffer.area);
            buffer.set_style(whole, look.style(Role::Selection));
        }
    }
    scroll_bar(buffer, look, heading, &state.list);
    if state.list.is_empty() {
        Line::new(buffer, look, list, 0).skip(2).put(Role::Dim, empty(state, shared));
    }
    preview::draw(state, shared, buffer, below);
}

fn titles(state: &State, shared: &Shared, line: &mut Line<'_>) {
    line.skip(1).right(Role::Title, "#", number_width(shared)).skip(1);
    for (by, width) in columns(shared.size.width) {
        let title = title(state, shared, by);
        if by == SortBy::Duration {
            line.right(Role::Title, &title, DURATION).skip(width - DURATION + 1);
        } else {
            line.cell(Role::Title, &title, width).skip(1);
        }
    }
    line.put(Role::Title, &title(state, shared, SortBy::Cause));
    if chart(state, shared.body()).height == 0 {
        let room = line.skip(2).room().saturating_sub(1);
        line.right(Role::Match, &modes(state), room);
    }
}

/// What is listed, and how.
fn modes(state: &State) -> String {
    match (state.only_failed, state.group.words()) {
        (false, group) => group.unwrap_or_default().to_owned(),
        (true, None) => "failed only".to_owned(),
        (true, Some(group)) => format!("failed {group}"),
    }
}

/// The title of a column, with a sign where it orders the list.
fn title(state: &State, shared: &Shared, by: SortBy) -> String {
    let (up, down) = if shared.look.symbols.unicode { ("▲", "▼") } else { ("^", "v") };
    if by != state.order.by {
        return by.word().to_owned();
    }
    format!("{}{}", by.word(), if state.order.is_descending { down } else { up })
}

fn group(state: &State, shared: &Shared, line: &mut Line<'_>, group: &Group) {
    let symbols = shared.look.symbols;
    line.put(Role::Dim, if group.is_open { symbols.unfolded } else { symbols.folded }).skip(1);
    let counts = format!("{} {}", group.len(), if group.len() == 1 { "request" } else { "requests" });
    let failed = format!("{} {} failed", symbols.failed, group.failed);
    let digits = number_width(shared) - 1;
    let (counts_width, failed_width) = (digits + " requests".len(), digits + "x  failed".len());
    let name = line.room().saturating_sub(counts_width + failed_width + 4).min(70);
    let words = shared.line(&state.table.group_name(state.group, group.number), 120);
    line.cell(Role::Title, words.as_str(), name).skip(1);
    line.right(Role::Normal, &counts, counts_width).skip(2);
    if group.failed > 0 {
        line.put(Role::Failed, &failed);
    } else {
        line.put(Role::Dim, "none failed");
    }
}

fn request(state: &State, shared: &Shared, line: &mut Line<'_>, request: &Request) {
    let snapshot = shared.snapshot();
    let symbols = shared.look.symbols;
    line.right(Role::Dim, &format!("#{}", request.key.0 + 1), number_width(shared)).skip(1);
    for (by, width) in columns(shared.size.width) {
        match by {
            SortBy::Time => {
                let clock = request.window.map(|window| shared.zone.clock(window.start));
                let clock = clock.unwrap_or_else(|| "-".to_owned());
                line.cell(Role::Dim, clock.get(..width).unwrap_or(&clock), width).skip(1)
            }
            SortBy::Layer => {
                let reached = state.table.reached(request.key);
                let role = reached.map_or(Role::Dim, Role::Layer);
                line.cell(role, reached.map_or("-", |layer| layer.word()), width).skip(1)
            }
            SortBy::Tool => {
                let operation = || state.operations.get(&request.key)?.as_deref();
                let tool = snapshot.names.text(request.tool).or_else(operation).unwrap_or("-");
                line.cell(Role::Normal, shared.line(tool, 80).as_str(), width).skip(1)
            }
            SortBy::Outcome => {
                let words = format!("{} {}", symbols.outcome(request.outcome), request.outcome);
                line.cell(request.outcome.into(), &words, width).skip(1)
            }
            _ => duration(state, shared, line, request, width),
        };
    }
    match facts::cause(shared, request) {
        Some(cause) => line.put(Role::Normal, cause),
        None if request.outcome == Outcome::Failed => line.put(Role::Unknown, "cause unknown"),
        None => line,
    };
}

fn duration<'l, 'b>(
    state: &State,
    shared: &Shared,
    line: &'l mut Line<'b>,
    request: &Request,
    width: usize,
) -> &'l mut Line<'b> {
    let nanos = facts::duration(request);
    let words = request.window.map_or_else(|| "-".to_owned(), |_| time::duration(nanos));
    line.right(Role::Normal, &words, DURATION).skip(1);
    let columns = width.saturating_sub(DURATION + 1);
    if columns > 0 {
        let share = nanos as f64 / state.longest.max(1) as f64;
        line.cell(Role::Bar, &bar(shared.look.symbols, share, columns), columns).skip(1);
    }
    line
}

fn empty(state: &State, shared: &Shared) -> &'static str {
    match shared.hits() {
        _ if state.chart.picked().is_some() => "No such request in this stretch of time; a shows all of it.",
        _ if state.only_failed => "No request failed; f shows all of them.",
        Some(hits) if hits.is_complete => "No request passes the filter; \\ turns it off.",
        Some(_) => "No request passes the filter so far.",
        None if shared.progress.is_live => "No requests so far; they show here as their records come.",
        None if shared.progress.is_done && shared.lookup.diagnosis(shared.snapshot(), None).is_some() => {
            "No requests in this capture; what was found concerns it as a whole."
        }
        None if shared.progress.is_done => "No requests in this capture; the logs (5) show every signal.",
        None => "No requests are known yet.",
    }
}
