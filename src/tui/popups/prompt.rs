//! A question whose answer is one line of text, asked for a screen.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::keys::{Binding, Chord, Keymap, bind};
use crate::tui::message::{self, AskLine, Outbox};
use crate::tui::model::Shared;
use crate::tui::widgets::{Input, popup};

/// What the prompt remembers.
#[derive(Debug)]
pub struct State {
    question: AskLine,
    input: Input,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// The answer is this.
    Accept,
    /// No answer; a live question gets back what stood there before.
    Cancel,
}

pub(super) const KEYS: &[Binding<Message>] = &[
    bind("accept", &["enter"], "accept", "accept", Message::Accept),
    bind("cancel", &["esc", "ctrl-c"], "cancel", "cancel", Message::Cancel),
];

impl State {
    pub(super) fn new(question: AskLine) -> Self {
        Self { input: Input::new(&question.initial), question }
    }

    fn answer(&self, text: &str, out: &mut Outbox) {
        out.send((self.question.then)(text.to_owned()));
    }

    fn changed(&self, out: &mut Outbox) {
        if self.question.live {
            self.answer(self.input.text(), out);
        }
    }
}

pub(super) fn update(state: &mut State, message: Message, _shared: &Shared, out: &mut Outbox) {
    out.send(message::Message::Close);
    match message {
        Message::Accept => state.answer(state.input.text(), out),
        Message::Cancel if state.question.live => state.answer(&state.question.initial, out),
        Message::Cancel => {}
    }
}

pub(super) fn typed(state: &mut State, chord: Chord, _shared: &Shared, out: &mut Outbox) {
    if state.input.press(chord) {
        state.changed(out);
    }
}

pub(super) fn pasted(state: &mut State, text: &str, _shared: &Shared, out: &mut Outbox) {
    state.input.paste(text);
    state.changed(out);
}

/// A click beside it changes nothing: what was typed would be lost.
pub(super) fn click(_state: &State, _shared: &Shared, _mouse: message::Mouse) -> Option<message::Message> {
    None
}

pub(super) fn view(state: &State, shared: &Shared, _keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let low = Rect { y: area.y + area.height.saturating_sub(4), height: area.height.min(3), ..area };
    let inside = popup(frame.buffer_mut(), shared.look, low, state.question.title, area.width, 3);
    state.input.view(frame, shared.look, inside);
}
