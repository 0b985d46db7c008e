//! Conditions on order, number and distance: one pass over the hits each.

use std::cmp::Reverse;
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::model::{MAX_EVIDENCE, TimeRange, Timestamp};
use crate::rules::condition::{EventIndex, ValueOf};
use crate::rules::docket::Hit;

use super::{Answer, Bench, Missing, Part, Progress, Witness};

/// A length of time in nanoseconds.
pub(super) fn nanos(length: Duration) -> i64 {
    i64::try_from(length.as_nanos()).unwrap_or(i64::MAX)
}

/// A sequence that has come some way.
struct Partial<'a> {
    parts: Vec<Part<'a>>,
    start: Option<Timestamp>,
}

/// A step of a sequence taken by a signal.
#[derive(Clone, Copy)]
struct Step<'a> {
    position: usize,
    part: Part<'a>,
    time: Option<Timestamp>,
}

/// What a pass over the steps found.
struct Pass<'a> {
    witnesses: Vec<Witness<'a>>,
    reached: usize,
    late: Option<(i64, Duration)>,
}

impl<'a> Bench<'a, '_> {
    pub(super) fn sequence(&self, steps: &[EventIndex], within: Option<Duration>) -> Answer<'a> {
        let mut taken: Vec<Step<'a>> = Vec::new();
        for (position, event) in steps.iter().enumerate() {
            taken.extend(self.hits(*event).iter().map(|hit| Step {
                position,
                part: Part { event: *event, hit },
                time: self.docket.time(hit.signal),
            }));
        }
        // Later steps first: one signal never takes two steps of the same run.
        taken.sort_by_key(|step| (step.part.hit.signal, Reverse(step.position)));
        let (timed, mut untimed): (Vec<_>, Vec<_>) = taken.into_iter().partition(|step| step.time.is_some());
        let mut pass = run(&timed, steps.len(), within);
        // Signals without a time have an order within their stream (that of the input) but no distance, and no place
        // among others.
        let stream = |step: &Step<'a>| self.docket.brief(step.part.hit.signal).map(|brief| brief.stream.0);
        untimed.sort_by_key(stream);
        let lacking = within.map(|_| Missing::Time);
        for of_stream in untimed.chunk_by(|one, next| stream(one) == stream(next)) {
            let loose = run(of_stream, steps.len(), None);
            pass.witnesses.extend(loose.witnesses.into_iter().map(|witness| witness.lacking(lacking)));
            pass.reached = pass.reached.max(loose.reached);
        }
        let progress = Progress::Sequence {
            reached: pass.reached,
            of: steps.len(),
            late: pass.late,
            all_seen: steps.iter().all(|step| !self.hits(*step).is_empty()),
        };
        Answer::new(pass.witnesses, progress)
    }

    pub(super) fn count(&self, of: EventIndex, at_least: u32, within: Option<Duration>) -> Answer<'a> {
        let mut bursts = Bursts::new(at_least as usize, within);
        for hit in self.hits(of) {
            bursts.add(Part { event: of, hit }, self.docket.time(hit.signal), None);
        }
        bursts.finish(|best| Progress::Count { best, needed: at_least })
    }

    pub(super) fn distinct(
        &self,
        of: EventIndex,
        value: &ValueOf,
        at_least: u32,
        within: Option<Duration>,
    ) -> Answer<'a> {
        let mut bursts = Bursts::new(at_least as usize, within);
        for hit in self.hits(of) {
            if let Some(value) = self.value(hit, value) {
                bursts.add(Part { event: of, hit }, self.docket.time(hit.signal), Some(value));
            }
        }
        bursts.finish(|best| Progress::Distinct { best, needed: at_least })
    }

    fn value(&self, hit: &Hit, value: &ValueOf) -> Option<String> {
        match value {
            ValueOf::Capture(name) => {
                hit.captures().iter().find(|(key, _)| key == name).map(|(_, text)| text.clone())
            }
            ValueOf::Field(name) => (self.docket.field)(hit.signal, name),
        }
    }

    pub(super) fn elapsed(
        &self,
        from: EventIndex,
        to: EventIndex,
        slower: bool,
        limit: Duration,
    ) -> Answer<'a> {
        let ends = self.hits(to);
        let mut next = 0;
        let (mut pairs, mut extreme) = (0, None::<i64>);
        let mut witnesses = Vec::new();
        for hit in self.hits(from) {
            while ends.get(next).is_some_and(|end| end.signal <= hit.signal) {
                next += 1;
            }
            let Some(end) = ends.get(next) else { break };
            let parts = vec![Part { event: from, hit }, Part { event: to, hit: end }];
            let times = self.docket.time(hit.signal).zip(self.docket.time(end.signal));
            pairs += 1;
            let Some((start, end)) = times else {
                witnesses.push(Witness::of(parts).lacking([Missing::Time]));
                continue;
            };
            let length = end.since(start);
            extreme =
                Some(extreme.map_or(length, |best| if slower { best.max(length) } else { best.min(length) }));
            if slower && length > nanos(limit) {
                // That none came sooner is a claim of absence.
                let window = TimeRange { start, end };
                witnesses.push(Witness::of(parts).lacking(self.gaps(to, window)));
            } else if !slower && length < nanos(limit) {
                witnesses.push(Witness::of(parts));
            }
        }
        Answer::new(witnesses, Progress::Elapsed { pairs, extreme })
    }
}

