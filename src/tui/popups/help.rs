//! The help overlay, generated from the key table.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::keys::{Binding, Chord, Context, Entry, Keymap, Move, bind};
use crate::tui::message::{self, Outbox};
use crate::tui::model::Shared;
use crate::tui::screens::ScreenId;
use crate::tui::theme::Role;
use crate::tui::widgets::{Line, popup};

/// What the overlay remembers.
#[derive(Debug)]
pub struct State {
    screen: ScreenId,
    top: usize,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// Scrolls.
    Scroll(Move),
    /// Closes it.
    Close,
}

pub(super) const KEYS: &[Binding<Message>] = &[
    bind("up", &["up", "k"], "", "up", Message::Scroll(Move::Up)),
    bind("down", &["down", "j"], "scroll", "down", Message::Scroll(Move::Down)),
    bind("page-up", &["pageup"], "", "one page up", Message::Scroll(Move::PageUp)),
    bind("page-down", &["pagedown", "space"], "", "one page down", Message::Scroll(Move::PageDown)),
    bind("close", &["esc", "q", "?", "f1", "ctrl-c"], "close", "close", Message::Close),
];

impl State {
    pub(super) fn new(screen: ScreenId) -> Self {
        Self { screen, top: 0 }
    }
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    let page = usize::from(shared.size.height.saturating_sub(6)).max(1);
    match message {
        Message::Scroll(Move::Up) => state.top = state.top.saturating_sub(1),
        Message::Scroll(Move::Down) => state.top += 1,
        Message::Scroll(Move::PageUp) => state.top = state.top.saturating_sub(page),
        Message::Scroll(_) => state.top += page,
        Message::Close => out.send(message::Message::Close),
    }
    state.top = state.top.min(MOST_ROWS);
}

/// More rows than the help of a screen has; the view never scrolls past the last one.
const MOST_ROWS: usize = 200;

pub(super) fn typed(_state: &mut State, _chord: Chord, _shared: &Shared, _out: &mut Outbox) {}

pub(super) fn pasted(_state: &mut State, _text: &str, _shared: &Shared, _out: &mut Outbox) {}

pub(super) fn view(state: &State, shared: &Shared, keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let rows = rows(state.screen, keymap);
    let height = area.height.saturating_sub(2).min(rows.len() as u16 + 2);
    let inside = popup(frame.buffer_mut(), shared.look, area, "Keys", 74, height);
    let top = state.top.min(rows.len().saturating_sub(usize::from(inside.height)));
    for (line, row) in rows.iter().skip(top).take(usize::from(inside.height)).enumerate() {
        let mut out = Line::new(frame.buffer_mut(), shared.look, inside, line as u16);
        match row {
            Row::Heading(title) => out.put(Role::Title, title),
            Row::Key(entry) => {
                let keys: Vec<_> = entry.keys.iter().map(ToString::to_string).collect();
                out.skip(2).cell(Role::Key, &keys.join("  "), 24).skip(1).put(Role::Normal, entry.words)
            }
            Row::Empty => &mut out,
        };
    }
}

enum Row<'k> {
    Heading(&'static str),
    Key(&'k Entry),
    Empty,
}

fn rows(screen: ScreenId, keymap: &Keymap) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for context in [Context::Screen(screen), Context::Global] {
        let entries =
            keymap.entries().iter().filter(|entry| entry.context == context && !entry.keys.is_empty());
        let entries: Vec<_> = entries.map(Row::Key).collect();
        if !entries.is_empty() {
            rows.push(Row::Heading(context.title()));
            rows.extend(entries);
            rows.push(Row::Empty);
        }
    }
    rows.pop();
    rows
}
