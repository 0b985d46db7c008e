//! What is being collected: every source with its standing, and what has been told about it put into the capture.

use std::sync::Arc;
use std::time::Duration;

use super::error::LiveError;
use super::event::LogEvent;
use super::follow::Tail;
use super::gaps;
use super::news::{News, Progress, Told, Traced};
use super::standing::{LiveTail, Standing, State, TailState, Tally};
use super::trace_queue::SharedQueue;
use crate::model::Timestamp;
use crate::source::early::Early;
use crate::source::recording::{Asked, Hole, Kind, Origin, RecordError, Recorded, Recorder};

/// How often events that both Live Tail and the sweep have brought are forgotten.
const FORGET: Duration = Duration::from_mins(1);

/// Over how long a time the rate of events is evened out, in seconds.
const RATE: f64 = 5.0;

/// Every source, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Collection {
    sources: Vec<Source>,
    /// How each stands, in the same order.
    standings: Vec<Standing>,
    /// Whether something has arrived that should be seen at once.
    pub(super) is_urgent: bool,
    committed: Option<Timestamp>,
    forgotten: Option<Timestamp>,
}

/// What one source needs beside its standing.
#[derive(Debug)]
pub(super) struct Source {
    /// Its place in the manifest; a prefix has none.
    pub place: Option<usize>,
    /// Events that Live Tail and the sweep may both bring; without Live Tail there is no such thing.
    pub early: Option<Early>,
    /// What the sweep is told.
    pub tail: Arc<Tail>,
    /// Where trace ids go that stand in its events.
    pub traces: Option<SharedQueue>,
    /// Events at the last commit, for the rate.
    counted: u64,
    /// What the service refused to give, with the commands that fetch it.
    missing: Vec<(String, Option<String>)>,
    /// How log groups under a prefix are listed; other sources list none.
    listed: Option<Origin>,
}

impl Collection {
    /// Adds a source, which has the given place in the manifest.
    pub(super) fn add(
        &mut self,
        place: Option<usize>,
        standing: Standing,
        early: Option<Early>,
        traces: Option<SharedQueue>,
    ) -> usize {
        self.standings.push(standing);
        self.sources.push(Source {
            place,
            early,
            tail: Arc::default(),
            traces,
            counted: 0,
            missing: Vec::new(),
            listed: None,
        });
        self.sources.len() - 1
    }

    /// Adds log groups that may appear under a prefix.
    pub(super) fn add_prefix(&mut self, standing: Standing, origin: Origin) -> usize {
        let source = self.add(None, standing, None, None);
        self.sources[source].listed = Some(origin);
        source
    }

    /// How every source stands.
    pub(super) fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// How every source stands, at the end.
    pub(super) fn into_standings(self) -> Vec<Standing> {
        self.standings
    }

    /// The standing of one, to be changed.
    pub(super) fn standing(&mut self, source: usize) -> &mut Standing {
        &mut self.standings[source]
    }

    /// What one is told by Live Tail.
    pub(super) fn tail(&self, source: usize) -> Arc<Tail> {
        Arc::clone(&self.sources[source].tail)
    }

    /// Whether a source of the manifest is among them.
    pub(super) fn has(&self, place: usize) -> bool {
        self.sources.iter().any(|source| source.place == Some(place))
    }

    /// Whether nothing more will come.
    pub(super) fn is_over(&self) -> bool {
        self.standings.iter().all(Standing::is_over)
    }

    /// Whether no more log events will come.
    pub(super) fn are_logs_over(&self) -> bool {
        self.standings.iter().filter(|one| one.kind != Kind::Traces).all(Standing::is_over)
    }

    /// Tells every queue of traces that log events will name no more of them.
    pub(super) fn end_traces(&self) {
        self.sources
            .iter()
            .filter_map(|source| source.traces.as_ref())
            .for_each(|traces| traces.lock().end());
    }

    /// Takes what a task tells. What may not be lost goes into `recorder`, to be committed.
    pub(super) fn take(&mut self, news: News, recorder: &mut Recorder, now: Timestamp) {
        match news {
            News::Page(source, events) => {
                let standing = &mut self.standings[source];
                standing.tally.calls += 1;
                standing.heard = Some(now);
                standing.state = State::Reading;
                self.write(source, &events, recorder, Early::sweep);
            }
            News::Round(source, progress) => self.round(source, progress),
            News::Fault { source, error, retry_at } => self.fault(source, error, retry_at, now),
            News::Done(source) => self.standings[source].state = State::Done,
            News::Tail(sources, told) => self.told(&sources, told, recorder, now),
            News::Traces(source, traced) => self.traced(source, traced, recorder, now),
            News::Listed(source) => {
                let standing = &mut self.standings[source];
                standing.heard = Some(now);
                standing.tally.calls += 1;
                standing.state = if standing.until.is_some() { State::Done } else { State::Reading };
            }
            // It concerns no source that is there yet; see `collect`.
            News::Appeared(_) => {}
        }
    }

