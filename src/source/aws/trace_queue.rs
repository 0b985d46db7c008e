//! Which traces to fetch, when, and when one is complete.
//!
//! Segments of a trace arrive over minutes, so one that was fetched early is fetched again until two fetches agree, the
//! second of them two minutes after the trace was last heard of.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::trace_ids;
use crate::model::{TimeRange, Timestamp, TraceId};
use crate::source::sweep::{REACH, SETTLE};

/// How long after a log event its trace is fetched first, and the longest wait between two fetches.
const FIRST: Duration = Duration::from_secs(15);
const LONGEST: Duration = Duration::from_mins(2);

/// How often a trace is fetched at most.
const FETCHES: u32 = 8;

/// Wait before a trace is asked for again that X-Ray did not look for, times how often it was asked for.
const UNPROCESSED: Duration = Duration::from_secs(2);

/// Traces that may wait, and complete ones that are remembered.
const MAX_OPEN: usize = 20_000;
const MAX_CLOSED: usize = 100_000;

/// Missing traces that are named.
const MAX_MISSING: usize = 500;

/// The traces of an account and Region.
#[derive(Clone, Debug, Default)]
pub(super) struct TraceQueue {
    open: BTreeMap<TraceId, Wanted>,
    closed: FxHashMap<TraceId, Closed>,
    /// In the order in which they were closed.
    order: VecDeque<TraceId>,
    /// Event time of the newest mention.
    newest: Option<Timestamp>,
    /// What came to nothing.
    lacking: Lacking,
    refused: u64,
    /// Whether each is fetched once only.
    is_hasty: bool,
    /// Whether traces that are merely heard of are left alone.
    is_named_only: bool,
    /// Whether nobody will ask for more.
    is_last: bool,
}

/// Traces that came to nothing, or not whole; each named once.
#[derive(Clone, Debug, Default)]
pub(super) struct Lacking {
    /// Fetched often, and never there.
    pub missing: Vec<TraceId>,
    /// Asked for often, and X-Ray never looked.
    pub unprocessed: Vec<TraceId>,
    /// Not taken for traces.
    pub rejected: Vec<TraceId>,
    /// There, but X-Ray leaves some of it out.
    pub cut: Vec<TraceId>,
}

/// A trace that is not complete.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    /// When it was heard of, in event time.
    heard: TimeRange,
    /// When to fetch it.
    due: Timestamp,
    spans: usize,
    fetches: u32,
    is_named: bool,
}

#[derive(Clone, Copy, Debug)]
struct Closed {
    last_heard: Timestamp,
    spans: usize,
}

impl TraceQueue {
    /// A queue; a hasty one fetches each trace once, complete or not.
    pub(super) fn new(is_hasty: bool) -> Self {
        Self { is_hasty, ..Self::default() }
    }

    /// A trace that the user asks for, in the stretch to look in.
    pub(super) fn name(&mut self, id: TraceId, heard: TimeRange) {
        let spans = self.closed.get(&id).map_or(0, |closed| closed.spans);
        self.open.insert(id, Wanted { heard, due: heard.start, spans, fetches: 0, is_named: true });
    }

    /// From now on, fetches no traces but those that were named.
    pub(super) fn only_named(&mut self) {
        self.is_named_only = true;
        self.open.retain(|_, wanted| wanted.is_named);
    }

    /// A trace is heard of at `at`, in event time.
    pub(super) fn note(&mut self, id: TraceId, at: Timestamp) {
        if self.is_named_only {
            return;
        }
        self.newest = self.newest.max(Some(at));
        if let Some(wanted) = self.open.get_mut(&id) {
            wanted.heard = wanted.heard.including(at);
            return;
        }
        let closed = self.closed.get(&id).copied();
        if closed.is_some_and(|closed| at <= closed.last_heard) {
            return;
        }
        if self.open.len() >= MAX_OPEN {
            self.refused += 1;
            return;
        }
        let spans = closed.map_or(0, |closed| closed.spans);
        let heard = TimeRange { start: at, end: at };
        self.open.insert(id, Wanted { heard, due: at.plus(FIRST), spans, fetches: 0, is_named: false });
    }

