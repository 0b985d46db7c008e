//! Why a request failed, on what evidence, and what to do: one document that scrolls, with parts to act on.

mod causes;
pub(super) mod document;
mod flow;
mod hypotheses;
pub(super) mod reader;
mod sections;
#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::model::RequestKey;
use crate::tui::keys::{Binding, Move, bind};
use crate::tui::message::{self, Effect, Mouse, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::ScreenId;

use document::{Action, Row};
use reader::Reader;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    reader: Reader,
    /// The request it is about.
    request: Option<RequestKey>,
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
    bind("compare", &["m"], "compare", "compare with a healthy request", Message::Go(ScreenId::Compare)),
];

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => state.reader.travel(by),
        Message::Step(by) => state.reader.step(by),
        Message::Select(item) => state.reader.select(item),
        Message::Act => match state.reader.action() {
            Some(Action::Signal(signal)) => {
                out.send(message::Message::SelectSignal(*signal));
                out.send(message::Message::Show(ScreenId::Signal));
            }
            Some(Action::Copy(_)) => state.reader.copy(shared, out),
            Some(Action::Unfold(fold)) => {
                state.reader.toggle(*fold);
                state.write(shared);
                state.reader.reveal();
            }
            None => {}
        },
        Message::Copy => state.reader.copy(shared, out),
        Message::Go(screen) => out.send(message::Message::Show(screen)),
    }
}

impl State {
    fn write(&mut self, shared: &Shared) {
        self.reader.read(shared, |columns, unfolded| sections::document(shared, columns, unfolded));
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
        state.request = shared.request;
        state.reader.begin();
    }
    state.write(shared);
}

pub(super) fn click(state: &State, _shared: &Shared, _area: Rect, mouse: Mouse) -> Option<Message> {
    let (item, again) = state.reader.item_at(mouse)?;
    Some(if again { Message::Act } else { Message::Select(item) })
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, _area: Rect) {
    state.reader.draw(shared, frame, |_| Row::new());
}
