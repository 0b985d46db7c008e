//! The comparison, drawn.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{State, comparison, failing, of, selected, sentence};
use crate::model::{BaselineChoice, Comparison, Difference, Outcome, RequestKey};
use crate::tui::model::Shared;
use crate::tui::screens::diagnosis::document::MEASURE;
use crate::tui::screens::requests::facts::operation;
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Line, Table, bar, excerpt, paragraph, width};

/// From this many columns on kinds and counts have columns of their own; the sentence below tells them anyway.
const WIDE: u16 = 110;

const ON_FAILING: (&str, &str) = ("[failing]", "healthy");
const ON_HEALTHY: (&str, &str) = ("failing", "[healthy]");

/// From this many columns on the bars are drawn.
const MIDDLE: u16 = 100;

/// Columns of the bar.
const BAR: usize = 9;
/// Rows above the table.
const HEAD: u16 = 4;
/// Rows below it, for the selected difference.
const FOOT: u16 = 3;
/// With fewer rows than these the text about the counts gives way to the table.
const TALL: u16 = 14;

/// The columns with the chosen side marked. Names have what the longest needs, but no more than three tenths.
fn columns(shared: &Shared, width: u16, on_healthy: bool) -> Vec<Column> {
    let (failing, healthy) = if on_healthy { ON_HEALTHY } else { ON_FAILING };
    let differences = comparison(shared).map(|found| found.differences.as_slice()).unwrap_or_default();
    let longest = differences.iter().map(|difference| self::width(&difference.attribute)).max();
    let name = longest.unwrap_or_default().clamp(10, usize::from(width) * 3 / 10);
    let mut columns = vec![
        Column::left("attribute", u16::try_from(name).unwrap_or(u16::MAX)),
        Column::left(failing, 0),
        Column::left(healthy, 0),
    ];
    if width >= WIDE {
        columns.insert(0, Column::left("kind", 9));
        columns.extend([Column::right("of failed", 10), Column::right("of healthy", 11)]);
    }
    if width >= MIDDLE {
        columns.push(Column::left("separates", BAR as u16));
    }
    columns
}

/// The room of the table with its heading row, as high as so many rows need.
pub(super) fn table(area: Rect, rows: usize) -> Rect {
    let head = if area.height < TALL { 2 } else { HEAD + u16::from(area.width < WIDE) };
    let most = area.height.saturating_sub(head + FOOT);
    let height = most.min(u16::try_from(rows + 2).unwrap_or(u16::MAX));
    Rect { y: area.y + head.min(area.height), height, ..area }
}

/// Rows of the table.
pub(super) fn list_height(area: Rect, rows: usize) -> u16 {
    Table::height(table(area, rows))
}

/// Whether `column` is on the healthy side; `None` where it is on neither.
pub(super) fn side_at(shared: &Shared, table: Rect, column: u16) -> Option<bool> {
    let columns = columns(shared, table.width, false);
    let spans = Table::spans(&columns, table);
    let of =
        |title: &str| columns.iter().position(|column| column.title == title).map(|at| spans[at].clone());
    let is_in = |title| of(title).is_some_and(|span| span.contains(&column));
    is_in(ON_FAILING.0).then_some(false).or_else(|| is_in(ON_FAILING.1).then_some(true))
}

pub(in crate::tui::screens) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let Some(found) = comparison(shared) else { return say(shared, frame, area, without(shared)) };
    let buffer = frame.buffer_mut();
    let look = shared.look;
    let room = table(area, state.rows.len());
    let mut line = Line::new(buffer, look, area, 0);
    line.skip(1).put(Role::Failed, look.symbols.outcome(Outcome::Failed)).put(Role::Failed, " failing ");
    line.put(Role::Normal, &label(shared, found.failing));
    line.put(Role::Dim, &format!("  {} that failed alike were read", of(found.failed)));
    healthy(shared, found, &mut Line::new(buffer, look, area, 1));
    if found.healthy.is_none() {
        let below = Rect { y: area.y + 3, height: area.height.saturating_sub(3), ..area };
        return say(shared, frame, below, NO_HEALTHY);
    }
    let caution = shared.line(found.caution.as_deref().unwrap_or_default(), 400).to_string();
    let (columns, ellipsis) = (usize::from(area.width.saturating_sub(2)), look.symbols.ellipsis);
    let rows = room.y - area.y;
    let lines = excerpt(&caution, columns, usize::from(rows.saturating_sub(2)), ellipsis);
    for (row, line) in (2..rows).zip(lines) {
        Line::new(buffer, look, area, row).skip(1).put(Role::Warning, &line);
    }
    let heads = self::columns(shared, area.width, state.on_healthy);
    let table = Table { columns: &heads, list: &state.list, focused: true };
    table.draw(buffer, look, room, |row| {
        let difference = state.rows.get(row).and_then(|at| found.differences.get(*at));
        difference.map(|difference| cells(shared, difference, area.width)).unwrap_or_default()
    });
    let below = Rect { y: room.bottom(), height: area.bottom() - room.bottom(), ..area };
    let text = match selected(state, shared) {
        Some(difference) => sentence(difference),
        None => format!("Nothing differs among the {} attributes that both sides show.", found.same),
    };
    let text = match state.kind {
        Some(kind) => format!("Only {kind}; f goes on. {text}"),
        None => text,
    };
    let lines = excerpt(
        shared.line(&text, 1_000).as_str(),
        columns.min(MEASURE),
        usize::from(below.height.max(FOOT)),
        ellipsis,
    );
    for (row, line) in (0..below.height).zip(lines) {
        Line::new(buffer, look, below, row).skip(1).put(Role::Normal, &line);
    }
}

