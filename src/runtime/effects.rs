//! Does what the model asks of the world.

use std::io;

use crate::tui::message::Notice;
use crate::tui::{Data, Effect};

use super::terminal::{self, Screen};
use super::worker::Worker;

/// What effects are done with.
pub(super) struct Hands {
    pub(super) screen: Screen,
    pub(super) worker: Worker,
}

impl Hands {
    /// Does it; what there is to tell at once comes back.
    pub(super) fn run(&mut self, effect: Effect) -> io::Result<Option<Data>> {
        match effect {
            Effect::Suspend => self.suspend()?,
            Effect::Redraw => self.screen.clear()?,
            Effect::Search { .. }
            | Effect::Find { .. }
            | Effect::Walk(_)
            | Effect::Compare(_)
            | Effect::Audit => self.worker.ask(effect),
            Effect::Copy(text) => {
                self.screen.write(b"")?;
                return Ok(Some(told(format!("copied {} characters", text.as_str().chars().count()))));
            }
            Effect::Quit | Effect::SaveSession(_) | Effect::Open { .. } | Effect::Export { .. } => {}
        }
        Ok(None)
    }

    #[cfg(unix)]
    fn suspend(&mut self) -> io::Result<()> {
        terminal::release();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        self.screen.resume()
    }

    #[cfg(not(unix))]
    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn told(text: String) -> Data {
    Data::Notice(Notice::info(text))
}
