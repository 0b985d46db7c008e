//! Does what the model asks of the world.

use std::io;

use crate::tui::message::Notice;
use crate::tui::{Data, Effect};

use super::clipboard::Clipboard;
use super::program::{self, Programs};
use super::terminal::{self, Screen};
use super::worker::Worker;

/// What effects are done with.
pub(super) struct Hands {
    pub(super) screen: Screen,
    pub(super) worker: Worker,
    pub(super) clipboard: Clipboard,
    pub(super) programs: Programs,
}

impl Hands {
    /// Does it; what there is to tell at once comes back.
    pub(super) fn run(&mut self, effect: Effect) -> io::Result<Option<Data>> {
        match effect {
            Effect::Quit => {}
            Effect::Suspend => self.suspend()?,
            Effect::Redraw => self.screen.clear()?,
            Effect::Mouse(is_taken) => self.screen.take_mouse(is_taken)?,
            Effect::Search { .. }
            | Effect::Count { .. }
            | Effect::Find { .. }
            | Effect::Rank { .. }
            | Effect::Walk(_)
            | Effect::Compare { .. }
            | Effect::Judge(_)
            | Effect::Audit
            | Effect::Export { .. }
            | Effect::Forget(..) => self.worker.ask(effect),
            Effect::Copy(text) => {
                self.screen.write(&self.clipboard.sequence(text.as_str()))?;
                return Ok(Some(Data::Notice(self.clipboard.copy(text.as_str()))));
            }
            Effect::Open { text, edit } => return self.open(text.as_str(), edit),
        }
        Ok(None)
    }

    fn open(&mut self, text: &str, edit: bool) -> io::Result<Option<Data>> {
        let command = if edit { &self.programs.editor } else { &self.programs.pager };
        terminal::release();
        let shown = program::show(command, text);
        self.screen.resume()?;
        let name = if edit { "$EDITOR" } else { "$PAGER" };
        Ok(shown.err().map(|error| {
            Data::Notice(Notice::error(format!("'{command}' {error}; {name} names another program")))
        }))
    }

    #[cfg(unix)]
    fn suspend(&mut self) -> io::Result<()> {
        terminal::release();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        self.screen.resume()
    }

    #[cfg(not(unix))]
    fn suspend(&mut self) -> io::Result<()> {
        self.screen.clear()
    }
}
