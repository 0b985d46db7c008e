//! Live sources for the commands without screens: collected into a capture, with progress, and then read like any other.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::model::{Issue, Timestamp, shell_word};
use crate::runtime::live::{self, Asks, Ended, Live, LiveEnd, Opening, Place, Stop, Told};
use crate::source::aws::selection::Failure;
use crate::source::aws::standing::State;
use crate::source::aws::{Connection, Standing};
use crate::source::recording::Manifest;
use crate::text::Door;

use super::Outcome;
use super::output::{MAX_NOTE, note};

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
    /// Sources that could not be read from the start; each is a gap.
    pub(super) issues: Vec<Issue>,
    /// Whether a source failed, so that the answer is partial.
    pub(super) is_partial: bool,
    /// How it ended.
    pub(super) ended: Ended,
    /// A folder that goes when this does.
    pub(super) temporary: Option<TempDir>,
}

/// What is said while collecting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Talk {
    /// Everything: this is what the command is about.
    Full,
    /// What a name was taken for, and a backfill that takes long.
    Brief,
}

/// Backfills from here on are announced.
const LARGE: u64 = 50 << 20;

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
        for failure in &ended.failures {
            note(door.line(&format!("error: {}: {}", failure.source, failure.error), MAX_NOTE).as_str());
        }
        let is_lost = ended.standings.iter().any(|standing| standing.state == State::Lost);
        match &ended.error {
            None if is_lost || !ended.failures.is_empty() => Ok(Outcome::Partial),
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
    let progress = Progress { door, talk, is_terminal: io::stderr().is_terminal(), width: 0 };
    let handle =
        live::start(sources.live(), progress.teller()).map_err(|error| in_safe_words(&error, door))?;
    interrupt.stops(handle.stopper());
    let folder = handle.folder().to_owned();
    let (mut ended, temporary) = handle.wait();
    let mut is_partial = !ended.failures.is_empty();
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
    for failure in &ended.failures {
        note(door.line(&format!("error: {}: {}", failure.source, failure.error), MAX_NOTE).as_str());
    }
    let issue = |failure: &Failure| Issue::new(failure.source.clone(), None, failure.error.to_string());
    let mut issues: Vec<Issue> = ended.failures.iter().map(issue).collect();
    for lost in ended.standings.iter().filter(|standing| standing.state == State::Lost) {
        is_partial = true;
        let error = lost.last_error.as_ref().map(|(_, error)| error.to_string()).unwrap_or_default();
        note(door.line(&format!("error: {}: {error}", lost.name), MAX_NOTE).as_str());
        if !has_stated_gap(&ended.manifest, lost) {
            issues.push(Issue::new(lost.name.clone(), None, error));
        }
    }
    Ok(Collected { folder, issues, is_partial, ended, temporary })
}

/// Whether the capture itself says what of a source is missing.
fn has_stated_gap(manifest: &Manifest, lost: &Standing) -> bool {
    manifest.sources.iter().any(|source| {
        (source.kind, &source.name, &source.origin.region) == (lost.kind, &lost.name, &lost.region)
            && !source.gaps.is_empty()
    })
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

/// What is told on stderr; on one line that is written anew where that is a terminal.
#[derive(Clone, Copy)]
struct Progress {
    door: Door,
    talk: Talk,
    is_terminal: bool,
    /// Columns of the line that stands there.
    width: usize,
}

impl Progress {
    fn teller(mut self) -> impl FnMut(Told) + Send + 'static {
        move |told| match told {
            Told::Resolved(opening) => self.open(&opening),
            Told::Standings(standings) => self.show(&standings),
        }
    }

    fn open(&mut self, opening: &Opening) {
        for note in &opening.notes {
            self::note(self.door.line(note, MAX_NOTE).as_str());
        }
        let known: u64 =
            opening.groups.iter().filter_map(|(_, _, cost)| cost.as_ref()).map(|cost| cost.bytes).sum();
        if self.talk == Talk::Full || known >= LARGE {
            for line in announcement(opening) {
                note(self.door.line(&line, MAX_NOTE).as_str());
            }
        }
    }

    fn show(&mut self, standings: &[Standing]) {
        if !self.is_terminal {
            return;
        }
        let over = standings.iter().all(Standing::is_over);
        let line = if over { String::new() } else { status(standings, live::now()) };
        let padding = self.width.saturating_sub(line.chars().count());
        self.width = line.chars().count();
        // Nobody else is told when stderr is gone.
        let _ = write!(io::stderr().lock(), "\r{line}{:padding$}\r", "");
    }
}