    /// Writes those of `events` that `decide` says are to be written.
    fn write(
        &mut self,
        source: usize,
        events: &[LogEvent],
        recorder: &mut Recorder,
        decide: impl Fn(&mut Early, Timestamp, &str, &str) -> bool,
    ) -> u64 {
        let Source { place, early, traces, .. } = &mut self.sources[source];
        let standing = &mut self.standings[source];
        let mut written = 0;
        for event in events {
            let is_written =
                early.as_mut().is_none_or(|early| decide(early, event.at, &event.stream, &event.message));
            if !is_written {
                continue;
            }
            written += 1;
            standing.newest = standing.newest.max(Some(event.at));
            if let Some(place) = *place {
                recorder.append(place, &event.record(&standing.name));
            }
            if let Some(traces) = traces {
                traces.note_in(&event.message, event.at);
            }
        }
        standing.tally.events += written;
        written
    }

    fn round(&mut self, source: usize, progress: Progress) {
        let standing = &mut self.standings[source];
        let Progress { cursor, tally, is_shortened } = progress;
        standing.fetched_to = Some(cursor.fetched_to);
        standing.settled = Some(cursor.settled);
        standing.rechecked = Some(cursor.rechecked);
        standing.state = State::Reading;
        standing.tally.repeated = tally.repeated;
        standing.tally.late = tally.late;
        standing.tally.max_delay_ms = tally.max_delay_ms;
        if is_shortened {
            note(
                standing,
                "so many events that late ones are looked for less than a quarter of an hour back",
            );
        }
    }

    fn fault(&mut self, source: usize, error: LiveError, retry_at: Option<Timestamp>, now: Timestamp) {
        let standing = &mut self.standings[source];
        count_fault(&mut standing.tally, &error);
        standing.state = retry_at.map_or(State::Lost, State::Retrying);
        standing.last_error = Some((now, error));
        // Whoever waits is told at once why.
        self.is_urgent = true;
    }

    fn told(&mut self, sources: &[usize], told: Told, recorder: &mut Recorder, now: Timestamp) {
        if let Told::Events(source, events) = told {
            let standing = &self.standings[source];
            let (since, until) = (standing.since, standing.until);
            let is_asked_for =
                |event: &LogEvent| event.at >= since && until.is_none_or(|until| event.at <= until);
            let events: Vec<LogEvent> = events.into_iter().filter(is_asked_for).collect();
            let written = self.write(source, &events, recorder, Early::show);
            self.standings[source].tally.early += written;
            self.is_urgent |= written > 0;
            return;
        }
        if let (Told::Failed(error), Some(first)) = (&told, sources.first()) {
            // One call for all groups of a session: it is counted once.
            count_fault(&mut self.standings[*first].tally, error);
        }
        for source in sources.iter().copied() {
            let Source { early, tail, .. } = &mut self.sources[source];
            let standing = &mut self.standings[source];
            let live = &mut standing.live_tail;
            match &told {
                Told::Events(..) => {}
                Told::Started => {
                    early.get_or_insert_default();
                    live.state = TailState::On;
                    tail.set(true);
                }
                Told::Update { is_sampled } => {
                    live.is_sampled = *is_sampled;
                    standing.heard = Some(now);
                    if *is_sampled {
                        live.sampled_seconds += 1;
                        tail.nudge();
                    }
                }
                Told::Ended(reason) => {
                    live.restarts += 1;
                    pause(live, tail, TailState::Starting, reason);
                }
                Told::Failed(error) => {
                    live.restarts += 1;
                    pause(live, tail, TailState::Starting, &error.to_string());
                }
                Told::Refused(reason) => pause(live, tail, TailState::Refused, reason),
            }
        }
    }

    fn traced(&mut self, source: usize, traced: Traced, recorder: &mut Recorder, now: Timestamp) {
        let standing = &mut self.standings[source];
        for record in &traced.records {
            if let Some(place) = self.sources[source].place {
                recorder.append(place, record);
            }
        }
        standing.tally.events += traced.records.len() as u64;
        standing.tally.calls += traced.calls;
        standing.state = State::Reading;
        standing.heard = Some(now);
        // It may go back: a late log event may name a trace that began before.
        standing.settled = traced.settled.or(standing.settled);
        standing.fetched_to = standing.settled;
        standing.newest = standing.newest.max(traced.newest);
        for text in &traced.notes {
            note(standing, text);
        }
        self.sources[source].missing = traced.missing;
    }

