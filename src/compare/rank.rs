//! Differences between two requests, ranked by how well they separate failed from healthy ones.
//!
//! The measure is the share among failed less the share among healthy requests, as in Honeycomb's `BubbleUp`, each
//! share first drawn towards the share among all by two imaginary requests:
//!
//! ```text
//! share = (with + 2·p) / (of + 2)      p = share among failed and healthy together
//! ```
//!
//! So what all requests have separates by exactly 0, one request against one by 1/3, and only many against many come
//! near 1; swapping the sides turns the sign. Integers carry it, so that it is the same everywhere.

use std::collections::BTreeSet;

use super::timing::{self, Bands};
use super::traits::{Aspect, Attribute, Reading, Traits};
use super::words;
use crate::model::{Difference, Share};

/// Most differences that are kept: beyond, nobody reads them.
pub const MAX_DIFFERENCES: usize = 60;

/// Steps of [`Difference::separation`].
const SCALE: i128 = 1_000;

/// What differs, best separating first, and how many attributes do not differ.
///
/// `failed` and `healthy` are the requests that are counted.
pub fn differences(
    failing: &Traits,
    beside: &Traits,
    failed: &[Traits],
    healthy: &[Traits],
) -> (Vec<Difference>, u32) {
    let attributes: BTreeSet<&Attribute> = failing.values.keys().chain(beside.values.keys()).collect();
    let mut same = 0;
    let mut found = Vec::new();
    for attribute in attributes {
        let pair = (failing.read(attribute), beside.read(attribute));
        if matches!(pair, (Reading::Unknown, _) | (_, Reading::Unknown)) {
            continue;
        }
        if pair.0 == pair.1 {
            same += 1;
        } else if !is_unique(attribute, pair, failed, healthy) {
            let share = |side: &[Traits]| share(side.iter().map(|traits| traits.read(attribute)), pair.0);
            found.push((attribute.aspect, difference(attribute, pair, share(failed), share(healthy))));
        }
    }
    for name in failing.durations.keys().filter(|name| beside.durations.contains_key(*name)) {
        match duration(name, (failing, beside), failed, healthy) {
            Some(difference) => found.push((Aspect::Timing, difference)),
            None => same += 1,
        }
    }
    (ranked(found), same)
}

fn difference(
    attribute: &Attribute,
    (failing, healthy): (Reading<'_>, Reading<'_>),
    among_failed: Share,
    among_healthy: Share,
) -> Difference {
    let text = |reading: Reading<'_>| match reading {
        Reading::Is(value) => Some(value.to_owned()),
        Reading::Absent | Reading::Unknown => None,
    };
    Difference {
        kind: attribute.kind(),
        attribute: attribute.label(),
        failing: text(failing),
        healthy: text(healthy),
        among_failed,
        among_healthy,
        separation: separation(among_failed, among_healthy),
    }
}

/// How many readings are `value`, of those where the capture can tell.
fn share<'t>(readings: impl Iterator<Item = Reading<'t>>, value: Reading<'_>) -> Share {
    let mut share = Share::default();
    for reading in readings.filter(|reading| *reading != Reading::Unknown) {
        share.of += 1;
        share.with += u32::from(reading == value);
    }
    share
}

/// Whether an attribute has (nearly) another value in every request of both sides, as ids and times have. Where there
/// is one request on each side only the look of the values can tell.
fn is_unique(
    attribute: &Attribute,
    pair: (Reading<'_>, Reading<'_>),
    failed: &[Traits],
    healthy: &[Traits],
) -> bool {
    if !attribute.may_be_unique() {
        return false;
    }
    let values = |side: &[Traits]| {
        let values: Vec<&str> =
            side.iter().filter_map(|traits| traits.values.get(attribute)).map(String::as_str).collect();
        let distinct: BTreeSet<&str> = values.iter().copied().collect();
        (values.len(), distinct.len())
    };
    let sides = [values(failed), values(healthy)];
    if sides.iter().map(|(holders, _)| holders).sum::<usize>() <= 2 {
        let is_id = |reading| matches!(reading, Reading::Is(value) if !words::is_plain(value));
        return attribute.aspect != Aspect::Version && (is_id(pair.0) || is_id(pair.1));
    }
    sides.iter().all(|(holders, distinct)| *holders < 2 || distinct * 10 >= holders * 8)
}

