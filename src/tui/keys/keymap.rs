//! All bindings of all contexts, with the user's keys in place of the default ones.

use std::collections::BTreeMap;

use super::{Binding, Chord, global};
use crate::tui::message::Message;
use crate::tui::popups::PopupKind;
use crate::tui::screens::ScreenId;

/// Where a binding holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Context {
    /// On one screen.
    Screen(ScreenId),
    /// In one popup; nothing else is looked for then.
    Popup(PopupKind),
    /// Everywhere but in popups.
    Global,
}

impl Context {
    /// Every context: screens, global, popups.
    pub fn all() -> impl Iterator<Item = Self> {
        let screens = ScreenId::ALL.iter().copied().map(Self::Screen);
        let popups = PopupKind::ALL.iter().copied().map(Self::Popup);
        screens.chain([Self::Global]).chain(popups)
    }

    /// For headings.
    pub fn title(self) -> &'static str {
        match self {
            Self::Screen(screen) => screen.title(),
            Self::Popup(popup) => popup.title(),
            Self::Global => "Everywhere",
        }
    }

    /// Before the dot in the name of an action; empty for global ones.
    fn word(self) -> &'static str {
        match self {
            Self::Screen(screen) => screen.word(),
            Self::Popup(popup) => popup.word(),
            Self::Global => "",
        }
    }
}

/// One action with the keys it has now.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it holds.
    pub context: Context,
    /// Name for the configuration: `requests.sort`, `quit`.
    pub name: String,
    /// Its keys; none when the user took them all away.
    pub keys: Vec<Chord>,
    /// Footer words; empty for none.
    pub hint: &'static str,
    /// What it does.
    pub words: &'static str,
    /// What it sends.
    pub message: Message,
}

/// Keys by name of the action, as configured.
pub type Remap = BTreeMap<String, Vec<Chord>>;

/// Why configured keys are not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RemapError {
    /// A name is no action.
    #[error("there is no action '{name}'{}", nearest.as_ref().map_or_else(|| "; --print-keys lists them".to_owned(), |near| format!("; did you mean '{near}'?")))]
    Unknown {
        /// The name.
        name: String,
        /// The action with the most similar name, when one is similar.
        nearest: Option<String>,
    },
    /// One key is given to two actions that may be meant at the same time.
    #[error(
        "'{key}' is given to '{first}' and to '{name}', which hold at the same time; give one of them another key"
    )]
    Conflict {
        /// The key.
        key: String,
        /// The action that has it already.
        first: String,
        /// The other one.
        name: String,
    },
}

impl RemapError {
    /// The name of the action whose keys are wrong.
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown { name, .. } | Self::Conflict { name, .. } => name,
        }
    }
}

/// The key table.
#[derive(Clone, Debug)]
pub struct Keymap(Vec<Entry>);

impl Default for Keymap {
    fn default() -> Self {
        let mut entries = Vec::new();
        for context in Context::all() {
            match context {
                Context::Screen(screen) => screen.bindings(&mut entries),
                Context::Popup(popup) => popup.bindings(&mut entries),
                Context::Global => {
                    push(&mut entries, context, global::KEYS, |message| message);
                    entries.extend(ScreenId::ALL.iter().map(|screen| tab(*screen)));
                }
            }
        }
        Self(entries)
    }
}

impl Keymap {
    /// The default keys with those of `remap` in their place. A default key that `remap` gives to another action of the
    /// same context is no longer that of the action it came with.
    ///
    /// # Errors
    /// When a name is no action, or a key is given to two actions of one context.
    pub fn new(remap: &Remap) -> Result<Self, RemapError> {
        let mut keymap = Self::default();
        let mut given: Vec<(Context, Chord, &str)> = Vec::new();
        for (name, keys) in remap {
            let Some(entry) = keymap.0.iter_mut().find(|entry| entry.name == *name) else {
                return Err(keymap.unknown(name));
            };
            entry.keys.clone_from(keys);
            for key in keys {
                let taken =
                    given.iter().find(|(context, other, _)| (context, other) == (&entry.context, key));
                if let Some((.., first)) = taken.filter(|(.., first)| first != name) {
                    let (first, name) = ((*first).to_owned(), name.clone());
                    return Err(RemapError::Conflict { key: key.to_string(), first, name });
                }
                given.push((entry.context, *key, name));
            }
        }
        for entry in keymap.0.iter_mut().filter(|entry| !remap.contains_key(&entry.name)) {
            let is_given = |key: &Chord| {
                given.iter().any(|(context, other, _)| (context, other) == (&entry.context, key))
            };
            entry.keys.retain(|key| !is_given(key));
        }
        Ok(keymap)
    }

