//! What a condition says of a scope.

use std::time::Duration;

use crate::model::{Layer, SignalKey, TimeRange, Timestamp};
use crate::rules::condition::EventIndex;
use crate::rules::docket::{Docket, Hit};
use crate::rules::rule::Rule;

/// One of three truth values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// It does not hold.
    Quiet,
    /// The capture cannot tell.
    Undetermined,
    /// It holds.
    Fires,
}

/// Something that the capture would have to hold for a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Missing {
    /// No signal of the layer at all; the time at which one could have been.
    Layer { layer: Layer, window: Option<TimeRange> },
    /// The newest signal of the layer (of the capture, for `None`) is too old.
    Ends { layer: Option<Layer>, newest: Timestamp, anchor: Timestamp, deadline: Timestamp },
    /// The layer begins too late.
    Starts { layer: Option<Layer>, oldest: Timestamp, from: Timestamp, anchor: Timestamp },
    /// A known gap, by position in the coverage.
    Gap(usize),
    /// A signal that is the event lies in the window, and nothing says to which request it belongs.
    Unassigned(SignalKey),
    /// The signals carry no time.
    Time,
    /// The signals name no log stream.
    Stream,
    /// No other request of the resource with which to compare.
    Sibling(&'static str),
}

/// One signal that took part, as one of the rule's events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) event: EventIndex,
    pub(crate) hit: &'a Hit,
}

impl Part<'_> {
    /// The text that the event's message expression covers, read again.
    pub(crate) fn matched(&self, rule: &Rule, docket: &Docket<'_>) -> Option<String> {
        let event = rule.events.get(self.event).filter(|event| !event.message.is_empty())?;
        let message = (docket.field)(self.hit.signal, "message")?;
        event.covered(&message).map(str::to_owned)
    }
}

/// One way in which a condition holds, or would if nothing were missing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Witness<'a> {
    pub(crate) parts: Vec<Part<'a>>,
    /// Further signals to show.
    pub(crate) also: Vec<SignalKey>,
    /// How many occurrences it stands for.
    pub(crate) weight: u32,
    /// Empty when it holds.
    pub(crate) missing: Vec<Missing>,
}

impl<'a> Witness<'a> {
    pub(crate) fn of(parts: Vec<Part<'a>>) -> Self {
        Self { parts, weight: 1, ..Self::default() }
    }

    pub(crate) fn lacking(self, missing: impl IntoIterator<Item = Missing>) -> Self {
        Self { missing: missing.into_iter().collect(), ..self }
    }

    /// The hit of `event` when exactly one took part.
    pub(crate) fn single(&self, event: EventIndex) -> Option<SignalKey> {
        let mut hits = self.parts.iter().filter(|part| part.event == event);
        let first = hits.next()?;
        hits.next().is_none().then_some(first.hit.signal)
    }

    pub(crate) fn first_signal(&self) -> Option<SignalKey> {
        self.parts.first().map(|part| part.hit.signal)
    }

    /// Both together.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.parts.extend(other.parts.iter().filter(|part| !self.parts.contains(part)));
        both.also.extend_from_slice(&other.also);
        both.weight = self.weight.max(other.weight);
        both.missing.extend(other.missing.iter().filter(|missing| !self.missing.contains(missing)));
        both
    }
}

/// How far a condition got; words are made of it only when somebody asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    Seen(usize),
    Members {
        holding: usize,
        of: usize,
    },
    /// `late`: how long the step after `reached` took and was allowed, when it came too late.
    Sequence {
        reached: usize,
        of: usize,
        late: Option<(i64, Duration)>,
        all_seen: bool,
    },
    Count {
        best: usize,
        needed: u32,
    },
    Distinct {
        best: usize,
        needed: u32,
    },
    /// Of `anchors`, `found` had the event in time; `outside` is how far off the nearest one was that came too late.
    Absent {
        anchors: usize,
        found: usize,
        open: usize,
        outside: Option<i64>,
    },
    /// Nothing anchors the absence: the number of signals found.
    AbsentAtAll {
        found: usize,
    },
    /// `extreme`: the longest or shortest of the pairs.
    Elapsed {
        pairs: usize,
        extreme: Option<i64>,
    },
    FirstSeconds {
        seen: usize,
        latest: Option<i64>,
    },
    Sibling {
        healthy: usize,
        of: usize,
    },
    /// Members of `all` hold, but of different signals.
    Disjoint {
        of: usize,
    },
}

/// The verdict on one condition in one scope, with those on its members.
#[derive(Clone, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) witnesses: Vec<Witness<'a>>,
    pub(crate) progress: Progress,
    pub(crate) members: Vec<Self>,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(witnesses: Vec<Witness<'a>>, progress: Progress) -> Self {
        Self { witnesses, progress, members: Vec::new() }
    }

    pub(crate) fn state(&self) -> State {
        match self.witnesses.iter().map(|witness| witness.missing.is_empty()).max() {
            None => State::Quiet,
            Some(false) => State::Undetermined,
            Some(true) => State::Fires,
        }
    }
}