/// Said in place of the table when nothing succeeded.
const NO_HEALTHY: &str = "No request like it succeeded in this capture, so nothing shows what is different. Read a \
    longer stretch of time, or make a call of the same tool that works, and open the logs of both together.";

/// Why there is no comparison.
fn without(shared: &Shared) -> &'static str {
    if failing(shared).is_some() {
        "Comparing with healthy requests …"
    } else if shared.lookup.failed.is_empty() {
        "No request failed in this capture; there is nothing to compare."
    } else {
        "The selected request did not fail. Press ] for the next failed request, or select one among the requests."
    }
}

/// A text alone.
fn say(shared: &Shared, frame: &mut Frame<'_>, area: Rect, text: &str) {
    let columns = usize::from(area.width.saturating_sub(2)).min(MEASURE);
    for (row, line) in (0..area.height).zip(paragraph(text, columns)) {
        Line::new(frame.buffer_mut(), shared.look, area, row).skip(1).put(Role::Normal, &line);
    }
}

fn healthy(shared: &Shared, found: &Comparison, line: &mut Line<'_>) {
    let symbols = shared.look.symbols;
    let Some(healthy) = &found.healthy else {
        line.skip(1).put(Role::Unknown, symbols.outcome(Outcome::Unknown));
        line.put(Role::Normal, " no healthy request to compare with");
        return;
    };
    line.skip(1).put(Role::Ok, symbols.outcome(Outcome::Ok)).put(Role::Ok, " healthy ");
    line.put(Role::Normal, shared.line(&healthy.label, 200).as_str());
    let choice = match healthy.choice {
        BaselineChoice::Named => "your choice",
        BaselineChoice::SameTool => "the same tool",
        BaselineChoice::SameTarget => "another tool of the target",
        BaselineChoice::SameResource => "the same gateway or runtime",
    };
    line.put(Role::Dim, &format!("  {choice}; {} were read", of(found.healthy_seen)));
}

fn label(shared: &Shared, key: RequestKey) -> String {
    let snapshot = shared.snapshot();
    let request = snapshot.requests.get(key.index());
    let tool = request.and_then(|request| snapshot.names.text(request.tool)).map(str::to_owned);
    let name = tool.or_else(|| operation(shared.case(), request?));
    let tool = name.as_deref().unwrap_or("a request");
    let start = request.and_then(|request| request.window).map(|window| shared.zone.clock(window.start));
    format!("{} {}", shared.line(tool, 120), start.unwrap_or_default())
}

fn cells(shared: &Shared, difference: &Difference, columns: u16) -> Vec<(Role, String)> {
    let text = |text: &str| shared.line(text, 200).to_string();
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "absent".to_owned(), text);
    let role = |value: &Option<String>, role| if value.is_some() { role } else { Role::Dim };
    let mut cells = vec![
        (Role::Normal, text(&difference.attribute)),
        (role(&difference.failing, Role::Failed), value(&difference.failing)),
        (role(&difference.healthy, Role::Ok), value(&difference.healthy)),
    ];
    if columns >= WIDE {
        cells.insert(0, (Role::Dim, difference.kind.to_string()));
        let counts = [difference.among_failed, difference.among_healthy];
        cells.extend(counts.map(|share| (Role::Normal, of(share))));
    }
    if columns >= MIDDLE {
        cells.push((Role::Bar, bar(shared.look.symbols, difference.separation, BAR)));
    }
    cells
}
