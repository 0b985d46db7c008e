//! One record: the decoded tree beside the raw text.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::keys::{Binding, Move};
use crate::tui::message::{Mouse, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::theme::Role;
use crate::tui::widgets::Line;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[];

pub(super) fn update(_state: &mut State, message: Message, _shared: &Shared, _out: &mut Outbox) {
    match message {
        Message::Move(_) => {}
    }
}

pub(super) fn refresh(_state: &mut State, _change: Change, _shared: &Shared, _out: &mut Outbox) {}

pub(super) fn click(_state: &State, _shared: &Shared, _area: Rect, _mouse: Mouse) -> Option<Message> {
    None
}

pub(super) fn view(_state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    Line::new(frame.buffer_mut(), shared.look, area, 0).put(Role::Title, "Signal");
}
