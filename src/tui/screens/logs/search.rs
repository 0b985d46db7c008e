//! A search through all records that goes on stretch by stretch, each asked for when the one before has answered.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Briefs, SignalKey, Timestamp};
use crate::tui::find::{Needle, stretches};
use crate::tui::message::{Effect, Outbox};

/// The text that is looked for and what was found so far.
#[derive(Debug, Default)]
pub(super) struct Search {
    needle: Option<Arc<Needle>>,
    /// Number of the newest search; answers to others are stale.
    id: u64,
    hits: Vec<SignalKey>,
    /// What is still to be looked through; the first stretch is being looked through.
    open: VecDeque<Range<u32>>,
    /// How many signals there were, and the last one of them.
    seen: (u32, Option<Mark>),
    /// Whether the selection is to go to the first hit that comes.
    pub(super) is_waiting: bool,
}

/// What a signal is known again by.
type Mark = (Option<Timestamp>, u32);

impl Search {
    /// Looks for `text` from the signal `from` on; the empty text ends the search.
    pub(super) fn start(&mut self, text: &str, from: u32, briefs: &Briefs, out: &mut Outbox) {
        self.needle = Needle::new(text).map(Arc::new);
        self.is_waiting = self.needle.is_some();
        self.again(from, briefs, out);
    }

    /// More signals are known: looks through the new ones, or through all when the old ones have moved.
    pub(super) fn grow(&mut self, from: u32, briefs: &Briefs, out: &mut Outbox) {
        let (len, last) = self.seen;
        if last != mark(briefs, len) {
            return self.again(from, briefs, out);
        }
        let is_idle = self.open.is_empty();
        if self.needle.is_some() {
            self.open
                .extend(stretches(len, briefs.len() as u32).into_iter().filter(|part| part.start >= len));
        }
        self.remember(briefs);
        if is_idle {
            self.ask(out);
        }
    }

    fn again(&mut self, from: u32, briefs: &Briefs, out: &mut Outbox) {
        self.id += 1;
        self.hits.clear();
        self.open.clear();
        if self.needle.is_some() {
            self.open = stretches(from, briefs.len() as u32).into();
        }
        self.remember(briefs);
        self.ask(out);
    }

    fn remember(&mut self, briefs: &Briefs) {
        let len = briefs.len() as u32;
        self.seen = (len, mark(briefs, len));
    }

    fn ask(&self, out: &mut Outbox) {
        if let (Some(needle), Some(stretch)) = (&self.needle, self.open.front()) {
            out.run(Effect::Find { id: self.id, needle: needle.clone(), stretch: stretch.clone() });
        }
    }

    /// Takes what was found in one stretch and asks for the next one; whether it belongs to this search.
    pub(super) fn found(&mut self, id: u64, signals: Vec<SignalKey>, out: &mut Outbox) -> bool {
        if id != self.id || self.open.pop_front().is_none() {
            return false;
        }
        if let Some(first) = signals.first() {
            let at = self.hits.partition_point(|hit| hit < first);
            self.hits.splice(at..at, signals);
        }
        self.ask(out);
        true
    }

    pub(super) fn needle(&self) -> Option<&Needle> {
        self.needle.as_deref()
    }

    pub(super) fn text(&self) -> &str {
        self.needle().map_or("", Needle::text)
    }

    /// In canonical order.
    pub(super) fn hits(&self) -> &[SignalKey] {
        &self.hits
    }

    /// Whether everything was looked through.
    pub(super) fn is_complete(&self) -> bool {
        self.open.is_empty()
    }
}

/// The last one of the first `len` signals.
fn mark(briefs: &Briefs, len: u32) -> Option<Mark> {
    let brief = briefs.get(len.checked_sub(1)? as usize)?;
    Some((brief.timestamp, brief.message_hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Brief;

    fn briefs(count: u32) -> Briefs {
        (0..count).map(|number| Brief { message_hash: number + 1, ..Brief::default() }).collect()
    }

    fn asked(out: &mut Outbox) -> Vec<(u64, Range<u32>)> {
        let effects = std::mem::take(&mut out.effects).into_iter();
        effects
            .filter_map(|effect| match effect {
                Effect::Find { id, stretch, .. } => Some((id, stretch)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn one_stretch_is_asked_for_at_a_time_and_late_answers_are_dropped() {
        let (mut search, mut out) = (Search::default(), Outbox::default());
        search.start("x", 6_000, &briefs(10_000), &mut out);
        assert_eq!(asked(&mut out), [(1, 6_000..10_000)]);
        assert!(search.found(1, vec![SignalKey(7_000)], &mut out));
        assert_eq!(asked(&mut out), [(1, 0..6_000)]);
        assert!(search.found(1, vec![SignalKey(3), SignalKey(9)], &mut out));
        assert!(search.is_complete() && asked(&mut out).is_empty());
        assert_eq!(search.hits(), [SignalKey(3), SignalKey(9), SignalKey(7_000)]);
        search.start("y", 0, &briefs(10), &mut out);
        assert!(!search.found(1, vec![SignalKey(1)], &mut out) && search.hits().is_empty());
    }

    #[test]
    fn growth_looks_through_what_is_new_unless_the_old_has_moved() {
        let (mut search, mut out) = (Search::default(), Outbox::default());
        search.start("x", 0, &briefs(10), &mut out);
        search.found(1, vec![SignalKey(2)], &mut out);
        asked(&mut out);
        search.grow(0, &briefs(30), &mut out);
        assert_eq!(asked(&mut out), [(1, 10..30)]);
        assert!(search.found(1, vec![SignalKey(12)], &mut out));
        assert_eq!(search.hits(), [SignalKey(2), SignalKey(12)]);
        search.grow(0, &briefs(40).iter().skip(1).collect(), &mut out);
        assert_eq!(asked(&mut out), [(2, 0..39)]);
        search.start("", 0, &briefs(40), &mut out);
        assert!(search.is_complete() && asked(&mut out).is_empty());
    }
}
