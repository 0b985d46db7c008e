//! All requests: when, what, how it ended, how long it took, and why it failed.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::model::{Request, RequestKey};
use crate::tui::keys::{Binding, Move, bind};
use crate::tui::message::{self, Mouse, MouseKind, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::ScreenId;
use crate::tui::theme::Role;
use crate::tui::time;
use crate::tui::widgets::{Column, ListState, Table};

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: ListState,
    rows: Vec<RequestKey>,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Selects a row.
    Select(usize),
    /// Opens the diagnosis of the selected request.
    Open,
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] =
    &[bind("open", &["enter"], "why", "diagnosis of the selected request", Message::Open)];

const COLUMNS: &[Column] = &[
    Column::left("time", 12),
    Column::left("tool or operation", 28),
    Column::left("outcome", 9),
    Column::right("duration", 9),
    Column::left("cause", 0),
];

pub(super) fn update(state: &mut State, message: Message, _shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => {
            if state.list.apply(by) {
                select(state, out);
            }
        }
        Message::Select(row) => {
            state.list.select(row);
            select(state, out);
        }
        Message::Open => out.send(message::Message::Show(ScreenId::Diagnosis)),
    }
}

fn select(state: &State, out: &mut Outbox) {
    if let Some(key) = state.list.selected().and_then(|row| state.rows.get(row)) {
        out.send(message::Message::SelectRequest(*key));
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, _out: &mut Outbox) {
    if matches!(change, Change::Data | Change::Filter) {
        state.rows = match shared.hits() {
            Some(hits) => hits.requests.clone(),
            None => shared.snapshot().requests.iter().map(|request| request.key).collect(),
        };
    }
    state.list.fit(state.rows.len(), Table::height(shared.body()));
    let selected = shared.request.and_then(|key| state.rows.binary_search(&key).ok());
    if let Some(row) = selected {
        state.list.select(row);
    }
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let line = mouse.row.checked_sub(area.y + 1)?;
    (mouse.kind == MouseKind::Click).then(|| state.list.row_at(line).map(Message::Select)).flatten()
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let table = Table { columns: COLUMNS, list: &state.list, focused: true };
    table.draw(frame.buffer_mut(), shared.look, area, |row| {
        let request = state.rows.get(row).and_then(|key| shared.snapshot().requests.get(key.index()));
        request.map(|request| cells(shared, request)).unwrap_or_default()
    });
}

fn cells(shared: &Shared, request: &Request) -> Vec<(Role, String)> {
    let snapshot = shared.snapshot();
    let start = request.window.map(|window| shared.zone.clock(window.start)).unwrap_or_default();
    let tool = snapshot.names.text(request.tool).unwrap_or("-");
    let sign = shared.look.symbols.outcome(request.outcome);
    let length = request.window.map(|window| time::duration(window.end.since(window.start))).unwrap_or_default();
    let cause = shared.lookup.root_rule(snapshot, request.key).map_or("", |rule| rule.title.as_str());
    vec![
        (Role::Dim, start),
        (Role::Normal, shared.line(tool, 80).to_string()),
        (request.outcome.into(), format!("{sign} {}", request.outcome)),
        (Role::Normal, length),
        (Role::Normal, cause.to_owned()),
    ]
}
