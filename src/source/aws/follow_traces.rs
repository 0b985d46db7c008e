//! Follows the traces of an account and Region: those that log events name, those that X-Ray has indexed, and those that
//! the user asks for.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::attempts::{Attempts, Over};
use super::error::LiveError;
use super::news::{News, Traced};
use super::trace_parts::{Answer, Trace};
use super::trace_queue::SharedQueue;
use super::traces::{Destination, Traces};
use crate::model::shell_word;
use crate::model::{TimeRange, Timestamp, TraceId};
use crate::source::sweep::REACH;

/// How often the queue is looked at, and how often X-Ray is asked what it has indexed.
const LOOK: Duration = Duration::from_secs(1);
const INDEX: Duration = Duration::from_secs(30);

/// How far back each question for indexed traces reaches again: they are indexed late.
const INDEX_OVERLAP: Duration = Duration::from_mins(5);

/// Traces that one step fetches at most.
const STEP: usize = 50;

/// Missing traces that are named in one command: the most that it takes.
const NAMED: usize = 5;

/// The traces of an account and Region with what it takes to follow them.
pub(super) struct TraceFollower {
    /// Its place among the sources.
    pub source: usize,
    /// Where to read.
    pub traces: Traces,
    /// What to read.
    pub queue: SharedQueue,
    /// Filter expression of the indexed traces to read; `None` for none.
    pub indexed: Option<String>,
    /// The stretch.
    pub window: (Timestamp, Option<Timestamp>),
    /// Whether the spans of traces that log events name come as log events, too.
    pub has_spans_group: bool,
    /// Who writes.
    pub news: mpsc::Sender<News>,
}

/// What is known so far.
#[derive(Default)]
struct Known {
    destination: Option<Destination>,
    /// Up to where the index has been read, and when.
    indexed_to: Option<(Timestamp, Timestamp)>,
    notes: Vec<String>,
}

impl TraceFollower {
    /// Reads until everything is there, the source is given up, or nobody listens. `now` is the clock.
    pub(super) async fn run(self, now: impl Fn() -> Timestamp + Clone + Send) {
        let is_followed = self.window.1.is_none();
        let mut attempts = Attempts::new(self.source, self.news.clone(), is_followed, now.clone());
        let mut known = Known::default();
        while let Ok(traced) = self.step(&mut attempts, &mut known, now()).await {
            if self.news.send(News::Traces(self.source, traced)).await.is_err() {
                return;
            }
            if self.is_over(&known) {
                // A closed channel means that nobody waits for the end.
                let _ = self.news.send(News::Done(self.source)).await;
                return;
            }
            sleep(LOOK).await;
        }
    }

    fn is_over(&self, known: &Known) -> bool {
        let Some(until) = self.window.1 else { return false };
        let is_indexed = self.indexed.is_none()
            || known.indexed_to.is_some_and(|(to, asked)| to >= until && asked >= until);
        is_indexed && self.queue.lock().is_over()
    }

    /// One look at the index and at the queue.
    async fn step(
        &self,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
        known: &mut Known,
        now: Timestamp,
    ) -> Result<Traced, Over> {
        let mut calls = 0;
        let destination = if let Some(destination) = known.destination {
            destination
        } else {
            calls += 1;
            self.destination(attempts, known).await?
        };
        calls += self.index(attempts, known, now).await?;
        let due = self.queue.lock().due(now, STEP);
        let mut records = Vec::new();
        if !due.is_empty() {
            let fetched = match destination {
                Destination::CloudWatchLogs => {
                    self.traces.retrieve(attempts, &due, stretch(&due, now)).await?
                }
                Destination::Xray | Destination::Unknown => self.traces.batch(attempts, &due).await?,
            };
            calls += fetched.calls;
            let mut queue = self.queue.lock();
            for Trace { id, answer } in fetched.traces {
                match answer {
                    Answer::Unprocessed => queue.unprocessed(id, now),
                    Answer::Rejected => queue.rejected(id),
                    Answer::Found(found) => {
                        if found.is_cut {
                            queue.cut(id);
                        }
                        if queue.fetched(id, found.spans, now) {
                            records.extend(found.record);
                        }
                    }
                }
            }
        }
        Ok(self.traced(known, records, calls))
    }

