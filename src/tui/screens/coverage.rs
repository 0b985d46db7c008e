//! What was read, what is missing, and what to fetch next: one document, its commands to be copied.

mod fetch;
mod inputs;
mod live;
mod readings;
mod sections;
#[cfg(test)]
mod tests;
mod wanted;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::keys::{Binding, Move, bind};
use crate::tui::message::{Mouse, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::diagnosis::document::Action;
use crate::tui::screens::diagnosis::reader::Reader;

pub(in crate::tui) use readings::Readings;
pub(in crate::tui) use wanted::Wanted;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    reader: Reader,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// To the command or fold so many places further.
    Step(i8),
    /// Selects an item.
    Select(usize),
    /// Copies the selected command, or unfolds what is selected.
    Act,
    /// Copies the selected command, or the first one.
    Copy,
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[
    bind("act", &["enter"], "copy, unfold", "copy the selected command, or unfold and fold", Message::Act),
    bind("copy", &["c", "y"], "", "copy the selected command, else the first", Message::Copy),
    bind("next-command", &["tab"], "next command", "next command or fold", Message::Step(1)),
    bind("previous-command", &["backtab"], "", "previous command or fold", Message::Step(-1)),
];

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => state.reader.travel(by),
        Message::Step(by) => state.reader.step(by),
        Message::Select(item) => state.reader.select(item),
        Message::Act => {
            if let Some(Action::Unfold(fold)) = state.reader.action() {
                state.reader.toggle(*fold);
                state.write(shared);
                state.reader.reveal();
            } else {
                state.reader.copy(shared, out);
            }
        }
        Message::Copy => state.reader.copy(shared, out),
    }
}

impl State {
    fn write(&mut self, shared: &Shared) {
        self.reader.read(shared, |columns, unfolded| sections::document(shared, columns, unfolded));
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, _out: &mut Outbox) {
    if !matches!(change, Change::Filter | Change::Selection) {
        state.write(shared);
    }
}

pub(super) fn click(state: &State, _shared: &Shared, _area: Rect, mouse: Mouse) -> Option<Message> {
    let (item, again) = state.reader.item_at(mouse)?;
    Some(if again { Message::Act } else { Message::Select(item) })
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, _area: Rect) {
    let columns = state.reader.columns();
    state.reader.draw(shared, frame, |place| inputs::seen(shared, place, columns));
}