    /// A trace that an earlier run wrote, with so many spans.
    pub(super) fn recall(&mut self, id: TraceId, spans: usize) {
        let known = self.closed.get(&id).map_or(0, |closed| closed.spans);
        self.close(id, Closed { last_heard: Timestamp(i64::MIN), spans: spans.max(known) });
    }

    /// Up to `max` traces that are to be fetched now, each with the stretch in which it was heard of.
    pub(super) fn due(&self, now: Timestamp, max: usize) -> Vec<(TraceId, TimeRange)> {
        let due = self.open.iter().filter(|(_, wanted)| wanted.due <= now);
        due.take(max).map(|(id, wanted)| (*id, wanted.heard)).collect()
    }

    /// A trace was fetched, or was not there (`spans` is zero). Whether it is more than what is written.
    pub(super) fn fetched(&mut self, id: TraceId, spans: usize, now: Timestamp) -> bool {
        let Some(wanted) = self.open.get_mut(&id) else { return false };
        let is_more = spans > wanted.spans;
        let agrees = spans > 0 && !is_more;
        wanted.spans = wanted.spans.max(spans);
        wanted.fetches += 1;
        let quiet = now.since(wanted.heard.end);
        let is_complete = agrees && quiet >= nanos(SETTLE) || spans > 0 && quiet >= nanos(REACH);
        let is_given_up = wanted.fetches >= FETCHES || spans == 0 && quiet >= nanos(REACH);
        if is_complete || is_given_up || self.is_hasty {
            let closed = Closed { last_heard: wanted.heard.end, spans: wanted.spans };
            if closed.spans == 0 {
                name(&mut self.lacking.missing, id);
            }
            self.open.remove(&id);
            self.close(id, closed);
        } else {
            let wait = (FIRST * 2_u32.pow(wanted.fetches.min(4))).min(LONGEST);
            wanted.due = now.plus(wait);
        }
        is_more
    }

    /// X-Ray did not look for a trace: it is asked for again, a few times.
    pub(super) fn unprocessed(&mut self, id: TraceId, now: Timestamp) {
        let Some(wanted) = self.open.get_mut(&id) else { return };
        wanted.fetches += 1;
        if wanted.fetches < FETCHES {
            wanted.due = now.plus(UNPROCESSED * wanted.fetches);
            return;
        }
        let closed = Closed { last_heard: wanted.heard.end, spans: wanted.spans };
        name(&mut self.lacking.unprocessed, id);
        self.open.remove(&id);
        self.close(id, closed);
    }

    /// X-Ray takes the id of a trace for none.
    pub(super) fn rejected(&mut self, id: TraceId) {
        if self.open.remove(&id).is_some() {
            name(&mut self.lacking.rejected, id);
            self.close(id, Closed { last_heard: Timestamp(i64::MAX), spans: 0 });
        }
    }

    /// X-Ray leaves some of a trace out.
    pub(super) fn cut(&mut self, id: TraceId) {
        name(&mut self.lacking.cut, id);
    }

    fn close(&mut self, id: TraceId, closed: Closed) {
        if self.closed.insert(id, closed).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > MAX_CLOSED
            && let Some(oldest) = self.order.pop_front()
        {
            self.closed.remove(&oldest);
        }
    }

    /// Every trace that was heard of before is complete; `None` while none was.
    pub(super) fn settled(&self) -> Option<Timestamp> {
        self.open.values().map(|wanted| wanted.heard.start).min().or(self.newest)
    }

    /// Traces that were asked for and came to nothing.
    pub(super) fn lacking(&self) -> &Lacking {
        &self.lacking
    }

    /// Mentions of traces that were not looked for, because too many waited.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// Event time of the newest mention.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Says that no further trace will be heard of.
    pub(super) fn end(&mut self) {
        self.is_last = true;
    }

    /// Whether no further trace will be heard of and all are complete.
    pub(super) fn is_over(&self) -> bool {
        self.is_last && self.open.is_empty()
    }
}

