//! The screens, each registered once in the table below. `coverage.rs` is the minimal example.
//!
//! Every screen is a module with the same shape:
//!
//! - `State: Default + Debug`: what it remembers; `Message: Clone + Debug` with a variant `Move(Move)`;
//! - `KEYS: &[Binding<Message>]`: its part of the key table;
//! - `update(&mut State, Message, &Shared, &mut Outbox)`: changes its own state only, asks for the rest;
//! - `refresh(&mut State, Change, &Shared, &mut Outbox)`: what it shows has changed;
//! - `click(&State, &Shared, Rect, Mouse) -> Option<Message>`: the mouse within its room;
//! - `view(&State, &Shared, &mut Frame, Rect)`: draws, changes nothing.

#![allow(
    clippy::needless_pass_by_value,
    reason = "a message is consumed, also when it holds nothing to move"
)]

mod advice;
#[cfg(test)]
mod hostile;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::keys::{Context, Entry, Move, push};
use super::message::{Message, Mouse, Outbox};
use super::model::{Change, Shared};

macro_rules! screens {
    ($($(#[$doc:meta])* $name:ident = $module:ident, $title:literal, $key:literal;)+) => {
        $(pub mod $module;)+

        /// The screens in their order.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum ScreenId { $($(#[$doc])* $name),+ }

        /// State of each screen.
        #[derive(Debug, Default)]
        pub struct Screens { $($(#[$doc])* pub $module: $module::State),+ }

        /// A message to one screen.
        #[derive(Clone, Debug)]
        pub enum ScreenMessage { $($(#[$doc])* $name($module::Message)),+ }

        impl ScreenMessage {
            /// The screen it is for.
            pub(super) fn screen(&self) -> ScreenId {
                match self { $(Self::$name(_) => ScreenId::$name),+ }
            }
        }

        impl ScreenId {
            /// The one shown first.
            pub const FIRST: Self = Self::Requests;

            /// Every screen.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// For tabs and headings.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }

            /// What its key does.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => concat!("show ", stringify!($module))),+ }
            }

            /// For `--print-screen`, the configuration and the session.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => stringify!($module)),+ }
            }

            /// Its key.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key),+ }
            }

            /// Its part of the key table.
            pub(super) fn bindings(self, entries: &mut Vec<Entry>) {
                match self { $(Self::$name => push(entries, Context::Screen(self), $module::KEYS, |message| {
                    Message::Screen(ScreenMessage::$name(message))
                })),+ }
            }
        }

        impl Screens {
            pub(super) fn update(&mut self, message: ScreenMessage, shared: &Shared, out: &mut Outbox) {
                match message {
                    $(ScreenMessage::$name(message) => $module::update(&mut self.$module, message, shared, out)),+
                }
            }

            pub(super) fn movement(&mut self, id: ScreenId, by: Move, shared: &Shared, out: &mut Outbox) {
                match id {
                    $(ScreenId::$name => {
                        $module::update(&mut self.$module, $module::Message::Move(by), shared, out);
                    }),+
                }
            }

            pub(super) fn refresh(&mut self, id: ScreenId, change: Change, shared: &Shared, out: &mut Outbox) {
                match id { $(ScreenId::$name => $module::refresh(&mut self.$module, change, shared, out)),+ }
            }

            pub(super) fn click(&self, id: ScreenId, shared: &Shared, area: Rect, mouse: Mouse) -> Option<ScreenMessage> {
                match id {
                    $(ScreenId::$name => {
                        $module::click(&self.$module, shared, area, mouse).map(ScreenMessage::$name)
                    }),+
                }
            }

            pub(super) fn view(&self, id: ScreenId, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
                match id { $(ScreenId::$name => $module::view(&self.$module, shared, frame, area)),+ }
            }
        }
    };
}

screens! {
    /// All requests.
    Requests = requests, "Requests", "1";
    /// One request on a time axis.
    Timeline = timeline, "Timeline", "2";
    /// Why it failed and what to do.
    Diagnosis = diagnosis, "Diagnosis", "3";
    /// One record, decoded and raw.
    Signal = signal, "Signal", "4";
    /// Every signal in order of time.
    Logs = logs, "Logs", "5";
    /// A failing request beside a healthy one.
    Compare = compare, "Compare", "6";
    /// The audit of tool schemas.
    Schemas = schemas, "Schemas", "7";
    /// The rules and their hits.
    Rules = rules, "Rules", "8";
    /// What was read and what is missing.
    Coverage = coverage, "Coverage", "9";
}

impl ScreenId {
    /// The screen that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|screen| screen.word() == word)
    }

    /// The screen so many places further, around.
    #[must_use]
    pub fn step(self, by: i8) -> Self {
        let at = Self::ALL.iter().position(|screen| *screen == self).unwrap_or_default() as i64;
        Self::ALL[(at + i64::from(by)).rem_euclid(Self::ALL.len() as i64) as usize]
    }
}