    fn traced(&self, known: &mut Known, records: Vec<serde_json::Value>, calls: u64) -> Traced {
        let mut notes = std::mem::take(&mut known.notes);
        let queue = self.queue.lock();
        let (settled, newest, lacking) = (queue.settled(), queue.newest(), queue.lacking().clone());
        if queue.refused() > 0 {
            notes.push(
                "so many traces that not all of them were looked for; name the ones you need".to_owned(),
            );
        }
        drop(queue);
        let is_retrieved = known.destination == Some(Destination::CloudWatchLogs);
        let absent = if is_retrieved { "does not have" } else { "does not have, or has not sampled" };
        let mut missing = Vec::new();
        for (ids, what, can_be_asked) in [
            (lacking.missing, absent, true),
            (lacking.unprocessed, "did not look for, although it was asked several times", true),
            (lacking.rejected, "takes for none", true),
            (lacking.cut, "hands out in part, because they are larger than a trace may be", false),
        ] {
            missing.extend(ids.chunks(NAMED).map(|ids| {
                let fill = can_be_asked.then(|| self.fill(ids, newest, known));
                (said(what, ids), fill)
            }));
        }
        Traced { records, calls, settled, newest, missing, notes }
    }

    /// Where the account keeps its spans. Without permission to ask, X-Ray is tried.
    async fn destination(
        &self,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
        known: &mut Known,
    ) -> Result<Destination, Over> {
        let destination = loop {
            match self.traces.destination().await {
                Ok(destination) => break destination,
                Err(error) if error.is_passing() || matches!(error, LiveError::Expired { .. }) => {
                    attempts.outlast(error).await?;
                }
                Err(error) => {
                    known.notes.push(format!(
                        "{error}. So it is not known whether this account keeps its spans in CloudWatch Logs; traces \
                         that are named are asked for with BatchGetTraces, which finds none of those that are not \
                         indexed"
                    ));
                    break Destination::Unknown;
                }
            }
        };
        attempts.succeeded();
        if destination == Destination::CloudWatchLogs && self.has_spans_group {
            known.notes.push(
                "spans come from the log group aws/spans; only traces named by id are fetched".to_owned(),
            );
            self.queue.lock().only_named();
        }
        known.destination = Some(destination);
        Ok(destination)
    }

    /// Asks X-Ray for the traces that it has indexed, when it is time. Returns the number of calls.
    async fn index(
        &self,
        attempts: &mut Attempts<impl Fn() -> Timestamp>,
        known: &mut Known,
        now: Timestamp,
    ) -> Result<u64, Over> {
        let Some(filter) = &self.indexed else { return Ok(0) };
        let (since, until) = self.window;
        let end = until.unwrap_or(now).min(now);
        let start = match known.indexed_to {
            Some((_, asked)) if now < asked.plus(INDEX) => return Ok(0),
            // Once more after the end, for what was indexed late.
            Some((to, asked))
                if until.is_some_and(|until| to >= until && asked >= until.plus(INDEX_OVERLAP)) =>
            {
                return Ok(0);
            }
            Some((to, _)) => to.minus(INDEX_OVERLAP).max(since),
            None => since,
        };
        let window = TimeRange { start, end: end.max(start) };
        let (found, calls) = self.traces.indexed(attempts, window, filter).await?;
        let mut queue = self.queue.lock();
        for (id, at) in found {
            queue.note(id, at);
        }
        known.indexed_to = Some((end, now));
        Ok(calls)
    }

    /// The command that asks for traces again.
    fn fill(&self, ids: &[TraceId], newest: Option<Timestamp>, known: &Known) -> String {
        let words: Vec<String> = ids.iter().map(|id| shell_word(&id.to_xray())).collect();
        let words = words.join(" ");
        let reach = self.traces.reach();
        if known.destination != Some(Destination::CloudWatchLogs) {
            return format!("aws xray batch-get-traces --trace-ids {words}{reach}");
        }
        let (start, end) = self.window;
        let end = end.or(newest).unwrap_or(start);
        format!(
            "aws xray start-trace-retrieval --trace-ids {words} --start-time {start} --end-time {end}{reach}"
        )
    }
}

/// What X-Ray did with traces, in words.
fn said(what: &str, ids: &[TraceId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| id.to_xray()).collect();
    format!("traces that X-Ray {what}: {}", names.join(", "))
}

/// Where traces are looked for that were heard of: some time around, for a log event may come long after the first span,
/// and not after `now`.
fn stretch(due: &[(TraceId, TimeRange)], now: Timestamp) -> TimeRange {
    let mut ranges = due.iter().map(|(_, heard)| *heard);
    let first = ranges.next().unwrap_or(TimeRange { start: Timestamp(0), end: Timestamp(0) });
    let all = ranges.fold(first, |all, heard| all.including(heard.start).including(heard.end));
    let start = all.start.minus(4 * REACH).min(now);
    TimeRange { start, end: all.end.plus(REACH).min(now) }
}
