//! What was read, what is missing, and what to fetch next: one document, its commands to be copied.

mod fetch;
mod live;
mod sections;
#[cfg(test)]
mod tests;
mod wanted;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::keys::{Binding, Move, bind};
use crate::tui::message::{self, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::diagnosis::document::{Action, Document};
use crate::tui::theme::Role;
use crate::tui::widgets::{Line, ListState};

pub(in crate::tui) use wanted::Wanted;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    document: Document,
    /// The row the pointer is on.
    list: ListState,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// To the command so many places further.
    Step(i8),
    /// Selects a row.
    Select(usize),
    /// Copies the selected command, or the first one.
    Copy,
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[
    bind(
        "copy",
        &["c", "y", "enter"],
        "copy command",
        "copy the selected command, else the first",
        Message::Copy,
    ),
    bind("next-command", &["tab"], "next command", "next command", Message::Step(1)),
    bind("previous-command", &["backtab"], "", "previous command", Message::Step(-1)),
];

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Step(by) => state.step(by),
        Message::Select(row) => state.list.select(row),
        Message::Copy => match state.command() {
            Some(command) => {
                out.send(message::Message::Copy(shared.text(command)));
                out.send(message::Message::Tell(Notice::info(format!("copied: {command}"))));
            }
            None => out.send(message::Message::Tell(Notice::info("no command to copy here"))),
        },
    }
}

impl State {
    /// The item the pointer is on.
    fn selected(&self) -> Option<usize> {
        self.document.item_at(self.list.selected()?)
    }

    fn command(&self) -> Option<&str> {
        let item = self.document.items.get(self.selected().unwrap_or_default())?;
        match &item.action {
            Action::Copy(command) => Some(command),
            Action::Signal(_) | Action::Unfold(_) => None,
        }
    }

    /// From the pointer to the next command below or above it, around.
    fn step(&mut self, by: i8) {
        let at = self.list.selected().unwrap_or_default();
        let items = &self.document.items;
        let found = if by > 0 {
            items.iter().find(|item| item.rows.start > at).or(items.first())
        } else {
            items.iter().rfind(|item| item.rows.end <= at).or(items.last())
        };
        if let Some(rows) = found.map(|item| item.rows.clone()) {
            self.list.select(rows.end.saturating_sub(1));
            self.list.select(rows.start);
        }
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, _out: &mut Outbox) {
    if matches!(change, Change::Filter | Change::Selection | Change::Answer) {
        return;
    }
    let body = shared.body();
    state.document = sections::document(shared, usize::from(body.width));
    state.list.fit(state.document.rows.len(), body.height);
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let row = state.list.row_at(mouse.row.checked_sub(area.y)?).filter(|_| mouse.kind == MouseKind::Click)?;
    let item = state.document.item_at(row);
    Some(if item.is_some() && item == state.selected() { Message::Copy } else { Message::Select(row) })
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let item = state.selected().and_then(|item| state.document.items.get(item));
    let visible = state.list.visible();
    let (end, count) = (visible.end, state.list.len());
    for (line, index) in visible.enumerate().take(usize::from(area.height)) {
        let mut line = Line::new(frame.buffer_mut(), shared.look, area, line as u16);
        let pointed =
            state.list.selected() == Some(index) || item.is_some_and(|item| item.rows.contains(&index));
        line.cell(Role::Key, if pointed { shared.look.symbols.pointer } else { " " }, 1);
        for (role, text) in state.document.rows.get(index).into_iter().flatten() {
            line.put(*role, text);
        }
        if index + 1 == end && end < count {
            let more = format!(" {} more rows", count - end);
            let more = if more.len() <= line.room() { more.as_str() } else { shared.look.symbols.ellipsis };
            let room = line.room();
            line.right(Role::Dim, more, room);
        }
    }
}
