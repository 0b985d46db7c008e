//! The help overlay, generated from the key table.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};

use crate::tui::keys::{Binding, Chord, Context, Entry, Keymap, Move, bind};
use crate::tui::message::{self, Outbox};
use crate::tui::model::Shared;
use crate::tui::screens::ScreenId;
use crate::tui::theme::Role;
use crate::tui::widgets::{Line, paragraph, popup, width};

/// What the overlay remembers.
#[derive(Debug)]
pub struct State {
    screen: ScreenId,
    /// The table it is made from.
    keymap: Keymap,
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
    pub(super) fn new(screen: ScreenId, keymap: &Keymap) -> Self {
        Self { screen, keymap: keymap.clone(), top: 0 }
    }

    /// All rows, and how many of them fit on a screen of this size.
    fn rows(&self, size: Size) -> (Vec<Row>, usize) {
        let room = usize::from(WIDTH.min(size.width)).saturating_sub(BORDERS);
        let rows = rows(self.screen, &self.keymap, room);
        let shown = usize::from(size.height.saturating_sub(AROUND)).min(rows.len());
        (rows, shown)
    }
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    let (rows, shown) = state.rows(shared.size);
    let page = shown.max(2) - 1;
    let top = match message {
        Message::Scroll(Move::Up) => state.top.saturating_sub(1),
        Message::Scroll(Move::Down) => state.top + 1,
        Message::Scroll(Move::PageUp) => state.top.saturating_sub(page),
        Message::Scroll(_) => state.top + page,
        Message::Close => return out.send(message::Message::Close),
    };
    state.top = top.min(rows.len() - shown);
}

pub(super) fn typed(_state: &mut State, _chord: Chord, _shared: &Shared, _out: &mut Outbox) {}

pub(super) fn pasted(_state: &mut State, _text: &str, _shared: &Shared, _out: &mut Outbox) {}

pub(super) fn view(state: &State, shared: &Shared, _keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let (rows, shown) = state.rows(shared.size);
    let inside = popup(frame.buffer_mut(), shared.look, area, "Keys", WIDTH, shown as u16 + 2);
    let top = state.top.min(rows.len() - shown);
    for (line, row) in rows.iter().skip(top).take(usize::from(inside.height)).enumerate() {
        let mut out = Line::new(frame.buffer_mut(), shared.look, inside, line as u16);
        match row {
            Row::Heading(title) => {
                out.put(Role::Title, title);
            }
            Row::Key { keys, columns, words } => {
                out.skip(INDENT).cell(Role::Key, keys, *columns).skip(GAP).put(Role::Normal, words);
            }
            Row::Empty => {}
        }
    }
}

/// Rows that the box leaves to its borders and to what is around it.
const AROUND: u16 = 5;
/// Columns of the box, of its borders with the space beside them, before the keys and behind them.
const WIDTH: u16 = 84;
const BORDERS: usize = 4;
const INDENT: usize = 2;
const GAP: usize = 2;

enum Row {
    Heading(&'static str),
    /// Keys in so many columns, and a line of words.
    Key {
        keys: String,
        columns: usize,
        words: String,
    },
    Empty,
}

/// The keys of the screen, then those that work everywhere; words that are too long go on below.
fn rows(screen: ScreenId, keymap: &Keymap, room: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for context in [Context::Screen(screen), Context::Global] {
        let entries: Vec<&Entry> = keymap
            .entries()
            .iter()
            .filter(|entry| entry.context == context && !entry.keys.is_empty())
            .collect();
        let keys = |entry: &Entry| entry.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join("  ");
        let Some(columns) = entries.iter().map(|entry| width(&keys(entry))).max() else { continue };
        rows.push(Row::Heading(context.title()));
        for entry in entries {
            let mut keys = keys(entry);
            for words in paragraph(entry.words, room.saturating_sub(INDENT + columns + GAP)) {
                rows.push(Row::Key { keys: std::mem::take(&mut keys), columns, words });
            }
        }
        rows.push(Row::Empty);
    }
    rows.pop();
    rows
}

#[cfg(test)]
mod tests {
    use crate::tui::testing::{model, press, screen};

    #[test]
    fn the_last_row_is_where_scrolling_ends_and_turns_at_once() {
        let mut model = model("schema-mismatch", (70, 16));
        press(&mut model, "?");
        let first = screen(&model);
        assert!(!first.contains('…'), "long words go on below: {first}");
        for _ in 0..30 {
            press(&mut model, "pagedown");
        }
        let last = screen(&model);
        assert!(last.contains("quit"), "{last}");
        press(&mut model, "up");
        assert_ne!(screen(&model), last);
    }
}
