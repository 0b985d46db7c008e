//! Records that were stored or fetched twice: pages that overlap, a stream in two files.

use std::borrow::Cow;
use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::model::Briefs;

/// Positions of the signals that were there before, with the same time and text, in order.
///
/// `briefs` are in canonical order, so only signals of one moment are compared, and of those only the text of such as
/// say the same. Signals without a time are never doubles: nothing tells two equal lines apart.
pub(super) fn find<'a>(briefs: &Briefs, text: impl Fn(u32) -> Cow<'a, str>) -> Vec<u32> {
    let mut doubles = Vec::new();
    let mut moment: Vec<u32> = Vec::new();
    let mut now = None;
    for (brief, position) in briefs.iter().zip(0..) {
        if brief.timestamp.is_none() {
            continue;
        }
        if brief.timestamp != now {
            of_moment(briefs, &mut moment, &text, &mut doubles);
            moment.clear();
            now = brief.timestamp;
        }
        moment.push(position);
    }
    of_moment(briefs, &mut moment, &text, &mut doubles);
    doubles.sort_unstable();
    doubles
}

/// The doubles among signals of one moment.
fn of_moment<'a>(
    briefs: &Briefs,
    moment: &mut [u32],
    text: &impl Fn(u32) -> Cow<'a, str>,
    doubles: &mut Vec<u32>,
) {
    if moment.len() < 2 {
        return;
    }
    let says = |position: &u32| {
        let brief = briefs.at(*position as usize);
        (brief.message_hash, brief.kind)
    };
    moment.sort_by_key(says);
    for alike in moment.chunk_by(|one, other| says(one) == says(other)).filter(|alike| alike.len() > 1) {
        let mut known: FxHashMap<u64, u32> = FxHashMap::default();
        for position in alike {
            let own = text(*position);
            let first = *known.entry(FxBuildHasher.hash_one(&own)).or_insert(*position);
            if first != *position && text(first) == own {
                doubles.push(*position);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Brief, Timestamp};

    #[test]
    fn only_the_same_text_at_the_same_time_is_a_double() {
        let signals =
            [(Some(1), "a"), (Some(1), "b"), (None, "a"), (Some(1), "a"), (None, "a"), (Some(2), "a")];
        let brief =
            |(at, _): &(Option<i64>, &str)| Brief { timestamp: at.map(Timestamp), ..Brief::default() };
        let briefs: Briefs = signals.iter().map(brief).collect();
        assert_eq!(find(&briefs, |at| signals[at as usize].1.into()), [3]);
    }
}
