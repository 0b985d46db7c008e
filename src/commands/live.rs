//! Live sources for the commands without screens: collected into a capture, with progress, and then read like any other.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::model::shell_word;
use crate::runtime::live::{self, Asks, Ended, Live, LiveEnd, Place, Stop};
use crate::source::aws::Connection;
use crate::source::aws::standing::State;
use crate::text::Door;

use super::Outcome;
use super::output::{MAX_NOTE, note};
use super::progress::{Progress, Talk};

/// Live sources, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sources {
    /// What.
    pub asks: Asks,
    /// Where the capture is kept.
    pub place: Place,
    /// Whether secrets are masked before anything is written.
    pub redact: bool,
}

/// A capture that has just been written.
#[derive(Debug)]
pub(super) struct Collected {
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Whether a source failed, so that the answer is partial.
    pub(super) is_partial: bool,
    /// How it ended.
    pub(super) ended: Ended,
    /// A folder that goes when this does.
    pub(super) temporary: Option<TempDir>,
}

/// Name that the inputs of a temporary capture get, whose folder means nothing to anybody.
pub(super) const TEMPORARY: &str = "live";

impl Sources {
    /// Waits until the newest events are final.
    pub fn settle(&mut self) {
        if let Asks::Selection(selection) = &mut self.asks {
            selection.settle = true;
        }
    }

    fn follows(&self) -> bool {
        match &self.asks {
            Asks::Selection(selection) => selection.window.follow,
            Asks::Resume { follow, .. } => *follow,
        }
    }

    /// What is collected while the screens are shown.
    pub(super) fn beside_screens(&self) -> Live {
        Live { estimate: false, ..self.live() }
    }

    fn live(&self) -> Live {
        Live {
            asks: self.asks.clone(),
            place: self.place.clone(),
            tool: concat!("agentcore-triage ", env!("CARGO_PKG_VERSION")).to_owned(),
            redact: self.redact,
            estimate: true,
        }
    }

    /// The folder that is kept.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        match &self.place {
            Place::New(folder) | Place::Existing(folder) => Some(folder.clone()),
            Place::Temporary => None,
        }
    }

    /// Says after the screens where the capture is, and why it is not whole.
    ///
    /// # Errors
    /// When other words are needed.
    pub(super) fn take_leave(&self, ended: &Ended, door: Door) -> anyhow::Result<Outcome> {
        if let Some(folder) = self.folder() {
            let word = shell_word(&folder.to_string_lossy());
            note(&format!(
                "the capture is in {word}; open it: agentcore-triage {word}; go on with it: agentcore-triage \
                 --resume {word}"
            ));
        }
        let has_failed = tell_failures(ended, door);
        match &ended.error {
            None if has_failed => Ok(Outcome::Partial),
            None => Ok(Outcome::Clean),
            Some(LiveEnd::Selection(error)) if error.is_usage() => Err(in_safe_words(error, door)),
            Some(error) => {
                note(&format!("error: {}", in_safe_words(error, door)));
                Ok(Outcome::Partial)
            }
        }
    }
}

/// Collects `sources` until they end or Ctrl-C.
///
/// # Errors
/// When other words are needed, or the capture cannot be written at all.
pub(super) fn read(sources: &Sources, door: Door, talk: Talk) -> anyhow::Result<Collected> {
    let interrupt = Interrupt::default();
    interrupt.listen()?;
    let teller = Progress::new(door, talk).teller();
    let handle = live::start(sources.live(), teller).map_err(|error| in_safe_words(&error, door))?;
    interrupt.stops(handle.stopper());
    let folder = handle.folder().to_owned();
    let (mut ended, temporary) = handle.wait();
    let mut is_partial = false;
    if interrupt.is_over() {
        note("stopped; what was fetched is kept");
        // Who follows ends it so; a window that was to be read is not there.
        is_partial |= !sources.follows() || ended.standings.is_empty();
    }
    match ended.error.take() {
        None => {}
        Some(LiveEnd::Selection(error)) if error.is_usage() => bail!(in_safe_words(&error, door)),
        Some(error) => {
            is_partial = true;
            note(&format!("error: {}", in_safe_words(&error, door)));
        }
    }
    is_partial |= tell_failures(&ended, door);
    Ok(Collected { folder, is_partial, ended, temporary })
}

/// Says which sources have failed: those that could not be looked up, were given up, or were being tried again when the
/// collection ended. Whether there is one.
fn tell_failures(ended: &Ended, door: Door) -> bool {
    let tell = |name: &str, error: &str| {
        note(door.line(&format!("error: {name}: {error}"), MAX_NOTE).as_str());
    };
    for failure in &ended.failures {
        tell(&failure.source, &failure.error.to_string());
    }
    let mut has_failed = !ended.failures.is_empty();
    for standing in &ended.standings {
        let how = match standing.state {
            State::Lost => "",
            State::Retrying(_) => "; it was being tried again at the end",
            _ => continue,
        };
        has_failed = true;
        let error = standing.last_error.as_ref().map(|(_, error)| error.to_string()).unwrap_or_default();
        tell(&standing.name, &format!("{error}{how}"));
    }
    has_failed
}

/// Ctrl-C while a collection runs: before it can be stopped, once, or after it has ended.
#[derive(Clone, Default)]
struct Interrupt(Arc<Mutex<Interrupted>>);

#[derive(Default)]
struct Interrupted {
    has_come: bool,
    is_over: bool,
    stop: Option<Stop>,
}

impl Interrupt {
    fn listen(&self) -> anyhow::Result<()> {
        let told = self.clone();
        let interrupt = move || {
            let mut state = told.state();
            if state.has_come || state.is_over {
                // Whoever asks twice, or while the capture is judged, wants the end.
                return false;
            }
            state.has_come = true;
            if let Some(stop) = &state.stop {
                stop.stop();
            }
            true
        };
        live::on_interrupt(interrupt).context("Ctrl-C cannot be listened to")
    }

    fn stops(&self, stop: Stop) {
        let mut state = self.state();
        if state.has_come {
            stop.stop();
        }
        state.stop = Some(stop);
    }

    /// Ends listening; whether one has come.
    fn is_over(&self) -> bool {
        let mut state = self.state();
        state.is_over = true;
        state.has_come
    }

    fn state(&self) -> MutexGuard<'_, Interrupted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error in safe words.
pub(super) fn in_safe_words(error: &dyn std::error::Error, door: Door) -> anyhow::Error {
    anyhow::anyhow!("{}", door.line(&error.to_string(), MAX_NOTE))
}

/// A number of bytes for people: `12.3 MB`.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// The options that reach an account again, with a space before each.
pub(super) fn reach_options(connection: &Connection) -> String {
    let option = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!(" --{name} {}", shell_word(value))).unwrap_or_default()
    };
    [
        option("profile", &connection.profile),
        option("region", &connection.region),
        option("endpoint-url", &connection.endpoint_url),
        option("account-role", &connection.role_arn),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_said_in_the_unit_that_fits() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_000), "1.0 kB");
        assert_eq!(bytes(12_345_678), "12.3 MB");
        assert_eq!(bytes(u64::MAX), "18446744.1 TB");
    }
}