/// The difference in how long something took; `None` when both took the usual time.
fn duration(
    name: &str,
    (failing, beside): (&Traits, &Traits),
    failed: &[Traits],
    healthy: &[Traits],
) -> Option<Difference> {
    let of = |traits: &Traits| traits.durations.get(name).copied();
    let (own, other) = (of(failing)?, of(beside)?);
    let known: Vec<i64> = healthy.iter().filter_map(of).collect();
    let bands = Bands::of(if known.is_empty() { vec![other] } else { known })?;
    let (band, other_band) = (bands.of_duration(own), bands.of_duration(other));
    if band == other_band {
        return None;
    }
    let read =
        |traits: &Traits| of(traits).map_or(Reading::Unknown, |took| Reading::Is(bands.of_duration(took)));
    let shown = |took: i64, band: &str| format!("{} ({band})", timing::human(took));
    let attribute = Attribute { aspect: Aspect::Timing, name: name.to_owned() };
    let (own, other) = (shown(own, band), shown(other, other_band));
    let share = |side: &[Traits]| share(side.iter().map(read), Reading::Is(band));
    let pair = (Reading::Is(own.as_str()), Reading::Is(other.as_str()));
    Some(difference(&attribute, pair, share(failed), share(healthy)))
}

/// See the head of this file; 0 where the value is as common among healthy requests.
fn separation(failed: Share, healthy: Share) -> f64 {
    let (numerator, denominator) = smoothed_difference(failed, healthy);
    let steps = (numerator.max(0) * SCALE + denominator / 2) / denominator;
    steps as f64 / SCALE as f64
}

/// The difference of the two smoothed shares, as a fraction.
fn smoothed_difference(failed: Share, healthy: Share) -> (i128, i128) {
    let [x, n, y, m] = [failed.with, failed.of, healthy.with, healthy.of].map(i128::from);
    let (with, all) = (x + y, (n + m).max(1));
    ((x * all + 2 * with) * (m + 2) - (y * all + 2 * with) * (n + 2), all * (n + 2) * (m + 2))
}

/// Best separating first; of equal ones what was sent before what came of it, then by name.
fn ranked(mut found: Vec<(Aspect, Difference)>) -> Vec<Difference> {
    found.sort_by(|(one_aspect, one), (other_aspect, other)| {
        other
            .separation
            .total_cmp(&one.separation)
            .then_with(|| one_aspect.cmp(other_aspect))
            .then_with(|| one.attribute.cmp(&other.attribute))
    });
    found.truncate(MAX_DIFFERENCES);
    found.into_iter().map(|(_, difference)| difference).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share((with, of): (u32, u32)) -> Share {
        Share { with, of }
    }

    fn measured(failed: (u32, u32), healthy: (u32, u32)) -> f64 {
        separation(share(failed), share(healthy))
    }

    #[test]
    fn few_samples_separate_less_than_many() {
        assert!((measured((1, 1), (0, 1)) - 0.333).abs() < 1e-9);
        assert!(measured((2, 2), (0, 5)) < measured((20, 20), (0, 50)));
        assert!(measured((500, 500), (0, 500)) > 0.99);
        assert!(measured((500, 500), (500, 500)).abs() < 1e-9);
        assert!(measured((1, 10), (9, 10)).abs() < 1e-9, "more common among healthy requests");
        assert!(measured((1, 1), (0, 0)).abs() < 1e-9, "nothing to compare with");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn swapping_the_sides_turns_the_sign(a in 0u32..600, n in 0u32..600, b in 0u32..600, m in 0u32..600) {
            let (one, other) = (share((a.min(n), n)), share((b.min(m), m)));
            let (forth, below) = smoothed_difference(one, other);
            let (back, same_below) = smoothed_difference(other, one);
            prop_assert_eq!((forth, below), (-back, same_below));
            prop_assert!(forth <= below && -forth <= below);
        }

        #[test]
        fn one_more_failed_request_with_it_separates_better(a in 0u32..99, b in 0u32..100) {
            prop_assert!(measured((a, 100), (b, 100)) <= measured((a + 1, 100), (b, 100)));
        }
    }
}