/// Adds a trace to those that are named, once, and no more than are of use.
fn name(named: &mut Vec<TraceId>, id: TraceId) {
    if named.len() < MAX_MISSING && !named.contains(&id) {
        named.push(id);
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// A queue that the writer fills and the task that fetches traces empties.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedQueue(Arc<Mutex<TraceQueue>>);

impl SharedQueue {
    /// Shares a queue.
    pub(super) fn new(queue: TraceQueue) -> Self {
        Self(Arc::new(Mutex::new(queue)))
    }

    /// The queue, for as long as the guard is held: never across a wait.
    pub(super) fn lock(&self) -> MutexGuard<'_, TraceQueue> {
        // Every change of the queue is complete before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the trace ids in the text of a log event.
    pub(super) fn note_in(&self, text: &str, at: Timestamp) {
        let mut ids = trace_ids::in_text(text).peekable();
        if ids.peek().is_some() {
            let mut queue = self.lock();
            ids.for_each(|id| queue.note(id, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: TraceId = TraceId([7; 16]);

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000_000_000)
    }

    fn is_due(queue: &TraceQueue, second: i64) -> bool {
        !queue.due(at(second), 10).is_empty()
    }

    #[test]
    fn a_trace_is_fetched_until_two_minutes_later_nothing_more_came() {
        let mut queue = TraceQueue::new(false);
        queue.note(ID, at(100));
        assert!(!is_due(&queue, 114) && is_due(&queue, 115));
        assert!(queue.fetched(ID, 2, at(115)));
        assert!(!is_due(&queue, 144) && is_due(&queue, 145));
        assert!(queue.fetched(ID, 3, at(145)), "it has grown");
        assert!(!queue.fetched(ID, 3, at(205)), "the same again");
        assert_eq!((queue.open.len(), queue.settled()), (1, Some(at(100))));
        assert!(!queue.fetched(ID, 3, at(325)));
        assert_eq!((queue.open.len(), queue.lacking().missing.len()), (0, 0));
        queue.note(ID, at(100));
        assert_eq!(queue.open.len(), 0);
        queue.note(ID, at(400));
        assert_eq!(queue.open.len(), 1, "a trace that goes on is fetched again");
        assert!(!queue.fetched(ID, 3, at(415)), "what is written is not written again");
    }

    #[test]
    fn an_old_trace_needs_one_fetch() {
        let mut queue = TraceQueue::new(false);
        queue.note(ID, at(100));
        assert!(queue.fetched(ID, 5, at(5_000)));
        queue.end();
        assert!(queue.is_over());
    }

    #[test]
    fn a_trace_that_never_comes_is_named() {
        let mut queue = TraceQueue::new(false);
        queue.note(ID, at(100));
        let mut now = 115;
        while !queue.open.is_empty() {
            assert!(!queue.fetched(ID, 0, at(now)));
            now += 60;
        }
        assert_eq!(queue.lacking().missing, [ID]);
    }

    #[test]
    fn a_trace_that_is_never_looked_for_is_asked_for_a_few_times_and_named() {
        let mut queue = TraceQueue::new(true);
        queue.note(ID, at(100));
        let mut now = 115;
        while !queue.open.is_empty() {
            assert!(is_due(&queue, now));
            queue.unprocessed(ID, at(now));
            assert!(!is_due(&queue, now + 1), "not at once");
            now += 20;
        }
        assert_eq!((queue.lacking().unprocessed.as_slice(), queue.lacking().missing.len()), (&[ID][..], 0));
        queue.end();
        assert!(queue.is_over());
    }

    #[test]
    fn only_what_was_named_is_fetched_where_spans_come_as_logs() {
        let mut queue = TraceQueue::new(false);
        queue.note(TraceId([8; 16]), at(100));
        queue.name(ID, TimeRange { start: at(0), end: at(200) });
        queue.only_named();
        queue.note(TraceId([9; 16]), at(100));
        assert_eq!(queue.due(at(300), 10).len(), 1);
    }

    #[test]
    fn after_a_resume_only_more_is_written() {
        let mut queue = TraceQueue::new(false);
        queue.recall(ID, 3);
        queue.recall(ID, 2);
        queue.note(ID, at(100));
        assert!(!queue.fetched(ID, 3, at(115)));
        assert!(queue.fetched(ID, 4, at(145)));
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let mut queue = TraceQueue::new(true);
        for number in 0..MAX_OPEN + 5 {
            queue.note(TraceId((number as u128 + 1).to_be_bytes()), at(1));
        }
        assert_eq!((queue.open.len(), queue.refused()), (MAX_OPEN, 5));
    }
}
