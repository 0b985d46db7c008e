//! The help overlay, generated from the key table.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};

use crate::tui::keys::{Binding, Chord, Context, Entry, Keymap, Move, bind};
use crate::tui::message::{self, Outbox};
use crate::tui::model::Shared;
use crate::tui::screens::ScreenId;
use crate::tui::theme::Role;
use crate::tui::widgets::{Input, Line, paragraph, popup, popup_rooms, width};

/// What the overlay remembers.
#[derive(Debug)]
pub struct State {
    screen: ScreenId,
    /// The table it is made from.
    keymap: Keymap,
    top: usize,
    /// Words that are looked for; nothing when all keys are shown.
    search: Option<Input>,
    is_typing: bool,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// Scrolls.
    Scroll(Move),
    /// Looks for words.
    Search,
    /// The words are typed.
    Typed,
    /// Ends the search, or closes the overlay.
    Back,
    /// Closes it.
    Close,
}

pub(super) const KEYS: &[Binding<Message>] = &[
    bind("up", &["up", "k"], "", "up", Message::Scroll(Move::Up)),
    bind("down", &["down", "j"], "scroll", "down", Message::Scroll(Move::Down)),
    bind("page-up", &["pageup"], "", "one page up", Message::Scroll(Move::PageUp)),
    bind("page-down", &["pagedown", "space"], "", "one page down", Message::Scroll(Move::PageDown)),
    bind("search", &["/"], "search", "search keys of all screens by words", Message::Search),
    bind("typed", &["enter"], "", "end typing", Message::Typed),
    bind("back", &["esc"], "back", "end the search, or close", Message::Back),
    bind("close", &["q", "?", "f1", "ctrl-c"], "close", "close", Message::Close),
];

impl State {
    pub(super) fn new(screen: ScreenId, keymap: &Keymap) -> Self {
        Self { screen, keymap: keymap.clone(), top: 0, search: None, is_typing: false }
    }

    pub(super) fn is_typing(&self) -> bool {
        self.is_typing
    }

    /// All rows, and how many of them fit on a screen of this size.
    fn rows(&self, size: Size) -> (Vec<Row>, usize) {
        let room = usize::from(WIDTH.min(size.width)).saturating_sub(BORDERS);
        let words = self.search.as_ref().map_or("", Input::text);
        let rows = rows(self.screen, &self.keymap, room, words);
        let shown = usize::from(size.height.saturating_sub(AROUND));
        (rows, if self.search.is_some() { shown.saturating_sub(1) } else { shown })
    }

    fn scroll(&mut self, by: Move, size: Size) {
        let (rows, shown) = self.rows(size);
        let page = shown.max(2) - 1;
        let top = match by {
            Move::Up => self.top.saturating_sub(1),
            Move::Down => self.top + 1,
            Move::PageUp => self.top.saturating_sub(page),
            _ => self.top + page,
        };
        self.top = top.min(rows.len().saturating_sub(shown));
    }
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Scroll(by) => state.scroll(by, shared.size),
        Message::Search => {
            state.search.get_or_insert_default();
            state.is_typing = true;
        }
        Message::Typed => state.is_typing = false,
        Message::Back if state.search.is_some() => {
            (state.search, state.is_typing, state.top) = (None, false, 0);
        }
        Message::Back | Message::Close => out.send(message::Message::Close),
    }
}

pub(super) fn typed(state: &mut State, chord: Chord, _shared: &Shared, _out: &mut Outbox) {
    if let Some(search) = state.search.as_mut().filter(|_| state.is_typing) {
        search.press(chord);
        state.top = 0;
    }
}

pub(super) fn pasted(state: &mut State, text: &str, _shared: &Shared, _out: &mut Outbox) {
    if let Some(search) = state.search.as_mut().filter(|_| state.is_typing) {
        search.paste(text);
        state.top = 0;
    }
}

/// A click beside it closes it.
pub(super) fn click(_state: &State, shared: &Shared, mouse: message::Mouse) -> Option<message::Message> {
    let (outer, _) = popup_rooms(super::room(shared.size), WIDTH, height(shared.size));
    (!outer.contains((mouse.column, mouse.row).into())).then_some(message::Message::Close)
}

pub(super) fn view(state: &State, shared: &Shared, _keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let (rows, shown) = state.rows(shared.size);
    let mut inside = popup(frame.buffer_mut(), shared.look, area, "Keys", WIDTH, height(shared.size));
    if let Some(search) = &state.search {
        let line = Rect { height: inside.height.min(1), ..inside };
        if state.is_typing {
            search.view(frame, shared.look, line);
        } else {
            Line::new(frame.buffer_mut(), shared.look, line, 0).put(Role::Match, search.text());
        }
        inside = Rect { y: inside.y + line.height, height: inside.height - line.height, ..inside };
    }
    let top = state.top.min(rows.len().saturating_sub(shown));
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

/// Rows of the box, borders included: the same whatever is looked for.
fn height(size: Size) -> u16 {
    size.height.saturating_sub(AROUND).saturating_add(2)
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

/// The keys of the screen, then those that work everywhere and in popups. With words to look for, only the keys that they
/// fit, of every screen. Words that are too long go on below.
fn rows(screen: ScreenId, keymap: &Keymap, room: usize, searched: &str) -> Vec<Row> {
    let searched: Vec<String> = searched.split_whitespace().map(str::to_lowercase).collect();
    let here = [Context::Screen(screen), Context::Global];
    let popups = Context::all().filter(|context| matches!(context, Context::Popup(_)));
    let screens = Context::all().filter(|context| matches!(context, Context::Screen(_)));
    let others = screens.filter(|context| !searched.is_empty() && !here.contains(context));
    let mut rows = Vec::new();
    for context in here.into_iter().chain(popups).chain(others) {
        let entries: Vec<&Entry> = keymap
            .entries()
            .iter()
            .filter(|entry| entry.context == context && !entry.keys.is_empty())
            .filter(|entry| fits(entry, &searched))
            .collect();
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
    if rows.is_empty() {
        rows.push(Row::Heading("no key fits these words"));
    }
    rows
}

fn keys(entry: &Entry) -> String {
    entry.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join("  ")
}

/// Whether each word is a key of the action, or stands in its name or its description.
fn fits(entry: &Entry, searched: &[String]) -> bool {
    let text = format!("{} {}", entry.name, entry.words).to_lowercase();
    let is_key = |word: &String| entry.keys.iter().any(|key| key.to_string().to_lowercase() == *word);
    searched.iter().all(|word| is_key(word) || text.contains(word))
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
        assert!(last.contains("│ List") && last.contains("pick"), "the popups' keys come last: {last}");
        press(&mut model, "up");
        assert_ne!(screen(&model), last);
    }

    #[test]
    fn words_find_keys_of_every_screen() {
        let mut model = model("schema-mismatch", (100, 40));
        press(&mut model, "? / q u i t");
        let found = screen(&model);
        assert!(found.contains("│ quit") && found.contains("q  ctrl-c"), "{found}");
        assert!(!found.contains("next failed request"), "{found}");
        press(&mut model, "ctrl-u b o o k m a r k");
        assert!(screen(&model).contains("│ Logs"), "keys of another screen: {}", screen(&model));
        press(&mut model, "x x");
        assert!(screen(&model).contains("no key fits"), "{}", screen(&model));
        press(&mut model, "enter q");
        assert!(model.popup.is_none(), "letters are keys again");
        press(&mut model, "? / x esc");
        assert!(screen(&model).contains("next failed request"));
        press(&mut model, "esc");
        assert!(model.popup.is_none());
    }
}
