//! One key press with its modifiers, and how it is written: `ctrl-p`, `shift-tab`, `enter`, `G`.

use std::fmt;
use std::str::FromStr;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers. Shift is part of a letter (`G`) and written out only for named keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Chord {
    /// The key.
    pub code: KeyCode,
    /// Modifiers held.
    pub modifiers: KeyModifiers,
}

/// A spelling that names no key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("'{0}' is no key; write a, G, ?, enter, esc, tab, up, pagedown, f1, ctrl-p, alt-x or shift-tab")]
pub struct NoKey(pub String);

/// Keys that are written as words. The first spelling of a key is the one that is printed.
const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("space", KeyCode::Char(' ')),
];

const MODIFIERS: &[(&str, KeyModifiers)] =
    &[("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];

impl Chord {
    /// The character this key types, when it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if self.modifiers.is_empty() => Some(character),
            _ => None,
        }
    }

    fn new(code: KeyCode, mut modifiers: KeyModifiers) -> Self {
        modifiers &= KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        match code {
            KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => {
                Self { code: KeyCode::BackTab, modifiers: modifiers - KeyModifiers::SHIFT }
            }
            KeyCode::BackTab => Self { code, modifiers: modifiers - KeyModifiers::SHIFT },
            KeyCode::Char(letter) if modifiers.contains(KeyModifiers::SHIFT) => {
                let upper = letter.to_uppercase().next().unwrap_or(letter);
                Self { code: KeyCode::Char(upper), modifiers: modifiers - KeyModifiers::SHIFT }
            }
            _ => Self { code, modifiers },
        }
    }
}

impl From<KeyEvent> for Chord {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl FromStr for Chord {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        while let Some((word, modifier)) =
            MODIFIERS.iter().find(|(word, _)| rest.len() > word.len() && rest.starts_with(word))
        {
            modifiers |= *modifier;
            rest = &rest[word.len()..];
        }
        key(rest).map(|code| Self::new(code, modifiers)).ok_or_else(|| NoKey(text.to_owned()))
    }
}

fn key(word: &str) -> Option<KeyCode> {
    if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == word) {
        return Some(*code);
    }
    let mut characters = word.chars();
    match (characters.next(), characters.as_str()) {
        (Some(single), "") if !single.is_control() => Some(KeyCode::Char(single)),
        (Some('f'), number) => number.parse().ok().filter(|number| (1..=24).contains(number)).map(KeyCode::F),
        _ => None,
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (word, modifier) in MODIFIERS {
            if self.modifiers.contains(*modifier) {
                text.push_str(word);
            }
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => text.push_str(name),
            (None, KeyCode::Char(character)) => text.push(character),
            (None, KeyCode::F(number)) => text.extend(["f", &number.to_string()]),
            (None, _) => text.push_str("other"),
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_reads_back() {
        for text in
            ["a", "G", "?", "-", "enter", "space", "ctrl-p", "alt-enter", "backtab", "f12", "ctrl-alt-x"]
        {
            let chord: Chord = text.parse().unwrap();
            assert_eq!(chord.to_string(), text);
        }
        assert_eq!("shift-tab".parse::<Chord>().unwrap().to_string(), "backtab");
        assert_eq!("shift-g".parse::<Chord>().unwrap().to_string(), "G");
    }

    #[test]
    fn what_is_no_key_is_told() {
        for text in ["", "ctrl-", "enterr", "f0", "f99", "ab"] {
            assert!(text.parse::<Chord>().unwrap_err().to_string().contains("is no key"), "{text}");
        }
    }

    #[test]
    fn terminals_that_report_shift_agree_with_those_that_do_not() {
        let shifted = Chord::from(KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT));
        let plain = Chord::from(KeyEvent::new(KeyCode::Char('G'), KeyModifiers::NONE));
        assert_eq!(shifted, plain);
    }
}
