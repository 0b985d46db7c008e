//! One line of text being typed, with the keys of a shell prompt.

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::{Position, Rect};
use tui_input::InputRequest;
use unicode_width::UnicodeWidthStr;

use crate::tui::keys::Chord;
use crate::tui::theme::{Look, Role};

/// Characters of a line: many times what anybody types, and understood anew with each key.
const MAX_LENGTH: usize = 4_000;

/// A line of text with a cursor.
#[derive(Clone, Debug, Default)]
pub struct Input(tui_input::Input);

impl Input {
    /// `text` with the cursor behind it.
    pub fn new(text: &str) -> Self {
        Self(tui_input::Input::new(plain(text)))
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.0.value()
    }

    /// Position of the cursor in bytes.
    pub fn cursor(&self) -> usize {
        let text = self.text();
        text.char_indices().nth(self.0.cursor()).map_or(text.len(), |(at, _)| at)
    }

    /// Replaces the text and puts the cursor at byte `at`.
    pub fn set(&mut self, text: &str, at: usize) {
        let characters = text.get(..at).unwrap_or(text).chars().count();
        self.0 = tui_input::Input::new(text.to_owned()).with_cursor(characters);
    }

    /// Edits as the key says; whether the text has changed.
    pub fn press(&mut self, chord: Chord) -> bool {
        let Some(request) = request(chord) else { return false };
        if matches!(request, InputRequest::InsertChar(_)) && self.room() == 0 {
            return false;
        }
        self.0.handle(request).is_some_and(|changed| changed.value)
    }

    /// Inserts pasted text at the cursor, as much of it as a line holds; line breaks become spaces.
    pub fn paste(&mut self, text: &str) {
        let pasted: String = plain(text).chars().take(self.room()).collect();
        let (at, mut all) = (self.cursor(), self.text().to_owned());
        all.insert_str(at, &pasted);
        self.set(&all, at + pasted.len());
    }

    /// Characters that still fit.
    fn room(&self) -> usize {
        MAX_LENGTH.saturating_sub(self.text().chars().count())
    }

    /// Where byte `at` of the text is drawn in a room of so many columns.
    pub fn column_of(&self, at: usize, columns: usize) -> usize {
        let before = self.text().get(..at).unwrap_or(self.text()).width();
        before.saturating_sub(self.0.visual_scroll(columns.saturating_sub(1)))
    }

    /// Draws the text into the first row of `area` and puts the terminal's cursor there.
    pub fn view(&self, frame: &mut Frame<'_>, look: Look, area: Rect) {
        let area = area.intersection(frame.area());
        if area.is_empty() {
            return;
        }
        let columns = usize::from(area.width);
        let scroll = self.0.visual_scroll(columns.saturating_sub(1));
        let shown = from_column(self.text(), scroll);
        frame.buffer_mut().set_stringn(area.x, area.y, shown, columns, look.style(Role::Normal));
        let cursor = self.0.visual_cursor().saturating_sub(scroll).min(columns.saturating_sub(1));
        frame.set_cursor_position(Position::new(area.x + cursor as u16, area.y));
    }
}

/// The rest of `text` from the first character that starts at column `column` or later.
fn from_column(text: &str, column: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        if used >= column {
            return &text[at..];
        }
        used += character.encode_utf8(&mut [0; 4]).width();
    }
    if used >= column && column == 0 { text } else { "" }
}

fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn request(chord: Chord) -> Option<InputRequest> {
    use InputRequest as R;
    let control = chord.modifiers == KeyModifiers::CONTROL;
    let alt = chord.modifiers == KeyModifiers::ALT;
    Some(match chord.code {
        KeyCode::Char(character) if chord.modifiers.is_empty() => R::InsertChar(character),
        KeyCode::Char('a') if control => R::GoToStart,
        KeyCode::Char('e') if control => R::GoToEnd,
        KeyCode::Char('b') if control => R::GoToPrevChar,
        KeyCode::Char('f') if control => R::GoToNextChar,
        KeyCode::Char('w') if control => R::DeletePrevWord,
        KeyCode::Char('u') if control => R::DeleteLine,
        KeyCode::Char('k') if control => R::DeleteTillEnd,
        KeyCode::Char('h') if control => R::DeletePrevChar,
        KeyCode::Char('d') if control => R::DeleteNextChar,
        KeyCode::Char('b') if alt => R::GoToPrevWord,
        KeyCode::Char('f') if alt => R::GoToNextWord,
        KeyCode::Char('d') if alt => R::DeleteNextWord,
        KeyCode::Backspace if alt || control => R::DeletePrevWord,
        KeyCode::Backspace => R::DeletePrevChar,
        KeyCode::Delete => R::DeleteNextChar,
        KeyCode::Left if control || alt => R::GoToPrevWord,
        KeyCode::Right if control || alt => R::GoToNextWord,
        KeyCode::Left => R::GoToPrevChar,
        KeyCode::Right => R::GoToNextChar,
        KeyCode::Home => R::GoToStart,
        KeyCode::End => R::GoToEnd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_and_deleting_words() {
        let mut input = Input::new("layer:gateway ");
        for key in ["x", "ctrl-w", "ctrl-w"] {
            assert!(input.press(key.parse().unwrap()), "{key}");
        }
        assert!(!input.press("left".parse().unwrap()));
        input.paste("a\nb\u{1b}");
        assert!(!input.text().chars().any(char::is_control));
    }

    #[test]
    fn a_whole_file_that_is_pasted_is_cut() {
        let mut input = Input::new("ab");
        input.press("left".parse().unwrap());
        input.paste(&"é\n".repeat(1_000_000));
        assert_eq!(input.text().chars().count(), MAX_LENGTH);
        assert!(input.text().starts_with("aé ") && input.text().ends_with('b'));
        assert!(!input.press("x".parse().unwrap()) && input.press("backspace".parse().unwrap()));
    }

    #[test]
    fn the_cursor_is_counted_in_bytes() {
        let mut input = Input::new("日本");
        assert_eq!(input.cursor(), 6);
        input.press("left".parse().unwrap());
        assert_eq!(input.cursor(), 3);
        input.set("tool:x", 5);
        assert_eq!((input.text(), input.cursor()), ("tool:x", 5));
    }
}
