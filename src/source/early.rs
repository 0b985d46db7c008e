//! Events that Live Tail shows before the sweep fetches them, and the other way round.
//!
//! Live Tail gives no event id, and what it shows twice may be one event. An event is recognised by stream, time and text;
//! of equal ones Live Tail brings the first at most, and the sweep, which knows ids, brings the others. So none is written
//! twice and none is left out.

use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::FxHashMap;

use crate::model::Timestamp;

/// Which events of a log group have been written, while Live Tail and sweep may both still bring them.
#[derive(Clone, Debug, Default)]
pub(super) struct Early {
    events: FxHashMap<(Timestamp, u64), Met>,
    generation: u32,
}

/// How often equal events have been met.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    swept: u32,
    written: u32,
    generation: u32,
}

impl Early {
    /// Live Tail shows an event. Whether it is to be written.
    pub(super) fn show(&mut self, at: Timestamp, stream: &str, message: &str) -> bool {
        self.met(at, stream, message).write_up_to(1)
    }

    /// The sweep brings an event with an id that is new. Whether it is to be written.
    pub(super) fn sweep(&mut self, at: Timestamp, stream: &str, message: &str) -> bool {
        let met = self.met(at, stream, message);
        met.swept += 1;
        met.write_up_to(met.swept)
    }

    /// An event that an earlier run wrote: with an id when the sweep brought it.
    pub(super) fn recall(&mut self, at: Timestamp, stream: &str, message: &str, is_swept: bool) {
        let met = self.met(at, stream, message);
        met.written += 1;
        met.swept += u32::from(is_swept);
    }

    fn met(&mut self, at: Timestamp, stream: &str, message: &str) -> &mut Met {
        let mut hasher = DefaultHasher::new();
        // One API may cut off the line feed that the other one keeps.
        (stream, message.trim_end()).hash(&mut hasher);
        let met = self.events.entry((at, hasher.finish())).or_default();
        met.generation = self.generation;
        met
    }

    /// Forgets what neither brings any more: what both have met and is settled, and what was rechecked. To be called
    /// about once a minute. Returns how many events Live Tail showed that no sweep has met.
    pub(super) fn forget(&mut self, settled: Timestamp, rechecked: Timestamp) -> u64 {
        let mut unconfirmed = 0;
        let generation = self.generation;
        self.events.retain(|(at, _), met| {
            // Live Tail may lag behind a sweep that was quick.
            let is_recent = met.generation == generation;
            let is_open = met.written > met.swept;
            let keep = is_recent || *at >= if is_open { rechecked } else { settled };
            unconfirmed += if keep { 0 } else { u64::from(met.written.saturating_sub(met.swept)) };
            keep
        });
        self.generation += 1;
        unconfirmed
    }
}

impl Met {
    fn write_up_to(&mut self, count: u32) -> bool {
        let is_more = count > self.written;
        self.written = self.written.max(count);
        is_more
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_early_event_stands_for_one_event() {
        let mut early = Early::default();
        assert!(early.show(Timestamp(5), "s", "text"));
        assert!(!early.sweep(Timestamp(5), "s", "text\n"));
        assert!(early.sweep(Timestamp(5), "other", "text"));
        assert!(early.sweep(Timestamp(5), "s", "text"), "a second one is another event");
    }

    #[test]
    fn what_is_shown_again_is_not_another_event() {
        let mut early = Early::default();
        assert!(early.show(Timestamp(5), "s", "text"));
        assert!(!early.show(Timestamp(5), "s", "text"));
        early.recall(Timestamp(6), "s", "text", true);
        assert!(!early.show(Timestamp(6), "s", "text") && !early.show(Timestamp(6), "s", "text"));
        assert!(early.sweep(Timestamp(6), "s", "text"), "only an id tells that there is another one");
    }

    #[test]
    fn what_was_never_confirmed_is_counted() {
        let mut early = Early::default();
        early.show(Timestamp(5), "s", "a");
        early.show(Timestamp(9), "s", "b");
        early.recall(Timestamp(2), "s", "c", true);
        assert_eq!(early.forget(Timestamp(9), Timestamp(6)), 0, "what came just now is kept");
        assert_eq!(early.forget(Timestamp(9), Timestamp(6)), 1);
        assert!(!early.sweep(Timestamp(9), "s", "b"));
        assert_eq!(early.events.len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// In any order, with any of them shown or not, every event is written once.
        #[test]
        fn every_event_once(order in prop::collection::vec((0_u8..4, any::<bool>()), 1..60)) {
            let mut early = Early::default();
            let (mut swept, mut shown, mut written) = ([0; 4], [0; 4], [0; 4]);
            for (text, is_sweep) in order {
                let of = usize::from(text);
                let message = text.to_string();
                if is_sweep {
                    swept[of] += 1;
                    written[of] += u32::from(early.sweep(Timestamp(1), "s", &message));
                } else {
                    shown[of] = 1;
                    written[of] += u32::from(early.show(Timestamp(1), "s", &message));
                }
                prop_assert_eq!(written[of], swept[of].max(shown[of]));
            }
        }
    }
}
