//! The filter line: the language of `--filter`, with history and the error shown under its place.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::filter::{Filter, FilterError};
use crate::tui::keys::{Binding, Chord, Keymap, bind};
use crate::tui::message::{self, Outbox};
use crate::tui::model::Shared;
use crate::tui::session::Session;
use crate::tui::theme::Role;
use crate::tui::widgets::{Input, Line, popup};

/// What the line remembers.
#[derive(Debug)]
pub struct State {
    input: Input,
    error: Option<FilterError>,
    /// Earlier expressions, newest last, and the one shown now.
    history: Vec<String>,
    at: usize,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// Applies the expression.
    Accept,
    /// Leaves the filter as it is.
    Cancel,
    /// An earlier expression.
    Earlier,
    /// A later one.
    Later,
}

pub(super) const KEYS: &[Binding<Message>] = &[
    bind("accept", &["enter"], "apply", "apply", Message::Accept),
    bind("cancel", &["esc", "ctrl-c"], "cancel", "cancel", Message::Cancel),
    bind("earlier", &["up", "ctrl-p"], "history", "earlier expression", Message::Earlier),
    bind("later", &["down", "ctrl-n"], "", "later expression", Message::Later),
];

impl State {
    pub(super) fn new(text: &str, session: &Session) -> Self {
        let history = session.history.clone();
        Self { input: Input::new(text), error: None, at: history.len(), history }
    }

    fn check(&mut self) {
        self.error = Filter::parse(self.input.text()).err();
    }

    fn recall(&mut self, at: usize) {
        self.at = at.min(self.history.len());
        let text = self.history.get(self.at).cloned().unwrap_or_default();
        self.input = Input::new(&text);
        self.check();
    }
}

pub(super) fn update(state: &mut State, message: Message, _shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Accept => {
            state.check();
            if state.error.is_none() {
                out.send(message::Message::Close);
                out.send(message::Message::SetFilter(state.input.text().trim().to_owned()));
            }
        }
        Message::Cancel => out.send(message::Message::Close),
        Message::Earlier => state.recall(state.at.saturating_sub(1)),
        Message::Later => state.recall(state.at + 1),
    }
}

pub(super) fn typed(state: &mut State, chord: Chord, _shared: &Shared, _out: &mut Outbox) {
    if state.input.press(chord) {
        state.check();
    }
}

pub(super) fn pasted(state: &mut State, text: &str, _shared: &Shared, _out: &mut Outbox) {
    state.input.paste(text);
    state.check();
}

pub(super) fn view(state: &State, shared: &Shared, _keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let low = Rect { y: area.y + area.height.saturating_sub(6), height: area.height.min(5), ..area };
    let inside = popup(frame.buffer_mut(), shared.look, low, "Filter", area.width, 5);
    state.input.view(frame, shared.look, Rect { height: 1, ..inside });
    let Some(error) = &state.error else {
        let words =
            "layer:gateway  severity>=error  tool~coverage  duration>2s  status:failed  \"free text\"";
        Line::new(frame.buffer_mut(), shared.look, inside, 1).put(Role::Dim, words);
        return;
    };
    Line::new(frame.buffer_mut(), shared.look, inside, 1)
        .put(Role::Failed, shared.look.symbols.failed)
        .skip(1)
        .put(Role::Warning, &error.message);
    if let Some(hint) = &error.hint {
        Line::new(frame.buffer_mut(), shared.look, inside, 2).skip(2).put(Role::Dim, hint);
    }
}
