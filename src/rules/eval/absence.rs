//! Conditions on what is not there: decided only where the capture could have shown it.

use std::time::Duration;

use crate::model::{Gap, Layer, TimeRange, Timestamp};
use crate::rules::condition::{EventIndex, Side};
use crate::rules::docket::Hit;
use crate::rules::scope::ScopeKey;

use super::order::nanos;
use super::{Answer, Bench, Missing, Part, Progress, Witness};

/// What became of the event that an anchor waits for.
enum Outcome {
    Found,
    /// It did not come in time; how far off the nearest one outside the limit is.
    Missed(Option<i64>),
    /// Times are missing that would be needed to tell.
    Untimed,
}

impl<'a> Bench<'a, '_> {
    /// No such event in the scope at all.
    pub(super) fn absent(&self, event: EventIndex) -> Answer<'a> {
        let found = self.hits(event).len();
        let witness = || Witness::of(Vec::new()).lacking(self.uncovered_scope(event));
        let witnesses = if found == 0 { vec![witness()] } else { Vec::new() };
        Answer::new(witnesses, Progress::AbsentAtAll { found })
    }

    /// Some anchor without the event on its `side`.
    pub(super) fn absent_beside(
        &self,
        event: EventIndex,
        side: Side,
        anchor: EventIndex,
        within: Option<Duration>,
    ) -> Answer<'a> {
        let (mut found, mut outside) = (0, None::<i64>);
        let mut witnesses = Vec::new();
        for hit in self.hits(anchor) {
            let witness = Witness::of(vec![Part { event: anchor, hit }]);
            match self.outcome(event, side, hit, within) {
                Outcome::Found => found += 1,
                Outcome::Untimed => witnesses.push(witness.lacking([Missing::Time])),
                Outcome::Missed(by) => {
                    outside = outside.into_iter().chain(by).min();
                    witnesses.push(witness.lacking(self.uncovered(event, side, hit, within)));
                }
            }
        }
        let open = witnesses.iter().filter(|witness| !witness.missing.is_empty()).count();
        let anchors = self.hits(anchor).len();
        Answer::new(witnesses, Progress::Absent { anchors, found, open, outside })
    }

    /// Signals at the very same time count as found on either side: their input order proves nothing when they come
    /// from different sources.
    fn outcome(&self, event: EventIndex, side: Side, anchor: &Hit, within: Option<Duration>) -> Outcome {
        let hits = self.hits(event);
        let timed = hits.partition_point(|hit| self.docket.time(hit.signal).is_some());
        let Some(at) = self.docket.time(anchor.signal) else {
            let is_beside = |hit: &&Hit| match side {
                Side::After => hit.signal > anchor.signal,
                Side::Before => hit.signal < anchor.signal,
            };
            return if hits[timed..].iter().copied().any(|hit| is_beside(&hit)) {
                Outcome::Found
            } else {
                Outcome::Untimed
            };
        };
        let time = |hit: &&Hit| self.docket.time(hit.signal).unwrap_or(at);
        let nearest = match side {
            Side::After => {
                let from = hits[..timed].partition_point(|hit| time(hit) < at);
                hits[from..timed].iter().find(|hit| hit.signal != anchor.signal)
            }
            Side::Before => {
                let to = hits[..timed].partition_point(|hit| time(hit) <= at);
                hits[..to].iter().rev().find(|hit| hit.signal != anchor.signal)
            }
        };
        let distance = nearest.map(|hit| at.since(time(hit)).abs());
        match distance {
            Some(distance) if within.is_none_or(|limit| distance <= nanos(limit)) => Outcome::Found,
            _ if timed < hits.len() => Outcome::Untimed,
            other => Outcome::Missed(other),
        }
    }

    /// Why the capture cannot show that `event` is absent beside `anchor`; empty when it can.
    fn uncovered(
        &self,
        event: EventIndex,
        side: Side,
        anchor: &Hit,
        within: Option<Duration>,
    ) -> Vec<Missing> {
        let Some(at) = self.docket.time(anchor.signal) else { return vec![Missing::Time] };
        let scope = self.scope.window(self.docket).or(self.docket.coverage.range);
        let window = match side {
            Side::After => TimeRange {
                start: at,
                end: within.map_or(scope.map_or(at, |scope| scope.end.max(at)), |within| at.plus(within)),
            },
            Side::Before => TimeRange {
                start: within
                    .map_or(scope.map_or(at, |scope| scope.start.min(at)), |within| at.minus(within)),
                end: at,
            },
        };
        self.uncovered_window(event, window, at, side)
    }

    /// Why the capture cannot show that `event` is absent from the whole scope; empty when it can.
    pub(super) fn uncovered_scope(&self, event: EventIndex) -> Vec<Missing> {
        if let Some(window) = self.scope.window(self.docket) {
            return self.uncovered_window(event, window, window.end, Side::After);
        }
        let Some(range) = self.docket.coverage.range else { return vec![Missing::Time] };
        // Over the capture as a whole the claim is about what it holds: no later signal could change it.
        let layers = self.layers(event).iter();
        let absent = layers.filter(|layer| self.docket.coverage.layer(**layer).is_none());
        absent
            .map(|layer| Missing::Layer { layer: *layer, window: Some(range) })
            .chain(self.gaps(event, range))
            .collect()
    }

    fn layers(&self, event: EventIndex) -> &[Layer] {
        self.rule.events.get(event).map_or(&[], |event| event.layers.as_slice())
    }

    fn uncovered_window(
        &self,
        event: EventIndex,
        window: TimeRange,
        anchor: Timestamp,
        side: Side,
    ) -> Vec<Missing> {
        let coverage = self.docket.coverage;
        let mut missing: Vec<Missing> = Vec::new();
        let layers = self.layers(event);
        for layer in layers {
            match coverage.layer(*layer) {
                None => missing.push(Missing::Layer { layer: *layer, window: Some(window) }),
                Some(entry) => missing.extend(self.outside(Some(*layer), entry.range, window, anchor, side)),
            }
        }
        if layers.is_empty() {
            missing.extend(self.outside(None, coverage.range, window, anchor, side));
        }
        missing.extend(self.gaps(event, window));
        missing.extend(self.unassigned(event, window));
        missing
    }

    /// A hit of `event` in `window` that may belong to this scope as well as to any other.
    fn unassigned(&self, event: EventIndex, window: TimeRange) -> Option<Missing> {
        if matches!(self.scope.key, ScopeKey::Capture | ScopeKey::Loose(_)) {
            return None;
        }
        let hits = self.loose.get(event)?;
        let time = |hit: &Hit| self.docket.time(hit.signal);
        let at = hits.partition_point(|hit| time(hit).is_some_and(|at| at < window.start));
        let hit = hits.get(at).filter(|hit| time(hit).is_none_or(|at| at <= window.end))?;
        Some(Missing::Unassigned(hit.signal))
    }

    /// What `window` lacks of the time that a layer covers.
    fn outside(
        &self,
        layer: Option<Layer>,
        covered: Option<TimeRange>,
        window: TimeRange,
        anchor: Timestamp,
        side: Side,
    ) -> Option<Missing> {
        let Some(covered) = covered else { return Some(Missing::Time) };
        if covered.end.minus(self.docket.lateness) < window.end {
            return Some(Missing::Ends { layer, newest: covered.end, anchor, deadline: window.end });
        }
        (side == Side::Before && covered.start > window.start).then_some(Missing::Starts {
            layer,
            oldest: covered.start,
            from: window.start,
            anchor,
        })
    }

    /// Known gaps that overlap `window` and may have swallowed `event`.
    pub(super) fn gaps(&self, event: EventIndex, window: TimeRange) -> Vec<Missing> {
        let layers = self.layers(event);
        let concerns = |gap: &Gap| layers.is_empty() || layers.iter().any(|layer| gap.concerns(*layer));
        let gaps = self.docket.coverage.gaps.iter().enumerate().filter(|(_, gap)| {
            concerns(gap)
                && gap.start.is_none_or(|start| start <= window.end)
                && gap.end.is_none_or(|end| end >= window.start)
        });
        gaps.map(|(at, _)| Missing::Gap(at)).collect()
    }

    /// Every hit within the first seconds of its stream.
    pub(super) fn first_seconds(&self, of: EventIndex, limit: Duration) -> Answer<'a> {
        let hits = self.hits(of);
        let mut latest = None;
        let mut witnesses = Vec::new();
        let mut later = false;
        for hit in hits {
            let witness = Witness::of(vec![Part { event: of, hit }]);
            let brief = self.docket.brief(hit.signal);
            let stream = brief.map(|brief| brief.stream).filter(|stream| stream.is_some());
            let start = stream.and_then(|stream| self.facts.stream_start(self.docket, stream));
            match (start, self.docket.time(hit.signal)) {
                (Some(start), Some(at)) => {
                    latest = latest.max(Some(at.since(start)));
                    later |= at.since(start) > nanos(limit);
                    // That none came later is a claim of absence.
                    let end = self.docket.coverage.range.map_or(at, |range| range.end.max(at));
                    witnesses.push(witness.lacking(self.gaps(of, TimeRange { start, end })));
                }
                (_, None) => witnesses.push(witness.lacking([Missing::Time])),
                (None, _) => witnesses.push(witness.lacking([Missing::Stream])),
            }
        }
        if later {
            witnesses.clear();
        }
        Answer::new(witnesses, Progress::FirstSeconds { seen: hits.len(), latest })
    }
}
