//! Boxes over the screen: help, the filter line, one-line questions, and lists to pick from.
//!
//! A popup has the shape of a screen (`State`, `Message`, `KEYS`, `update`, `view`), and takes every key while it is
//! open: those of its table first, the others as typing. `help.rs` is the minimal example.

#![allow(
    clippy::needless_pass_by_value,
    reason = "a message is consumed, also when it holds nothing to move"
)]

mod complete;
mod filter;
mod help;
mod lists;
mod picker;
mod prompt;
mod tally;

use ratatui::Frame;
use ratatui::layout::{Rect, Size};

use super::keys::{Chord, Context, Entry, Keymap, push};
use super::message::{Ask, Message, Mouse, MouseKind, Outbox};
use super::model::{Model, Shared};

macro_rules! popups {
    ($($(#[$doc:meta])* $name:ident = $module:ident, $title:literal;)+) => {
        /// The kinds of popups.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum PopupKind { $($(#[$doc])* $name),+ }

        /// An open popup.
        #[derive(Debug)]
        pub enum Popup { $($(#[$doc])* $name($module::State)),+ }

        /// A message to the open popup.
        #[derive(Clone, Debug)]
        pub enum PopupMessage { $($(#[$doc])* $name($module::Message)),+ }

        impl PopupKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// For headings.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }

            /// For the configuration.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => stringify!($module)),+ }
            }

            pub(super) fn bindings(self, entries: &mut Vec<Entry>) {
                match self { $(Self::$name => push(entries, Context::Popup(self), $module::KEYS, |message| {
                    Message::Popup(PopupMessage::$name(message))
                })),+ }
            }
        }

        impl Popup {
            /// Its kind.
            pub fn kind(&self) -> PopupKind {
                match self { $(Self::$name(_) => PopupKind::$name),+ }
            }

            /// A message that is meant for another popup is dropped: that one has been closed meanwhile.
            pub(super) fn update(&mut self, message: PopupMessage, shared: &Shared, out: &mut Outbox) {
                match (self, message) {
                    $((Self::$name(state), PopupMessage::$name(message)) => {
                        $module::update(state, message, shared, out);
                    })+
                    _ => {}
                }
            }

            pub(super) fn typed(&mut self, chord: Chord, shared: &Shared, out: &mut Outbox) {
                match self { $(Self::$name(state) => $module::typed(state, chord, shared, out)),+ }
            }

            pub(super) fn pasted(&mut self, text: &str, shared: &Shared, out: &mut Outbox) {
                match self { $(Self::$name(state) => $module::pasted(state, text, shared, out)),+ }
            }

            /// What a click asks for.
            pub(super) fn click(&self, shared: &Shared, mouse: Mouse) -> Option<Message> {
                if mouse.kind != MouseKind::Click {
                    return None;
                }
                match self { $(Self::$name(state) => $module::click(state, shared, mouse)),+ }
            }

            pub(super) fn view(&self, shared: &Shared, keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
                match self { $(Self::$name(state) => $module::view(state, shared, keymap, frame, area)),+ }
            }
        }
    };
}

popups! {
    /// The keys.
    Help = help, "Help";
    /// The filter line.
    Filter = filter, "Filter line";
    /// A question with a line of text as its answer.
    Prompt = prompt, "Question";
    /// A list to pick from.
    Picker = picker, "List";
}

impl Popup {
    /// The popup that asks for `ask`.
    pub(super) fn open(ask: Ask, model: &Model) -> Self {
        match ask {
            Ask::Help => Self::Help(help::State::new(model.screen, &model.keymap)),
            Ask::Filter => Self::Filter(filter::State::new(&model.shared, &model.session)),
            Ask::Line(line) => Self::Prompt(prompt::State::new(line)),
            Ask::Command => Self::Picker(lists::commands(model)),
            Ask::Filters => Self::Picker(lists::filters(model)),
            Ask::Place => Self::Picker(lists::places(&model.shared)),
            Ask::Export => Self::Picker(lists::exports()),
            Ask::Healthy => Self::Picker(lists::healthy(&model.shared)),
        }
    }

    /// It is open now.
    pub(super) fn opened(&mut self, shared: &Shared, out: &mut Outbox) {
        if let Self::Filter(filter) = self {
            filter.check(shared, out);
        }
    }

    /// There are other data now.
    pub(super) fn renewed(&mut self, shared: &Shared, out: &mut Outbox) {
        if let Self::Filter(filter) = self {
            filter.renewed(shared, out);
        }
    }

    /// Whether letters are text now, whatever the key table says of them.
    pub(super) fn is_typing(&self) -> bool {
        matches!(self, Self::Help(help) if help.is_typing())
    }
}

/// The room of popups: everything but the row with the keys.
pub(super) fn room(size: Size) -> Rect {
    Rect { x: 0, y: 0, width: size.width, height: size.height.saturating_sub(1) }
}
