//! A live collection beside the screens: what it tells becomes plain data for them, and the reader is woken.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tempfile::TempDir;

use crate::model::Timestamp;
use crate::source::aws::standing::{State, TailState};
use crate::source::aws::{LiveError, Standing};
use crate::source::recorded_gap;
use crate::tui::Data;
use crate::tui::live::{Link as Word, LiveState, SourceState};

use super::live::{self, Ended, Live, LiveEnd, Place, Stop, Told};
use super::worker::Tell;

/// A capture that is being written.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its folder.
    pub folder: PathBuf,
    /// Whether nothing more will be written.
    pub is_over: Arc<AtomicBool>,
}

/// A collection that runs while the screens are shown.
pub(super) struct Link {
    recording: Recording,
    stop: Stop,
    end: Option<JoinHandle<(Ended, Option<TempDir>)>>,
}

impl Link {
    /// Starts collecting. `ring` is called when there is more to read.
    ///
    /// # Errors
    /// When the capture cannot be made or gone on with, or there is no thread to be had.
    pub(super) fn start(live: Live, tell: Tell, ring: SyncSender<()>) -> Result<Self, LiveEnd> {
        let broken = |error: io::Error| LiveEnd::Broken(error.to_string());
        let kept = match &live.place {
            Place::New(folder) | Place::Existing(folder) => Some(folder.display().to_string()),
            Place::Temporary => None,
        };
        let voice = Arc::new(Voice {
            state: Mutex::new(LiveState { folder: kept, ..LiveState::default() }),
            tell,
            ring,
        });
        let teller = Arc::clone(&voice);
        let handle = live::start(live, move |told| teller.say(told))?;
        let (stop, is_over) = (handle.stopper(), Arc::new(AtomicBool::new(false)));
        let recording = Recording { folder: handle.folder().to_owned(), is_over: Arc::clone(&is_over) };
        let wait = move || {
            let (ended, temporary) = handle.wait();
            is_over.store(true, Ordering::Release);
            voice.end(&ended);
            (ended, temporary)
        };
        let end = thread::Builder::new().name("live end".into()).spawn(wait).map_err(broken)?;
        Ok(Self { recording, stop, end: Some(end) })
    }

    pub(super) fn recording(&self) -> Recording {
        self.recording.clone()
    }

    /// Stops the collection and waits until everything is on disk; a temporary folder is gone then. `None` when it
    /// ended in a panic.
    pub(super) fn finish(mut self) -> Option<Ended> {
        self.end()
    }

    fn end(&mut self) -> Option<Ended> {
        self.stop.stop();
        self.end.take()?.join().ok().map(|(ended, _temporary)| ended)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.end();
    }
}

/// Tells the screens and the reader.
struct Voice {
    state: Mutex<LiveState>,
    tell: Tell,
    ring: SyncSender<()>,
}

impl Voice {
    fn say(&self, told: Told) {
        self.change(|state| match told {
            Told::Resolved(opening) => {
                state.notes = opening.notes;
                state.errors =
                    opening.failures.iter().map(|it| format!("{}: {}", it.source, it.error)).collect();
            }
            Told::Standings(standings) => {
                let now = live::now();
                state.sources = standings.iter().map(|standing| source(standing, now)).collect();
            }
        });
    }

    fn end(&self, ended: &Ended) {
        self.change(|state| {
            state.is_over = true;
            state.errors.extend(ended.error.iter().map(ToString::to_string));
        });
    }

    fn change(&self, change: impl FnOnce(&mut LiveState)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        // When nobody listens the collection is stopped anyway; a ring that waits already is enough.
        (self.tell)(Data::Live(Arc::new(state.clone())));
        let _ = self.ring.try_send(());
    }
}

/// A standing as the screens see it at `now`.
fn source(standing: &Standing, now: Timestamp) -> SourceState {
    let tally = &standing.tally;
    let since = |at: Timestamp| nanos(now.since(at));
    SourceState {
        name: standing.name.clone(),
        region: standing.region.clone(),
        link: word(standing),
        lag: standing.lag(now).map(nanos),
        per_second: standing.per_second,
        events: tally.events,
        sampled_seconds: standing.live_tail.sampled_seconds,
        late: tally.late,
        throttled: tally.throttled,
        faults: tally.faults,
        last_error: standing.last_error.as_ref().map(|(at, error)| (since(*at), error.to_string())),
        retry_in: match standing.state {
            State::Retrying(at) => Some(nanos(at.since(now))),
            _ => None,
        },
        gaps: standing.gaps.iter().map(|hole| recorded_gap(standing.kind, &standing.name, hole)).collect(),
        notes: standing.live_tail.reason.iter().chain(&standing.notes).cloned().collect(),
    }
}

fn nanos(nanos: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
}

fn word(standing: &Standing) -> Word {
    let needs_login = standing.last_error.as_ref().is_some_and(|(_, error)| {
        matches!(error, LiveError::Expired { .. } | LiveError::NoCredentials | LiveError::Credentials { .. })
    });
    match (standing.state, standing.live_tail.state) {
        (State::Done, _) => Word::Complete,
        (State::Lost | State::Retrying(_), _) if needs_login => Word::Expired,
        (State::Lost, _) => Word::Lost,
        (State::Retrying(_), _) => Word::Reconnecting,
        (State::Starting, _) => Word::Connecting,
        (State::Reading, TailState::On) if standing.live_tail.is_sampled => Word::Sampled,
        (State::Reading, TailState::On) => Word::Live,
        (State::Reading, _) => Word::Polling,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::aws::standing::{LiveTail, Tally};
    use crate::source::recording::Kind;

    fn standing(state: State, tail: TailState) -> Standing {
        Standing {
            name: "/aws/x".to_owned(),
            kind: Kind::LogGroup,
            account: String::new(),
            region: "us-east-1".to_owned(),
            since: Timestamp(0),
            until: None,
            state,
            fetched_to: Some(Timestamp(7_000_000_000)),
            settled: None,
            rechecked: None,
            newest: None,
            heard: None,
            tally: Tally::default(),
            per_second: 0.0,
            live_tail: LiveTail { state: tail, ..LiveTail::default() },
            gaps: Vec::new(),
            last_error: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_standing_is_one_word() {
        let reading = |tail| word(&standing(State::Reading, tail));
        assert_eq!([reading(TailState::On), reading(TailState::Refused)], [Word::Live, Word::Polling]);
        let mut waiting = standing(State::Retrying(Timestamp(9_000_000_000)), TailState::On);
        assert_eq!(word(&waiting), Word::Reconnecting);
        waiting.last_error = Some((Timestamp(8_000_000_000), LiveError::NoCredentials));
        assert_eq!(word(&waiting), Word::Expired);
        let shown = source(&waiting, Timestamp(8_500_000_000));
        let times = (shown.lag, shown.retry_in, shown.last_error.map(|(ago, _)| ago));
        let millis = |millis| Some(Duration::from_millis(millis));
        assert_eq!(times, (millis(1_500), millis(500), millis(500)));
    }
}
