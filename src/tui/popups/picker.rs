//! A list to pick from by typing a few letters: commands, places, exports.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::keys::{Binding, Chord, Keymap, Move, bind};
use crate::tui::message::{self, Outbox};
use crate::tui::model::{Model, Shared};
use crate::tui::theme::Role;
use crate::tui::widgets::{Input, Line, ListState, popup};

/// One thing to pick.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What is searched and shown.
    pub(super) label: String,
    /// Shown at the right.
    pub(super) detail: String,
    /// Sent when it is picked.
    pub(super) message: message::Message,
}

/// What the list remembers.
#[derive(Debug)]
pub struct State {
    title: &'static str,
    input: Input,
    items: Vec<Item>,
    /// Positions of matching items, best first.
    found: Vec<usize>,
    list: ListState,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Picks the selected item.
    Pick,
    /// Picks nothing.
    Close,
}

pub(super) const KEYS: &[Binding<Message>] = &[
    bind("up", &["up", "ctrl-p"], "", "up", Message::Move(Move::Up)),
    bind("down", &["down", "ctrl-n"], "", "down", Message::Move(Move::Down)),
    bind("page-up", &["pageup"], "", "one page up", Message::Move(Move::PageUp)),
    bind("page-down", &["pagedown"], "", "one page down", Message::Move(Move::PageDown)),
    bind("pick", &["enter"], "pick", "pick", Message::Pick),
    bind("close", &["esc", "ctrl-c"], "close", "close", Message::Close),
];

const HEIGHT: u16 = 20;

impl State {
    fn new(title: &'static str, items: Vec<Item>) -> Self {
        let mut state =
            Self { title, input: Input::default(), items, found: Vec::new(), list: ListState::default() };
        state.search();
        state
    }

    fn search(&mut self) {
        let pattern = Pattern::parse(self.input.text(), CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut found: Vec<(u32, usize)> = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            let text = Utf32Str::new(&item.label, &mut buffer);
            if let Some(score) = pattern.score(text, &mut matcher) {
                found.push((score, index));
            }
        }
        found.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
        self.found = found.into_iter().map(|(_, index)| index).collect();
        self.list.fit(self.found.len(), HEIGHT - 3);
        self.list.select(0);
    }
}

/// Every action of the key table that works here.
pub(super) fn commands(model: &Model) -> State {
    use crate::tui::keys::Context;
    let here = [Context::Screen(model.screen), Context::Global];
    let entries = model.keymap.entries().iter().filter(|entry| here.contains(&entry.context));
    let items = entries.map(|entry| Item {
        label: entry.words.to_owned(),
        detail: entry.keys.first().map(ToString::to_string).unwrap_or_default(),
        message: entry.message.clone(),
    });
    State::new("Commands", items.collect())
}

/// Requests.
pub(super) fn places(shared: &Shared) -> State {
    let snapshot = shared.snapshot();
    let items = snapshot.requests.iter().map(|request| Item {
        label: shared.line(snapshot.names.text(request.tool).unwrap_or("-"), 80).to_string(),
        detail: request.outcome.to_string(),
        message: message::Message::SelectRequest(request.key),
    });
    State::new("Jump", items.collect())
}

/// What can be exported.
pub(super) fn exports(_shared: &Shared) -> State {
    State::new("Export", Vec::new())
}

pub(super) fn update(state: &mut State, message: Message, _shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Pick => {
            out.send(message::Message::Close);
            let picked = state.list.selected().and_then(|row| state.found.get(row));
            if let Some(item) = picked.and_then(|index| state.items.get(*index)) {
                out.send(item.message.clone());
            }
        }
        Message::Close => out.send(message::Message::Close),
    }
}

pub(super) fn typed(state: &mut State, chord: Chord, _shared: &Shared, _out: &mut Outbox) {
    if state.input.press(chord) {
        state.search();
    }
}

pub(super) fn pasted(state: &mut State, text: &str, _shared: &Shared, _out: &mut Outbox) {
    state.input.paste(text);
    state.search();
}

pub(super) fn view(state: &State, shared: &Shared, _keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let inside = popup(frame.buffer_mut(), shared.look, area, state.title, 80, HEIGHT);
    let prompt = Rect { height: 1, ..inside };
    state.input.view(frame, shared.look, prompt);
    for (line, row) in state.list.visible().enumerate() {
        let Some(item) = state.found.get(row).and_then(|index| state.items.get(*index)) else { continue };
        let selected = state.list.selected() == Some(row);
        let mut out = Line::new(frame.buffer_mut(), shared.look, inside, line as u16 + 1);
        let role = if selected { Role::Selection } else { Role::Normal };
        let pointer = if selected { shared.look.symbols.pointer } else { " " };
        let detail = 14.min(out.room());
        let label = out.room().saturating_sub(detail + 2);
        out.put(Role::Key, pointer).cell(role, &item.label, label).skip(1).right(
            Role::Dim,
            &item.detail,
            detail,
        );
    }
}
