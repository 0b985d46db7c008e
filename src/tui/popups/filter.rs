//! The filter line: the language of `--filter`, with completion and history. While it is typed, what it lets through is
//! counted, or the error shown under its place.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::filter::{Filter, FilterError};
use crate::model::RequestKey;
use crate::tui::keys::{Binding, Chord, Keymap, bind};
use crate::tui::message::{self, Ask, Outbox};
use crate::tui::model::Shared;
use crate::tui::session::Session;
use crate::tui::theme::Role;
use crate::tui::widgets::{Input, Line, popup, width};

use super::complete::{self, Offers, Vocabulary};
use super::tally::Tally;

/// What the line remembers.
#[derive(Debug)]
pub struct State {
    input: Input,
    error: Option<FilterError>,
    /// Earlier expressions, newest last, and the one shown now; behind the last one stands what was typed.
    history: Vec<String>,
    at: usize,
    draft: String,
    vocabulary: Box<Vocabulary>,
    offers: Offers,
    /// The offer that the next Tab puts in.
    next: usize,
    tally: Box<Tally>,
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
    /// Keeps the expression among the saved ones, or no longer.
    Save,
    /// Lists the saved and earlier expressions.
    List,
}

pub(super) const KEYS: &[Binding<Message>] = &[
    bind("accept", &["enter"], "apply", "apply", Message::Accept),
    bind("cancel", &["esc", "ctrl-c"], "cancel", "cancel", Message::Cancel),
    bind("complete", &["tab"], "complete", "complete the word, again for the next one", Message::Complete),
    bind("earlier", &["up", "ctrl-p"], "history", "earlier expression", Message::Earlier),
    bind("later", &["down", "ctrl-n"], "", "later expression", Message::Later),
    bind("save", &["ctrl-s"], "save", "keep the expression, or no longer", Message::Save),
    bind("list", &["ctrl-r"], "list", "list of saved and earlier expressions", Message::List),
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
            draft: shared.filter.text.clone(),
            history,
            vocabulary: Box::new(Vocabulary::new(shared)),
            offers: Offers::default(),
            next: 0,
            tally: Box::default(),
        }
    }

    /// The text is another one.
    pub(super) fn check(&mut self, shared: &Shared, out: &mut Outbox) {
        self.offers = complete::offers(&self.vocabulary, self.input.text(), self.input.cursor());
        self.next = 0;
        self.judge(shared, out);
    }

    fn judge(&mut self, shared: &Shared, out: &mut Outbox) {
        let (filter, error) = match Filter::parse(self.input.text()) {
            Ok(filter) => (Some(filter).filter(|filter| !filter.is_empty()), None),
            Err(error) => (None, Some(error)),
        };
        self.error = error;
        self.tally.start(filter, shared, out);
    }

    /// There are other data now.
    pub(super) fn renewed(&mut self, shared: &Shared, out: &mut Outbox) {
        *self.vocabulary = Vocabulary::new(shared);
        self.tally.again(shared, out);
    }

    /// An answer to the question how much passes.
    pub(in crate::tui) fn counted(
        &mut self,
        filter: &Arc<Filter>,
        signals: u64,
        requests: &[RequestKey],
        out: &mut Outbox,
    ) {
        self.tally.counted(filter, signals, requests, out);
    }

    fn complete(&mut self, shared: &Shared, out: &mut Outbox) {
        let Offers { start, end, words } = &mut self.offers;
        let Some(word) = words.get(self.next) else { return };
        let mut text = self.input.text().to_owned();
        text.replace_range(*start..*end, word);
        *end = *start + word.len();
        self.input.set(&text, *end);
        self.next = (self.next + 1) % words.len();
        if words.len() == 1 {
            // A field is followed by its values.
            self.check(shared, out);
        } else {
            self.judge(shared, out);
        }
    }

    fn recall(&mut self, at: usize, shared: &Shared, out: &mut Outbox) {
        if self.at == self.history.len() {
            self.input.text().clone_into(&mut self.draft);
        }
        self.at = at.min(self.history.len());
        self.input = Input::new(self.history.get(self.at).unwrap_or(&self.draft));
        self.check(shared, out);
    }

    fn text(&self) -> String {
        self.input.text().trim().to_owned()
    }
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Accept if state.error.is_none() => {
            out.send(message::Message::Close);
            out.send(message::Message::SetFilter(state.text()));
        }
        Message::Cancel => out.send(message::Message::Close),
        Message::Earlier => state.recall(state.at.saturating_sub(1), shared, out),
        Message::Later => state.recall(state.at + 1, shared, out),
        Message::Complete => state.complete(shared, out),
        Message::Save if state.error.is_none() => out.send(message::Message::KeepFilter(state.text())),
        // The error stands below its place already.
        Message::Accept | Message::Save => {}
        Message::List => out.send(message::Message::Ask(Ask::Filters)),
    }
}