/// What is going to be fetched, and what that will take.
fn announcement(opening: &Opening) -> Vec<String> {
    let until = opening.until.map_or("until Ctrl-C".to_owned(), |until| format!("to {until}"));
    let mut lines = vec![format!("reading from {} {until}", opening.since)];
    let (mut sum, mut calls, mut unknown) = (0, 0, 0);
    for (name, region, cost) in &opening.groups {
        let estimate = match cost {
            Some(cost) => format!("about {}, {}", bytes(cost.bytes), calls_of(cost.calls)),
            None => "size unknown".to_owned(),
        };
        sum += cost.as_ref().map_or(0, |cost| cost.bytes);
        calls += cost.as_ref().map_or(0, |cost| cost.calls);
        unknown += u64::from(cost.is_none());
        lines.push(format!("  {name} ({region}): {estimate}"));
    }
    lines.extend(opening.prefixes.iter().map(|prefix| format!("  {prefix}*: as they appear")));
    if opening.groups.len() > 1 {
        let rest = if unknown > 0 { format!(", and {unknown} of unknown size") } else { String::new() };
        lines.push(format!("  together about {}, {}{rest}", bytes(sum), calls_of(calls)));
    }
    lines
}

fn calls_of(calls: u64) -> String {
    if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") }
}

/// One line on how far it is.
fn status(standings: &[Standing], now: Timestamp) -> String {
    let events: u64 = standings.iter().map(|standing| standing.tally.events).sum();
    let rate: f64 = standings.iter().map(|standing| standing.per_second).sum();
    let done = standings.iter().filter(|standing| standing.is_over()).count();
    let share: f64 = standings.iter().map(|standing| standing.progress(now)).sum();
    let percent = (share / standings.len().max(1) as f64 * 100.0).floor();
    let mut line =
        format!("{events} events, {rate:.0}/s, {percent:.0} %, {done} of {} sources", standings.len());
    let waiting = standings.iter().filter(|standing| matches!(standing.state, State::Retrying(_))).count();
    if waiting > 0 {
        let _ = write!(line, ", {waiting} trying again");
    }
    line
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
    use crate::source::aws::Estimate;

    #[test]
    fn bytes_are_said_in_the_unit_that_fits() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_000), "1.0 kB");
        assert_eq!(bytes(12_345_678), "12.3 MB");
        assert_eq!(bytes(u64::MAX), "18446744.1 TB");
    }

    #[test]
    fn a_backfill_is_announced_with_its_sum_and_what_is_unknown() {
        let cost = Estimate { bytes: 2_000_000, calls: 2, basis: String::new() };
        let opening = Opening {
            notes: Vec::new(),
            failures: Vec::new(),
            groups: vec![
                ("/aws/a".to_owned(), "us-east-1".to_owned(), Some(cost)),
                ("/aws/b".to_owned(), "us-east-1".to_owned(), None),
            ],
            prefixes: vec!["/aws/c".to_owned()],
            since: Timestamp(0),
            until: None,
        };
        assert_eq!(
            announcement(&opening),
            [
                "reading from 1970-01-01T00:00:00.000Z until Ctrl-C",
                "  /aws/a (us-east-1): about 2.0 MB, 2 calls",
                "  /aws/b (us-east-1): size unknown",
                "  /aws/c*: as they appear",
                "  together about 2.0 MB, 2 calls, and 1 of unknown size",
            ]
        );
    }
}
