//! What happens, from three threads into one bounded channel: keys, operating-system signals, answers.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::thread;
use std::time::Duration;

use ratatui::crossterm::event::{self, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};

use crate::tui::message::{Mouse, MouseKind};
use crate::tui::{Data, Message};

use super::{program, terminal};

/// Something that happened.
pub(super) enum Event {
    /// Keys, mouse, size, pasted text: a burst at a time. The reader waits for [`Permit::read`] afterwards.
    Input(Vec<Message>),
    /// The terminal cannot be read any more.
    Closed(io::Error),
    /// A signal of the operating system.
    Signal(i32),
    /// An answer of a worker.
    Answer(Data),
}

/// Events that may wait; more and their senders wait too.
pub(super) const QUEUE: usize = 256;

/// Most events of one burst.
const BURST: usize = 512;

/// Lets the reader read the terminal again. Until then keys belong to whoever has the terminal, such as a pager.
pub(super) struct Permit(Sender<()>);

impl Permit {
    /// Reads the next burst.
    pub(super) fn read(&self) {
        // A reader that has ended has said so with `Event::Closed`.
        let _ = self.0.send(());
    }
}

/// Starts reading the terminal.
pub(super) fn read_terminal(events: SyncSender<Event>) -> io::Result<Permit> {
    let (permit, granted) = channel();
    let read = move || {
        // Whoever reads no more keys has to say so: nobody could quit.
        if catch_unwind(AssertUnwindSafe(|| reader(&events, &granted))).is_err() {
            let _ = events.send(Event::Closed(io::Error::other("its input cannot be understood")));
        }
    };
    thread::Builder::new().name("terminal".into()).spawn(read)?;
    Ok(Permit(permit))
}

fn reader(events: &SyncSender<Event>, granted: &Receiver<()>) {
    loop {
        let event = match burst() {
            Ok(messages) if messages.is_empty() => continue,
            Ok(messages) => Event::Input(messages),
            Err(error) => {
                let _ = events.send(Event::Closed(error));
                return;
            }
        };
        if events.send(event).is_err() || granted.recv().is_err() {
            return;
        }
    }
}

/// Waits for an event and takes those that have come with it.
fn burst() -> io::Result<Vec<Message>> {
    let mut messages: Vec<Message> = message(event::read()?).into_iter().collect();
    while messages.len() < BURST && event::poll(Duration::ZERO)? {
        messages.extend(message(event::read()?));
    }
    Ok(messages)
}

fn message(event: event::Event) -> Option<Message> {
    match event {
        event::Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(key.into())),
        event::Event::Paste(text) => Some(Message::Paste(text)),
        event::Event::Resize(columns, rows) => {
            let drawn = terminal::drawn((columns, rows));
            Some(Message::Resize(drawn.width, drawn.height))
        }
        event::Event::Mouse(mouse) => {
            let zooms = mouse.modifiers.contains(KeyModifiers::CONTROL);
            let kind = match mouse.kind {
                MouseEventKind::ScrollUp if zooms => MouseKind::Zoom(true),
                MouseEventKind::ScrollDown if zooms => MouseKind::Zoom(false),
                MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
                MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
                MouseEventKind::ScrollUp => MouseKind::WheelUp,
                MouseEventKind::ScrollDown => MouseKind::WheelDown,
                _ => return None,
            };
            Some(Message::Mouse(Mouse { kind, column: mouse.column, row: mouse.row }))
        }
        _ => None,
    }
}

/// Signals that end the program with the terminal restored.
#[cfg(unix)]
pub(super) const ENDING: [i32; 3] =
    [signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP, signal_hook::consts::SIGINT];

/// Starts listening to signals of the operating system.
#[cfg(unix)]
pub(super) fn read_signals(events: SyncSender<Event>) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGTERM, SIGTSTP};
    let mut signals = signal_hook::iterator::Signals::new(ENDING.iter().chain(&[SIGTSTP, SIGCONT]))?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in &mut signals {
            if program::is_running() && !matches!(signal, SIGTERM | SIGHUP) {
                // It has the terminal: an interrupt is its own affair, and both are stopped together.
                if signal == SIGTSTP {
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
                continue;
            }
            if events.send(Event::Signal(signal)).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}
