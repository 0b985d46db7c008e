//! Threads, channels, terminal, clock and operating-system signals around the terminal screens.
//!
//! One thread owns the model and the screen. It sleeps until something happens: keys (`events`), answers about the
//! capture (`worker`) or signals of the operating system. Everything that waits is taken in, then one frame is drawn.

mod answer;
mod clipboard;
mod effects;
mod events;
mod export;
mod fault;
mod judge;
mod link;
pub mod live;
mod minimal;
mod print;
mod program;
mod reader;
mod terminal;
mod worker;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant, SystemTime};

pub use link::Recording;
pub use print::print_screen;
pub use reader::Load;

use crate::tui::session::Session;
use crate::tui::{Effect, Message, Model, Settings, update};

use clipboard::Clipboard;
use effects::Hands;
use events::{Event, Permit};
use judge::Judge;
use link::Link;
use live::{Live, LiveEnd};
use program::Programs;
use terminal::Screen;
use worker::Worker;

/// When nothing happens, how often the terminal is asked whether it is still there: the thread that reads it would
/// never be told.
const WATCH: Duration = Duration::from_secs(2);

/// How the screens were left, and what to remember of them.
#[derive(Debug)]
pub struct Left {
    /// How; an error when the terminal could not be used any more.
    pub ended: io::Result<Ended>,
    /// A fault of the program that a thread behind the screens met: what to report, safe to be shown. What the screens
    /// showed was not all there is.
    pub fault: Option<String>,
    /// Where the person was.
    pub session: Session,
    /// How the collection ended, when there was one.
    pub collected: Option<live::Ended>,
}

/// Who ended the screens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// By the person.
    Quit,
    /// By this signal of the operating system; the terminal is as before.
    Signal(i32),
}

/// What the program needs of the world.
pub struct World {
    /// Makes what looks at the captures, among them one that is being recorded.
    pub open: Box<dyn FnOnce(Option<Recording>) -> Load>,
    /// What is collected meanwhile.
    pub live: Option<Live>,
    /// Gives an environment variable.
    pub variable: fn(&str) -> Option<String>,
}

/// Why the screens cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The terminal cannot be taken, or ended.
    #[error("the terminal cannot be used: {0}; try --rule-check or --report")]
    Terminal(#[from] io::Error),
    /// Nothing can be collected.
    #[error(transparent)]
    Live(#[from] LiveEnd),
}

/// Shows the screens until the person quits.
///
/// # Errors
/// When the terminal cannot be taken, or ends, or a capture cannot be recorded.
pub fn run(world: World, mut settings: Settings) -> Result<Left, RunError> {
    let World { open, live, variable } = world;
    let (options, door) = (Arc::clone(&settings.options), settings.door);
    let mut screen = Screen::take(settings.mouse)?;
    let size = terminal::size()?;
    settings.size = (size.width, size.height);
    let (sender, events) = sync_channel(events::QUEUE);
    #[cfg(unix)]
    events::read_signals(sender.clone())?;
    let answers = sender.clone();
    let tell: worker::Tell = Arc::new(move |data| answers.send(Event::Answer(data)).is_ok());
    let (ring, bell) = sync_channel(1);
    let link = live.map(|live| Link::start(live, Arc::clone(&tell), ring)).transpose()?;
    let judge = Judge::new(options, settings.session.rules.clone());
    let worker = Worker::start(open(link.as_ref().map(Link::recording)), judge, door, &tell, bell)?;
    let permit = events::read_terminal(sender)?;
    let model = Model::new(settings);
    screen.draw(&model)?;
    let clipboard = Clipboard::new(&|name| variable(name).is_some());
    let hands = Hands { screen, worker, clipboard, programs: Programs::new(&variable) };
    let mut session = Loop { model, hands, permit, started: now() };
    let ended = session.run(&events);
    let remembered = session.model.remember();
    // The person has the terminal back before the collection has ended, which nobody listens to any more.
    drop((session, events));
    let collected = link.and_then(Link::finish);
    Ok(Left { ended, fault: fault::take(), session: remembered, collected })
}

/// Ends the process as `signal` does by default.
///
/// # Errors
/// When it is no signal that ends a process.
#[cfg(unix)]
pub fn end_by(signal: i32) -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(signal)
}

/// The clock that files' times of change are compared with.
#[allow(clippy::disallowed_methods, reason = "whether a file is still written to is a matter of clock time")]
fn clock() -> SystemTime {
    SystemTime::now()
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one clock of the screens; everything below gets time as an argument"
)]
fn now() -> Instant {
    Instant::now()
}

struct Loop {
    model: Model,
    hands: Hands,
    permit: Permit,
    started: Instant,
}

impl Loop {
    /// Runs until the end. A terminal that has gone is the same as a signal that says so.
    fn run(&mut self, events: &Receiver<Event>) -> io::Result<Ended> {
        let ended = self.turn(events);
        #[cfg(unix)]
        if ended.is_err() && !terminal::is_there() {
            return Ok(Ended::Signal(signal_hook::consts::SIGHUP));
        }
        ended
    }

    fn turn(&mut self, events: &Receiver<Event>) -> io::Result<Ended> {
        loop {
            let first = match events.recv_timeout(WATCH) {
                Ok(first) => first,
                Err(RecvTimeoutError::Timeout) if terminal::is_there() => continue,
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::NotConnected.into()),
                Err(RecvTimeoutError::Disconnected) => return Ok(Ended::Quit),
            };
            for event in std::iter::once(first).chain(events.try_iter().take(events::QUEUE)) {
                if let Some(ended) = self.take(event)? {
                    return Ok(ended);
                }
            }
            self.hands.screen.draw(&self.model)?;
        }
    }

    fn take(&mut self, event: Event) -> io::Result<Option<Ended>> {
        match event {
            Event::Input(messages) => {
                for message in messages {
                    if let Some(ended) = self.message(message)? {
                        return Ok(Some(ended));
                    }
                }
                self.permit.read();
                Ok(None)
            }
            Event::Answer(data) => self.message(Message::Data(data)),
            Event::Closed(error) => Err(error),
            Event::Signal(signal) => self.signal(signal),
        }
    }

    fn message(&mut self, message: Message) -> io::Result<Option<Ended>> {
        let mut messages = vec![message];
        while let Some(message) = messages.pop() {
            for effect in update(&mut self.model, message, now().duration_since(self.started)) {
                match effect {
                    Effect::Quit => return Ok(Some(Ended::Quit)),
                    effect => messages.extend(self.hands.run(effect)?.map(Message::Data)),
                }
            }
        }
        Ok(None)
    }

    #[cfg(unix)]
    fn signal(&mut self, signal: i32) -> io::Result<Option<Ended>> {
        use signal_hook::consts::{SIGCONT, SIGTSTP};
        match signal {
            SIGTSTP => self.message(Message::Suspend),
            SIGCONT => {
                // Whoever stopped us from outside may have changed the terminal.
                self.hands.screen.resume()?;
                Ok(None)
            }
            signal if events::ENDING.contains(&signal) => Ok(Some(Ended::Signal(signal))),
            _ => Ok(None),
        }
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _signal: i32) -> io::Result<Option<Ended>> {
        Ok(None)
    }
}