/// Runs the automaton: per step it keeps the run that started latest, because no other can do better.
fn run<'a>(taken: &[Step<'a>], steps: usize, within: Option<Duration>) -> Pass<'a> {
    let mut runs: Vec<Option<Partial<'a>>> = (0..steps).map(|_| None).collect();
    let mut pass = Pass { witnesses: Vec::new(), reached: 0, late: None };
    for step in taken {
        let run = if step.position == 0 {
            Partial { parts: vec![step.part], start: step.time }
        } else {
            let Some(before) = &runs[step.position - 1] else { continue };
            let length = step.time.zip(before.start).map_or(0, |(at, start)| at.since(start));
            if let Some(limit) = within.filter(|limit| length > nanos(*limit)) {
                if step.position + 1 >= pass.reached {
                    pass.late = Some(pass.late.map_or((length, limit), |late| late.min((length, limit))));
                }
                continue;
            }
            let mut parts = before.parts.clone();
            parts.push(step.part);
            Partial { parts, start: before.start }
        };
        pass.reached = pass.reached.max(step.position + 1);
        if step.position + 1 == steps {
            pass.witnesses.push(Witness::of(run.parts));
            runs.fill_with(|| None);
        } else {
            runs[step.position] = Some(run);
        }
    }
    pass
}

/// Counts in a sliding window; what follows within reach of a full window joins it, so that bursts do not overlap.
struct Bursts<'a> {
    needed: usize,
    within: Option<Duration>,
    window: std::collections::VecDeque<(Part<'a>, Option<Timestamp>, Option<String>)>,
    values: FxHashMap<String, usize>,
    /// First time of the burst that is full, to which further hits are added.
    open: Option<Timestamp>,
    untimed: Vec<(Part<'a>, Option<String>)>,
    witnesses: Vec<Witness<'a>>,
    best: usize,
}

impl<'a> Bursts<'a> {
    fn new(needed: usize, within: Option<Duration>) -> Self {
        Self {
            needed,
            within,
            window: std::collections::VecDeque::new(),
            values: FxHashMap::default(),
            open: None,
            untimed: Vec::new(),
            witnesses: Vec::new(),
            best: 0,
        }
    }

    /// Adds a hit; with a `value`, different values are counted instead of hits.
    fn add(&mut self, part: Part<'a>, time: Option<Timestamp>, value: Option<String>) {
        if time.is_none() && self.within.is_some() {
            self.untimed.push((part, value));
            return;
        }
        if let (Some(start), Some(witness)) = (self.open, self.witnesses.last_mut()) {
            if self.within.is_none_or(|limit| time.is_none_or(|at| at.since(start) <= nanos(limit))) {
                witness.weight += 1;
                push_bounded(&mut witness.parts, part);
                return;
            }
            self.open = None;
        }
        self.push(part, time, value);
        if self.size() >= self.needed {
            self.open = self.window.front().map(|(_, at, _)| at.unwrap_or(Timestamp(0)));
            self.values.clear();
            let burst = bounded(self.window.drain(..).map(|(part, ..)| part));
            self.witnesses.push(burst);
        }
    }

    fn push(&mut self, part: Part<'a>, time: Option<Timestamp>, value: Option<String>) {
        if let (Some(limit), Some(at)) = (self.within, time) {
            let old = |start: &Option<Timestamp>| start.is_some_and(|start| at.since(start) > nanos(limit));
            while let Some((_, _, value)) = self.window.pop_front_if(|(_, start, _)| old(start)) {
                self.forget(value);
            }
        }
        if let Some(value) = &value {
            *self.values.entry(value.clone()).or_default() += 1;
        }
        self.window.push_back((part, time, value));
        self.best = self.best.max(self.size());
    }

    fn forget(&mut self, value: Option<String>) {
        if let Some(value) = value
            && let Some(count) = self.values.get_mut(&value)
        {
            *count -= 1;
            if *count == 0 {
                self.values.remove(&value);
            }
        }
    }

    fn size(&self) -> usize {
        if self.values.is_empty() { self.window.len() } else { self.values.len() }
    }

    fn finish(mut self, progress: impl Fn(usize) -> Progress) -> Answer<'a> {
        let values: std::collections::BTreeSet<_> =
            self.untimed.iter().filter_map(|(_, value)| value.as_ref()).collect();
        let size = if values.is_empty() { self.untimed.len() } else { values.len() };
        if size >= self.needed {
            let burst = bounded(self.untimed.iter().map(|(part, _)| *part));
            self.witnesses.push(burst.lacking([Missing::Time]));
        }
        Answer::new(self.witnesses, progress(self.best.max(size)))
    }
}

/// Signals that a burst keeps; it counts the rest.
const KEPT: usize = 2 * MAX_EVIDENCE;

/// Keeps the first signals of a burst and its last one.
fn push_bounded<'a>(parts: &mut Vec<Part<'a>>, part: Part<'a>) {
    parts.truncate(KEPT - 1);
    parts.push(part);
}

fn bounded<'a>(parts: impl Iterator<Item = Part<'a>>) -> Witness<'a> {
    let mut burst = Witness::default();
    for part in parts {
        burst.weight += 1;
        push_bounded(&mut burst.parts, part);
    }
    burst
}
