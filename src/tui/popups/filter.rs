//! The filter line: the language of `--filter`, with completion, history, and the error shown under its place.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::filter::{Filter, FilterError};
use crate::tui::keys::{Binding, Chord, Keymap, bind};
use crate::tui::message::{self, Outbox};
use crate::tui::model::Shared;
use crate::tui::session::Session;
use crate::tui::theme::Role;
use crate::tui::widgets::{Input, Line, popup, width};

use super::complete::{self, Offers, Vocabulary};

/// What the line remembers.
#[derive(Debug)]
pub struct State {
    input: Input,
    error: Option<FilterError>,
    /// Earlier expressions, newest last, and the one shown now.
    history: Vec<String>,
    at: usize,
    vocabulary: Vocabulary,
    offers: Offers,
    /// The offer that the next Tab puts in.
    next: usize,
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
    /// Puts in what is offered; again, the next offer.
    Complete,
}

pub(super) const KEYS: &[Binding<Message>] = &[
    bind("accept", &["enter"], "apply", "apply", Message::Accept),
    bind("cancel", &["esc", "ctrl-c"], "cancel", "cancel", Message::Cancel),
    bind("complete", &["tab"], "complete", "complete the word, again for the next one", Message::Complete),
    bind("earlier", &["up", "ctrl-p"], "history", "earlier expression", Message::Earlier),
    bind("later", &["down", "ctrl-n"], "", "later expression", Message::Later),
];

impl State {
    pub(super) fn new(shared: &Shared, session: &Session) -> Self {
        // Saved expressions stand before those used before, newest last.
        let saved = session.saved.iter().filter(|saved| !session.history.contains(saved));
        let history: Vec<String> = saved.chain(&session.history).cloned().collect();
        Self {
            input: Input::new(&shared.filter.text),
            error: None,
            at: history.len(),
            history,
            vocabulary: Vocabulary::new(shared),
            offers: Offers::default(),
            next: 0,
        }
    }

    fn check(&mut self) {
        self.error = Filter::parse(self.input.text()).err();
        self.offers = complete::offers(&self.vocabulary, self.input.text(), self.input.cursor());
        self.next = 0;
    }

    fn complete(&mut self) {
        let Offers { start, end, words } = &mut self.offers;
        let Some(word) = words.get(self.next) else { return };
        let mut text = self.input.text().to_owned();
        text.replace_range(*start..*end, word);
        *end = *start + word.len();
        self.input.set(&text, *end);
        self.next = (self.next + 1) % words.len();
        self.error = Filter::parse(&text).err();
        if words.len() == 1 {
            // A field is followed by its values.
            self.check();
        }
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
        Message::Complete => state.complete(),
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
    offered(state, shared, frame, inside);
    let mut line = Line::new(frame.buffer_mut(), shared.look, inside, 1);
    let Some(error) = &state.error else {
        line.put(Role::Dim, EXAMPLES);
        return;
    };
    let column = width(state.input.text().get(..error.at).unwrap_or_default());
    let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    line.skip(column.min(usize::from(inside.width / 2)))
        .put(Role::Failed, "^ ")
        .put(Role::Warning, &error.message)
        .put(Role::Dim, &hint);
}

const EXAMPLES: &str =
    "layer:gateway  severity>=error  tool~coverage  duration>2s  status:failed  \"free text\"";

fn offered(state: &State, shared: &Shared, frame: &mut Frame<'_>, inside: Rect) {
    let mut line = Line::new(frame.buffer_mut(), shared.look, inside, 2);
    for (index, word) in state.offers.words.iter().enumerate().skip(state.next.saturating_sub(3)) {
        if line.room() == 0 {
            break;
        }
        let role = if index == state.next { Role::Key } else { Role::Dim };
        line.put(role, word).skip(2);
    }
}
