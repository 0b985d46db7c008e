//! How much an expression lets through, counted while it is typed.
//!
//! One stretch of the signals is asked for at a time. A key that comes meanwhile changes what the next question is and
//! nothing else: no key waits, and never more than one question is on its way, however fast somebody types.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use crate::filter::Filter;
use crate::model::RequestKey;
use crate::tui::bits::Bits;
use crate::tui::find::stretches;
use crate::tui::message::{Effect, Outbox};
use crate::tui::model::Shared;

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// What is counted; answers about another one are late.
    filter: Option<Arc<Filter>>,
    /// What is still to be looked through, the first stretch next.
    open: VecDeque<Range<u32>>,
    /// Whether an answer is on its way, be it a late one.
    is_asked: bool,
    pub(super) signals: u64,
    pub(super) requests: u64,
    seen: Bits,
}

impl Tally {
    /// Counts what passes `filter`; nothing for none.
    pub(super) fn start(&mut self, filter: Option<Filter>, shared: &Shared, out: &mut Outbox) {
        let case = shared.case().filter(|_| filter.is_some());
        self.open = case.map_or_else(VecDeque::new, |case| stretches(0, case.briefs().len() as u32).into());
        self.filter = filter.map(Arc::new);
        (self.signals, self.requests) = (0, 0);
        self.seen = Bits::new(shared.snapshot().requests.len());
        self.ask(out);
    }

    /// The same from the beginning: there are other signals now.
    pub(super) fn again(&mut self, shared: &Shared, out: &mut Outbox) {
        self.start(self.filter.as_deref().cloned(), shared, out);
    }

    /// Takes an answer, and asks for what is next.
    pub(super) fn counted(
        &mut self,
        filter: &Arc<Filter>,
        signals: u64,
        requests: &[RequestKey],
        out: &mut Outbox,
    ) {
        self.is_asked = false;
        if self.filter.as_ref().is_some_and(|own| Arc::ptr_eq(own, filter)) && self.open.pop_front().is_some()
        {
            self.signals += signals;
            for request in requests {
                self.requests += u64::from(!self.seen.contains(request.index()));
                self.seen.insert(request.index());
            }
        }
        self.ask(out);
    }

    /// Whether there is anything to count, and whether that is done.
    pub(super) fn state(&self) -> Option<bool> {
        self.filter.is_some().then_some(self.open.is_empty())
    }

    fn ask(&mut self, out: &mut Outbox) {
        if let (Some(filter), Some(stretch), false) = (&self.filter, self.open.front(), self.is_asked) {
            out.run(Effect::Count { filter: Arc::clone(filter), stretch: stretch.clone() });
            self.is_asked = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing;

    fn asked(out: &mut Outbox) -> Vec<(Arc<Filter>, Range<u32>)> {
        let effects = std::mem::take(&mut out.effects).into_iter();
        let count = |effect| match effect {
            Effect::Count { filter, stretch } => Some((filter, stretch)),
            _ => None,
        };
        effects.filter_map(count).collect()
    }

    #[test]
    fn a_key_meanwhile_asks_nothing_and_the_late_answer_asks_for_the_newest() {
        let model = testing::model("schema-mismatch", (80, 24));
        let (mut tally, mut out) = (Tally::default(), Outbox::default());
        let parse = |text: &str| Some(Filter::parse(text).expect("a filter"));
        tally.start(parse("a"), &model.shared, &mut out);
        let first = asked(&mut out);
        assert_eq!(first.len(), 1);
        for text in ["ab", "abc", "abcd"] {
            tally.start(parse(text), &model.shared, &mut out);
        }
        assert!(asked(&mut out).is_empty(), "one question at a time");
        tally.counted(&first[0].0, 7, &[RequestKey(0)], &mut out);
        assert_eq!((tally.signals, tally.requests), (0, 0), "a late answer counts for nothing");
        let next = asked(&mut out);
        assert_eq!(next.len(), 1);
        assert_eq!(next[0].0.to_string(), "abcd");
        tally.counted(&next[0].0, 7, &[RequestKey(0), RequestKey(0), RequestKey(1)], &mut out);
        assert_eq!((tally.signals, tally.requests, tally.state()), (7, 2, Some(true)));
        assert!(asked(&mut out).is_empty(), "everything was looked through");
    }

    #[test]
    fn without_an_expression_nothing_is_counted() {
        let model = testing::model("schema-mismatch", (80, 24));
        let (mut tally, mut out) = (Tally::default(), Outbox::default());
        tally.start(None, &model.shared, &mut out);
        assert!(asked(&mut out).is_empty() && tally.state().is_none());
    }
}
