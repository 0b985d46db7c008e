//! The selected row in words, with the room that its name above does not have.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::State;
use super::layout::{Entry, Shape};
use crate::model::{Layer, Severity, Signal};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::time;
use crate::tui::widgets::{Line, excerpt};

/// Bytes of a text that a few rows can show.
const MAX_TEXT: usize = 8 << 10;

/// What is said of the selected row, made when it is selected.
#[derive(Debug, Default)]
pub(super) struct Detail {
    /// Pieces of the heading.
    heading: Vec<(Role, String)>,
    /// Rows of text.
    rows: Vec<String>,
}

impl Detail {
    /// Reads the record of `entry`.
    pub(super) fn new(state: &State, shared: &Shared, entry: &Entry, room: Rect) -> Self {
        let case = shared.case().filter(|case| entry.signal.index() < case.briefs().len());
        let Some(case) = case.filter(|_| room.height > 1) else { return Self::default() };
        let signal = case.signal(entry.signal);
        let text = words(&signal);
        let safe = shared.text(&text[..text.floor_char_boundary(MAX_TEXT)]);
        let columns = usize::from(room.width).saturating_sub(4);
        let symbols = shared.look.symbols;
        let safe = safe.as_str().replace('\t', "    ");
        let rows = excerpt(safe.trim_end(), columns, usize::from(room.height) - 1, symbols.ellipsis);
        Self { heading: heading(state, shared, entry, &signal), rows }
    }
}

/// What it is, when it was, how it is tied to the request.
fn heading(state: &State, shared: &Shared, entry: &Entry, signal: &Signal) -> Vec<(Role, String)> {
    let symbols = shared.look.symbols;
    let mut pieces = Vec::new();
    let mut add = |role, text: String| pieces.push((role, text));
    let walk = state.request.and_then(|key| shared.answers.walks.get(&key));
    if let Some(stage) = walk.and_then(|walk| walk.stopped).filter(|_| state.stop.contains(&entry.signal)) {
        add(Role::Failed, format!("{} it stopped here: {stage}", symbols.stop));
    } else if entry.is_error {
        add(Role::Failed, format!("{} error", symbols.failed));
    }
    let what = match entry.shape {
        Shape::Event => "log event",
        Shape::Exchange => "exchange",
        Shape::Span | Shape::LateSpan => "span",
    };
    let layer = if signal.layer == Layer::Span { String::new() } else { format!("{} ", signal.layer) };
    add(Role::Normal, format!("{layer}{what}"));
    if signal.severity != Severity::Unset {
        add(signal.severity.into(), signal.severity.word().to_owned());
    }
    if let Some(at) = entry.start {
        let past = at.since(state.began.unwrap_or(at));
        add(Role::Normal, format!("{}{}", if past < 0 { "" } else { "+" }, time::duration(past)));
        add(Role::Dim, shared.zone.clock(at));
    }
    if entry.shape == Shape::LateSpan {
        add(Role::Warning, "ends after its parent".to_owned());
    }
    if let Some(reason) = entry.reason {
        let (role, sure) =
            if entry.is_heuristic { (Role::Warning, "tied only by") } else { (Role::Dim, "tied by") };
        add(role, format!("{sure} {reason}"));
    }
    pieces
}

/// All that the record says, its name first where that is not the same.
fn words(signal: &Signal) -> String {
    let name = signal.name.as_deref().unwrap_or_default();
    match (name, signal.message.as_str()) {
        (name, "") => name.to_owned(),
        ("", message) => message.to_owned(),
        (name, message) if message.contains(name) => message.to_owned(),
        (name, message) => format!("{name}: {message}"),
    }
}

pub(super) fn draw(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let symbols = shared.look.symbols;
    let mut line = Line::new(frame.buffer_mut(), shared.look, area, 0);
    line.put(Role::Border, symbols.line);
    for (at, (role, text)) in state.detail.heading.iter().enumerate() {
        let between = if at == 0 { " ".to_owned() } else { format!(" {} ", symbols.dot) };
        line.put(Role::Border, &between).put(*role, text);
    }
    let rest = line.skip(1).room();
    line.put(Role::Border, &symbols.line.repeat(rest));
    for (text, row) in state.detail.rows.iter().zip(1..) {
        Line::new(frame.buffer_mut(), shared.look, area, row).skip(2).put(Role::Normal, text);
    }
}