    /// Puts everything that was taken on disk, with how far it reaches.
    ///
    /// # Errors
    /// As [`Recorder::commit`].
    pub(super) fn commit(&mut self, recorder: &mut Recorder, now: Timestamp) -> Result<(), RecordError> {
        self.forget(now);
        self.rate(now);
        let (sources, standings) = (&self.sources, &mut self.standings);
        for (source, standing) in sources.iter().zip(&mut *standings) {
            if let Some(origin) = &source.listed {
                let unlisted = gaps::of_prefix(standing, origin);
                standing.gaps = unlisted.iter().map(|unlisted| unlisted.gap.clone()).collect();
                match unlisted {
                    Some(unlisted) => recorder.unread(unlisted),
                    None => recorder.is_read(Asked::LogGroup, &standing.name),
                }
            }
        }
        recorder.commit(|recorded| {
            for (source, standing) in sources.iter().zip(standings) {
                let Some(place) = source.place else { continue };
                let recorded = &mut recorded[place];
                recorded.until = standing.until;
                recorded.settled = standing.settled;
                recorded.rechecked = standing.rechecked;
                standing.gaps = gaps::of_source(recorded, standing);
                standing.gaps.extend(source.missing.iter().map(|(reason, fill)| Hole {
                    start: Some(standing.since),
                    end: standing.until,
                    reason: reason.clone(),
                    fill: fill.clone(),
                }));
                recorded.gaps.clone_from(&standing.gaps);
            }
        })?;
        self.is_urgent = false;
        Ok(())
    }

    fn forget(&mut self, now: Timestamp) {
        if self.forgotten.is_some_and(|last| now < last.plus(FORGET)) {
            return;
        }
        self.forgotten = Some(now);
        for (source, standing) in self.sources.iter_mut().zip(&mut self.standings) {
            let Source { early: Some(early), .. } = source else { continue };
            let start = Timestamp(i64::MIN);
            let (settled, rechecked) =
                (standing.settled.unwrap_or(start), standing.rechecked.unwrap_or(start));
            standing.tally.unconfirmed += early.forget(settled, rechecked);
        }
    }

    fn rate(&mut self, now: Timestamp) {
        let Some(last) = self.committed.replace(now) else { return };
        let seconds = now.since(last) as f64 / 1e9;
        if seconds <= 0.0 {
            return;
        }
        for (source, standing) in self.sources.iter_mut().zip(&mut self.standings) {
            let count = standing.tally.events;
            let rate = (count - source.counted) as f64 / seconds;
            let share = 1.0 - (-seconds / RATE).exp();
            standing.per_second += (rate - standing.per_second) * share;
            source.counted = count;
        }
    }
}

fn count_fault(tally: &mut Tally, error: &LiveError) {
    tally.calls += 1;
    tally.faults += 1;
    tally.throttled += u64::from(matches!(error, LiveError::Throttled { .. }));
}

/// Live Tail does not run any more: the sweep is to fetch what it has missed.
fn pause(live: &mut LiveTail, tail: &Tail, state: TailState, reason: &str) {
    live.state = state;
    live.is_sampled = false;
    live.reason = Some(reason.to_owned());
    tail.set(false);
    tail.nudge();
}

/// Adds a note once.
pub(super) fn note(standing: &mut Standing, text: &str) {
    if !standing.notes.iter().any(|known| known == text) {
        standing.notes.push(text.to_owned());
    }
}

/// The standing of a source before anything is known but what the capture says of it.
pub(super) fn standing(recorded: &Recorded, until: Option<Timestamp>, tail: TailState) -> Standing {
    let start = recorded.since.unwrap_or(Timestamp(0));
    let notes = recorded.pattern.iter().map(|pattern| format!("only events that match: {pattern}")).collect();
    Standing {
        name: recorded.name.clone(),
        kind: recorded.kind,
        account: recorded.origin.account.clone().unwrap_or_default(),
        region: recorded.origin.region.clone(),
        since: start,
        until,
        state: State::Starting,
        fetched_to: recorded.settled,
        settled: recorded.settled,
        rechecked: recorded.rechecked,
        newest: None,
        heard: None,
        tally: Tally::default(),
        per_second: 0.0,
        live_tail: LiveTail { state: tail, ..LiveTail::default() },
        gaps: recorded.gaps.clone(),
        last_error: None,
        notes,
    }
}
