//! Events that Live Tail showed before the sweep fetched them.
//!
//! Live Tail gives no event id. What it shows is written at once and remembered by stream, time and text; when the sweep
//! meets the same event with its id, that one is not written again. Two equal events count as two.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::model::Timestamp;

/// Early events that no sweep has confirmed yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Early {
    waiting: FxHashMap<(Timestamp, u64), u32>,
}

impl Early {
    /// Remembers an event that was written without an id.
    pub(super) fn note(&mut self, at: Timestamp, stream: &str, message: &str) {
        *self.waiting.entry((at, digest(stream, message))).or_default() += 1;
    }

    /// Whether an event with an id is one of those, which is then confirmed.
    pub(super) fn confirm(&mut self, at: Timestamp, stream: &str, message: &str) -> bool {
        let key = (at, digest(stream, message));
        let Some(count) = self.waiting.get_mut(&key) else { return false };
        *count -= 1;
        if *count == 0 {
            self.waiting.remove(&key);
        }
        true
    }

    /// Forgets what lies before `settled`: no sweep goes there any more. Returns how many were never confirmed.
    pub(super) fn forget(&mut self, settled: Timestamp) -> u64 {
        let mut unconfirmed = 0;
        self.waiting.retain(|(at, _), count| {
            let keep = *at >= settled;
            unconfirmed += if keep { 0 } else { u64::from(*count) };
            keep
        });
        unconfirmed
    }
}

fn digest(stream: &str, message: &str) -> u64 {
    // One API may cut off the line feed that the other one keeps.
    FxBuildHasher.hash_one((stream, message.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_early_event_stands_for_one_event() {
        let mut early = Early::default();
        early.note(Timestamp(5), "s", "text");
        early.note(Timestamp(5), "s", "text");
        assert!(early.confirm(Timestamp(5), "s", "text\n"));
        assert!(!early.confirm(Timestamp(5), "other", "text"));
        assert!(early.confirm(Timestamp(5), "s", "text"));
        assert!(!early.confirm(Timestamp(5), "s", "text"));
    }

    #[test]
    fn what_was_never_confirmed_is_counted() {
        let mut early = Early::default();
        early.note(Timestamp(5), "s", "a");
        early.note(Timestamp(9), "s", "b");
        assert_eq!(early.forget(Timestamp(6)), 1);
        assert!(early.confirm(Timestamp(9), "s", "b"));
    }
}