    /// Every action.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// What `chord` sends on `screen`, or in `popup` when one is open.
    pub fn message(&self, screen: ScreenId, popup: Option<PopupKind>, chord: Chord) -> Option<&Message> {
        let find = |context| {
            self.0
                .iter()
                .find(|entry| entry.context == context && entry.keys.contains(&chord))
                .map(|entry| &entry.message)
        };
        match popup {
            Some(popup) => find(Context::Popup(popup)),
            None => find(Context::Screen(screen)).or_else(|| find(Context::Global)),
        }
    }

    /// The first key of the action `name`, for texts that mention it.
    pub fn key_of(&self, name: &str) -> Option<Chord> {
        self.0.iter().find(|entry| entry.name == name)?.keys.first().copied()
    }

    fn unknown(&self, name: &str) -> RemapError {
        let nearest = self
            .0
            .iter()
            .map(|entry| (strsim::jaro_winkler(&entry.name, name), &entry.name))
            .filter(|(similarity, _)| *similarity > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        RemapError::Unknown { name: name.to_owned(), nearest: nearest.map(|(_, name)| name.clone()) }
    }
}

/// The action that shows a screen.
fn tab(screen: ScreenId) -> Entry {
    Entry {
        context: Context::Global,
        name: format!("show-{}", screen.word()),
        keys: screen.key().parse().into_iter().collect(),
        hint: "",
        words: screen.words(),
        message: Message::Show(screen),
    }
}

/// Adds the bindings of one context; `lift` wraps its messages into the program's.
pub(crate) fn push<M: Clone + 'static>(
    entries: &mut Vec<Entry>,
    context: Context,
    bindings: &[Binding<M>],
    lift: impl Fn(M) -> Message,
) {
    for binding in bindings {
        let name = match context.word() {
            "" => binding.name.to_owned(),
            word => format!("{word}.{}", binding.name),
        };
        // A default that is no key is caught by a test of this table.
        let keys = binding.keys.iter().filter_map(|key| key.parse().ok()).collect();
        let (hint, words) = (binding.hint, binding.words);
        entries.push(Entry { context, name, keys, hint, words, message: lift(binding.message.clone()) });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_default_key_is_a_key_and_means_one_thing() {
        let keymap = Keymap::default();
        let mut seen = BTreeSet::new();
        for entry in keymap.entries() {
            assert!(!entry.keys.is_empty(), "{} has no readable key", entry.name);
            for key in &entry.keys {
                let place = format!("{:?} {key}", entry.context);
                assert!(seen.insert(place.clone()), "{place} is bound twice");
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let keymap = Keymap::default();
        let names: BTreeSet<_> = keymap.entries().iter().map(|entry| &entry.name).collect();
        assert_eq!(names.len(), keymap.entries().len());
    }

    #[test]
    fn configured_keys_replace_the_default_ones() {
        let remap = Remap::from([("quit".to_owned(), vec!["Q".parse().unwrap()])]);
        let keymap = Keymap::new(&remap).unwrap();
        let on = |key: &str| keymap.message(ScreenId::Requests, None, key.parse().unwrap());
        assert!(matches!(on("Q"), Some(Message::Quit)));
        assert!(on("q").is_none());
        let wrong = Keymap::new(&Remap::from([("quitt".to_owned(), vec![])])).unwrap_err();
        assert!(wrong.to_string().contains("did you mean 'quit'"), "{wrong}");
    }

    fn remap(actions: &[(&str, &str)]) -> Result<Keymap, RemapError> {
        let keys = |keys: &str| keys.split(' ').map(|key| key.parse().unwrap()).collect();
        Keymap::new(&actions.iter().map(|(name, given)| ((*name).to_owned(), keys(given))).collect())
    }

    #[test]
    fn a_configured_key_is_taken_from_the_action_that_had_it() {
        let keymap = remap(&[("quit", "j"), ("requests.open", "s")]).unwrap();
        let on = |screen, key: &str| keymap.message(screen, None, key.parse().unwrap()).cloned();
        assert!(matches!(on(ScreenId::Requests, "j"), Some(Message::Quit)));
        assert_eq!(keymap.key_of("down").unwrap().to_string(), "down", "the other key is left");
        assert_eq!(keymap.key_of("requests.sort"), None);
        assert_eq!(keymap.key_of("logs.search").unwrap().to_string(), "s", "another screen is not concerned");
    }

    #[test]
    fn one_key_for_two_actions_is_told_where_both_may_be_meant() {
        let wrong = remap(&[("quit", "X"), ("help", "F X")]).unwrap_err();
        assert_eq!(wrong.name(), "quit", "{wrong}");
        assert!(wrong.to_string().contains("'X' is given to 'help' and to 'quit'"), "{wrong}");
        assert!(remap(&[("logs.open", "X"), ("requests.open", "X X")]).is_ok());
        assert!(
            remap(&[("logs.open", "X"), ("quit", "X")]).is_ok(),
            "a screen may have its own use for a key"
        );
    }
}
