//! The terminal: raw mode and alternate screen while the program has it, and everything as before afterwards,
//! however the program ends.

use std::io::{self, IsTerminal, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, execute, terminal};
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::tui::Model;

use super::fault;

/// What is drawn of a terminal that claims to be larger: a frame of 65,535 columns and rows would not fit into memory.
const LARGEST: Size = Size { width: 1_000, height: 500 };

/// Whether the terminal is ours: it must be given back exactly once, by whoever ends first.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The size of the terminals that all others descend from.
const USUAL: Size = Size { width: 80, height: 24 };

/// The terminal, given back when this is dropped.
pub(super) struct Screen {
    /// Its own end would show the cursor and, when the terminal is gone, panic while it complains about that.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn take(mouse: bool) -> io::Result<Self> {
        fault::keep_panics();
        let mut screen = Self { terminal: ManuallyDrop::new(terminal_of(size()?)?), mouse };
        screen.resume()?;
        Ok(screen)
    }

    /// Draws a frame of the size that the model knows; only cells that differ are written.
    pub(super) fn draw(&mut self, model: &Model) -> io::Result<()> {
        let area = Rect::from((ratatui::layout::Position::ORIGIN, model.shared.size));
        if self.terminal.get_frame().area() != area {
            self.terminal.resize(area)?;
        }
        self.terminal.draw(|frame| crate::tui::view(model, frame)).map(|_| ())
    }

    /// Forgets what is on screen, so that the next frame is drawn in full.
    ///
    /// `Terminal::clear` asks the terminal for its cursor and waits for the answer, which the thread that reads keys
    /// would take, and which some terminals never give.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        execute!(io::stdout(), Clear(ClearType::All))?;
        let area = self.terminal.get_frame().area();
        self.terminal.resize(area)
    }

    /// Writes a control sequence, such as one for the clipboard.
    pub(super) fn write(&mut self, sequence: &[u8]) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(sequence)?;
        out.flush()
    }

    /// Takes the mouse, or leaves it to the terminal, which selects text with it.
    pub(super) fn take_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        if mouse {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Takes the terminal again after [`release`].
    pub(super) fn resume(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        if self.mouse {
            execute!(io::stdout(), EnableMouseCapture)?;
        }
        self.clear()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        release();
        if thread::panicking() {
            // The panic began on a thread that worked for this one.
            fault::tell();
        }
    }
}

/// Columns and rows that are drawn.
pub(super) fn size() -> io::Result<Size> {
    terminal::size().map(drawn)
}

/// Of so many columns and rows those that are drawn; a terminal that does not know its size is taken for a usual one.
pub(super) fn drawn((columns, rows): (u16, u16)) -> Size {
    if columns == 0 || rows == 0 {
        return USUAL;
    }
    Size { width: columns.min(LARGEST.width), height: rows.min(LARGEST.height) }
}

/// Frames have the size that the model was told, which follows the terminal's by a message.
fn terminal_of(size: Size) -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    let viewport = Viewport::Fixed(Rect::from((ratatui::layout::Position::ORIGIN, size)));
    Terminal::with_options(CrosstermBackend::new(io::stdout()), TerminalOptions { viewport })
}

/// Whether there still is a terminal. One whose window was closed without a signal, as happens to whoever is no child
/// of its shell, can only be asked.
pub(super) fn is_there() -> bool {
    io::stdout().is_terminal()
}

/// Whether the terminal is ours.
pub(super) fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Gives the terminal back. Failures are nobody's business: there is no terminal left to tell them on.
pub(super) fn release() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            io::stdout(),
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            cursor::Show
        );
        let _ = disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    #[test]
    fn no_more_is_drawn_than_fits_into_memory() {
        assert_eq!(drawn((80, 24)), Size::new(80, 24));
        assert_eq!(drawn((1, u16::MAX)), Size::new(1, LARGEST.height));
        assert_eq!(drawn((0, 0)), USUAL);
    }

    #[test]
    fn the_terminal_is_given_back_once() {
        TAKEN.store(true, Ordering::SeqCst);
        let panicked = panic::catch_unwind(|| {
            struct Guard;
            impl Drop for Guard {
                fn drop(&mut self) {
                    release();
                }
            }
            let _guard = Guard;
            panic!("on purpose");
        });
        assert!(panicked.is_err());
        assert!(!TAKEN.load(Ordering::SeqCst));
    }
}