pub(super) fn typed(state: &mut State, chord: Chord, shared: &Shared, out: &mut Outbox) {
    if state.input.press(chord) {
        state.check(shared, out);
    }
}

pub(super) fn pasted(state: &mut State, text: &str, shared: &Shared, out: &mut Outbox) {
    state.input.paste(text);
    state.check(shared, out);
}

/// A click beside it changes nothing: what was typed would be lost.
pub(super) fn click(_state: &State, _shared: &Shared, _mouse: message::Mouse) -> Option<message::Message> {
    None
}

pub(super) fn view(state: &State, shared: &Shared, _keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let low = Rect { y: area.y + area.height.saturating_sub(6), height: area.height.min(5), ..area };
    let inside = popup(frame.buffer_mut(), shared.look, low, "Filter", area.width, 5);
    state.input.view(frame, shared.look, Rect { height: 1, ..inside });
    if let Some(error) = &state.error {
        return show_error(state, error, shared, frame, inside);
    }
    show_count(state, shared, frame, inside);
    show_offers(state, shared, frame, inside);
}

const EXAMPLES: &str =
    "layer:gateway  severity>=error  tool~coverage  duration>2s  status:failed  \"free text\"";

/// A caret under the place, and the words beside it or, where there is no room, below.
fn show_error(state: &State, error: &FilterError, shared: &Shared, frame: &mut Frame<'_>, inside: Rect) {
    let room = usize::from(inside.width);
    let column = state.input.column_of(error.at, room).min(room.saturating_sub(1));
    // What was typed stands in it.
    let message = shared.line(&error.message, room);
    let hint = error.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let columns = width(message.as_str()) + width(&hint);
    let is_beside = column + 2 + columns <= room;
    let mut caret = Line::new(frame.buffer_mut(), shared.look, inside, 1);
    if is_beside {
        caret.skip(column).put(Role::Failed, "^ ").put(Role::Warning, message.as_str()).put(Role::Dim, &hint);
        return show_offers(state, shared, frame, inside);
    }
    caret.skip(column).put(Role::Failed, "^");
    let mut words = Line::new(frame.buffer_mut(), shared.look, inside, 2);
    words.put(Role::Warning, message.as_str()).put(Role::Dim, &hint);
}

fn show_count(state: &State, shared: &Shared, frame: &mut Frame<'_>, inside: Rect) {
    let Some(is_done) = state.tally.state() else { return };
    let signals = shared.case().map_or(0, |case| case.briefs().len());
    let requests = shared.snapshot().requests.len();
    let more = if is_done { "" } else { "+" };
    let mut line = Line::new(frame.buffer_mut(), shared.look, inside, 1);
    line.put(Role::Match, &format!("{}{more}", state.tally.signals))
        .put(Role::Dim, &format!(" of {signals} signals, "))
        .put(Role::Match, &format!("{}{more}", state.tally.requests))
        .put(Role::Dim, &format!(" of {requests} requests"));
    if !is_done {
        line.put(Role::Dim, ", counting");
    }
}

/// What Tab puts in, else what the field at the cursor means, else what an expression looks like.
fn show_offers(state: &State, shared: &Shared, frame: &mut Frame<'_>, inside: Rect) {
    let mut line = Line::new(frame.buffer_mut(), shared.look, inside, 2);
    if state.offers.words.is_empty() {
        match complete::explained(state.input.text(), state.input.cursor()) {
            Some((name, about)) => line.put(Role::Key, name).put(Role::Dim, ": ").put(Role::Dim, about),
            None if state.input.text().is_empty() => line.put(Role::Dim, EXAMPLES),
            None => &mut line,
        };
        return;
    }
    for (index, word) in state.offers.words.iter().enumerate().skip(state.next.saturating_sub(3)) {
        if line.room() == 0 {
            break;
        }
        let role = if index == state.next { Role::Key } else { Role::Dim };
        line.put(role, word).skip(2);
    }
}
