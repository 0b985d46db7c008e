//! Why a request failed, on what evidence, and what to do: one document that scrolls, with parts to act on.

pub(super) mod document;
pub(super) mod sections;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::model::RequestKey;
use crate::tui::keys::{Binding, Move, bind};
use crate::tui::message::{self, Effect, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::ScreenId;
use crate::tui::theme::Role;
use crate::tui::widgets::Line;

use document::{Action, Document, Fold};

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    document: Document,
    /// The item that Enter acts on.
    selected: usize,
    /// The row on top.
    offset: usize,
    height: usize,
    request: Option<RequestKey>,
    /// What is shown in full for this request.
    unfolded: BTreeSet<Fold>,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Selects the item so many places further.
    Step(i8),
    /// Selects an item.
    Select(usize),
    /// Opens the signal or copies the command of the selected item.
    Act,
    /// Copies the selected command, or the first one.
    Copy,
    /// Shows another screen about the same request.
    Go(ScreenId),
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[
    bind("act", &["enter"], "open", "open the evidence or copy the command", Message::Act),
    bind("copy", &["c", "y"], "copy command", "copy the selected command, else the first", Message::Copy),
    bind("next-item", &["tab"], "next item", "next evidence or command", Message::Step(1)),
    bind("previous-item", &["backtab"], "", "previous evidence or command", Message::Step(-1)),
    bind("timeline", &["t"], "timeline", "timeline of the request", Message::Go(ScreenId::Timeline)),
    bind("compare", &["m"], "", "compare with a healthy request", Message::Go(ScreenId::Compare)),
];

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => state.travel(by),
        Message::Step(by) => state.step(by),
        Message::Select(item) => state.select(item),
        Message::Act => match state.document.items.get(state.selected).map(|item| &item.action) {
            Some(Action::Signal(signal)) => {
                out.send(message::Message::SelectSignal(*signal));
                out.send(message::Message::Show(ScreenId::Signal));
            }
            Some(Action::Copy(command)) => copy(command, shared, out),
            Some(Action::Unfold(fold)) => {
                state.unfolded.insert(*fold);
                state.write(shared);
            }
            None => {}
        },
        Message::Copy => match state.command() {
            Some(command) => copy(command, shared, out),
            None => out.send(message::Message::Tell(Notice::info("no command to copy here"))),
        },
        Message::Go(screen) => out.send(message::Message::Show(screen)),
    }
}

fn copy(command: &str, shared: &Shared, out: &mut Outbox) {
    out.send(message::Message::Copy(shared.text(command)));
    out.send(message::Message::Tell(Notice::info(format!("copied: {command}"))));
}

impl State {
    /// Writes the document anew.
    fn write(&mut self, shared: &Shared) {
        let body = shared.body();
        self.height = usize::from(body.height);
        self.document = sections::document(shared, usize::from(body.width), &self.unfolded);
        self.selected = self.selected.min(self.document.items.len().saturating_sub(1));
        self.scroll(0);
    }

    /// The selected command, or the first of the document.
    fn command(&self) -> Option<&str> {
        let selected = self.document.items.get(self.selected);
        selected.into_iter().chain(&self.document.items).find_map(|item| match &item.action {
            Action::Copy(command) => Some(command.as_str()),
            Action::Signal(_) | Action::Unfold(_) => None,
        })
    }

    fn select(&mut self, item: usize) {
        self.selected = item.min(self.document.items.len().saturating_sub(1));
        let Some(item) = self.document.items.get(self.selected) else { return };
        let lowest = item.rows.end.saturating_sub(self.height);
        self.offset = self.offset.max(lowest).min(item.rows.start);
        self.scroll(0);
    }

    fn step(&mut self, by: i8) {
        let count = self.document.items.len();
        if count > 0 {
            let next = (self.selected as i64 + i64::from(by)).rem_euclid(count as i64);
            self.select(next as usize);
        }
    }

    fn scroll(&mut self, rows: isize) {
        let last = self.document.rows.len().saturating_sub(self.height);
        self.offset = self.offset.saturating_add_signed(rows).min(last);
    }

    /// Whether part of an item is in view.
    fn shows(&self, item: usize) -> bool {
        let view = self.offset..self.offset + self.height;
        let item = self.document.items.get(item);
        item.is_some_and(|item| item.rows.start < view.end && item.rows.end > view.start)
    }

    /// To the neighbouring item when it is in view, else one row, so that nothing is jumped over unread.
    fn travel(&mut self, by: Move) {
        let page = self.height.max(2) as isize - 1;
        match by {
            Move::Down if self.shows(self.selected + 1) => self.select(self.selected + 1),
            Move::Up if self.selected > 0 && self.shows(self.selected - 1) => self.select(self.selected - 1),
            Move::Down => self.roll(1),
            Move::Up => self.roll(-1),
            Move::PageDown => self.roll(page),
            Move::PageUp => self.roll(-page),
            Move::First => self.roll(isize::MIN),
            Move::Last => self.roll(isize::MAX),
            Move::Rows(rows) => self.roll(isize::from(rows)),
            Move::Left | Move::Right => {}
        }
    }

    /// Scrolls; the selection goes to an item in view when its own has left it.
    fn roll(&mut self, rows: isize) {
        self.scroll(rows);
        if !self.shows(self.selected) {
            let mut items = 0..self.document.items.len();
            let found = if rows < 0 {
                items.rfind(|item| self.shows(*item))
            } else {
                items.find(|item| self.shows(*item))
            };
            self.selected = found.unwrap_or(self.selected);
        }
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, out: &mut Outbox) {
    let known = |key| shared.answers.walks.contains_key(&key);
    if matches!(change, Change::Shown | Change::Selection | Change::Data)
        && let Some(key) = shared.request.filter(|key| !known(*key))
    {
        out.run(Effect::Walk(key));
    }
    if change == Change::Filter {
        return;
    }
    if state.request != shared.request {
        (state.request, state.selected, state.offset) = (shared.request, 0, 0);
        state.unfolded.clear();
    }
    state.write(shared);
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let row = state.offset + usize::from(mouse.row.checked_sub(area.y)?);
    let item = state.document.item_at(row).filter(|_| mouse.kind == MouseKind::Click)?;
    Some(if item == state.selected { Message::Act } else { Message::Select(item) })
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let selected = state.document.items.get(state.selected).map(|item| item.rows.clone()).unwrap_or_default();
    let count = state.document.rows.len();
    let end = state.offset + usize::from(area.height);
    let rows = state.document.rows.iter().enumerate().skip(state.offset).take(usize::from(area.height));
    for (line, (index, pieces)) in rows.enumerate() {
        let mut line = Line::new(frame.buffer_mut(), shared.look, area, line as u16);
        let pointer = if selected.contains(&index) { shared.look.symbols.pointer } else { " " };
        line.cell(Role::Title, pointer, 1);
        for (role, text) in pieces {
            line.put(*role, text);
        }
        if index + 1 == end && index + 1 < count {
            let more = format!(" {} more rows", count - end);
            let more = if more.len() <= line.room() { more.as_str() } else { shared.look.symbols.ellipsis };
            let room = line.room();
            line.right(Role::Dim, more, room);
        }
    }
}
