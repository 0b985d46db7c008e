//! The key table: handling, help overlay, footer, palette, configuration and the README's list are made from it.
//!
//! Each screen and popup declares a `KEYS` slice of [`Binding`]s for its own messages; [`global`] has those that
//! work everywhere. `Keymap::new` joins them, and the user's configuration replaces the keys of an action by its
//! name (`requests.sort`). A key is looked for in the popup, else in the screen, else among the global ones.

mod chord;
mod global;
mod keymap;

pub use chord::{Chord, NoKey};
pub(super) use keymap::push;
pub use keymap::{Context, Entry, Keymap, Remap, RemapError};

use std::fmt;

/// One action with its default keys, for messages `M` of a screen or popup.
#[derive(Clone, Copy, Debug)]
pub struct Binding<M: 'static> {
    /// Name within its screen, for the configuration: `sort`.
    pub name: &'static str,
    /// Default keys, the first one shown in the footer. See [`Chord`] for the spelling.
    pub keys: &'static [&'static str],
    /// One or two words for the footer; empty for none.
    pub hint: &'static str,
    /// What it does, for the help overlay and the palette.
    pub words: &'static str,
    /// What it sends.
    pub message: M,
}

/// A [`Binding`]: name, keys, footer hint, words, message.
pub const fn bind<M>(
    name: &'static str,
    keys: &'static [&'static str],
    hint: &'static str,
    words: &'static str,
    message: M,
) -> Binding<M> {
    Binding { name, keys, hint, words, message }
}

/// A movement, with the same keys on every screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Move {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// To the left: collapse, pan, previous column.
    Left,
    /// To the right: expand, pan, next column.
    Right,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// So many rows, negative upwards: the mouse wheel.
    Rows(i16),
}

/// The key table as Markdown, for the README: one table for each context.
pub fn markdown(keymap: &Keymap) -> String {
    let mut out = String::new();
    for context in Context::all() {
        let entries: Vec<_> = keymap.entries().iter().filter(|entry| entry.context == context).collect();
        if entries.is_empty() {
            continue;
        }
        let _ = fmt::Write::write_fmt(
            &mut out,
            format_args!("**{}**\n\n| Key | Action | Name |\n|---|---|---|\n", context.title()),
        );
        for entry in entries {
            let keys: Vec<_> =
                entry.keys.iter().map(|key| format!("`{key}`").replace("`|`", "`\\|`")).collect();
            let _ = fmt::Write::write_fmt(
                &mut out,
                format_args!("| {} | {} | `{}` |\n", keys.join(" "), entry.words, entry.name),
            );
        }
        out.push('\n');
    }
    out
}
